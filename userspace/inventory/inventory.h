/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Present use: what of the host runs, is loaded, starts or is installed now, and
 * falls under the policy. Files on disk are scan's business; this is what it would
 * miss: a program that was deleted but still runs, a unit that will start one.
 */
#ifndef EMBARGO_USERSPACE_INVENTORY_INVENTORY_H
#define EMBARGO_USERSPACE_INVENTORY_INVENTORY_H

#include <sys/types.h>

#include "policy/identity/package/owner.h"
#include "userspace/scan/finding.h"

/* Start with zeroes and the first three. */
struct embargo_inventory {
	const struct embargo_evaluator *evaluator;
	struct embargo_findings *findings;
	const char *root;	  /* of units, cron tables and packages: "/", or a tree made for a test */
	const volatile int *stop; /* not 0: end soon; or NULL */

	struct embargo_owners *owners; /* of root, opened when first asked for */
	struct embargo_inventory_files *files;
	bool foreign; /* paths are those of a container: no package of the host owns them */
};

/* All of it, or what is named. Each reports what it finds; what it cannot read is a line of trouble. */
void embargo_inventory_all(struct embargo_inventory *inventory);
void embargo_inventory_processes(struct embargo_inventory *inventory);
void embargo_inventory_modules(struct embargo_inventory *inventory);
void embargo_inventory_units(struct embargo_inventory *inventory);
void embargo_inventory_cron(struct embargo_inventory *inventory);
void embargo_inventory_packages(struct embargo_inventory *inventory);
void embargo_inventory_clear(struct embargo_inventory *inventory);

/* The rest is shared by the files present_*.c. */

/* What is known of a file. Not to be freed: each file is evaluated once. */
struct embargo_inventory_file {
	struct embargo_check_result result;
	bool hashed; /* .digests are filled in */
	struct embargo_digests digests;
	__u32 format;
	char *package, *package_version, *vendor, *signer; /* or NULL */
	char *warning;					   /* why it could not be read, or NULL */
};

/*
 * inventory_file.c: @fd is open for reading; @path as the kernel calls it, in its own root. Trouble is
 * reported once for each file. NULL: it cannot be evaluated.
 */
const struct embargo_inventory_file *embargo_inventory_evaluate(struct embargo_inventory *inventory, int fd,
								const char *path);
/* By the path alone, of what is not there (any more). */
void embargo_inventory_evaluate_path(struct embargo_inventory *inventory, const char *path,
				     struct embargo_check_result *ret_result);
static inline bool embargo_inventory_banned(const struct embargo_check_result *result)
{
	return result->verdict == EMBARGO_DENIED || result->verdict == EMBARGO_AUDITED;
}
/* Fill in what @file says; kind, path and who uses it are the caller's. */
void embargo_inventory_finding(const struct embargo_inventory_file *file, struct embargo_finding *finding);
const struct embargo_owners *embargo_inventory_owners(struct embargo_inventory *inventory);

/* inventory_words.c: what a command names */

/*
 * The words of a command line of a shell, of a unit or of a crontab that are absolute paths, each once;
 * quotes are taken away. Call embargo_inventory_words_free() with what it gives. NULL: no memory
 */
char **embargo_inventory_words(const char *command);
void embargo_inventory_words_free(char **words);

/*
 * Report each banned file that @command names. @kind: UNIT or CRON; @unit: its name, or NULL; @place:
 * "/etc/crontab:3".
 */
struct embargo_inventory_user {
	enum embargo_finding_kind kind;
	const char *unit;
	const char *place;
	bool active;
};
void embargo_inventory_command(struct embargo_inventory *inventory, const char *command,
			       const struct embargo_inventory_user *user);

#endif
