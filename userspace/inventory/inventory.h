/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Present use: what of the host runs, is loaded, starts or is installed now, and
 * falls under the policy. Files on disk are scan's business; this is what it would
 * miss: a program that was deleted but still runs, a unit that will start one.
 */
#ifndef EMBARGO_USERSPACE_INVENTORY_INVENTORY_H
#define EMBARGO_USERSPACE_INVENTORY_INVENTORY_H

#include <limits.h>
#include <sys/types.h>

#include "policy/identity/package/owner.h"
#include "userspace/scan/finding.h"

/* Start with zeroes and the first three. */
struct embargo_present {
	const struct embargo_measure *measure;
	struct embargo_findings *findings;
	const char *root;	  /* of units, cron tables and packages: "/", or a tree made for a test */
	const volatile int *stop; /* not 0: end soon; or NULL */

	struct embargo_owners *owners; /* of root, opened when first asked for */
	struct embargo_present_files *files;
	bool foreign; /* paths are those of a container: no package of the host owns them */
};

/* All of it, or what is named. Each reports what it finds; what it cannot read is a line of trouble. */
void embargo_present_all(struct embargo_present *present);
void embargo_present_processes(struct embargo_present *present);
void embargo_present_modules(struct embargo_present *present);
void embargo_present_units(struct embargo_present *present);
void embargo_present_cron(struct embargo_present *present);
void embargo_present_packages(struct embargo_present *present);
void embargo_present_clear(struct embargo_present *present);

/* The rest is shared by the files present_*.c. */

/* What is known of a file. Not to be freed: each file is judged once. */
struct embargo_present_file {
	struct embargo_judgement judgement;
	bool hashed; /* .digests are filled in */
	struct embargo_digests digests;
	__u32 format;
	char *package, *package_version, *vendor, *signer; /* or NULL */
	char *trouble;					   /* why it could not be read, or NULL */
};

/*
 * present_file.c: @fd is open for reading; @path as the kernel calls it, in its own root. Trouble is reported
 * once for each file. NULL: it cannot be judged.
 */
const struct embargo_present_file *embargo_present_judge(struct embargo_present *present, int fd,
							 const char *path);
/* By the path alone, of what is not there (any more). */
void embargo_present_judge_path(struct embargo_present *present, const char *path,
				struct embargo_judgement *ret_judgement);
static inline bool embargo_present_banned(const struct embargo_judgement *judgement)
{
	return judgement->verdict == EMBARGO_DENIED || judgement->verdict == EMBARGO_AUDITED;
}
/* Fill in what @file says; kind, path and who uses it are the caller's. */
void embargo_present_finding(const struct embargo_present_file *file, struct embargo_finding *finding);
/* A file below @root, whose links do not lead out of it. Returns a descriptor or -errno. */
int embargo_present_open(const char *root, const char *path, int flags);
/* A regular file of settings; NULL: errno, EFBIG for one that no program would read as that. */
FILE *embargo_present_file_open(const char *root, const char *path);
DIR *embargo_present_directory_open(const char *root, const char *path); /* NULL: errno */
/* The path of what @fd has open below @root, without links; @path if that is not known. */
const char *embargo_present_real_path(const char *root, int fd, const char *path, char real[PATH_MAX]);
const struct embargo_owners *embargo_present_owners(struct embargo_present *present);

/* present_words.c: what a command names */

/*
 * The words of a command line of a shell, of a unit or of a crontab that are absolute paths, each once;
 * quotes are taken away. Call embargo_present_words_free() with what it gives. NULL: no memory
 */
char **embargo_present_words(const char *command);
void embargo_present_words_free(char **words);

/*
 * Report each banned file that @command names. @kind: UNIT or CRON; @unit: its name, or NULL; @place:
 * "/etc/crontab:3".
 */
struct embargo_present_user {
	enum embargo_finding_kind kind;
	const char *unit;
	const char *place;
	bool active;
};
void embargo_present_command(struct embargo_present *present, const char *command,
			     const struct embargo_present_user *user);

#endif
