// SPDX-License-Identifier: GPL-2.0-or-later
/* The file of what was scanned: a head, sorted keys, and a SHA-256 of both. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "policy/array.h"
#include "policy/identity/base/hash.h"
#include "policy/sign/sign.h"
#include "policy/whole_file.h"
#include "userspace/event/event_log.h"
#include "userspace/scan/memory.h"

#define MAGIC "embargo scanned 1"
#define SIZE_LIMIT (1UL << 30)
#define FRESH_NS 2000000000ULL /* a file that changed less long ago may change again without a new ctime */
#define CLOCK_SLACK 2	       /* seconds that the clock may be corrected by within one boot */

struct head {
	char magic[24];
	__u8 of[EMBARGO_SHA256_SIZE]; /* policy, version, databases, host */
	char boot[40];
	__u64 device, inode; /* of this file: a copy of it has another */
	int64_t written;     /* CLOCK_REALTIME, s */
	int64_t booted;	     /* the same less CLOCK_BOOTTIME */
	__u64 count;
};

struct embargo_scan_memory {
	char *path;
	struct head head;
	void *data; /* of the file */
	const __u8 (*old)[EMBARGO_SCAN_KEY];
	size_t old_count;
	__u8 (*keys)[EMBARGO_SCAN_KEY]; /* of this scan */
	size_t count, capacity;
	__u64 now; /* CLOCK_REALTIME, ns, when it was opened */
};

static int key_compare(const void *a, const void *b)
{
	return memcmp(a, b, EMBARGO_SCAN_KEY);
}

/* The state of a database that says whose a file is. */
static void put_stat(struct embargo_hasher *hasher, const char *path)
{
	struct stat st = {0};

	if (stat(path, &st))
		memset(&st, 0, sizeof(st));
	embargo_hasher_feed(hasher, &st.st_ino, sizeof(st.st_ino));
	embargo_hasher_feed(hasher, &st.st_size, sizeof(st.st_size));
	embargo_hasher_feed(hasher, &st.st_ctim, sizeof(st.st_ctim));
}

static void put_text(struct embargo_hasher *hasher, const char *text)
{
	embargo_hasher_feed(hasher, text, strlen(text) + 1);
}

/* All that a finding depends on besides the file: any change of it, and everything is read again. */
static int fingerprint(const struct embargo_evaluator *evaluator, bool archives, __u8 of[EMBARGO_SHA256_SIZE])
{
	static const char *const databases[] = {"/var/lib/dpkg/status", "/var/lib/dpkg/info",
						"/var/lib/rpm/rpmdb.sqlite", "/var/lib/rpm/Packages",
						"/usr/lib/sysimage/rpm/rpmdb.sqlite"};
	const struct embargo_ruleset *set = evaluator->set;
	const struct embargo_image_header *header = evaluator->image;
	struct embargo_digests digests;
	struct embargo_hasher hasher = {0};
	char id[64] = "";
	FILE *file = fopen("/etc/machine-id", "re");
	size_t i;
	int r = embargo_hasher_start(&hasher, 0);

	if (file && !fgets(id, sizeof(id), file))
		*id = '\0';
	if (file)
		fclose(file);
	if (!r) {
		put_text(&hasher, MAGIC " " EMBARGO_VERSION);
		put_text(&hasher, id);
		embargo_hasher_feed(&hasher, set->rules, set->rule_count * sizeof(*set->rules));
		embargo_hasher_feed(&hasher, set->strings, set->pool_size);
		embargo_hasher_feed(&hasher, header->on_error, sizeof(header->on_error));
		embargo_hasher_feed(&hasher, &header->max_hash_size, sizeof(header->max_hash_size));
		embargo_hasher_feed(&hasher, &archives, sizeof(archives));
		for (i = 0; i < sizeof(databases) / sizeof(*databases); i++)
			put_stat(&hasher, databases[i]);
		r = embargo_hasher_end(&hasher, &digests);
	}
	if (!r)
		memcpy(of, digests.sha256, EMBARGO_SHA256_SIZE);
	embargo_hasher_clear(&hasher);
	return r;
}

static int64_t seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec;
}

/* Was the clock set since? Of an earlier boot only that it was set back can be seen. */
static bool clock_held(const struct head *head, const struct head *now)
{
	int64_t moved = now->booted - head->booted;

	if (now->written < head->written)
		return false;
	return strcmp(head->boot, now->boot) != 0 || (moved <= CLOCK_SLACK && moved >= -CLOCK_SLACK);
}

/* False: there is none, or there is doubt. */
static bool file_take(struct embargo_scan_memory *memory)
{
	struct embargo_reason reason;
	struct embargo_digests digests;
	struct head head;
	size_t size = 0, body;
	struct stat st;

	if (embargo_sign_file_read(memory->path, SIZE_LIMIT, false, &memory->data, &size, &reason) ||
	    size < sizeof(head) + EMBARGO_SHA256_SIZE || stat(memory->path, &st))
		return false;
	memcpy(&head, memory->data, sizeof(head));
	body = size - EMBARGO_SHA256_SIZE;
	if (memcmp(head.magic, memory->head.magic, sizeof(head.magic)) != 0 ||
	    memcmp(head.of, memory->head.of, sizeof(head.of)) != 0 || head.device != st.st_dev ||
	    head.inode != st.st_ino || !memchr(head.boot, 0, sizeof(head.boot)) ||
	    !clock_held(&head, &memory->head) || head.count != (body - sizeof(head)) / EMBARGO_SCAN_KEY ||
	    body != sizeof(head) + head.count * EMBARGO_SCAN_KEY ||
	    embargo_hash_memory(memory->data, body, 0, &digests) ||
	    memcmp(digests.sha256, (char *)memory->data + body, EMBARGO_SHA256_SIZE) != 0)
		return false;
	memory->old = (const void *)((char *)memory->data + sizeof(head));
	memory->old_count = head.count;
	return true;
}

