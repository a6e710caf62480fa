// SPDX-License-Identifier: GPL-2.0-or-later
/* /proc/self/mountinfo -> file systems. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "policy/private.h"
#include "userspace/scan_walk.h"
#include "userspace/watch_places.h"

/* A space, tab, newline and backslash stand in it as \040 and so on. */
static void unescape(char *text)
{
	char *out = text;

	for (; *text; text++) {
		if (*text == '\\' && text[1] >= '0' && text[1] <= '3' && text[2] >= '0' && text[2] <= '7' &&
		    text[3] >= '0' && text[3] <= '7') {
			*out++ = (text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0');
			text += 3;
		} else {
			*out++ = *text;
		}
	}
	*out = '\0';
}

bool embargo_mount_read(char *line, struct embargo_mount *ret_mount)
{
	char *rest = line, *fields[5], *end;
	unsigned int major, minor;
	unsigned long long id;
	size_t i;

	/* ID PARENT MAJOR:MINOR ROOT PATH OPTIONS [TAG…] - TYPE SOURCE OPTIONS */
	for (i = 0; i < 5; i++) {
		fields[i] = strsep(&rest, " ");
		if (!fields[i] || !*fields[i])
			return false;
	}
	end = rest ? strstr(rest, " - ") : NULL;
	id = strtoull(fields[0], &rest, 10);
	if (!end || *rest || sscanf(fields[2], "%u:%u", &major, &minor) != 2 || *fields[4] != '/')
		return false;
	end += strlen(" - ");
	end[strcspn(end, " \n")] = '\0';
	unescape(fields[4]);
	*ret_mount = (struct embargo_mount){
		.id = id,
		.device = makedev(major, minor),
		.whole = !strcmp(fields[3], "/"),
		.path = fields[4],
		.type = end,
	};
	return *end;
}

bool embargo_mount_near(const struct embargo_mount *mount)
{
	static const char *const far[] = {
		"nfs",	"nfs4",	 "cifs",   "smb3",   "smbfs", "9p",	"ceph", "afs",
		"coda", "ncpfs", "lustre", "vboxsf", "ocfs2", "autofs", "fuse",
	};
	size_t i;

	for (i = 0; i < sizeof(far) / sizeof(*far); i++)
		if (!strcmp(mount->type, far[i]))
			return false;
	return strncmp(mount->type, "fuse.", strlen("fuse.")) != 0;
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
static int mount_open(const struct embargo_mount *mount)
{
	int fd = open(mount->path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct statx st;

	if (fd < 0)
		return -errno;
	if (!statx(fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT, STATX_MNT_ID, &st) && st.stx_mnt_id == mount->id)
		return fd;
	close(fd);
	return -ENOENT;
}

static int mount_take(struct embargo_watch_places *places, const struct embargo_mount *mount)
{
	struct embargo_watch_place *place = place_of(places, mount->device);
	_cleanup_close_ int fd = -1;
	struct statfs st;
	char *path;

	/* The first that shows all of it. */
	if (!embargo_mount_near(mount) || (place && (place->whole || !mount->whole)))
		return 0;
	fd = mount_open(mount);
	if (fd < 0 || embargo_filesystem_of(fd) != EMBARGO_FILESYSTEM_LOCAL || fstatfs(fd, &st))
		return 0;
	path = strdup(mount->path);
	if (!path || (!place && embargo_array_grow(&places->list, &places->capacity, places->count,
						   sizeof(*places->list)) < 0)) {
		free(path);
		return -ENOMEM;
	}
	if (place)
		free(place->path);
	else
		place = &places->list[places->count++];
	*place = (struct embargo_watch_place){
		.device = mount->device, .id = mount->id, .whole = mount->whole, .path = path};
	memcpy(&place->id_events, &st.f_fsid, sizeof(place->id_events));
	return 0;
}

int embargo_watch_places_read(FILE *mountinfo, bool lost, struct embargo_watch_places *old,
			      struct embargo_watch_places *ret_places)
{
	_cleanup_(embargo_watch_places_clear) struct embargo_watch_places places = {0};
	_cleanup_free_ char *line = NULL;
	const struct embargo_watch_place *before;
	struct embargo_mount mount;
	size_t room = 0, i;

	while (getline(&line, &room, mountinfo) > 0)
		if (embargo_mount_read(line, &mount) && mount_take(&places, &mount))
			return -ENOMEM;
	if (ferror(mountinfo))
		return -EIO;
	for (i = 0; i < places.count; i++) {
		before = place_of(old, places.list[i].device);
		places.list[i].lost = before ? before->lost : lost;
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
