// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A kept verdict does not hide a change of content on xfs and btrfs, nor on overlayfs over them, whichever
 * call makes it. Each way to change has a file of its own, of the size of two banned contents.
 */
#include "tests/guest/guest.h"
#include "tests/guest/guest_kept.h"
#include "tests/guest/guest_block.h"

#include <linux/falloc.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

#define BLOCK 4096
#define CONTENT_SIZE (3 * BLOCK)

enum where {
	DIRECT,
	LOWER, /* run above, changed below */
	UPPER,
};

FIXTURE(filesystem)
{
	char base[64], disk[80], merged[80];
	struct guest_content harmless, whole, banned, holed;
	const char *type, *run, *change; /* a file is run in one directory, and changed in the other */
};

FIXTURE_VARIANT(filesystem)
{
	const char *type;
	enum where where;
};
FIXTURE_VARIANT_ADD(filesystem, xfs){.type = "xfs"};
FIXTURE_VARIANT_ADD(filesystem, btrfs){.type = "btrfs"};
FIXTURE_VARIANT_ADD(filesystem, xfs_lower){.type = "xfs", .where = LOWER};
FIXTURE_VARIANT_ADD(filesystem, xfs_upper){.type = "xfs", .where = UPPER};
FIXTURE_VARIANT_ADD(filesystem, btrfs_lower){.type = "btrfs", .where = LOWER};
FIXTURE_VARIANT_ADD(filesystem, btrfs_upper){.type = "btrfs", .where = UPPER};

FIXTURE_SETUP(filesystem)
{
	self->type = variant->type;
	strcpy(self->base, "/tmp/test.XXXXXX");
	ASSERT_NOT_NULL(mkdtemp(self->base));
	chmod(self->base, 0755);
	strcpy(self->disk, PATH_OF("%s/disk", self->base));
	strcpy(self->merged, PATH_OF("%s/merged", self->base));
	ASSERT_EQ(0, mkdir(self->disk, 0755));
	ASSERT_EQ(0, mkdir(self->merged, 0755));
	guest_lift();
	guest_block_make();
	guest_block_format(self->type);
	guest_block_mount(self->type, self->disk, 0);
	self->run = self->change = self->disk;
	if (variant->where != DIRECT) {
		ASSERT_EQ(0, mkdir(PATH_OF("%s/lower", self->disk), 0755));
		guest_overlay_mount(self->merged, PATH_OF("%s/lower", self->disk), self->disk);
		self->run = self->merged;
		self->change =
			strdup(PATH_OF("%s/%s", self->disk, variant->where == LOWER ? "lower" : "upper"));
	}
	/* Both banned ones are made of others by a few of their blocks. */
	guest_elf(&self->harmless, CONTENT_SIZE, HARMLESS, 0, NULL);
	guest_elf(&self->banned, CONTENT_SIZE, BANNED, 0, NULL);
	guest_elf(&self->whole, CONTENT_SIZE, HARMLESS, 1, NULL);
	guest_elf(&self->holed, CONTENT_SIZE, HARMLESS, 1, NULL);
	memset(self->holed.bytes + BLOCK, 0, BLOCK);
	guest_put(PATH_OF("%s/banned", self->base), &self->banned);
	guest_put(PATH_OF("%s/holed", self->base), &self->holed);
	GUEST_LOAD("--enforce", {.path = PATH_OF("%s/banned", self->base)},
		   {.path = PATH_OF("%s/holed", self->base)});
}

FIXTURE_TEARDOWN(filesystem)
{
	guest_lift();
	if (self->run == self->merged)
		EXPECT_EQ(0, umount2(self->merged, MNT_DETACH));
	EXPECT_EQ(0, umount2(self->disk, MNT_DETACH));
	GUEST_RUN(NULL, "rm", "-rf", self->base);
}

struct change {
	const char *name;
	const char *only; /* on this file system; NULL: on each */
	bool holes;	  /* .whole becomes .holed; else .harmless becomes .banned */
	void (*make)(struct filesystem_self *self, const char *path, const struct guest_content *content);
};

static int open_to_write(const char *path, int flags)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | flags);

	ASSERT_LE(0, fd)
	{
		TH_LOG("%s: %m", path);
	}
	return fd;
}

