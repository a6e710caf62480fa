/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Run a program up to a system call of its own choosing: there it is killed, or the call fails. So every
 * point at which a load can be interrupted is reached on purpose, not by luck.
 */
#ifndef EMBARGO_TESTS_GUEST_GUEST_TRACE_H
#define EMBARGO_TESTS_GUEST_GUEST_TRACE_H

#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#include "tests/guest/guest_run.h"

struct guest_cut {
	unsigned int at;  /* which of the calls that count, from 0, since it took the lock */
	int error;	  /* the errno that it gets; 0: the program is killed instead */
	bool reading;	  /* calls that only look count too */
	const char *only; /* calls of this name count alone; NULL: all */
	bool onward;	  /* every call that counts gets the error from there on */
	void (*around)(
		bool begins); /* instead of an error: called before and after the call, which is made */
	/* returned */
	bool locked, reached;
	char what[64];
	unsigned int count; /* of calls that counted, up to where it ended */
};

/* Of a row of elements the first one speaks for all: a load reads some eighty counters twice. */
static inline bool guest_first_element(pid_t pid, unsigned long attributes)
{
	unsigned long key =
		ptrace(PTRACE_PEEKDATA, pid, (void *)(attributes + offsetof(union bpf_attr, key)), NULL);

	return !(uint32_t)ptrace(PTRACE_PEEKDATA, pid, (void *)key, NULL);
}

static inline const char *guest_bpf_call(pid_t pid, const uint64_t args[6], bool reading)
{
	switch (args[0]) {
	case BPF_MAP_CREATE:
		return "bpf(MAP_CREATE)";
	case BPF_MAP_UPDATE_ELEM:
		return "bpf(MAP_UPDATE_ELEM)";
	case BPF_MAP_DELETE_ELEM:
		return "bpf(MAP_DELETE_ELEM)";
	case BPF_MAP_FREEZE:
		return "bpf(MAP_FREEZE)";
	case BPF_PROG_LOAD:
		return "bpf(PROG_LOAD)";
	case BPF_OBJ_PIN:
		return "bpf(OBJ_PIN)";
	case BPF_LINK_CREATE:
		return "bpf(LINK_CREATE)";
	case BPF_MAP_LOOKUP_ELEM:
		return reading && guest_first_element(pid, args[1]) ? "bpf(MAP_LOOKUP_ELEM)" : NULL;
	case BPF_OBJ_GET:
		return reading ? "bpf(OBJ_GET)" : NULL;
	case BPF_MAP_GET_FD_BY_ID:
		return reading ? "bpf(MAP_GET_FD_BY_ID)" : NULL;
	case BPF_OBJ_GET_INFO_BY_FD:
		return reading ? "bpf(OBJ_GET_INFO_BY_FD)" : NULL;
	}
	return NULL;
}

/* The name of a call that counts, or NULL. By numbers where processors have calls that others lack. */
static inline const char *guest_call_counts(pid_t pid, uint64_t number, const uint64_t args[6], bool reading)
{
	static const struct {
		unsigned int number;
		const char *name;
	} plain[] = {
#ifdef SYS_mkdir
		{SYS_mkdir, "mkdir"},	  {SYS_rmdir, "rmdir"},		{SYS_unlink, "unlink"},
		{SYS_rename, "rename"},	  {SYS_symlink, "symlink"},
#else
		{SYS_mkdirat, "mkdir"},	  {SYS_renameat, "rename"},	{SYS_symlinkat, "symlink"},
#endif
		{SYS_unlinkat, "unlink"}, {SYS_renameat2, "renameat2"}, {SYS_fsync, "fsync"},
		{SYS_flock, "flock"},
	};

	switch (number) {
	case SYS_bpf:
		return guest_bpf_call(pid, args, reading);
	case SYS_openat:
		return args[2] & O_CREAT ? "openat(O_CREAT)" : NULL;
	case SYS_write:
		return args[0] > STDERR_FILENO ? "write" : NULL;
	case SYS_mmap:
		return (int)args[4] >= 0 && args[3] & MAP_SHARED ? "mmap(MAP_SHARED)" : NULL;
	}
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		if (plain[i].number == number)
			return plain[i].name;
	return NULL;
}

