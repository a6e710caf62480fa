/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every fault is evaluated by: a banned file is refused and its harmless twin runs before, during and
 * after it, what is run ends in time, and of what happened each is told or counted as lost, once.
 */
#ifndef EMBARGO_TESTS_GUEST_FAULT_H
#define EMBARGO_TESTS_GUEST_FAULT_H

#include "tests/guest/guest_event.h"
#include "tests/guest/guest_place.h"

#define FAULT_PATIENCE_MS GUEST_PATIENCE_MS
#define FAULT_SAID "/run/daemon.said"

struct fault {
	struct guest_place place;
	const char *banned, *harmless;
	pid_t daemon;
	int log;
	uint64_t begin;
	/* what the daemon told since it started */
	int messages;	    /* of one event each */
	long long repeated; /* events in messages of several */
	long long lost;	    /* in messages of loss */
};

/* Called by each FIXTURE_SETUP. */
static inline void fault_begin(struct fault *fault)
{
	*fault = (struct fault){.log = -1};
	guest_place_make(&fault->place, GUEST_EXT4);
	fault->begin = guest_clock_ns(CLOCK_BOOTTIME); /* not the load that may be the first */
	fault->banned = strdup(PATH_OF("%s/banned", fault->place.dir));
	fault->harmless = strdup(PATH_OF("%s/harmless", fault->place.dir));
	guest_put_elf(fault->banned, BANNED, 0);
	guest_put_elf(fault->harmless, HARMLESS, 0);
	EXPECT_EQ(BANNED, attempt_exec(fault->banned));
	guest_ban(fault->banned);
	guest_events_clear();
	unlink("/dev/log");
}

static inline void fault_end(struct fault *fault)
{
	printf("took %llu ms\n",
	       (unsigned long long)(guest_clock_ns(CLOCK_BOOTTIME) - fault->begin) / 1000000);
	if (fault->daemon)
		guest_end(fault->daemon, SIGKILL);
	if (fault->log >= 0)
		guest_syslog_close(fault->log);
	guest_lift();
	EXPECT_EQ(BANNED, attempt_exec(fault->banned));
	guest_events_clear();
	guest_place_remove(&fault->place);
}

/* What is banned is refused, by two hooks, and its twin runs. */
#define FAULT_VERDICTS_PER_CHECK 2

static inline void fault_check_verdicts(struct fault *fault)
{
	EXPECT_EQ(-EPERM, attempt_exec(fault->banned));
	EXPECT_EQ(-EPERM, attempt_mmap_exec(fault->banned));
	EXPECT_EQ(HARMLESS, attempt_exec(fault->harmless));
}

/* All that was ever refused. */
static inline long long fault_refused(void)
{
	return guest_number("verdicts.exec.denied") + guest_number("verdicts.mmap.denied");
}

/* @config: NULL: its own */
static inline void fault_daemon_start_by(struct fault *fault, const char *config)
{
	const char *const run[] = {"embargo", "run", config ? "--config" : NULL, config, NULL};
	int said = open(FAULT_SAID, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);

	ASSERT_LE(0, said);
	fault->daemon = guest_spawn(run, said, said);
	close(said);
}

static inline void fault_daemon_start(struct fault *fault, const char *settings)
{
	guest_put_text("/run/test.conf", PATH_OF("%s\n", settings));
	fault_daemon_start_by(fault, "/run/test.conf");
}

/* It ends as it should, when it is told to. */
static inline void fault_daemon_end(struct fault *fault)
{
	EXPECT_EQ(0, guest_end(fault->daemon, SIGTERM));
	fault->daemon = 0;
}

/* What the daemon said of itself, to be freed. */
static inline char *fault_said(void)
{
	int fd = open(FAULT_SAID, O_RDONLY | O_CLOEXEC);
	char *text;

	ASSERT_LE(0, fd);
	text = guest_slurp(fd);
	close(fd);
	return text;
}

