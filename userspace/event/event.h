/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One event as it is told to people, logs and programs: what the ring holds, and
 * the rule that its number stands for. The one list of its fields is in
 * event_fields.c; syslog, JSON and text are made from it.
 */
#ifndef EMBARGO_USERSPACE_EVENT_EVENT_H
#define EMBARGO_USERSPACE_EVENT_EVENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "bpf/abi.h"
#include "policy/policy.h"
#include "userspace/container/container.h"
#include "userspace/event/policydb_cache.h"

struct embargo_record {
	const struct embargo_event *event;
	const char *path;		   /* "": it could not be had */
	struct timespec time;		   /* CLOCK_REALTIME */
	const struct embargo_ruleset *set; /* NULL: the policy database is gone; then no rule either */
	const struct embargo_rule *rule;   /* NULL: none, or not known any more */
	const struct embargo_container *container; /* NULL: of none; remembered there, see container.h */
	uint64_t repeated; /* not one event: so many more like this one were not told one by one; 0: one event
			    */
	unsigned int seconds; /* in which they came */
};

enum embargo_field_type {
	EMBARGO_FIELD_ABSENT,
	EMBARGO_FIELD_NUMBER,
	EMBARGO_FIELD_BOOL,	 /* .number */
	EMBARGO_FIELD_TEXT,	 /* .bytes, any byte but NUL */
	EMBARGO_FIELD_PRINTABLE, /* .bytes, as userspace/base/text.h makes text of any bytes */
};

struct embargo_field {
	const char *name; /* stable: JSON keys and syslog's PARAM-NAMEs */
	enum embargo_field_type type;
	int64_t number;
	const char *bytes;
};

/* What the policy file is called that selftest has its ban in. */
#define EMBARGO_SELFTEST_FILE "embargo selftest"

#define EMBARGO_TIME_SIZE 40
#define EMBARGO_FIELDS_MAX 60
#define EMBARGO_REMARK_SIZE 256 /* of scope=, effective= and cpe=, cut, with its NUL */

/* event_fields.c */
void embargo_record_make(struct embargo_record *record, const struct embargo_event *event, const char *path,
			 struct embargo_policydb_cache *policydbs);
/* embargo selftest made it happen: it is told, and counts for nobody. */
bool embargo_record_selftest(const struct embargo_record *record);
/* RFC 3339, local time, microseconds: "2026-07-01T12:34:56.123456+02:00" */
void embargo_time_format(const struct timespec *time, char text[EMBARGO_TIME_SIZE]);
/* Texts that the fields point to. */
struct embargo_fields {
	struct embargo_field list[EMBARGO_FIELDS_MAX];
	size_t count;
	char time[EMBARGO_TIME_SIZE];
	char device[32];
	char format[EMBARGO_FORMATS_TEXT];
	char sha256[EMBARGO_SHA256_SIZE * 2 + 1];
	char serial[EMBARGO_SERIAL_SIZE * 2 + 1];
	char comm[EMBARGO_COMM_SIZE + 1];
	char parent_comm[EMBARGO_COMM_SIZE + 1];
	char module[EMBARGO_NAME_SIZE + 1];
	char signer[EMBARGO_SIGNER_SIZE + 1];
	char scope[EMBARGO_REMARK_SIZE];
	char effective[EMBARGO_REMARK_SIZE];
	char cpe[EMBARGO_REMARK_SIZE];
};
void embargo_record_fields(const struct embargo_record *record, struct embargo_fields *ret_fields);

/*
 * event_text.c: `denied exec of "/path" by pid 123 (bash, uid 1000): rule "name"
 * (reason; authority; source)`. Of the path at most @path_size bytes; SIZE_MAX: all. NULL: no memory.
 */
char *embargo_record_text(const struct embargo_record *record, size_t path_size);

/* cause_text.c: why no rule could be asked (enum embargo_cause), and what to do about it. NULL: no such
 * cause. */
const char *embargo_cause_meaning(unsigned int cause);
const char *embargo_cause_remedy(unsigned int cause);

/* event_json.c: one object with every field, null where there is nothing, and "message". NULL: no memory. */
json_t *embargo_record_json(const struct embargo_record *record);
/* The same of what was made already. */
json_t *embargo_fields_json(const struct embargo_fields *fields, const char *sentence);
/* The same on one line without its newline, to be freed. */
char *embargo_record_json_line(const struct embargo_record *record);

#endif
