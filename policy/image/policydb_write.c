// SPDX-License-Identifier: GPL-2.0-or-later
/* A policy and its image -> a policy database. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "policy/image/policydb.h"

#define CHUNK (1UL << 20)

#define LANES 4

/* Four lanes, so that the multiplications of one block do not wait for each other. */
static void mix_block(__u64 lane[LANES], const void *bytes)
{
	__u64 word[LANES];
	int i;

	memcpy(word, bytes, sizeof(word));
	for (i = 0; i < LANES; i++) {
		lane[i] = (lane[i] ^ word[i]) * 0x9e3779b97f4a7c15ULL;
		lane[i] ^= lane[i] >> 29;
	}
}

static __u64 chunk_checksum(const void *bytes, size_t size)
{
	__u64 lane[LANES] = {1, 2, 3, 4}, last[LANES] = {0};
	const char *p = bytes;
	size_t left;
	int i;

	for (left = size; left >= sizeof(last); left -= sizeof(last), p += sizeof(last))
		mix_block(lane, p);
	if (left) {
		memcpy(last, p, left);
		mix_block(lane, last);
	}
	for (i = 1; i < LANES; i++)
		lane[0] = embargo_mix(lane[0] + lane[i]);
	return embargo_mix(lane[0] + size);
}

/* A large policy database is read once from end to end: what was read must not stay in the process. */
__u64 embargo_policydb_checksum(const void *bytes, size_t size, bool mapped)
{
	const char *p = bytes;
	__u64 sum = size;
	size_t step, into;

	while (size) {
		step = size < CHUNK ? size : CHUNK;
		sum = embargo_mix(sum + chunk_checksum(p, step));
		into = (uintptr_t)p % EMBARGO_PAGE_SIZE;
		if (mapped)
			madvise((void *)(p - into), step + into, MADV_DONTNEED);
		p += step;
		size -= step;
	}
	return sum;
}

__u64 embargo_policydb_header_checksum(const struct embargo_policydb_header *header)
{
	struct embargo_policydb_header copy = *header;

	copy.checksum = 0;
	return embargo_policydb_checksum(&copy, sizeof(copy), false);
}

static int write_all(int fd, const void *bytes, size_t size)
{
	const char *p = bytes;
	ssize_t n;

	while (size) {
		n = write(fd, p, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		p += n;
		size -= n;
	}
	return 0;
}

int embargo_policydb_write(const struct embargo_policy *policy, const void *image, int fd)
{
	const struct embargo_ruleset *set = &policy->set;
	const struct embargo_image_header *image_header = image;
	const void *const data[EMBARGO_POLICYDB_PARTS] = {
		[EMBARGO_POLICYDB_IMAGE] = image,	   [EMBARGO_POLICYDB_RULES] = set->rules,
		[EMBARGO_POLICYDB_FILES] = set->files,	   [EMBARGO_POLICYDB_RESOLVED] = set->resolved,
		[EMBARGO_POLICYDB_STRINGS] = set->strings,
	};
	const __u64 sizes[EMBARGO_POLICYDB_PARTS] = {
		[EMBARGO_POLICYDB_IMAGE] = (__u64)image_header->pages * EMBARGO_PAGE_SIZE,
		[EMBARGO_POLICYDB_RULES] = (__u64)set->rule_count * sizeof(*set->rules),
		[EMBARGO_POLICYDB_FILES] = (__u64)set->file_count * sizeof(*set->files),
		[EMBARGO_POLICYDB_RESOLVED] = (__u64)set->resolved_count * sizeof(*set->resolved),
		[EMBARGO_POLICYDB_STRINGS] = set->pool_size,
	};
	struct embargo_policydb_header header = {.magic = EMBARGO_POLICYDB_MAGIC,
						 .version = EMBARGO_POLICYDB_VERSION};
	__u64 at = 0;
	int i, r;

	for (i = 0; i < EMBARGO_POLICYDB_PARTS; i++) {
		header.parts[i].at = at;
		header.parts[i].size = sizes[i];
		header.parts[i].checksum = embargo_policydb_checksum(data[i], sizes[i], false);
		at += (sizes[i] + 7) & ~7ULL;
		if (i == EMBARGO_POLICYDB_IMAGE)
			at += sizeof(header);
	}
	header.file_size = header.parts[EMBARGO_POLICYDB_STRINGS].at + set->pool_size;
	header.checksum = embargo_policydb_header_checksum(&header);
	for (i = 0; i < EMBARGO_POLICYDB_PARTS;
	     i++) { /* all but the pool, the last, are multiples of 8 bytes */
		r = write_all(fd, data[i], sizes[i]);
		if (r == 0 && i == EMBARGO_POLICYDB_IMAGE)
			r = write_all(fd, &header, sizeof(header));
		if (r < 0)
			return r;
	}
	return 0;
}
