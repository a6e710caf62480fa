// SPDX-License-Identifier: GPL-2.0-or-later
/* The sandbox of readers: limits, no capabilities, and a filter of system calls. */
#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fsverity.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "policy/cleanup.h"
#include "userspace/base/filter.h"
#include "userspace/base/sandbox.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const int calls_allowed[] = {
	/* clang-format off */
	SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(lseek), SCMP_SYS(close),
	SCMP_SYS(fstat), SCMP_SYS(fadvise64), SCMP_SYS(fgetxattr),
	SCMP_SYS(recvmsg), SCMP_SYS(sendmsg),
	/* archives in archives; of what it was given the worker can write nothing but its socket */
	SCMP_SYS(memfd_create), SCMP_SYS(ftruncate), SCMP_SYS(write), SCMP_SYS(pwrite64),
	SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
	SCMP_SYS(futex), SCMP_SYS(getrandom), SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),
	SCMP_SYS(sysinfo), SCMP_SYS(sched_getaffinity), SCMP_SYS(restart_syscall),
	/* abort() */
	SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(getpid), SCMP_SYS(gettid),
	SCMP_SYS(exit), SCMP_SYS(exit_group),
#ifdef __SANITIZE_ADDRESS__
	SCMP_SYS(sigaltstack), SCMP_SYS(rt_sigaction), SCMP_SYS(sched_yield),
#endif
	/* clang-format on */
};

/* Libraries look for files of theirs when they are first used, and do well without. */
static const int calls_refused[] = {
	/* clang-format off */
	SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(openat2), SCMP_SYS(stat), SCMP_SYS(lstat),
	SCMP_SYS(statx), SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
	SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getcwd), SCMP_SYS(prlimit64),
	/* clang-format on */
};

/* Never anything executable, no signals to others, no looking at paths. */
static int filter_make(scmp_filter_ctx *ret_filter)
{
	const struct embargo_filter_condition some[] = {
		{SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0), 0},
		{SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0), 0},
		{SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()), 0},
		/* fstat() of some C libraries */
		{SCMP_SYS(newfstatat), SCMP_A3(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH), 0},
		{SCMP_SYS(newfstatat), SCMP_A3(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, 0), EACCES},
		{SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, FS_IOC_MEASURE_VERITY), 0},
		/* libelf asks whether the descriptor is one */
		{SCMP_SYS(fcntl), SCMP_A1(SCMP_CMP_EQ, F_GETFD), 0},
		{SCMP_SYS(fcntl), SCMP_A1(SCMP_CMP_EQ, F_GETFL), 0},
	};
	const struct embargo_filter table = {
		.allowed = calls_allowed,
		.allowed_count = COUNT(calls_allowed),
		.refused = calls_refused,
		.refused_count = COUNT(calls_refused),
		.conditions = some,
		.condition_count = COUNT(some),
	};

	return embargo_filter_make(&table, ret_filter);
}

int embargo_sandbox_limit(int what, rlim_t most)
{
	struct rlimit limit = {.rlim_cur = most, .rlim_max = most};

	return setrlimit(what, &limit) ? -errno : 0;
}

static int memory_limit(size_t memory)
{
#ifdef __SANITIZE_ADDRESS__
	(void)memory; /* its shadow alone is larger than any limit */
	return 0;
#else
	_cleanup_fclose_ FILE *file = fopen("/proc/self/statm", "re");
	unsigned long pages;

	if (!file || fscanf(file, "%lu", &pages) != 1)
		return -ENOENT;
	return embargo_sandbox_limit(RLIMIT_AS, (rlim_t)pages * sysconf(_SC_PAGESIZE) + memory);
#endif
}

int embargo_sandbox_drop_capabilities(void)
{
	capng_clear(CAPNG_SELECT_CAPS);
	return capng_apply(CAPNG_SELECT_CAPS) ? -EPERM : 0;
}

int embargo_sandbox_enter(size_t memory)
{
	_cleanup_(embargo_filter_free) scmp_filter_ctx filter = NULL;
	int r = filter_make(&filter);

	r = r ?: memory_limit(memory);
	/* A dump would hold bytes of the files that were read. */
	r = r ?: embargo_sandbox_limit(RLIMIT_CORE, 0);
	r = r ?: embargo_sandbox_limit(RLIMIT_FSIZE, memory);
	r = r ?: embargo_sandbox_drop_capabilities();
	return r ?: seccomp_load(filter); /* no_new_privs too */
}