/* The call at which @pid is stopped is not made, and gives -@error. */
static inline void guest_call_fails(pid_t pid, int error)
{
	struct user_regs_struct registers;
	struct iovec all = {&registers, sizeof(registers)};

	ptrace(PTRACE_GETREGSET, pid, (void *)NT_PRSTATUS, &all);
#ifdef __aarch64__
	struct iovec number = {&(int){-1}, sizeof(int)};

	registers.regs[0] = -error;
	ptrace(PTRACE_SETREGSET, pid, (void *)NT_ARM_SYSTEM_CALL, &number);
#else
	registers.orig_rax = -1;
	registers.rax = -error;
#endif
	ptrace(PTRACE_SETREGSET, pid, (void *)NT_PRSTATUS, &all);
}

/* The kernel stops the program at these calls only, which is much faster than at each. */
static inline void guest_trace_filter(void)
{
	static const unsigned int calls[] = {
		SYS_bpf,       SYS_openat, SYS_write,  SYS_mmap,   SYS_unlinkat,
		SYS_renameat2, SYS_fsync,  SYS_flock,
#ifdef SYS_mkdir
		SYS_mkdir,     SYS_rmdir,  SYS_unlink, SYS_rename, SYS_symlink,
#else
		SYS_mkdirat,  SYS_renameat,  SYS_symlinkat,
#endif
	};
	struct sock_filter code[2 * sizeof(calls) / sizeof(*calls) + 2] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	};
	struct sock_fprog filter = {.filter = code, .len = 1};

	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		code[filter.len++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[i], 0, 1);
		code[filter.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);
	}
	code[filter.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter))
		_exit(126);
}

static inline pid_t guest_trace_start(const char *const argv[], int output)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		dup2(output, STDOUT_FILENO);
		dup2(output, STDERR_FILENO);
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		guest_trace_filter();
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_TRUE(WIFSTOPPED(status));
	ASSERT_EQ(0, ptrace(PTRACE_SETOPTIONS, pid, NULL,
			    (void *)(PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC)));
	return pid;
}

/* At a call that counts for the @cut->at'th time: no such call is made, or only under what is around it. */
static inline void guest_cut_here(pid_t pid, struct guest_cut *cut)
{
	cut->reached = true;
	if (cut->around) {
		cut->around(true);
		ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
		waitpid(pid, NULL, 0);
		cut->around(false);
		return;
	}
	if (!cut->error) {
		kill(pid, SIGKILL);
		return;
	}
	guest_call_fails(pid, cut->error);
}

/* One more call that counts. Is it the one, or one behind it? */
static inline bool guest_cut_counts(struct guest_cut *cut, const char *name)
{
	unsigned int number = cut->count++;

	if (number != cut->at && !cut->reached)
		return false;
	snprintf(cut->what, sizeof(cut->what), "%s", name);
	return true;
}

/* Its exit status, or 256 + SIGKILL. *@ret_output: what it printed, to be freed. */
static inline int guest_run_cut(struct guest_cut *cut, char **ret_output, const char *const argv[])
{
	int output = memfd_create("output", MFD_CLOEXEC), status;
	pid_t pid = guest_trace_start(argv, output);
	struct __ptrace_syscall_info call;
	const char *name;

	cut->locked = cut->reached = false;
	cut->count = 0;
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8) && (!cut->reached || cut->onward)) {
			ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof(call), &call);
			name = guest_call_counts(pid, call.seccomp.nr, call.seccomp.args, cut->reading);
			cut->locked |= call.seccomp.nr == SYS_flock;
			if (name && cut->locked && (!cut->only || !strcmp(name, cut->only)) &&
			    guest_cut_counts(cut, name))
				guest_cut_here(pid, cut);
		}
		ptrace(PTRACE_CONT, pid, NULL, NULL);
	}
	*ret_output = guest_slurp(output);
	close(output);
	return WIFSIGNALED(status) ? ATTEMPT_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

#endif
