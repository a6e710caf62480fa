/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What scan finds: one finding is one JSON line, whoever found it. The schema
 * (embargo.8 documents it; keys are never renamed or given another type):
 *
 *   {"type":"scan","schema":1,"host":…,"machine_id":…,"boot_id":…,"time":RFC3339,"embargo":VERSION,"kernel":RELEASE,
 *    "mode":"enforce"|"audit"|null,"policies":[{"name":…,"version":N,"file":…}],"paths":[…],
 *    "present":BOOL,"archives":BOOL,"all_filesystems":BOOL,"network":BOOL}	the first line
 *   {"type":"finding","kind":…,"verdict":"denied"|"audited","path":…,"member":…,"container":…,"format":…,"size":N,
 *    "sha256":HEX,"rule":TEXT,"rule_name":…,"rule_kind":…,"reason":…,"authority":…,"scope":…,"effective":…,
 *    "cpe":…,"source":…,"policy_file":…,
 *    "policy_line":N,"resolved":BOOL,"ground":…,"package":…,"package_version":…,"vendor":…,"signer":…,"pid":N,
 *    "comm":…,"unit":…,"active":BOOL}
 *   {"type":"trouble","path":…,"why":"could not be read: …"}
 *   {"type":"summary","time":RFC3339,"files":N,"bytes":N,"hashed":N,"hashed_bytes":N,"remembered":N,"seconds":F,"findings":N,
 *    "troubles":N,"complete":BOOL,"pinned":N,"not_entered":[PATH,…]}	the last line
 *
 * What is not known is null. Strings that are not UTF-8: as in userspace/event/event_json.c ("path_hex").
 */
#ifndef EMBARGO_USERSPACE_SCAN_FINDING_H
#define EMBARGO_USERSPACE_SCAN_FINDING_H

#include <jansson.h>

#include "policy/identity/resolve.h"
#include "userspace/check/evaluate.h"

enum embargo_finding_kind {
	EMBARGO_FOUND_FILE,    /* "file" */
	EMBARGO_FOUND_MEMBER,  /* "member": inside an archive or package, .member */
	EMBARGO_FOUND_PROCESS, /* "process": runs it, .pid */
	EMBARGO_FOUND_LIBRARY, /* "library": mapped by .pid */
	EMBARGO_FOUND_MODULE,  /* "module": loaded now */
	EMBARGO_FOUND_UNIT,    /* "unit": of systemd, starts a banned program */
	EMBARGO_FOUND_CRON,    /* "cron": a table that starts one */
	EMBARGO_FOUND_PACKAGE, /* "package": installed */
};

/* Strings are borrowed for the call; absent ones NULL. */
struct embargo_finding {
	enum embargo_finding_kind kind;
	struct embargo_check_result result;
	bool resolved; /* by a rule of a kind that the kernel cannot match; .ground says what of it matched */
	const char *ground;
	const char *path;
	const char *member;
	const char *container;		       /* "docker 4f5e… (nginx:1.27)" */
	const struct embargo_digests *digests; /* NULL: it has none (a package, a unit) */
	__u32 format;
	const char *package, *package_version, *vendor, *signer;
	int pid;	  /* 0: none */
	const char *comm; /* of the process, or the name of the module */
	const char *unit; /* of systemd */
	bool active;	  /* in use now: runs, is mapped, loaded, enabled */
};

/* Where findings go; each call is one line, and the calls of several threads do not mix. */
struct embargo_findings;

/* What the last line says. */
struct embargo_scan_totals {
	__u64 files; /* looked at */
	__u64 bytes; /* their sizes */
	__u64 hashed;
	__u64 hashed_bytes;
	__u64 remembered; /* not read, for an earlier scan found them clean and nothing of them changed */
	__u64 pinned;	  /* rules put into the live policy */
	double seconds;
	bool complete;		  /* false: it was interrupted, or could not go on */
	char *const *not_entered; /* directories on other file systems; ends with NULL */
};

/*
 * finding.c. Lines go to @out: JSON, or text for people, which has findings alone
 * there, and the rest on stderr. Names of rules are those of @evaluator. All of
 * these are borrowed. @out may be NULL: nothing is printed.
 */
int embargo_findings_new(FILE *out, bool json, const struct embargo_evaluator *evaluator,
			 struct embargo_findings **ret_findings);
void embargo_findings_free(struct embargo_findings *findings);
EMBARGO_CLEANUP(struct embargo_findings, embargo_findings_free);
/* Called for each finding, after its line: for scan --enforce and --sbom; at most two. Given again: with the
 * new context. */
void embargo_findings_watch(struct embargo_findings *findings,
			    void (*watch)(void *context, const struct embargo_finding *finding),
			    void *context);
/* Called before each line: a progress bar takes itself off the terminal. */
void embargo_findings_before_line(struct embargo_findings *findings, void (*call)(void *context),
				  void *context);

/* Where a scan looks, besides its paths. */
struct embargo_scan_scope {
	bool present;
	bool archives;
	bool all_filesystems;
	bool network;
};

/* The first line, and the last. */
void embargo_findings_begin(struct embargo_findings *findings, char *const *paths,
			    const struct embargo_scan_scope *scope);
void embargo_findings_end(struct embargo_findings *findings, const struct embargo_scan_totals *totals);

/* Not banned after all, by a rule that the kernel cannot match: no line, but whoever watches is told. */
void embargo_finding_exempt(struct embargo_findings *findings, const struct embargo_finding *finding);
void embargo_finding_report(struct embargo_findings *findings, const struct embargo_finding *finding);
/* @why: "could not be read: …" */
void embargo_warning_report(struct embargo_findings *findings, const char *path, const char *why);

/* Reported so far. */
__u64 embargo_findings_count(struct embargo_findings *findings);
__u64 embargo_findings_warnings(struct embargo_findings *findings);

/* finding_json.c: to be freed; NULL: no memory */
json_t *embargo_finding_json(const struct embargo_ruleset *set, const struct embargo_finding *finding);
json_t *embargo_scan_json(const struct embargo_ruleset *set, char *const *paths,
			  const struct embargo_scan_scope *scope);

/* finding_text.c */
const char *embargo_finding_kind_name(unsigned int kind);
/* `denied file /path: rule …`, without a newline, to be freed; NULL: no memory */
char *embargo_finding_text(const struct embargo_evaluator *evaluator, const struct embargo_finding *finding);

#endif
