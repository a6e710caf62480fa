// SPDX-License-Identifier: GPL-2.0-or-later
/* Events as sentences and as JSON. */
#include "tests/unit/event_record.h"

static void expect_text(const struct embargo_record *record, const char *expected)
{
	char *text = embargo_record_text(record, SIZE_MAX);

	EXPECT_STREQ(expected, text);
	free(text);
}

TEST(denied_exec)
{
	struct embargo_record record = sample_record("/opt/agent");

	expect_text(&record, "denied exec of \"/opt/agent\" by pid 123 (bash, uid 1000): rule \"agent\" "
			     "(banned [\"x\"]; BOD 17-01; https://example.org/1)");
}

TEST(audit_mode_says_would_have)
{
	struct embargo_record record = sample_record("/opt/agent");
	struct embargo_event event = sample_event;
	char *text;

	event.verdict = EMBARGO_WOULD_DENY;
	record.event = &event;
	text = embargo_record_text(&record, SIZE_MAX);
	EXPECT_EQ(0, strncmp(text, "would have denied exec of \"/opt/agent\"", 38));
	free(text);
}

TEST(a_file_name_cannot_forge_the_sentence)
{
	struct embargo_record record = sample_record("/x\" by pid 1 (init, uid 0): rule \"none\"\nAug");
	char *text = embargo_record_text(&record, SIZE_MAX);

	EXPECT_NULL(strchr(text, '\n'));
	EXPECT_NOT_NULL(
		strstr(text, "\"/x\\x22 by pid 1 (init, uid 0): rule \\x22none\\x22\\x0aAug\" by pid 123"));
	free(text);
}

TEST(nor_can_a_command_name)
{
	struct embargo_record record = sample_record("/x");
	struct embargo_event event = sample_event;

	memcpy(event.comm, "a, uid 0): ok\n\xff", 16); /* not terminated either */
	record.event = &event;
	expect_text(&record, "denied exec of \"/x\" by pid 123 (a\\x2c uid 0\\x29: ok\\x0a\\xff, uid 1000): "
			     "rule \"agent\" "
			     "(banned [\"x\"]; BOD 17-01; https://example.org/1)");
}

TEST(rule_whose_policydb_is_gone)
{
	struct embargo_record record = sample_record("/x");

	record.set = NULL;
	record.rule = NULL;
	expect_text(&record, "denied exec of \"/x\" by pid 123 (bash, uid 1000): rule 0 of generation 4");
}

TEST(no_rule_could_be_asked)
{
	struct embargo_record record = sample_record("/x");
	struct embargo_event event = sample_event;

	event.rule = EMBARGO_NO_RULE;
	event.cause = EMBARGO_CAUSE_HASH_FAILED;
	event.error = -5;
	record.event = &event;
	record.rule = NULL;
	expect_text(
		&record,
		"denied exec of \"/x\" by pid 123 (bash, uid 1000): "
		"no rule could be asked: the kernel could not hash the file (hash-failed, Input/output "
		"error), "
		"on-error deny; look for errors of its disk or server; if it is needed and its file system "
		"cannot be hashed, copy it to one that can");
}

TEST(module_from_memory)
{
	struct embargo_record record = sample_record("");
	struct embargo_event event = sample_event;
	char *text;

	event.hook = EMBARGO_HOOK_POST_LOAD_DATA;
	event.origin = EMBARGO_ORIGIN_MEMORY;
	strcpy(event.module, "klif");
	record.event = &event;
	text = embargo_record_text(&record, SIZE_MAX);
	EXPECT_EQ(0, strncmp(text, "denied load of module \"klif\" from memory by pid 123", 51))
	TH_LOG("%s", text);
	free(text);
}

