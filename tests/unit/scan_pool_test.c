// SPDX-License-Identifier: GPL-2.0-or-later
/* The pool of readers: evaluates that crash, hang, lie and run out, and what becomes of the other files. */
#include "tests/harness.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "userspace/scan/pool.h"

#define FILES_MAX 2000

/* What came of each file, by the number that its path is. */
struct outcome {
	unsigned int answers, members, failures;
	char why[128];
};

FIXTURE(pool)
{
	struct embargo_scan_pool *pool;
	struct outcome outcomes[FILES_MAX];
	int fd;
	int added;
};

/* Does to a file what its path says: "N", or "N crash", … */
static void evaluate(void *context, const struct embargo_scan_job *job, int fd,
		     struct embargo_scan_answers *answers, struct embargo_scan_reply *reply)
{
	struct embargo_scan_reply member = {.rule = EMBARGO_NO_RULE};
	const char *what = strchr(job->path, ' ');
	static char bytes[16];
	int i;

	(void)context;
	what = what ? what + 1 : "";
	if (pread(fd, bytes, 4, 0) != 4 || memcmp(bytes,
						  "\x7f"
						  "ELF",
						  4))
		abort();
	if (!strncmp(what, "members", 7)) {
		member.texts[EMBARGO_SCAN_MEMBER_PATH] = "inside";
		for (i = 0; i < 1500; i++)
			if (embargo_scan_member(answers, &member))
				abort();
	}
	if (strstr(what, "crash"))
		__builtin_trap();
	if (!strcmp(what, "exit"))
		_exit(7);
	if (!strcmp(what, "hang"))
		for (;;)
			__asm__ volatile("");
	if (!strcmp(what, "socket"))
		(void)socket(AF_INET, SOCK_STREAM, 0);
	if (!strcmp(what, "nonsense"))
		reply->verdict = 200;
	if (!strcmp(what, "again"))
		reply->again = true;
	reply->hashed = 1;
	reply->texts[EMBARGO_SCAN_GROUND] = job->path;
}

static void answer(void *context, struct embargo_scan_task *task, const struct embargo_scan_reply *reply)
{
	struct outcome *outcome = (struct outcome *)context + atoi(task->path);

	if (reply->type == EMBARGO_SCAN_MEMBER) {
		outcome->members++;
		return;
	}
	outcome->answers++;
	if (strlen(task->path) < 100 && strcmp(reply->texts[EMBARGO_SCAN_GROUND] ?: "", task->path))
		EXPECT_TRUE(!"an answer to another file");
}

static void failed(void *context, struct embargo_scan_task *task, const char *why)
{
	struct outcome *outcome = (struct outcome *)context + atoi(task->path);

	outcome->failures++;
	snprintf(outcome->why, sizeof(outcome->why), "%s", why);
}

static void start(struct pool_self *self, embargo_scan_evaluate_fn evaluate_fn, unsigned int workers)
{
	const struct embargo_scan_pool_settings settings = {
		.workers = workers,
		.seconds = 1,
		.rules = 5,
		.evaluate = evaluate_fn,
		.answer = answer,
		.failed = failed,
		.context = self->outcomes,
	};

	ASSERT_EQ(0, embargo_scan_pool_new(&settings, &self->pool));
}

