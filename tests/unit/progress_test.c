// SPDX-License-Identifier: GPL-2.0-or-later
/* How far something has come, as a terminal shows it; and that nothing but a terminal gets to see it. */
#include "tests/harness.h"

#include <fcntl.h>
#include <pty.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "userspace/check/policies.h"
#include "userspace/base/progress.h"

#define LINES 9000 /* the reader tells of each 4096 */

static char text[65536];

/* What @step writes to a terminal, or to a pipe that is its stderr. */
static const char *seen(void (*step)(void), bool terminal)
{
	size_t size = 0;
	ssize_t got;
	int fd, ends[2], status;
	pid_t pid;

	if (terminal) {
		pid = forkpty(&fd, NULL, NULL, NULL);
	} else {
		ASSERT_EQ(0, pipe(ends));
		fd = ends[0];
		pid = fork();
	}
	if (!pid) {
		if (!terminal)
			dup2(ends[1], STDERR_FILENO);
		step();
		_exit(0);
	}
	if (!terminal)
		close(ends[1]);
	/* A terminal that is gone is EIO, not an end. */
	while ((got = read(fd, text + size, sizeof(text) - 1 - size)) > 0)
		size += got;
	text[size] = '\0';
	close(fd);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	return text;
}

static void show_half(void)
{
	struct embargo_bar bar;

	embargo_bar_begin(&bar, "thing");
	bar.begun -= 10; /* as if it had begun ten seconds ago */
	embargo_bar_show(&bar, 50000000, 100000000);
	embargo_bar_show(&bar, 60000000, 100000000); /* too soon to draw again */
	embargo_bar_end(&bar);
}

TEST(shows_part_rate_and_time_left)
{
	EXPECT_STREQ("\rthing:  50 % of 100.0 MB, 5.0 MB/s, 10 s left\033[K\r\033[K", seen(show_half, true));
}

TEST(shows_nothing_where_is_no_terminal)
{
	EXPECT_STREQ("", seen(show_half, false));
}

static void show_first(void)
{
	struct embargo_bar bar;

	embargo_bar_begin(&bar, "thing");
	embargo_bar_show(&bar, 1, 0); /* of nobody knows how much */
	embargo_bar_show(&bar, 0, 100000000);
	embargo_bar_end(&bar);
}

TEST(guesses_no_time_at_first)
{
	EXPECT_STREQ("\rthing:   0 % of 100.0 MB\033[K\r\033[K", seen(show_first, true));
}

static void show_nothing(void)
{
	struct embargo_bar bar;

	embargo_bar_begin(&bar, "thing");
	embargo_bar_end(&bar);
}

TEST(takes_no_line_away_that_was_not_drawn)
{
	EXPECT_STREQ("", seen(show_nothing, true));
}

static char policy_path[] = "/tmp/progress.XXXXXX";

static void read_policy(void)
{
	char *const paths[] = {policy_path, NULL};
	struct embargo_policy *policy;

	if (embargo_policies_read(paths, 0, &policy))
		_exit(1);
	embargo_policy_free(policy);
}

TEST(tells_how_far_a_policy_is_read)
{
	FILE *out = fdopen(mkstemp(policy_path), "w");

	ASSERT_NOT_NULL(out);
	fputs("policy x\nversion 1\n", out);
	for (int i = 0; i < LINES; i++)
		fprintf(out, "ban hash sha256:%064x size=%d source=\"here\"\n", i, i);
	ASSERT_EQ(0, fclose(out));
	EXPECT_NOT_NULL(strstr(seen(read_policy, true), strrchr(policy_path, '/') + 1));
	EXPECT_NOT_NULL(strstr(text, " MB"));
	EXPECT_STREQ("\r\033[K", text + strlen(text) - 4);
	EXPECT_STREQ("", seen(read_policy, false));
	unlink(policy_path);
}

static void show_hosts(void)
{
	struct embargo_bar bar;

	embargo_bar_begin(&bar, "thing");
	bar.unit = "hosts";
	bar.begun -= 10;
	embargo_bar_show(&bar, 5000, 10000);
	embargo_bar_end(&bar);
}

TEST(counts_what_is_no_bytes)
{
	EXPECT_STREQ("\rthing:  50 % of 10000 hosts, 10 s left\033[K\r\033[K", seen(show_hosts, true));
}

/* `embargo @words`, of a file that it needs some time for; what it prints goes away. */
static char *words[8];

static void run_embargo(void)
{
	int away = open("/dev/null", O_WRONLY | O_CLOEXEC);

	dup2(away, STDOUT_FILENO);
	execv("build/embargo", words);
	_exit(1);
}

static void file_fill(char *path, const char *format, int lines, const char *end)
{
	FILE *out = fdopen(mkstemp(path), "w");

	ASSERT_NOT_NULL(out);
	for (int i = 0; i < lines; i++)
		fprintf(out, format, i);
	fputs(end, out);
	ASSERT_EQ(0, fclose(out));
}

TEST(tells_how_far_an_import_is)
{
	char path[] = "/tmp/progress.XXXXXX";

	file_fill(path, "%064x\n", LINES, "");
	memcpy(words, ((char *[]){"embargo", "policy", "import", "--name", "x", path, NULL}),
	       7 * sizeof(*words));
	EXPECT_NOT_NULL(strstr(seen(run_embargo, true), "\rimport:  "));
	EXPECT_NOT_NULL(strstr(text, "\r\033[K"));
	EXPECT_NULL(strstr(seen(run_embargo, false), "import:  "));
	unlink(path);
}

TEST(tells_how_far_a_report_is)
{
	char path[] = "/tmp/progress.XXXXXX";

	file_fill(
		path,
		"{\"type\":\"scan\",\"schema\":1,\"host\":\"h%d\",\"time\":\"2026-09-01T00:00:00Z\",\"mode\":"
		"\"audit\",\"paths\":[\"/\"]}\n",
		LINES, "{\"type\":\"summary\",\"complete\":true,\"findings\":0}\n");
	memcpy(words, ((char *[]){"embargo", "report", "--csv", "-", path, NULL}), 6 * sizeof(*words));
	EXPECT_NOT_NULL(strstr(seen(run_embargo, true), "\rreport: read:  "));
	EXPECT_NOT_NULL(strstr(text, "\rreport: written:  "));
	EXPECT_NOT_NULL(strstr(text, "% of 9000 hosts"));
	EXPECT_STREQ("", seen(run_embargo, false));
	unlink(path);
}

TEST_HARNESS_MAIN
