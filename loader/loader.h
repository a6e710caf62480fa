/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Put a policy in force, and take it out again.
 *
 * Everything that enforces is pinned below EMBARGO_PIN_DIR, so it outlives
 * every process:
 *   live/MAP, live/links/PROGRAM   what is in force
 *   next/                          the same, while a load or an upgrade builds it
 * A load builds an inner map aside and publishes it by one pointer swap. If the
 * BPF programs themselves are new (another build or ABI), a whole instance is
 * built in next/, inert until its policy is published; then the directories
 * change places and the old one is removed. There is no moment without a policy.
 *
 * Nothing here prints. Functions return 0 or a negative errno, and on failure
 * @error holds one line for the user with the remedy.
 */
#ifndef EMBARGO_LOADER_LOADER_H
#define EMBARGO_LOADER_LOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "bpf/image.h"

#define EMBARGO_PIN_DIR "/sys/fs/bpf/embargo"
#define EMBARGO_RUN_DIR "/run/embargo"
#define EMBARGO_STATE_DIR "/var/lib/embargo"
/* World-readable link to the policy database of the policy in force; gone when none is. */
#define EMBARGO_POLICYDB_LINK EMBARGO_RUN_DIR "/policy"

struct embargo_policy;
struct embargo_ruleset;
struct embargo_resolved;

struct embargo_error {
	char text[512];
};

/* Counted since the programs were attached. */
struct embargo_status {
	bool loaded;
	bool interrupted; /* attached, but no policy published: a load was killed */
	enum embargo_mode mode;
	uint64_t build;			     /* of the attached programs */
	bool other_build;		     /* not those of this binary: the next load replaces them */
	struct embargo_image_header header;  /* of the policy in force */
	uint64_t policy_memory;		     /* bytes of kernel memory of the policy (memlock) */
	uint64_t counters[EMBARGO_COUNTERS]; /* see bpf/abi.h */
	uint64_t ring_size;		     /* bytes */
	uint64_t ring_used;		     /* bytes not yet consumed */
	/* Programs enforce that these pins know nothing of, which @loaded does not say either; and why they
	 * are not seen. */
	unsigned int hidden;
	char hidden_why[256];
	unsigned int
		files_way; /* enum embargo_files_way: how the programs read who signed what is executed */
	unsigned int links;
	unsigned int links_expected; /* that the policy needs attached; 0: not known */
	bool ftrace_off;	     /* kernel.ftrace_enabled is 0: attached programs are not called */
	char link[EMBARGO_HOOK_MAX * 2][64]; /* names of attached programs */
};

/* "dynptr", "page-cache", or "unread" */
const char *embargo_files_way_name(unsigned int way);
/*
 * How programs of embargo read files on this kernel: what those that are attached do, else what they would.
 * enum embargo_files_way.
 */
unsigned int embargo_files_way_here(void);

/*
 * Put @policy in force. @mode: EMBARGO_MODE_MAX keeps the mode in force (audit
 * when nothing is). Writes the policy database and EMBARGO_POLICYDB_LINK. *@ret_generation: of
 * the policy now in force. On failure what was in force stays, and nothing of
 * the new one is left behind. -EPERM, -ENOMEM, -ENOSPC, -EBUSY (another load, or
 * programs enforce whose pins are not to be seen: these cannot be replaced).
 * On success the text of @error is empty, or says what could not be done beside:
 * "the policy is in force, but …".
 *
 * Files that were resolved for the policy in force, or for the last one before
 * the host booted, stay resolved for the same rules of @policy, which gets the
 * entries: embargo_policy_inherit().
 */
int embargo_load(struct embargo_policy *policy, enum embargo_mode mode, uint64_t *ret_generation,
		 struct embargo_error *error);

/*
 * Give @policy the entries that embargo_load() would give it. Their rule may have become a ban since: who
 * guards against bans of what the host needs must see them before they are in force.
 */
int embargo_load_foresee(struct embargo_policy *policy, struct embargo_error *error);

