/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The dynamic loader's cache: where the libraries of a name lie. */
#ifndef EMBARGO_USERSPACE_CHECK_LIBRARY_CACHE_H
#define EMBARGO_USERSPACE_CHECK_LIBRARY_CACHE_H

#include <stddef.h>
#include <stdint.h>

struct embargo_library_cache {
	void *mapped; /* NULL: there is none */
	size_t size;
	const char *data; /* from where its offsets count */
	size_t data_size;
	uint32_t count;
};

/* Without a cache, or with one of another format, it is empty. */
void embargo_library_cache_open(const char *path, struct embargo_library_cache *ret_cache);
void embargo_library_cache_close(struct embargo_library_cache *cache);

/*
 * The next path for @name, of whatever machine: start with *@cursor 0. NULL: there is no other.
 */
const char *embargo_library_cache_next(const struct embargo_library_cache *cache, const char *name,
				       uint32_t *cursor);

#endif
