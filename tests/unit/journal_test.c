// SPDX-License-Identifier: GPL-2.0-or-later
/* Entries of the journal, by a socket that the test plays, and the catalogue that explains them. */
#include "tests/unit/event_record.h"

#include <endian.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>

#include "userspace/sink/journal.h"

#define CATALOG "userspace/share/systemd/embargo.catalog"

FIXTURE(journal)
{
	char path[64];
	int receiver;
	struct embargo_journal journal;
	char entry[65536];
	size_t size;
};

FIXTURE_SETUP(journal)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	sprintf(self->path, "/tmp/journal_test.%d", getpid());
	strcpy(address.sun_path, self->path);
	self->receiver = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ASSERT_EQ(0, bind(self->receiver, (struct sockaddr *)&address, sizeof(address)));
	self->journal = (struct embargo_journal){.path = self->path, .fd = -1};
}

FIXTURE_TEARDOWN(journal)
{
	embargo_journal_close(&self->journal);
	close(self->receiver);
	unlink(self->path);
}

static void entry_receive(struct journal_self *self)
{
	ssize_t size = recv(self->receiver, self->entry, sizeof(self->entry) - 1, 0);

	ASSERT_LT(0, size);
	self->size = size;
}

/* The value of a field, read as the journal reads it. NULL: it is not there; "?": the entry is malformed. */
static const char *field(struct journal_self *self, const char *wanted)
{
	static char value[65536];
	char *at = self->entry, *end = self->entry + self->size, *newline, *equal;
	bool found;
	uint64_t size;

	while (at < end) {
		newline = memchr(at, '\n', end - at);
		if (!newline)
			return "?";
		equal = memchr(at, '=', newline - at);
		found = !strncmp(at, wanted, strlen(wanted)) &&
			(equal ?: newline) - at == (long)strlen(wanted);
		if (equal) {
			size = newline - equal - 1;
			at = equal + 1;
		} else {
			memcpy(&size, newline + 1, sizeof(size));
			size = le64toh(size);
			at = newline + 9;
			if (size > (uint64_t)(end - at) || at[size] != '\n')
				return "?";
		}
		if (found) {
			memcpy(value, at, size);
			value[size] = '\0';
			return value;
		}
		at += size + 1;
	}
	return NULL;
}

TEST_F(journal, every_field_of_an_event)
{
	struct embargo_record record = sample_record("/opt/a\nEMBARGO_UID=0\n\xff");
	struct embargo_fields fields;
	char key[64], number[32];

	ASSERT_EQ(0, journal_event(&self->journal, &record));
	entry_receive(self);
	EXPECT_STREQ("4", field(self, "PRIORITY"));
	EXPECT_STREQ("10", field(self, "SYSLOG_FACILITY"));
	EXPECT_STREQ("embargo", field(self, "SYSLOG_IDENTIFIER"));
	EXPECT_STREQ(embargo_journal_id(EMBARGO_DENIED, false), field(self, "MESSAGE_ID"));
	EXPECT_STREQ("/opt/a\nEMBARGO_UID=0\n\xff", field(self, "EMBARGO_PATH"));
	EXPECT_STREQ("1000", field(self, "EMBARGO_UID"));
	EXPECT_STREQ("agent", field(self, "EMBARGO_RULE_NAME"));
	EXPECT_EQ(0, strncmp("denied exec of ", field(self, "MESSAGE") ?: "", 15));
	EXPECT_NULL(field(self, "EMBARGO_MODULE"));
	EXPECT_NULL(field(self, "NO_SUCH_FIELD"));
	embargo_record_fields(&record, &fields);
	for (size_t i = 0; i < fields.count; i++) {
		sprintf(key, "EMBARGO_%s", fields.list[i].name);
		for (char *c = key; *c; c++)
			*c = *c >= 'a' && *c <= 'z' ? *c - 32 : *c;
		sprintf(number, "%lld", (long long)fields.list[i].number);
		if (fields.list[i].type == EMBARGO_FIELD_TEXT)
			EXPECT_STREQ(fields.list[i].bytes, field(self, key));
		else if (fields.list[i].type == EMBARGO_FIELD_NUMBER)
			EXPECT_STREQ(number, field(self, key));
	}
}

TEST_F(journal, many_events_and_lost_ones)
{
	struct embargo_record record = sample_record("/x");

	record.repeated = 7;
	ASSERT_EQ(0, journal_event(&self->journal, &record));
	entry_receive(self);
	EXPECT_STREQ(embargo_journal_id(EMBARGO_DENIED, true), field(self, "MESSAGE_ID"));
	EXPECT_STREQ("7", field(self, "EMBARGO_REPEATED"));
	ASSERT_EQ(0, journal_lost(&self->journal, 3, 4));
	entry_receive(self);
	EXPECT_STREQ(embargo_journal_id_lost, field(self, "MESSAGE_ID"));
	EXPECT_STREQ("3", field(self, "EMBARGO_LOST"));
	EXPECT_STREQ("3", field(self, "PRIORITY"));
}