static void by_write(struct filesystem_self *self, const char *path, const struct guest_content *content)
{
	(void)self;
	guest_rewrite(path, content);
}

static void by_truncate(struct filesystem_self *self, const char *path, const struct guest_content *content)
{
	(void)self;
	ASSERT_EQ(0, truncate(path, 0));
	guest_rewrite(path, content);
}

static void by_direct_write(struct filesystem_self *self, const char *path,
			    const struct guest_content *content)
{
	static _Alignas(BLOCK) char bytes[CONTENT_SIZE];
	int fd = open_to_write(path, O_DIRECT);

	(void)self;
	memcpy(bytes, content->bytes, CONTENT_SIZE);
	ASSERT_EQ(CONTENT_SIZE, pwrite(fd, bytes, CONTENT_SIZE, 0));
	close(fd);
}

static void by_mapping(struct filesystem_self *self, const char *path, const struct guest_content *content)
{
	int fd = open_to_write(path, 0);
	char *memory = mmap(NULL, CONTENT_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	(void)self;
	ASSERT_NE(MAP_FAILED, memory);
	close(fd);
	memcpy(memory, content->bytes, CONTENT_SIZE);
	munmap(memory, CONTENT_SIZE);
}

static const char *beside(struct filesystem_self *self, const struct guest_content *content)
{
	const char *path = PATH_OF("%s/beside", self->change);

	guest_put(path, content);
	return path;
}

static void by_clone(struct filesystem_self *self, const char *path, const struct guest_content *content)
{
	int fd = open_to_write(path, 0), from = open(beside(self, content), O_RDONLY | O_CLOEXEC);

	ASSERT_EQ(0, ioctl(fd, FICLONE, from))
	{
		TH_LOG("%m");
	}
	close(from);
	close(fd);
}

static void by_clone_of_blocks(struct filesystem_self *self, const char *path,
			       const struct guest_content *content)
{
	int fd = open_to_write(path, 0), from = open(beside(self, content), O_RDONLY | O_CLOEXEC);
	struct file_clone_range range = {.src_fd = from, .src_length = BLOCK};

	/* .harmless and .banned differ in their first block only */
	ASSERT_EQ(0, ioctl(fd, FICLONERANGE, &range))
	{
		TH_LOG("%m");
	}
	close(from);
	close(fd);
}

static void by_copy(struct filesystem_self *self, const char *path, const struct guest_content *content)
{
	int fd = open_to_write(path, 0), from = open(beside(self, content), O_RDONLY | O_CLOEXEC);

	for (ssize_t done = 0, n; done < CONTENT_SIZE; done += n) {
		n = copy_file_range(from, NULL, fd, NULL, CONTENT_SIZE - done, 0);
		ASSERT_LT(0, n);
	}
	close(from);
	close(fd);
}

static void by_allocation(const char *path, int mode)
{
	int fd = open_to_write(path, 0);

	ASSERT_EQ(0, fallocate(fd, mode, BLOCK, BLOCK))
	{
		TH_LOG("%m");
	}
	close(fd);
}

static void by_punch(struct filesystem_self *self, const char *path, const struct guest_content *content)
{
	(void)self, (void)content;
	by_allocation(path, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE);
}

static void by_zeroing(struct filesystem_self *self, const char *path, const struct guest_content *content)
{
	(void)self, (void)content;
	by_allocation(path, FALLOC_FL_ZERO_RANGE);
}

static void by_collapse_and_insert(struct filesystem_self *self, const char *path,
				   const struct guest_content *content)
{
	(void)self, (void)content;
	by_allocation(path, FALLOC_FL_COLLAPSE_RANGE);
	by_allocation(path, FALLOC_FL_INSERT_RANGE);
}

/* Another inode: often of the same number, at the same address. Not below: overlayfs would go on with the old
 * one. */
static void by_another_inode(struct filesystem_self *self, const char *path,
			     const struct guest_content *content)
{
	guest_put(PATH_OF("%s/%s", self->run, strrchr(path, '/') + 1), content);
}

/* So that the change has the very ctime that the file had, as far as a clock can be set. */
static void by_clock_set_back(struct filesystem_self *self, const char *path,
			      const struct guest_content *content)
{
	struct timespec now, boot;
	struct stat st;

	(void)self;
	ASSERT_EQ(0, stat(path, &st));
	clock_gettime(CLOCK_REALTIME, &now);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	ASSERT_EQ(0, clock_settime(CLOCK_REALTIME, &st.st_ctim));
	guest_rewrite(path, content);
	now.tv_sec += guest_clock_ns(CLOCK_BOOTTIME) / 1000000000 - boot.tv_sec;
	ASSERT_EQ(0, clock_settime(CLOCK_REALTIME, &now));
}

static const struct change changes[] = {
	{"write", NULL, false, by_write},
	{"truncate", NULL, false, by_truncate},
	{"direct write", NULL, false, by_direct_write},
	{"mapping", NULL, false, by_mapping},
	{"clone", NULL, false, by_clone},
	{"clone of blocks", NULL, false, by_clone_of_blocks},
	{"copy_file_range", NULL, false, by_copy},
	{"punch", NULL, true, by_punch},
	{"zero range", NULL, true, by_zeroing},
	{"collapse, insert", "xfs", true, by_collapse_and_insert},
	{"another inode", NULL, false, by_another_inode},
	{"clock set back", NULL, false, by_clock_set_back},
};

static void change_content(struct filesystem_self *self)
{
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		const struct change *change = &changes[i];
		const char *changed = strdup(PATH_OF("%s/%zu", self->change, i));
		const char *run = strdup(PATH_OF("%s/%zu", self->run, i));

		if (change->only && strcmp(change->only, self->type))
			continue;
		guest_put(changed, change->holes ? &self->whole : &self->harmless);
		guest_run_until_kept(run);
		change->make(self, changed, change->holes ? &self->holed : &self->banned);
		EXPECT_EQ(-EPERM, attempt_exec(run))
		{
			TH_LOG("%s", change->name);
		}
		EXPECT_EQ(-EPERM, attempt_mmap_exec(run))
		{
			TH_LOG("%s", change->name);
		}
	}
}