static const char *const keys[] = {
	"version",     "time_ns",      "generation", "file_size",    "inode",	     "cgroup_id",
	"device",      "mount_ns",     "pid",	     "tgid",	     "parent_tgid",  "uid",
	"gid",	       "loginuid",     "session",    "rule",	     "error",	     "format",
	"hook",	       "verdict",      "cause",	     "mode",	     "action",	     "kind",
	"origin",      "request_tgid", "sha256",     "comm",	     "parent_comm",  "module",
	"signer",      "serial",       "key_id",     "path_partial", "unsigned",     "path",
	"time",	       "rule_name",    "reason",     "authority",    "source",	     "policy_file",
	"policy_line", "host",	       "boot_id",    "message",	     "repeated",     "scope",
	"effective",   "cpe",	       "selftest",   "container",    "container_id", "pod_uid",
};

TEST(json_has_every_field)
{
	struct embargo_record record = sample_record("/opt/agent");
	json_t *object = embargo_record_json(&record);
	size_t i;

	ASSERT_NOT_NULL(object);
	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		EXPECT_NOT_NULL(json_object_get(object, keys[i])) TH_LOG("%s", keys[i]);
	EXPECT_EQ(sizeof(keys) / sizeof(*keys), json_object_size(object));
	EXPECT_EQ(6853351605, json_integer_value(json_object_get(object, "time_ns")));
	EXPECT_EQ(1000, json_integer_value(json_object_get(object, "uid")));
	EXPECT_STREQ("8:1", json_string_value(json_object_get(object, "device")));
	EXPECT_STREQ("exec", json_string_value(json_object_get(object, "hook")));
	EXPECT_STREQ("denied", json_string_value(json_object_get(object, "verdict")));
	EXPECT_STREQ("elf", json_string_value(json_object_get(object, "format")));
	EXPECT_STREQ("hash", json_string_value(json_object_get(object, "kind")));
	EXPECT_STREQ("abcd000000000000000000000000000000000000000000000000000000000000",
		     json_string_value(json_object_get(object, "sha256")));
	EXPECT_STREQ("BOD 17-01", json_string_value(json_object_get(object, "authority")));
	EXPECT_STREQ("/etc/embargo/a.policy", json_string_value(json_object_get(object, "policy_file")));
	EXPECT_EQ(2, json_integer_value(json_object_get(object, "policy_line")));
	EXPECT_TRUE(json_is_null(json_object_get(object, "module")));
	EXPECT_TRUE(json_is_false(json_object_get(object, "unsigned")));
	json_decref(object);
}

TEST(json_of_the_unknown_is_null)
{
	struct embargo_record record = sample_record("");
	struct embargo_event event = {.rule = EMBARGO_NO_RULE, .loginuid = 0xffffffff, .session = 0xffffffff};
	static const char *const absent[] = {"rule",	"kind",	       "sha256", "path",   "loginuid",
					     "session", "policy_line", "serial", "key_id", "request_tgid"};
	json_t *object;
	size_t i;

	record.event = &event;
	record.rule = NULL;
	object = embargo_record_json(&record);
	for (i = 0; i < sizeof(absent) / sizeof(*absent); i++)
		EXPECT_TRUE(json_is_null(json_object_get(object, absent[i]))) TH_LOG("%s", absent[i]);
	json_decref(object);
}

TEST(json_path_that_is_text_is_verbatim)
{
	struct embargo_record record = sample_record("/a\\x41\n\"ü");
	json_t *object = embargo_record_json(&record);

	EXPECT_STREQ("/a\\x41\n\"ü", json_string_value(json_object_get(object, "path")));
	EXPECT_NULL(json_object_get(object, "path_hex"));
	json_decref(object);
}

TEST(json_path_that_is_no_text_has_its_bytes)
{
	struct embargo_record record = sample_record("/a\\\xff");
	char *line = embargo_record_json_line(&record);
	json_t *object;

	ASSERT_NOT_NULL(line);
	EXPECT_NULL(strchr(line, '\n'));
	object = json_loads(line, 0, NULL);
	ASSERT_NOT_NULL(object);
	EXPECT_STREQ("/a\\x5c\\xff", json_string_value(json_object_get(object, "path")));
	EXPECT_STREQ("2f615cff", json_string_value(json_object_get(object, "path_hex")));
	json_decref(object);
	free(line);
}

TEST_HARNESS_MAIN
