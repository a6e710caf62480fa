/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Policies: text in files -> rules in memory -> the kernel's image and the policy database.
 *
 *	policy = embargo_policy_new();
 *	embargo_policy_read(policy, path, 0);		every file of the policy
 *	embargo_policy_check(policy, time(NULL));	settles the numbers of the rules
 *	embargo_image_pages(policy, &pages);		make memory or a map of that size
 *	embargo_image_build(policy, memory, pages, generation);
 *	embargo_policydb_write(policy, memory, fd);
 *
 * Nothing here prints. Whatever is wrong with a policy, a file that cannot be
 * opened included, is in policy->diagnostics, and -EINVAL is returned for it.
 * Functions return 0 or -errno unless they say otherwise, and leave their ret_
 * parameters alone on failure.
 */
#ifndef EMBARGO_POLICY_POLICY_H
#define EMBARGO_POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "bpf/abi.h"
#include "bpf/image.h"
#include "policy/cleanup.h"

#define EMBARGO_SIZE_UNKNOWN UINT64_MAX
#define EMBARGO_DIGEST_SIZE 32
#define EMBARGO_FILES_MAX 65535 /* files of one policy */
#define EMBARGO_INCLUDE_DEPTH 16
#define EMBARGO_LINE_MAX 65536 /* bytes of one line with its continuations */
#define EMBARGO_VALUE_MAX 4096 /* bytes of one value, decoded, with its NUL */
#define EMBARGO_KEY_MAX 128    /* bytes of one key with its NUL: dotted OIDs can be long */
#define EMBARGO_NO_FILE UINT32_MAX
#define EMBARGO_MAX_HASH_SIZE_DEFAULT (1ULL << 30)

/*
 * What a rule compares. Says which member of struct embargo_rule holds it. Signers are matched in the kernel
 * when a file is executed (embargo_rule_for_programs()), drivers' by issuer and serial or key id, and else
 * resolved.
 */
enum embargo_match {
	EMBARGO_MATCH_SHA256,	     /* hash, interpreter: .digest, .size, .formats; in the kernel */
	EMBARGO_MATCH_ISSUER_SERIAL, /* signer: .name_hash; fields issuer, serial */
	EMBARGO_MATCH_SKID,	     /* signer: .digest is the key id */
	EMBARGO_MATCH_CERT_SHA256,   /* signer: .digest, of the whole certificate */
	EMBARGO_MATCH_TBS_SHA256,    /* signer: .digest, of the part that the issuer signed */
	EMBARGO_MATCH_SPKI_SHA256,   /* signer: .digest, of the public key */
	EMBARGO_MATCH_SUBJECT,	     /* signer: fields subject.ATTRIBUTE, all must agree */
	EMBARGO_MATCH_MODULE,	     /* module: fields are .modinfo patterns, all must match; in the kernel */
	EMBARGO_MATCH_MODULE_UNSIGNED,	/* module: has no signature; in the kernel */
	EMBARGO_MATCH_PATH_PREFIX,	/* path: field prefix, bytes; in the kernel */
	EMBARGO_MATCH_INTERPRETER_PATH, /* interpreter: field path; in the kernel */
	EMBARGO_MATCH_PACKAGE,	/* package: fields name, vendor, maintainer, all must match; resolved */
	EMBARGO_MATCH_VENDOR,	/* vendor: field name; resolved */
	EMBARGO_MATCH_BUILD_ID, /* build-id: .digest; resolved */
	EMBARGO_MATCH_MAX,
};

/*
 * One rule. It is stored like this in the policy database, so its layout is fixed. The
 * __u32 below "strings" are offsets into the pool of strings (embargo_string()),
 * 0 is "".
 */
struct embargo_rule {
	__u64 size; /* bytes of the file, or EMBARGO_SIZE_UNKNOWN */
	union {
		__u8 digest[EMBARGO_DIGEST_SIZE];
		__u64 name_hash; /* embargo_fnv_end() of issuer and serial */
	};
	/* strings */
	__u32 name; /* what to call what the rule is about */
	__u32 reason;
	__u32 source;
	__u32 authority; /* of this rule alone; see embargo_rule_authority() */
	__u32 fields;	 /* `key="value" …` in canonical order; see embargo_field_next() */

