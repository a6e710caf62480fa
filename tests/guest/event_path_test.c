// SPDX-License-Identifier: GPL-2.0-or-later
/* Paths in events: any byte, any length, from any place. */
#include "tests/guest/guest.h"
#include "tests/guest/guest_event.h"

FIXTURE(event_path)
{
	struct guest_place place;
	const char *banned;
};

FIXTURE_SETUP(event_path)
{
	guest_place_make(&self->place, GUEST_EXT4);
	self->banned = strdup(PATH_OF("%s/banned", self->place.dir));
	guest_put_elf(self->banned, BANNED, 0);
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	guest_ban(self->banned);
	guest_events_clear();
}

FIXTURE_TEARDOWN(event_path)
{
	guest_lift();
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	guest_place_remove(&self->place);
}

/* By execve, by mmap and by mprotect the same path is seen. */
static void check_path(const char *path, const char *expected)
{
	static int (*const attempts[])(const char *) = {attempt_exec, attempt_mmap_exec,
							attempt_mmap_then_mprotect};
	json_t *events;

	guest_events_clear();
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(-EPERM, attempts[i](path));
	events = guest_events();
	ASSERT_EQ(3, json_array_size(events));
	for (int i = 0; i < 3; i++)
		EXPECT_STREQ(expected, guest_text(json_array_get(events, i), "path"))
		{
			TH_LOG("attempt %d", i);
		}
}

TEST_F(event_path, of_other_alphabets)
{
	const char *path = PATH_OF("%s/na\xc3\xafve \"[\\]' \xe4\xb8\xad", self->place.dir);

	guest_copy_salted(self->banned, path, "");
	check_path(path, path);
}

/* Not UTF-8: shown with its odd bytes as \xHH, and in full beside it. */
TEST_F(event_path, of_odd_bytes)
{
	static const char hex[] = "0123456789abcdef";
	const char *path = PATH_OF("%s/odd\xff\x01\n\xc3", self->place.dir);
	char expected[2 * PATH_MAX], *digit = expected;
	json_t *event;

	guest_copy_salted(self->banned, path, "");
	EXPECT_EQ(-EPERM, attempt_exec(path));
	event = guest_one_event();
	EXPECT_STREQ(PATH_OF("%s/odd\\xff\\x01\\x0a\\xc3", self->place.dir), guest_text(event, "path"));
	for (const unsigned char *c = (const unsigned char *)path; *c; c++) {
		*digit++ = hex[*c >> 4];
		*digit++ = hex[*c & 15];
	}
	*digit = '\0';
	EXPECT_STREQ(expected, guest_text(event, "path_hex"));
}

/* To a directory so deep that the path of "banned" in it has @length bytes, and puts it there. */
static void go_deep(const struct event_path_self *self, size_t length)
{
	const size_t last = strlen("/banned");
	size_t at = strlen(self->place.dir), next;
	char name[NAME_MAX + 1];

	ASSERT_EQ(0, chdir(self->place.dir));
	for (; at + last < length; at += next + 1) {
		next = length - last - at - 1;
		if (next > NAME_MAX)
			next = next > NAME_MAX + 1 ? NAME_MAX : NAME_MAX - 1; /* a name is left to make */
		memset(name, 'd', next);
		name[next] = '\0';
		ASSERT_EQ(0, mkdir(name, 0755))
		{
			TH_LOG("%zu bytes: %m", next);
		}
		ASSERT_EQ(0, chdir(name));
	}
	ASSERT_EQ(length, at + last);
	guest_copy_salted(self->banned, "banned", "");
}

static json_t *event_of(int (*attempt)(const char *))
{
	guest_events_clear();
	EXPECT_EQ(-EPERM, attempt("./banned"));
	return guest_one_event();
}

TEST_F(event_path, as_long_as_a_path_can_be)
{
	char path[PATH_MAX];

	go_deep(self, PATH_MAX - 1);
	ASSERT_NOT_NULL(getcwd(path, sizeof(path)));
	strcat(path, "/banned");
	EXPECT_EQ(PATH_MAX - 1, strlen(path));
	EXPECT_STREQ(path, guest_text(event_of(attempt_exec), "path"));
	EXPECT_STREQ(path, guest_text(event_of(attempt_mmap_exec), "path"));
}

/* At mprotect() the path is put together by hand, and has 256 bytes less. */
TEST_F(event_path, long_at_mprotect)
{
	char path[PATH_MAX];

	go_deep(self, PATH_MAX - 300);
	ASSERT_NOT_NULL(getcwd(path, sizeof(path)));
	strcat(path, "/banned");
	EXPECT_STREQ(path, guest_text(event_of(attempt_mmap_then_mprotect), "path"));
}

/* Then there is none, and the verdict stands. */
TEST_F(event_path, longer_than_a_path_can_be)
{
	go_deep(self, PATH_MAX + 1000);
	EXPECT_NULL(guest_text(event_of(attempt_exec), "path"));
	EXPECT_NULL(guest_text(event_of(attempt_mmap_then_mprotect), "path"));
}

TEST_F(event_path, across_mounts)
{
	const char *mounted = PATH_OF("%s/mounted", self->place.dir), *inner = PATH_OF("%s/in ner", mounted);
	const char *path = PATH_OF("%s/dir/banned", inner);

	ASSERT_EQ(0, mkdir(mounted, 0755));
	ASSERT_EQ(0, mount("tmpfs", mounted, "tmpfs", 0, NULL));
	ASSERT_EQ(0, mkdir(inner, 0755));
	ASSERT_EQ(0, mkdir(PATH_OF("%s/dir", self->place.dir), 0755));
	guest_copy_salted(self->banned, PATH_OF("%s/dir/banned", self->place.dir), "");
	ASSERT_EQ(0, mount(self->place.dir, inner, NULL, MS_BIND, NULL));
	check_path(path, path);
	umount2(inner, MNT_DETACH);
	umount2(mounted, MNT_DETACH);
}

TEST_F(event_path, of_what_has_none)
{
	EXPECT_EQ(-EPERM, attempt_memfd(self->banned));
	EXPECT_STREQ("/memfd:attempt (deleted)", guest_text(guest_one_event(), "path"));
	guest_events_clear();
	EXPECT_EQ(-EPERM, attempt_deleted(self->banned));
	EXPECT_STREQ(PATH_OF("%s.deleted (deleted)", self->banned), guest_text(guest_one_event(), "path"));
}

GUEST_MAIN
