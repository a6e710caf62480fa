// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * File systems that nobody can write to: squashfs and erofs, and overlayfs over them. What is kept is of the
 * image that is mounted, not of one that takes its place. And a loop device, whose file somebody may write to
 * below.
 */
#include "tests/guest/guest.h"
#include "tests/guest/guest_kept.h"
#include "tests/guest/guest_block.h"

FIXTURE(image)
{
	const char *type, *base, *tree, *image, *disk, *merged;
	struct guest_content harmless, banned;
};

FIXTURE_VARIANT(image)
{
	const char *type;
};
FIXTURE_VARIANT_ADD(image, squashfs){.type = "squashfs"};
FIXTURE_VARIANT_ADD(image, erofs){.type = "erofs"};

FIXTURE_SETUP(image)
{
	char base[] = "/tmp/test.XXXXXX";

	self->type = variant->type;
	ASSERT_NOT_NULL(mkdtemp(base));
	chmod(base, 0755);
	self->base = strdup(base);
	self->tree = strdup(PATH_OF("%s/tree", base));
	self->image = strdup(PATH_OF("%s/image", base));
	self->disk = strdup(PATH_OF("%s/disk", base));
	self->merged = strdup(PATH_OF("%s/merged", base));
	ASSERT_EQ(0, mkdir(self->tree, 0755));
	ASSERT_EQ(0, mkdir(self->disk, 0755));
	ASSERT_EQ(0, mkdir(self->merged, 0755));
	guest_elf(&self->harmless, FILE_SIZE, HARMLESS, 0, NULL);
	guest_elf(&self->banned, FILE_SIZE, BANNED, 0, NULL);
	guest_put(PATH_OF("%s/reference", base), &self->banned);
	guest_lift();
	guest_ban(PATH_OF("%s/reference", base));
}

FIXTURE_TEARDOWN(image)
{
	guest_lift();
	GUEST_RUN(NULL, "rm", "-rf", self->base);
}

/* The same numbers and times whatever is in the files. */
static void make_image(struct image_self *self, const struct guest_content *file)
{
	char *output = NULL;
	int status;

	guest_put(PATH_OF("%s/banned", self->tree), &self->banned);
	guest_put(PATH_OF("%s/file", self->tree), file);
	unlink(self->image);
	if (!strcmp(self->type, "squashfs"))
		status = GUEST_RUN(&output, GUEST_MAKE_FS "mksquashfs", self->tree, self->image, "-noappend",
				   "-quiet", "-no-progress", "-no-xattrs", "-mkfs-time", "0", "-all-time",
				   "0", "-processors", "1");
	else
		status = GUEST_RUN(&output, GUEST_MAKE_FS "mkfs.erofs", "-T", "0", "-U", "clear", self->image,
				   self->tree);
	ASSERT_EQ(0, status)
	{
		TH_LOG("%s", output);
	}
	free(output);
}

static void mount_image(struct image_self *self, const struct guest_content *file)
{
	make_image(self, file);
	guest_block_make();
	guest_block_fill(self->image);
	guest_block_mount(self->type, self->disk, MS_RDONLY);
}

/* Then the next run is answered by what is kept, and hashes nothing. */
static void run_from_what_is_kept(const char *path)
{
	long long kept, hashed;

	guest_run_until_kept(path);
	kept = guest_number("kept");
	hashed = guest_number("hashed");
	EXPECT_EQ(HARMLESS, attempt_exec(path));
	EXPECT_LT(kept, guest_number("kept"))
	{
		TH_LOG("%s", path);
	}
	EXPECT_EQ(hashed, guest_number("hashed"));
}

static void mount_over(struct image_self *self)
{
	const char *writable = PATH_OF("%s/writable", self->base);

	GUEST_RUN(NULL, "rm", "-rf", writable);
	ASSERT_EQ(0, mkdir(writable, 0755));
	guest_overlay_mount(self->merged, self->disk, writable);
}

