// SPDX-License-Identifier: GPL-2.0-or-later
/* The queue of new files: so many, each once, in their order; and what is mounted, from the kernel's lines.
 */
#include "tests/harness.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "userspace/watch_places.h"
#include "userspace/watch_queue.h"

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

TEST(lines_of_mounts)
{
	static const struct {
		const char *line, *path, *type;
		unsigned int major, minor;
		bool whole, near;
	} lines[] = {
		{"29 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n", "/", "ext4", 8, 1, true, true},
		{"30 29 0:26 /sub /mnt/a\\040b\\134c rw - btrfs /dev/sdb rw,subvol=/sub\n", "/mnt/a b\\c",
		 "btrfs", 0, 26, false, true},
		{"31 29 0:30 / /x rw master:2 propagate_from:1 - nfs4 h:/ rw", "/x", "nfs4", 0, 30, true,
		 false},
		{"32 29 0:31 / /y rw - fuse.sshfs h rw", "/y", "fuse.sshfs", 0, 31, true, false},
		{"33 29 8:17 / /z rw - fuseblk /dev/sdb1 rw", "/z", "fuseblk", 8, 17, true, true},
		{"34 29 0:32 / /p rw - autofs systemd-1 rw", "/p", "autofs", 0, 32, true, false},
	};
	struct embargo_mount mount;
	char copy[256];

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		strcpy(copy, lines[i].line);
		ASSERT_TRUE(embargo_mount_read(copy, &mount));
		EXPECT_STREQ(lines[i].path, mount.path);
		EXPECT_STREQ(lines[i].type, mount.type);
		EXPECT_EQ(29 + i, mount.id);
		EXPECT_EQ(makedev(lines[i].major, lines[i].minor), mount.device);
		EXPECT_EQ(lines[i].whole, mount.whole);
		EXPECT_EQ(lines[i].near, embargo_mount_near(&mount)) TH_LOG("%s", lines[i].type);
	}
}

TEST(lines_that_are_none)
{
	static const char *const lines[] = {
		"",
		"\n",
		"29 1 8:1 / / rw",
		"29 1 8:1 / / rw - ",
		"x 1 8:1 / / rw - ext4 /dev/sda1 rw",
		"29 1 8.1 / / rw - ext4 /dev/sda1 rw",
		"29 1 8:1 / relative rw - ext4 /dev/sda1 rw",
		"29 1 8:1  / rw - ext4 /dev/sda1 rw",
	};
	struct embargo_mount mount;
	char copy[256];

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		strcpy(copy, lines[i]);
		EXPECT_FALSE(embargo_mount_read(copy, &mount)) TH_LOG("%zu", i);
	}
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
