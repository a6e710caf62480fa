// SPDX-License-Identifier: GPL-2.0-or-later
/* The text format of Prometheus, checked line by line, and the dashboard that reads it. */
#include "tests/unit/event_record.h"

#include <jansson.h>
#include <regex.h>

#include "userspace/daemon/metrics.h"

#define DASHBOARD "userspace/share/grafana/embargo.json"
#define ALERTS "userspace/share/prometheus/embargo.rules.yml"
#define LABEL "[a-z_]+=\"([^\"\\\n]|\\\\[\\\"n])*\""

static const char sample_line[] = "^([a-z_]+)(\\{" LABEL "(," LABEL ")*\\})? -?[0-9]+([.][0-9]+)?$";
static const char help_line[] = "^# HELP ([a-z_]+) [A-Z].*\\.$";
static const char type_line[] = "^# TYPE ([a-z_]+) (counter|gauge|histogram)$";

/* A policy whose names need to be escaped, in force. */
static char *text_make(void)
{
	static const char policy_text[] = "policy my.policy\nversion 7\nban path /opt/x/\n";
	static struct embargo_tally tally = {
		.limited = 12, .selftest = 2, .told = 3, .told_within = {0, 0, 1, 1, 1, 2, 3, 3}};
	static struct embargo_sinks sinks;
	static struct embargo_watch_shared watch = {.active = 1,
						    .queued = 17,
						    .force_ns = 5000000,
						    .force_count = 1,
						    .force_within = {1, 1, 1, 1, 1, 1, 1, 1}};
	struct embargo_policy *policy = embargo_policy_new();
	struct embargo_status status = {
		.loaded = true, .mode = EMBARGO_MODE_ENFORCE, .ring_size = 4096, .links = 7};
	static struct embargo_image_header header;
	struct embargo_policydb policydb = {.image = &header, .generation = 9};
	static struct embargo_fetch_state fetch = {.serial = 7,
						   .expires = 1799999060,
						   .success = 4000,
						   .failures = 2,
						   .cause = EMBARGO_FETCH_LOCK_OUT};
	struct embargo_metrics metrics = {.status = &status,
					  .policydb = &policydb,
					  .loaded_at = 1000,
					  .now = 1060,
					  .real = 1800000060,
					  .reload_since = 1800000000,
					  .broken = true,
					  .tally = &tally,
					  .sinks = &sinks,
					  .watch = &watch,
					  .fetch = &fetch};

	ASSERT_EQ(0, embargo_policy_read_buffer(policy, "/a\"\\\n\xff.policy", policy_text,
						sizeof(policy_text) - 1, 0));
	ASSERT_EQ(0, embargo_policy_check(policy, 0));
	policydb.set = policy->set;
	header.rules_by_kind[EMBARGO_KIND_PATH] = 1;
	status.counters[EMBARGO_COUNTER_VERDICT(EMBARGO_HOOK_EXEC, EMBARGO_DENIED)] = 5;
	status.counters[EMBARGO_COUNTER_SINGLE(EMBARGO_COUNT_LOST)] = 1ULL << 40;
	tally.events[EMBARGO_HOOK_EXEC][EMBARGO_KIND_PATH][EMBARGO_MODE_ENFORCE][EMBARGO_DENIED] = 4;
	tally.events[EMBARGO_HOOK_MMAP][EMBARGO_KIND_MAX][EMBARGO_MODE_AUDIT][EMBARGO_AUDITED] = 3;
	sinks.delivered[EMBARGO_SINK_JOURNAL] = 2;
	watch.counts[EMBARGO_WATCH_PINNED] = 3;
	return embargo_metrics_text(&metrics);
}

static bool matches(const char *line, const char *pattern, char name[128])
{
	regmatch_t match[2];
	regex_t expression;
	bool found;

	ASSERT_EQ(0, regcomp(&expression, pattern, REG_EXTENDED));
	found = !regexec(&expression, line, 2, match, 0);
	regfree(&expression);
	if (found)
		snprintf(name, 128, "%.*s", (int)(match[1].rm_eo - match[1].rm_so), line + match[1].rm_so);
	return found;
}

/* What `promtool check metrics` asks for: help, then type, then samples; each family once, each sample once.
 */
TEST(format_is_right)
{
	char *text = text_make(), *rest = NULL, *seen[512], name[128], family[128] = "", type[128];
	size_t count = 0, families = 0;
	bool typed = false, counter = false, histogram = false;

	ASSERT_NOT_NULL(text);
	ASSERT_EQ('\n', text[strlen(text) - 1]);
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (matches(line, help_line, name)) {
			for (size_t i = 0; i < count; i++)
				ASSERT_FALSE(!strncmp(seen[i], name, strlen(name)) &&
					     strchr("{ ", seen[i][strlen(name)]));
			strcpy(family, name);
			typed = false;
			families++;
		} else if (matches(line, type_line, type)) {
			EXPECT_STREQ(family, type);
			EXPECT_FALSE(typed);
			typed = true;
			counter = strstr(line, " counter");
			histogram = strstr(line, " histogram");
			EXPECT_EQ(counter, strlen(type) > 6 && !strcmp(type + strlen(type) - 6, "_total"));
		} else {
			ASSERT_TRUE(matches(line, sample_line, name)) TH_LOG("%s", line);
			if (histogram)
				EXPECT_EQ(0, strncmp(family, name, strlen(family)));
			else
				EXPECT_STREQ(family, name);
			EXPECT_TRUE(typed);
			EXPECT_EQ(0, strncmp(name, "embargo_", 8));
			EXPECT_FALSE(counter && strstr(line, "} -"));
			for (size_t i = 0; i < count; i++)
				ASSERT_FALSE(!strncmp(seen[i], line, strrchr(line, ' ') - line + 1))
			TH_LOG("%s", line);
			ASSERT_GT(512, count);
			seen[count++] = line;
		}
	}
	EXPECT_LE(15, families);
}

