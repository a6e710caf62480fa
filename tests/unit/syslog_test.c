// SPDX-License-Identifier: GPL-2.0-or-later
/* Events as RFC 5424 messages, and the socket that takes them or does not. */
#include "tests/unit/event_record.h"

#include <regex.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "userspace/sink/syslog.h"
#include "userspace/base/text.h"

static const struct embargo_syslog rfc5424 = {.format = EMBARGO_SYSLOG_RFC5424};

/* Undo what RFC 5424 did between the quotes. */
static void unescape(const char *wire, char *text)
{
	for (; *wire; wire++)
		*text++ = *wire == '\\' ? *++wire : *wire;
	*text = '\0';
}

TEST(every_byte_survives)
{
	char bytes[256], back[1100], *text, *wire;
	size_t i;

	for (i = 0; i < 255; i++)
		bytes[i] = i + 1;
	bytes[255] = '\0';
	text = embargo_text(bytes, 255);
	wire = embargo_syslog_escape(bytes, SIZE_MAX);
	ASSERT_NOT_NULL(wire);
	unescape(wire, back);
	EXPECT_STREQ(text, back);
	/* A bare quote or bracket would end the value, a control character the line. */
	for (i = 0; wire[i]; i++) {
		EXPECT_NULL(strchr("\"]", wire[i]));
		EXPECT_LE(' ', (unsigned char)wire[i]);
		i += wire[i] == '\\';
	}
	free(text);
	free(wire);
}

TEST(what_rfc_5424_escapes)
{
	char *wire = embargo_syslog_escape("a\"b]c\\d\n", SIZE_MAX);

	EXPECT_STREQ("a\\\"b\\]c\\\\x5cd\\\\x0a", wire);
	free(wire);
}

static const char grammar[] =
	"^<84>1 "
	"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}[+-][0-9]{2}:[0-9]{2} "
	"[!-~]+ embargo [0-9]+ denied "
	"\\[embargo@32473( [a-z0-9_]{1,32}=\"([^]\"\\]|\\\\[]\"\\])*\")+\\] denied exec of .+$";

static void expect_grammar(const char *message)
{
	regex_t expression;

	ASSERT_EQ(0, regcomp(&expression, grammar, REG_EXTENDED | REG_NOSUB));
	EXPECT_EQ(0, regexec(&expression, message, 0, NULL, 0)) TH_LOG("%.300s", message);
	regfree(&expression);
	EXPECT_TRUE(embargo_utf8_valid(message, strlen(message)));
	EXPECT_NULL(strpbrk(message, "\n\r\t"));
}

TEST(message_is_rfc_5424)
{
	struct embargo_record record = sample_record("/opt/a\"]\\\n\xff/agent");
	char *message = syslog_format_event(&rfc5424, &record, EMBARGO_SYSLOG_SIZE);

	ASSERT_NOT_NULL(message);
	expect_grammar(message);
	EXPECT_NOT_NULL(strstr(message, " path=\"/opt/a\\\"\\]\\\\x5c\\\\x0a\\\\xff/agent\""));
	EXPECT_NOT_NULL(strstr(message, " reason=\"banned [\\\"x\\\"\\]\""));
	EXPECT_NOT_NULL(strstr(message, " authority=\"BOD 17-01\""));
	EXPECT_NOT_NULL(strstr(message, " loginuid=\"1002\""));
	EXPECT_NULL(strstr(message, " module="));
	EXPECT_NULL(strstr(message, "path_cut"));
	free(message);
}

TEST(severity_by_verdict)
{
	struct embargo_record record = sample_record("/x");
	struct embargo_event event = sample_event;
	char *message;

	record.event = &event;
	event.verdict = EMBARGO_WOULD_DENY;
	message = syslog_format_event(&rfc5424, &record, EMBARGO_SYSLOG_SIZE);
	EXPECT_EQ(0, strncmp(message, "<85>1 ", 6)); /* authpriv.notice */
	EXPECT_NOT_NULL(strstr(message, " would-deny ["));
	free(message);
	event.verdict = EMBARGO_AUDITED;
	message = syslog_format_event(&rfc5424, &record, EMBARGO_SYSLOG_SIZE);
	EXPECT_EQ(0, strncmp(message, "<85>1 ", 6));
	free(message);
}

static void expect_cut(const char *unit)
{
	char path[EMBARGO_PATH_SIZE] = "/";
	struct embargo_record record;
	size_t limit;
	char *message;

	while (strlen(path) + strlen(unit) < sizeof(path))
		strcat(path, unit);
	record = sample_record(path);
	for (limit = EMBARGO_SYSLOG_SIZE; limit >= 2000; limit -= 37) {
		message = syslog_format_event(&rfc5424, &record, limit);
		ASSERT_NOT_NULL(message);
		ASSERT_GE(limit, strlen(message));
		ASSERT_LE(limit - 200, strlen(message));
		expect_grammar(message);
		EXPECT_NOT_NULL(strstr(message, " path_cut=\"true\"]"));
		EXPECT_NOT_NULL(strstr(message, "…\" path_partial"));
		EXPECT_NOT_NULL(strstr(message, "…\" by pid 123"));
		EXPECT_NOT_NULL(strstr(message, "sha256=\"abcd"));
		free(message);
	}
}

