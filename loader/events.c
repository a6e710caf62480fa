// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The reader of the ring. Its layout is what BPF_MAP_TYPE_RINGBUF shows to
 * userspace (include/uapi/linux/bpf.h, kernel/bpf/ringbuf.c): one page with the
 * consumer's position, one with the producer's, then the data twice in a row, so
 * that a record is never split. A record is 8 bytes of header, whose first four
 * are its length and two flags, then the data, padded to 8 bytes.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#include "loader/events.h"
#include "loader/internal.h"

struct embargo_ring {
	bool consume;
	int fd;
	__u32 id;	   /* of the map */
	int counters;	   /* descriptor, for the lost ones */
	uint64_t size;	   /* bytes of data, a power of two */
	uint64_t position; /* of the next record */
	uint64_t after;	   /* of the one behind it, once it was read */
	size_t page;
	unsigned long *consumer;       /* one page; writable for a consumer */
	const unsigned long *producer; /* one page, then the data twice */
};

EMBARGO_CLEANUP(struct embargo_ring, embargo_ring_close);

static __u32 map_id(int fd, uint64_t *ret_size)
{
	struct bpf_map_info info = {};
	__u32 length = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &length) < 0)
		return 0;
	if (ret_size)
		*ret_size = info.max_entries;
	return info.id;
}

int embargo_ring_open(bool consume, struct embargo_ring **ret_ring, struct embargo_error *error)
{
	_cleanup_(embargo_ring_closep) struct embargo_ring *ring = calloc(1, sizeof(*ring));
	void *memory;

	if (!ring)
		return embargo_fail(error, -ENOMEM, "no memory");
	ring->counters = -1;
	ring->consume = consume;
	ring->page = sysconf(_SC_PAGESIZE);
	ring->fd = embargo_pin_open(EMBARGO_LIVE, "embargo_events");
	if (ring->fd == -ENOENT)
		return embargo_fail(error, -ENOENT, "no policy is in force: embargo load POLICY first");
	if (ring->fd < 0)
		return embargo_fail(error, ring->fd, "cannot open the ring of events: %s%s",
				    strerror(-ring->fd),
				    ring->fd == -EACCES ? "; it needs root: use sudo" : "");
	ring->counters = embargo_pin_open(EMBARGO_LIVE, "embargo_counters");
	ring->id = map_id(ring->fd, &ring->size);
	memory =
		mmap(NULL, ring->page, consume ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, ring->fd, 0);
	if (memory == MAP_FAILED)
		return embargo_fail(error, -errno, "cannot map the ring of events: %s", strerror(errno));
	ring->consumer = memory;
	memory = mmap(NULL, ring->page + 2 * ring->size, PROT_READ, MAP_SHARED, ring->fd, ring->page);
	if (memory == MAP_FAILED)
		return embargo_fail(error, -errno, "cannot map the ring of events: %s", strerror(errno));
	ring->producer = memory;
	ring->position = __atomic_load_n(ring->consumer, __ATOMIC_ACQUIRE);
	*ret_ring = TAKE_PTR(ring);
	return 0;
}

void embargo_ring_close(struct embargo_ring *ring)
{
	if (!ring)
		return;
	if (ring->producer)
		munmap((void *)ring->producer, ring->page + 2 * ring->size);
	if (ring->consumer)
		munmap(ring->consumer, ring->page);
	if (ring->fd >= 0)
		close(ring->fd);
	if (ring->counters >= 0)
		close(ring->counters);
	free(ring);
}

int embargo_ring_fd(const struct embargo_ring *ring)
{
	return ring->fd;
}

static uint64_t produced(const struct embargo_ring *ring)
{
	return __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE);
}

/*
 * A follower does not hold the kernel back: once a consumer took a record, the
 * kernel may write over it. What was copied counts only if it was still there after.
 */
static bool overtaken(const struct embargo_ring *ring)
{
	return !ring->consume && produced(ring) - ring->position > ring->size;
}

static int resume(struct embargo_ring *ring)
{
	ring->position = __atomic_load_n(ring->consumer, __ATOMIC_ACQUIRE);
	ring->after = ring->position;
	return -EOVERFLOW;
}

int embargo_ring_next(struct embargo_ring *ring, struct embargo_event *event, char *path)
{
	const unsigned char *data = (const unsigned char *)ring->producer + ring->page, *record;
	__u32 header, length;

	if (!ring->consume && ring->after > ring->position)
		ring->position = ring->after;
	for (;;) {
		if (overtaken(ring))
			return resume(ring);
		if (ring->position >= produced(ring))
			return 0;
		record = data + (ring->position & (ring->size - 1));
		header = __atomic_load_n((const __u32 *)record, __ATOMIC_ACQUIRE);
		if (overtaken(ring))
			return resume(ring);
		if (header & BPF_RINGBUF_BUSY_BIT)
			return 0; /* being written: its wake-up is still to come */
		length = header & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
		ring->after = ring->position + ((uint64_t)length + BPF_RINGBUF_HDR_SZ + 7) / 8 * 8;
		if (header & BPF_RINGBUF_DISCARD_BIT) {
			ring->position = ring->after;
			continue;
		}
		break;
	}
	record += BPF_RINGBUF_HDR_SZ;
	memset(event, 0, sizeof(*event));
	memcpy(event, record, length < sizeof(*event) ? length : sizeof(*event));
	path[0] = 0;
	if (EMBARGO_ABI_IS_KEPT(event->version) && length >= sizeof(*event) &&
	    event->path_size <= EMBARGO_PATH_SIZE && event->path_size <= length - sizeof(*event)) {
		memcpy(path, record + sizeof(*event), event->path_size);
		path[event->path_size ? event->path_size - 1 : 0] = 0;
	} else {
		event->version = 0;
	}
	if (overtaken(ring))
		return resume(ring);
	if (event->version)
		return 1;
	embargo_ring_take(ring);
	return -EBADMSG;
}

void embargo_ring_take(struct embargo_ring *ring)
{
	if (ring->after <= ring->position)
		return;
	ring->position = ring->after;
	if (ring->consume)
		__atomic_store_n(ring->consumer, ring->position, __ATOMIC_RELEASE);
}

uint64_t embargo_ring_lost(const struct embargo_ring *ring)
{
	uint64_t lost = 0;
	__u32 key = EMBARGO_COUNTER_SINGLE(EMBARGO_COUNT_LOST);

	if (ring->counters < 0 || embargo_counter_sum(ring->counters, key, &lost) < 0)
		return 0;
	return lost;
}

void embargo_ring_use(const struct embargo_ring *ring, uint64_t *ret_size, uint64_t *ret_used)
{
	*ret_size = ring->size;
	*ret_used = produced(ring) - __atomic_load_n(ring->consumer, __ATOMIC_ACQUIRE);
}

bool embargo_ring_current(const struct embargo_ring *ring)
{
	_cleanup_close_ int fd = embargo_pin_open(EMBARGO_LIVE, "embargo_events");

	return fd >= 0 && map_id(fd, NULL) == ring->id;
}
