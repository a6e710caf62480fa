// SPDX-License-Identifier: GPL-2.0-or-later
/* Another build of the programs takes over, and what a killed load or unload left is mended: never
 * unenforced. */
#include "tests/guest/guest.h"
#include "tests/guest/guest_trace.h"
#include "tests/guest/guest_watch.h"

#include <bpf/bpf.h>

#define LIVE "/sys/fs/bpf/embargo/live"
#define NEXT "/sys/fs/bpf/embargo/next"
#define NEWER "/run/embargo-newer"

FIXTURE(upgrade)
{
	struct guest_place place;
	const char *banned, *harmless;
};

FIXTURE_SETUP(upgrade)
{
	guest_place_make(&self->place, GUEST_EXT4);
	self->banned = strdup(PATH_OF("%s/banned", self->place.dir));
	self->harmless = strdup(PATH_OF("%s/harmless", self->place.dir));
	guest_put_elf(self->banned, BANNED, 0);
	guest_put_elf(self->harmless, HARMLESS, 0);
	guest_ban(self->banned);
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
}

FIXTURE_TEARDOWN(upgrade)
{
	guest_lift();
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	guest_place_remove(&self->place);
}

static void check_enforced(struct upgrade_self *self)
{
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EXPECT_EQ(-EPERM, attempt_mmap_exec(self->banned));
	EXPECT_EQ(-EPERM, attempt_mmap_then_mprotect(self->banned));
	EXPECT_EQ(HARMLESS, attempt_exec(self->harmless));
}

static size_t hooks(void)
{
	json_t *status = guest_status();
	size_t count = json_array_size(json_object_get(status, "hooks"));

	json_decref(status);
	return count;
}

/* embargo whose BPF object differs in a byte that nobody looks at: padding in the ELF identification. */
static void newer_make(void)
{
	static const char magic[] = "\177ELF\2\1\1";
	int fd, patched = 0;
	struct stat st;
	char *memory;

	guest_copy_salted("/usr/sbin/embargo", NEWER, "");
	fd = open(NEWER, O_RDWR | O_CLOEXEC);
	ASSERT_EQ(0, fstat(fd, &st));
	memory = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ASSERT_NE(MAP_FAILED, memory);
	close(fd);
	for (char *at = memory + 1; at + sizeof(Elf64_Ehdr) < memory + st.st_size; at++)
		if (!memcmp(at, magic, sizeof(magic) - 1) && ((Elf64_Ehdr *)at)->e_machine == EM_BPF) {
			at[EI_NIDENT - 1]++;
			patched++;
		}
	munmap(memory, st.st_size);
	ASSERT_LT(0, patched);
}

TEST_F_TIMEOUT(upgrade, to_another_build, 300)
{
	long long generation = guest_number("generation"), events, denied, used;
	struct guest_watch *watch;
	size_t attached = hooks();
	char *output = NULL;

	newer_make();
	watch = guest_watch_start(0, self->banned, self->harmless, HARMLESS);
	guest_watch_rounds(watch, 4);
	denied = guest_number("verdicts.exec.denied");
	events = guest_number("ring.events");
	used = guest_number("ring.used");
	EXPECT_LT(0, used);
	ASSERT_EQ(0, GUEST_RUN(NULL, NEWER, "load", POLICY_FILE));
	guest_watch_rounds(watch, 4);
	guest_watch_end(watch);
	check_enforced(self);
	EXPECT_EQ(generation + 1, guest_number("generation"));
	EXPECT_EQ(attached, hooks());
	EXPECT_EQ(-1, access(NEXT, F_OK));
	/* The ring and the counters went over, with what was in them. */
	EXPECT_LE(denied + 2, guest_number("verdicts.exec.denied"));
	EXPECT_LE(events + 2, guest_number("ring.events"));
	EXPECT_LT(used, guest_number("ring.used"));
	EXPECT_EQ(0, GUEST_RUN(&output, "embargo", "status", "--json"));
	EXPECT_NOT_NULL(strstr(output, "\"other_build\": true"));
	EXPECT_EQ(0, GUEST_RUN(&output, NEWER, "status", "--json"));
	EXPECT_NOT_NULL(strstr(output, "\"other_build\": false"));
}

