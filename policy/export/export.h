/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules of a policy in the formats of other tools.
 *
 *	embargo_export(&options, set, out, &counts);
 *
 * Other tools know fewer kinds of rules, and say less of each. What a format cannot say is counted by its
 * cause, and listed: a rule that is left out bans nothing there. Nothing here prints; functions return 0 or
 * -errno.
 */
#ifndef EMBARGO_POLICY_EXPORT_EXPORT_H
#define EMBARGO_POLICY_EXPORT_EXPORT_H

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#include "policy/policy.h"

enum embargo_export_format {
	EMBARGO_EXPORT_CSV,
	EMBARGO_EXPORT_STIX,	   /* a bundle of STIX 2.1 */
	EMBARGO_EXPORT_CLAMAV,	   /* .hsb */
	EMBARGO_EXPORT_SANTA,	   /* JSON of rules */
	EMBARGO_EXPORT_APPCONTROL, /* a policy of Microsoft App Control, XML */
	EMBARGO_EXPORT_YARA,	   /* YARA 4, modules hash and pe */
	EMBARGO_EXPORT_OVAL,	   /* definitions of OVAL 5.11.1 */
	EMBARGO_EXPORT_FORMATS,
};

/* Why a rule is not in the export, or not as it is here. */
enum embargo_export_cause {
	EMBARGO_EXPORT_NO_BAN,	/* left out: it allows, or only watches */
	EMBARGO_EXPORT_NO_KIND, /* left out: the format has no rule of its kind */
	EMBARGO_EXPORT_NO_WORD, /* left out: a part of it cannot be said in the format */
	EMBARGO_EXPORT_PART,	/* written, and reaches less far there */
	EMBARGO_EXPORT_SIZE,	/* written without its size */
	EMBARGO_EXPORT_KIND,	/* written without the format of its file */
	EMBARGO_EXPORT_EXPIRES, /* written without its last day */
	EMBARGO_EXPORT_CAUSES,
};

#define EMBARGO_EXPORT_EXAMPLES 5

struct embargo_export_options {
	enum embargo_export_format format;
	time_t now;		  /* made then */
	const char *namespace;	  /* of OVAL's identifiers; NULL: "embargo" */
	char *const *directories; /* of OVAL: where files are hashed, ends with NULL; NULL: the usual ones */
};

struct embargo_export_counts {
	__u32 rules;   /* in the policy */
	__u32 written; /* in the export */
	__u32 causes[EMBARGO_EXPORT_CAUSES];
	__u32 examples[EMBARGO_EXPORT_CAUSES][EMBARGO_EXPORT_EXAMPLES]; /* numbers of rules */
};

/* export.c */
int embargo_export(const struct embargo_export_options *options, const struct embargo_ruleset *set, FILE *out,
		   struct embargo_export_counts *ret_counts);
const char *embargo_export_format_name(enum embargo_export_format format);
/* -EINVAL: nobody knows it */
int embargo_export_format_number(const char *name, enum embargo_export_format *ret_format);
const char *embargo_export_cause_text(enum embargo_export_cause cause);

#endif
