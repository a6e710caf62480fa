// SPDX-License-Identifier: GPL-2.0-or-later
/* The test harness must not take a failure for a pass: it is run on samples that go wrong in every way. */
#include "tests/harness.h"

#include <fcntl.h>
#include <sys/resource.h>

/* The samples, run only by the tests below. */
TEST(sample_pass)
{
	ASSERT_EQ(1, 1);
	ASSERT_LT(-1, 0u);
	ASSERT_LE((uint8_t)200, 200ULL);
	ASSERT_GT(SIZE_MAX, -1L);
	ASSERT_GE('b', 'a');
	ASSERT_NE(-1, UINTMAX_MAX);
	ASSERT_TRUE("pointer");
	ASSERT_FALSE(0);
	ASSERT_NULL(NULL);
	ASSERT_NOT_NULL("pointer");
	ASSERT_STREQ("x", "x");
	ASSERT_MEMEQ("x\0y", "x\0y", 3);
	if (true)
		EXPECT_EQ(2, 2);
	else
		EXPECT_EQ(2, 3);
}

TEST(sample_assert)
{
	int seen = -13;

	ASSERT_EQ(0, seen)
	{
		TH_LOG("the block of a failed check");
	}
	TH_LOG("not reached");
}

TEST(sample_expect)
{
	EXPECT_STREQ("a", "b\nc");
	EXPECT_MEMEQ("ab", "ac", 2);
	TH_LOG("reached");
}

TEST(sample_crash)
{
	signal(SIGSEGV, SIG_DFL); /* a sanitizer may have taken it */
	raise(SIGSEGV);
}

TEST(sample_status)
{
	_exit(3);
}

TEST(sample_early_exit)
{
	exit(0);
}

TEST(sample_child)
{
	if (!fork())
		ASSERT_TRUE(false);
	wait(NULL);
}

TEST(sample_output)
{
	printf("ok 7 forged\nno newline");
}

TEST_TIMEOUT(sample_timeout, 1)
{
	fork();
	pause();
}

TEST(sample_skip)
{
	SKIP("no %s here", "sample");
}

FIXTURE(sample_fixture)
{
	int value;
};

FIXTURE_VARIANT(sample_fixture)
{
	int value;
};

FIXTURE_VARIANT_ADD(sample_fixture, one){
	.value = 1,
};

FIXTURE_VARIANT_ADD(sample_fixture, two){
	.value = 2,
};

FIXTURE_SETUP(sample_fixture)
{
	self->value = variant->value;
}

FIXTURE_TEARDOWN(sample_fixture)
{
	TH_LOG("teardown of %d", self->value);
}

TEST_F(sample_fixture, is_one)
{
	ASSERT_EQ(1, self->value);
}

FIXTURE(sample_broken)
{
	int unused;
};

FIXTURE_SETUP(sample_broken)
{
	ASSERT_TRUE(false);
}

FIXTURE_TEARDOWN(sample_broken)
{
	TH_LOG("teardown without setup");
}

TEST_F(sample_broken, setup_fails)
{
	TH_LOG("test without setup");
}

/* What the harness makes of them. */
FIXTURE(harness)
{
	char output[4096];
	int held; /* end of file here once every process of the sample is gone */
};

FIXTURE_SETUP(harness)
{
	self->held = -1;
}

/* Runs this program on the samples of that name; returns its exit status. */
static int sample(struct harness_self *self, char *name)
{
	int out[2], held[2], status;
	size_t size = 0;
	ssize_t n;
	pid_t pid;

	ASSERT_EQ(0, pipe2(out, O_CLOEXEC));
	ASSERT_EQ(0, pipe(held));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){0});
		setenv("HARNESS_SAMPLES", "1", true);
		dup2(out[1], STDOUT_FILENO);
		close(held[0]);
		execv("/proc/self/exe", (char *[]){"harness_test", name, NULL});
		_exit(127);
	}
	close(out[1]);
	close(held[1]);
	self->held = held[0];
	while ((n = read(out[0], self->output + size, sizeof(self->output) - 1 - size)) > 0)
		size += (size_t)n;
	self->output[size] = '\0';
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_TRUE(WIFEXITED(status));
	printf("%s", self->output);
	return WEXITSTATUS(status);
}

