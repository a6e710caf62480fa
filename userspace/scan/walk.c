// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The walk. A directory is read to its end, its files are handed on at once, by the
 * order of their inodes as far as one read of the directory has them, and the names of its directories are
 * kept until it is their turn: what is in memory is the way down, not the tree.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "userspace/scan/walk.h"
#include "policy/array.h"
#include "policy/cleanup.h"

#define OPEN_MAX 128 /* directories of the way down that stay open, besides the first */
#define ENTRIES_SIZE (128U << 10)
#define ENTRY_MIN 24 /* bytes of the shortest entry */
#define STATX_WANTED                                                                                         \
	(STATX_TYPE | STATX_SIZE | STATX_INO | STATX_NLINK | STATX_CTIME | STATX_BTIME | STATX_MNT_ID)

/* A directory on the way down. */
struct level {
	int fd; /* -1: closed meanwhile */
	__u64 device, inode, mount;
	size_t path_size; /* of its path, without a slash at its end */
	char *names;	  /* of directories in it, each with its NUL */
	size_t names_size, names_capacity;
	size_t next; /* of .names */
};

/* Where in the buffer an entry is. */
struct place {
	__u64 inode;
	__u32 at;
};

struct walker {
	const struct embargo_walk_settings *walk;
	struct level *levels;
	size_t count, capacity;
	char *path; /* NUL-terminated */
	size_t path_capacity;
	char *entries; /* room for getdents64() */
	struct place *places;
};

static __u64 device_of(const struct statx *st)
{
	return makedev(st->stx_dev_major, st->stx_dev_minor);
}

static void warning(struct walker *walker, int error)
{
	char why[160];

	snprintf(why, sizeof(why), "could not be read: %s", strerror(-error));
	walker->walk->warning(walker->walk->context, walker->path, why);
}

/* Sets the path to @name inside @level. */
static int path_set(struct walker *walker, const struct level *level, const char *name)
{
	size_t length = strlen(name), need = level->path_size + length + 2;
	char *path;

	if (need > walker->path_capacity) {
		path = realloc(walker->path, need * 2);
		if (!path)
			return -ENOMEM;
		walker->path = path;
		walker->path_capacity = need * 2;
	}
	walker->path[level->path_size] = '/';
	memcpy(walker->path + level->path_size + 1, name, length + 1);
	return 0;
}

static int name_keep(struct level *level, const char *name)
{
	size_t size = strlen(name) + 1, capacity = level->names_capacity ?: 256;
	char *names;

	while (level->names_size + size > capacity)
		capacity *= 2;
	if (capacity != level->names_capacity) {
		names = realloc(level->names, capacity);
		if (!names)
			return -ENOMEM;
		level->names = names;
		level->names_capacity = capacity;
	}
	memcpy(level->names + level->names_size, name, size);
	level->names_size += size;
	return 0;
}

/* May what is mounted here be entered? @st: of the directory or file at @fd. */
static bool mount_enter(struct walker *walker, const struct level *parent, const struct statx *st, int fd)
{
	const struct embargo_walk_settings *walk = walker->walk;
	enum embargo_filesystem kind;

	/* The same mount (a subvolume has a number of its own), or the same file system mounted again. */
	if (st->stx_mnt_id == parent->mount || device_of(st) == parent->device)
		return true;
	kind = embargo_filesystem_of(fd);
	if (kind == EMBARGO_FILESYSTEM_PSEUDO)
		return false;
	if (walk->all_filesystems && (kind == EMBARGO_FILESYSTEM_LOCAL || walk->network))
		return true;
	walk->not_entered(walk->context, walker->path);
	return false;
}

