// SPDX-License-Identifier: GPL-2.0-or-later
/* A real rsyslogd, with the snippets that we ship: every field of an event arrives in its file. */
#include "tests/unit/event_record.h"

#include <sys/inotify.h>
#include <sys/stat.h>

#include "userspace/sink/syslog.h"

FIXTURE(rsyslog)
{
	char directory[32];
	char socket[64], log[64], config[64], pid[64];
	int watch;
	pid_t daemon;
	struct embargo_syslog syslog;
};

FIXTURE_SETUP(rsyslog)
{
	strcpy(self->directory, "/tmp/rsyslog_test.XXXXXX");
	ASSERT_NOT_NULL(mkdtemp(self->directory));
	sprintf(self->socket, "%s/socket", self->directory);
	sprintf(self->log, "%s/log", self->directory);
	sprintf(self->config, "%s/conf", self->directory);
	sprintf(self->pid, "%s/pid", self->directory);
	self->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	ASSERT_LE(0, inotify_add_watch(self->watch, self->directory, IN_CREATE | IN_MODIFY));
	self->syslog = (struct embargo_syslog){.path = self->socket, .fd = -1};
}

FIXTURE_TEARDOWN(rsyslog)
{
	char command[64];

	embargo_syslog_close(&self->syslog);
	if (self->daemon > 0) {
		kill(self->daemon, SIGKILL);
		waitpid(self->daemon, NULL, 0);
	}
	sprintf(command, "rm -rf %s", self->directory);
	EXPECT_EQ(0, system(command));
}

/* Something happened in the directory. */
static void wait_change(struct rsyslog_self *self)
{
	struct pollfd poll_fd = {.fd = self->watch, .events = POLLIN};
	char events[4096];

	ASSERT_EQ(1, poll(&poll_fd, 1, 20000));
	EXPECT_LT(0, read(self->watch, events, sizeof(events)));
}

/* Our snippet with paths of the test's, in a configuration that is else empty. */
static void rsyslog_start(struct rsyslog_self *self, const char *snippet, const char *input)
{
	FILE *in = fopen(snippet, "r"), *out = fopen(self->config, "w");
	char line[512], *at;

	ASSERT_TRUE(in && out) TH_LOG("%s: run it from the top of the tree", snippet);
	fprintf(out, "module(load=\"imuxsock\" sysSock.use=\"off\")\n%s", input);
	while (fgets(line, sizeof(line), in)) {
		if ((at = strstr(line, "/run/embargo/syslog"))) {
			fprintf(out, "%.*s%s%s", (int)(at - line), line, self->socket, at + 19);
		} else if ((at = strstr(line, "\"/var/log/")) && !strchr("#", *line)) {
			fprintf(out, "%.*s\"%s%s", (int)(at - line), line, self->log, strchr(at + 1, '"'));
		} else {
			fputs(line, out);
		}
	}
	fclose(in);
	ASSERT_EQ(0, fclose(out));
	self->daemon = fork();
	if (!self->daemon) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execlp("rsyslogd", "rsyslogd", "-n", "-f", self->config, "-i", self->pid, NULL);
		execl("/usr/sbin/rsyslogd", "rsyslogd", "-n", "-f", self->config, "-i", self->pid, NULL);
		_exit(127);
	}
	while (access(self->socket, F_OK)) {
		ASSERT_EQ(0, waitpid(self->daemon, NULL, WNOHANG)) TH_LOG("rsyslogd is not there, or ended");
		wait_change(self);
	}
}

/* The first line of the log, when it is there. */
static char *log_line(struct rsyslog_self *self)
{
	static char line[65536];
	FILE *file;

	for (;; wait_change(self)) {
		file = fopen(self->log, "r");
		if (!file)
			continue;
		*line = '\0';
		EXPECT_TRUE(fgets(line, sizeof(line), file) || feof(file));
		fclose(file);
		if (strchr(line, '\n'))
			return line;
	}
}