#define EXPECT_PRINTED(text) EXPECT_NOT_NULL(strstr(self->output, text))
#define EXPECT_NOT_PRINTED(text) EXPECT_NULL(strstr(self->output, text))

TEST_F(harness, passes)
{
	EXPECT_EQ(0, sample(self, "sample_pass"));
	EXPECT_STREQ("KTAP version 1\n1..1\nok 1 sample_pass\n# 1 passed, 0 failed, 0 skipped\n",
		     self->output);
}

TEST_F(harness, fails_by_assert)
{
	EXPECT_EQ(1, sample(self, "sample_assert"));
	EXPECT_PRINTED("\nnot ok 1 sample_assert # " __FILE__ ":");
	EXPECT_PRINTED(": expected 0 == seen (-13)\n");
	EXPECT_PRINTED("the block of a failed check\n");
	EXPECT_NOT_PRINTED("not reached");
}

TEST_F(harness, fails_by_expect)
{
	EXPECT_EQ(1, sample(self, "sample_expect"));
	EXPECT_PRINTED("\nnot ok 1 sample_expect # " __FILE__ ":");
	EXPECT_PRINTED(": expected \"a\", seen \"b c\"\n");
	EXPECT_PRINTED("byte 1 of 2: expected 0x62, seen 0x63\n");
	EXPECT_PRINTED(": reached\n");
}

TEST_F(harness, fails_by_crash)
{
	EXPECT_EQ(1, sample(self, "sample_crash"));
	EXPECT_PRINTED("\nnot ok 1 sample_crash # " __FILE__ ":");
	EXPECT_PRINTED(": killed by signal 11 ");
}

TEST_F(harness, fails_by_status)
{
	EXPECT_EQ(1, sample(self, "sample_status"));
	EXPECT_PRINTED(": exited with status 3\n");
}

TEST_F(harness, fails_by_early_exit)
{
	EXPECT_EQ(1, sample(self, "sample_early_exit"));
	EXPECT_PRINTED("\nnot ok 1 sample_early_exit # ");
	EXPECT_PRINTED(": exited before its end\n");
}

TEST_F(harness, fails_by_child)
{
	EXPECT_EQ(1, sample(self, "sample_child"));
	EXPECT_PRINTED("\nnot ok 1 sample_child # ");
}

TEST_F(harness, fails_by_timeout)
{
	char c;

	EXPECT_EQ(1, sample(self, "sample_timeout"));
	EXPECT_PRINTED("\nnot ok 1 sample_timeout # ");
	EXPECT_PRINTED(": timed out after 1 s\n");
	/* Its child is gone too, or this would wait. */
	EXPECT_EQ(0, read(self->held, &c, 1));
}

TEST_F(harness, fails_by_setup)
{
	EXPECT_EQ(1, sample(self, "sample_broken"));
	EXPECT_PRINTED("\nnot ok 1 sample_broken.setup_fails # ");
	EXPECT_NOT_PRINTED("without setup");
}

TEST_F(harness, keeps_output_apart)
{
	EXPECT_EQ(0, sample(self, "sample_output"));
	EXPECT_STREQ("KTAP version 1\n1..1\n# ok 7 forged\n# no newline\nok 1 sample_output\n"
		     "# 1 passed, 0 failed, 0 skipped\n",
		     self->output);
}

TEST_F(harness, skips)
{
	EXPECT_EQ(4, sample(self, "sample_skip"));
	EXPECT_PRINTED("\nok 1 sample_skip # SKIP no sample here\n");
}

TEST_F(harness, runs_variants)
{
	EXPECT_EQ(1, sample(self, "sample_fixture"));
	EXPECT_PRINTED("\n1..2\n");
	EXPECT_PRINTED("\nok 1 sample_fixture.one.is_one\n");
	EXPECT_PRINTED("\nnot ok 2 sample_fixture.two.is_one # ");
	EXPECT_PRINTED("teardown of 1\n");
	EXPECT_PRINTED("teardown of 2\n");
}

TEST_F(harness, refuses_unknown_name)
{
	EXPECT_EQ(1, sample(self, "no such name"));
	EXPECT_STREQ("", self->output);
}

int main(int argc, char **argv)
{
	if (getenv("HARNESS_SAMPLES") || argc > 1)
		return th_main(argc, argv);
	return th_main(2, (char *[]){argv[0], "harness.", NULL});
}
