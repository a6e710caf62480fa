/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of loader/ share among themselves. */
#ifndef EMBARGO_LOADER_INTERNAL_H
#define EMBARGO_LOADER_INTERNAL_H

#include <sys/stat.h>

#include "loader/loader.h"
#include "policy/policy.h"

struct btf;

#define EMBARGO_BPF_MOUNT "/sys/fs/bpf"

#define EMBARGO_LIVE EMBARGO_PIN_DIR "/live"
#define EMBARGO_NEXT EMBARGO_PIN_DIR "/next"
#define EMBARGO_SEAL EMBARGO_PIN_DIR "/seal"

/* Put a formatted line into @error (may be NULL); returns @code, a negative errno. */
int embargo_fail(struct embargo_error *error, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* loader.c: one load, unload, change of mode or sealing at a time. A descriptor that holds the lock, or
 * -errno. */
int embargo_loader_lock(struct embargo_error *error);

/* pins.c: the directories below EMBARGO_PIN_DIR */

/* /sys/fs/bpf is a BPF file system (mounted if need be), EMBARGO_PIN_DIR is there. */
int embargo_pins_prepare(struct embargo_error *error);
/* Unmount the BPF file system if this process mounted it, and nothing is in it. */
void embargo_pins_forsake(void);
/*
 * A pinned map or link, by @directory/@name. Returns a descriptor or -errno. On a sealed host it is for
 * reading, but for the ring: whoever asks for more is refused, and told of.
 */
int embargo_pin_open(const char *directory, const char *name);
/* Is there an instance in @directory? */
bool embargo_pins_exist(const char *directory);
/*
 * Remove an instance. When this returns, its programs do not run any more:
 * every link is closed through a descriptor, which detaches at once, while an
 * unlinked pin alone would be released some time later. Missing: 0.
 */
int embargo_pins_remove(const char *directory);
/*
 * Remove EMBARGO_LIVE and EMBARGO_NEXT. Killed half-way, it leaves no EMBARGO_LIVE without some of its links,
 * which the next load would take for a whole one.
 */
int embargo_pins_retire(void);
/* EMBARGO_NEXT becomes EMBARGO_LIVE in one step; an older EMBARGO_LIVE becomes EMBARGO_NEXT. */
int embargo_pins_exchange(void);

/* hidden.c */
/*
 * Programs of ours that enforce though there are no pins to be seen; 0 where nobody may ask. Takes half a
 * second if there are: those that were just taken away are given time to go.
 */
unsigned int embargo_pins_hidden(void);
/* Says so, naming the mount that is in the way; -EBUSY. */
int embargo_pins_hidden_fail(unsigned int hidden, struct embargo_error *error);

/*
 * fdinfo.c: a number that the kernel tells of a map in /proc/self/fdinfo: "memlock", the bytes it is charged
 * with, or "frozen". 0: it is not told.
 */
uint64_t embargo_fdinfo(int fd, const char *field);

/* image_map.c: the policy image in the kernel */

/*
 * An inner map with @policy's image in it, frozen. @mount_namespace: embargo_mount_namespace(). Returns its
 * descriptor or -errno.
 */
int embargo_image_map_create(struct embargo_policy *policy, uint64_t generation, uint32_t mount_namespace,
			     struct embargo_error *error);
/* The image behind @fd, read-only, to be given back with munmap(). NULL: errno says why. */
void *embargo_image_map_view(int fd, size_t *ret_size);
/*
 * The inner map that the outer map @policy_fd points to. It is frozen: reading is all that anybody does, so
 * @open_flags is BPF_F_RDONLY, or 0 where it is to be mapped. Returns a descriptor or -errno; -ENOENT: none.
 */
int embargo_image_map_published(int policy_fd, __u32 open_flags);
int embargo_image_map_header(int fd, struct embargo_image_header *ret_header);

/* policydb_files.c: the policy databases on disk */

/* Write the policy database of @generation. *@ret_path: malloc'ed. */
int embargo_policydb_store(const struct embargo_policy *policy, const void *image, uint64_t generation,
			   char **ret_path, struct embargo_error *error);
/* Point EMBARGO_POLICYDB_LINK at @path and remove all but the newest few policy databases. */
int embargo_policydb_publish(const char *path, struct embargo_error *error);
void embargo_policydb_remove_all(void);

/* resolved.c: what was resolved, from policy to policy and over a reboot */

/*
 * Give @policy what was resolved for the same rules of the policy in force (its @generation; 0: nothing was)
 * and of the last one before a reboot. 1: something was for the policy in force, and cannot be read.
 */
int embargo_resolved_inherit(struct embargo_policy *policy, uint64_t generation, struct embargo_error *error);
/* Keep what was resolved for the policy whose policy database is @policydb over a reboot. */
int embargo_resolved_save(const char *policydb, struct embargo_error *error);
void embargo_resolved_remove(void);

/* last_good.c: what is not for others */

/* The policy in force has @mode now. One that was forced is not the last good one, whose mode stays then. */
void embargo_last_good_mode(enum embargo_mode mode);
void embargo_last_good_remove(void);

/* counter.c: one counter over all CPUs; @fd of the map embargo_counters */
int embargo_counter_sum(int fd, uint32_t counter, uint64_t *ret_sum);

/* status.c: the mode of the policy of @generation; 0: of the newest, which is all that another ABI tells. */
enum embargo_mode embargo_control_mode(const struct embargo_control *control, uint64_t generation);

/* instance.c: the programs, attached and pinned in EMBARGO_NEXT, without a policy */

/* Identifies the programs inside this binary. */
uint64_t embargo_build(void);
/* The programs as an ELF object, before libbpf adapts them to this kernel. */
const void *embargo_programs_elf(size_t *ret_size);
/* @interpreters: with the programs for what interpreters open, which cost every open() a little. */
int embargo_instance_create(enum embargo_mode mode, bool interpreters, struct embargo_error *error);
/* Has the instance in EMBARGO_LIVE those programs? */
bool embargo_instance_interpreters(void);

/* files_way.c: as those programs read that are attached; @otherwise if there are none, or it cannot be seen.
 */
unsigned int embargo_files_way_live(unsigned int otherwise);
/* What those of this binary do with the kernel whose types these are, as far as these tell. */
unsigned int embargo_files_way_of(const struct btf *kernel);

/*
 * overlay.c: tell the programs, by @map, how overlayfs is laid out in memory. Without it a file on overlayfs
 * is hashed at every exec. @kernel: its types; NULL: they are read if need be.
 */
void embargo_overlay_learn(int map, struct btf *kernel);

/* seal_status.c: is this host sealed? Asked often, and cheap. */
bool embargo_seal_holds(void);

/*
 * seal_keyring.c: a keyring that holds these certificates and takes no more; *@ret_anchor: the keyring that
 * keeps it. Both are ordinary ones until they are guarded.
 */
struct embargo_seal_certificate;
int embargo_seal_keyring(const struct embargo_seal_certificate *list, size_t count, __u32 *ret_keyring,
			 __u32 *ret_anchor, struct embargo_error *error);

/*
 * seal_guard.c: note in the map @ids whatever of ours there is, and end all writing to it but that of
 * programs. -EBUSY: somebody else's program uses it, or has it mapped.
 */
int embargo_seal_guard(int ids, struct embargo_error *error);

/* seal_ready.c: what stands in the way of a sealing that would hold. */
int embargo_seal_obstacle(struct embargo_error *error);
/* -EPERM with its words if it is sealed, else 0. */
int embargo_seal_refuse(struct embargo_error *error);

/* interpreters.c: tell the kernel which programs @image names as interpreters */

/* By their paths. What only older policies have named makes room. */
int embargo_interpreters_fill(void *image, struct embargo_error *error);
/* Of those that run, by their hashes. */
int embargo_interpreters_fill_running(void *image, struct embargo_error *error);

/* lookup.c: the paths of an image, where the first process sees them */

/* The mount namespace of the first process, in which root mounts. */
int embargo_mount_namespace(uint32_t *ret_inode);
/* The root directory of the first process, to look paths up in. */
int embargo_places_root(void);
/* What @path is in @root, no symbolic link followed, opened with @flags. Returns a descriptor or -errno. */
int embargo_place_open(int root, const char *path, int flags);
/* The device of the file system of @st, as the kernel has it. @pid: whose mounts, by a name in @proc. */
__u64 embargo_place_device(int proc, const char *pid, const struct statx *st);
/* The entry at @slot of .strings if it is a path, *@ret_path, with its rule as target. NULL: it is none. */
const struct embargo_string_slot *embargo_image_path(void *image, __u32 slot, const char **ret_path);

/*
 * forget.c: remove from the hash map @map what @of says is of a policy older than that before @generation: by
 * that one a program may be evaluating still.
 */
void embargo_map_forget(int map, uint64_t generation, uint64_t (*of)(int map, const void *key));

/* places.c: tell the kernel which directories the path rules of @image mean. Before it is published, and
 * again later. */
int embargo_places_fill(void *image, struct embargo_error *error);

#endif
