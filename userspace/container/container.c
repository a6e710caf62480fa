// SPDX-License-Identifier: GPL-2.0-or-later
/* Paths and cgroups -> images and containers. */
#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "policy/cleanup.h"
#include "userspace/container/container.h"
#include "userspace/container/private.h"
#include "userspace/base/root.h"

#define ID_SIZE EMBARGO_CONTAINER_ID

/* The component behind @middle in @path, and what comes before it. False: there is none */
static bool split(const char *path, const char *middle, char before[PATH_MAX],
		  char name[EMBARGO_CONTAINER_ID_MAX])
{
	const char *at = strstr(path, middle);
	size_t length;

	if (!at || at - path >= PATH_MAX)
		return false;
	length = strcspn(at + strlen(middle), "/");
	if (!length || length >= EMBARGO_CONTAINER_ID_MAX)
		return false;
	snprintf(before, PATH_MAX, "%.*s", (int)(at - path), path);
	snprintf(name, EMBARGO_CONTAINER_ID_MAX, "%.*s", (int)length, at + strlen(middle));
	return true;
}

static bool there_is(const char *root, const char *storage, const char *name)
{
	char path[PATH_MAX + 64];
	_cleanup_closedir_ DIR *dir = NULL;

	snprintf(path, sizeof(path), "%s/%s", storage, name);
	dir = embargo_root_directory_open(root, path);
	return dir;
}

static char *format(const char *text, const char *name)
{
	char *whole;

	return asprintf(&whole, text, name) < 0 ? NULL : whole;
}

static char *of_docker(const char *root, const char *path)
{
	static const char *const drivers[][2] = {{"overlay2", "/overlay2/"},
						 {"vfs", "/vfs/dir/"},
						 {"btrfs", "/btrfs/subvolumes/"},
						 {"fuse-overlayfs", "/fuse-overlayfs/"}};
	char storage[PATH_MAX], name[EMBARGO_CONTAINER_ID_MAX], records[64];
	size_t i;

	for (i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
		snprintf(records, sizeof(records), "image/%s", drivers[i][0]);
		/* "l" has short links to the layers. */
		if (split(path, drivers[i][1], storage, name) && strcmp(name, "l") &&
		    there_is(root, storage, records))
			return embargo_container_docker(root, storage, drivers[i][0], name);
	}
	if (split(path, "/docker/volumes/", storage, name))
		return format("docker volume %.64s", name);
	return NULL;
}

static char *of_podman(const char *root, const char *path)
{
	static const char *const drivers[][2] = {{"overlay", "/overlay/"}, {"vfs", "/vfs/dir/"}};
	char storage[PATH_MAX], name[EMBARGO_CONTAINER_ID_MAX], records[64];
	size_t i;

	for (i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
		snprintf(records, sizeof(records), "%s-layers", drivers[i][0]);
		if (split(path, drivers[i][1], storage, name) && strcmp(name, "l") &&
		    there_is(root, storage, records))
			return embargo_container_storage(root, storage, drivers[i][0], name);
	}
	if (split(path, "/containers/storage/volumes/", storage, name))
		return format("podman volume %.64s", name);
	return NULL;
}

/* Which image a snapshot is of is in a database that is containerd's alone. */
static char *of_containerd(const char *path)
{
	static const char *const places[] = {
		"/io.containerd.snapshotter.v1.overlayfs/snapshots/",
		"/io.containerd.snapshotter.v1.native/snapshots/",
		"/io.containerd.snapshotter.v1.btrfs/active/",
		"/io.containerd.snapshotter.v1.btrfs/snapshots/",
	};
	char storage[PATH_MAX], name[EMBARGO_CONTAINER_ID_MAX];
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (split(path, places[i], storage, name))
			return format("containerd snapshot %.64s", name);
	return NULL;
}

char *embargo_container_of(const char *root, const char *path)
{
	char *text = of_docker(root, path);

	text = text ?: of_podman(root, path);
	return text ?: of_containerd(path);
}

const char *embargo_container_id_find(const char *line)
{
	size_t length;

	for (; *line; line += length ?: 1) {
		length = strspn(line, "0123456789abcdef");
		if (length == ID_SIZE)
			return line;
	}
	return NULL;
}

static char *container_text(const char *root, const char *engine, const char *storage, const char *id,
			    char *(*find)(const char *root, const char *storage, const char *id,
					  char **ret_image))
{
	_cleanup_free_ char *name = NULL, *image = NULL;
	char *text;

	if (find)
		name = find(root, storage, id, &image);
	if (asprintf(&text, "%s container %s%s%.12s%s%s%s", engine, name ?: "", name ? " (" : "", id,
		     name ? ")" : "", image ? ", image " : "", image ?: "") < 0)
		return NULL;
	return text;
}

char *embargo_container_of_cgroup(const char *root, const char *cgroup)
{
	const char *at = embargo_container_id_find(cgroup), *line;
	char id[ID_SIZE + 1], part[512];

	if (!at)
		return NULL;
	snprintf(id, sizeof(id), "%s", at);
	for (line = at; line > cgroup && line[-1] != '\n';)
		line--;
	snprintf(part, sizeof(part), "%.*s", (int)(at - line < 500 ? at - line : 500), line);
	if (strstr(part, "docker"))
		return container_text(root, "docker", "/var/lib/docker", id, embargo_container_docker_name);
	if (strstr(part, "libpod") || strstr(part, "crio"))
		return container_text(root, strstr(part, "crio") ? "cri-o" : "podman",
				      "/var/lib/containers/storage", id, embargo_container_storage_name);
	if (strstr(part, "containerd"))
		return container_text(root, "containerd", NULL, id, NULL);
	if (strstr(part, "kubepods"))
		return container_text(root, "kubernetes", NULL, id, NULL);
	return NULL;
}
