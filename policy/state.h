/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of a policy in memory, for those who fill it and lay it out: policy/language and policy/image.
 */
#ifndef EMBARGO_POLICY_STATE_H
#define EMBARGO_POLICY_STATE_H

#include <sys/types.h>

#include "policy/hash_table.h"
#include "policy/policy.h"

/* Interned strings: equal strings have equal offsets, and 0 is "". */
struct embargo_string_table {
	char *bytes;
	__u32 size;
	__u32 capacity;
	struct embargo_hash_table table; /* of offsets */
};

/* A directive that holds for the whole policy, and who gave it. */
struct embargo_setting {
	__u64 value;
	__u32 file;
	__u32 line; /* 0: not given */
};

/* What is remembered of a file only while policies are read. */
struct embargo_file_state {
	dev_t device;
	ino_t inode;
	bool on_disk;
	bool open; /* being read: including it again is a loop */
};

/* The image that embargo_image_pages() planned: its header, and what goes into .strings. */
struct embargo_plan {
	bool valid;
	struct embargo_image_header header;
	struct embargo_string_slot *names; /* sorted by hash, each once */
	size_t name_count;
	size_t name_capacity;
};

struct embargo_policy_state {
	struct embargo_string_table strings;
	struct embargo_rule *rules;
	struct embargo_file *files;
	struct embargo_file_state *file_states;
	struct embargo_resolved *resolved;
	struct embargo_hash_table resolved_table; /* by hash and rule */
	size_t rule_capacity;
	size_t file_capacity;
	size_t resolved_capacity;
	struct embargo_setting on_error[EMBARGO_CAUSE_MAX];
	struct embargo_setting on_error_all;
	__u8 on_error_default[EMBARGO_CAUSE_MAX]; /* enum embargo_action; NONE: built in */
	struct embargo_setting max_hash_size;
	struct embargo_plan plan;
};

/* string_table.c */
int embargo_string_table_add(struct embargo_string_table *strings, const char *text, size_t size,
			     __u32 *ret_offset);
/* Takes over a whole pool, offsets kept. @bytes begin and end with a NUL. */
int embargo_string_table_load(struct embargo_string_table *strings, const char *bytes, __u32 size);
void embargo_string_table_free(struct embargo_string_table *strings);

/* policy.c */
void embargo_policy_settle(struct embargo_policy *policy);  /* directives -> on_error[], max_hash_size */
void embargo_policy_publish(struct embargo_policy *policy); /* state -> set, after any change */

/* diag.c */
struct embargo_place {
	const char *file;
	__u32 line;
	__u32 column;
	const char *text; /* source line, or NULL */
	size_t text_size;
};
__attribute__((format(printf, 5, 6))) int embargo_policy_report_at(struct embargo_policy *policy,
								   enum embargo_severity severity,
								   const struct embargo_place *place,
								   const char *hint, const char *format, ...);

#endif
