// SPDX-License-Identifier: GPL-2.0-or-later
/* The queue of new files: so many, each once, in their order; and what is mounted, from the kernel's lines.
 */
#include "tests/harness.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "userspace/watch/places.h"
#include "userspace/watch/queue.h"

static int add(struct embargo_watch_queue *queue, const char *key, uint64_t seen)
{
	return embargo_watch_queue_add(queue, EMBARGO_WATCH_PATH, key, strlen(key), -1, seen);
}

static void expect_next(struct embargo_watch_queue *queue, const char *key, uint64_t seen)
{
	struct embargo_watch_entry *entry = embargo_watch_queue_take(queue);

	ASSERT_NOT_NULL(entry);
	EXPECT_EQ(strlen(key), entry->size);
	EXPECT_EQ(0, memcmp(key, entry->key, entry->size));
	EXPECT_EQ(seen, entry->seen);
	embargo_watch_entry_free(entry);
}

TEST(each_once_in_order)
{
	struct embargo_watch_queue queue = {.limit = 10};

	EXPECT_EQ(1, add(&queue, "b", 1));
	EXPECT_EQ(1, add(&queue, "a", 2));
	EXPECT_EQ(0, add(&queue, "b", 3)); /* the first time counts */
	EXPECT_EQ(1, add(&queue, "bb", 4));
	EXPECT_EQ(1, embargo_watch_queue_add(&queue, EMBARGO_WATCH_HANDLE, "b", 1, -1, 5));
	EXPECT_EQ(4, queue.count);
	expect_next(&queue, "b", 1);
	EXPECT_EQ(1, add(&queue, "b", 6)); /* taken, it may come again */
	expect_next(&queue, "a", 2);
	expect_next(&queue, "bb", 4);
	expect_next(&queue, "b", 5);
	expect_next(&queue, "b", 6);
	EXPECT_NULL(embargo_watch_queue_take(&queue));
}

/* What is asked again later is kept for so long from its last time on. */
TEST(the_last_time_counts)
{
	struct embargo_watch_queue queue = {.limit = 10, .last = true};

	EXPECT_EQ(1, add(&queue, "a", 1));
	EXPECT_EQ(1, add(&queue, "b", 2));
	EXPECT_EQ(1, add(&queue, "c", 7));
	EXPECT_EQ(0, add(&queue, "b", 5));
	EXPECT_EQ(0, add(&queue, "b", 4));
	embargo_watch_queue_forget(&queue, 5);
	EXPECT_EQ(2, queue.count);
	expect_next(&queue, "b", 5);
	embargo_watch_queue_forget(&queue, 8);
	EXPECT_EQ(0, queue.count);
}

