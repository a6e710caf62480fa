// SPDX-License-Identifier: GPL-2.0-or-later
/* When a verdict is kept on the inode, when it must not be, and what that saves. */
#include "tests/guest/guest.h"

#include <bpf/bpf.h>

#define TICK_MS 40

static void pass_ms(int ms)
{
	poll(NULL, 0, ms);
}

FIXTURE(kept)
{
	struct guest_place place;
	const char *file, *reference;
};

FIXTURE_SETUP(kept)
{
	guest_place_make(&self->place, GUEST_EXT4);
	self->file = strdup(PATH_OF("%s/file", self->place.dir));
	self->reference = strdup(PATH_OF("%s/reference", self->place.dir));
	guest_put_elf(self->file, HARMLESS, 0);
	guest_put_elf(self->reference, BANNED, 0);
	guest_ban(self->reference);
	EXPECT_EQ(-EPERM, attempt_exec(self->reference));
}

FIXTURE_TEARDOWN(kept)
{
	guest_lift();
	EXPECT_EQ(BANNED, attempt_exec(self->reference));
	guest_place_remove(&self->place);
}

/* A file is hashed at its first run and once more a tick later, and then never again. */
TEST_F(kept, saves_hashing)
{
	long long hashed, kept;

	EXPECT_EQ(HARMLESS, attempt_exec(self->file));
	pass_ms(TICK_MS);
	EXPECT_EQ(HARMLESS, attempt_exec(self->file));
	hashed = guest_number("hashed");
	kept = guest_number("kept");
	for (int i = 0; i < 20; i++)
		EXPECT_EQ(HARMLESS, attempt_exec(self->file));
	EXPECT_EQ(hashed, guest_number("hashed"));
	EXPECT_EQ(kept + 40, guest_number("kept")); /* at the exec and at its mapping */
}

/* A new policy is asked about the hash that is kept; the file is not read again. */
TEST_F(kept, hash_outlives_the_policy)
{
	long long hashed;

	EXPECT_EQ(HARMLESS, attempt_exec(self->file));
	pass_ms(TICK_MS);
	EXPECT_EQ(HARMLESS, attempt_exec(self->file));
	hashed = guest_number("hashed");
	GUEST_LOAD("--enforce", {.path = self->file}, {.path = self->reference});
	EXPECT_EQ(-EPERM, attempt_exec(self->file));
	EXPECT_EQ(hashed, guest_number("hashed"));
	guest_ban(self->reference);
	EXPECT_EQ(HARMLESS, attempt_exec(self->file));
	EXPECT_EQ(hashed, guest_number("hashed"));
}

/* Until somebody drops the inode, the pages may go: a verdict is not bound to the page cache. */
TEST_F(kept, in_memory_only)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);

	EXPECT_EQ(HARMLESS, attempt_exec(self->file));
	pass_ms(TICK_MS);
	EXPECT_EQ(HARMLESS, attempt_exec(self->file));
	sync();
	EXPECT_EQ(1, write(fd, "3", 1));
	EXPECT_EQ(HARMLESS, attempt_exec(self->file));
	EXPECT_EQ(-EPERM, attempt_exec(self->reference));
	close(fd);
}