TEST(values_are_there)
{
	static const char *const lines[] = {
		"embargo_loaded 1",
		"embargo_mode{mode=\"audit\"} 0",
		"embargo_mode{mode=\"enforce\"} 1",
		"embargo_policy_info{name=\"my.policy\",version=\"7\",file=\"/"
		"a\\\"\\\\x5c\\\\x0a\\\\xff.policy\"} 1",
		"embargo_policy_generation 9",
		"embargo_policy_age_seconds 60",
		"embargo_rules{kind=\"path\"} 1",
		"embargo_verdicts_total{hook=\"exec\",verdict=\"denied\"} 5",
		"embargo_no_verdict_total{cause=\"hash-failed\"} 0",
		"embargo_ring_lost_total 1099511627776",
		"embargo_events_total{hook=\"exec\",kind=\"path\",mode=\"enforce\",verdict=\"denied\"} 4",
		"embargo_events_total{hook=\"mmap\",kind=\"none\",mode=\"audit\",verdict=\"audited\"} 3",
		"embargo_delivered_total{sink=\"journal\"} 2",
		"embargo_limited_total 12",
		"embargo_watch_active 1",
		"embargo_watch_queue 17",
		"embargo_policy_expires_seconds -1000",
		"embargo_fetch_last_success_seconds 4000",
		"embargo_fetch_failures_total 2",
		"embargo_fetch_failed{cause=\"lock-out\"} 1",
		"embargo_fetch_failed{cause=\"none\"} 0",
		"embargo_watch_pinned_total 3",
		"embargo_watch_in_force_seconds_total 0.005000",
		"embargo_watch_in_force_seconds_bucket{le=\"0.010\"} 1",
		"embargo_watch_in_force_seconds_bucket{le=\"+Inf\"} 1",
		"embargo_watch_in_force_seconds_sum 0.005000",
		"embargo_delivery_seconds_bucket{le=\"1.000\"} 2",
		"embargo_delivery_seconds_count 3",
		"embargo_policy_broken 1",
		"embargo_policy_loaded_timestamp_seconds 1800000000",
		"embargo_config_last_reload_successful 1",
		"embargo_config_last_reload_success_timestamp_seconds 1800000000",
		"embargo_ftrace_enabled 1",
		"embargo_sealed 0",
		"embargo_tamper_total{what=\"map\"} 0",
		"embargo_hooks_attached 7",
		"embargo_hooks_expected 9",
		"embargo_selftest_events_total 2",
	};
	char *text = text_make(), line[256];

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		snprintf(line, sizeof(line), "\n%s\n", lines[i]);
		EXPECT_NOT_NULL(strstr(text, line)) TH_LOG("%s\n%s", lines[i], text);
	}
	free(text);
}

TEST(nothing_is_loaded)
{
	struct embargo_status status = {0};
	struct embargo_tally tally = {0};
	struct embargo_sinks sinks = {0};
	struct embargo_metrics metrics = {.status = &status, .tally = &tally, .sinks = &sinks};
	char *text = embargo_metrics_text(&metrics);

	EXPECT_NOT_NULL(strstr(text, "\nembargo_loaded 0\n"));
	EXPECT_NOT_NULL(strstr(text, "\nembargo_mode{mode=\"audit\"} 0\n"));
	free(text);
}

/* Every word of an expression that begins like ours is a metric of ours. */
static size_t expect_known(const char *expression, const char *text)
{
	const char *at = expression;
	char type[160];
	size_t count = 0, length;

	while ((at = strstr(at, "embargo_"))) {
		length = strspn(at, "abcdefghijklmnopqrstuvwxyz_");
		snprintf(type, sizeof(type), "\n# TYPE %.*s ", (int)length, at);
		/* of a histogram */
		if (length > 7 && !strncmp(at + length - 7, "_bucket", 7))
			snprintf(type, sizeof(type), "\n# TYPE %.*s ", (int)length - 7, at);
		EXPECT_NOT_NULL(strstr(text, type)) TH_LOG("%s", expression);
		at += length;
		count++;
	}
	return count;
}

TEST(dashboard_reads_what_there_is)
{
	json_error_t error;
	json_t *dashboard = json_load_file(DASHBOARD, JSON_REJECT_DUPLICATES, &error), *panel, *target;
	char *text = text_make();
	size_t i, j, panels = 0;

	ASSERT_NOT_NULL(dashboard) TH_LOG("%s:%d: %s", DASHBOARD, error.line, error.text);
	json_array_foreach(json_object_get(dashboard, "panels"), i, panel)
	{
		json_array_foreach(json_object_get(panel, "targets"), j, target)
			EXPECT_LT(0, expect_known(json_string_value(json_object_get(target, "expr")), text));
		panels++;
	}
	EXPECT_LE(10, panels);
	json_decref(dashboard);
	free(text);
}

TEST(alerts_ask_for_what_there_is)
{
	FILE *file = fopen(ALERTS, "re");
	char *text = text_make(), *line = NULL, *at;
	size_t room = 0, alerts = 0;

	ASSERT_NOT_NULL(file);
	while (getline(&line, &room, file) > 0) {
		at = strstr(line, " expr: ");
		if (!at)
			continue;
		EXPECT_LT(0, expect_known(at, text));
		alerts++;
	}
	EXPECT_LE(10, alerts);
	fclose(file);
	free(line);
	free(text);
}

TEST_HARNESS_MAIN