/* Every field of @record that is known stands in @object, as text. */
static void expect_fields(const json_t *object, const struct embargo_record *record)
{
	struct embargo_fields fields;
	const json_t *value;
	char number[32];

	embargo_record_fields(record, &fields);
	for (size_t i = 0; i < fields.count; i++) {
		const struct embargo_field *field = &fields.list[i];

		if (field->type == EMBARGO_FIELD_ABSENT)
			continue;
		value = json_object_get(object, field->name);
		ASSERT_NOT_NULL(value) TH_LOG("%s", field->name);
		sprintf(number, "%lld", (long long)field->number);
		if (field->type == EMBARGO_FIELD_TEXT)
			EXPECT_STREQ(field->bytes, json_string_value(value));
		else if (json_is_integer(value))
			EXPECT_EQ(field->number, json_integer_value(value));
		else if (json_is_boolean(value))
			EXPECT_EQ(field->number, json_is_true(value));
		else if (field->type == EMBARGO_FIELD_BOOL)
			EXPECT_STREQ(field->number ? "true" : "false", json_string_value(value));
		else
			EXPECT_STREQ(number, json_string_value(value));
	}
}

TEST_F(rsyslog, cee)
{
	struct embargo_record record = sample_record("/opt/a \"]\\ é/agent");
	char input[160];
	json_t *object;

	/* As the system's own socket, it has the special parser. */
	sprintf(input, "input(type=\"imuxsock\" socket=\"%s\")\n", self->socket);
	rsyslog_start(self, "userspace/share/rsyslog/embargo-cee.conf", input);
	self->syslog.format = EMBARGO_SYSLOG_CEE;
	ASSERT_EQ(0, syslog_event(&self->syslog, &record));
	object = json_loads(log_line(self), 0, NULL);
	ASSERT_NOT_NULL(object) TH_LOG("%s", log_line(self));
	expect_fields(object, &record);
	EXPECT_EQ(0, strncmp(json_string_value(json_object_get(object, "message")), "denied exec of ", 15));
	json_decref(object);
}

TEST_F(rsyslog, rfc5424)
{
	struct embargo_record record = sample_record("/opt/a \"] é/agent");
	char *line, *begin;
	const json_t *element;
	json_t *object;

	rsyslog_start(self, "userspace/share/rsyslog/embargo-rfc5424.conf", "");
	self->syslog.format = EMBARGO_SYSLOG_RFC5424;
	ASSERT_EQ(0, syslog_event(&self->syslog, &record));
	line = log_line(self);
	EXPECT_NOT_NULL(strstr(line, " embargo denied {")) TH_LOG("%s", line);
	EXPECT_NOT_NULL(strstr(line, " denied exec of \"/opt/a "));
	begin = strchr(line, '{');
	ASSERT_NOT_NULL(begin);
	object = json_loads(begin, JSON_DISABLE_EOF_CHECK, NULL);
	ASSERT_NOT_NULL(object) TH_LOG("%s", line);
	element = json_object_get(object, "embargo@32473");
	expect_fields(element, &record);
	json_decref(object);
}

TEST_F(rsyslog, local_form_names_the_program)
{
	struct embargo_record record = sample_record("/opt/agent");
	char input[512], *line;

	sprintf(input,
		"input(type=\"imuxsock\" socket=\"%s\")\n"
		"template(name=\"parts\" type=\"string\" "
		"string=\"%%programname%%|%%procid%%|%%syslogpriority-text%%|"
		"%%syslogfacility-text%%|%%msg%%\\n\")\n"
		"*.* action(type=\"omfile\" file=\"%s\" template=\"parts\")\n",
		self->socket, self->log);
	rsyslog_start(self, "/dev/null", input);
	self->syslog.format = EMBARGO_SYSLOG_LOCAL;
	ASSERT_EQ(0, syslog_event(&self->syslog, &record));
	do {
		line = log_line(self);
	} while (!strchr(line, '\n'));
	sprintf(input, "embargo|%d|warning|authpriv| denied exec of \"/opt/agent\" by pid 123", getpid());
	EXPECT_EQ(0, strncmp(input, line, strlen(input))) TH_LOG("%s", line);
}

TEST_HARNESS_MAIN
