/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of policy/ and of the folders below it share; nothing outside of policy/ includes it. */
#ifndef EMBARGO_POLICY_PRIVATE_H
#define EMBARGO_POLICY_PRIVATE_H

#include <sys/types.h>

#include "policy/policy.h"
#include "policy/text.h"

/* Interned strings: equal strings have equal offsets, and 0 is "". */
struct embargo_string_table {
	char *bytes;
	__u32 size;
	__u32 capacity;
	__u32 *slots;	  /* open addressing; offset of a string, 0: free */
	__u32 slot_count; /* a power of two */
	__u32 used;
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
	__u32 *resolved_slots; /* finds entries by hash and rule: number + 1, 0: free */
	size_t rule_capacity;
	size_t file_capacity;
	size_t resolved_capacity;
	size_t resolved_slot_count;
	struct embargo_setting on_error[EMBARGO_CAUSE_MAX];
	struct embargo_setting on_error_all;
	__u8 on_error_default[EMBARGO_CAUSE_MAX]; /* enum embargo_action; NONE: built in */
	struct embargo_setting max_hash_size;
	struct embargo_plan plan;
};

/* array.c: room for one more element; the array may move */
int embargo_array_grow(void *array, size_t *capacity, size_t count, size_t element_size);

/* string_table.c */
int embargo_string_table_add(struct embargo_string_table *strings, const char *text, size_t size,
			     __u32 *ret_offset);
/* Takes over a whole pool, offsets kept. @bytes begin and end with a NUL. */
int embargo_string_table_load(struct embargo_string_table *strings, const char *bytes, __u32 size);
void embargo_string_table_free(struct embargo_string_table *strings);

/* policy.c */
void embargo_policy_settle(struct embargo_policy *policy);  /* directives -> on_error[], max_hash_size */
void embargo_policy_publish(struct embargo_policy *policy); /* state -> set, after any change */

/* embargo_policy_resolve(), but 1: something came to be or changed */
int embargo_policy_resolve_new(struct embargo_policy *policy, __u32 rule,
			       const __u8 sha256[EMBARGO_SHA256_SIZE], __u64 size, __u32 formats);

/* policy/image/plan.c: fills in state->plan */
int embargo_plan_image(struct embargo_policy *policy);
/* The string of a field of a module rule: domain and bytes without the `*`. */
__u64 embargo_plan_modinfo(const char *key, const char *value, size_t value_size, size_t *ret_prefix_size);

/* The path that a string of the image stands for, into @value. False: it stands for none. */
bool embargo_plan_spelling(const struct embargo_policy *policy, __u32 target, char value[EMBARGO_VALUE_MAX]);

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
void embargo_diagnostics_free(struct embargo_diagnostics *diagnostics);

/* policy/language/words.c */
int embargo_action_number(const char *word); /* -1: not an action; likewise below */
int embargo_kind_number(const char *word);
int embargo_cause_number(const char *word);
int embargo_on_error_number(const char *word);
int embargo_format_number(const char *word);
extern const char *const embargo_words[]; /* that may begin a line, NULL at the end */
extern const char *const embargo_kind_words[];
extern const char *const embargo_cause_words[];
extern const char *const embargo_on_error_words[];
extern const char *const embargo_format_words[];
const char *embargo_nearest_word(const char *word, const char *const *words); /* NULL: none is near */

#endif
