// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What every kernel that embargo says it runs on must show, in one short boot, also where there are neither
 * modules nor a disk: programs, libraries and drivers are refused and let go again, the product proves it
 * itself, and nothing stays.
 */
#include <dlfcn.h>
#include <linux/bpf.h>

#include "tests/guest/driver.h"

/*
 * libbpf's system calls come by here. The name of the program that the kernel is to refuse, as 6.9 and 6.10
 * refuse one that sleeps on file_post_open: no kernel of Debian does so today.
 */
static const char *refused;
static int refusals;

long syscall(long number, ...)
{
	static long (*next)(long number, ...);
	union bpf_attr *attr;
	long a[6];
	va_list list;

	va_start(list, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(list, long);
	va_end(list);
	attr = (union bpf_attr *)a[1];
	if (refused && number == SYS_bpf && a[0] == BPF_PROG_LOAD && !strcmp(attr->prog_name, refused)) {
		refusals++;
		errno = EINVAL;
		return -1;
	}
	if (!next)
		next = dlsym(RTLD_NEXT, "syscall");
	return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

FIXTURE(smoke)
{
	struct guest_place place;
	const char *banned, *twin;
};

FIXTURE_SETUP(smoke)
{
	guest_place_make(&self->place, access("/dev/vda", F_OK) ? GUEST_TMPFS : GUEST_EXT4);
	self->banned = strdup(PATH_OF("%s/banned", self->place.dir));
	self->twin = strdup(PATH_OF("%s/twin", self->place.dir));
	guest_put_elf(self->banned, BANNED, 0);
	guest_put_elf(self->twin, HARMLESS, 0);
}

FIXTURE_TEARDOWN(smoke)
{
	guest_place_remove(&self->place);
}

TEST_F(smoke, programs)
{
	guest_check(attempt_exec, self->banned, BANNED, self->twin, HARMLESS);
	guest_check(attempt_memfd, self->banned, BANNED, self->twin, HARMLESS);
}

TEST_F(smoke, libraries)
{
	guest_check(attempt_mmap_exec, self->banned, 0, self->twin, 0);
	/* Where no verdict can be kept, what has a banned size is refused then. */
	if (self->place.fs == GUEST_EXT4)
		guest_check(attempt_mmap_then_mprotect, self->banned, 0, self->twin, 0);
}

/* As somebody without any right sees it. */
TEST_F(smoke, unprivileged)
{
	pid_t pid;

	guest_ban(self->banned);
	pid = fork();
	if (!pid) {
		if (setgid(1000) || setuid(1000))
			_exit(100);
		_exit(attempt_exec(self->banned) != -EPERM || attempt_exec(self->twin) != HARMLESS ||
		      attempt_mmap_exec(self->banned) != -EPERM);
	}
	EXPECT_EQ(0, attempt_status(pid));
	guest_lift();
}

TEST_F(smoke, drivers)
{
	const char *ours = driver_path("rsa.ko"), *stock = driver_path("stock.ko"), *certificate;
	char *rules = NULL;

	if (access(stock, R_OK))
		SKIP("of this kernel Debian keeps no modules");
	EXPECT_EQ(0, driver_init(stock));
	DRIVER_BAN("ban hash %s\n", driver_hash(stock));
	EXPECT_EQ(-EPERM, driver_init(stock));
	EXPECT_EQ(-EPERM, driver_finit(stock));
	EXPECT_EQ(0, driver_init(ours));
	certificate = PATH_OF("%s/rsa.pem", DRIVER_CORPUS);
	ASSERT_EQ(0, GUEST_RUN(&rules, "embargo", "id", "--rule", certificate));
	DRIVER_BAN("%s", rules);
	EXPECT_EQ(0, driver_init(stock));
	EXPECT_EQ(-EPERM, driver_init(ours));
	EXPECT_EQ(-EPERM, driver_finit(ours));
	DRIVER_LIFT();
	EXPECT_EQ(0, driver_init(ours));
	free(rules);
}

static bool hung_on(const char *program)
{
	return !access(PATH_OF("%s/live/links/%s", EMBARGO_PIN_DIR, program), F_OK);
}

TEST_F(smoke, proves_itself)
{
	EMBARGO("selftest");
}

/* The hook that this kernel has is hung on; where the kernel refuses the newer program, the older one is. */
TEST_F_TIMEOUT(smoke, opened_files_and_goes, 300)
{
	const char *rules =
		PATH_OF("ban interpreter \"/usr/bin/dash\"\nban hash %s\n", driver_hash(self->banned));
	bool newer;

	guest_load("--enforce", NULL, rules);
	newer = hung_on("embargo_file_post_open");
	EXPECT_EQ(!newer, hung_on("embargo_file_open"));
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EMBARGO("unload");
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
	EXPECT_NE(0, access(EMBARGO_PIN_DIR, F_OK));
	if (!newer)
		return;
	refused = "embargo_file_po";
	guest_load("--enforce", NULL, rules);
	refused = NULL;
	EXPECT_LT(0, refusals);
	EXPECT_FALSE(hung_on("embargo_file_post_open"));
	EXPECT_TRUE(hung_on("embargo_file_open"));
	EXPECT_EQ(-EPERM, attempt_exec(self->banned));
	EMBARGO("unload");
	EXPECT_EQ(BANNED, attempt_exec(self->banned));
}

GUEST_MAIN
