/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Somebody who tries a file again and again while something else goes on, and tells what he saw. */
#ifndef EMBARGO_TESTS_GUEST_GUEST_WATCH_H
#define EMBARGO_TESTS_GUEST_GUEST_WATCH_H

#include <sys/resource.h>

#include "tests/guest/guest_run.h"

struct guest_watch {
	pid_t pid;
	bool stop;
	int banned_ran;	     /* tries in which what must be refused was not */
	int harmless_failed; /* and in which what must run did not */
	int first;	     /* what came of the first of these */
	int rounds;
};

/* On processor @cpu, without end: @banned is executed and mapped, and so is @harmless (exit status @status).
 */
static inline struct guest_watch *guest_watch_start(int cpu, const char *banned, const char *harmless,
						    int status)
{
	struct guest_watch *watch =
		mmap(NULL, sizeof(*watch), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int r;

	ASSERT_NE(MAP_FAILED, watch);
	watch->pid = fork();
	if (watch->pid)
		return watch;
	guest_pin_to(cpu);
	setpriority(PRIO_PROCESS, 0, 10); /* what goes on meanwhile shall get on */
	while (!__atomic_load_n(&watch->stop, __ATOMIC_ACQUIRE)) {
		r = watch->rounds % 4 ? attempt_mmap_exec(banned) : attempt_exec(banned);
		if (r != -EPERM && !watch->banned_ran++)
			watch->first = r;
		r = watch->rounds % 4 ? attempt_mmap_exec(harmless) : attempt_exec(harmless);
		if (r != (watch->rounds % 4 ? 0 : status) && !watch->harmless_failed++)
			watch->first = r;
		__atomic_add_fetch(&watch->rounds, 1, __ATOMIC_RELEASE);
		poll(NULL, 0, 1); /* all processors of a guest are one of the machine's */
	}
	_exit(0);
}

/* Until it went round @rounds times more. */
static inline void guest_watch_rounds(struct guest_watch *watch, int rounds)
{
	int end = __atomic_load_n(&watch->rounds, __ATOMIC_ACQUIRE) + rounds;

	while (__atomic_load_n(&watch->rounds, __ATOMIC_ACQUIRE) < end)
		sched_yield();
}

static inline void guest_watch_end(struct guest_watch *watch)
{
	__atomic_store_n(&watch->stop, true, __ATOMIC_RELEASE);
	EXPECT_EQ(0, attempt_status(watch->pid));
	EXPECT_LT(0, watch->rounds);
	EXPECT_EQ(0, watch->banned_ran)
	{
		TH_LOG("the first time: %d", watch->first);
	}
	EXPECT_EQ(0, watch->harmless_failed)
	{
		TH_LOG("the first time: %d", watch->first);
	}
	printf("tried %d times\n", watch->rounds);
	munmap(watch, sizeof(*watch));
}

#endif