TEST(no_more_than_its_limit)
{
	struct embargo_watch_queue queue = {.limit = 100};
	char key[16];

	for (int i = 0; i < 10000; i++) {
		snprintf(key, sizeof(key), "%d", i);
		EXPECT_EQ(i < 100 ? 1 : -ENOBUFS, add(&queue, key, i));
	}
	EXPECT_EQ(100, queue.count);
	EXPECT_EQ(0, add(&queue, "99", 1)); /* what waits already needs no room */
	expect_next(&queue, "0", 0);
	EXPECT_EQ(1, add(&queue, "new", 1));
	EXPECT_EQ(-ENOBUFS, add(&queue, "newer", 1));
	embargo_watch_queue_clear(&queue);
	EXPECT_EQ(0, queue.count);
	EXPECT_EQ(1, add(&queue, "newer", 1));
	embargo_watch_queue_clear(&queue);
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

/* Open files are fewer, and none is left behind. */
TEST(open_files)
{
	struct embargo_watch_queue queue = {.limit = 10, .limit_fd = 2};
	int fds[4];

	for (int i = 0; i < 4; i++)
		fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	EXPECT_EQ(1, embargo_watch_queue_add(&queue, EMBARGO_WATCH_OPEN, "1", 1, fds[0], 0));
	EXPECT_EQ(0, embargo_watch_queue_add(&queue, EMBARGO_WATCH_OPEN, "1", 1, fds[1], 0));
	EXPECT_FALSE(is_open(fds[1]));
	EXPECT_EQ(1, embargo_watch_queue_add(&queue, EMBARGO_WATCH_OPEN, "2", 1, fds[2], 0));
	EXPECT_EQ(-ENOBUFS, embargo_watch_queue_add(&queue, EMBARGO_WATCH_OPEN, "3", 1, fds[3], 0));
	EXPECT_FALSE(is_open(fds[3]));
	EXPECT_EQ(1, add(&queue, "3", 0));
	EXPECT_TRUE(is_open(fds[0]) && is_open(fds[2]));
	embargo_watch_queue_clear(&queue);
	EXPECT_FALSE(is_open(fds[0]) || is_open(fds[2]));
	EXPECT_EQ(0, queue.count_fd);
}

TEST(keys_that_are_none)
{
	static char large[EMBARGO_WATCH_KEY_SIZE + 1];
	struct embargo_watch_queue queue = {.limit = 10};

	EXPECT_EQ(-EINVAL, embargo_watch_queue_add(&queue, EMBARGO_WATCH_PATH, "", 0, -1, 0));
	EXPECT_EQ(-EINVAL, embargo_watch_queue_add(&queue, EMBARGO_WATCH_PATH, large, sizeof(large), -1, 0));
	EXPECT_EQ(1, embargo_watch_queue_add(&queue, EMBARGO_WATCH_PATH, large, sizeof(large) - 1, -1, 0));
	embargo_watch_queue_clear(&queue);
}

TEST(what_may_be_looked_at)
{
	static const struct {
		const char *type;
		bool near;
	} types[] = {
		{"ext4", true},	       {"btrfs", true}, {"fuseblk", true}, {"nfs4", false},
		{"fuse.sshfs", false}, {"fuse", false}, {"autofs", false}, {"9p", false},
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		EXPECT_EQ(types[i].near, embargo_mount_near(types[i].type)) TH_LOG("%s", types[i].type);
}

/* A name with a space, a bind mount of a part, a line that is none. */
TEST(odd_mounts)
{
	char text[] = "nonsense\n1 0 0:1 /part /tmp/a\\040b rw - ext4 /dev/x rw\n";
	struct embargo_watch_places places = {0};
	FILE *mounts = fmemopen(text, strlen(text), "r");

	ASSERT_NOT_NULL(mounts);
	/* Neither is mounted here: nothing is there, and nothing goes wrong. */
	EXPECT_EQ(0, embargo_watch_places_read(mounts, false, &places, &places));
	EXPECT_EQ(0, places.count);
	embargo_watch_places_clear(&places);
	fclose(mounts);
}

/* Those of this machine: each file system once, what is told of one is kept, and none is the kernel's own. */
TEST(what_is_mounted)
{
	struct embargo_watch_places places = {0};
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	struct stat st;

	ASSERT_NOT_NULL(mounts);
	ASSERT_EQ(0, embargo_watch_places_read(mounts, false, &places, &places));
	for (size_t i = 0; i < places.count; i++) {
		EXPECT_EQ(0, stat(places.list[i].path, &st));
		EXPECT_NE(0, strcmp(places.list[i].path, "/proc"));
		for (size_t j = 0; j < i; j++)
			EXPECT_NE(places.list[i].device, places.list[j].device);
		places.list[i].lost = true;
	}
	rewind(mounts);
	ASSERT_EQ(0, embargo_watch_places_read(mounts, false, &places, &places));
	for (size_t i = 0; i < places.count; i++)
		EXPECT_TRUE(places.list[i].lost);
	embargo_watch_places_clear(&places);
	fclose(mounts);
}

TEST_HARNESS_MAIN
