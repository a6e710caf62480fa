// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rights of a worker: a user of its own, no capability, and a filter of system calls. It may resolve
 * names, connect, read what everybody may read (certificates of authorities, resolv.conf), and write to the
 * one file that it was given. It starts no program, makes no file, and what it maps as code is a library on
 * disk.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <pwd.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "userspace/base/filter.h"
#include "userspace/base/sandbox.h"
#include "userspace/fetch/private.h"

#ifdef __SANITIZE_ADDRESS__
#define SANITIZED true /* its shadow reserves terabytes of address space */
#else
#define SANITIZED false
#endif
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const int calls_allowed[] = {
	/* clang-format off */
	SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(lseek),
	SCMP_SYS(close), SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(statx),
	SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat),
	SCMP_SYS(getcwd), SCMP_SYS(getdents64), SCMP_SYS(fadvise64), SCMP_SYS(fcntl), SCMP_SYS(dup),
	SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(getsockopt),
	SCMP_SYS(setsockopt), SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(sendmmsg), SCMP_SYS(recvfrom),
	SCMP_SYS(recvmsg), SCMP_SYS(recvmmsg), SCMP_SYS(shutdown), SCMP_SYS(poll), SCMP_SYS(ppoll),
	SCMP_SYS(select), SCMP_SYS(pselect6), SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(pipe2), SCMP_SYS(eventfd2),
	SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(futex),
	SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(set_tid_address),
	SCMP_SYS(getrandom), SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(clock_nanosleep),
	SCMP_SYS(nanosleep), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(uname), SCMP_SYS(sysinfo),
	SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_yield), SCMP_SYS(getpid), SCMP_SYS(gettid),
	SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall),
	SCMP_SYS(exit), SCMP_SYS(exit_group),
	/* clang-format on */
};

/* Libraries ask, and do well without. */
static const int calls_refused[] = {SCMP_SYS(prctl), SCMP_SYS(prlimit64), SCMP_SYS(sched_setscheduler),
				    SCMP_SYS(sched_getparam), SCMP_SYS(openat2)};

static int filter_load(void)
{
	const struct embargo_filter_condition some[] = {
		/* To read, never to make. */
		{SCMP_SYS(open), SCMP_A1(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT, O_RDONLY), 0},
		{SCMP_SYS(openat), SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT, O_RDONLY), 0},
		{SCMP_SYS(openat), SCMP_A2(SCMP_CMP_MASKED_EQ, O_WRONLY, O_WRONLY), EACCES},
		{SCMP_SYS(openat), SCMP_A2(SCMP_CMP_MASKED_EQ, O_RDWR, O_RDWR), EACCES},
		/* Modules of the name service are libraries. */
		{SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0), 0},
		{SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_EQ, PROT_READ | PROT_EXEC), 0},
		{SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0), 0},
		/* Threads, not processes: names are resolved in one. clone3() hides its flags from a filter.
		 */
		{SCMP_SYS(clone), SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD), 0},
		{SCMP_SYS(clone3), SCMP_A0(SCMP_CMP_NE, 0), ENOSYS},
		{SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()), 0}, /* abort() */
		{SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, FIONREAD), 0},
		{SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, FIONBIO), 0},
		{SCMP_SYS(socket), SCMP_A0(SCMP_CMP_EQ, AF_INET), 0},
		{SCMP_SYS(socket), SCMP_A0(SCMP_CMP_EQ, AF_INET6), 0},
		{SCMP_SYS(socket), SCMP_A0(SCMP_CMP_EQ, AF_UNIX), 0},
		{SCMP_SYS(socket), SCMP_A0(SCMP_CMP_EQ, AF_NETLINK), 0},
		{SCMP_SYS(socketpair), SCMP_A0(SCMP_CMP_EQ, AF_UNIX), 0},
	};
	const struct embargo_filter table = {
		.allowed = calls_allowed,
		.allowed_count = COUNT(calls_allowed),
		.refused = calls_refused,
		.refused_count = COUNT(calls_refused),
		.conditions = some,
		.condition_count = COUNT(some),
	};

	return embargo_filter_load(&table);
}

static int user_become(void)
{
	const struct passwd *user = getpwnam(EMBARGO_FETCH_USER) ?: getpwnam("nobody");

	if (!user || !user->pw_uid || !user->pw_gid)
		return -ENOENT;
	if (setgroups(0, NULL) || setresgid(user->pw_gid, user->pw_gid, user->pw_gid) ||
	    setresuid(user->pw_uid, user->pw_uid, user->pw_uid))
		return -errno;
	/* fail safe */
	return !geteuid() || !getuid() || !setuid(0) ? -EPERM : 0;
}

int embargo_fetch_confine(size_t memory, uint64_t file)
{
	int r = user_become() ?: embargo_sandbox_drop_capabilities();

	signal(SIGXFSZ, SIG_IGN);
	r = r
		    ?: embargo_sandbox_limit(RLIMIT_CORE,
					     0); /* the key of the client's certificate would be in it */
	r = r ?: embargo_sandbox_limit(RLIMIT_FSIZE, file);
	r = r ?: embargo_sandbox_limit(RLIMIT_NOFILE, 64);
	if (!SANITIZED)
		r = r ?: embargo_sandbox_limit(RLIMIT_AS, memory);
	/* One that became another user may be traced by that user; one without a dump may not. */
	if (!r && (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)))
		r = -errno;
	return r ?: filter_load();
}
