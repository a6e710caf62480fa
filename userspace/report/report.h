/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What scans, events and states of many hosts say together. Lines are read one by
 * one (line.c); of each finding and event a row goes to a spool on disk,
 * chained by host. Memory holds hosts, products, rules and days, and the rows of
 * one host at a time.
 *
 * Every string here may come from a hostile host: any byte but NUL.
 */
#ifndef EMBARGO_USERSPACE_REPORT_REPORT_H
#define EMBARGO_USERSPACE_REPORT_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "policy/cleanup.h"
#include "userspace/report/inputs.h"

#define EMBARGO_REPORT_NO_TIME INT64_MIN
#define EMBARGO_REPORT_NONE (-1)	 /* a number that is null */
#define EMBARGO_REPORT_BAD 100		 /* bad lines that are kept; all are counted */
#define EMBARGO_REPORT_LINE (256U << 10) /* bytes of one line */
#define EMBARGO_REPORT_OBJECT (1U << 20) /* bytes of an object on several lines */
#define EMBARGO_REPORT_GROUPS 100000	 /* pieces of evidence that are kept apart */

/* table.c: entries by name; a struct of an entry begins with the name. */
struct embargo_report_table {
	void *root;
	size_t count;
};

/* The entry of that name, made of @size zeroed bytes if there is none. NULL: no memory. */
void *embargo_report_entry(struct embargo_report_table *table, const char *name, size_t size);
void *embargo_report_find(const struct embargo_report_table *table, const char *name);
/* Pointers to all entries in the order of their names; to be freed. NULL: no memory. */
void *embargo_report_list(const struct embargo_report_table *table);
/* @clear, if not NULL, frees what an entry owns besides itself and its name. */
void embargo_report_table_clear(struct embargo_report_table *table, void (*clear)(void *entry));

/* The strings of a row; the names are the keys of JSON and the columns of CSV. */
enum embargo_report_field {
	EMBARGO_ROW_KIND, /* of the finding; of an event: the hook */
	EMBARGO_ROW_VERDICT,
	EMBARGO_ROW_PATH,
	EMBARGO_ROW_MEMBER,
	EMBARGO_ROW_CONTAINER,
	EMBARGO_ROW_FORMAT,
	EMBARGO_ROW_SHA256,
	EMBARGO_ROW_RULE,
	EMBARGO_ROW_RULE_NAME,
	EMBARGO_ROW_RULE_KIND,
	EMBARGO_ROW_REASON,
	EMBARGO_ROW_AUTHORITY,
	EMBARGO_ROW_SOURCE,
	EMBARGO_ROW_POLICY_FILE,
	EMBARGO_ROW_GROUND,
	EMBARGO_ROW_PACKAGE,
	EMBARGO_ROW_PACKAGE_VERSION,
	EMBARGO_ROW_PACKAGE_MANAGER,
	EMBARGO_ROW_VENDOR,
	EMBARGO_ROW_SIGNER,
	EMBARGO_ROW_COMM,
	EMBARGO_ROW_UNIT,
	EMBARGO_ROW_SCOPE,
	EMBARGO_ROW_EFFECTIVE,
	EMBARGO_ROW_CPE,
	EMBARGO_REPORT_FIELDS,
};

extern const char *const embargo_report_field_names[EMBARGO_REPORT_FIELDS];

/* A finding, or an event. */
struct embargo_report_row {
	bool event;
	bool active;
	bool resolved;
	uint32_t scan; /* of the host */
	int64_t size;  /* of an event: how many its line sums up */
	int64_t pid;
	int64_t policy_line;
	int64_t time; /* of an event; of several: the first */
	int64_t last;
	uint64_t count;			   /* of equal events */
	uint64_t key;			   /* of an event: the same one has the same */
	char *text[EMBARGO_REPORT_FIELDS]; /* never NULL; "": null */
	char *product;			   /* product.c */
	char *strings;			   /* what .text points to */
};

/* row.c */
void embargo_report_row_free(struct embargo_report_row *row);
EMBARGO_CLEANUP(struct embargo_report_row, embargo_report_row_free);

/* One run of `embargo scan` on a host. */
struct embargo_report_scan {
	int64_t time;
	char **paths; /* ends with NULL */
	bool present; /* it looked at what is in use, too; and at … */
	bool archives;
	bool all_filesystems;
	bool network;
	uint64_t found; /* lines that were read */
	uint64_t warnings;
	int64_t said; /* findings by the summary, or NONE */
	bool summary;
	bool complete;
	bool superseded;
	bool members_count; /* superseded, but for what it found in archives */
};

enum embargo_report_mode {
	EMBARGO_REPORT_UNKNOWN,
	EMBARGO_REPORT_OFF, /* nothing is loaded */
	EMBARGO_REPORT_AUDIT,
	EMBARGO_REPORT_ENFORCE,
	EMBARGO_REPORT_MODES,
};

