// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fanotify: notifications alone, so that nobody waits for us. Where a file system has handles, events name
 * the directory, the file in it and the file itself, and renames are seen too. Where it has none (overlayfs,
 * subvolumes of btrfs on older kernels) an event comes with the file, open; there a file is seen when it was
 * written, which is before it is renamed.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>

#include "userspace/base/log.h"
#include "userspace/base/text.h"
#include "userspace/watch/private.h"
#include "userspace/base/clock.h"

/* Also what is made: a second name for a file, and one that was written without a name. */
#define WANTED_HANDLE (FAN_CLOSE_WRITE | FAN_MOVED_TO | FAN_CREATE)
#define WANTED_FILE FAN_CLOSE_WRITE
#define READS_MAX 64 /* at once: some ten thousand events */

uint64_t embargo_watch_time(int64_t *ret_clock)
{
	struct timespec real, boot;
	int64_t time;

	clock_gettime(CLOCK_REALTIME, &real);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	time = real.tv_sec * 1000000000LL + real.tv_nsec;
	*ret_clock = time - boot.tv_sec * 1000000000LL - boot.tv_nsec;
	return time;
}

void embargo_watch_lost(struct embargo_watcher *watcher, struct embargo_watch_place *place)
{
	size_t i;

	if (!watcher->shared->lost)
		embargo_watch_count(watcher->shared, EMBARGO_WATCH_OVERFLOWS, 1);
	if (place)
		place->lost = true;
	for (i = 0; !place && i < watcher->places.count; i++)
		watcher->places.list[i].lost = true;
	watcher->shared->lost = true;
}

int embargo_watch_events_open(struct embargo_watcher *watcher)
{
	const unsigned int flags = FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK;

	watcher->by_handle = fanotify_init(flags | FAN_REPORT_DFID_NAME_TARGET, 0);
	if (watcher->by_handle < 0)
		return -errno;
	watcher->by_file = fanotify_init(flags, O_RDONLY | O_LARGEFILE | O_CLOEXEC | O_NOATIME | O_NONBLOCK);
	if (watcher->by_file < 0) {
		int error = -errno;

		embargo_watch_events_close(watcher);
		return error;
	}
	return 0;
}

void embargo_watch_events_close(struct embargo_watcher *watcher)
{
	if (watcher->by_handle >= 0)
		close(watcher->by_handle);
	if (watcher->by_file >= 0)
		close(watcher->by_file);
	watcher->by_handle = watcher->by_file = -1;
}

