// SPDX-License-Identifier: GPL-2.0-or-later
/* What changes a file's content behind the back of its stamp, and what moves the stamp and changes nothing.
 */
#include "tests/guest/guest.h"
#include "tests/guest/guest_kept.h"
#include "userspace/check/modules.h"

#include <bpf/bpf.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/xattr.h>

#define SMALLER_SIZE (FILE_SIZE - 100)
#define LARGER_SIZE (FILE_SIZE + 1000) /* of no banned file */

FIXTURE(change)
{
	struct guest_place place;
	struct guest_content harmless, banned, larger, smaller;
	const char *file, *lower, *reference;
};

FIXTURE_SETUP(change)
{
	guest_place_make(&self->place, GUEST_OVERLAY);
	self->file = strdup(PATH_OF("%s/file", self->place.dir));
	self->lower = strdup(PATH_OF("%s/lower/file", self->place.base));
	self->reference = strdup(PATH_OF("%s/reference", self->place.base));
	guest_elf(&self->harmless, FILE_SIZE, HARMLESS, 0, NULL);
	guest_elf(&self->larger, LARGER_SIZE, HARMLESS, 0, NULL);
	guest_elf(&self->smaller, SMALLER_SIZE, HARMLESS, 0, NULL);
	guest_elf(&self->banned, FILE_SIZE, BANNED, 0, NULL);
	guest_put(self->reference, &self->banned);
	EXPECT_EQ(BANNED, attempt_exec(self->reference));
	guest_ban(self->reference);
	EXPECT_EQ(-EPERM, attempt_exec(self->reference));
}

FIXTURE_TEARDOWN(change)
{
	guest_lift();
	EXPECT_EQ(BANNED, attempt_exec(self->reference));
	guest_place_remove(&self->place);
}

/* The overlay's inode goes on showing the size of then: the kernel would hash so many bytes. */
TEST_F(change, of_size_below_an_overlay)
{
	guest_put(self->lower, &self->larger);
	EXPECT_EQ(HARMLESS, attempt_exec(self->file));
	guest_rewrite(self->lower, &self->banned);
	ASSERT_EQ(0, truncate(self->lower, FILE_SIZE));
	EXPECT_EQ(-EPERM, attempt_exec(self->file));
	EXPECT_EQ(-EPERM, attempt_mmap_exec(self->file));
	guest_put(PATH_OF("%s2", self->lower), &self->smaller);
	EXPECT_EQ(HARMLESS, attempt_exec(PATH_OF("%s2", self->file)));
	guest_rewrite(PATH_OF("%s2", self->lower), &self->banned);
	EXPECT_EQ(-EPERM, attempt_exec(PATH_OF("%s2", self->file)));
	EXPECT_EQ(-EPERM, attempt_mmap_exec(PATH_OF("%s2", self->file)));
}

TEST_F(change, below_an_overlay)
{
	guest_put(self->lower, &self->harmless);
	guest_run_until_kept(self->file);
	guest_rewrite(self->lower, &self->banned);
	EXPECT_EQ(-EPERM, attempt_exec(self->file));
	EXPECT_EQ(-EPERM, attempt_mmap_exec(self->file));
	guest_rewrite(self->lower, &self->harmless);
	guest_run_until_kept(self->file);
}

TEST_F(change, by_copy_up)
{
	guest_put(self->lower, &self->harmless);
	guest_run_until_kept(self->file);
	guest_rewrite(self->file, &self->banned);
	EXPECT_EQ(-EPERM, attempt_exec(self->file));
	guest_rewrite(self->file, &self->harmless);
	guest_run_until_kept(self->file);
}

static const char *mount_over(struct change_self *self, const char *name, const char *lower, const char *more)
{
	const char *dir = strdup(PATH_OF("%s/%s", self->place.base, name));

	ASSERT_EQ(0, mkdir(dir, 0755));
	ASSERT_EQ(0, mkdir(PATH_OF("%s.upper", dir), 0755));
	ASSERT_EQ(0, mkdir(PATH_OF("%s.work", dir), 0755));
	ASSERT_EQ(0, mount("overlay", dir, "overlay", 0,
			   PATH_OF("lowerdir=%s,upperdir=%s.upper,workdir=%s.work%s", lower, dir, dir, more)))
	{
		TH_LOG("%s: %m", dir);
	}
	return dir;
}

/* Only what is about the file was copied up: the data is still below. */
TEST_F(change, below_a_metacopy)
{
	const char *dir = mount_over(self, "meta", PATH_OF("%s/lower", self->place.base), ",metacopy=on");
	const char *file = strdup(PATH_OF("%s/file", dir));

	guest_put(self->lower, &self->harmless);
	ASSERT_EQ(0, chmod(file, 0711));
	EXPECT_LE(0, getxattr(PATH_OF("%s.upper/file", dir), "trusted.overlay.metacopy", NULL, 0));
	guest_run_until_kept(file);
	guest_rewrite(self->lower, &self->banned);
	EXPECT_EQ(-EPERM, attempt_exec(file));
	guest_rewrite(file, &self->harmless);
	guest_run_until_kept(file);
	EXPECT_EQ(0, umount2(dir, MNT_DETACH));
}

