// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The daemon without rights: it parses names that hostile programs chose, and runs
 * for months. It stays root by name, for root owns the files it writes, but of the
 * capabilities it keeps at most that for audit, and a filter lets it make no call
 * that it does not need: no program can be started, no kernel object made.
 */
#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <linux/bpf.h>
#include <openssl/sha.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "policy/cleanup.h"
#include "userspace/base/confine.h"
#include "userspace/base/filter.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const int allowed[] = {
	/* clang-format off */
	SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(lseek),
	SCMP_SYS(close), SCMP_SYS(fcntl), SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(stat), SCMP_SYS(lstat),
	SCMP_SYS(statx), SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(openat2), SCMP_SYS(access), SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getcwd), SCMP_SYS(getdents64),
	SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2), SCMP_SYS(unlink), SCMP_SYS(unlinkat),
	SCMP_SYS(ftruncate), SCMP_SYS(umask), SCMP_SYS(chown), SCMP_SYS(fchownat), SCMP_SYS(fadvise64),
	SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_ctl),
	SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(listen), SCMP_SYS(accept4), SCMP_SYS(shutdown),
	SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(getsockname),
	SCMP_SYS(getsockopt), SCMP_SYS(setsockopt),
	SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(futex),
	SCMP_SYS(getrandom), SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(uname), SCMP_SYS(sysinfo),
	SCMP_SYS(sched_getaffinity), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid),
	SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall), SCMP_SYS(exit), SCMP_SYS(exit_group),
#ifdef __SANITIZE_ADDRESS__
	SCMP_SYS(sigaltstack), SCMP_SYS(sched_yield), SCMP_SYS(prlimit64),
#endif
	/* clang-format on */
};

/* Nothing executable, no network, no new BPF objects, no tricks with terminals. */
static int filter_load(void)
{
	const struct embargo_filter_condition some[] = {
		{SCMP_SYS(mmap), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0), 0},
		{SCMP_SYS(mprotect), SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0), 0},
		{SCMP_SYS(ioctl), SCMP_A1(SCMP_CMP_EQ, TCGETS), 0},
		{SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()), 0}, /* abort() */
		{SCMP_SYS(socket), SCMP_A0(SCMP_CMP_EQ, AF_UNIX), 0},
		{SCMP_SYS(socket), SCMP_A0(SCMP_CMP_EQ, AF_NETLINK), 0},
		{SCMP_SYS(bpf), SCMP_A0(SCMP_CMP_EQ, BPF_OBJ_GET), 0},
		{SCMP_SYS(bpf), SCMP_A0(SCMP_CMP_EQ, BPF_MAP_LOOKUP_ELEM), 0},
		{SCMP_SYS(bpf), SCMP_A0(SCMP_CMP_EQ, BPF_OBJ_GET_INFO_BY_FD), 0},
	};
	const struct embargo_filter table = {
		.allowed = allowed,
		.allowed_count = COUNT(allowed),
		.conditions = some,
		.condition_count = COUNT(some),
	};

	return embargo_filter_load(&table);
}

/* Asked for once: the libraries that know groups cannot be loaded later. */
static gid_t readers = -1;

gid_t embargo_confine_readers(void)
{
	return readers;
}

/* The groups let it do what would else take a capability: write to terminals, give the socket away. */
int embargo_confine_groups(void)
{
	static const char *const names[] = {"tty", EMBARGO_GROUP};
	gid_t list[COUNT(names)];
	const struct group *group;
	size_t i, count = 0;

	for (i = 0; i < COUNT(names); i++) {
		group = getgrnam(names[i]);
		if (group)
			list[count++] = group->gr_gid;
		if (group && !strcmp(names[i], EMBARGO_GROUP))
			readers = group->gr_gid;
	}
	/* A service manager that took the right away has chosen our groups. */
	return setgroups(count, list) && errno != EPERM ? -errno : 0;
}

int embargo_confine_rights(const int *rights, size_t count, bool bounding)
{
	bool bounds;
	size_t i;

	if (capng_get_caps_process())
		return -EPERM;
	/* Without this right the bounding set stays as it is; no_new_privs makes it useless. */
	bounds = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);
	capng_clear(CAPNG_SELECT_BOTH);
	for (i = 0; i < count; i++)
		if (capng_update(CAPNG_ADD,
				 CAPNG_EFFECTIVE | CAPNG_PERMITTED | (bounding ? CAPNG_BOUNDING_SET : 0),
				 rights[i]))
			return -EINVAL;
	return capng_apply(bounds ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS) ? -EPERM : 0;
}

static int capabilities_keep(bool audit)
{
	static const int rights[] = {CAP_AUDIT_WRITE};

	audit = audit && !capng_get_caps_process() && capng_have_capability(CAPNG_PERMITTED, CAP_AUDIT_WRITE);
	return embargo_confine_rights(rights, audit, false);
}

int embargo_confine(bool audit)
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	int r = embargo_confine_groups();

	/* Libraries read their settings, and load parts of theirs, when they are first used. */
	SHA256((const unsigned char *)"", 0, digest);
	tzset();
	r = r ?: capabilities_keep(audit);
	if (!r && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		r = -errno;
	return r ?: filter_load();
}
