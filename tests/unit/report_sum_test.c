// SPDX-License-Identifier: GPL-2.0-or-later
/* What lines of many hosts add up to. */
#include "tests/harness.h"

#include "report_lines.h"

TEST(nothing_is_no_clean_bill)
{
	_cleanup_(embargo_report_freep) struct embargo_report *report = report_of("");

	EXPECT_EQ(EMBARGO_LEVEL_NOTHING, embargo_report_level(report));
	EXPECT_EQ(0, report->totals.hosts);
}

TEST(clean_scan)
{
	_cleanup_(embargo_report_freep) struct embargo_report *report =
		report_of(SCAN("a", "2026-09-01T00:00:00Z", "\"/\"") END(true, 0));

	EXPECT_EQ(EMBARGO_LEVEL_CLEAN, embargo_report_level(report));
	EXPECT_EQ(1, report->totals.scanned);
	EXPECT_EQ(1, report->totals.mode[EMBARGO_REPORT_AUDIT]);
}

/* Of the rest nobody knows anything. */
TEST(scan_of_a_part_is_not_complete)
{
	_cleanup_(embargo_report_freep) struct embargo_report *report =
		report_of(SCAN("a", "2026-09-01T00:00:00Z", "\"/opt\", \"/usr\"") END(true, 0)
				  SCAN("b", "2026-09-01T00:00:00Z", "") END(true, 0)
					  SCAN("c", "2026-09-01T00:00:00Z", "\"/opt\"") END(true, 0)
						  SCAN("c", "2026-09-02T00:00:00Z", "\"/\"") END(true, 0));
	struct embargo_report_milestone milestones[EMBARGO_REPORT_MILESTONES];
	_cleanup_free_ char *gaps = embargo_report_gaps(report);

	report->since = report->now = 1788220800; /* that day */
	EXPECT_EQ(EMBARGO_LEVEL_GAPS, embargo_report_level(report));
	EXPECT_EQ(3, report->totals.scanned);
	EXPECT_EQ(0, report->totals.incomplete);
	EXPECT_EQ(2, report->totals.partial);
	EXPECT_EQ(1, embargo_report_complete(&report->totals));
	EXPECT_STREQ("2 hosts were scanned in part only", gaps);
	embargo_report_milestones(report, milestones);
	EXPECT_FALSE(milestones[0].met);
	EXPECT_HAS(milestones[0].state, "1 of 3 hosts scanned completely");
	EXPECT_EQ(EMBARGO_REPORT_NO_TIME, embargo_report_host(report, "a")->first_scan);
}

TEST(scan_without_its_end_is_incomplete)
{
	_cleanup_(embargo_report_freep) struct embargo_report *report =
		report_of(SCAN("a", "2026-09-01T00:00:00Z", "\"/\""));

	EXPECT_EQ(EMBARGO_LEVEL_GAPS, embargo_report_level(report));
	EXPECT_EQ(1, report->totals.incomplete);
}

TEST(scan_with_lines_missing_is_incomplete)
{
	_cleanup_(embargo_report_freep) struct embargo_report *report =
		report_of(SCAN("a", "2026-09-01T00:00:00Z", "\"/\"") FOUND("file", "/x", "") END(true, 2));

	EXPECT_EQ(1, report->totals.incomplete);
	EXPECT_EQ(1, report->totals.findings);
}

TEST(later_scan_of_the_same_paths_counts)
{
	_cleanup_(embargo_report_freep) struct embargo_report *report =
		report_of(SCAN("a", "2026-10-01T00:00:00Z", "\"/\"") END(true, 0) SCAN(
			"a", "2026-09-01T00:00:00Z", "\"/opt\"") FOUND("file", "/opt/x", "") END(true, 1));

	EXPECT_EQ(0, report->totals.findings);
	EXPECT_EQ(1, report->totals.superseded);
	EXPECT_EQ(EMBARGO_LEVEL_CLEAN, embargo_report_level(report));
}

TEST(later_scan_of_other_paths_adds)
{
	_cleanup_(embargo_report_freep) struct embargo_report *report =
		report_of(SCAN("a", "2026-09-01T00:00:00Z", "\"/opt\"") FOUND("file", "/opt/x", "")
				  END(true, 1) SCAN("a", "2026-10-01T00:00:00Z", "\"/optional\"")
					  FOUND("file", "/optional/x", "") END(true, 1));

	EXPECT_EQ(2, report->totals.findings);
	EXPECT_EQ(0, report->totals.superseded);
}

