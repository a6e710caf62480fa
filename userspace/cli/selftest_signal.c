// SPDX-License-Identifier: GPL-2.0-or-later
/* Signals end a selftest, but not before what was in force is back. */
#include <signal.h>

#include "userspace/cli/selftest.h"

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
	(void)number;
	interrupted = 1;
}

void embargo_interruptible(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	action.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &action, NULL);
}

bool embargo_interrupted(void)
{
	return interrupted;
}
