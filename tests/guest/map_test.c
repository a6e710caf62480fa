// SPDX-License-Identifier: GPL-2.0-or-later
/* Libraries, and whatever else comes to run by being mapped. */
#include "tests/guest/guest.h"

#include <dlfcn.h>

FIXTURE(map)
{
	struct guest_place place;
	const char *banned, *twin;
};

GUEST_PLACES(map);

FIXTURE_SETUP(map)
{
	guest_place_make(&self->place, variant->fs);
	self->banned = strdup(PATH_OF("%s/banned", self->place.dir));
	self->twin = strdup(PATH_OF("%s/twin", self->place.dir));
	guest_put_elf(self->banned, BANNED, 0);
	guest_put_elf(self->twin, HARMLESS, 0);
}

FIXTURE_TEARDOWN(map)
{
	guest_place_remove(&self->place);
}

TEST_F(map, executable)
{
	guest_check(attempt_mmap_exec, self->banned, 0, self->twin, 0);
}

TEST_F(map, shared_and_executable)
{
	guest_check(attempt_mmap_shared_exec, self->banned, 0, self->twin, 0);
}

TEST_F(map, executable_because_it_is_readable)
{
	guest_check(attempt_mmap_implied, self->banned, 0, self->twin, 0);
}

/* Reading a banned file is nobody's business. */
TEST_F(map, readable_only)
{
	const struct attempt_mapping readable = {MAP_PRIVATE, PROT_READ, 0, 0};

	guest_ban(self->banned);
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EXPECT_EQ(0, attempt_map(self->banned, &readable));
	guest_lift();
}

/*
 * mprotect() cannot hash: it finds the verdict that the mapping made. Before Linux 6.2 overlayfs does not ask
 * for the version of the file below, so that a hash just made is not kept there: a file of a banned size is
 * refused unread, and its twin with it. A file of another size is not in question.
 */
static void check_mprotect(struct map_self *self, int (*attempt)(const char *))
{
	const char *other = PATH_OF("%s/other", self->place.dir);
	int twin = self->place.fs == GUEST_OVERLAY && !guest_kernel_since(6, 2) ? -EPERM : 0;
	long long unhashed = guest_number("causes.unhashed-mapping");

	guest_copy_salted(self->twin, other, "longer");
	EXPECT_EQ(0, attempt(self->twin));
	guest_check(attempt, self->banned, 0, self->twin, twin);
	guest_ban(self->banned);
	EXPECT_EQ(0, attempt(other));
	EXPECT_EQ(unhashed + (twin ? 3 : 0), guest_number("causes.unhashed-mapping"));
	guest_lift();
	EXPECT_EQ(0, attempt(self->twin));
}

TEST_F(map, readable_then_executable)
{
	check_mprotect(self, attempt_mmap_then_mprotect);
}

TEST_F(map, writable_then_executable)
{
	check_mprotect(self, attempt_writable_then_mprotect);
}

TEST_F(map, shared_then_executable)
{
	check_mprotect(self, attempt_shared_then_mprotect);
}

TEST_F(map, inaccessible_then_executable)
{
	check_mprotect(self, attempt_none_then_mprotect);
}

/* pkey_mprotect() is another system call with the same hook. */
static int attempt_pkey(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), error = 0;
	void *memory = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);

	if (memory == MAP_FAILED || pkey_mprotect(memory, 4096, PROT_READ | PROT_EXEC, -1))
		error = -errno;
	munmap(memory, 4096);
	close(fd);
	return error;
}

TEST_F(map, readable_then_executable_with_a_key)
{
	check_mprotect(self, attempt_pkey);
}

/* Mapped before the policy came: nobody hashed it, so it is refused on every file system. */
TEST_F(map, mapped_before_the_load)
{
	int fd = open(self->banned, O_RDONLY | O_CLOEXEC);
	char *memory = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);

	ASSERT_NE(MAP_FAILED, memory);
	guest_ban(self->banned);
	EXPECT_EQ(-1, mprotect(memory, 4096, PROT_READ | PROT_EXEC));
	EXPECT_EQ(EPERM, errno);
	guest_lift();
	EXPECT_EQ(0, mprotect(memory, 4096, PROT_READ | PROT_EXEC));
	munmap(memory, 4096);
	close(fd);
}

static void library_put(const char *path, const char *salt)
{
	Dl_info jansson; /* one that every guest has */

	ASSERT_NE(0, dladdr(json_object, &jansson));
	guest_copy_salted(jansson.dli_fname, path, salt);
}

static void dlopen_step(const void *path)
{
	const char *message;

	if (dlopen(path, RTLD_NOW | RTLD_LOCAL))
		_exit(0);
	message = dlerror();
	/* It does not tell the errno of a mapping. */
	errno = message && strstr(message, "failed to map segment") ? EPERM : ENOEXEC;
}

static int attempt_dlopen(const char *path)
{
	return attempt_fork(dlopen_step, path);
}

TEST_F(map, dlopen)
{
	long long denied = guest_number("verdicts.mmap.denied");

	library_put(self->banned, "banned");
	library_put(self->twin, "benign");
	guest_check(attempt_dlopen, self->banned, 0, self->twin, 0);
	EXPECT_EQ(denied + 2, guest_number("verdicts.mmap.denied"));
}

/* ld.so goes on without a library that it cannot preload, and lists those it has. */
static int attempt_preload(const char *path)
{
	char *output = NULL;
	bool mapped;

	setenv("LD_PRELOAD", path, 1);
	setenv("LD_TRACE_LOADED_OBJECTS", "1", 1);
	EXPECT_EQ(0, GUEST_RUN(&output, "/usr/sbin/embargo"));
	unsetenv("LD_PRELOAD");
	unsetenv("LD_TRACE_LOADED_OBJECTS");
	mapped = strstr(output, PATH_OF("\t%s (0x", path));
	EXPECT_NE(mapped, !!strstr(output, "cannot be preloaded (failed to map segment"))
	{
		TH_LOG("%s", output);
	}
	free(output);
	return mapped ? 0 : -EPERM;
}

TEST_F(map, ld_preload)
{
	long long denied = guest_number("verdicts.mmap.denied");

	library_put(self->banned, "banned");
	library_put(self->twin, "benign");
	guest_check(attempt_preload, self->banned, 0, self->twin, 0);
	EXPECT_EQ(denied + 2, guest_number("verdicts.mmap.denied"));
}

GUEST_MAIN
