/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A scan of trees: the walk (walk.h) finds files, the pool (pool.h) reads those that could matter.
 */
#ifndef EMBARGO_USERSPACE_SCAN_SCAN_H
#define EMBARGO_USERSPACE_SCAN_SCAN_H

#include <signal.h>

#include "policy/hash_table.h"
#include "policy/identity/package/owner.h"
#include "userspace/scan/finding.h"
#include "userspace/scan/memory.h"
#include "userspace/check/evaluate.h"
#include "userspace/scan/pool.h"
#include "userspace/scan/walk.h"

struct embargo_scan_settings {
	const struct embargo_evaluator *evaluator;
	struct embargo_findings *findings;
	unsigned int workers; /* 0: one for each CPU */
	unsigned int seconds; /* that one file may take; 0: 60 */
	struct embargo_scan_scope scope;
	struct embargo_scan_memory *memory; /* of earlier scans; NULL: everything is read */
	bool bar;			    /* on stderr */
	const volatile sig_atomic_t *stop;  /* set by a signal */
	__u64 since;			    /* CLOCK_REALTIME, ns: what was changed before is passed over */
	void (*meanwhile)(void *context);   /* called some times a second; NULL: nothing else is to be done */
	void *meanwhile_context;
};

/* Scan below all @paths; what is found is reported. -errno: one of @paths, or the scan, failed; it was said.
 */
int embargo_scan(const struct embargo_scan_settings *settings, char *const *paths,
		 struct embargo_scan_totals *totals);
void embargo_scan_totals_clear(struct embargo_scan_totals *totals);

/*
 * The same for files that come one by one. @settings' findings and @totals must outlive it. Whose files are
 * of which package is read once, at the beginning. -EPERM: there is no sandbox to read files in.
 */
struct embargo_scanner;
int embargo_scanner_new(const struct embargo_scan_settings *settings, struct embargo_scan_totals *totals,
			struct embargo_scanner **ret_scanner);
void embargo_scanner_free(struct embargo_scanner *scanner);
EMBARGO_CLEANUP(struct embargo_scanner, embargo_scanner_free);
/* -errno: it cannot go on. What is wrong with the file itself is reported. */
int embargo_scanner_file(struct embargo_scanner *scanner, const struct embargo_walk_file *file);
/* Until all of them are answered. */
int embargo_scanner_wait(struct embargo_scanner *scanner);

/* evaluate.c: what workers do */
enum embargo_scan_flags {
	EMBARGO_SCAN_CONTENTS = 1 << 0, /* its hash could matter */
};

struct embargo_scan_evaluator {
	const struct embargo_evaluator *evaluator;
	const struct embargo_owners *owners; /* of the host's files; NULL: no rule asks */
	bool archives;
};

/* An embargo_scan_evaluate_fn; @context: struct embargo_scan_evaluator */
void embargo_scan_evaluate(void *context, const struct embargo_scan_job *job, int fd,
			   struct embargo_scan_answers *answers, struct embargo_scan_reply *ret_reply);

/* links.c: files with several names are read once */
enum embargo_scan_link_state {
	EMBARGO_LINK_NEW,
	EMBARGO_LINK_READING,
	EMBARGO_LINK_CLEAN,   /* nothing was found */
	EMBARGO_LINK_FOUND,   /* .reply */
	EMBARGO_LINK_UNKNOWN, /* what was found of it says nothing of its other names */
};

struct embargo_scan_link {
	__u64 device, inode;
	enum embargo_scan_link_state state;
	struct embargo_scan_reply *reply; /* its texts are not kept but for the ground */
};

struct embargo_scan_links {
	struct embargo_scan_link *list;
	size_t count, capacity;
	struct embargo_hash_table table; /* by device and inode */
};

/* The file's entry, new if there is none; good until the next call. NULL: there are too many. */
struct embargo_scan_link *embargo_scan_link(struct embargo_scan_links *links, __u64 device, __u64 inode);
bool embargo_scan_link_clean(struct embargo_scan_links *links, __u64 device, __u64 inode);
void embargo_scan_link_found(struct embargo_scan_link *link, const struct embargo_scan_reply *reply);
void embargo_scan_links_clear(struct embargo_scan_links *links);

/* paths.c: what a scan was asked for */
struct embargo_scan_path {
	char *real;
	bool begun;
};

struct embargo_scan_paths {
	struct embargo_scan_path *list; /* sorted */
	size_t count;
	const struct embargo_scan_path *current;
};

/* Those that are not there are not in it: the walk says so. */
int embargo_scan_paths_read(struct embargo_scan_paths *paths, char *const *given);
/* It is the turn of @given. False: it was already, by this or another name. */
bool embargo_scan_path_begin(struct embargo_scan_paths *paths, const char *given);
/* Does @path, met in the walk of another, have a turn of its own? */
bool embargo_scan_path_other(const struct embargo_scan_paths *paths, const char *path);
void embargo_scan_paths_clear(struct embargo_scan_paths *paths);

/* progress.c: a line on a terminal */
struct embargo_progress {
	bool shown, started;
	__u64 files_all, bytes_all; /* as far as the file systems tell; 0: they do not */
	__u64 files, bytes;
	double begun, drawn;
};

void embargo_progress_begin(struct embargo_progress *progress, char *const *paths);
/* Draws it, at most some times a second. */
void embargo_progress_show(struct embargo_progress *progress, __u64 files, __u64 bytes);
void embargo_progress_hide(void *progress);
double embargo_seconds(void);

#endif