extern const char *const embargo_report_mode_names[EMBARGO_REPORT_MODES];

struct embargo_report_host {
	char *name;
	char *machine_id; /* or NULL */
	char *kernel;	  /* or NULL */
	enum embargo_report_mode mode;
	int64_t mode_time;
	int64_t seen;	    /* last said anything */
	int64_t first_scan; /* the first complete one of all of it */
	struct embargo_report_scan *scans;
	uint32_t scan_count;
	int64_t chain; /* the last of its rows in the spool */
	char *warning; /* the first that a scan had, or NULL */
	uint64_t lost; /* events, by its status */
	bool expected;
	bool received; /* of: else it is only expected */

	/* sum.c, of the scans that count */
	uint64_t findings;
	uint64_t active;
	uint64_t watched; /* audit rules: no ban */
	uint64_t denied;
	uint64_t would_deny;
	uint64_t audited;
	uint64_t warnings;
	uint32_t products;
	bool scanned;
	bool incomplete;
	bool partial; /* its scans ended well, but none was of / and of what is in use */
};

/* What was found, by product, kind, rule or piece of evidence: the same counters. */
struct embargo_report_count {
	char *name;
	uint64_t findings;
	uint64_t active;
	uint64_t watched;
	uint64_t denied;
	uint64_t would_deny;
	uint64_t audited;
	uint32_t hosts;
	const struct embargo_report_host *last_host; /* counted, or last event counted */
	struct embargo_report_row *example;	     /* of evidence: the first by host */
	char *example_host;
	char *more_paths; /* up to two others, by lines, or NULL */
	unsigned int paths;
};

struct embargo_report_day {
	char *name; /* YYYY-MM-DD */
	uint64_t denied;
	uint64_t would_deny;
	uint64_t audited;
};

struct embargo_report_totals {
	uint64_t hosts; /* heard of or expected */
	uint64_t expected;
	uint64_t missing;    /* expected, not heard of */
	uint64_t unexpected; /* heard of, not expected */
	uint64_t scanned;
	uint64_t unscanned; /* heard of, but of no scan that counts */
	uint64_t incomplete;
	uint64_t partial;  /* hosts of which only some paths were scanned */
	uint64_t troubled; /* hosts whose scan had troubles */
	uint64_t mode[EMBARGO_REPORT_MODES];
	uint64_t with_findings;
	uint64_t with_active;
	uint64_t findings;
	uint64_t active;
	uint64_t watched;
	uint64_t denied;
	uint64_t would_deny;
	uint64_t audited;
	uint64_t superseded; /* scans */
	uint64_t repeated;   /* events that were read more than once */
	uint64_t lost;
	uint64_t scanned_by[3]; /* hosts scanned completely until day 30, 60, 90 */
};

struct embargo_report_place;
/* A policy that scans were judged by; its name has the version behind it. */
struct embargo_report_policy {
	char *name;
	uint64_t scans;
};

/* trend.c: what an earlier report said, of its JSON. -EBADMSG: it is none. */
struct embargo_report_trend {
	bool known;
	char date[11];
	uint64_t hosts, scanned, with_findings, findings, active, enforce;
};
int embargo_report_trend_read(const char *path, struct embargo_report_trend *ret_trend);

struct embargo_report_spool {
	const char *directory; /* where its file is */
	int fd;
	int64_t end;
	char *buffer; /* to be written; or the window that is read */
	size_t used;
	int64_t window;
};

struct embargo_report {
	const char *title;
	const char *organisation, *directive; /* NULL: not named */
	const char *approved;		      /* who approved the plan; NULL: nobody */
	struct embargo_report_trend trend;
	struct embargo_report_inputs inputs; /* .file NULL: not asked for */
	struct embargo_report_table policies;
	int64_t now;   /* seconds, the day of the report */
	int64_t since; /* of the directive, or NO_TIME */
	struct embargo_report_spool spool;
	struct embargo_report_table hosts;
	struct embargo_report_table products;
	struct embargo_report_table kinds;
	struct embargo_report_table evidence;
	struct embargo_report_table days;
	struct embargo_report_totals totals;
	char *bad[EMBARGO_REPORT_BAD]; /* `file:line: reason` */
	uint64_t bad_count;
	uint64_t lines;
	uint64_t files;
	uint64_t passed_over; /* files in directories that are no JSON by name */
	bool grouped;	      /* evidence beyond EMBARGO_REPORT_GROUPS is under "…" */
	bool listed;	      /* a list of expected hosts was given */
	/* Who takes the lines instead of this report; NULL: nobody. As embargo_report_object(). */
	int (*taker)(void *context, const struct embargo_report_place *place, const json_t *object,
		     const char *line, size_t size, const char **ret_why);
	void *taker_context;
	/* Told how far it has come: @done bytes of the inputs, @total 0; then hosts written, of @total. NULL:
	 * nobody */
	void (*progress)(void *context, uint64_t done, uint64_t total);
	void *progress_context;
	uint64_t stored; /* bytes of inputs that were read, as they are stored */
};

