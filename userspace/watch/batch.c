// SPDX-License-Identifier: GPL-2.0-or-later
/* From the queue to the workers: some files at a time, and what they are found to be goes into the policy at
 * once. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/stat.h>

#include "userspace/base/log.h"
#include "userspace/watch/private.h"
#include "userspace/base/clock.h"

#define BATCH_MAX 512
#define WORKERS 2
#define PAUSE_LEASED 1000000000LL
#define PAUSE_FAILED                                                                                         \
	5000000000LL /* what keeps it from going on, such as no memory, is seldom gone at once               \
		      */
/* That an installation may take from its first file to the database of packages. */
#define RECENT_NS (900 * 1000000000ULL)

struct item {
	struct embargo_watch_entry *entry;
	char *path; /* NULL: it is gone */
};

struct batch {
	struct embargo_watcher *watcher;
	struct item items[BATCH_MAX];
	size_t count;
};

static void batch_clear(struct batch *batch)
{
	while (batch->count) {
		struct item *item = &batch->items[--batch->count];

		embargo_watch_entry_free(item->entry);
		free(item->path);
	}
}

/* Of an open file: "/path", or NULL if it has none. */
static char *path_of(int fd)
{
	char link[32], path[PATH_MAX];
	ssize_t size;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	size = readlink(link, path, sizeof(path));
	return size > 0 && size < (ssize_t)sizeof(path) && *path == '/' ? strndup(path, size) : NULL;
}