/* Can files be found again by what events say of them? */
static bool has_handles(int directory)
{
	union {
		struct file_handle handle;
		char bytes[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} room = {.handle.handle_bytes = MAX_HANDLE_SZ};
	_cleanup_close_ int fd = -1;
	int mount;

	if (name_to_handle_at(directory, "", &room.handle, &mount, AT_EMPTY_PATH))
		return false;
	fd = open_by_handle_at(directory, &room.handle, O_PATH | O_CLOEXEC);
	return fd >= 0;
}

/* Whoever makes a file system chooses its number: of two that have the same, one is watched by open files. */
static bool id_is_taken(struct embargo_watcher *watcher, const struct embargo_watch_place *place)
{
	return embargo_watch_places_find(&watcher->places, &place->id_events) != place;
}

static int place_mark(struct embargo_watcher *watcher, struct embargo_watch_place *place)
{
	_cleanup_close_ int fd = open(place->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	const unsigned int flags = FAN_MARK_ADD | FAN_MARK_FILESYSTEM;

	if (fd < 0)
		return -errno;
	place->handles = !id_is_taken(watcher, place) && has_handles(fd) &&
			 !fanotify_mark(watcher->by_handle, flags, WANTED_HANDLE, fd, NULL);
	if (place->handles)
		return 0;
	return fanotify_mark(watcher->by_file, flags, WANTED_FILE, fd, NULL) ? -errno : 0;
}

static void tell_unwatched(struct embargo_watcher *watcher, const struct embargo_watch_place *place,
			   int error)
{
	_cleanup_free_ char *path = embargo_text(place->path, strlen(place->path));
	struct embargo_log_message message;

	if (embargo_log_message_new(&message, LOG_WARNING, "watch-lost",
				    "new files on the file system at \"%.*s\" are not seen: %s",
				    EMBARGO_LOG_MESSAGE_PART, path ?: "?", strerror(-error)))
		return;
	embargo_log_message_text(&message, "path", place->path);
	embargo_watch_send(watcher->shared, watcher->socket, &message);
}

/*
 * All of them, whatever was marked before: a file system may have gone and another have come that has the
 * same number, and to mark what is marked already costs nothing.
 */
void embargo_watch_events_mark(struct embargo_watcher *watcher)
{
	unsigned int marked = 0;
	int limit = 0, r;
	size_t i;
	bool all;

	rewind(watcher->mounts);
	all = watcher->shared->mode == EMBARGO_WATCH_SCAN && watcher->shared->active;
	r = embargo_watch_places_read(watcher->mounts, all, &watcher->places, &watcher->places);
	if (r) {
		embargo_log_errno(r, "cannot read what is mounted");
		return;
	}
	for (i = 0; i < watcher->places.count; i++) {
		struct embargo_watch_place *place = &watcher->places.list[i];

		/* Without a group there is nothing to mark in. */
		if (watcher->by_handle < 0) {
			place->marked = false;
			continue;
		}
		r = place_mark(watcher, place);
		place->marked = !r;
		marked += !r;
		if (embargo_watch_is_limit(r))
			limit = r;
		else if (r && r != -ENOENT && !place->failed)
			tell_unwatched(watcher, place, r);
		place->failed = r;
		watcher->shared->lost |= place->lost;
	}
	watcher->shared->filesystems = marked;
	if (watcher->by_handle >= 0)
		embargo_watch_blind(watcher, limit);
}

static void queue_file(struct embargo_watcher *watcher, struct embargo_watch_place *place,
		       enum embargo_watch_kind kind, const void *key, size_t size, int fd)
{
	int r = embargo_watch_queue_add(&watcher->queue, kind, key, size, fd, embargo_now_ns());

	embargo_watch_count(watcher->shared, EMBARGO_WATCH_SEEN, 1);
	if (r < 0)
		embargo_watch_lost(watcher, place);
	watcher->shared->queued = watcher->queue.count;
}

/*
 * @info: what follows the event, @size bytes, aligned to nothing: directory and name, and then the file,
 * which may have lost that name to another.
 */
static void take_handle(struct embargo_watcher *watcher, const char *info, size_t size)
{
	struct fanotify_event_info_fid head, file;
	struct embargo_watch_place *place;
	struct {
		struct embargo_watch_key head;
		char rest[EMBARGO_WATCH_KEY_SIZE - sizeof(struct embargo_watch_key)];
	} key;
	size_t named, handle = 0;

	if (size < sizeof(head))
		return;
	memcpy(&head, info, sizeof(head));
	if (head.hdr.info_type != FAN_EVENT_INFO_TYPE_DFID_NAME || head.hdr.len <= sizeof(head) ||
	    head.hdr.len > size)
		return;
	memset(&key, 0, sizeof(key));
	memcpy(&key.head.id, &head.fsid, sizeof(key.head.id));
	place = embargo_watch_places_find(&watcher->places, &key.head.id);
	named = head.hdr.len - sizeof(head);
	if (size - head.hdr.len >= sizeof(file)) {
		memcpy(&file, info + head.hdr.len, sizeof(file));
		if (file.hdr.info_type == FAN_EVENT_INFO_TYPE_FID && file.hdr.len > sizeof(file) &&
		    file.hdr.len <= size - head.hdr.len)
			handle = file.hdr.len - sizeof(file);
	}
	if (!place || named + handle > sizeof(key.rest))
		return;
	key.head.named_size = named;
	memcpy(key.rest, info + sizeof(head), named);
	memcpy(key.rest + named, info + head.hdr.len + sizeof(file), handle);
	queue_file(watcher, place, EMBARGO_WATCH_HANDLE, &key, sizeof(key.head) + named + handle, -1);
}

static void take_file(struct embargo_watcher *watcher, int fd)
{
	struct embargo_watch_place *place;
	__u64 key[2];
	struct stat st;
	size_t i;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || !st.st_nlink) {
		close(fd);
		return;
	}
	for (i = 0, place = NULL; !place && i < watcher->places.count; i++)
		if (watcher->places.list[i].device == st.st_dev)
			place = &watcher->places.list[i];
	key[0] = st.st_dev;
	key[1] = st.st_ino;
	queue_file(watcher, place, EMBARGO_WATCH_OPEN, key, sizeof(key), fd);
}

static void take(struct embargo_watcher *watcher, const struct fanotify_event_metadata *event,
		 const char *info)
{
	bool ours = event->pid == getpid() || event->pid == watcher->shared->daemon ||
		    (watcher->rescan && event->pid == watcher->rescan);

	if (event->mask & FAN_Q_OVERFLOW)
		embargo_watch_lost(watcher, NULL);
	else if (ours && event->fd >= 0)
		close(event->fd);
	else if (!ours && event->fd >= 0)
		take_file(watcher, event->fd);
	else if (!ours)
		take_handle(watcher, info, event->event_len - sizeof(*event));
}

/* Are there more? Who makes files faster than they are taken must not keep us from looking at them. */
static bool group_drain(struct embargo_watcher *watcher, int fd)
{
	struct fanotify_event_metadata event;
	static char buffer[32768];
	unsigned int reads = 0;
	ssize_t got = 0, at;

	while (fd >= 0 && reads++ < READS_MAX && (got = read(fd, buffer, sizeof(buffer))) > 0)
		for (at = 0; got - at >= (ssize_t)sizeof(event); at += event.event_len) {
			memcpy(&event, buffer + at, sizeof(event));
			if (event.event_len < sizeof(event) || event.event_len > got - at)
				break;
			take(watcher, &event, buffer + at + sizeof(event));
		}
	return got > 0;
}

void embargo_watch_events_drain(void *context)
{
	struct embargo_watcher *watcher = context;

	watcher->behind = group_drain(watcher, watcher->by_handle);
	watcher->behind |= group_drain(watcher, watcher->by_file);
}
