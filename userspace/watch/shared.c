// SPDX-License-Identifier: GPL-2.0-or-later
/* What the watch counts, in memory that daemon and watcher share. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "policy/cleanup.h"
#include "userspace/watch/watch.h"

const unsigned int embargo_watch_bucket_ms[EMBARGO_WATCH_BUCKETS] = {10, 25, 50, 100, 250, 1000, 5000, 30000};

/* Put in place whole: who has the former one mapped must not find it cut. */
static int state_create(const char *path)
{
	_cleanup_free_ char *temporary = NULL;
	_cleanup_close_ int fd = -1;

	if (asprintf(&temporary, "%s.new", path) < 0)
		return -ENOMEM;
	unlink(temporary);
	fd = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0 || fchmod(fd, 0644) || ftruncate(fd, sizeof(struct embargo_watch_shared)) ||
	    rename(temporary, path))
		return -errno;
	return TAKE_FD(fd);
}

static int state_read(const char *path, struct embargo_watch_shared *ret_shared)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct embargo_watch_shared shared;

	if (fd < 0)
		return -errno;
	if (read(fd, &shared, sizeof(shared)) != sizeof(shared) || shared.version != EMBARGO_WATCH_VERSION)
		return -EBADMSG;
	*ret_shared = shared;
	return 0;
}

int embargo_watch_shared_new(const char *path, struct embargo_watch_shared **ret_shared, bool *ret_gap)
{
	_cleanup_close_ int fd = -1;
	struct embargo_watch_shared before = {0}, *shared;
	bool gap = !state_read(path, &before) && (before.active || before.lost);

	fd = state_create(path);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0), fd < 0 ? -1 : fd, 0);
	if (shared == MAP_FAILED)
		return -errno;
	shared->version = EMBARGO_WATCH_VERSION;
	shared->daemon = getpid();
	shared->complete = gap ? before.complete : 0;
	shared->clock = gap ? before.clock : 0;
	*ret_shared = shared;
	*ret_gap = gap;
	return 0;
}

bool embargo_watch_shared_read(const char *path, struct embargo_watch_shared *ret_shared)
{
	struct embargo_watch_shared shared;

	if (state_read(path, &shared) || shared.daemon <= 0 || (kill(shared.daemon, 0) && errno != EPERM))
		return false;
	*ret_shared = shared;
	return true;
}

void embargo_watch_count(struct embargo_watch_shared *shared, enum embargo_watch_count which, uint64_t more)
{
	__atomic_fetch_add(&shared->counts[which], more, __ATOMIC_RELAXED);
}

void embargo_watch_count_force(struct embargo_watch_shared *shared, uint64_t ns)
{
	__atomic_fetch_add(&shared->force_count, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&shared->force_ns, ns, __ATOMIC_RELAXED);
	for (size_t i = 0; i < EMBARGO_WATCH_BUCKETS; i++)
		if (ns <= embargo_watch_bucket_ms[i] * 1000000ULL)
			__atomic_fetch_add(&shared->force_within[i], 1, __ATOMIC_RELAXED);
	if (ns > shared->force_ns_max)
		shared->force_ns_max = ns;
}