/* The directory that @path is in; *@ret_name: behind its slash. */
static int parent_open(char *path, const char **ret_name)
{
	char *slash = strrchr(path, '/');
	int fd;

	if (!slash)
		return -ENOENT;
	*slash = '\0';
	fd = open(*path ? path : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	*slash = '/';
	*ret_name = slash + 1;
	return fd < 0 ? -errno : fd;
}

union handle_room {
	struct file_handle handle;
	char bytes[sizeof(struct file_handle) + MAX_HANDLE_SZ];
};

/* The handle that @size bytes at @from begin with. */
static int by_handle(int mount, const unsigned char *from, size_t size)
{
	union handle_room room;
	int fd;

	if (size < sizeof(room.handle))
		return -EBADMSG;
	memcpy(&room, from, size < sizeof(room) ? size : sizeof(room));
	if (room.handle.handle_bytes > MAX_HANDLE_SZ || room.handle.handle_bytes > size - sizeof(room.handle))
		return -EBADMSG;
	fd = open_by_handle_at(mount, &room.handle, O_PATH | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static bool is_same(int directory, const char *name, int file)
{
	struct stat a, b;

	return !fstatat(directory, name, &a, AT_SYMLINK_NOFOLLOW) && !fstat(file, &b) &&
	       a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

/*
 * What an event names, see take_handle(). By its own handle a file is found that was written under a name
 * which it has lost since, while nobody told of its others: then *@ret_name is empty. *@ret_path: to be
 * freed.
 */
static int handle_open(struct embargo_watcher *watcher, const struct embargo_watch_entry *entry,
		       char **ret_path, const char **ret_name)
{
	struct embargo_watch_key key;
	const unsigned char *named = entry->key + sizeof(key);
	_cleanup_close_ int mount = -1, fd = -1, file = -1;
	_cleanup_free_ char *directory = NULL;
	struct embargo_watch_place *place;
	struct file_handle head;
	const char *name;
	size_t size;

	if (entry->size < sizeof(key) + sizeof(head))
		return -EBADMSG;
	memcpy(&key, entry->key, sizeof(key));
	if (key.named_size < sizeof(head) || key.named_size > entry->size - sizeof(key))
		return -EBADMSG;
	memcpy(&head, named, sizeof(head));
	/* A name, and its NUL, must follow. */
	if (head.handle_bytes > MAX_HANDLE_SZ || head.handle_bytes >= key.named_size - sizeof(head))
		return -EBADMSG;
	size = sizeof(head) + head.handle_bytes;
	name = (const char *)named + size;
	if (!memchr(name, '\0', key.named_size - size))
		return -EBADMSG;
	place = embargo_watch_places_find(&watcher->places, &key.id);
	mount = place ? open(place->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (mount < 0)
		return -ENOENT;
	file = by_handle(mount, named + key.named_size, entry->size - sizeof(key) - key.named_size);
	fd = by_handle(mount, named, key.named_size);
	directory = fd < 0 ? NULL : path_of(fd);
	if (file >= 0 && (!directory || !is_same(fd, name, file))) {
		*ret_path = path_of(file);
		*ret_name = "";
		return *ret_path ? TAKE_FD(file) : -ENOENT;
	}
	if (!directory)
		return -ENOENT;
	if (asprintf(ret_path, "%s/%s", strcmp(directory, "/") ? directory : "", name) < 0) {
		*ret_path = NULL;
		return -ENOMEM;
	}
	*ret_name = strrchr(*ret_path, '/') + 1;
	return TAKE_FD(fd);
}

/* The file, then its name is empty; or the directory that it is in now, however it was moved meanwhile. */
static int entry_open(struct embargo_watcher *watcher, const struct embargo_watch_entry *entry,
		      char **ret_path, const char **ret_name)
{
	if (entry->kind == EMBARGO_WATCH_HANDLE)
		return handle_open(watcher, entry, ret_path, ret_name);
	*ret_path = entry->kind == EMBARGO_WATCH_OPEN ? path_of(entry->fd)
						      : strndup((const char *)entry->key, entry->size);
	return *ret_path ? parent_open(*ret_path, ret_name) : -ENOENT;
}

/* A number for what the databases of packages hold: another one once they hold something else. */
static __u64 packages_number(void)
{
	static const char *const files[] = {
		"/var/lib/dpkg/status",
		"/var/lib/rpm/rpmdb.sqlite",
		"/var/lib/rpm/rpmdb.sqlite-wal",
		"/var/lib/rpm/Packages.db",
		"/var/lib/rpm/Packages",
		"/usr/lib/sysimage/rpm/rpmdb.sqlite",
		"/usr/lib/sysimage/rpm/rpmdb.sqlite-wal",
		"/usr/lib/sysimage/rpm/Packages.db",
	};
	__u64 number = 0;
	struct stat st;
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (!stat(files[i], &st))
			number = embargo_mix(
				number ^ embargo_mix(st.st_ino) ^
				embargo_mix(st.st_mtim.tv_sec * 1000000000ULL + st.st_mtim.tv_nsec) ^
				st.st_size);
	return number;
}

static bool asks_for_owners(const struct embargo_watcher *watcher)
{
	return embargo_evaluate_wants(watcher->evaluator) & EMBARGO_WANT_OWNER;
}

/* Into one of the queues beside the first: by its path if it is open. */
static int entry_keep(struct embargo_watch_queue *queue, const struct embargo_watch_entry *entry,
		      const char *path)
{
	bool open = entry->kind == EMBARGO_WATCH_OPEN;

	return embargo_watch_queue_add(queue, open ? EMBARGO_WATCH_PATH : entry->kind,
				       open ? (const void *)path : entry->key,
				       open ? strlen(path) : entry->size, -1, entry->seen);
}

/* A file is there before the database of packages says whose it is. */
static void recent_keep(struct embargo_watcher *watcher, const struct embargo_watch_entry *entry,
			const char *path)
{
	uint64_t now = embargo_now_ns();

	embargo_watch_queue_forget(&watcher->recent, now > RECENT_NS ? now - RECENT_NS : 0);
	if (entry_keep(&watcher->recent, entry, path) < 0)
		watcher->recent_lost = entry->seen;
}

/*
 * Who owns a file can have a lease on it (fcntl(2)): it cannot be opened then without waiting for him, up to
 * a minute. That we tried makes the lease end; until then nobody waits.
 */
static void leased_keep(struct embargo_watcher *watcher, const struct embargo_watch_entry *entry,
			const char *path)
{
	if (!watcher->leased.count)
		watcher->leased_due = embargo_now_ns() + PAUSE_LEASED;
	if (entry_keep(&watcher->leased, entry, path) < 0)
		embargo_watch_lost(watcher, NULL);
}

/* Try again. */
static void leased_follow(struct embargo_watcher *watcher)
{
	struct embargo_watch_entry *entry;

	if (!watcher->leased.count || (int64_t)embargo_now_ns() < watcher->leased_due)
		return;
	while ((entry = embargo_watch_queue_take(&watcher->leased))) {
		if (embargo_watch_queue_add(&watcher->queue, entry->kind, entry->key, entry->size, -1,
					    entry->seen) < 0)
			embargo_watch_lost(watcher, NULL);
		embargo_watch_entry_free(entry);
	}
}

static int item_visit(struct embargo_watcher *watcher, struct item *item)
{
	const struct embargo_walk_settings walk = {.keep_atime = true};
	_cleanup_close_ int directory = -1, fd = -1;
	struct embargo_walk_file file = {0};
	const char *name = NULL;
	struct statx st;

	directory = entry_open(watcher, item->entry, &item->path, &name);
	/* The kernel executes no empty file, and a ban of its hash would name every empty file there is. */
	if (directory < 0 ||
	    statx(directory, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH,
		  STATX_TYPE | STATX_SIZE | STATX_NLINK, &st) ||
	    !S_ISREG(st.stx_mode) || !st.stx_size || !st.stx_nlink)
		return 0;
	if (asks_for_owners(watcher))
		recent_keep(watcher, item->entry, item->path);
	/*
	 * Not that it has other names: what was found by one of them may be of what the file held before,
	 * since what is written while files are looked at comes into the same batch.
	 */
	file = (struct embargo_walk_file){
		.directory = directory,
		.name = name,
		.path = item->path,
		.size = st.stx_size,
	};
	/* Open until the scanner has it open, too: no lease can be had meanwhile. */
	fd = embargo_walk_open(&walk, &file);
	if (fd == -EAGAIN) {
		leased_keep(watcher, item->entry, item->path);
		return 0;
	}
	embargo_watch_count(watcher->shared, EMBARGO_WATCH_CLASSIFIED, 1);
	return embargo_scanner_file(watcher->scanner, &file);
}

/* Which package has which files may have changed: ask again what came of late. */
static void packages_follow(struct embargo_watcher *watcher)
{
	const uint64_t now = embargo_now_ns();
	struct embargo_watch_entry *entry;
	size_t left = watcher->recent.count;
	__u64 number = packages_number();

	if (!asks_for_owners(watcher) || number == watcher->packages)
		return;
	watcher->packages = number;
	embargo_scanner_free(TAKE_PTR(watcher->scanner));
	if (watcher->recent_lost && now - watcher->recent_lost < RECENT_NS)
		embargo_watch_lost(watcher, NULL);
	watcher->recent_lost = 0;
	for (; left && (entry = embargo_watch_queue_take(&watcher->recent)); left--) {
		/* Once more when the database changes again: it may be in the middle of its changes. */
		if (now - entry->seen < RECENT_NS &&
		    embargo_watch_queue_add(&watcher->queue, entry->kind, entry->key, entry->size, -1,
					    entry->seen) < 0)
			embargo_watch_lost(watcher, NULL);
		embargo_watch_entry_free(entry);
	}
	watcher->shared->queued = watcher->queue.count;
}

static uint64_t item_seen(const void *context, const char *path)
{
	const struct batch *batch = context;
	size_t i;

	for (i = 0; i < batch->count; i++)
		if (batch->items[i].path && !strcmp(batch->items[i].path, path))
			return batch->items[i].entry->seen;
	return 0;
}

static int scanner_have(struct embargo_watcher *watcher)
{
	struct embargo_scan_settings settings = {
		.evaluator = watcher->evaluator,
		.findings = watcher->findings,
		.workers = WORKERS,
		.meanwhile = embargo_watch_events_drain,
		.meanwhile_context = watcher,
	};

	return watcher->scanner ? 0 : embargo_scanner_new(&settings, &watcher->totals, &watcher->scanner);
}

/* They were asked by a policy that is not in force any more, or could not be asked. */
static void batch_again(struct embargo_watcher *watcher, struct batch *batch)
{
	size_t i;

	for (i = 0; i < batch->count; i++) {
		struct embargo_watch_entry *entry = batch->items[i].entry;

		if (embargo_watch_queue_add(&watcher->queue, entry->kind, entry->key, entry->size,
					    TAKE_FD(entry->fd), entry->seen) < 0)
			embargo_watch_lost(watcher, NULL);
	}
}

static int batch_ask(struct embargo_watcher *watcher, struct batch *batch)
{
	struct embargo_watch_entry *entry;
	int r = scanner_have(watcher);

	while (!r && batch->count < BATCH_MAX && (entry = embargo_watch_queue_take(&watcher->queue))) {
		batch->items[batch->count++] = (struct item){.entry = entry};
		r = item_visit(watcher, &batch->items[batch->count - 1]);
	}
	watcher->shared->queued = watcher->queue.count;
	return r ?: embargo_scanner_wait(watcher->scanner);
}

void embargo_watch_batch(struct embargo_watcher *watcher)
{
	_cleanup_(embargo_watch_found_freep) struct embargo_watch_found *found = NULL;
	static struct batch batch;
	__u64 warnings;
	int r;

	if (!watcher->evaluator || (int64_t)embargo_now_ns() < watcher->batch_due)
		return;
	packages_follow(watcher);
	leased_follow(watcher);
	if (!watcher->queue.count) {
		/* Workers take a while to begin: they are ready before there is something to do. */
		(void)scanner_have(watcher);
		return;
	}
	warnings = embargo_findings_warnings(watcher->findings);
	r = embargo_watch_found_new(watcher->evaluator, &found);
	if (!r)
		embargo_findings_watch(watcher->findings, embargo_watch_found_take, found);
	r = r ?: batch_ask(watcher, &batch);
	embargo_findings_watch(watcher->findings, NULL, NULL);
	if (r) {
		embargo_log_errno(r, "new files cannot be looked at");
		watcher->batch_due = embargo_now_ns() + PAUSE_FAILED;
		embargo_scanner_free(TAKE_PTR(watcher->scanner));
		embargo_watch_lost(watcher, NULL);
	} else if (!embargo_watch_policy_same(watcher)) {
		batch_again(watcher, &batch);
	} else {
		embargo_watch_count(watcher->shared, EMBARGO_WATCH_WARNINGS,
				    embargo_findings_warnings(watcher->findings) - warnings);
		if (embargo_watch_found_publish(found, watcher->shared, watcher->socket, item_seen, &batch) <
		    0)
			embargo_watch_lost(watcher, NULL);
	}
	batch_clear(&batch);
}
