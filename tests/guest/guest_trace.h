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
};

/* Of a row of elements the first one speaks for all: a load reads some eighty counters twice. */
static inline bool guest_first_element(pid_t pid, unsigned long attributes)
{
	unsigned long key =
		ptrace(PTRACE_PEEKDATA, pid, (void *)(attributes + offsetof(union bpf_attr, key)), NULL);

	return !(uint32_t)ptrace(PTRACE_PEEKDATA, pid, (void *)key, NULL);
}

static inline const char *guest_bpf_call(pid_t pid, const struct user_regs_struct *call, bool reading)
{
	switch (call->rdi) {
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
		return reading && guest_first_element(pid, call->rsi) ? "bpf(MAP_LOOKUP_ELEM)" : NULL;
	case BPF_OBJ_GET:
		return reading ? "bpf(OBJ_GET)" : NULL;
	case BPF_MAP_GET_FD_BY_ID:
		return reading ? "bpf(MAP_GET_FD_BY_ID)" : NULL;
	case BPF_OBJ_GET_INFO_BY_FD:
		return reading ? "bpf(OBJ_GET_INFO_BY_FD)" : NULL;
	}
	return NULL;
}

/* The name of a call that counts, or NULL. */
static inline const char *guest_call_counts(pid_t pid, const struct user_regs_struct *call, bool reading)
{
	switch (call->orig_rax) {
	case SYS_bpf:
		return guest_bpf_call(pid, call, reading);
	case SYS_openat:
		return call->rdx & O_CREAT ? "openat(O_CREAT)" : NULL;
	case SYS_write:
		return call->rdi > STDERR_FILENO ? "write" : NULL;
	case SYS_mmap:
		return (int)call->r8 >= 0 && call->r10 & MAP_SHARED ? "mmap(MAP_SHARED)" : NULL;
	case SYS_mkdir:
		return "mkdir";
	case SYS_rmdir:
		return "rmdir";
	case SYS_unlink:
	case SYS_unlinkat:
		return "unlink";
	case SYS_rename:
		return "rename";
	case SYS_renameat2:
		return "renameat2";
	case SYS_symlink:
		return "symlink";
	case SYS_fsync:
		return "fsync";
	case SYS_flock:
		return "flock";
	}
	return NULL;
}

/* The kernel stops the program at these calls only, which is much faster than at each. */
static inline void guest_trace_filter(void)
{
	static const unsigned int calls[] = {SYS_bpf,	  SYS_openat, SYS_write,    SYS_mmap,	SYS_mkdir,
					     SYS_rmdir,	  SYS_unlink, SYS_unlinkat, SYS_rename, SYS_renameat2,
					     SYS_symlink, SYS_fsync,  SYS_flock};
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
static inline void guest_cut_here(pid_t pid, struct guest_cut *cut, struct user_regs_struct *call)
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
	call->orig_rax = -1;
	call->rax = -cut->error;
	ptrace(PTRACE_SETREGS, pid, NULL, call);
}

/* Its exit status, or 256 + SIGKILL. *@ret_output: what it printed, to be freed. */
static inline int guest_run_cut(struct guest_cut *cut, char **ret_output, const char *const argv[])
{
	int output = memfd_create("output", MFD_CLOEXEC), status;
	pid_t pid = guest_trace_start(argv, output);
	struct user_regs_struct call;
	unsigned int count = 0;
	const char *name;

	cut->locked = cut->reached = false;
	ptrace(PTRACE_CONT, pid, NULL, NULL);
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_SECCOMP << 8) && (!cut->reached || cut->onward)) {
			ptrace(PTRACE_GETREGS, pid, NULL, &call);
			name = guest_call_counts(pid, &call, cut->reading);
			cut->locked |= call.orig_rax == SYS_flock;
			if (name && cut->locked && (!cut->only || !strcmp(name, cut->only)) &&
			    (count++ == cut->at || cut->reached)) {
				snprintf(cut->what, sizeof(cut->what), "%s", name);
				guest_cut_here(pid, cut, &call);
			}
		}
		ptrace(PTRACE_CONT, pid, NULL, NULL);
	}
	*ret_output = guest_slurp(output);
	close(output);
	return WIFSIGNALED(status) ? ATTEMPT_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

#endif
