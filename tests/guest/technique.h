/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ways past a ban that a test tries, and the line that each leaves in the log: of these lines tests/matrix
 * makes the table that the manual has. What a line says came of it is what was seen, and never what was
 * expected; that is compared too, so that a way that opens or closes fails the test.
 */
#ifndef EMBARGO_TESTS_GUEST_TECHNIQUE_H
#define EMBARGO_TESTS_GUEST_TECHNIQUE_H

#include "tests/guest/guest.h"

/* What an attempt gives if this kernel says no to it, ban or not. */
#define TECHNIQUE_IMPOSSIBLE (-4096)

enum technique_outcome {
	TECHNIQUE_REFUSED,
	TECHNIQUE_LATER, /* refused, but for a while not */
	TECHNIQUE_PASSES,
};

struct technique {
	const char *name;
	int (*attempt)(const char *path); /* what came of it, as in attempt.h */
	int status;			  /* of one that succeeds */
	enum technique_outcome outcome;	  /* that is expected */
	const char *why;		  /* why so; of one that passes: and what closes it */
};

static inline const char *technique_fs(enum guest_fs fs)
{
	static const char *const names[] = {"tmpfs", "ext4", "overlayfs"};

	return names[fs];
}

/* @kind: of bans. One line, of five columns behind the mark. */
static inline void technique_line(const char *kind, const char *name, const char *fs,
				  enum technique_outcome outcome, const char *why)
{
	static const char *const words[] = {"refused", "refused later", "passes"};

	printf("# technique: %s | %s | %s | %s | %s\n", kind, name, fs, words[outcome], why);
	fflush(stdout);
}

/* What runs is a copy in memory. */
static inline int technique_copied_to_memory(const char *path)
{
	int r;

	guest_copy_salted(path, "/dev/shm/copy", "");
	r = attempt_exec("/dev/shm/copy");
	unlink("/dev/shm/copy");
	return r;
}

/* Before the ban is in force: the way itself works, or what is refused later says nothing. */
static inline bool technique_control(const struct technique *technique, const char *path)
{
	int status = technique->attempt(path);

	if (status == TECHNIQUE_IMPOSSIBLE)
		return false;
	EXPECT_EQ(technique->status, status)
	{
		TH_LOG("%s: cannot be tried", technique->name);
	}
	return status == technique->status;
}

/* Under the ban. */
static inline void technique_try(const struct technique *technique, const char *path, const char *kind,
				 const char *fs)
{
	int status = technique->attempt(path);
	/* A program that the kernel can no longer let return is killed. */
	enum technique_outcome outcome =
		status == -EPERM || status > ATTEMPT_SIGNAL ? TECHNIQUE_REFUSED : TECHNIQUE_PASSES;

	EXPECT_TRUE(outcome == TECHNIQUE_REFUSED || status == technique->status)
	{
		TH_LOG("%s: neither refused nor done (%d)", technique->name, status);
		return;
	}
	EXPECT_EQ(technique->outcome, outcome)
	{
		TH_LOG("%s on %s: %d", technique->name, fs, status);
	}
	technique_line(kind, technique->name, fs, outcome, technique->why);
}

#endif