TEST_F(change, below_two_overlays)
{
	const char *dir = mount_over(self, "second", self->place.dir, "");
	const char *file = strdup(PATH_OF("%s/file", dir));

	guest_put(self->lower, &self->harmless);
	guest_run_until_kept(file);
	guest_rewrite(self->lower, &self->banned);
	EXPECT_EQ(-EPERM, attempt_exec(file));
	EXPECT_EQ(0, umount2(dir, MNT_DETACH));
}

/* Containers share layers, and the hashes of what is in them. */
TEST_F(change, not_by_another_mount)
{
	const char *dir = mount_over(self, "container", PATH_OF("%s/lower", self->place.base), "");
	long long hashed;

	guest_put(self->lower, &self->harmless);
	guest_run_until_kept(self->file);
	hashed = guest_number("hashed");
	EXPECT_EQ(HARMLESS, attempt_exec(PATH_OF("%s/file", dir)));
	EXPECT_EQ(hashed, guest_number("hashed"));
	EXPECT_EQ(0, umount2(dir, MNT_DETACH));
	EXPECT_EQ(HARMLESS, attempt_exec(self->file));
	EXPECT_EQ(hashed, guest_number("hashed"));
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	ASSERT_EQ((ssize_t)strlen(text), write(fd, text, strlen(text)))
	{
		TH_LOG("%s: %m", path);
	}
	close(fd);
}

/* As a user in namespaces of his own, with all that he may do there. */
TEST_F(change, by_a_user)
{
	const char *home = PATH_OF("%s/home", self->place.base);
	pid_t pid;

	ASSERT_EQ(0, mkdir(home, 0755));
	ASSERT_EQ(0, chown(home, 1000, 1000));
	home = strdup(home);
	pid = fork();
	if (!pid) {
		ASSERT_EQ(0, setresgid(1000, 1000, 1000));
		ASSERT_EQ(0, setresuid(1000, 1000, 1000));
		prctl(PR_SET_DUMPABLE, 1);
		ASSERT_EQ(0, unshare(CLONE_NEWUSER | CLONE_NEWNS));
		write_file("/proc/self/setgroups", "deny");
		write_file("/proc/self/uid_map", "0 1000 1");
		write_file("/proc/self/gid_map", "0 1000 1");
		for (int i = 0; i < 4; i++)
			ASSERT_EQ(0,
				  mkdir(PATH_OF("%s/%s", home,
						(const char *const[]){"lower", "upper", "work", "merged"}[i]),
					0755));
		ASSERT_EQ(0, mount("overlay", PATH_OF("%s/merged", home), "overlay", 0,
				   PATH_OF("lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/work,userxattr",
					   home, home, home)))
		{
			TH_LOG("%m");
		}
		guest_put(PATH_OF("%s/lower/file", home), &self->harmless);
		for (int i = 0; i < 5; i++) {
			EXPECT_EQ(HARMLESS, attempt_exec(PATH_OF("%s/merged/file", home)));
			poll(NULL, 0, GUEST_TICK_MS);
		}
		guest_rewrite(PATH_OF("%s/lower/file", home), &self->banned);
		EXPECT_EQ(-EPERM, attempt_exec(PATH_OF("%s/merged/file", home)));
		EXPECT_EQ(-EPERM, attempt_exec(PATH_OF("%s/lower/file", home)));
		guest_rewrite(PATH_OF("%s/merged/file", home), &self->harmless);
		EXPECT_EQ(HARMLESS, attempt_exec(PATH_OF("%s/merged/file", home)));
		guest_rewrite(PATH_OF("%s/upper/file", home), &self->banned);
		EXPECT_EQ(-EPERM, attempt_exec(PATH_OF("%s/merged/file", home)));
		_exit(0);
	}
	EXPECT_EQ(0, attempt_status(pid));
}

/* linux/fs/ext4/ext4.h */
struct move_extent {
	uint32_t reserved, donor_fd;
	uint64_t orig_start, donor_start, len, moved_len;
};
#define EXT4_IOC_MOVE_EXT _IOWR('f', 15, struct move_extent)

/* The donor's blocks become those of @path, and it gets the others, with what is in them. */
static void move_extents(const char *path, const char *donor)
{
	int fd = open(path, O_RDWR | O_CLOEXEC), other = open(donor, O_RDWR | O_CLOEXEC);
	struct move_extent move = {.donor_fd = other};
	struct stat st;

	ASSERT_EQ(0, fsync(fd));
	ASSERT_EQ(0, fsync(other));
	ASSERT_EQ(0, fstat(fd, &st));
	move.len = (st.st_size + st.st_blksize - 1) / st.st_blksize;
	ASSERT_EQ(0, ioctl(fd, EXT4_IOC_MOVE_EXT, &move))
	{
		TH_LOG("%m");
	}
	EXPECT_EQ(move.len, move.moved_len);
	ASSERT_EQ(0, fsync(fd));
	close(fd);
	close(other);
}