TEST_F(journal, gets_notes)
{
	struct embargo_log_message message;

	ASSERT_EQ(0, embargo_log_message_new(&message, LOG_WARNING, "pinned", "refused from now on \"%s\"",
					     "/a b"));
	embargo_log_message_text(&message, "path", "/a b");
	embargo_log_message_number(&message, "ms", 12);
	ASSERT_EQ(0, journal_message(&self->journal, &message));
	entry_receive(self);
	EXPECT_STREQ("refused from now on \"/a b\"", field(self, "MESSAGE"));
	EXPECT_STREQ(embargo_journal_id_message("pinned"), field(self, "MESSAGE_ID"));
	EXPECT_STREQ("/a b", field(self, "EMBARGO_PATH"));
	EXPECT_STREQ("12", field(self, "EMBARGO_MS"));
	EXPECT_STREQ("4", field(self, "PRIORITY"));
	embargo_log_message_clear(&message);
}

/* Nobody reads: an errno, and at once. */
TEST_F(journal, does_not_wait)
{
	struct embargo_record record = sample_record("/x");
	int r = 0;

	for (int i = 0; i < 10000 && !r; i++)
		r = journal_event(&self->journal, &record);
	EXPECT_EQ(-EAGAIN, r);
	entry_receive(self);
	EXPECT_EQ(0, journal_event(&self->journal, &record));
}

TEST_F(journal, is_not_there)
{
	struct embargo_record record = sample_record("/x");
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	ASSERT_EQ(0, journal_event(&self->journal, &record));
	close(self->receiver);
	EXPECT_EQ(-ECONNREFUSED, journal_event(&self->journal, &record));
	unlink(self->path);
	EXPECT_EQ(-ENOENT, journal_event(&self->journal, &record));
	/* And comes back. */
	strcpy(address.sun_path, self->path);
	self->receiver = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ASSERT_EQ(0, bind(self->receiver, (struct sockaddr *)&address, sizeof(address)));
	EXPECT_EQ(0, journal_event(&self->journal, &record));
}

/* Does an entry of the catalogue begin with @id? */
static bool catalog_has(const char *catalog, const char *id)
{
	char line[64];

	sprintf(line, "\n-- %s\n", id);
	return strstr(catalog, line);
}

TEST(catalogue_explains_every_message)
{
	static const unsigned int verdicts[] = {EMBARGO_DENIED, EMBARGO_WOULD_DENY, EMBARGO_AUDITED};
	FILE *file = fopen(CATALOG, "r");
	static char text[65536];
	char *at, *end;
	size_t entries = 0;

	ASSERT_NOT_NULL(file);
	ASSERT_LT(0, fread(text, 1, sizeof(text) - 1, file));
	fclose(file);
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(*verdicts); i++)
		EXPECT_TRUE(catalog_has(text, embargo_journal_id(verdicts[i], false)));
	EXPECT_TRUE(catalog_has(text, embargo_journal_id(EMBARGO_DENIED, true)));
	EXPECT_TRUE(catalog_has(text, embargo_journal_id_lost));
	EXPECT_TRUE(catalog_has(text, embargo_journal_id_message("pinned")));
	EXPECT_TRUE(catalog_has(text, embargo_journal_id_message("watch-lost")));
	EXPECT_TRUE(catalog_has(text, embargo_journal_id_message("refused")));
	EXPECT_TRUE(catalog_has(text, embargo_journal_id_message("loaded")));
	EXPECT_TRUE(catalog_has(text, embargo_journal_id_message("load-failed")));
	EXPECT_TRUE(catalog_has(text, embargo_journal_id_message("unloaded")));
	EXPECT_TRUE(catalog_has(text, embargo_journal_id_message("mode")));
	EXPECT_TRUE(catalog_has(text, embargo_journal_id_message("fetched")));
	EXPECT_TRUE(catalog_has(text, embargo_journal_id_message("fetch-failed")));
	for (at = text; (at = strstr(at, "\n-- ")); at += 4)
		entries++;
	EXPECT_EQ(14, entries);
	/* Fields that it names are fields that are sent. */
	for (at = text; (at = strstr(at, "@EMBARGO_")); at = end + 1) {
		struct embargo_record record = {.event = &sample_event, .path = "/x"};
		struct embargo_fields fields;
		/* Of losses and messages, and the hash by a name without digits. */
		static const char *const others[] = {
			"LOST@", "RULE@", "HASH@", "FROM_MODE@", "FROM_GENERATION@", "URL@"};
		bool known = false;

		at += 9;
		end = strchr(at, '@');
		ASSERT_TRUE(end && end - at < 32);
		embargo_record_fields(&record, &fields);
		for (size_t i = 0; i < fields.count; i++)
			known |= strlen(fields.list[i].name) == (size_t)(end - at) &&
				 !strncasecmp(fields.list[i].name, at, end - at);
		for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
			known |= !strncmp(at, others[i], strlen(others[i]));
		EXPECT_TRUE(known)
		TH_LOG("%.*s", (int)(end - at), at);
	}
}

/* systemd's own reader takes it. */
TEST(catalogue_is_taken_by_journalctl)
{
	char root[] = "/tmp/journal_test.XXXXXX", command[512];
	int status;

	ASSERT_NOT_NULL(mkdtemp(root));
	snprintf(command, sizeof(command),
		 "set -e; d=%s; mkdir -p $d/usr/lib/systemd/catalog $d/var/lib/systemd/catalog; "
		 "cp " CATALOG " $d/usr/lib/systemd/catalog/; journalctl --root=$d --update-catalog; "
		 "[ $(journalctl --root=$d --list-catalog | grep -c embargo:) = 14 ]; rm -rf $d",
		 root);
	status = system(command);
	EXPECT_EQ(0, status);
}

TEST_HARNESS_MAIN
