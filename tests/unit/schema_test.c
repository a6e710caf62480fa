// SPDX-License-Identifier: GPL-2.0-or-later
/* What only a host with programs in its kernel prints is valid by the shipped schemas, too: events, a loaded
 * state. */
#include "event_record.h"
#include "userspace/cli/status.h"

static void valid(const char *schema, json_t *value)
{
	char path[] = "/tmp/embargo-schema-XXXXXX", command[200];
	int fd = mkstemp(path);
	FILE *out = fdopen(fd, "w");

	ASSERT_NOT_NULL(out);
	ASSERT_NOT_NULL(value);
	ASSERT_EQ(0, json_dumpf(value, out, JSON_COMPACT));
	ASSERT_EQ(0, fclose(out));
	json_decref(value);
	snprintf(command, sizeof(command),
		 "LD_PRELOAD= tests/schema-check userspace/share/schema/%s.schema.json %s", schema, path);
	EXPECT_EQ(0, system(command));
	unlink(path);
}

TEST(event)
{
	struct embargo_record record = sample_record("/opt/x\xff");

	valid("events", embargo_record_json(&record));
}

TEST(event_of_no_rule)
{
	struct embargo_record record = sample_record("/opt/x");
	struct embargo_event event = *record.event;

	event.rule = EMBARGO_NO_RULE;
	event.flags = 0;
	event.cause = EMBARGO_CAUSE_HASH_FAILED;
	record.event = &event;
	record.rule = NULL;
	record.set = NULL;
	valid("events", embargo_record_json(&record));
}

TEST(state_that_is_loaded)
{
	struct embargo_status status = {.loaded = true, .mode = EMBARGO_MODE_ENFORCE, .ring_size = 4096};

	valid("status", embargo_status_json(&(struct embargo_status_view){.status = &status}));
}

TEST_HARNESS_MAIN