static void loop_mount(const char *image, const char *where)
{
	int fd = open(image, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	ASSERT_EQ(0, ftruncate(fd, 4 << 20));
	close(fd);
	ASSERT_EQ(0, mkdir(where, 0755));
	GUEST_RUN(NULL, "modprobe", "-q", "loop");
	ASSERT_EQ(0, GUEST_RUN(&(char *){NULL}, "mke2fs", "-F", "-I", "128", image));
	ASSERT_EQ(0, GUEST_RUN(NULL, "mount", "-t", "ext4", "-o", "loop", image, where));
}

/* Inodes of 128 bytes have time stamps of whole seconds: a second write in the same second shows nowhere. */
TEST_F(kept, not_where_time_stamps_are_coarse)
{
	const char *image = PATH_OF("%s/image", self->place.dir), *where = PATH_OF("%s/mnt", self->place.dir);
	const char *file = PATH_OF("%s/file", where);
	struct guest_content harmless, banned;
	long long kept;

	guest_elf(&harmless, FILE_SIZE, HARMLESS, 0, NULL);
	guest_elf(&banned, FILE_SIZE, BANNED, 0, NULL);
	loop_mount(image, where);
	guest_put(file, &harmless);
	kept = guest_number("kept");
	for (int i = 0; i < 5; i++) {
		EXPECT_EQ(HARMLESS, attempt_exec(file));
		pass_ms(TICK_MS);
		EXPECT_EQ(HARMLESS, attempt_exec(file));
		guest_rewrite(file, &banned);
		EXPECT_EQ(-EPERM, attempt_exec(file));
		EXPECT_EQ(-EPERM, attempt_mmap_exec(file));
		guest_rewrite(file, &harmless);
	}
	EXPECT_EQ(kept, guest_number("kept"));
	EXPECT_EQ(0, umount2(where, MNT_DETACH));
}

/* Written to without end, on the processor of the one that runs it, so that they take turns. */
static pid_t writer(const char *path)
{
	pid_t pid = fork();
	int fd;

	if (pid)
		return pid;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	for (unsigned int i = 0;; i++)
		if (pwrite(fd, &i, sizeof(i), 4096) < 0)
			_exit(1);
}

TEST_F(kept, not_while_it_is_written)
{
	const char *large = PATH_OF("%s/large", self->place.dir);
	long long changed = guest_number("causes.changed");
	int refused = 0;
	pid_t pid;

	guest_copy_salted(self->file, large, "");
	ASSERT_EQ(0, truncate(large, 8 << 20));
	GUEST_LOAD("--enforce", {.path = large, .action = "allow"}, {.path = self->reference});
	EXPECT_EQ(0, attempt_mmap_exec(large));
	guest_pin_to(1);
	pid = writer(large);
	for (int i = 0; i < 20 && guest_number("causes.changed") == changed; i++)
		refused += attempt_mmap_exec(large) == -EPERM;
	EXPECT_LT(0, refused);
	EXPECT_LT(changed, guest_number("causes.changed"));
	guest_end(pid, SIGKILL);
	changed = guest_number("causes.changed");
	EXPECT_EQ(0, attempt_mmap_exec(large));
	EXPECT_EQ(changed, guest_number("causes.changed"));
}

static struct embargo_known_changes {
	__u64 exchanges, unmounts, ima_policy_flag;
} known_changes(int map, const struct embargo_known_changes *new)
{
	struct embargo_known_changes changes;
	__u32 zero = 0;

	ASSERT_EQ(0, bpf_map_lookup_elem(map, &zero, &changes));
	if (new)
		ASSERT_EQ(0, bpf_map_update_elem(map, &zero, new, BPF_ANY));
	return changes;
}

/* The address of a variable of the kernel, by its list. */
static __u64 kernel_address(const char *name)
{
	FILE *symbols = fopen("/proc/kallsyms", "re");
	char line[512], symbol[256];
	unsigned long long address;

	ASSERT_NOT_NULL(symbols);
	while (fgets(line, sizeof(line), symbols))
		if (sscanf(line, "%llx %*c %255s", &address, symbol) == 2 && !strcmp(symbol, name)) {
			fclose(symbols);
			return address;
		}
	fclose(symbols);
	return 0;
}

/*
 * With a policy in force IMA hands out the hash of before as long as a writer has the file open: then no hash
 * is believed, by a cause of its own. A policy of IMA stays until the next boot, so that another variable
 * stands in for its flag, which is not 0 either.
 */
TEST_F(kept, no_hash_that_ima_keeps)
{
	int map = bpf_obj_get(EMBARGO_PIN_DIR "/live/embargo_changes"), fd;
	struct embargo_known_changes before = known_changes(map, NULL), changed = before;
	long long causes = guest_number("causes.stale-hash");
	char *findings = NULL;

	EXPECT_EQ(0, GUEST_RUN(&findings, "embargo", "doctor"));
	EXPECT_NOT_NULL(strstr(findings, "IMA has none in force")); /* with ima_policy=tcb it is told */
	free(findings);
	EXPECT_EQ(kernel_address("ima_policy_flag"), before.ima_policy_flag);
	fd = open(self->file, O_WRONLY | O_CLOEXEC);
	EXPECT_EQ(0, attempt_mmap_exec(self->file));
	changed.ima_policy_flag = kernel_address("nr_cpu_ids");
	known_changes(map, &changed);
	EXPECT_EQ(-EPERM, attempt_mmap_exec(self->file));
	EXPECT_EQ(causes + 1, guest_number("causes.stale-hash"));
	close(fd);
	EXPECT_EQ(0, attempt_mmap_exec(self->file));
	EXPECT_EQ(HARMLESS, attempt_exec(self->file));
	known_changes(map, &before);
	EXPECT_EQ(causes + 1, guest_number("causes.stale-hash"));
	close(map);
}

GUEST_MAIN
