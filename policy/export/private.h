/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the writers of foreign formats share. */
#ifndef EMBARGO_POLICY_EXPORT_PRIVATE_H
#define EMBARGO_POLICY_EXPORT_PRIVATE_H

#include <jansson.h>

#include "policy/export/export.h"

#define EMBARGO_EXPORT_HEX (EMBARGO_DIGEST_SIZE * 2 + 1)

struct embargo_export {
	const struct embargo_export_options *options;
	const struct embargo_ruleset *set;
	FILE *out;
	struct embargo_export_counts counts;
	void *data; /* the format's own, between begin and end */
};

/* What a format does. */
struct embargo_exporter {
	const char *name;
	/* Its losses, by bits of enum embargo_export_cause: what it cannot say of any rule. */
	unsigned int loses;
	int (*begin)(struct embargo_export *export);
	/* 0: written; 1: cannot be, and was noted; or -errno. Only rules that ban, in the order of the policy
	 */
	int (*rule)(struct embargo_export *export, const struct embargo_rule *rule);
	int (*end)(struct embargo_export *export);
	void (*clear)(struct embargo_export *export); /* .data, whatever happened; or NULL */
};

extern const struct embargo_exporter embargo_exporter_csv;
extern const struct embargo_exporter embargo_exporter_stix;
extern const struct embargo_exporter embargo_exporter_clamav;
extern const struct embargo_exporter embargo_exporter_santa;
extern const struct embargo_exporter embargo_exporter_appcontrol;
extern const struct embargo_exporter embargo_exporter_yara;
extern const struct embargo_exporter embargo_exporter_oval;

/* words.c: take note; returns 1 */
int embargo_export_note(struct embargo_export *export, const struct embargo_rule *rule,
			enum embargo_export_cause cause);
/* Is it a file by its SHA-256? Interpreters, which are read by and not banned, are not. */
bool embargo_export_is_hash(const struct embargo_rule *rule);
const char *embargo_export_hex(const struct embargo_rule *rule, char text[EMBARGO_EXPORT_HEX]);
/* "2026-01-31", or "" if it does not expire */
const char *embargo_export_expires(const struct embargo_rule *rule, char text[16]);
/* What to call it: its name, else what it matches, else its authority; cut to @room */
const char *embargo_export_title(const struct embargo_ruleset *set, const struct embargo_rule *rule,
				 char *text, size_t room);
/* @text as XML: attribute and content alike. Characters that XML cannot have become "?". */
void embargo_export_xml(const char *text, FILE *out);
/* The same with what is special in a regular expression escaped. */
void embargo_export_xml_regex(const char *text, FILE *out);
/* Is it UTF-8 without what no XML can have? */
bool embargo_export_is_text(const char *text);
/* " key="text"" of JSON: set it, unless it is "" */
void embargo_export_json(json_t *object, const char *key, const char *text);
/* Prints and frees one element of a list. NULL: no memory */
int embargo_export_json_item(struct embargo_export *export, json_t *item, const char *before);

#endif