/*
 * Add what was found to the policy in force: @found, @count entries with the numbers of their rules in @set
 * (the policy database of the policy in force, or any policy with the same rules). The first @needed of them
 * are files that the host needs, watched or allowed by @set: if the policy in force is another one by now,
 * and bans them, it does not get them. *@ret_added: entries that are new; with none nothing is published.
 * *@ret_generation: of the policy in force. -ENOENT: nothing is loaded. On success @error is as
 * embargo_load() leaves it, but untouched if nothing was added.
 */
int embargo_resolve(const struct embargo_ruleset *set, const struct embargo_resolved *found, uint32_t count,
		    uint32_t needed, uint32_t *ret_added, uint64_t *ret_generation,
		    struct embargo_error *error);

/*
 * last_good.c: the policy that a boot falls back to. Keep the one that was loaded as @generation, which
 * passed every check; embargo_load() alone keeps none. embargo_set_mode() keeps its mode too,
 * embargo_unload() removes it. 1: until the next boot only, for EMBARGO_STATE_DIR could not be written; one
 * that is kept there stays.
 */
int embargo_last_good_keep(uint64_t generation, enum embargo_mode mode, struct embargo_error *error);
/* *@ret_mode: that it was in force with, *@ret_time: when it was loaded. -ENOENT: there is none. */
int embargo_last_good_read(struct embargo_policy **ret_policy, enum embargo_mode *ret_mode, time_t *ret_time,
			   struct embargo_error *error);

/*
 * Detach and remove everything, the policy database, the link and what was resolved too. 0 also when nothing
 * is loaded.
 */
int embargo_unload(struct embargo_error *error);

/*
 * Look again what the paths of the policy in force mean: a directory or an interpreter that was not there
 * when it was loaded is found now. Nothing in force, or sealed: 0.
 */
int embargo_places_refresh(struct embargo_error *error);

/* Switch the policy in force between audit and enforce. -ENOENT: nothing is loaded. */
int embargo_set_mode(enum embargo_mode mode, struct embargo_error *error);

/* Programs that a policy needs attached, with interpreters in it or not; 0: not known. */
unsigned int embargo_links_expected(bool interpreters);
/* Is the link @name of a program that some kernels have no hook for? It is not counted. */
bool embargo_link_optional(const char *name);

/*
 * Tell the programs how overlayfs is laid out, if it was loaded after them: they know it from the module's
 * file, if that was there. Cheap when there is no news.
 */
void embargo_overlay_look(void);
/*
 * A descriptor of a module's file, decompressed, or -1: how that is done, for whoever has the libraries for
 * it. NULL: only a module that is loaded tells of itself.
 */
extern int (*embargo_module_open)(const char *name);

/*
 * Is kernel.ftrace_enabled 0? BPF LSM programs hang on trampolines of ftrace: without it they are attached,
 * and not called.
 */
bool embargo_ftrace_is_off(void);

/* What is in force. Nothing loaded is no error: status->loaded is false. */
int embargo_get_status(struct embargo_status *ret_status, struct embargo_error *error);
/* The same without .header and .policy_memory: the kernel wants CAP_SYS_ADMIN to show a published policy. */
int embargo_get_counts(struct embargo_status *ret_status, struct embargo_error *error);

/*
 * names.c: names of the numbers in bpf/abi.h, for people and JSON; "?" past the
 * end. Those that the policy language uses too are in policy/policy.h.
 */
const char *embargo_hook_name(unsigned int hook); /* "exec", "mmap", "mprotect", "open", … */
const char *
embargo_verdict_name(unsigned int verdict); /* "allowed", "exempted", "audited", "would-deny", "denied" */
const char *embargo_mode_name(unsigned int mode);     /* "audit", "enforce" */
const char *embargo_origin_name(unsigned int origin); /* "none", "file", "compressed", "memory" */
const char *embargo_counter_name(unsigned int which); /* enum embargo_counter_single: "events", "lost", … */

#endif