struct embargo_scan_memory *embargo_scan_memory_open(const char *path,
						     const struct embargo_evaluator *evaluator, bool archives)
{
	_cleanup_(embargo_scan_memory_freep) struct embargo_scan_memory *memory = calloc(1, sizeof(*memory));
	struct timespec now;

	if (!memory)
		return NULL;
	memory->path = strdup(path);
	clock_gettime(CLOCK_REALTIME, &now);
	memory->now = now.tv_sec * 1000000000ULL + now.tv_nsec;
	memory->head = (struct head){.magic = MAGIC, .written = now.tv_sec};
	memory->head.booted = now.tv_sec - seconds(CLOCK_BOOTTIME);
	snprintf(memory->head.boot, sizeof(memory->head.boot), "%s", embargo_boot_id());
	if (!memory->path || fingerprint(evaluator, archives, memory->head.of))
		return NULL;
	file_take(memory);
	return TAKE_PTR(memory);
}

void embargo_scan_memory_free(struct embargo_scan_memory *memory)
{
	if (!memory)
		return;
	free(memory->path);
	free(memory->data);
	free(memory->keys);
	free(memory);
}

bool embargo_scan_memory_key(const struct embargo_scan_memory *memory, const struct embargo_walk_file *file,
			     __u8 ret_key[EMBARGO_SCAN_KEY])
{
	struct embargo_digests digests;
	struct embargo_hasher hasher = {0};
	const __u64 facts[] = {file->device, file->inode, file->made, file->size, file->changed, file->links};
	int r;

	/* Also a ctime of the future: the clock was set, or the file system is of elsewhere. */
	if (file->changed + FRESH_NS > memory->now)
		return false;
	r = embargo_hasher_start(&hasher, 0);
	if (!r) {
		embargo_hasher_feed(&hasher, facts, sizeof(facts));
		embargo_hasher_feed(&hasher, file->path, strlen(file->path));
		r = embargo_hasher_end(&hasher, &digests);
	}
	embargo_hasher_clear(&hasher);
	if (!r)
		memcpy(ret_key, digests.sha256, EMBARGO_SCAN_KEY);
	return !r;
}

bool embargo_scan_memory_has(struct embargo_scan_memory *memory, const __u8 key[EMBARGO_SCAN_KEY])
{
	return memory->old_count &&
	       bsearch(key, memory->old, memory->old_count, EMBARGO_SCAN_KEY, key_compare) &&
	       !embargo_scan_memory_add(memory, key);
}

int embargo_scan_memory_add(struct embargo_scan_memory *memory, const __u8 key[EMBARGO_SCAN_KEY])
{
	if (embargo_array_grow(&memory->keys, &memory->capacity, memory->count, EMBARGO_SCAN_KEY) < 0)
		return -ENOMEM;
	memcpy(memory->keys[memory->count++], key, EMBARGO_SCAN_KEY);
	return 0;
}

/* Sorted, each once. */
static int keys_settle(struct embargo_scan_memory *memory, bool whole)
{
	size_t i, kept = 0;

	for (i = 0; !whole && i < memory->old_count; i++)
		if (embargo_scan_memory_add(memory, memory->old[i]))
			return -ENOMEM;
	if (memory->count)
		qsort(memory->keys, memory->count, EMBARGO_SCAN_KEY, key_compare);
	for (i = 0; i < memory->count; i++)
		if (!kept || key_compare(memory->keys[kept - 1], memory->keys[i]) != 0)
			memmove(memory->keys[kept++], memory->keys[i], EMBARGO_SCAN_KEY);
	memory->count = kept;
	return 0;
}

int embargo_scan_memory_save(struct embargo_scan_memory *memory, bool whole, struct embargo_reason *reason)
{
	_cleanup_(embargo_whole_file_close) struct embargo_whole_file file = {0};
	struct embargo_hasher hasher = {0};
	struct embargo_digests digests;
	struct stat st;
	int r = keys_settle(memory, whole);

	snprintf(reason->text, sizeof(reason->text), "%s", strerror(ENOMEM));
	r = r ?: embargo_whole_file_open(memory->path, &file, reason);
	if (r)
		return r;
	if (fstat(fileno(file.stream), &st))
		return -errno;
	memory->head.device = st.st_dev;
	memory->head.inode = st.st_ino;
	memory->head.count = memory->count;
	r = embargo_hasher_start(&hasher, 0);
	if (!r) {
		embargo_hasher_feed(&hasher, &memory->head, sizeof(memory->head));
		embargo_hasher_feed(&hasher, memory->keys, memory->count * EMBARGO_SCAN_KEY);
		r = embargo_hasher_end(&hasher, &digests);
	}
	embargo_hasher_clear(&hasher);
	if (r)
		return r;
	fwrite(&memory->head, sizeof(memory->head), 1, file.stream);
	fwrite(memory->keys, EMBARGO_SCAN_KEY, memory->count, file.stream);
	fwrite(digests.sha256, EMBARGO_SHA256_SIZE, 1, file.stream);
	return embargo_whole_file_error(&file, reason) ?: embargo_whole_file_publish(&file, reason);
}