/* Each use hashes, however much time passes. */
static void never_kept(const char *file)
{
	long long kept, hashed;

	for (int i = 0; i < 3; i++) {
		kept = guest_number("kept");
		hashed = guest_number("hashed");
		EXPECT_EQ(0, attempt_mmap_exec(file));
		EXPECT_EQ(kept, guest_number("kept"));
		EXPECT_EQ(hashed + 1, guest_number("hashed"));
	}
}

/* Neither ctime nor version moves: it is remembered that these two files are not what their stamps say. */
static void exchange_files(struct change_self *self, uid_t user)
{
	const char *dir = strdup(PATH_OF("%s/user%d", self->place.base, user));
	const char *file = strdup(PATH_OF("%s/file", dir)), *source = strdup(PATH_OF("%s/source", dir));
	pid_t pid;

	ASSERT_EQ(0, mkdir(dir, 0755));
	guest_put(file, &self->harmless);
	guest_put(source, &self->harmless);
	ASSERT_EQ(0, chown(file, user, user));
	ASSERT_EQ(0, chown(source, user, user));
	guest_run_until_kept(file);
	pid = fork();
	if (!pid) {
		ASSERT_EQ(0, setresuid(user, user, user));
		move_extents(source, file);
		_exit(0);
	}
	ASSERT_EQ(0, attempt_status(pid));
	never_kept(file);
}

TEST_F(change, by_exchange_of_extents)
{
	exchange_files(self, 0);
	exchange_files(self, 1000);
}

#define EXT4_IOC_SWAP_BOOT _IO('f', 17)

static void swap_boot(const char *file)
{
	int fd = open(file, O_RDWR | O_CLOEXEC);

	ASSERT_EQ(0, ioctl(fd, EXT4_IOC_SWAP_BOOT, NULL))
	{
		TH_LOG("%m");
	}
	close(fd);
}

/* With what the boot loader's inode has, and back again. Both get another generation by it. */
TEST_F(change, by_exchange_with_the_boot_loader)
{
	const char *file = strdup(PATH_OF("%s/boot", self->place.base));

	guest_put(file, &self->banned);
	swap_boot(file);
	guest_put(file, &self->harmless);
	guest_run_until_kept(file);
	for (int i = 0; i < 2; i++) {
		swap_boot(file);
		EXPECT_EQ(-EPERM, attempt_exec(file));
		EXPECT_EQ(-EPERM, attempt_mmap_exec(file));
		swap_boot(file);
		EXPECT_EQ(HARMLESS, attempt_exec(file));
		guest_run_until_kept(file);
	}
}

/* Its name moves, and with it the stamp, as often as it is hashed; the bytes stay. */
TEST_F(change, not_by_rename)
{
	const char *file = strdup(PATH_OF("%s/one", self->place.base));
	const char *other = strdup(PATH_OF("%s/other", self->place.base)), *by_fd;
	int fd, refused = 0;
	pid_t pid;

	guest_put(file, &self->harmless);
	fd = open(file, O_RDONLY);
	by_fd = PATH_OF("/proc/self/fd/%d", fd);
	guest_pin_to(1);
	pid = fork();
	while (!pid) {
		rename(file, other);
		rename(other, file);
	}
	for (int i = 0; i < 40; i++)
		refused += attempt_exec(by_fd) != HARMLESS;
	EXPECT_EQ(0, refused);
	guest_end(pid, SIGKILL);
	close(fd);
}

static uint32_t overlay_known(void)
{
	int map = bpf_obj_get(EMBARGO_PIN_DIR "/live/embargo_overlay");
	struct embargo_overlay overlay = {0};
	__u32 zero = 0;

	ASSERT_EQ(0, bpf_map_lookup_elem(map, &zero, &overlay));
	close(map);
	return overlay.known;
}

/*
 * The first container comes after the programs: the file of the module has said how it is laid out. The next
 * load of a policy asks the module itself.
 */
TEST(overlay_loaded_late)
{
	const char *file, *lower, *reference = "/mnt/ext4/late-reference";
	struct guest_content harmless, banned;
	struct guest_place place;

	guest_elf(&banned, FILE_SIZE, BANNED, 0, NULL);
	guest_elf(&harmless, FILE_SIZE, HARMLESS, 0, NULL);
	guest_put(reference, &banned);
	EMBARGO("unload");
	GUEST_RUN(NULL, "modprobe", "-q", "-r", "overlay");
	ASSERT_EQ(-1, access("/sys/module/overlay", F_OK));
	embargo_module_open = embargo_module_file;
	guest_ban(reference);
	guest_place_at(&place, GUEST_OVERLAY);
	file = strdup(PATH_OF("%s/file", place.dir));
	lower = strdup(PATH_OF("%s/lower/file", place.base));
	guest_put(lower, &harmless);
	guest_run_until_kept(file);
	guest_rewrite(lower, &banned);
	EXPECT_EQ(-EPERM, attempt_exec(file));
	EXPECT_EQ(EMBARGO_OVERLAY_ON_DISK, overlay_known());
	guest_lift();
	EXPECT_EQ(EMBARGO_OVERLAY_LOADED, overlay_known());
	guest_place_remove(&place);
	unlink(reference);
}

GUEST_MAIN