	__u32 expires;	  /* last day, in days since 1970-01-01; 0: never */
	__u32 line;	  /* of .file, where the rule begins */
	__u16 file;	  /* number of the policy file */
	__u8 action;	  /* enum embargo_action */
	__u8 kind;	  /* enum embargo_kind */
	__u8 match;	  /* enum embargo_match */
	__u8 formats;	  /* enum embargo_format, a set; EMBARGO_FORMAT_ANY unless given */
	__u8 digest_size; /* bytes used in .digest */
	__u8 spare;
	__u32 remarks; /* string: scope=, effective=, cpe= as .fields has its own; see embargo_rule_remark()
			*/
};

_Static_assert(sizeof(struct embargo_rule) == 80, "the rule is stored on disk, a million times");

/* One policy file; stored in the policy database like this. .path, .name, .authority: strings. */
struct embargo_file {
	__u32 path;			  /* as it was given, or found by include */
	__u32 name;			  /* directive policy; 0: none */
	__u32 authority;		  /* directive authority; 0: none */
	__u32 parent;			  /* number of the including file, or EMBARGO_NO_FILE */
	__u64 version;			  /* directive version; 0: none */
	__u8 sha256[EMBARGO_SHA256_SIZE]; /* of its bytes, with EMBARGO_READ_DIGEST, else zeros */
	__u32 rules;			  /* rules written in it, dropped ones included */
	__u32 spare;
};

_Static_assert(sizeof(struct embargo_file) == 64, "the file is stored on disk");

/* A file that userspace found to fall under a rule that the kernel cannot match. */
struct embargo_resolved {
	__u8 sha256[EMBARGO_SHA256_SIZE];
	__u64 size;
	__u32 rule; /* number of the cause */
	__u32 formats;
};

_Static_assert(sizeof(struct embargo_resolved) == 48, "the resolved entry is stored on disk");

/* What a policy in memory and a policy database on disk have in common: all for reading only. */
struct embargo_ruleset {
	const struct embargo_rule *rules;
	const struct embargo_file *files;
	const struct embargo_resolved *resolved;
	const char *strings;
	__u32 rule_count;
	__u32 file_count;
	__u32 resolved_count;
	__u32 pool_size;
	bool remarkless; /* of a version whose rules had no remarks: .remarks means nothing */
};

enum embargo_severity {
	EMBARGO_NOTE, /* legitimate, worth knowing */
	EMBARGO_WARNING,
	EMBARGO_ERROR,
};

struct embargo_diagnostic {
	enum embargo_severity severity;
	__u32 line;   /* from 1; 0: about the whole file */
	__u32 column; /* in characters, from 1; 0: about the whole line */
	char *file;
	char *message;
	char *hint; /* or NULL */
	char *text; /* the source line, or NULL */
};

#define EMBARGO_DIAGNOSTICS_MAX 100 /* kept of each severity; all are counted */

struct embargo_diagnostics {
	struct embargo_diagnostic *list; /* in the order of finding */
	size_t count;			 /* kept in .list */
	size_t total[EMBARGO_ERROR + 1]; /* found, by severity */
};

struct embargo_policy {
	struct embargo_ruleset set;
	struct embargo_diagnostics diagnostics;
	__u64 max_hash_size;
	bool signers_unread;		  /* the kernel it is for does not read who signed a program */
	__u64 seed;			  /* of the next image; 0: a random one. For tests */
	__u8 on_error[EMBARGO_CAUSE_MAX]; /* enum embargo_action by cause */
	/* Called now and then while a file is read; @total: 0 if it is not known. Optional. */
	void (*progress)(void *data, __u64 bytes, __u64 total);
	void *progress_data;
	struct embargo_policy_state *state; /* private to policy/ */
};

enum embargo_read_flags {
	EMBARGO_READ_ANY_OWNER = 1 << 0,  /* for lint and tests: whoever owns or can write the file */
	EMBARGO_READ_NO_INCLUDE = 1 << 1, /* include is an error: for text from elsewhere */
	EMBARGO_READ_DIGEST = 1 << 2,	  /* fill in embargo_file.sha256 of the bytes that were parsed */
	EMBARGO_READ_DIRECTORY = 1 << 3,  /* all files of a directory are read, so one that includes another
					   * is no mistake */
};

/* policy.c */
struct embargo_policy *embargo_policy_new(void); /* NULL: no memory */
void embargo_policy_free(struct embargo_policy *policy);
EMBARGO_CLEANUP(struct embargo_policy, embargo_policy_free);

