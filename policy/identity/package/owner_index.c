// SPDX-License-Identifier: GPL-2.0-or-later
/* The index of who owns which path, in memory. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "policy/array.h"
#include "policy/identity/base/parts.h"
#include "policy/identity/package/owner_private.h"

#define PATHS_SIZE_MAX (1U << 30) /* a large server has 50 MB of them */
#define PACKAGES_MAX 1000000

/* Directories of the root that are links to those of the same name in /usr, where that is so. */
static const char *const mergeable[] = {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"};

#define MERGEABLE (sizeof(mergeable) / sizeof(mergeable[0]))

void embargo_owners_free(struct embargo_owners *owners)
{
	size_t i;

	if (!owners)
		return;
	for (i = 0; i < owners->package_count; i++)
		embargo_package_clear(&owners->packages[i]);
	if (owners->root >= 0)
		close(owners->root);
	free(owners->packages);
	free(owners->paths);
	free(owners->owned);
	embargo_hash_table_free(&owners->table);
	free(owners->warning);
	free(owners);
}

int embargo_owners_warning(struct embargo_owners *owners, const char *format, ...)
{
	va_list arguments;
	int r;

	if (owners->warning)
		return 0;
	va_start(arguments, format);
	r = vasprintf(&owners->warning, format, arguments);
	va_end(arguments);
	if (r < 0)
		owners->warning = NULL;
	return r < 0 ? -ENOMEM : 0;
}

int embargo_owners_openat(const struct embargo_owners *owners, const char *path, int flags)
{
	struct open_how how = {
		.flags = (__u64)flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	long fd = syscall(SYS_openat2, owners->root, path, &how, sizeof(how));

	return fd < 0 ? -errno : (int)fd;
}

int embargo_owners_slurp(const struct embargo_owners *owners, const char *path, size_t most, char **ret_text,
			 size_t *ret_size)
{
	_cleanup_close_ int fd = embargo_owners_openat(owners, path, O_RDONLY);
	_cleanup_free_ char *text = NULL;
	struct stat stat;
	size_t size = 0;
	ssize_t got;

	if (fd < 0)
		return fd;
	if (fstat(fd, &stat))
		return -errno;
	if (!S_ISREG(stat.st_mode))
		return -EINVAL;
	if ((__u64)stat.st_size > most)
		return -EFBIG;
	text = malloc(stat.st_size + 1);
	if (!text)
		return -ENOMEM;
	while (size < (size_t)stat.st_size && (got = read(fd, text + size, stat.st_size - size))) {
		if (got < 0 && errno != EINTR)
			return -errno;
		size += got > 0 ? got : 0;
	}
	text[size] = '\0';
	*ret_text = TAKE_PTR(text);
	*ret_size = size;
	return 0;
}

/* FNV-1a of a path in two pieces */
static __u64 path_hash(const char *prefix, const char *path)
{
	__u64 hash = 14695981039346656037ULL;

	for (; *prefix; prefix++)
		hash = (hash ^ (unsigned char)*prefix) * 1099511628211ULL;
	for (; *path; path++)
		hash = (hash ^ (unsigned char)*path) * 1099511628211ULL;
	return hash ^ hash >> 32;
}

/* What is before @path in its one true name: "/usr" where it goes through a merged directory. */
static const char *prefix_of(const struct embargo_owners *owners, const char *path)
{
	size_t i, size;

	for (i = 0; i < MERGEABLE; i++) {
		size = strlen(mergeable[i]);
		if (owners->merged & 1U << i && !strncmp(path, mergeable[i], size) && path[size] == '/')
			return "/usr";
	}
	return "";
}

static uint64_t hash_at(const void *context, uint32_t number)
{
	const struct embargo_owners *owners = context;

	return path_hash("", owners->paths + owners->owned[number].path);
}

static const struct embargo_owned *owned_find(const struct embargo_owners *owners, const char *prefix,
					      const char *path)
{
	const __u64 hash = path_hash(prefix, path);
	size_t probe = 0, size = strlen(prefix);
	uint32_t number;

	while (embargo_hash_table_next(&owners->table, hash, &probe, &number)) {
		const char *known = owners->paths + owners->owned[number].path;

		if (!strncmp(known, prefix, size) && !strcmp(known + size, path))
			return &owners->owned[number];
	}
	return NULL;
}

static int paths_grow(struct embargo_owners *owners, size_t more)
{
	size_t room = owners->paths_room;
	char *moved;

	if (more > PATHS_SIZE_MAX - owners->paths_size)
		return -EFBIG;
	while (room < owners->paths_size + more)
		room = room ? room * 2 : 1U << 20;
	if (room == owners->paths_room)
		return 0;
	moved = realloc(owners->paths, room);
	if (!moved)
		return -ENOMEM;
	owners->paths = moved;
	owners->paths_room = room;
	return 0;
}

int embargo_owners_add_path(struct embargo_owners *owners, const char *path, __u32 package)
{
	const char *prefix = prefix_of(owners, path);
	size_t size = strlen(prefix) + strlen(path) + 1;
	int r;

	if (owned_find(owners, prefix, path))
		return 0;
	r = embargo_hash_table_grow(&owners->table, hash_at, owners) ?: paths_grow(owners, size);
	r = r
		    ?: embargo_array_grow(&owners->owned, &owners->owned_room, owners->owned_count,
					  sizeof(*owners->owned));
	if (r)
		return r;
	snprintf(owners->paths + owners->paths_size, size, "%s%s", prefix, path);
	owners->owned[owners->owned_count] =
		(struct embargo_owned){.path = owners->paths_size, .package = package};
	embargo_hash_table_put(&owners->table, path_hash(prefix, path), owners->owned_count++);
	owners->paths_size += size;
	return 0;
}

int embargo_owners_add_package(struct embargo_owners *owners, struct embargo_package *package,
			       __u32 *ret_number)
{
	if (owners->package_count == PACKAGES_MAX)
		return -EFBIG;
	if (embargo_array_grow(&owners->packages, &owners->package_room, owners->package_count,
			       sizeof(*package)))
		return -ENOMEM;
	*ret_number = owners->package_count;
	owners->packages[owners->package_count++] = *package;
	*package = (struct embargo_package){0};
	return 0;
}

const struct embargo_package *embargo_owners_find(const struct embargo_owners *owners, const char *path)
{
	const struct embargo_owned *owned = owned_find(owners, prefix_of(owners, path), path);

	return owned ? &owners->packages[owned->package] : NULL;
}

static __u32 merged_of(const struct embargo_owners *owners)
{
	char target[64];
	__u32 merged = 0;
	ssize_t got;
	size_t i;

	for (i = 0; i < MERGEABLE; i++) {
		got = readlinkat(owners->root, mergeable[i] + 1, target, sizeof(target) - 1);
		target[got > 0 ? got : 0] = '\0';
		if (!strncmp(target, "/usr", 4) && !strcmp(target + 4, mergeable[i]))
			merged |= 1U << i;
		if (!strncmp(target, "usr", 3) && !strcmp(target + 3, mergeable[i]))
			merged |= 1U << i;
	}
	return merged;
}

void embargo_owners_index_begin(struct embargo_owners *owners)
{
	owners->merged = merged_of(owners);
}
