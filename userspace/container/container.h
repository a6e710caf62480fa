/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which image or container a path belongs to: below the storage of Docker,
 * Podman, CRI-O, Buildah and containerd, by their own records on disk. No daemon
 * is asked.
 */
#ifndef EMBARGO_USERSPACE_CONTAINER_CONTAINER_H
#define EMBARGO_USERSPACE_CONTAINER_CONTAINER_H

#include <stdint.h>

#define EMBARGO_CONTAINER_ID 64 /* hexadecimal digits of a whole id */

/*
 * "docker image nginx:1.27, layer 4f5e0a1b2c3d", "podman container web (0a1b2c3d4e5f)", …, to be freed. NULL:
 * it belongs to none. @path is as seen below @root ("/", or a tree made for a test).
 */
char *embargo_container_of(const char *root, const char *path);
/* The same for a process by the text of /proc/PID/cgroup. */
char *embargo_container_of_cgroup(const char *root, const char *cgroup);

/* Whose an event is. */
struct embargo_container {
	char id[EMBARGO_CONTAINER_ID + 1]; /* "": it has none, as those of systemd-nspawn and LXC */
	char pod[64];			   /* of Kubernetes, its UID; "": none */
	char *text;			   /* as embargo_container_of(); NULL: it is no container's */
};

/*
 * By the path of a cgroup, "/kubepods.slice/…/cri-containerd-ID.scope", as containerd, CRI-O, Docker, Podman,
 * systemd-nspawn and LXC name theirs. @root: as embargo_container_of(). To be cleared.
 */
void embargo_container_by_path(const char *root, const char *path, struct embargo_container *ret_container);
void embargo_container_clear(struct embargo_container *container);
/*
 * By the kernel's number of a cgroup, which is the inode of its directory below /sys/fs/cgroup. What was
 * found is remembered, and stays ours; not for threads. NULL: it is no container's, or the cgroup is gone.
 */
const struct embargo_container *embargo_container_by_cgroup(uint64_t id);

#endif
