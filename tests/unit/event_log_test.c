// SPDX-License-Identifier: GPL-2.0-or-later
/* The file of delivered events: written, rotated, read, and known again. */
#include "tests/unit/event_record.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "userspace/event/event_log.h"

FIXTURE(history)
{
	char directory[32];
	char path[64];
	char rotated[64];
	struct embargo_event_log spool;
};

FIXTURE_SETUP(history)
{
	strcpy(self->directory, "/tmp/event_log_test.XXXXXX");
	ASSERT_NOT_NULL(mkdtemp(self->directory));
	snprintf(self->path, sizeof(self->path), "%s/events.jsonl", self->directory);
	snprintf(self->rotated, sizeof(self->rotated), "%s/events.jsonl.1", self->directory);
	self->spool = (struct embargo_event_log){.path = self->path, .fd = -1};
}

FIXTURE_TEARDOWN(history)
{
	embargo_event_log_close(&self->spool);
	unlink(self->path);
	unlink(self->rotated);
	rmdir(self->directory);
}

static void event_write(struct embargo_event_log *spool, uint64_t time_ns)
{
	struct embargo_record record = sample_record("/opt/agent");
	struct embargo_event event = sample_event;
	char *line;

	event.time_ns = time_ns;
	record.event = &event;
	line = embargo_record_json_line(&record);
	embargo_event_log_write(spool, line);
	free(line);
}

struct times {
	uint64_t list[8];
	size_t count;
};

static int time_collect(void *context, const json_t *event, const char *line)
{
	struct times *times = context;
	struct embargo_key key;

	EXPECT_EQ('{', line[0]);
	EXPECT_TRUE(embargo_event_log_key(event, &key));
	if (times->count < 8)
		times->list[times->count++] = key.time_ns;
	return 0;
}

TEST_F(history, read_in_the_order_of_writing)
{
	struct times times = {0};
	struct stat st;

	event_write(&self->spool, 5);
	event_write(&self->spool, 7);
	ASSERT_EQ(0, embargo_event_log_read(self->path, time_collect, &times));
	ASSERT_EQ(2, times.count);
	EXPECT_EQ(5, times.list[0]);
	EXPECT_EQ(7, times.list[1]);
	ASSERT_EQ(0, stat(self->path, &st));
	EXPECT_EQ(0640, st.st_mode & 07777);
}

TEST_F(history, none_is_no_error)
{
	struct embargo_key key;

	EXPECT_EQ(0, embargo_event_log_read(self->path, time_collect, NULL));
	EXPECT_EQ(-ENOENT, embargo_event_log_last(self->path, &key));
}

TEST_F(history, rotated_when_large_and_read_from_both)
{
	struct times times = {0};
	struct embargo_key key;
	int fd;

	event_write(&self->spool, 5);
	fd = open(self->path, O_WRONLY | O_APPEND | O_CLOEXEC);
	ASSERT_EQ(0, ftruncate(fd, EMBARGO_EVENT_LOG_SIZE - 10));
	ASSERT_EQ(1, write(fd, "\n", 1));
	close(fd);
	event_write(&self->spool, 7);
	EXPECT_EQ(0, access(self->rotated, F_OK));
	ASSERT_EQ(0, embargo_event_log_read(self->path, time_collect, &times));
	ASSERT_EQ(2, times.count);
	EXPECT_EQ(5, times.list[0]);
	EXPECT_EQ(7, times.list[1]);
	ASSERT_EQ(0, embargo_event_log_last(self->path, &key));
	EXPECT_EQ(7, key.time_ns);
}

TEST_F(history, last_is_known_again)
{
	struct embargo_key expected = embargo_event_key(&sample_event), key;

	event_write(&self->spool, 5);
	event_write(&self->spool, sample_event.time_ns);
	ASSERT_EQ(0, embargo_event_log_last(self->path, &key));
	EXPECT_TRUE(embargo_key_equal(&expected, &key));
}

TEST_F(history, removed_file_is_made_anew)
{
	event_write(&self->spool, 5);
	unlink(self->path);
	event_write(&self->spool, 7);
	EXPECT_EQ(0, access(self->path, F_OK));
}

/* As on a full disk: the line is lost whole, and the next one is whole again. */
TEST_F(history, half_a_line_is_taken_back)
{
	struct rlimit limit = {0, RLIM_INFINITY};
	struct times times = {0};
	struct stat st;

	signal(SIGXFSZ, SIG_IGN);
	event_write(&self->spool, 5);
	ASSERT_EQ(0, stat(self->path, &st));
	limit.rlim_cur = st.st_size + 100;
	ASSERT_EQ(0, setrlimit(RLIMIT_FSIZE, &limit));
	event_write(&self->spool, 6);
	EXPECT_TRUE(self->spool.failing);
	limit.rlim_cur = RLIM_INFINITY;
	ASSERT_EQ(0, setrlimit(RLIMIT_FSIZE, &limit));
	event_write(&self->spool, 7);
	EXPECT_FALSE(self->spool.failing);
	ASSERT_EQ(0, embargo_event_log_read(self->path, time_collect, &times));
	ASSERT_EQ(2, times.count);
	EXPECT_EQ(5, times.list[0]);
	EXPECT_EQ(7, times.list[1]);
}

TEST_F(history, symbolic_link_is_not_followed)
{
	ASSERT_EQ(0, symlink("/nonexistent/target", self->path));
	event_write(&self->spool, 5);
	EXPECT_TRUE(self->spool.failing);
}

TEST(seen_events_are_known)
{
	struct embargo_key other = {.time_ns = 3, .generation = 1, .pid = 5}, key;
	struct embargo_seen seen = {0};
	unsigned int i;

	EXPECT_FALSE(embargo_seen_has(&seen, &other));
	for (i = 0; i < 1000; i++) {
		key = (struct embargo_key){.time_ns = i * 7919 % 1000, .pid = i};
		ASSERT_EQ(0, embargo_seen_add(&seen, &key));
	}
	EXPECT_TRUE(embargo_seen_has(&seen, &key));
	EXPECT_FALSE(embargo_seen_has(&seen, &other));
	ASSERT_EQ(0, embargo_seen_add(&seen, &other));
	EXPECT_TRUE(embargo_seen_has(&seen, &other));
	EXPECT_TRUE(embargo_seen_has(&seen, &key));
	embargo_seen_clear(&seen);
}

TEST_HARNESS_MAIN