/* Two files come to share what is equal in them: no content changes. */
static void share_equal_blocks(struct filesystem_self *self)
{
	const char *file = strdup(PATH_OF("%s/file", self->change)),
		   *run = strdup(PATH_OF("%s/file", self->run));
	struct {
		struct file_dedupe_range range;
		struct file_dedupe_range_info info;
	} dedupe = {.range = {.src_length = CONTENT_SIZE, .dest_count = 1}};
	int fd, from;

	guest_put(file, &self->harmless);
	guest_run_until_kept(run);
	fd = open_to_write(file, 0);
	from = open(beside(self, &self->harmless), O_RDONLY | O_CLOEXEC);
	dedupe.info.dest_fd = fd;
	ASSERT_EQ(0, ioctl(from, FIDEDUPERANGE, &dedupe));
	EXPECT_EQ(FILE_DEDUPE_RANGE_SAME, dedupe.info.status);
	EXPECT_EQ(CONTENT_SIZE, dedupe.info.bytes_deduped);
	close(from);
	close(fd);
	guest_run_until_kept(run);
}

/* linux/fs/xfs/libxfs/xfs_fs.h */
struct xfs_bstat {
	uint64_t ino;
	uint16_t mode, nlink;
	uint32_t uid, gid, rdev;
	int32_t blksize;
	int64_t size;
	int64_t times[6]; /* atime, mtime, ctime: seconds, nanoseconds */
	uint64_t more[12];
};
_Static_assert(sizeof(struct xfs_bstat) >= 136, "struct xfs_bstat is smaller than the kernel's");

struct xfs_bulk_request {
	uint64_t *last;
	int32_t count;
	void *buffer;
	int32_t *done;
};

struct xfs_swapext {
	int64_t version, target, temporary, offset, length;
	char pad[16];
	char stat[136];
};

struct xfs_exchange_range {
	int32_t file1;
	uint32_t pad;
	uint64_t offset1, offset2, length, flags;
};

