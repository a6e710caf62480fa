/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Foreign lists and vendors' packages -> policy text.
 *
 *	embargo_import_new(&options, &import);
 *	embargo_import_file(import, path);		any number of files, one policy
 *	embargo_import_finish(import);			then .output is there, or:
 *	embargo_import_copy(import, stdout);
 *
 * Memory does not grow with the feed. Nothing is written to the output before
 * finish: a feed that is broken leaves it as it was. What cannot become a rule is
 * counted by its cause, and listed. Nothing here prints; functions return 0 or
 * -errno, and embargo_import_error() says what a person should read.
 */
#ifndef EMBARGO_POLICY_IMPORT_IMPORT_H
#define EMBARGO_POLICY_IMPORT_IMPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <linux/types.h>

#include "policy/cleanup.h"

enum embargo_import_format {
	EMBARGO_IMPORT_AUTO, /* by content */
	EMBARGO_IMPORT_CSV,
	EMBARGO_IMPORT_STIX,
	EMBARGO_IMPORT_MISP,
	EMBARGO_IMPORT_CLAMAV,
	EMBARGO_IMPORT_LOLDRIVERS,
	EMBARGO_IMPORT_SANTA,
	EMBARGO_IMPORT_APPCONTROL,
	EMBARGO_IMPORT_SHA256SUM,
	EMBARGO_IMPORT_PACKAGE,
	EMBARGO_IMPORT_SBOM, /* CycloneDX and SPDX 2, JSON */
	EMBARGO_IMPORT_FORMATS,
};

/* Why an entry did not become a rule, or not the rule that it asks for. */
enum embargo_import_cause {
	EMBARGO_IMPORT_WEAK,	     /* MD5, SHA-1, …: the kernel compares SHA-256 */
	EMBARGO_IMPORT_PART,	     /* hash of a part of a file: Authenticode, a section */
	EMBARGO_IMPORT_NO_HASH,	     /* names a file without a hash */
	EMBARGO_IMPORT_MALFORMED,    /* not what the format says */
	EMBARGO_IMPORT_CONDITION,    /* asks for more than one hash */
	EMBARGO_IMPORT_OTHER_KIND,   /* addresses, domains, YARA, … */
	EMBARGO_IMPORT_INACTIVE,     /* revoked, expired, deleted, or not for detection */
	EMBARGO_IMPORT_ALLOWS,	     /* allows instead of banning */
	EMBARGO_IMPORT_OTHER_SYSTEM, /* names that only another system knows */
	EMBARGO_IMPORT_BROAD,	     /* would reach further than the entry; written as a comment */
	EMBARGO_IMPORT_BAD_SIZE,     /* became a rule without a size */
	EMBARGO_IMPORT_OTHER_SIZE,   /* the same hash with another size; the rule holds for any now */
	EMBARGO_IMPORT_NOT_PROGRAM,  /* in a package: nothing that runs */
	EMBARGO_IMPORT_UNREADABLE,   /* in a package: encrypted, damaged, nested too deep, not opened */
	EMBARGO_IMPORT_TRIVIAL,	     /* the hash of a file that every host has: empty, one byte, zeros */
	EMBARGO_IMPORT_CEL,	     /* Santa evaluates it, nobody else */
	EMBARGO_IMPORT_OTHER_COLUMN, /* of CSV: a second column of SHA-256, of a parent or a payload */
	EMBARGO_IMPORT_UNKNOWN_KIND, /* 64 digits that the feed calls by an unknown word */
	EMBARGO_IMPORT_PROPOSED,     /* without a hash: what a rule could be is in a comment */
	EMBARGO_IMPORT_NOT_BANNED,   /* of an SBOM: falls under no rule of the policy */
	EMBARGO_IMPORT_CAUSES,
};

struct embargo_ruleset;

struct embargo_import_options {
	enum embargo_import_format format;
	const char *output;  /* path; NULL: none, copy it */
	const char *name;    /* of the policy; NULL: after the first file */
	const char *source;  /* where the feed is from; NULL: the file's name */
	__u32 formats;	     /* of files whose entry does not say; 0: not known */
	bool broad;	     /* rules that reach further than an entry, not comments */
	bool all_attributes; /* of MISP: also those that are not for detection */
	const char
		*column; /* of CSV: the name or number (from 1) of the one with hashes; NULL: by its name */
	const struct embargo_ruleset *policy; /* of an SBOM: take what falls under it; NULL: take all */
	time_t now;			      /* imported on that day */
	/* Told how far it has come in a file, in bytes of it; @total 0: not known. NULL: nobody */
	void (*progress)(void *context, __u64 bytes, __u64 total);
	void *progress_context;
	FILE *report; /* takes a line for each entry that did not become a rule; or NULL */
};

#define EMBARGO_IMPORT_EXAMPLES 5 /* of each cause, kept as text */

/*
 * Each entry of a feed is counted once where it is read, and once where it ends: as a rule, a
 * duplicate, or a cause. embargo_import_sum() is the second count; it equals .entries.
 */
struct embargo_import_counts {
	__u64 entries;
	__u64 rules;
	__u64 unsized; /* of .rules: hash rules without a size */
	__u64 duplicates;
	__u64 proposals; /* rules in comments, of .causes */
	__u64 causes[EMBARGO_IMPORT_CAUSES];
};

struct embargo_import;

/* import.c */
int embargo_import_new(const struct embargo_import_options *options, struct embargo_import **ret_import);
void embargo_import_free(struct embargo_import *import);
EMBARGO_CLEANUP(struct embargo_import, embargo_import_free);
/* "-": standard input */
int embargo_import_file(struct embargo_import *import, const char *path);
/* -ENODATA: not one rule; then nothing was written */
int embargo_import_finish(struct embargo_import *import);
int embargo_import_copy(struct embargo_import *import, FILE *out);
/* What went wrong, with file and line; "" if nothing did. */
const char *embargo_import_error(const struct embargo_import *import);

/* skip.c */
const struct embargo_import_counts *embargo_import_counts(const struct embargo_import *import);
/* What became of all entries: rules, duplicates and those that became none. */
__u64 embargo_import_sum(const struct embargo_import_counts *counts);
/* Entry number @index, from 0, that was kept as an example of @cause; NULL: no more. */
const char *embargo_import_example(const struct embargo_import *import, enum embargo_import_cause cause,
				   unsigned int index);
const char *embargo_import_cause_text(enum embargo_import_cause cause);

/* detect.c */
const char *embargo_import_format_name(enum embargo_import_format format);
/* -EINVAL: nobody knows it */
int embargo_import_format_number(const char *name, enum embargo_import_format *ret_format);

#endif