/* In a list of paths: another key behind it. */
#define AND(key) "],\"" key "\":true,\"more\":["
#define EARLIER(more)                                                                                        \
	SCAN("a", "2026-09-01T00:00:00Z", "\"/opt\"" more)                                                   \
	FOUND("file", "/opt/x", "") FOUND("member", "/opt/y", ",\"member\":\"z\"") END(true, 2)
#define LATER(more) SCAN("a", "2026-10-01T00:00:00Z", "\"/opt\"" more) END(true, 0)

FIXTURE(later_scan){};

FIXTURE_VARIANT(later_scan)
{
	const char *lines;
	unsigned int findings;
};

FIXTURE_VARIANT_ADD(later_scan, looks_into_archives_too){
	.lines = EARLIER(AND("archives")) LATER(AND("archives")),
};

FIXTURE_VARIANT_ADD(later_scan, looks_into_no_archives){
	.lines = EARLIER(AND("archives")) LATER(""),
	.findings = 1,
};

FIXTURE_VARIANT_ADD(later_scan, looks_into_archives_at_last){
	.lines = EARLIER(AND("archives")) LATER("")
		SCAN("a", "2026-11-01T00:00:00Z", "\"/opt\"" AND("archives")) END(true, 0),
};

FIXTURE_VARIANT_ADD(later_scan, looks_into_one_file_system){
	.lines = EARLIER(AND("all_filesystems")) LATER(""),
	.findings = 2,
};

FIXTURE_VARIANT_ADD(later_scan, looks_into_no_network){
	.lines = EARLIER("],\"all_filesystems\":true,\"network\":true,\"more\":[")
		LATER(AND("all_filesystems")),
	.findings = 2,
};

FIXTURE_SETUP(later_scan)
{
}

TEST_F(later_scan, replaces_what_it_saw_too)
{
	_cleanup_(embargo_report_freep) struct embargo_report *report = report_of(variant->lines);

	EXPECT_EQ(variant->findings, report->totals.findings);
	EXPECT_EQ(0, report->bad_count);
}

TEST(later_scan_without_present_use_adds)
{
	_cleanup_(embargo_report_freep) struct embargo_report *report =
		report_of(SCAN("a", "2026-09-01T00:00:00Z", "") FOUND("process", "/opt/x", "") END(true, 1)
				  SCAN("a", "2026-10-01T00:00:00Z", "\"/opt\"") END(true, 0));

	EXPECT_EQ(1, report->totals.findings);
	EXPECT_EQ(0, report->totals.superseded);
}

TEST(later_scan_of_present_use_counts)
{
	_cleanup_(embargo_report_freep) struct embargo_report *report =
		report_of(SCAN("a", "2026-09-01T00:00:00Z", "") FOUND("process", "/opt/x", "") END(true, 1)
				  SCAN("a", "2026-10-01T00:00:00Z", "\"/\"") END(true, 0));

	EXPECT_EQ(0, report->totals.findings);
	EXPECT_EQ(1, report->totals.superseded);
}

TEST(incomplete_scan_supersedes_nothing)
{
	_cleanup_(embargo_report_freep) struct embargo_report *report = report_of(
		SCAN("a", "2026-09-01T00:00:00Z", "\"/\"") FOUND("file", "/x", "") END(true, 1)
			SCAN("a", "2026-10-01T00:00:00Z", "\"/\"") FOUND("file", "/x", "") END(false, 1));

	EXPECT_EQ(1, report->totals.findings); /* the same one */
	EXPECT_EQ(1, report->totals.incomplete);
	EXPECT_EQ(0, report->totals.superseded);
}

TEST(the_same_scan_twice_counts_once)
{
#define ONCE SCAN("a", "2026-09-01T00:00:00Z", "\"/\"") FOUND("file", "/x", "") END(true, 1)
	_cleanup_(embargo_report_freep) struct embargo_report *report = report_of(ONCE ONCE);

	EXPECT_EQ(1, report->totals.findings);
	EXPECT_EQ(1, report->totals.superseded);
}

TEST(events_are_counted_once_and_by_day)
{
	_cleanup_(embargo_report_freep) struct embargo_report *report = report_begin();
	struct embargo_report_day *day;

	report_take(report, "web1.events.jsonl", EVENT(1, "denied", "/x") EVENT(2, "would-deny", "/x"));
	report_take(report, "web1.events.jsonl.1", EVENT(1, "denied", "/x") EVENT(3, "denied", "/x"));
	report_take(report, "web2.events.jsonl", EVENT(1, "denied", "/x"));
	ASSERT_EQ(0, embargo_report_sum(report));
	EXPECT_EQ(3, report->totals.denied);
	EXPECT_EQ(1, report->totals.would_deny);
	EXPECT_EQ(1, report->totals.repeated);
	EXPECT_EQ(2, report->totals.hosts);
	day = embargo_report_find(&report->days, "2026-09-03");
	ASSERT_NOT_NULL(day);
	EXPECT_EQ(3, day->denied);
}

