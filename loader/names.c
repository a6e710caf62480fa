// SPDX-License-Identifier: GPL-2.0-or-later
/* The names of the numbers in bpf/abi.h. */
#include "loader/loader.h"

#define NAME(names, index)                                                                                   \
	((index) < sizeof(names) / sizeof(*(names)) && (names)[index] ? (names)[index] : "?")

static const char *const hooks[] = {
	[EMBARGO_HOOK_EXEC] = "exec",		[EMBARGO_HOOK_MMAP] = "mmap",
	[EMBARGO_HOOK_MPROTECT] = "mprotect",	[EMBARGO_HOOK_OPEN] = "open",
	[EMBARGO_HOOK_READ_FILE] = "read-file", [EMBARGO_HOOK_POST_READ_FILE] = "post-read-file",
	[EMBARGO_HOOK_LOAD_DATA] = "load-data", [EMBARGO_HOOK_POST_LOAD_DATA] = "post-load-data",
};

static const char *const verdicts[] = {
	[EMBARGO_ALLOWED] = "allowed",	     [EMBARGO_EXEMPTED] = "exempted", [EMBARGO_AUDITED] = "audited",
	[EMBARGO_WOULD_DENY] = "would-deny", [EMBARGO_DENIED] = "denied",
};

static const char *const modes[] = {
	[EMBARGO_MODE_AUDIT] = "audit",
	[EMBARGO_MODE_ENFORCE] = "enforce",
};

static const char *const origins[] = {
	[EMBARGO_ORIGIN_NONE] = "none",
	[EMBARGO_ORIGIN_FILE] = "file",
	[EMBARGO_ORIGIN_COMPRESSED] = "compressed",
	[EMBARGO_ORIGIN_MEMORY] = "memory",
};

static const char *const counters[] = {
	[EMBARGO_COUNT_EVENTS] = "events",
	[EMBARGO_COUNT_LOST] = "lost",
	[EMBARGO_COUNT_HASHED] = "hashed",
	[EMBARGO_COUNT_CACHED] = "kept",
	[EMBARGO_COUNT_NO_POLICY] = "no-policy",
	[EMBARGO_COUNT_SIGNERS_READ] = "signers-read",
	[EMBARGO_COUNT_SIGNERS_UNREADABLE] = "signers-unreadable",
	[EMBARGO_COUNT_SIGNERS_ABSENT] = "signers-absent",
};

_Static_assert(sizeof(hooks) / sizeof(*hooks) == EMBARGO_HOOK_MAX, "every hook has a name");
_Static_assert(sizeof(verdicts) / sizeof(*verdicts) == EMBARGO_VERDICT_MAX, "every verdict has a name");
_Static_assert(sizeof(modes) / sizeof(*modes) == EMBARGO_MODE_MAX, "every mode has a name");

const char *embargo_hook_name(unsigned int hook)
{
	return NAME(hooks, hook);
}

const char *embargo_verdict_name(unsigned int verdict)
{
	return NAME(verdicts, verdict);
}

const char *embargo_mode_name(unsigned int mode)
{
	return NAME(modes, mode);
}

const char *embargo_origin_name(unsigned int origin)
{
	return NAME(origins, origin);
}

const char *embargo_counter_name(unsigned int which)
{
	return NAME(counters, which);
}
