/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /etc/embargo/embargo.conf: how the daemon tells of verdicts, and the defaults of
 * `embargo load`. Lines of `key = value`; see embargo.conf(5), which has every key.
 * What is banned is not here: that is the policy.
 */
#ifndef EMBARGO_USERSPACE_BASE_CONFIG_H
#define EMBARGO_USERSPACE_BASE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "bpf/abi.h"
#include "policy/cleanup.h"

struct embargo_policy;

#define EMBARGO_CONFIG "/etc/embargo/embargo.conf"
#define EMBARGO_POLICY_DIR "/etc/embargo/policy.d"
#define EMBARGO_SYSLOG_PATH "/dev/log"
#define EMBARGO_EVENT_LOG_SIZE (16L << 20) /* then events.jsonl becomes events.jsonl.1 */

enum embargo_syslog_format {
	EMBARGO_SYSLOG_AUTO,	/* nothing at the journal's socket if it took the event, else rfc5424 */
	EMBARGO_SYSLOG_LOCAL,	/* as syslog(3) writes it */
	EMBARGO_SYSLOG_RFC5424, /* with structured data */
	EMBARGO_SYSLOG_CEE,	/* as local; the message is @cee: and JSON */
	EMBARGO_SYSLOG_JSON,	/* as local; and so are these: see userspace/event/shape.h */
	EMBARGO_SYSLOG_ECS,
	EMBARGO_SYSLOG_OCSF,
	EMBARGO_SYSLOG_CEF,
	EMBARGO_SYSLOG_OFF,
};

enum embargo_watch_mode {
	EMBARGO_WATCH_OFF,
	EMBARGO_WATCH_AUTO, /* while there are rules that the kernel cannot match */
	EMBARGO_WATCH_SCAN, /* the same, and what is there already is scanned when it begins */
};

struct embargo_config {
	int mode; /* enum embargo_mode; EMBARGO_MODE_MAX: what is in force, else audit */
	int on_error[EMBARGO_CAUSE_MAX]; /* enum embargo_action; NONE: what is built in */
	int syslog;			 /* enum embargo_syslog_format */
	int syslog_facility;		 /* LOG_AUTHPRIV, … */
	char *syslog_socket;
	int seal; /* these are bool: sealed at boot */
	int journal;
	int audit;
	int notices;
	char *notice_text;     /* "": nothing */
	long rate_limit;       /* lines for one rule and program in one window; 0: no limit */
	long rate_bucket;      /* seconds */
	long rate_memory;      /* programs that are remembered */
	char *metrics_socket;  /* "": none */
	char *metrics_file;    /* "": none */
	long metrics_interval; /* seconds, of the file */
	long event_log_size;   /* bytes; then the file is rotated */
	int watch;	       /* enum embargo_watch_mode */
	long watch_queue;      /* new files that may wait to be looked at */
	char *fetch_url;       /* of the channel; "": none */
	long fetch_ring;       /* the number of the ring, whatever the host's place; 0: by the place */
	char *fetch_ca;	       /* files, PEM; "": the authorities of the system, no certificate of ours */
	char *fetch_cert;
	char *fetch_key;
	char *fetch_proxy;   /* "": none */
	long fetch_timeout;  /* seconds, of one file */
	int fetch_redirects; /* bool */
	char *sync_url;	     /* of a server that speaks Santa's protocol; "": none */
};

/* The defaults. -ENOMEM. */
int embargo_config_default(struct embargo_config *ret_config);
void embargo_config_clear(struct embargo_config *config); /* all zeroes may be cleared too */
/*
 * Read @path; NULL: EMBARGO_CONFIG, which need not exist. Every error is reported with
 * file, line and column; then -EINVAL, and @ret_config is untouched.
 */
int embargo_config_read(const char *path, struct embargo_config *ret_config);

/* The host's on-error, where @policy says nothing. */
void embargo_config_on_error(const struct embargo_config *config, struct embargo_policy *policy);

/* config_line.c: one line. 0: there is nothing on it, 1: a key and its value, -EINVAL: @ret_line->wrong. */
struct embargo_config_line {
	char *key;
	char *value; /* without its quotes */
	size_t key_column;
	size_t value_column;
	const char *wrong;
	size_t wrong_column;
};
/* Writes into @text, which the result points into. */
int embargo_config_line(char *text, size_t size, struct embargo_config_line *ret_line);

/* config_keys.c */
#define EMBARGO_CONFIG_KEYS (27 + EMBARGO_CAUSE_MAX)
/* Number of the key, -ENOENT: none has that name, and @ret_hint says which one may be meant ("": none). */
int embargo_config_key(const char *name, char *ret_hint, size_t hint_size);
/* Set it in @config. -EINVAL: @ret_wrong says what is allowed. -ENOMEM. */
int embargo_config_set(struct embargo_config *config, int key, const char *value, char *ret_wrong,
		       size_t wrong_size);

#endif