TEST(a_line_that_sums_up_many_events_counts_as_many)
{
	_cleanup_(embargo_report_freep) struct embargo_report *report = report_of(
		"{\"host\":\"a\",\"time\":\"2026-09-03T10:00:00Z\",\"time_ns\":1,\"verdict\":\"denied\"}\n"
		"{\"host\":\"a\",\"time\":\"2026-09-03T10:00:00Z\",\"time_ns\":1,\"verdict\":\"denied\","
		"\"repeated\":40}\n");

	EXPECT_EQ(41, report->totals.denied);
	EXPECT_EQ(0, report->totals.repeated);
}

TEST(mode_is_the_newest_word)
{
	_cleanup_(embargo_report_freep) struct embargo_report *report =
		report_of("{\"loaded\":true,\"mode\":\"enforce\",\"host\":\"a\",\"time\":\"2026-10-02T00:00:"
			  "00Z\"}\n" SCAN("a", "2026-10-01T00:00:00Z", "\"/\"")
				  END(true, 0) "{\"loaded\":false,\"host\":\"b\"}\n" SCAN(
					  "b", "2026-10-01T00:00:00Z", "\"/\"") END(true, 0));

	EXPECT_EQ(1, report->totals.mode[EMBARGO_REPORT_ENFORCE]);
	EXPECT_EQ(1, report->totals.mode[EMBARGO_REPORT_OFF]);
	EXPECT_EQ(0, report->totals.mode[EMBARGO_REPORT_AUDIT]);
}

TEST(expected_hosts)
{
	_cleanup_(embargo_report_freep) struct embargo_report *report = report_begin();

	report_take(report, "x",
		    SCAN("web1", "2026-10-01T00:00:00Z", "\"/\"") END(true, 0)
			    SCAN("other", "2026-10-01T00:00:00Z", "\"/\"") END(true, 0));
	report->listed = true;
	ASSERT_EQ(0, embargo_report_expect(report, "web1.example.org")); /* the same by its first label */
	ASSERT_EQ(0, embargo_report_expect(report, "web2.example.org"));
	ASSERT_EQ(0, embargo_report_sum(report));
	EXPECT_EQ(3, report->totals.hosts);
	EXPECT_EQ(1, report->totals.missing);
	EXPECT_EQ(1, report->totals.unexpected);
	EXPECT_EQ(EMBARGO_LEVEL_GAPS, embargo_report_level(report));
}

TEST(in_use_and_present)
{
	_cleanup_(embargo_report_freep) struct embargo_report *report =
		report_of(SCAN("a", "2026-09-01T00:00:00Z", "\"/\"")
				  FOUND("process", "/x", ",\"pid\":7,\"active\":true") END(true, 1)
					  SCAN("b", "2026-09-01T00:00:00Z", "\"/\"") FOUND("file", "/x", "")
						  END(true, 1));
	_cleanup_free_ char *headline = embargo_report_headline(report);

	EXPECT_EQ(EMBARGO_LEVEL_ACTIVE, embargo_report_level(report));
	EXPECT_STREQ("Banned software is in use on 1 of 2 hosts, and present on 1 more", headline);
}

TEST(audit_rules_ban_nothing)
{
	_cleanup_(embargo_report_freep) struct embargo_report *report = report_of(SCAN(
		"a", "2026-09-01T00:00:00Z", "\"/\"") "{\"type\":\"finding\",\"kind\":\"file\",\"verdict\":"
						      "\"audited\",\"path\":\"/x\"}\n" END(true, 1));

	EXPECT_EQ(EMBARGO_LEVEL_CLEAN, embargo_report_level(report));
	EXPECT_EQ(1, report->totals.watched);
}

FIXTURE(bad)
{
	int nothing;
};

FIXTURE_VARIANT(bad)
{
	const char *line;
	const char *why;
};

FIXTURE_SETUP(bad)
{
	(void)self;
	(void)variant;
}

FIXTURE_TEARDOWN(bad)
{
	(void)self;
	(void)variant;
}

#define BAD(name, text, words)                                                                               \
	FIXTURE_VARIANT_ADD(bad, name)                                                                       \
	{                                                                                                    \
		.line = text, .why = words,                                                                  \
	}

