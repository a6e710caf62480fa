// SPDX-License-Identifier: GPL-2.0-or-later
/* An attempt on a sealed host, as people and programs are told of it. */
#include "tests/harness.h"

#include <syslog.h>

#include "loader/seal.h"
#include "userspace/event/entry.h"

static struct embargo_event event = {
	.version = EMBARGO_ABI_VERSION,
	.flags = EMBARGO_EVENT_TAMPER,
	.rule = EMBARGO_NO_RULE,
	.verdict = EMBARGO_DENIED,
	.mode = EMBARGO_MODE_ENFORCE,
	.kind = EMBARGO_TAMPER_PIN,
	.tgid = 17,
	.comm = "rm",
	.module = "embargo\npolicy",
};

static const char *text_of(json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

TEST(alert_of_kind_tamper)
{
	struct embargo_record record;
	struct embargo_entry entry;
	json_t *object;

	embargo_record_make(&record, &event, "", NULL);
	embargo_entry_event(&entry, &record);
	EXPECT_EQ(LOG_ALERT, entry.severity);
	EXPECT_STREQ("tamper", entry.id);
	EXPECT_STREQ("TAMPERING refused: a pin of embargo was to be removed, renamed or added, "
		     "\"embargo\\x0apolicy\" by pid 17 (rm, uid 0)",
		     embargo_entry_sentence(&entry));
	object = embargo_record_json(&record);
	EXPECT_STREQ("tamper", text_of(object, "kind"));
	EXPECT_STREQ("seal", text_of(object, "hook"));
	EXPECT_STREQ("embargo\npolicy", text_of(object, "path"));
	EXPECT_STREQ(embargo_tamper_meaning(EMBARGO_TAMPER_PIN), text_of(object, "reason"));
	EXPECT_TRUE(json_is_null(json_object_get(object, "module")));
	json_decref(object);
	embargo_entry_clear(&entry);
}

/* The same event without the flag is one of a hook, as ever. */
TEST(other_events_are_no_tampering)
{
	struct embargo_event other = event;
	struct embargo_record record;
	struct embargo_entry entry;

	other.flags = 0;
	embargo_record_make(&record, &other, "/x", NULL);
	embargo_entry_event(&entry, &record);
	EXPECT_EQ(LOG_WARNING, entry.severity);
	EXPECT_STREQ("denied", entry.id);
	embargo_entry_clear(&entry);
}

TEST(every_kind_has_words)
{
	unsigned int what;

	for (what = EMBARGO_TAMPER_NONE; what <= EMBARGO_TAMPER_USE; what++) {
		EXPECT_NOT_NULL(embargo_tamper_name(what));
		EXPECT_NOT_NULL(embargo_tamper_meaning(what));
	}
	EXPECT_NULL(embargo_tamper_name(what));
	EXPECT_NULL(embargo_tamper_meaning(UINT_MAX));
}

TEST_HARNESS_MAIN