#define XFS_IOC_FSBULKSTAT_SINGLE _IOWR('X', 102, struct xfs_bulk_request)
#define XFS_IOC_SWAPEXT _IOWR('X', 109, struct xfs_swapext)
#define XFS_IOC_EXCHANGE_RANGE _IOW('X', 129, struct xfs_exchange_range)

/* Of the file, for the kernel to see that it is unchanged; only an administrator may ask. */
static void exchange_prepare(int fd, struct xfs_swapext *swap)
{
	struct xfs_bstat target;
	int32_t done = 0;
	struct stat st;
	uint64_t number;

	ASSERT_EQ(0, fsync(fd));
	ASSERT_EQ(0, fstat(fd, &st));
	number = st.st_ino;
	ASSERT_EQ(0, ioctl(fd, XFS_IOC_FSBULKSTAT_SINGLE,
			   &(struct xfs_bulk_request){&number, 1, &target, &done}))
	{
		TH_LOG("%m");
	}
	memcpy(swap->stat, &target, sizeof(swap->stat));
}

static void exchange_extents(int fd, int other, struct xfs_swapext *swap)
{
	swap->target = fd;
	swap->temporary = other;
	swap->length = CONTENT_SIZE;
	ASSERT_EQ(0, ioctl(fd, XFS_IOC_SWAPEXT, swap))
	{
		TH_LOG("%m");
	}
}

static void exchange_range(int fd, int other, struct xfs_swapext *swap)
{
	struct xfs_exchange_range range = {.file1 = other, .length = CONTENT_SIZE};

	(void)swap;
	ASSERT_EQ(0, ioctl(fd, XFS_IOC_EXCHANGE_RANGE, &range))
	{
		TH_LOG("%m");
	}
}

/* Once as root and once as somebody, whose word is not taken for which files it is about. */
static void exchange(struct filesystem_self *self, const char *name,
		     void (*how)(int fd, int other, struct xfs_swapext *swap), uid_t user)
{
	const char *file = strdup(PATH_OF("%s/%s%d", self->change, name, user)), *run, *other;
	struct xfs_swapext swap = {0};
	int fd, source;
	long long kept;
	pid_t pid;

	run = strdup(PATH_OF("%s/%s%d", self->run, name, user));
	other = strdup(PATH_OF("%s.other", file));
	guest_put(file, &self->harmless);
	guest_put(other, &self->banned);
	ASSERT_EQ(0, chown(file, user, user));
	ASSERT_EQ(0, chown(other, user, user));
	/*
	 * After a range was exchanged nothing of the file system is kept now and then on the newest kernel.
	 * That is safe, and costs: what must not happen is tried all the same.
	 */
	if (how == exchange_extents && !user)
		guest_run_until_kept(run);
	else
		for (int i = 0; i < 5; i++) {
			EXPECT_EQ(HARMLESS, attempt_exec(run));
			poll(NULL, 0, GUEST_TICK_MS);
		}
	pid = fork();
	if (!pid) {
		fd = open_to_write(file, 0);
		source = open_to_write(other, 0);
		exchange_prepare(fd, &swap);
		ASSERT_EQ(0, fsync(source));
		if (user)
			ASSERT_EQ(0, setresuid(user, user, user));
		how(fd, source, &swap);
		_exit(0);
	}
	ASSERT_EQ(0, attempt_status(pid));
	EXPECT_EQ(-EPERM, attempt_exec(run))
	{
		TH_LOG("%s by %d", name, user);
	}
	EXPECT_EQ(-EPERM, attempt_mmap_exec(run));
	kept = guest_number("kept");
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(HARMLESS, attempt_exec(other));
		poll(NULL, 0, GUEST_TICK_MS);
	}
	EXPECT_EQ(kept, guest_number("kept"));
}

/* One file system and one policy for all of it: to make them is most of the work. */
TEST_F(filesystem, content_changes)
{
	change_content(self);
	share_equal_blocks(self);
	if (strcmp(self->type, "xfs"))
		return;
	exchange(self, "extents", exchange_extents, 0);
	if (guest_kernel_since(6, 10))
		exchange(self, "range", exchange_range, 0);
	exchange(self, "extents", exchange_extents, 1000); /* the last: after it others' files are not kept */
}

GUEST_MAIN