/* Build a policy by hand (id --rule, tests). The strings of @rule are from embargo_policy_intern(). */
int embargo_policy_intern(struct embargo_policy *policy, const char *text, __u32 *ret_offset);
int embargo_policy_add_file(struct embargo_policy *policy, const char *path, __u32 *ret_file);
int embargo_policy_add(struct embargo_policy *policy, const struct embargo_rule *rule);

/*
 * The file with this hash falls under rule number @rule (a kind that is resolved):
 * the next image bans, audits or allows it at the level of identity. Known
 * already: 0, and nothing is added. -EINVAL: no such rule.
 */
int embargo_policy_resolve(struct embargo_policy *policy, __u32 rule, const __u8 sha256[EMBARGO_SHA256_SIZE],
			   __u64 size, __u32 formats);

/*
 * inherit.c: what was found to fall under a rule of @from (another version of the policy, or the same) falls
 * under the rules of @policy that match the same thing, whatever they do and whoever says so. @found: @count
 * entries with numbers of rules in @from; those whose rule is gone are passed over. The first @needed of them
 * are files that the host needs: they fall under no rule that bans. Returns how many entries came to be or
 * changed.
 */
int embargo_policy_inherit(struct embargo_policy *policy, const struct embargo_ruleset *from,
			   const struct embargo_resolved *found, __u32 count, __u32 needed);
/* Can entries be resolved for the rule: is its kind one of signer, package, vendor and build-id? */
bool embargo_rule_resolvable(const struct embargo_rule *rule);

/* policy/language/read.c: add a file's, or a buffer's, rules. All its errors are reported before it fails. */
int embargo_policy_read(struct embargo_policy *policy, const char *path, unsigned int flags);
int embargo_policy_read_buffer(struct embargo_policy *policy, const char *name, const void *data, size_t size,
			       unsigned int flags);

/*
 * policy/language/check.c: duplicates, contradictions, expiry (@now), limits. Drops expired and
 * merged rules, so that numbers of rules are settled only after it. Call it
 * once, after all files were read.
 */
int embargo_policy_check(struct embargo_policy *policy, time_t now);
/* What on-error is for @cause where the policy itself does not say. NONE: what is built in. */
void embargo_policy_default_on_error(struct embargo_policy *policy, unsigned int cause,
				     enum embargo_action action);

/* diag.c */
int embargo_policy_report(struct embargo_policy *policy, enum embargo_severity severity, const char *file,
			  __u32 line, const char *hint, const char *format, ...)
	__attribute__((format(printf, 6, 7)));
/* `file:line:column: error: message`, the line, a caret, `hint: …`; bytes a terminal could obey are replaced
 */
void embargo_diagnostic_format(const struct embargo_diagnostic *diagnostic, FILE *out);
/* All of severity @least and above, then how many more there were. */
void embargo_diagnostics_format(const struct embargo_diagnostics *diagnostics, enum embargo_severity least,
				FILE *out);

/* ruleset.c: what the offsets and numbers of a rule stand for; wrong ones give "" */
const char *embargo_string(const struct embargo_ruleset *set, __u32 offset);
const char *embargo_rule_authority(const struct embargo_ruleset *set, const struct embargo_rule *rule);
/* "scope", "effective" or "cpe" of the rule; @value is "" if it says nothing. Returns @value. */
const char *embargo_rule_remark(const struct embargo_ruleset *set, const struct embargo_rule *rule,
				const char *key, char value[EMBARGO_VALUE_MAX]);
const char *embargo_rule_file(const struct embargo_ruleset *set, const struct embargo_rule *rule);
/* Of the same files, with the same rules? What was resolved for them may differ. */
bool embargo_ruleset_same(const struct embargo_ruleset *a, const struct embargo_ruleset *b);
bool embargo_rule_in_kernel(const struct embargo_rule *rule); /* matched there; else it is resolved */
/* Does the kernel, where it can read who signed a program, match this rule there? A subject by one attribute
 * alone. */
bool embargo_rule_for_programs(const struct embargo_ruleset *set, const struct embargo_rule *rule);
enum embargo_level embargo_rule_level(const struct embargo_rule *rule);
embargo_packed_rule embargo_rule_pack(const struct embargo_rule *rule, __u32 number);

/*
 * Walk the fields of a rule: @cursor starts as embargo_string(set, rule->fields).
 * 1: @key and @value (decoded; @ret_size bytes, may be NULL, and a NUL) are the
 * next pair, 0: end, -EINVAL: not the canonical text.
 */
