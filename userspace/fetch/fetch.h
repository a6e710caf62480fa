/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host fetches its policy: a signed channel (policy/channel/channel.h) from any HTTPS server or from a
 * medium, then the files of the rings that cover it.
 *
 *	get.c      one file, by a worker without rights (confine.c): the only code that reaches the network
 *	channel.c  the channel: whose it is, how old, and that it is no older than the one before
 *	files.c    the files of a ring, each once, by its SHA-256
 *	place.c    from there into the directory of policies, and back if the load fails
 *	state.c    what is known of all that, for the next time and for metrics
 *	fetch.c    the whole
 *
 * Whatever is wrong, what was in force stays in force, and one line and a metric say why.
 */
#ifndef EMBARGO_USERSPACE_FETCH_FETCH_H
#define EMBARGO_USERSPACE_FETCH_FETCH_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "loader/loader.h"
#include "policy/channel/channel.h"
#include "policy/reason.h"
#include "userspace/base/config.h"
#include "userspace/check/trust.h"

#define EMBARGO_FETCH_DIR EMBARGO_STATE_DIR "/fetch"
#define EMBARGO_FETCH_STATE EMBARGO_FETCH_DIR "/state.json"
#define EMBARGO_FETCH_USER "embargo-fetch" /* of the worker; nobody where there is no such user */
#define EMBARGO_FETCH_ETAG_SIZE 256

/* Why a fetch failed. The names are values of a label of a metric: they are never changed. */
enum embargo_fetch_cause {
	EMBARGO_FETCH_NONE,
	EMBARGO_FETCH_HOST,	 /* something of this host: settings, a disk */
	EMBARGO_FETCH_NETWORK,	 /* no connection, no such name */
	EMBARGO_FETCH_TLS,	 /* the server is not who it should be */
	EMBARGO_FETCH_TIMEOUT,	 /* or too slow */
	EMBARGO_FETCH_HTTP,	 /* the server says no */
	EMBARGO_FETCH_REDIRECT,	 /* it sends us elsewhere, where we do not go */
	EMBARGO_FETCH_TYPE,	 /* a page for people, such as one to log in */
	EMBARGO_FETCH_SIZE,	 /* more bytes than there may be */
	EMBARGO_FETCH_TRUNCATED, /* fewer than there should be */
	EMBARGO_FETCH_CHANNEL,	 /* signed, but not a channel */
	EMBARGO_FETCH_SIGNATURE, /* not signed by anybody who is trusted here */
	EMBARGO_FETCH_ROLLBACK,	 /* older than what was here before: a channel or a policy */
	EMBARGO_FETCH_EXPIRED,	 /* nobody signed a newer channel, or somebody holds it back */
	EMBARGO_FETCH_HASH,	 /* a file is not the one of the channel */
	EMBARGO_FETCH_POLICY,	 /* it has errors */
	EMBARGO_FETCH_LOCK_OUT,	 /* it bans what this host needs */
	EMBARGO_FETCH_LOAD,	 /* it could not be put in force */
	EMBARGO_FETCH_CAUSE_MAX,
};

const char *embargo_fetch_cause_name(enum embargo_fetch_cause cause); /* state.c */

/* state.c */
struct embargo_fetch_file {
	char *name;
	char sha256[EMBARGO_SHA256_SIZE * 2 + 1];
};

struct embargo_fetch_policy { /* that was put in place by a fetch */
	char *name;
	uint64_t version;
	struct embargo_fetch_file *files;
	size_t file_count;
};

struct embargo_fetch_state {
	uint64_t serial; /* of the channel that was last accepted; 0: none was */
	char channel[EMBARGO_SHA256_SIZE * 2 + 1];
	char etag[EMBARGO_FETCH_ETAG_SIZE]; /* "": none */
	time_t expires;			    /* of that channel */
	time_t attempt, success;	    /* when; 0: never */
	uint64_t failures;		    /* ever */
	enum embargo_fetch_cause cause;	    /* of the last attempt */
	struct embargo_fetch_policy *policies;
	size_t policy_count;
};

/* No file: all zeroes. -EBADMSG: damaged, and @reason says where. */
int embargo_fetch_state_read(const char *path, struct embargo_fetch_state *ret_state,
			     struct embargo_reason *reason);
int embargo_fetch_state_write(const char *path, const struct embargo_fetch_state *state,
			      struct embargo_reason *reason);
void embargo_fetch_state_clear(struct embargo_fetch_state *state);
/* NULL: none of that name. */
struct embargo_fetch_policy *embargo_fetch_state_policy(const struct embargo_fetch_state *state,
							const char *name);
/* What is in place of @ring->policy from now on. -ENOMEM */
int embargo_fetch_state_put(struct embargo_fetch_state *state, const struct embargo_channel_ring *ring);

/* fetch.c */
struct embargo_fetch {
	const struct embargo_config *config;
	bool dry;	   /* change nothing on this host */
	const char *state; /* directory */
	const struct embargo_trust_places *trust;
	const char *policies; /* directory that is put in force at boot */
	/* Put .policies in force; 0 or -errno, reported. NULL: the next boot does. */
	int (*load)(void);
};

/* What came of it. */
struct embargo_fetch_result {
	enum embargo_fetch_cause cause;
	struct embargo_reason reason; /* of a failure */
	uint64_t serial;	      /* 0: no channel was accepted */
	unsigned int changed;	      /* policies that were put in place */
	unsigned int rings;	      /* that cover this host */
	char what[200];		      /* the policies of these rings, for a person */
};

/* 0; -errno: @ret_result says why, and nothing of what was in force changed. */
int embargo_fetch(const struct embargo_fetch *fetch, struct embargo_fetch_result *ret_result);

#endif
