/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sandbox of readers: limits, no capabilities, and a filter of system calls. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/fsverity.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "policy/cleanup.h"
#include "userspace/sandbox.h"

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

/* Calls that are allowed by their arguments: never anything executable, no signals to others. */
static int arguments_allow(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp no_exec = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	const struct scmp_arg_cmp self = SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid());
	const struct scmp_arg_cmp descriptor = SCMP_A3(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH);
	const struct scmp_arg_cmp path = SCMP_A3(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, 0);
	const struct scmp_arg_cmp verity = SCMP_A1(SCMP_CMP_EQ, FS_IOC_MEASURE_VERITY);
	int r;

	r = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, &no_exec);
	r = r ?: seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, &no_exec);
	r = r ?: seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, &self);
	/* fstat() of some C libraries */
	r = r ?: seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1, &descriptor);
	r = r ?: seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(newfstatat), 1, &path);
	r = r ?: seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1, &verity);
	/* libelf asks whether the descriptor is one */
	r = r ?: seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1, SCMP_A1(SCMP_CMP_EQ, F_GETFD));
	return r
		       ?: seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
					   SCMP_A1(SCMP_CMP_EQ, F_GETFL));
}

static int filter_fill(scmp_filter_ctx filter)
{
	size_t i;
	int r = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);

	for (i = 0; !r && i < COUNT(calls_allowed); i++)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls_allowed[i], 0);
	for (i = 0; !r && i < COUNT(calls_refused); i++)
		r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), calls_refused[i], 0);
	return r ?: arguments_allow(filter);
}

static void filter_free(scmp_filter_ctx *filter)
{
	if (*filter)
		seccomp_release(*filter);
}

static int limit(int what, rlim_t most)
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
	return limit(RLIMIT_AS, (rlim_t)pages * sysconf(_SC_PAGESIZE) + memory);
#endif
}

static int capabilities_drop(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};

	return syscall(SYS_capset, &header, none) ? -errno : 0;
}

int embargo_sandbox_enter(size_t memory)
{
	_cleanup_(filter_free) scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int r = filter ? filter_fill(filter) : -ENOMEM;

	r = r ?: memory_limit(memory);
	/* A dump would hold bytes of the files that were read. */
	r = r ?: limit(RLIMIT_CORE, 0);
	r = r ?: limit(RLIMIT_FSIZE, memory);
	r = r ?: capabilities_drop();
	return r ?: seccomp_load(filter); /* no_new_privs too */
}