int embargo_field_next(const char **cursor, char key[EMBARGO_KEY_MAX], char value[EMBARGO_VALUE_MAX],
		       size_t *ret_size);
/* The value of the first field @key. -ENOENT: there is none. */
int embargo_rule_field(const struct embargo_ruleset *set, const struct embargo_rule *rule, const char *key,
		       char value[EMBARGO_VALUE_MAX]);
/* Equal, or @pattern ends in `*` and @text begins with what is before it. */
bool embargo_pattern_match(const char *pattern, const char *text);

/* policy/language/format.c: the line of policy text that reads back as the same rule, without its newline */
int embargo_rule_format(const struct embargo_ruleset *set, const struct embargo_rule *rule, FILE *out);
char *embargo_rule_text(const struct embargo_ruleset *set,
			const struct embargo_rule *rule); /* malloc'ed, or NULL */
/* @size bytes as a quoted string of the language; no byte of it can hurt a terminal or a diff */
void embargo_quote(FILE *out, const void *bytes, size_t size);

/* policy/language/words.c: the names that the language uses; NULL: no such number */
const char *embargo_action_name(unsigned int action); /* ban, audit, allow */
const char *embargo_kind_name(unsigned int kind);
const char *embargo_cause_name(unsigned int cause);	/* hash-failed, … */
const char *embargo_on_error_name(unsigned int action); /* deny, audit, allow */
const char *embargo_format_name(unsigned int format);	/* of one bit */
/* "elf,pe", or "any"; @text has room for all of them */
#define EMBARGO_FORMATS_TEXT 64
const char *embargo_formats_text(unsigned int formats, char text[EMBARGO_FORMATS_TEXT]);

/*
 * policy/image/image.c: the kernel's pages (bpf/image.h). Rules are checked. embargo_image_pages()
 * plans and says how many pages of EMBARGO_PAGE_SIZE it takes; adding rules or
 * resolved entries needs a new plan. -ENOSPC: too many hashes that share their
 * place in the table whatever the seed (made up on purpose; a diagnostic says so).
 *
 * An interpreter named by hash is in the table of hashes, with its kind: it names
 * a reader (unless its action is allow) and bans nothing. A ban of the same file
 * takes its place, since what cannot run reads nothing.
 */
int embargo_image_pages(struct embargo_policy *policy, size_t *ret_pages);
/* @pages: @count pages, as planned, all zero; every byte is written at most a few times, in place. */
int embargo_image_build(struct embargo_policy *policy, void *pages, size_t count, __u64 generation);

/*
 * policydb_write.c, policy database.c: a file with the image, then the rules, strings and files
 * it was made from. Reading takes nothing in it on trust.
 */
struct embargo_policydb {
	struct embargo_ruleset set;
	const void
		*image; /* for bpf/match.h; const, though match.h cannot say it. NULL: of another version */
	size_t image_pages;
	__u64 generation;
	__u64 max_hash_size;
	const __u8 *on_error;		      /* EMBARGO_CAUSE_MAX of them: enum embargo_action by cause */
	struct embargo_policydb_state *state; /* private to policy/ */
};

int embargo_policydb_write(const struct embargo_policy *policy, const void *image, int fd); /* no fsync */
int embargo_policydb_open(const char *path, struct embargo_policydb **ret_policydb); /* -EBADMSG: damaged */
int embargo_policydb_from_memory(const void *data, size_t size,
				 struct embargo_policydb **ret_policydb); /* stays the caller's */
/*
 * The same, also of an older version of embargo (EMBARGO_ABI_IS_KEPT), whose image nobody can evaluate by:
 * for its rules and what was found for them.
 */
int embargo_policydb_open_kept(const char *path, struct embargo_policydb **ret_policydb);
int embargo_policydb_kept_from_memory(const void *data, size_t size, struct embargo_policydb **ret_policydb);
void embargo_policydb_close(struct embargo_policydb *policydb);
EMBARGO_CLEANUP(struct embargo_policydb, embargo_policydb_close);

const struct embargo_rule *embargo_policydb_rule(const struct embargo_policydb *policydb,
						 __u32 number); /* NULL: no such */
/* The policy that the policy database was written from, numbers of rules kept: to resolve more and publish
 * again. */
int embargo_policydb_policy(const struct embargo_policydb *policydb, struct embargo_policy **ret_policy);

#endif
