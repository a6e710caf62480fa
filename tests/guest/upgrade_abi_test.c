// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From programs of another ABI to ours, enforcing: what was found stays refused, not a moment without; the
 * books are read, events that wait are told by their own book, and the last good policy is one still.
 * tests/unit/policydb_kept_test.c reads what a released version wrote; here the state of this one is made to
 * be of another.
 */
#include "tests/guest/guest.h"
#include "tests/guest/guest_event.h"
#include "tests/guest/guest_watch.h"
#include "tests/guest/resolved.h"

#include <bpf/bpf.h>

#include "policy/image/policydb.h"

#define LIVE "/sys/fs/bpf/embargo/live"
#define RULE "ban vendor V reason=\"why it was found\"\n"

FIXTURE(abi)
{
	struct guest_place place;
	const char *banned, *found, *harmless;
};

FIXTURE_SETUP(abi)
{
	guest_place_make(&self->place, GUEST_EXT4);
	self->banned = strdup(PATH_OF("%s/banned", self->place.dir));
	self->found = strdup(PATH_OF("%s/found", self->place.dir));
	self->harmless = strdup(PATH_OF("%s/harmless", self->place.dir));
	guest_put_elf(self->banned, BANNED, 0);
	guest_put_elf(self->found, BANNED, 1);
	guest_put_elf(self->harmless, HARMLESS, 0);
	EXPECT_EQ(BANNED, attempt_exec(self->found));
	guest_load("--enforce", GUEST_RULES({.path = self->banned}), RULE);
	EXPECT_EQ(1, resolve(0, self->found));
	EXPECT_EQ(-EPERM, attempt_exec(self->found));
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EXPECT_EQ(HARMLESS, attempt_exec(self->harmless));
}

FIXTURE_TEARDOWN(abi)
{
	guest_lift();
	EXPECT_EQ(BANNED, attempt_exec(self->found));
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	guest_place_remove(&self->place);
}

static void control_age(__u32 version)
{
	struct embargo_control control;
	__u32 zero = 0;
	int fd = bpf_obj_get(LIVE "/embargo_control");

	ASSERT_EQ(0, bpf_map_lookup_elem(fd, &zero, &control));
	control.version = version;
	ASSERT_EQ(0, bpf_map_update_elem(fd, &zero, &control, BPF_EXIST));
	close(fd);
}

/* The image in force is frozen: another that says so takes its place. */
static void image_age(__u32 version)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE | BPF_F_INNER_MAP);
	int outer = bpf_obj_get(LIVE "/embargo_policy"), inner, fresh;
	_Alignas(8) char page[EMBARGO_PAGE_SIZE];
	struct embargo_image_header *header = (void *)page;
	__u32 zero = 0, id, pages, i;

	ASSERT_EQ(0, bpf_map_lookup_elem(outer, &zero, &id));
	inner = bpf_map_get_fd_by_id(id);
	ASSERT_EQ(0, bpf_map_lookup_elem(inner, &zero, page));
	pages = header->pages;
	fresh = bpf_map_create(BPF_MAP_TYPE_ARRAY, "embargo_image", sizeof(zero), sizeof(page), pages,
			       &options);
	ASSERT_LE(0, fresh);
	for (i = 0; i < pages; i++) {
		ASSERT_EQ(0, bpf_map_lookup_elem(inner, &i, page));
		if (i == 0)
			header->version = version;
		ASSERT_EQ(0, bpf_map_update_elem(fresh, &i, page, BPF_ANY));
	}
	ASSERT_EQ(0, bpf_map_freeze(fresh));
	ASSERT_EQ(0, bpf_map_update_elem(outer, &zero, &fresh, BPF_ANY));
	close(fresh);
	close(inner);
	close(outer);
}

