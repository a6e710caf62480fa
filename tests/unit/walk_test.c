// SPDX-License-Identifier: GPL-2.0-or-later
/* The order of a walk: that of the disk, as far as inodes tell. */
#include "tests/harness.h"

#include <fcntl.h>
#include <ftw.h>

#include "userspace/scan/walk.h"

#define FILES 2000 /* that one read of their directory has */

static struct {
	__u64 inode;
	unsigned int files, backwards;
} seen;

static int file(void *context, const struct embargo_walk_file *found)
{
	(void)context;
	seen.backwards += found->inode < seen.inode;
	seen.inode = found->inode;
	seen.files++;
	return 0;
}

static void warning(void *context, const char *path, const char *why)
{
	(void)context;
	TH_LOG("%s: %s", path, why);
	seen.backwards++;
}

static void not_entered(void *context, const char *path)
{
	warning(context, path, "not entered");
}

static bool leave_out(void *context, const char *path)
{
	(void)context;
	(void)path;
	return false;
}

static int entry_remove(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

TEST(files_come_in_the_order_of_inodes)
{
	const struct embargo_walk_settings walk = {
		.file = file,
		.warning = warning,
		.not_entered = not_entered,
		.leave_out = leave_out,
	};
	char directory[] = "/dev/shm/embargo-walk-XXXXXX", path[64];
	unsigned int i, number = 1;

	/* A file system in memory, which lists what is newest first. */
	ASSERT_NE(NULL, mkdtemp(directory));
	for (i = 0; i < FILES; i++) {
		number = number * 1103515245 + 12345;
		snprintf(path, sizeof(path), "%s/%08x-%u", directory, number, i);
		ASSERT_EQ(0, close(open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)));
	}
	EXPECT_EQ(0, embargo_walk(&walk, directory));
	EXPECT_EQ(FILES, seen.files);
	EXPECT_EQ(0, seen.backwards);
	nftw(directory, entry_remove, 8, FTW_DEPTH | FTW_PHYS);
}

TEST_HARNESS_MAIN
