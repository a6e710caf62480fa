// SPDX-License-Identifier: GPL-2.0-or-later
/* What `embargo status` says of a state at a glance: each thing that needs somebody is said, and in capitals.
 */
#include "tests/harness.h"

#include <stdlib.h>
#include <string.h>

#include "userspace/cli/status.h"
#include "userspace/event/event_log.h"

static struct embargo_status state(void)
{
	struct embargo_status status = {.loaded = true,
					.mode = EMBARGO_MODE_ENFORCE,
					.header = {.magic = 1, .generation = 4, .rules = 2075},
					.policy_memory = 3 << 19,
					.links = 8,
					.links_expected = 8};

	status.counters[EMBARGO_COUNTER_VERDICT(EMBARGO_HOOK_EXEC, EMBARGO_DENIED)] = 5;
	status.counters[EMBARGO_COUNTER_VERDICT(EMBARGO_HOOK_MMAP, EMBARGO_DENIED)] = 2;
	return status;
}

static char *text_of(const struct embargo_status *status, const char *host_text)
{
	json_auto_t *boot = json_pack("{s:s, s:[], s:[]}", "mode", "audit", "policies", "differs");
	json_auto_t *host = json_loads(host_text, 0, NULL);
	struct embargo_status_view view = {.status = status, .boot = boot, .host = host};
	size_t size;
	char *text;
	FILE *out = open_memstream(&text, &size);

	ASSERT_NOT_NULL(host);
	embargo_status_text(&view, out);
	fclose(out);
	return text;
}

static void expect_line(const struct embargo_status *status, const char *host, const char *line)
{
	char *text = text_of(status, host);

	EXPECT_TRUE(strstr(text, line) != NULL) TH_LOG("%s\n%s", line, text);
	free(text);
}

TEST(what_is_well)
{
	struct embargo_status status = state();
	const char *host = "{\"enforcing\": true, \"since\": \"2026-07-01T12:00:00.0+00:00\","
			   "\"daemon\": {\"runs\": true, \"pid\": 77},"
			   "\"last_denial\": {\"time\": \"T\", \"message\": \"denied \\u001b exec\"},"
			   "\"trust\": {\"certificates\": 2, \"why\": null},"
			   "\"signatures\": [{\"valid\": true, \"file\": \"/p\", \"signer\": \"CN=s\"}]}";

	expect_line(&status, host, "enforcing   yes\nmode        enforce\n");
	expect_line(&status, host, "\nsince       2026-07-01T12:00:00.0+00:00\n");
	expect_line(&status, host, "\nrules       2075 rules (1.5 MiB)\n");
	expect_line(&status, host, "\ndenied      7 times; the last, T: denied \\x1b exec\n");
	expect_line(&status, host, "\ndaemon      runs, pid 77\n");
	expect_line(&status, host, "\nhooks       8 of 8 attached\n");
	expect_line(&status, host,
		    "\ntrust       2 certificates: only policies that they signed are loaded\n"
		    "signature   valid, of CN=s (/p)\n");
}

TEST(what_needs_somebody)
{
	struct embargo_status status = state();
	const char *host = "{\"enforcing\": false, \"daemon\": {\"runs\": false, \"pid\": null},"
			   "\"trust\": {\"certificates\": null, \"why\": \"no certificate\"}}";

	status.ftrace_off = true;
	expect_line(&status, host, "enforcing   NO: kernel.ftrace_enabled is 0");
	expect_line(&status, host, "\ndaemon      DOES NOT RUN");
	expect_line(&status, host, "\ntrust       BROKEN: no certificate\n");
	status.ftrace_off = false;
	status.links = 6;
	expect_line(&status, host, "enforcing   IN PART: 6 of 8 hooks are attached");
	status.mode = EMBARGO_MODE_AUDIT;
	expect_line(&status, host, "enforcing   no: what is banned runs, and is logged");
}

/* The history is read from its end, over what is no denial, was cut off, or a test's. */
TEST(last_denial)
{
	char path[] = "/tmp/embargo-status-XXXXXX", rotated[64];
	FILE *file = fdopen(mkstemp(path), "w");
	json_t *event;

	snprintf(rotated, sizeof(rotated), "%s.1", path);
	ASSERT_NOT_NULL(file);
	EXPECT_TRUE(!embargo_event_log_denial(path));
	fputs("{\"verdict\": \"denied\", \"time\": \"1\"}\n{\"verdict\": \"denied\", \"time\": \"2\"}\n"
	      "{\"verdict\": \"audited\", \"reason\": \"denied\", \"time\": \"3\"}\n"
	      "{\"verdict\": \"denied\", \"time\": \"4\", \"selftest\": true}\n{\"verdict\": \"denied\", "
	      "\"ti",
	      file);
	fclose(file);
	event = embargo_event_log_denial(path);
	EXPECT_STREQ("2", json_string_value(json_object_get(event, "time")));
	json_decref(event);
	ASSERT_EQ(0, rename(path, rotated));
	event = embargo_event_log_denial(path);
	EXPECT_STREQ("2", json_string_value(json_object_get(event, "time")));
	json_decref(event);
	unlink(rotated);
}

TEST_HARNESS_MAIN