/* The book in force, by all its names: the last good one's and that of what was found. */
static void book_age(__u32 version)
{
	int fd = open(EMBARGO_POLICYDB_LINK, O_RDWR | O_CLOEXEC);
	struct embargo_policydb_section *parts;
	struct embargo_policydb_header *header;
	struct embargo_image_header *image;
	struct embargo_rule *rules;
	struct stat st;
	char *book;

	ASSERT_EQ(0, fstat(fd, &st));
	book = mmap(NULL, st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ASSERT_NE(MAP_FAILED, book);
	close(fd);
	image = (void *)book;
	image->version = version;
	header = (void *)(book + (size_t)image->pages * EMBARGO_PAGE_SIZE);
	parts = header->parts;
	rules = (void *)(book + parts[EMBARGO_POLICYDB_RULES].at);
	/* Where remarks are now were four bytes of padding, with anything in them. */
	for (size_t i = 0;
	     version < EMBARGO_ABI_REMARKS && i < parts[EMBARGO_POLICYDB_RULES].size / sizeof(*rules); i++)
		rules[i].remarks = 1;
	for (int i = EMBARGO_POLICYDB_IMAGE; i <= EMBARGO_POLICYDB_RULES; i++)
		parts[i].checksum = embargo_policydb_checksum(book + parts[i].at, parts[i].size, false);
	header->checksum = embargo_policydb_header_checksum(header);
	munmap(book, st.st_size);
}

/* All that is in force, and all that is kept of it, is of @version. */
static void age(__u32 version)
{
	char *output = NULL;

	control_age(version);
	image_age(version);
	book_age(version);
	EXPECT_EQ(0, GUEST_RUN(&output, "embargo", "status", "--json"));
	EXPECT_NOT_NULL(strstr(output, "\"other_build\": true"))
	{
		TH_LOG("%s", output);
	}
}

/* How many events of @path were told with the rule's reason, by the book of @generation. */
static size_t told(json_t *events, const char *path, long long generation)
{
	size_t count = 0, i;
	json_t *event;

	json_array_foreach(events, i, event) count +=
		guest_integer(event, "generation") == generation &&
		!strcmp(guest_text(event, "path"), path) &&
		!strcmp(guest_text(event, "reason") ?: "", "why it was found");
	return count;
}

TEST_F_TIMEOUT(abi, from_an_older_one_with_all_that_was_found, 300)
{
	long long generation = guest_number("generation"), denied;
	struct guest_watch *watch;
	struct embargo_control control;
	json_t *events;
	__u32 zero = 0;
	int fd;

	guest_events_clear();
	EXPECT_EQ(-EPERM, attempt_exec(self->found)); /* nobody has read of it when the new programs come */
	denied = guest_number("verdicts.exec.denied");
	age(EMBARGO_ABI_KEPT);
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	watch = guest_watch_start(0, self->found, self->harmless, HARMLESS);
	guest_watch_rounds(watch, 4);
	EMBARGO("load", POLICY_FILE);
	guest_watch_rounds(watch, 4);
	guest_watch_end(watch);
	EXPECT_EQ(-EPERM, attempt_exec(self->found));
	EXPECT_EQ(-EPERM, attempt_mmap_exec(self->found));
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EXPECT_EQ(HARMLESS, attempt_exec(self->harmless));
	EXPECT_EQ(1, guest_number("rules.resolved"));
	EXPECT_EQ(generation + 1, guest_number("generation"));
	EXPECT_LE(denied + 2, guest_number("verdicts.exec.denied"));
	EXPECT_EQ(-1, access("/sys/fs/bpf/embargo/next", F_OK));
	EXPECT_EQ(0, access("/var/lib/embargo/resolved.book", F_OK));
	fd = bpf_obj_get(LIVE "/embargo_control");
	ASSERT_EQ(0, bpf_map_lookup_elem(fd, &zero, &control));
	EXPECT_EQ(EMBARGO_ABI_VERSION, control.version);
	EXPECT_EQ(EMBARGO_MODE_ENFORCE, control.mode);
	close(fd);
	events = guest_events();
	EXPECT_LE(1, told(events, self->found, generation))
	{
		TH_LOG("%s", json_dumps(json_array_get(events, 0), 0));
	}
	EXPECT_LE(1, told(events, self->found, generation + 1));
}

/* A boot with the new package whose policy is broken: the last good one is what the old package kept. */
TEST_F_TIMEOUT(abi, the_last_good_policy_is_of_an_older_one, 300)
{
	char *output = NULL;

	EMBARGO("load", "--enforce", POLICY_FILE); /* kept, with what was found */
	age(EMBARGO_ABI_KEPT);
	guest_write_policy(POLICY_FILE, NULL, "nonsense\n");
	EXPECT_EQ(1, GUEST_RUN(&output, "embargo", "load", "--last-good", POLICY_FILE))
	{
		TH_LOG("%s", output);
	}
	EXPECT_NOT_NULL(strstr(output, "the last good policy, loaded at"))
	{
		TH_LOG("%s", output);
	}
	EXPECT_EQ(-EPERM, attempt_exec(self->found));
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EXPECT_EQ(HARMLESS, attempt_exec(self->harmless));
	EXPECT_EQ(1, guest_number("rules.resolved"));
}

/* Back from a version that is not known here: the policy is in force, and what it cannot take over is said.
 */
TEST_F_TIMEOUT(abi, from_a_later_one, 300)
{
	char *output = NULL;

	age(EMBARGO_ABI_VERSION + 1);
	EXPECT_EQ(1, GUEST_RUN(&output, "embargo", "load", POLICY_FILE));
	EXPECT_NOT_NULL(strstr(output, "cannot be read: embargo scan --enforce / finds it again"))
	{
		TH_LOG("%s", output);
	}
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EXPECT_EQ(BANNED, attempt_exec(self->found));
	EXPECT_EQ(1, resolve(0, self->found));
	EXPECT_EQ(-EPERM, attempt_exec(self->found));
}

GUEST_MAIN