/* A file that something else is mounted over (in containers: /etc/hosts) is evaluated like a directory. */
static bool file_enter(struct walker *walker, const struct level *level, const struct statx *st,
		       const char *name)
{
	_cleanup_close_ int fd = -1;

	if (!(st->stx_attributes & STATX_ATTR_MOUNT_ROOT) || st->stx_mnt_id == level->mount ||
	    device_of(st) == level->device)
		return true;
	fd = openat(level->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	return fd >= 0 && mount_enter(walker, level, st, fd);
}

static int entry_visit(struct walker *walker, struct level *level, const char *name, unsigned char type)
{
	const struct embargo_walk_settings *walk = walker->walk;
	struct embargo_walk_file file;
	struct statx st;

	if (type == DT_DIR)
		return name_keep(level, name);
	if (type != DT_REG && type != DT_UNKNOWN)
		return 0;
	if (path_set(walker, level, name))
		return -ENOMEM;
	if (statx(level->fd, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_WANTED, &st)) {
		if (errno != ENOENT)
			warning(walker, -errno);
		return 0;
	}
	if (S_ISDIR(st.stx_mode))
		return name_keep(level, name);
	if (!S_ISREG(st.stx_mode) || !file_enter(walker, level, &st, name))
		return 0;
	file = (struct embargo_walk_file){
		.directory = level->fd,
		.name = name,
		.path = walker->path,
		.size = st.stx_size,
		.device = device_of(&st),
		.inode = st.stx_ino,
		.changed = st.stx_ctime.tv_sec * 1000000000ULL + st.stx_ctime.tv_nsec,
		.made = st.stx_mask & STATX_BTIME ? st.stx_btime.tv_sec * 1000000000ULL + st.stx_btime.tv_nsec
						  : 0,
		.links = st.stx_nlink,
	};
	return walk->file(walk->context, &file);
}

static int place_compare(const void *a, const void *b)
{
	const struct place *left = a, *right = b;

	return left->inode < right->inode ? -1 : left->inode > right->inode;
}

/*
 * Directories come in the order of hashes of names, disks are filled in the order of inodes: by these what is
 * read lies one behind the other. FIEMAP would know better, and would open each file once more.
 */
static size_t places_sort(struct walker *walker, size_t size)
{
	const struct dirent64 *entry;
	size_t at, count = 0;

	for (at = 0; at < size && count < ENTRIES_SIZE / ENTRY_MIN; at += entry->d_reclen) {
		entry = (const void *)(walker->entries + at);
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			walker->places[count++] = (struct place){.inode = entry->d_ino, .at = at};
	}
	if (count)
		qsort(walker->places, count, sizeof(*walker->places), place_compare);
	return count;
}

/* All entries of the directory, once. */
static int level_read(struct walker *walker, struct level *level)
{
	const struct dirent64 *entry;
	size_t count, i;
	ssize_t got;
	int r = 0;

	while (!r && (got = getdents64(level->fd, walker->entries, ENTRIES_SIZE)) > 0) {
		count = places_sort(walker, got);
		for (i = 0; !r && i < count; i++) {
			entry = (const void *)(walker->entries + walker->places[i].at);
			r = entry_visit(walker, level, entry->d_name, entry->d_type);
		}
	}
	if (!r && got < 0) {
		r = -errno;
		walker->path[level->path_size] = '\0';
		warning(walker, r);
		r = 0;
	}
	return r;
}

static int directory_open(const struct embargo_walk_settings *walk, int parent, const char *name)
{
	int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
	int fd = openat(parent, name, flags | (walk->keep_atime ? O_NOATIME : 0));

	if (fd < 0 && errno == EPERM && walk->keep_atime)
		fd = openat(parent, name, flags);
	return fd < 0 ? -errno : fd;
}

/* Is it a directory that we are in already: a mount that leads back up? */
static bool is_loop(const struct walker *walker, const struct statx *st)
{
	size_t i;

	for (i = 0; i < walker->count; i++)
		if (walker->levels[i].inode == st->stx_ino && walker->levels[i].device == device_of(st))
			return true;
	return false;
}

/* Takes @fd, the directory that walker->path names. */
static int level_push(struct walker *walker, int fd, const struct statx *st)
{
	struct level *level;

	if (embargo_array_grow(&walker->levels, &walker->capacity, walker->count, sizeof(*level)) < 0) {
		close(fd);
		return -ENOMEM;
	}
	level = &walker->levels[walker->count++];
	*level = (struct level){
		.fd = fd,
		.device = device_of(st),
		.inode = st->stx_ino,
		.mount = st->stx_mnt_id,
		.path_size = strlen(walker->path),
	};
	if (level->path_size == 1 && *walker->path == '/')
		level->path_size = 0;
	if (walker->count > OPEN_MAX + 1) {
		close(walker->levels[walker->count - OPEN_MAX - 1].fd);
		walker->levels[walker->count - OPEN_MAX - 1].fd = -1;
	}
	return level_read(walker, level);
}

/* Opens the directory @name of the last level. -ENOENT: it is not to be entered. */
static int directory_enter(struct walker *walker, const char *name, struct statx *ret_st)
{
	struct level *parent = &walker->levels[walker->count - 1];
	struct statx st;
	int fd;

	/* To open where an automounter waits would mount something. */
	if (statx(parent->fd, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_WANTED, &st))
		return -errno;
	if (st.stx_attributes & STATX_ATTR_AUTOMOUNT) {
		walker->walk->not_entered(walker->walk->context, walker->path);
		return -ENOENT;
	}
	fd = directory_open(walker->walk, parent->fd, name);
	if (fd < 0)
		return fd == -ENOTDIR || fd == -ELOOP ? -ENOENT : fd;
	if (statx(fd, "", AT_EMPTY_PATH, STATX_WANTED, &st) || is_loop(walker, &st) ||
	    !mount_enter(walker, parent, &st, fd)) {
		close(fd);
		return -ENOENT;
	}
	*ret_st = st;
	return fd;
}

/* Its parent was closed on the way down: is ".." still the one that we came from? */
static void level_reopen(struct walker *walker, struct level *level, const struct level *child)
{
	struct statx st;

	if (child->fd < 0)
		return;
	level->fd = directory_open(walker->walk, child->fd, "..");
	if (level->fd < 0 || statx(level->fd, "", AT_EMPTY_PATH, STATX_WANTED, &st))
		return;
	if (st.stx_ino == level->inode && device_of(&st) == level->device)
		return;
	close(level->fd);
	level->fd = -1;
}

static void level_pop(struct walker *walker)
{
	struct level *level = &walker->levels[walker->count - 1];

	if (walker->count > 1 && level[-1].fd < 0)
		level_reopen(walker, &level[-1], level);
	if (level->fd >= 0)
		close(level->fd);
	free(level->names);
	walker->count--;
}

/* One step on: down into the next directory, or up. */
static int step(struct walker *walker)
{
	struct level *level = &walker->levels[walker->count - 1];
	const char *name = level->names + level->next;
	struct statx st;
	int fd;

	if (level->next == level->names_size) {
		level_pop(walker);
		return 0;
	}
	if (level->fd < 0) {
		walker->path[level->path_size] = '\0';
		walker->walk->warning(walker->walk->context, walker->path,
				      "could not be read: it was moved while its directories were read");
		level_pop(walker);
		return 0;
	}
	level->next += strlen(name) + 1;
	if (path_set(walker, level, name))
		return -ENOMEM;
	if (walker->walk->leave_out(walker->walk->context, walker->path))
		return 0;
	fd = directory_enter(walker, name, &st);
	if (fd >= 0)
		return level_push(walker, fd, &st);
	if (fd != -ENOENT)
		warning(walker, fd);
	return 0;
}

static void walker_clear(struct walker *walker)
{
	while (walker->count)
		level_pop(walker);
	free(walker->levels);
	free(walker->path);
	free(walker->entries);
	free(walker->places);
}

/* A path that is a file: as if its directory were read. */
static int file_walk(struct walker *walker)
{
	char *slash = strrchr(walker->path, '/');
	_cleanup_close_ int fd = -1;
	struct level level = {0};
	struct statx st;
	char *name = NULL;
	int r;

	name = strdup(slash + 1);
	if (!name)
		return -ENOMEM;
	*slash = '\0';
	level.fd = fd = open(*walker->path ? walker->path : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	r = fd < 0 ? -errno : 0;
	if (!r && statx(fd, name, AT_SYMLINK_NOFOLLOW, STATX_WANTED, &st))
		r = -errno;
	if (!r && (!S_ISREG(st.stx_mode) || embargo_filesystem_of(fd) == EMBARGO_FILESYSTEM_PSEUDO))
		r = -EOPNOTSUPP;
	if (!r) {
		level.path_size = strlen(walker->path);
		level.device = device_of(&st);
		level.mount = st.stx_mnt_id;
		r = entry_visit(walker, &level, name, DT_UNKNOWN);
	}
	free(name);
	return r;
}

int embargo_walk(const struct embargo_walk_settings *walk, const char *path)
{
	_cleanup_(walker_clear) struct walker walker = {.walk = walk};
	struct statx st;
	int fd, r;

	walker.path = realpath(path, NULL);
	if (!walker.path)
		return -errno;
	walker.path_capacity = strlen(walker.path) + 1;
	walker.entries = malloc(ENTRIES_SIZE);
	walker.places = calloc(ENTRIES_SIZE / ENTRY_MIN, sizeof(*walker.places));
	if (!walker.entries || !walker.places)
		return -ENOMEM;
	fd = directory_open(walk, AT_FDCWD, walker.path);
	if (fd == -ENOTDIR)
		return file_walk(&walker);
	if (fd < 0)
		return fd;
	if (statx(fd, "", AT_EMPTY_PATH, STATX_WANTED, &st) ||
	    embargo_filesystem_of(fd) == EMBARGO_FILESYSTEM_PSEUDO) {
		close(fd);
		return -EOPNOTSUPP;
	}
	r = level_push(&walker, fd, &st);
	while (!r && walker.count)
		r = step(&walker);
	return r;
}

int embargo_walk_open(const struct embargo_walk_settings *walk, const struct embargo_walk_file *file)
{
	/* O_NONBLOCK: should a fifo have taken its place. */
	int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	const char *name = file->name;
	char link[40];
	int fd;

	/* The file itself, whatever it is called by now. */
	if (!*name) {
		snprintf(link, sizeof(link), "/proc/self/fd/%d", file->directory);
		name = link;
		flags &= ~O_NOFOLLOW;
	}
	fd = openat(file->directory, name, flags | (walk->keep_atime ? O_NOATIME : 0));
	if (fd < 0 && errno == EPERM && walk->keep_atime)
		fd = openat(file->directory, name, flags);
	if (fd < 0)
		return errno == ELOOP || errno == ENXIO ? -ENOENT : -errno;
	return fd;
}
