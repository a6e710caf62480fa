// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which rules were written: a hash table in an unnamed file, so that a feed of a
 * million entries takes disk and no memory. Places keep the order of the hashes:
 * growing reads and writes from one end to the other.
 */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "policy/import/private.h"

#define FIRST_BITS 12
#define BLOCK 64 /* records read at once */

struct embargo_import_seen {
	char *directory;
	__u64 seed; /* a feed cannot choose what shares a place */
	__u64 count;
	int fd;
	unsigned int bits;
	struct embargo_import_record block[BLOCK];
	__u64 block_at;
	size_t block_count;
};

void embargo_import_seen_free(struct embargo_import_seen *seen)
{
	if (!seen)
		return;
	if (seen->fd >= 0)
		close(seen->fd);
	free(seen->directory);
	free(seen);
}

int embargo_import_seen_new(const char *directory, struct embargo_import_seen **ret_seen)
{
	_cleanup_(embargo_import_seen_freep) struct embargo_import_seen *seen = calloc(1, sizeof(*seen));

	if (!seen)
		return -ENOMEM;
	seen->fd = -1;
	seen->bits = FIRST_BITS;
	seen->directory = strdup(directory);
	if (!seen->directory)
		return -ENOMEM;
	if (getrandom(&seen->seed, sizeof(seen->seed), 0) != sizeof(seen->seed))
		return -EIO;
	seen->fd = embargo_import_temporary(directory);
	if (seen->fd < 0)
		return seen->fd;
	*ret_seen = TAKE_PTR(seen);
	return 0;
}

static __u64 home(const struct embargo_import_seen *seen, const __u8 *key)
{
	__u64 word[4], mixed = seen->seed;
	int i;

	memcpy(word, key, sizeof(word));
	for (i = 0; i < 4; i++)
		mixed = embargo_mix(mixed ^ word[i]);
	return mixed >> (64 - seen->bits);
}

/* The record in @slot, from the block that was read last if it is in there. Beyond the file's end: none. */
static int fetch(struct embargo_import_seen *seen, __u64 slot, struct embargo_import_record *ret_record)
{
	ssize_t got;

	if (slot < seen->block_at || slot - seen->block_at >= seen->block_count) {
		memset(seen->block, 0, sizeof(seen->block));
		got = pread(seen->fd, seen->block, sizeof(seen->block), slot * sizeof(seen->block[0]));
		if (got < 0)
			return -errno;
		seen->block_at = slot;
		seen->block_count = BLOCK;
	}
	*ret_record = seen->block[slot - seen->block_at];
	return 0;
}

static int store(struct embargo_import_seen *seen, __u64 slot, const struct embargo_import_record *record)
{
	if (pwrite(seen->fd, record, sizeof(*record), slot * sizeof(*record)) != sizeof(*record))
		return -EIO;
	if (slot >= seen->block_at && slot - seen->block_at < seen->block_count)
		seen->block[slot - seen->block_at] = *record;
	return 0;
}

/* 1: *@ret_slot holds that key; 0: it is free */
static int find(struct embargo_import_seen *seen, const __u8 *key, __u64 *ret_slot,
		struct embargo_import_record *ret_record)
{
	__u64 slot = home(seen, key);
	int r;

	/* The table does not wrap around: entries past the last slot are appended. */
	for (;; slot++) {
		r = fetch(seen, slot, ret_record);
		if (r)
			return r;
		*ret_slot = slot;
		if (!ret_record->place)
			return 0;
		if (!memcmp(ret_record->key, key, EMBARGO_SHA256_SIZE))
			return 1;
	}
}

static int grow(struct embargo_import_seen *seen)
{
	_cleanup_close_ int old = seen->fd, fd = -1;
	struct embargo_import_record records[BLOCK], other;
	__u64 at = 0, slot;
	ssize_t got;
	size_t i;
	int r;

	fd = embargo_import_temporary(seen->directory);
	if (fd < 0) {
		old = -1;
		return fd;
	}
	seen->fd = TAKE_FD(fd);
	seen->bits += 2;
	seen->block_count = 0;
	while ((got = pread(old, records, sizeof(records), at)) > 0) {
		for (i = 0; i < got / sizeof(records[0]); i++) {
			if (!records[i].place)
				continue;
			r = find(seen, records[i].key, &slot, &other);
			if (r >= 0)
				r = store(seen, slot, &records[i]);
			if (r < 0)
				return r;
		}
		at += got;
	}
	return got < 0 ? -errno : 0;
}

int embargo_import_seen_add(struct embargo_import_seen *seen, struct embargo_import_record *record)
{
	struct embargo_import_record other;
	__u64 slot;
	int r;

	if (seen->count >= 1ULL << (seen->bits - 1)) {
		r = grow(seen);
		if (r)
			return r;
	}
	r = find(seen, record->key, &slot, &other);
	if (r < 0)
		return r;
	if (r) {
		*record = other;
		return 1;
	}
	seen->count++;
	return store(seen, slot, record);
}

int embargo_import_seen_replace(struct embargo_import_seen *seen, const struct embargo_import_record *record)
{
	struct embargo_import_record other;
	__u64 slot;
	int r;

	r = find(seen, record->key, &slot, &other);
	if (r < 0)
		return r;
	return r ? store(seen, slot, record) : -ENOENT;
}