TEST(long_path_is_cut)
{
	expect_cut("directory/");
}

TEST(long_path_is_cut_between_characters)
{
	expect_cut("警");
}

TEST(long_path_is_cut_between_escapes)
{
	expect_cut("\xff");
}

TEST(no_room_for_structure)
{
	struct embargo_record record = sample_record("/opt/agent");
	char *message = syslog_format_event(&rfc5424, &record, EMBARGO_SYSLOG_SIZE_MIN);

	EXPECT_GE(EMBARGO_SYSLOG_SIZE_MIN, strlen(message));
	EXPECT_NOT_NULL(strstr(message, " denied - denied exec of "));
	free(message);
}

TEST(lost_events_are_told_exactly)
{
	char *message = syslog_format_lost(&rfc5424, 17, 40, &(struct timespec){.tv_sec = 1782902096});

	EXPECT_EQ(0, strncmp(message, "<83>1 ", 6)); /* authpriv.err */
	EXPECT_NOT_NULL(strstr(message, " lost [embargo@32473 lost=\"17\" lost_total=\"40\"] 17 events "));
	free(message);
}

static const char local_grammar[] =
	"^<132>[A-Z][a-z]{2} [ 1-3][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} embargo\\[[0-9]+\\]: ";

/* No receiver but the journal has another way to learn of all fields. */
TEST(auto_loses_no_field)
{
	const struct embargo_syslog syslog = {.path = "/nothing/listens/here"};
	struct embargo_record record = sample_record("/opt/agent");
	char *message = syslog_format_event(&syslog, &record, EMBARGO_SYSLOG_SIZE);

	ASSERT_NOT_NULL(message);
	EXPECT_EQ(0, strncmp(message, "<84>1 ", 6));
	EXPECT_NOT_NULL(strstr(message, "[embargo@32473 "));
	free(message);
}

TEST(local_form_is_that_of_syslog_3)
{
	const struct embargo_syslog local = {.facility = 16 << 3, .format = EMBARGO_SYSLOG_LOCAL};
	struct embargo_record record = sample_record("/opt/a\n\xff/agent");
	char *message = syslog_format_event(&local, &record, EMBARGO_SYSLOG_SIZE);
	regex_t expression;

	ASSERT_NOT_NULL(message);
	ASSERT_EQ(0, regcomp(&expression, local_grammar, REG_EXTENDED | REG_NOSUB));
	EXPECT_EQ(0, regexec(&expression, message, 0, NULL, 0)) TH_LOG("%.300s", message);
	regfree(&expression);
	EXPECT_NOT_NULL(strstr(message,
			       "]: denied exec of \"/opt/a\\x0a\\xff/agent\" by pid 123 (bash, uid 1000): "));
	free(message);
}

/* The JSON of a message of the form cee, whose beginning was checked. */
static json_t *cee_json(const char *message)
{
	json_t *object;

	ASSERT_NOT_NULL(message);
	ASSERT_NOT_NULL(strstr(message, "]: @cee: {"));
	object = json_loads(strchr(message, '{'), JSON_REJECT_DUPLICATES, NULL);
	ASSERT_NOT_NULL(object) TH_LOG("%s", message);
	return object;
}

TEST(cee_has_every_field_that_is_known)
{
	const struct embargo_syslog cee = {.format = EMBARGO_SYSLOG_CEE};
	struct embargo_record record = sample_record("/opt/a\"]\\\n/agent");
	char *message = syslog_format_event(&cee, &record, EMBARGO_SYSLOG_SIZE);
	json_t *object = cee_json(message);

	EXPECT_STREQ(record.path, json_string_value(json_object_get(object, "path")));
	EXPECT_EQ(1000, json_integer_value(json_object_get(object, "uid")));
	EXPECT_STREQ("banned [\"x\"]", json_string_value(json_object_get(object, "reason")));
	EXPECT_NULL(json_object_get(object, "module"));
	EXPECT_NULL(strchr(message, '\n'));
	json_decref(object);
	free(message);
}