TEST_F(image, another_takes_its_place)
{
	const char *file = strdup(PATH_OF("%s/file", self->disk)),
		   *above = strdup(PATH_OF("%s/file", self->merged));
	struct stat before, after;

	mount_image(self, &self->harmless);
	mount_over(self);
	run_from_what_is_kept(file);
	run_from_what_is_kept(above);
	EXPECT_EQ(-EPERM, attempt_exec(PATH_OF("%s/banned", self->disk)));
	EXPECT_EQ(-EPERM, attempt_exec(PATH_OF("%s/banned", self->merged)));
	/* copied up, and then another content above */
	guest_rewrite(above, &self->banned);
	EXPECT_EQ(-EPERM, attempt_exec(above));
	EXPECT_EQ(HARMLESS, attempt_exec(file));
	ASSERT_EQ(0, stat(file, &before));
	ASSERT_EQ(0, umount(self->merged));
	ASSERT_EQ(0, umount(self->disk));
	mount_image(self, &self->banned);
	mount_over(self);
	ASSERT_EQ(0, stat(file, &after));
	EXPECT_EQ(before.st_ino, after.st_ino);
	EXPECT_EQ(before.st_ctim.tv_sec, after.st_ctim.tv_sec);
	EXPECT_EQ(-EPERM, attempt_exec(file));
	EXPECT_EQ(-EPERM, attempt_mmap_exec(file));
	EXPECT_EQ(-EPERM, attempt_exec(above));
	EXPECT_EQ(-EPERM, attempt_mmap_exec(above));
	EXPECT_EQ(0, umount(self->merged));
	EXPECT_EQ(0, umount(self->disk));
}

/* Where in the image the file's first page is. */
static off_t find_content(const char *image, const struct guest_content *content)
{
	int fd = open(image, O_RDONLY | O_CLOEXEC);
	off_t size = lseek(fd, 0, SEEK_END);
	char *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0), *found;

	ASSERT_NE(MAP_FAILED, bytes);
	found = memmem(bytes, size, content->bytes, 4096);
	ASSERT_NOT_NULL(found);
	size = found - bytes;
	munmap(bytes, 4096);
	close(fd);
	return size;
}

static void drop_caches(void)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);

	sync();
	ASSERT_EQ(1, write(fd, "1", 1)); /* pages alone: the inode stays, and what may be kept on it */
	close(fd);
}

/* The file system above sees no write at all. */
TEST(loop_image_is_written_below)
{
	const char *base = "/mnt/ext4/loop", *where = "/mnt/ext4/loop/mnt", *image = "/mnt/ext4/loop/image";
	const char *file = "/mnt/ext4/loop/mnt/file";
	struct guest_content harmless, banned;
	long long kept;
	off_t place;
	int fd;

	ASSERT_EQ(0, mkdir(base, 0755));
	ASSERT_EQ(0, mkdir(where, 0755));
	guest_elf(&harmless, FILE_SIZE, HARMLESS, 0, NULL);
	guest_elf(&banned, FILE_SIZE, BANNED, 0, NULL);
	guest_put("/mnt/ext4/loop/reference", &banned);
	guest_lift();
	guest_ban("/mnt/ext4/loop/reference");
	fd = open(image, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ASSERT_EQ(0, ftruncate(fd, 4 << 20));
	GUEST_RUN(NULL, "modprobe", "-q", "loop");
	ASSERT_EQ(0, GUEST_RUN(&(char *){NULL}, "mke2fs", "-F", image));
	ASSERT_EQ(0, GUEST_RUN(NULL, "mount", "-t", "ext4", "-o", "loop", image, where));
	guest_put(file, &harmless);
	sync();
	kept = guest_number("kept");
	for (int i = 0; i < 4; i++) {
		EXPECT_EQ(HARMLESS, attempt_exec(file));
		poll(NULL, 0, GUEST_TICK_MS);
	}
	EXPECT_EQ(kept, guest_number("kept"));
	/* the two differ in their first page only */
	place = find_content(image, &harmless);
	ASSERT_EQ(4096, pwrite(fd, banned.bytes, 4096, place));
	drop_caches();
	EXPECT_EQ(-EPERM, attempt_exec(file));
	EXPECT_EQ(-EPERM, attempt_mmap_exec(file));
	close(fd);
	EXPECT_EQ(0, umount(where));
	guest_lift();
	GUEST_RUN(NULL, "rm", "-rf", base);
}

GUEST_MAIN
