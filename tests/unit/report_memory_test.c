// SPDX-License-Identifier: GPL-2.0-or-later
/* Ten times the lines of the same hosts take no more memory: 2,000 hosts, in a process of its own. */
#include "tests/harness.h"

#include <sys/resource.h>

#include "report_lines.h"

#define HOSTS 2000
#define SLACK 16384 /* KiB: the rows of one host, and what is kept of each rule; the lines are 40 MiB */

static void lines_put(FILE *out, int each)
{
	int host, i;

	for (host = 0; host < HOSTS; host++) {
		fprintf(out,
			"{\"type\":\"scan\",\"host\":\"host%d\",\"time\":\"2026-09-01T00:00:00Z\",\"mode\":"
			"\"audit\","
			"\"paths\":[\"/\"]}\n",
			host);
		for (i = 0; i < each; i++)
			fprintf(out,
				"{\"type\":\"finding\",\"kind\":\"file\",\"verdict\":\"denied\",\"path\":\"/"
				"home/%d/%d\","
				"\"rule_name\":\"Agent %d.1\",\"rule_kind\":\"hash\",\"sha256\":\"%064d\"}\n",
				host, i, i % 7, i % 50);
		for (i = 0; i < each; i++)
			fprintf(out,
				"{\"time\":\"2026-09-%02dT10:00:00Z\",\"time_ns\":%d,\"boot_id\":\"%d\","
				"\"verdict\":\"denied\","
				"\"hook\":\"exec\",\"path\":\"/home/%d\",\"rule_name\":\"Agent\"}\n",
				i % 28 + 1, i, host, i % 3);
		fprintf(out, "{\"type\":\"summary\",\"findings\":%d,\"complete\":true}\n", each);
	}
}

/* Peak in KiB, of reading a pipe and writing everything. */
static long report_peak(int each)
{
	struct embargo_report_outputs outputs = {.csv = fopen("/dev/null", "w"),
						 .json = fopen("/dev/null", "w")};
	struct embargo_report *report = NULL;
	struct rusage usage;
	int ends[2], status;
	pid_t child, writer;
	char *why = NULL;

	fflush(NULL);
	child = fork();
	if (child) {
		ASSERT_EQ(child, wait4(child, &status, 0, &usage));
		ASSERT_EQ(0, status);
		return usage.ru_maxrss;
	}
	ASSERT_EQ(0, pipe(ends));
	writer = fork();
	if (!writer) {
		FILE *out = fdopen(ends[1], "w");

		close(ends[0]);
		lines_put(out, each);
		_exit(fclose(out) != 0);
	}
	close(ends[1]);
	ASSERT_EQ(0, dup2(ends[0], 0));
	ASSERT_EQ(0, embargo_report_new(&report));
	report->title = "test";
	ASSERT_EQ(0, embargo_report_read(report, "-", &why));
	ASSERT_EQ(0, embargo_report_sum(report));
	EXPECT_EQ(HOSTS, report->totals.hosts);
	EXPECT_EQ(0, report->bad_count);
	EXPECT_EQ((uint64_t)HOSTS * each, report->totals.findings);
	EXPECT_EQ((uint64_t)HOSTS * each, report->totals.denied);
	EXPECT_EQ(0, embargo_report_write(report, &outputs));
	EXPECT_EQ(0, embargo_report_html(report, NULL, outputs.csv));
	embargo_report_free(report);
	ASSERT_EQ(writer, waitpid(writer, &status, 0));
	_exit(th_result->failed);
}

TEST_TIMEOUT(many_lines_of_many_hosts, 120)
{
	long few = report_peak(4), many = report_peak(40);

	TH_LOG("%d lines: %ld KiB; %d lines: %ld KiB", HOSTS * 10, few, HOSTS * 82, many);
	EXPECT_LE(many, few + SLACK);
	EXPECT_LE(few, 32 << 10);
}

/* One whole line is what a line may take, however long it is. */
TEST(endless_line)
{
	struct embargo_report *report = report_begin();
	int ends[2], status;
	char *why = NULL;
	pid_t writer;

	ASSERT_EQ(0, pipe(ends));
	fflush(NULL);
	writer = fork();
	if (!writer) {
		static char block[1 << 16];
		int i;

		close(ends[0]);
		memset(block, '{', sizeof(block));
		for (i = 0; i < 1024; i++)
			if (write(ends[1], block, sizeof(block)) != sizeof(block))
				_exit(1);
		_exit(write(ends[1], "\n{}\n", 4) != 4);
	}
	close(ends[1]);
	ASSERT_EQ(0, dup2(ends[0], 0));
	EXPECT_EQ(0, embargo_report_read(report, "-", &why));
	EXPECT_EQ(2, report->bad_count);
	EXPECT_HAS(report->bad[0], "standard input:1: a line of more than 256 KiB");
	EXPECT_HAS(report->bad[1], "standard input:2: ");
	ASSERT_EQ(writer, waitpid(writer, &status, 0));
	embargo_report_free(report);
}

TEST_HARNESS_MAIN
