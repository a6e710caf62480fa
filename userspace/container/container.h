/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which image or container a path belongs to: below the storage of Docker,
 * Podman, CRI-O, Buildah and containerd, by their own records on disk. No daemon
 * is asked.
 */
#ifndef EMBARGO_USERSPACE_CONTAINER_CONTAINER_H
#define EMBARGO_USERSPACE_CONTAINER_CONTAINER_H

/*
 * "docker image nginx:1.27, layer 4f5e0a1b2c3d", "podman container web (0a1b2c3d4e5f)", …, to be freed. NULL:
 * it belongs to none. @path is as seen below @root ("/", or a tree made for a test).
 */
char *embargo_container_of(const char *root, const char *path);
/* The same for a process by the text of /proc/PID/cgroup. */
char *embargo_container_of_cgroup(const char *root, const char *cgroup);

#endif
