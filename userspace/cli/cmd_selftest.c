// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo selftest */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "userspace/cli/command.h"
#include "userspace/base/log.h"
#include "userspace/cli/selftest.h"

struct selftest {
	struct embargo_former former;
	struct embargo_dummy dummy;
	enum embargo_mode mode; /* while the ban is in force */
	uint64_t generation;	/* of the ban; 0: not in force */
	__u32 rule;
	struct embargo_ring *ring;
	struct embargo_event event;
	struct embargo_error error;
	bool failed;
};

__attribute__((format(printf, 3, 4))) static bool step(struct selftest *test, bool passed, const char *format,
						       ...)
{
	va_list values;

	printf("%-5s ", passed ? "ok" : "FAIL");
	va_start(values, format);
	vprintf(format, values);
	va_end(values);
	printf("\n");
	fflush(stdout);
	test->failed |= !passed;
	return passed && !embargo_interrupted();
}

static bool put_down(struct selftest *test)
{
	int r = embargo_former_keep(&test->former, &test->error);

	if (r)
		return step(test, false, "look at what is in force: %s", test->error.text);
	if (test->former.loaded)
		step(test, true, "in force: %s, generation %llu", embargo_mode_name(test->former.mode),
		     (unsigned long long)test->former.generation);
	else
		step(test, true, "nothing is loaded: a policy of one rule will be, for a moment");
	r = embargo_dummy_make(&test->dummy);
	if (r)
		return step(test, false, "put down a harmless program and run it: %s", strerror(-r));
	return step(test, true, "a harmless program runs: %s", test->dummy.path);
}

static bool ban(struct selftest *test)
{
	int r;

	r = embargo_former_ban(&test->former, &test->dummy, test->mode, &test->generation, &test->rule,
			       &test->error);
	if (r)
		return step(test, false, "ban it: %s", test->error.text);
	r = embargo_ring_open(false, &test->ring, &test->error);
	if (r)
		return step(test, false, "open the ring of events: %s", test->error.text);
	return step(test, true, "it is banned, generation %llu, %s", (unsigned long long)test->generation,
		    embargo_mode_name(test->mode));
}

static bool refused(struct selftest *test, pid_t *ret_pid)
{
	int r = embargo_dummy_run(&test->dummy, ret_pid);

	if (test->mode == EMBARGO_MODE_AUDIT)
		return step(test, !r, "audit mode: it still runs%s%s", r ? ": " : "", r ? strerror(-r) : "");
	return step(test, r == -EPERM, "the kernel refuses it: %s", r ? strerror(-r) : "it ran");
}

static bool logged(struct selftest *test, pid_t pid)
{
	unsigned int verdict = test->mode == EMBARGO_MODE_AUDIT ? EMBARGO_WOULD_DENY : EMBARGO_DENIED;
	const struct embargo_event *event = &test->event;
	int r;

	r = embargo_event_await(test->ring, test->generation, pid, &test->event);
	if (r)
		return step(test, false, "the event reaches the ring: %s", strerror(-r));
	if (!step(test, event->verdict == verdict && event->rule == test->rule,
		  "the event reached the ring: %s, rule %u", embargo_verdict_name(event->verdict),
		  event->rule))
		return false;
	r = embargo_delivery_await(event);
	if (r == -ENOENT) {
		printf("skip  syslog: embargo run is not running\n");
		return !embargo_interrupted();
	}
	return step(test, !r, "the daemon told syslog of it%s%s", r ? ": " : "", r ? strerror(-r) : "");
}

/* Whatever came before, and after signals too. */
static void restore(struct selftest *test)
{
	int r = 0;

	if (test->generation) {
		r = embargo_former_restore(&test->former, test->generation, &test->error);
		if (r)
			step(test, false, "put back what was in force: %s", test->error.text);
		else
			step(test, true, "what was in force is back: %s",
			     test->former.loaded ? embargo_mode_name(test->former.mode) : "nothing");
	}
	if (test->generation && !r) {
		r = embargo_dummy_run(&test->dummy, NULL);
		step(test, !r, "the program runs again%s%s", r ? ": " : "", r ? strerror(-r) : "");
	}
	embargo_dummy_remove(&test->dummy);
	embargo_ring_close(test->ring);
	embargo_former_clear(&test->former);
}

static enum embargo_exit selftest_run(const struct embargo_arguments *arguments)
{
	struct selftest test = {0};
	pid_t pid = 0;

	embargo_interruptible();
	if (put_down(&test)) {
		/* With nothing loaded nothing else can be refused, so the refusal itself is tried. */
		test.mode = test.former.loaded && !embargo_given(arguments, "enforce") ? test.former.mode
										       : EMBARGO_MODE_ENFORCE;
		(void)(ban(&test) && refused(&test, &pid) && logged(&test, pid));
	}
	restore(&test);
	if (embargo_interrupted())
		embargo_log_error("interrupted; what was in force is back");
	return test.failed || embargo_interrupted() ? EMBARGO_EXIT_FAILED : EMBARGO_EXIT_DONE;
}

static const struct embargo_option options[] = {
	{.name = "enforce", .help = "enforce while the test lasts, though the mode is audit"},
	{0},
};

const struct embargo_command embargo_cmd_selftest = {
	.name = "selftest",
	.usage = "[--enforce]",
	.summary = "Prove that the kernel refuses a banned program and that the log hears of it.",
	.details =
		"Puts down a harmless program, publishes the policy in force and a ban of that program,\n"
		"runs it, and puts back what was in force. In audit mode it proves that the denial is\n"
		"logged as \"would have denied\". With --enforce the whole policy is enforced meanwhile.\n",
	.options = options,
	.root = true,
	.run = selftest_run,
};
