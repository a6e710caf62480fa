// SPDX-License-Identifier: GPL-2.0-or-later
/* What is mounted -> file systems. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "userspace/base/mounts.h"
#include "userspace/scan/walk.h"
#include "userspace/watch/places.h"
#include "policy/array.h"

bool embargo_mount_near(const char *type)
{
	static const char *const far[] = {
		"nfs",	"nfs4",	 "cifs",   "smb3",   "smbfs", "9p",	"ceph", "afs",
		"coda", "ncpfs", "lustre", "vboxsf", "ocfs2", "autofs", "fuse",
	};
	size_t i;

	for (i = 0; i < sizeof(far) / sizeof(*far); i++)
		if (!strcmp(type, far[i]))
			return false;
	return strncmp(type, "fuse.", strlen("fuse.")) != 0;
}

static struct embargo_watch_place *place_of(const struct embargo_watch_places *places, dev_t device)
{
	size_t i;

	for (i = 0; i < places->count; i++)
		if (places->list[i].device == device)
			return &places->list[i];
	return NULL;
}

/* The directory that the mount shows, if nothing else is mounted over it. */
static int mount_open(struct libmnt_fs *mount)
{
	int fd = open(mnt_fs_get_target(mount), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct statx st;

	if (fd < 0)
		return -errno;
	if (!statx(fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT, STATX_MNT_ID, &st) &&
	    st.stx_mnt_id == (__u64)mnt_fs_get_id(mount))
		return fd;
	close(fd);
	return -ENOENT;
}

static int mount_take(struct embargo_watch_places *places, struct libmnt_fs *mount)
{
	struct embargo_watch_place *place = place_of(places, mnt_fs_get_devno(mount));
	const char *root = mnt_fs_get_root(mount), *type = mnt_fs_get_fstype(mount);
	bool whole = root && !strcmp(root, "/");
	_cleanup_close_ int fd = -1;
	struct statfs st;
	char *path;

	/* The first that shows all of it. */
	if (!type || !mnt_fs_get_target(mount) || !embargo_mount_near(type) ||
	    (place && (place->whole || !whole)))
		return 0;
	fd = mount_open(mount);
	if (fd < 0 || embargo_filesystem_of(fd) != EMBARGO_FILESYSTEM_LOCAL || fstatfs(fd, &st))
		return 0;
	path = strdup(mnt_fs_get_target(mount));
	if (!path || (!place && embargo_array_grow(&places->list, &places->capacity, places->count,
						   sizeof(*places->list)) < 0)) {
		free(path);
		return -ENOMEM;
	}
	if (place)
		free(place->path);
	else
		place = &places->list[places->count++];
	*place =
		(struct embargo_watch_place){.device = mnt_fs_get_devno(mount), .whole = whole, .path = path};
	memcpy(&place->id_events, &st.f_fsid, sizeof(place->id_events));
	return 0;
}

int embargo_watch_places_read(FILE *mountinfo, bool lost, struct embargo_watch_places *old,
			      struct embargo_watch_places *ret_places)
{
	_cleanup_(embargo_watch_places_clear) struct embargo_watch_places places = {0};
	_cleanup_(mnt_unref_tablep) struct libmnt_table *mounts = mnt_new_table();
	_cleanup_(mnt_free_iterp) struct libmnt_iter *each = mnt_new_iter(MNT_ITER_FORWARD);
	const struct embargo_watch_place *before;
	struct libmnt_fs *mount;
	size_t i;

	if (!mounts || !each)
		return -ENOMEM;
	if (mnt_table_parse_stream(mounts, mountinfo, EMBARGO_MOUNTINFO) || ferror(mountinfo))
		return -EIO;
	while (!mnt_table_next_fs(mounts, each, &mount))
		if (mount_take(&places, mount))
			return -ENOMEM;
	for (i = 0; i < places.count; i++) {
		before = place_of(old, places.list[i].device);
		places.list[i].lost = before ? before->lost : lost;
		places.list[i].whole_lost = before ? before->whole_lost : lost;
		places.list[i].failed = before && before->failed;
	}
	embargo_watch_places_clear(old);
	*ret_places = places;
	places = (struct embargo_watch_places){0};
	return 0;
}

void embargo_watch_places_clear(struct embargo_watch_places *places)
{
	while (places->count)
		free(places->list[--places->count].path);
	free(places->list);
	*places = (struct embargo_watch_places){0};
}

struct embargo_watch_place *embargo_watch_places_find(struct embargo_watch_places *places,
						      const __kernel_fsid_t *id)
{
	size_t i;

	for (i = 0; i < places->count; i++)
		if (!memcmp(&places->list[i].id_events, id, sizeof(*id)))
			return &places->list[i];
	return NULL;
}