FIXTURE_SETUP(pool)
{
	self->fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(pool)
{
	embargo_scan_pool_free(self->pool);
	close(self->fd);
}

static void add(struct pool_self *self, const char *what)
{
	struct embargo_scan_task task = {.fd = dup(self->fd)};

	ASSERT_LT(0, asprintf(&task.path, "%d%s%s", self->added++, *what ? " " : "", what));
	ASSERT_EQ(0, embargo_scan_pool_add(self->pool, &task));
}

/* Each of the first @count was answered or failed, once. */
static void expect_all(struct pool_self *self, int failures)
{
	int i, seen = 0;

	for (i = 0; i < self->added; i++) {
		EXPECT_EQ(1, self->outcomes[i].answers + self->outcomes[i].failures)
		{
			TH_LOG("file %d: %s", i, self->outcomes[i].why);
		}
		seen += self->outcomes[i].failures;
	}
	EXPECT_EQ(failures, seen);
}

TEST_F(pool, answers_every_file_once)
{
	int i;

	start(self, evaluate, 2);
	for (i = 0; i < FILES_MAX; i++)
		add(self, "");
	ASSERT_EQ(0, embargo_scan_pool_finish(self->pool));
	expect_all(self, 0);
}

/* Among many files, the one that did it is named, and all others are answered. */
static void expect_named(struct pool_self *self, const char *what, const char *why)
{
	int i;

	start(self, evaluate, 2);
	for (i = 0; i < 300; i++)
		add(self, i == 137 ? what : "");
	ASSERT_EQ(0, embargo_scan_pool_finish(self->pool));
	expect_all(self, 1);
	EXPECT_EQ(1, self->outcomes[137].failures);
	EXPECT_TRUE(!strncmp(why, self->outcomes[137].why, strlen(why)))
	{
		TH_LOG("%s", self->outcomes[137].why);
	}
}

TEST_F(pool, names_the_file_of_a_crash)
{
	expect_named(self, "crash", "could not be read: the reader died of signal ");
}

TEST_F(pool, names_the_file_of_a_forbidden_call)
{
	expect_named(self, "socket", "could not be read: the reader died of signal 31 (Bad system call)");
}

TEST_F(pool, names_the_file_of_an_exit)
{
	expect_named(self, "exit", "could not be read: the reader ended with status 7");
}

TEST_F(pool, names_the_file_of_nonsense)
{
	expect_named(self, "nonsense", "could not be read: the reader answered nonsense");
}

TEST_F(pool, names_the_file_of_a_hang)
{
	expect_named(self, "hang", "could not be read: took longer than 1 s");
}

TEST_F(pool, survives_many_crashes)
{
	int i;

	start(self, evaluate, 2);
	for (i = 0; i < 150; i++)
		add(self, i % 3 ? "" : "crash");
	ASSERT_EQ(0, embargo_scan_pool_finish(self->pool));
	expect_all(self, 50);
}

/* More members than one message holds. What was told before a crash is not told again. */
TEST_F(pool, tells_members_once)
{
	start(self, evaluate, 1);
	add(self, "");
	add(self, "members");
	add(self, "members and a crash");
	add(self, "");
	ASSERT_EQ(0, embargo_scan_pool_finish(self->pool));
	expect_all(self, 1);
	EXPECT_EQ(1500, self->outcomes[1].members);
	EXPECT_GE(1500, self->outcomes[2].members);
	EXPECT_LT(0, self->outcomes[2].members);
}

TEST_F(pool, reads_again_once_what_was_written_to)
{
	start(self, evaluate, 1);
	add(self, "again");
	add(self, "");
	ASSERT_EQ(0, embargo_scan_pool_finish(self->pool));
	expect_all(self, 0);
}

TEST_F(pool, needs_few_descriptors)
{
	struct rlimit files = {.rlim_cur = 32, .rlim_max = 32};
	int i;

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &files));
	start(self, evaluate, 2);
	for (i = 0; i < 500; i++)
		add(self, "");
	ASSERT_EQ(0, embargo_scan_pool_finish(self->pool));
	expect_all(self, 0);
}

TEST_F(pool, takes_paths_of_any_length)
{
	struct embargo_scan_task task;
	int i;

	start(self, evaluate, 2);
	for (i = 0; i < 100; i++) {
		task = (struct embargo_scan_task){.fd = dup(self->fd), .path = malloc(100000)};
		snprintf(task.path, 100000, "%d", i);
		memset(task.path + strlen(task.path), 'x', 99990);
		task.path[99990] = '\0';
		ASSERT_EQ(0, embargo_scan_pool_add(self->pool, &task));
	}
	ASSERT_EQ(0, embargo_scan_pool_finish(self->pool));
	for (i = 0; i < 100; i++)
		EXPECT_EQ(1, self->outcomes[i].answers);
}

TEST_F(pool, ends_though_a_reader_hangs)
{
	start(self, evaluate, 1);
	add(self, "hang");
	ASSERT_EQ(0, embargo_scan_pool_flush(self->pool));
	embargo_scan_pool_abandon(self->pool);
	embargo_scan_pool_free(self->pool);
	self->pool = NULL;
	/* No child is left. */
	EXPECT_EQ(-1, waitpid(-1, NULL, WNOHANG));
	EXPECT_EQ(ECHILD, errno);
}

TEST_HARNESS_MAIN
