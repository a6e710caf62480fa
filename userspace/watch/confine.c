// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The watcher's rights. It must name files by their handles, read all of them, and put policies in force, so
 * it cannot be without CAP_SYS_ADMIN; but it reads no hostile byte itself (its workers do, see
 * userspace/base/sandbox.c), starts no program, reaches no network, and a call that it does not need kills
 * it.
 */
#include <cap-ng.h>
#include <errno.h>
#include <linux/bpf.h>
#include <sys/socket.h>

#include "userspace/base/confine.h"
#include "userspace/base/filter.h"
#include "userspace/watch/watch.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const int rights[] = {
	CAP_SYS_ADMIN,	     /* fanotify of whole file systems, maps of BPF */
	CAP_DAC_READ_SEARCH, /* files by their handles */
	CAP_SYS_PTRACE,	     /* what PID 1 has mapped: it is never to be banned */
};

static const int allowed[] = {
	/* clang-format off */
	/* files */
	SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(pwrite64),
	SCMP_SYS(lseek), SCMP_SYS(close), SCMP_SYS(close_range), SCMP_SYS(fcntl), SCMP_SYS(flock), SCMP_SYS(dup),
	SCMP_SYS(dup2), SCMP_SYS(dup3), SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(openat2), SCMP_SYS(stat),
	SCMP_SYS(fstat), SCMP_SYS(lstat), SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(statfs),
	SCMP_SYS(fstatfs), SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink),
	SCMP_SYS(readlinkat), SCMP_SYS(getcwd), SCMP_SYS(getdents64), SCMP_SYS(fgetxattr), SCMP_SYS(getxattr),
	SCMP_SYS(fadvise64), SCMP_SYS(ftruncate), SCMP_SYS(fsync), SCMP_SYS(fdatasync), SCMP_SYS(fchmod),
	SCMP_SYS(umask), SCMP_SYS(mkdir), SCMP_SYS(mkdirat), SCMP_SYS(rmdir), SCMP_SYS(unlink),
	SCMP_SYS(unlinkat), SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2), SCMP_SYS(link),
	SCMP_SYS(linkat), SCMP_SYS(symlink), SCMP_SYS(symlinkat), SCMP_SYS(memfd_create), SCMP_SYS(ioctl),
	SCMP_SYS(name_to_handle_at), SCMP_SYS(open_by_handle_at), SCMP_SYS(fanotify_init), SCMP_SYS(fanotify_mark),
	SCMP_SYS(inotify_init1), SCMP_SYS(inotify_add_watch), SCMP_SYS(poll), SCMP_SYS(ppoll),
	/* pipes and sockets to its children and the daemon */
	SCMP_SYS(socketpair), SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(recvfrom), SCMP_SYS(recvmsg),
	/* memory; that of librpm is executable */
	SCMP_SYS(brk), SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(mprotect), SCMP_SYS(madvise),
	/* processes: those that it makes itself */
	SCMP_SYS(clone), SCMP_SYS(clone3), SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(wait4), SCMP_SYS(waitid),
	SCMP_SYS(kill), SCMP_SYS(tgkill), SCMP_SYS(pidfd_open), SCMP_SYS(prctl), SCMP_SYS(seccomp),
	SCMP_SYS(capset), SCMP_SYS(capget), SCMP_SYS(setrlimit), SCMP_SYS(getrlimit), SCMP_SYS(prlimit64),
	SCMP_SYS(setpriority), SCMP_SYS(ioprio_set), SCMP_SYS(set_robust_list), SCMP_SYS(rseq),
	SCMP_SYS(futex), SCMP_SYS(getrandom), SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time),
	SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep), SCMP_SYS(uname), SCMP_SYS(sysinfo),
	SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_yield), SCMP_SYS(getpid), SCMP_SYS(getppid), SCMP_SYS(gettid),
	SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall),
	SCMP_SYS(exit), SCMP_SYS(exit_group),
	/* clang-format on */
};

#define BPF_COMMAND(command)                                                                                 \
	{                                                                                                    \
		SCMP_SYS(bpf), SCMP_A0(SCMP_CMP_EQ, command), 0                                              \
	}

/* No network. Maps, no programs: nothing that runs in the kernel comes from here. */
static const struct embargo_filter_condition some[] = {
	{SCMP_SYS(socket), SCMP_A0(SCMP_CMP_EQ, AF_UNIX), 0},
	BPF_COMMAND(BPF_OBJ_GET),
	BPF_COMMAND(BPF_MAP_CREATE),
	BPF_COMMAND(BPF_MAP_LOOKUP_ELEM),
	BPF_COMMAND(BPF_MAP_UPDATE_ELEM),
	BPF_COMMAND(BPF_MAP_GET_FD_BY_ID),
	BPF_COMMAND(BPF_MAP_GET_NEXT_KEY),
	BPF_COMMAND(BPF_MAP_DELETE_ELEM),
	BPF_COMMAND(BPF_MAP_FREEZE),
	BPF_COMMAND(BPF_OBJ_GET_INFO_BY_FD),
	BPF_COMMAND(BPF_MAP_LOOKUP_BATCH),
	BPF_COMMAND(BPF_MAP_UPDATE_BATCH),
	/* libbpf tries them to learn what the kernel can do, and goes on without. */
	{SCMP_SYS(bpf), SCMP_A0(SCMP_CMP_EQ, BPF_PROG_LOAD), EPERM},
	{SCMP_SYS(bpf), SCMP_A0(SCMP_CMP_EQ, BPF_BTF_LOAD), EPERM},
};

int embargo_watch_confine(void)
{
	const struct embargo_filter table = {
		.allowed = allowed,
		.allowed_count = COUNT(allowed),
		.conditions = some,
		.condition_count = COUNT(some),
	};
	int r = embargo_confine_rights(rights, COUNT(rights), true);

	return r ?: embargo_filter_load(&table);
}
