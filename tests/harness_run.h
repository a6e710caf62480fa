/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The second half of harness.h, which includes it: runs the tests and prints KTAP. */
#ifndef EMBARGO_TESTS_HARNESS_RUN_H
#define EMBARGO_TESTS_HARNESS_RUN_H

/* False if an assertion ended it. */
static inline bool th_step(void (*step)(void *self, const void *variant), void *self, const void *variant)
{
	if (sigsetjmp(th_end, 1))
		return false;
	if (step)
		step(self, variant);
	return true;
}

/* In the test's own process. */
static inline __attribute__((noreturn)) void th_child(const struct th_test *test,
						      const struct th_variant *variant)
{
	static const struct th_fixture none;
	const struct th_fixture *fixture = test->fixture ? test->fixture : &none;
	const void *data = variant ? variant->data : NULL;
	void *self = calloc(1, fixture->size + 1);

	th_pid = getpid();
	if (th_step(fixture->setup, self, data)) {
		th_step(test->run, self, data);
		th_step(fixture->teardown, self, data);
	}
	free(self);
	th_result->finished = true;
	fflush(NULL);
	_exit(th_result->failed);
}

/* Passes on what the test printed, as diagnostics. False at its end. */
static inline bool th_relay(int fd, bool *at_start)
{
	char buf[4096];
	ssize_t n = read(fd, buf, sizeof(buf));

	for (ssize_t i = 0; i < n; i++) {
		if (*at_start)
			fputs("# ", stdout);
		if (buf[i] != '\r')
			putchar(buf[i]);
		*at_start = buf[i] == '\n';
	}
	fflush(stdout);
	return n > 0;
}

static inline int64_t th_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* Waits for the test's process, relays its output; false if it took too long. Its whole group is gone
 * afterwards. */
static inline bool th_wait(pid_t pid, int output, int seconds, int *ret_status)
{
	int64_t end = th_now_ms() + seconds * 1000LL;
	struct pollfd fds[] = {
		{.fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN},
		{.fd = output, .events = POLLIN},
	};
	bool in_time = true, at_start = true;

	if (fds[0].fd < 0)
		perror("# pidfd_open"), exit(1);
	while (!fds[0].revents) {
		int64_t left = end - th_now_ms();

		if (left <= 0 || !poll(fds, 2, (int)left)) {
			in_time = false;
			break;
		}
		if (fds[1].revents && !th_relay(output, &at_start))
			fds[1].fd = -1;
	}
	kill(-pid, SIGKILL);
	while (waitpid(pid, ret_status, 0) < 0 && errno == EINTR)
		;
	/* What is left in the pipe; a process that left the group may hold it open for ever. */
	fds[1].fd = output;
	while (poll(&fds[1], 1, 0) > 0 && th_relay(output, &at_start))
		;
	if (!at_start)
		putchar('\n');
	close(fds[0].fd);
	return in_time;
}

/* Runs one test and prints its line. */
static inline void th_run(const struct th_test *test, const struct th_variant *variant, const char *name,
			  int number)
{
	int out[2], status = 0;
	bool in_time;
	pid_t pid;

	memset(th_result, 0, sizeof(*th_result));
	fflush(NULL);
	if (pipe(out) || (pid = fork()) < 0)
		perror("# cannot start a test"), exit(1);
	if (!pid) {
		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(out[1], STDOUT_FILENO);
		dup2(out[1], STDERR_FILENO);
		close(out[0]);
		close(out[1]);
		setvbuf(stdout, NULL, _IOLBF, 0);
		th_child(test, variant);
	}
	setpgid(pid, pid);
	close(out[1]);
	in_time = th_wait(pid, out[0], test->seconds, &status);
	close(out[0]);

	/* The first failed check says most; without one, say how the process ended. */
	if (th_result->failed)
		;
	else if (!in_time)
		th_fail(test->place, "timed out after %d s", test->seconds);
	else if (WIFSIGNALED(status))
		th_fail(test->place, "killed by signal %d (%s)", WTERMSIG(status),
			strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status))
		th_fail(test->place, "exited with status %d", WEXITSTATUS(status));
	else if (!th_result->finished)
		th_fail(test->place, "exited before its end");

	if (th_result->failed)
		printf("not ok %d %s # %s\n", number, name, th_result->why);
	else if (th_result->skipped)
		printf("ok %d %s # SKIP %s\n", number, name, th_result->why);
	else
		printf("ok %d %s\n", number, name);
	fflush(stdout);
}

/* A test is selected if a word is part of its name, or if there are no words. */
static inline bool th_selected(const char *name, char **words)
{
	bool selected = !*words;

	for (; *words && !selected; words++)
		selected = strstr(name, *words);
	return selected;
}

/* Goes through the selected tests: counts them, names them or runs them. */
static inline int th_each(char **words, bool list, bool run, int counts[3])
{
	static const struct th_variant none;
	int n = 0;

	for (const struct th_test *t = th_tests; t; t = t->next) {
		const struct th_variant *v =
			t->fixture && t->fixture->variants ? t->fixture->variants : &none;

		for (; v; v = v->next) {
			char name[256];

			snprintf(name, sizeof(name), "%s%s%s%s%s", t->fixture ? t->fixture->name : "",
				 t->fixture ? "." : "", v->name ? v->name : "", v->name ? "." : "", t->name);
			if (!th_selected(name, words))
				continue;
			n++;
			if (list)
				puts(name);
			if (!run)
				continue;
			th_run(t, v->name ? v : NULL, name, n);
			counts[th_result->failed ? 1 : th_result->skipped ? 2 : 0]++;
		}
	}
	return n;
}

static inline int th_main(int argc, char **argv)
{
	int counts[3] = {0}; /* passed, failed, skipped */
	bool list = argc > 1 && !strcmp(argv[1], "--list");
	char **words = argv + !!argc + list;
	int n;

	if (!list && argc > 1 && argv[1][0] == '-') {
		fprintf(stderr, "usage: %s [--list] [PART OF A TEST'S NAME]…\n", argv[0]);
		return 2;
	}
	th_result = mmap(NULL, sizeof(*th_result), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (th_result == MAP_FAILED)
		perror("mmap"), exit(1);
	n = th_each(words, list, false, counts);
	if (list)
		return 0;
	if (!n) {
		fprintf(stderr, "%s: no such test\n", argv[0]);
		return 1;
	}
	printf("KTAP version 1\n1..%d\n", n);
	th_each(words, false, true, counts);
	printf("# %d passed, %d failed, %d skipped\n", counts[0], counts[1], counts[2]);
	return counts[1] ? 1 : counts[0] ? 0 : 4;
}

#endif