/* Until @holds, or for too long: then @what is what did not come. */
#define FAULT_WAIT(what, holds)                                                                              \
	do {                                                                                                 \
		uint64_t until = guest_clock_ns(CLOCK_BOOTTIME) + FAULT_PATIENCE_MS * 1000000ULL;            \
		while (!(holds) && guest_clock_ns(CLOCK_BOOTTIME) < until)                                   \
			poll(NULL, 0, 5);                                                                    \
		EXPECT_TRUE(holds)                                                                           \
		{                                                                                            \
			TH_LOG("%s: not in %d ms", what, FAULT_PATIENCE_MS);                                 \
		}                                                                                            \
	} while (0)

static inline bool fault_was_said(const char *words)
{
	char *said = fault_said();
	bool found = strstr(said, words);

	free(said);
	return found;
}

/* Its exit status; what hangs is ended, and has failed. *@ret_output: to be freed. */
#define FAULT_RUN(ret_output, ...) fault_run(ret_output, (const char *const[]){__VA_ARGS__, NULL})

static inline int fault_run(char **ret_output, const char *const argv[])
{
	int output = memfd_create("output", MFD_CLOEXEC), watch, status;
	pid_t pid = guest_spawn(argv, output, output);
	bool ended;

	watch = syscall(SYS_pidfd_open, pid, 0);
	ASSERT_LE(0, watch);
	ended = guest_readable(watch, FAULT_PATIENCE_MS);
	EXPECT_TRUE(ended)
	{
		TH_LOG("%s %s hangs", argv[0], argv[1] ?: "");
	}
	if (!ended)
		kill(pid, SIGKILL);
	status = attempt_status(pid);
	close(watch);
	*ret_output = guest_slurp(output);
	close(output);
	return status;
}

/* embargo must do it, in time. */
#define FAULT_EMBARGO(...)                                                                                   \
	do {                                                                                                 \
		char *printed = NULL;                                                                        \
		EXPECT_EQ(0, FAULT_RUN(&printed, "embargo", __VA_ARGS__))                                    \
		{                                                                                            \
			TH_LOG("embargo %s: %s", #__VA_ARGS__, printed);                                     \
		}                                                                                            \
		free(printed);                                                                               \
	} while (0)

/* The number that stands behind @key in @message; 0: it is not there. */
static inline long long fault_number_in(const char *message, const char *key)
{
	const char *at = strstr(message, key);

	return at ? atoll(at + strlen(key)) : 0;
}

/* A sample of the daemon's metrics by its name and labels; -1: there is none. */
static inline long long fault_metric(const char *name)
{
	const char *text = guest_metrics(), *at = strstr(text, PATH_OF("\n%s ", name));

	return at ? atoll(at + strlen(name) + 2) : -1;
}

/* Is it word of who loaded a policy or changed the mode, and no event? */
static inline bool fault_is_change(const char *message)
{
	return strstr(message, " loaded [") || strstr(message, " load-failed [") ||
	       strstr(message, " unloaded [") || strstr(message, " mode [");
}

/* Take what came to syslog until @events of them are accounted for, each once: told, repeated or lost. */
static inline void fault_account(struct fault *fault, long long events)
{
	char *message;

	while (fault->messages + fault->repeated + fault->lost < events) {
		message = guest_syslog_next(fault->log, FAULT_PATIENCE_MS);
		ASSERT_NOT_NULL(message)
		{
			TH_LOG("of %lld events %d were told, %lld as repeated, %lld as lost", events,
			       fault->messages, fault->repeated, fault->lost);
		}
		if (fault_is_change(message))
			; /* beside the events */
		else if (strstr(message, " lost=\""))
			fault->lost += fault_number_in(message, " lost=\"");
		else if (strstr(message, " repeated=\""))
			fault->repeated += fault_number_in(message, " repeated=\"");
		else
			fault->messages++;
		free(message);
	}
	EXPECT_EQ(events, fault->messages + fault->repeated + fault->lost);
}

#endif