/* What is in force speaks another ABI; with the test before this one it is of another build as well. */
TEST_F_TIMEOUT(upgrade, to_another_abi, 300)
{
	struct embargo_control control;
	struct guest_watch *watch;
	__u32 zero = 0;
	int fd = bpf_obj_get(LIVE "/embargo_control");

	ASSERT_EQ(0, bpf_map_lookup_elem(fd, &zero, &control));
	control.version = EMBARGO_ABI_VERSION + 1;
	ASSERT_EQ(0, bpf_map_update_elem(fd, &zero, &control, BPF_EXIST));
	close(fd);
	watch = guest_watch_start(0, self->banned, self->harmless, HARMLESS);
	guest_watch_rounds(watch, 4);
	EMBARGO("load", POLICY_FILE);
	guest_watch_rounds(watch, 4);
	guest_watch_end(watch);
	check_enforced(self);
	EXPECT_EQ(-1, access(NEXT, F_OK));
	fd = bpf_obj_get(LIVE "/embargo_control");
	ASSERT_EQ(0, bpf_map_lookup_elem(fd, &zero, &control));
	EXPECT_EQ(EMBARGO_ABI_VERSION, control.version);
	EXPECT_EQ(EMBARGO_MODE_ENFORCE, control.mode);
	close(fd);
}

static void pin_again(const char *from, const char *to)
{
	int fd = bpf_obj_get(from);

	ASSERT_LE(0, fd)
	{
		TH_LOG("%s: %m", from);
	}
	ASSERT_EQ(0, bpf_obj_pin(fd, to))
	{
		TH_LOG("%s: %m", to);
	}
	close(fd);
}

/* A load was killed while it built, or after it published: what lies in next/ is of no use to anybody. */
TEST_F(upgrade, with_remains_in_next)
{
	ASSERT_EQ(0, mkdir(NEXT, 0700));
	pin_again(LIVE "/embargo_control", NEXT "/embargo_control");
	guest_ban(self->banned);
	EXPECT_EQ(-1, access(NEXT, F_OK));
	ASSERT_EQ(0, mkdir(NEXT, 0700));
	ASSERT_EQ(0, mkdir(NEXT "/links", 0700));
	pin_again(LIVE "/links/embargo_mmap_file", NEXT "/links/embargo_mmap_file");
	guest_ban(self->banned);
	EXPECT_EQ(-1, access(NEXT, F_OK));
	check_enforced(self);
}

/* A load was killed between the exchange of the directories and the publishing: next/ is what enforces. */
TEST_F(upgrade, with_the_directories_exchanged)
{
	LIBBPF_OPTS(bpf_map_create_opts, inner, .map_flags = BPF_F_MMAPABLE | BPF_F_INNER_MAP);
	LIBBPF_OPTS(bpf_map_create_opts, outer);
	long long generation = guest_number("generation");
	size_t attached = hooks();
	int inner_fd, fd;

	ASSERT_EQ(0, rename(LIVE, NEXT));
	ASSERT_EQ(0, mkdir(LIVE, 0700));
	inner_fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "test_inner", 4, EMBARGO_PAGE_SIZE, 1, &inner);
	ASSERT_LE(0, inner_fd);
	outer.inner_map_fd = inner_fd;
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, "test_outer", 4, 4, 1, &outer);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, bpf_obj_pin(fd, LIVE "/embargo_policy"));
	close(fd);
	close(inner_fd);
	pin_again(NEXT "/embargo_control", LIVE "/embargo_control");
	pin_again(NEXT "/embargo_counters", LIVE "/embargo_counters");
	check_enforced(self);
	guest_ban(self->banned);
	check_enforced(self);
	EXPECT_EQ(-1, access(NEXT, F_OK));
	EXPECT_EQ(generation + 1, guest_number("generation"));
	EXPECT_EQ(attached, hooks());
}

/* A first load was killed just before it published: the programs run, and there is nothing that they could
 * refuse. */
TEST_F(upgrade, with_nothing_published)
{
	int fd = bpf_obj_get(LIVE "/embargo_policy");
	char *output = NULL;
	__u32 zero = 0;

	ASSERT_EQ(0, bpf_map_delete_elem(fd, &zero));
	close(fd);
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	EXPECT_EQ(0, GUEST_RUN(&output, "embargo", "status", "--json"));
	EXPECT_NOT_NULL(strstr(output, "\"interrupted\": true"))
	{
		TH_LOG("%s", output);
	}
	guest_ban(self->banned);
	check_enforced(self);
}

/*
 * An unload that is killed before it began to take links away has not unloaded, or has; after the first two
 * are gone it must not look like something that only lacks a policy. A load afterwards enforces by every
 * hook.
 */
TEST_F_TIMEOUT(upgrade, after_an_unload_that_was_killed, 300)
{
	static const char *const unload[] = {"embargo", "unload", NULL};
	struct guest_cut cuts[] = {{.only = "bpf(MAP_DELETE_ELEM)"}, {.only = "unlink", .at = 2}};
	size_t attached = hooks();
	char *output = NULL;

	for (size_t i = 0; i < sizeof(cuts) / sizeof(*cuts); i++) {
		EXPECT_EQ(ATTEMPT_SIGNAL + SIGKILL, guest_run_cut(&cuts[i], &output, unload));
		EMBARGO("load", "--enforce", POLICY_FILE);
		check_enforced(self);
		EXPECT_EQ(attached, hooks());
	}
}

GUEST_MAIN