TEST(cee_stays_json_when_the_path_is_cut)
{
	const struct embargo_syslog cee = {.format = EMBARGO_SYSLOG_CEE};
	char path[EMBARGO_PATH_SIZE], *message;
	struct embargo_record record;
	json_t *object;
	size_t limit;

	memset(path, '"', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	record = sample_record(path);
	for (limit = EMBARGO_SYSLOG_SIZE; limit >= 2000; limit -= 777) {
		message = syslog_format_event(&cee, &record, limit);
		ASSERT_GE(limit, strlen(message));
		object = cee_json(message);
		EXPECT_TRUE(json_is_true(json_object_get(object, "path_cut")));
		EXPECT_LT(100, strlen(json_string_value(json_object_get(object, "path"))));
		json_decref(object);
		free(message);
	}
	message = syslog_format_lost(&cee, 2, 3, &record.time);
	object = cee_json(message);
	EXPECT_EQ(3, json_integer_value(json_object_get(object, "lost_total")));
	json_decref(object);
	free(message);
}

TEST(what_was_held_back_is_told_in_one_message)
{
	struct embargo_record record = sample_record("/x");
	char *message;

	record.repeated = 995;
	record.seconds = 60;
	message = syslog_format_event(&rfc5424, &record, EMBARGO_SYSLOG_SIZE);
	EXPECT_NOT_NULL(strstr(message, " repeated=\"995\" "));
	EXPECT_NOT_NULL(strstr(message, "] 995 more in 60 s: denied exec of "));
	free(message);
}

/* A receiver, and us. */
FIXTURE(socket)
{
	char directory[32];
	char path[64];
	int receiver;
	struct embargo_syslog syslog;
};

static int receiver_open(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	strcpy(address.sun_path, path);
	unlink(path);
	ASSERT_EQ(0, bind(fd, (struct sockaddr *)&address, sizeof(address)));
	return fd;
}

FIXTURE_SETUP(socket)
{
	strcpy(self->directory, "/tmp/syslog_test.XXXXXX");
	ASSERT_NOT_NULL(mkdtemp(self->directory));
	snprintf(self->path, sizeof(self->path), "%s/log", self->directory);
	self->receiver = receiver_open(self->path);
	self->syslog =
		(struct embargo_syslog){.path = self->path, .fd = -1, .format = EMBARGO_SYSLOG_RFC5424};
}

FIXTURE_TEARDOWN(socket)
{
	embargo_syslog_close(&self->syslog);
	if (self->receiver >= 0)
		close(self->receiver);
	unlink(self->path);
	rmdir(self->directory);
}

TEST_F(socket, message_arrives)
{
	struct embargo_record record = sample_record("/opt/agent");
	char message[EMBARGO_SYSLOG_SIZE + 1];
	ssize_t got;

	ASSERT_EQ(0, syslog_event(&self->syslog, &record));
	got = recv(self->receiver, message, sizeof(message) - 1, 0);
	ASSERT_LT(0, got);
	message[got] = '\0';
	expect_grammar(message);
}

TEST_F(socket, full_queue_does_not_block)
{
	struct embargo_record record = sample_record("/opt/agent");
	char message[EMBARGO_SYSLOG_SIZE];
	int i, r = 0;

	for (i = 0; !r && i < 100000; i++)
		r = syslog_event(&self->syslog, &record);
	ASSERT_EQ(-EAGAIN, r);
	ASSERT_LE(0, self->syslog.fd);
	ASSERT_LT(0, recv(self->receiver, message, sizeof(message), 0));
	EXPECT_EQ(0, syslog_event(&self->syslog, &record));
}

TEST_F(socket, absent_then_back)
{
	struct embargo_record record = sample_record("/opt/agent");

	ASSERT_EQ(0, syslog_event(&self->syslog, &record));
	close(self->receiver);
	EXPECT_EQ(-ECONNREFUSED, syslog_event(&self->syslog, &record));
	unlink(self->path);
	EXPECT_EQ(-ENOENT, syslog_event(&self->syslog, &record));
	self->receiver = receiver_open(self->path);
	EXPECT_EQ(0, syslog_event(&self->syslog, &record));
}

TEST_F(socket, small_send_buffer_gets_a_shorter_message)
{
	char path[EMBARGO_PATH_SIZE] = "/";
	char message[EMBARGO_SYSLOG_SIZE + 1];
	struct embargo_record record;
	int size = 1;
	ssize_t got;

	memset(path + 1, 'a', sizeof(path) - 2);
	record = sample_record(path);
	ASSERT_EQ(0, syslog_lost(&self->syslog, 1, 1)); /* connects */
	ASSERT_LT(0, recv(self->receiver, message, sizeof(message), 0));
	ASSERT_EQ(0, setsockopt(self->syslog.fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)));
	ASSERT_EQ(0, syslog_event(&self->syslog, &record));
	got = recv(self->receiver, message, sizeof(message) - 1, 0);
	ASSERT_LT(0, got);
	EXPECT_GT(EMBARGO_SYSLOG_SIZE / 2 + 1, got);
	message[got] = '\0';
	EXPECT_TRUE(embargo_utf8_valid(message, got));
}

TEST_HARNESS_MAIN
