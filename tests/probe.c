// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hand that tries things: runs, or maps to run, a file in one of the ways of tests/guest/attempt.h, and
 * tells by its exit status whether embargo refused it. Static: it works in chroots and empty containers.
 */
#include "tests/guest/attempt.h"

enum probe_exit {
	PROBE_ALLOWED,
	PROBE_DENIED,	    /* -EPERM: what embargo answers */
	PROBE_DENIED_OTHER, /* refused by something else: permissions, noexec, … */
	PROBE_ERROR,	    /* it could not even be tried */
	PROBE_USAGE = 64,
};

static const struct way {
	const char *name;
	int (*attempt)(const char *path);
	const char *what;
} ways[] = {
	{"exec", attempt_exec, "execve"},
	{"exec-fd", attempt_exec_fd, "execveat of an O_PATH descriptor with AT_EMPTY_PATH"},
	{"fexecve-memfd", attempt_memfd, "a copy in a memfd, by its descriptor"},
	{"deleted-fd", attempt_deleted, "a copy that is deleted first, through /proc/self/fd"},
	{"loader", attempt_loader, "ld.so FILE --version, for dynamic programs"},
	{"mmap-exec", attempt_mmap_exec, "a private executable mapping"},
	{"mmap-shared-exec", attempt_mmap_shared_exec, "a shared executable mapping"},
	{"mmap-implied", attempt_mmap_implied, "a readable mapping under READ_IMPLIES_EXEC"},
	{"mmap-then-mprotect", attempt_mmap_then_mprotect, "a private readable mapping, made executable"},
	{"writable-then-mprotect", attempt_writable_then_mprotect,
	 "a private writable mapping, made executable"},
	{"shared-then-mprotect", attempt_shared_then_mprotect, "a shared readable mapping, made executable"},
	{"none-then-mprotect", attempt_none_then_mprotect, "a mapping without access, made executable"},
};

static int usage(void)
{
	fprintf(stderr,
		"usage: probe WAY FILE\n\nTries to run FILE, or to map it for running. WAY is one of\n\n");
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		fprintf(stderr, "  %-24s%s\n", ways[i].name, ways[i].what);
	fprintf(stderr,
		"\nExits %d ALLOWED, %d DENIED (EPERM), %d DENIED_OTHER (EACCES and such), %d ERROR.\n",
		PROBE_ALLOWED, PROBE_DENIED, PROBE_DENIED_OTHER, PROBE_ERROR);
	return PROBE_USAGE;
}

static enum probe_exit tell(int result)
{
	switch (result) {
	case -EPERM:
		puts("DENIED");
		return PROBE_DENIED;
	case -EACCES:
	case -ETXTBSY:
	case -ELIBBAD:
		printf("DENIED_OTHER %s\n", strerrorname_np(-result));
		return PROBE_DENIED_OTHER;
	}
	if (result < 0) {
		printf("ERROR %s\n", strerrorname_np(-result) ?: "?");
		return PROBE_ERROR;
	}
	if (result >= ATTEMPT_SIGNAL)
		printf("ALLOWED, and killed by SIG%s\n", sigabbrev_np(result - ATTEMPT_SIGNAL) ?: "?");
	else
		printf("ALLOWED, status %d\n", result);
	return PROBE_ALLOWED;
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return usage();
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		if (!strcmp(argv[1], ways[i].name))
			return tell(ways[i].attempt(argv[2]));
	return usage();
}