/* report.c */
int embargo_report_new(struct embargo_report **ret_report);
void embargo_report_free(struct embargo_report *report);
EMBARGO_CLEANUP(struct embargo_report, embargo_report_free);
/* The host of that name; NULL: no memory. */
struct embargo_report_host *embargo_report_host(struct embargo_report *report, const char *name);

/* hosts.c: after all is read */
int embargo_report_expect(struct embargo_report *report, const char *name);
/* One name a line; -errno */
/* -errno, and *@ret_why, if it is not NULL then, says more; to be freed */
int embargo_report_expect_file(struct embargo_report *report, const char *path, char **ret_why);

/* line.c: where a line stands, and whose it is */
struct embargo_report_place {
	const char *file;
	uint64_t line;
	struct embargo_report_host *host; /* NULL: not known yet */
	uint32_t scan;			  /* of the host */
	bool in_scan;
};

/* 0; -EBADMSG: @ret_why says what is wrong with it, and nothing was taken from it; or -errno */
int embargo_report_object(struct embargo_report *report, struct embargo_report_place *place,
			  const json_t *object, const char **ret_why);
/* A line without its newline, or an object on several. Bad ones are counted, and kept to be shown. */
int embargo_report_line(struct embargo_report *report, struct embargo_report_place *place, const char *line,
			size_t size);
int embargo_report_bad(struct embargo_report *report, const struct embargo_report_place *place,
		       const char *why);

/* row.c: what a finding or an event says */
/* -EBADMSG: @ret_why says what is wrong */
int embargo_report_finding(const json_t *object, struct embargo_report_row **ret_row, const char **ret_why);
int embargo_report_event(const json_t *object, struct embargo_report_row **ret_row, const char **ret_why);
/* The string of @key with its true bytes (@key_hex); NULL: null, absent or not a string. To be freed. */
char *embargo_report_string(const json_t *object, const char *key);

/* input.c: a file, decompressed, by lines. 0; -errno: @ret_why, to be freed, says why it ended there. */
int embargo_report_read(struct embargo_report *report, const char *path, char **ret_why);

/* files.c */
/* Called for each file of @path, a file, a directory or "-", in the order of their names. */
typedef int (*embargo_report_file_fn)(void *context, const char *path);
int embargo_report_files(struct embargo_report *report, const char *path, embargo_report_file_fn call,
			 void *context);
/* The host that a file is of, by its name: HOST.events.jsonl, HOST/events.jsonl.1.gz. NULL: by none. */
char *embargo_report_host_of(const char *path);

/* spool.c */
int embargo_report_spool_open(struct embargo_report_spool *spool);
void embargo_report_spool_close(struct embargo_report_spool *spool);
int embargo_report_spool_add(struct embargo_report_spool *spool, struct embargo_report_host *host,
			     const struct embargo_report_row *row);
/* The row at @place, and where the one before it is, or NONE. */
int embargo_report_spool_get(struct embargo_report_spool *spool, int64_t place,
			     struct embargo_report_row **ret_row, int64_t *ret_before);

/* host.c: what counts of one host, each finding once, equal events together, in a fixed order */
struct embargo_report_rows {
	struct embargo_report_row **list; /* findings before events */
	size_t count;
	size_t findings;
	uint64_t repeated;
	struct embargo_report_moment *moments; /* when each event was, each once */
	size_t moment_count;
};

struct embargo_report_moment {
	uint64_t key;
	int64_t time;
	uint64_t count; /* one, or the many that one line sums up */
	struct embargo_report_row *row;
};

int embargo_report_rows(struct embargo_report *report, struct embargo_report_host *host,
			struct embargo_report_rows *ret_rows);
void embargo_report_rows_clear(struct embargo_report_rows *rows);
/* Of the scans of a host, which counts? */
void embargo_report_supersede(struct embargo_report_host *host);

/* product.c: the product of a row, to be freed */
char *embargo_report_product(const struct embargo_report_row *row);

/* sum.c: once, when all was read */
int embargo_report_sum(struct embargo_report *report);
bool embargo_report_is_ban(const struct embargo_report_row *row);

/* time.c: seconds since 1970, UTC */
int embargo_report_time_read(const char *text, int64_t *ret_time); /* RFC 3339; years 1990 to 2199 */
int embargo_report_date_read(const char *text, int64_t *ret_time); /* YYYY-MM-DD, or a time */
#define EMBARGO_REPORT_TIME 24
const char *embargo_report_date(int64_t time, char text[EMBARGO_REPORT_TIME]); /* "": none */
const char *embargo_report_time(int64_t time, char text[EMBARGO_REPORT_TIME]);

#endif
