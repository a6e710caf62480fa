// SPDX-License-Identifier: GPL-2.0-or-later
/* /etc/ld.so.cache, as glibc 2.2 and later write it; nothing in it leads out of it. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "policy/cleanup.h"
#include "userspace/check/library_cache.h"

#define MAGIC "glibc-ld.so.cache1.1"

struct cache_header {
	char magic[sizeof(MAGIC) - 1];
	uint32_t count;
	uint32_t strings_size;
	uint32_t others[5];
};

struct cache_entry {
	int32_t flags;
	uint32_t name; /* offsets of strings, from the header on */
	uint32_t path;
	uint32_t os_version;
	uint64_t hwcap;
};

_Static_assert(sizeof(struct cache_header) == 48 && sizeof(struct cache_entry) == 24, "the format of glibc");

static void *file_map(const char *path, size_t *ret_size)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;
	void *mapped;

	if (fd < 0 || fstat(fd, &st) || st.st_size < (off_t)sizeof(struct cache_header))
		return NULL;
	mapped = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (mapped == MAP_FAILED)
		return NULL;
	*ret_size = st.st_size;
	return mapped;
}

/* Older versions put a table of an older format in front. */
void embargo_library_cache_open(const char *path, struct embargo_library_cache *ret_cache)
{
	struct embargo_library_cache cache = {.mapped = file_map(path, &cache.size)};
	struct cache_header header;

	if (cache.mapped)
		cache.data = memmem(cache.mapped, cache.size, MAGIC, strlen(MAGIC));
	if (cache.data)
		cache.data_size = (const char *)cache.mapped + cache.size - cache.data;
	if (cache.data_size >= sizeof(header)) {
		memcpy(&header, cache.data, sizeof(header));
		if (header.count <= (cache.data_size - sizeof(header)) / sizeof(struct cache_entry))
			cache.count = header.count;
	}
	*ret_cache = cache;
}

void embargo_library_cache_close(struct embargo_library_cache *cache)
{
	if (cache->mapped)
		munmap(cache->mapped, cache->size);
	*cache = (struct embargo_library_cache){0};
}

static const char *cache_string(const struct embargo_library_cache *cache, uint32_t offset)
{
	if (offset >= cache->data_size || !memchr(cache->data + offset, '\0', cache->data_size - offset))
		return "";
	return cache->data + offset;
}

const char *embargo_library_cache_next(const struct embargo_library_cache *cache, const char *name,
				       uint32_t *cursor)
{
	struct cache_entry entry;
	const char *path;

	while (*cursor < cache->count) {
		memcpy(&entry, cache->data + sizeof(struct cache_header) + *cursor * sizeof(entry),
		       sizeof(entry));
		++*cursor;
		path = cache_string(cache, entry.path);
		if (*path == '/' && !strcmp(cache_string(cache, entry.name), name))
			return path;
	}
	return NULL;
}