BAD(no_json, "hello", "no JSON object");
BAD(array, "[1]", "another value");
BAD(cut_off, "{\"type\":\"scan\",\"ho", "no JSON object");
BAD(nul, "{\"host\":\"a\\u0000b\"}", "no JSON object");
BAD(no_utf8, "{\"host\":\"a\xff\"}", "no JSON object");
BAD(twice, "{\"host\":\"a\",\"host\":\"b\"}", "no JSON object");
BAD(of_nobody, "{\"verdict\":\"denied\"}", "not known of which host");
BAD(of_nothing, "{\"host\":\"a\",\"x\":1}", "neither of a scan, nor an event");
BAD(type, "{\"host\":\"a\",\"type\":\"else\"}", "of no known type");
BAD(scan_time, "{\"host\":\"a\",\"type\":\"scan\",\"time\":\"yesterday\",\"paths\":[]}", "none of RFC 3339");
BAD(scan_paths, "{\"host\":\"a\",\"type\":\"scan\",\"time\":\"2026-09-01T00:00:00Z\"}",
    "without its \"paths\"");
BAD(kind, "{\"host\":\"a\",\"type\":\"finding\",\"kind\":\"x\"}", "no known kind");
BAD(verdict, "{\"host\":\"a\",\"type\":\"finding\",\"kind\":\"file\",\"verdict\":\"x\"}", "no known verdict");
BAD(place, "{\"host\":\"a\",\"type\":\"finding\",\"kind\":\"file\",\"verdict\":\"denied\"}",
    "without a path");
BAD(hash,
    "{\"host\":\"a\",\"type\":\"finding\",\"kind\":\"file\",\"verdict\":\"denied\",\"path\":\"/"
    "x\",\"sha256\":\"$(id)\"}",
    "no SHA-256");
BAD(event_time, "{\"host\":\"a\",\"verdict\":\"denied\",\"time\":\"2026-02-30T00:00:00Z\"}",
    "none of RFC 3339");
BAD(event_verdict, "{\"host\":\"a\",\"verdict\":\"perhaps\"}", "no known verdict");

TEST_F(bad, is_counted_and_told)
{
	_cleanup_(embargo_report_freep) struct embargo_report *report = report_begin();

	(void)self;
	report_take(report, "-", "{\"type\":\"host\",\"host\":\"before\"}");
	report_take(report, "events.jsonl", variant->line);
	ASSERT_EQ(1, report->bad_count);
	EXPECT_HAS(report->bad[0], "events.jsonl:1: ");
	EXPECT_HAS(report->bad[0], variant->why);
	ASSERT_EQ(0, embargo_report_sum(report));
	EXPECT_EQ(0, report->totals.findings + report->totals.denied);
}

TEST(only_so_many_bad_lines_are_kept)
{
	_cleanup_(embargo_report_freep) struct embargo_report *report = report_begin();
	int i;

	for (i = 0; i < 1000; i++)
		report_take(report, "x", "?");
	EXPECT_EQ(1000, report->bad_count);
}

/* How many rows the table beside the chart has, with events on these days. */
static int chart_rows(const char *const *dates, size_t count)
{
	_cleanup_(embargo_report_freep) struct embargo_report *report = report_of("");
	_cleanup_free_ char *page = NULL;
	const char *at;
	int rows = 0;
	size_t size, i;
	FILE *out;

	for (i = 0; i < count; i++) {
		struct embargo_report_day *day = embargo_report_entry(&report->days, dates[i], sizeof(*day));

		ASSERT_NOT_NULL(day);
		day->denied = 1;
	}
	out = open_memstream(&page, &size);
	ASSERT_NOT_NULL(out);
	ASSERT_EQ(0, embargo_report_html(report, NULL, out));
	fclose(out);
	at = strstr(page, "The same as a table");
	ASSERT_NOT_NULL(at);
	for (; (at = strstr(at, "<th scope=\"row\">")); at++) {
		if (at > strstr(page, "</details>"))
			break;
		rows++;
	}
	return rows;
}

#define CHART_ROWS(...)                                                                                      \
	chart_rows((const char *const[]){__VA_ARGS__},                                                       \
		   sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/* Whatever days there are, the chart has room for its bars. */
TEST(bars_of_the_chart)
{
	EXPECT_EQ(1, CHART_ROWS("2026-09-01"));
	EXPECT_EQ(62, CHART_ROWS("2026-09-01", "2026-11-01"));
	EXPECT_EQ(9, CHART_ROWS("2026-09-01", "2026-11-02"));
	EXPECT_EQ(21, CHART_ROWS("1990-01-01", "2199-12-31"));
	EXPECT_EQ(0, CHART_ROWS("1989-12-31", "2026-09-01"));
	EXPECT_EQ(2, CHART_ROWS("2026-09-01", "2026-09-01x", "2026-09-02"));
}

TEST_HARNESS_MAIN
