/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every test that runs inside a guest includes, instead of tests/harness.h. The real product is tested,
 * by its command line, on real files; see tests/guest/attempt.h for the ways in which a file is tried.
 *
 * End the file with GUEST_MAIN. It refuses to run outside of a guest: these tests load policies, fill the
 * ring and kill embargo. To attach the BPF programs takes half a minute there, so they stay attached from
 * test to test, and from one test program to the next, with a policy that bans nothing (guest_lift()). Before
 * and after mean under that policy; from nothing to nothing goes loader_test.c. Counters go on counting.
 */
#ifndef EMBARGO_TESTS_GUEST_GUEST_H
#define EMBARGO_TESTS_GUEST_GUEST_H

#include "tests/harness.h"

#include "tests/guest/attempt.h"
#include "tests/guest/guest_run.h"
#include "tests/guest/guest_file.h"
#include "tests/guest/guest_policy.h"
#include "tests/guest/guest_place.h"

#define GUEST_TESTS "/usr/lib/embargo/tests"
#define GUEST_PROBE GUEST_TESTS "/probe"

/* Why these tests cannot run here, or NULL. */
static inline const char *guest_obstacle(void)
{
	char name[64] = "";

	if (geteuid())
		return "needs root";
	gethostname(name, sizeof(name) - 1);
	if (strcmp(name, "guest") || access("/init", X_OK))
		return "runs in a guest only: tests/run";
	if (GUEST_RUN(&(char *){NULL}, "embargo", "doctor"))
		return "embargo doctor says that enforcement cannot work here";
	return NULL;
}

static inline int guest_main(int argc, char **argv)
{
	const char *obstacle;

	if (argc > 1 && argv[1][0] == '-')
		return th_main(argc, argv);
	obstacle = guest_obstacle();
	if (obstacle) {
		printf("KTAP version 1\n1..0 # SKIP %s\n", obstacle);
		return 4;
	}
	return th_main(argc, argv);
}

#define GUEST_MAIN                                                                                           \
	int main(int argc, char **argv)                                                                      \
	{                                                                                                    \
		return guest_main(argc, argv);                                                               \
	}

#endif
