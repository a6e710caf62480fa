// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of hosts, products and scripts, dates, and cells of tables. */
#include "tests/harness.h"

#include "report_lines.h"

TEST(host_of_a_file)
{
	static const struct {
		const char *path;
		const char *host;
	} list[] = {
		{"web1.jsonl", "web1"},
		{"in/web1.example.org.events.jsonl", "web1.example.org"},
		{"in/web1.events.jsonl.1", "web1"},
		{"in/web1.events.jsonl.1.gz", "web1"},
		{"in/web1.scan.json.xz", "web1"},
		{"in/web1.status.json.zst", "web1"},
		{"in/web1/events.jsonl", "web1"},
		{"in/web1/events.jsonl.1.gz", "web1"},
		{"/web1/status.json", "web1"},
		{"in/10.0.0.1.jsonl", "10.0.0.1"},
		{"web1", "web1"},
		{"events.jsonl", NULL},
		{"./events.jsonl", NULL},
		{"../events.jsonl", NULL},
		{"/events.jsonl", NULL},
		{"standard input", NULL},
	};
	size_t i;

	for (i = 0; i < sizeof(list) / sizeof(*list); i++) {
		_cleanup_free_ char *host = embargo_report_host_of(list[i].path);

		EXPECT_STREQ(list[i].host, host)
		{
			TH_LOG("of %s", list[i].path);
		}
	}
}

static char *product(const char *kind, const char *rule, const char *package, const char *path)
{
	struct embargo_report_row row = {0};
	int i;

	for (i = 0; i < EMBARGO_REPORT_FIELDS; i++)
		row.text[i] = "";
	row.text[EMBARGO_ROW_RULE_KIND] = (char *)kind;
	row.text[EMBARGO_ROW_RULE_NAME] = (char *)rule;
	row.text[EMBARGO_ROW_PACKAGE] = (char *)package;
	row.text[EMBARGO_ROW_PATH] = (char *)path;
	return embargo_report_product(&row);
}

#define EXPECT_PRODUCT(expected, ...)                                                                        \
	do {                                                                                                 \
		_cleanup_free_ char *seen = product(__VA_ARGS__);                                            \
		EXPECT_STREQ(expected, seen);                                                                \
	} while (0)

TEST(products)
{
	EXPECT_PRODUCT("Agent VPN", "hash", "Agent VPN 21.3.10.391 (secure_connection.exe)", "", "/x");
	EXPECT_PRODUCT("Agent", "hash", "Agent 11.2.0-1", "agent", "/x");
	EXPECT_PRODUCT("Agent", "hash", "Agent v1.2", "", "/x");
	EXPECT_PRODUCT("Office 365", "hash", "Office 365", "", "/x");
	EXPECT_PRODUCT("1.2.3", "hash", "1.2.3", "", "/x");
	EXPECT_PRODUCT("(x)", "hash", "(x)", "", "/x");
	EXPECT_PRODUCT("agent", "signer", "Vendor Ltd", "agent", "/x");
	EXPECT_PRODUCT("Vendor Ltd", "signer", "Vendor Ltd", "", "/x");
	EXPECT_PRODUCT("agentd", "path", "", "", "/opt/agentd");
	EXPECT_PRODUCT("not named", "", "", "", "");
}

TEST(times)
{
	static const char *const bad[] = {"",
					  "2026-09-01",
					  "2026-09-01T00:00:00",
					  "2026-02-30T00:00:00Z",
					  "1969-01-01T00:00:00Z",
					  "2026-09-01T24:00:00Z",
					  "2026-09-01T00:00:00+2",
					  "2026-09-01T00:00:00+0a:00",
					  "2026-09-01T00:00:00Zx",
					  "1989-12-31T23:59:59Z",
					  "1990-01-01T00:00:00+00:01",
					  "2200-01-01T00:00:00Z",
					  "2199-12-31T23:59:00-00:01",
					  "2199-12-31T23:59:60Z"};
	char text[EMBARGO_REPORT_TIME];
	int64_t time = 1;
	size_t i;

	ASSERT_EQ(0, embargo_report_time_read("2026-09-01T01:30:00.123456+02:00", &time));
	EXPECT_STREQ("2026-08-31T23:30:00Z", embargo_report_time(time, text));
	EXPECT_STREQ("2026-08-31", embargo_report_date(time, text));
	ASSERT_EQ(0, embargo_report_date_read("2024-02-29", &time));
	EXPECT_STREQ("2024-02-29T00:00:00Z", embargo_report_time(time, text));
	EXPECT_STREQ("", embargo_report_date(EMBARGO_REPORT_NO_TIME, text));
	ASSERT_EQ(0, embargo_report_time_read("1990-01-01T00:00:00Z", &time));
	EXPECT_STREQ("1990-01-01", embargo_report_date(time, text));
	ASSERT_EQ(0, embargo_report_time_read("2200-01-01T00:30:00+00:31", &time));
	EXPECT_STREQ("2199-12-31T23:59:00Z", embargo_report_time(time, text));
	EXPECT_NE(0, embargo_report_date_read("2200-01-01", &time));
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		EXPECT_NE(0, embargo_report_time_read(bad[i], &time))
		{
			TH_LOG("%s", bad[i]);
		}
}

TEST(milestones)
{
	_cleanup_(embargo_report_freep) struct embargo_report *report = report_begin();
	struct embargo_report_milestone m[EMBARGO_REPORT_MILESTONES];
	char text[EMBARGO_REPORT_TIME];

	ASSERT_EQ(0, embargo_report_date_read("2017-09-13", &report->since));
	ASSERT_EQ(0, embargo_report_date_read("2017-09-12", &report->now));
	EXPECT_EQ(-1, embargo_report_day_of(report));
	report->now = report->since + 30 * 86400 + 5;
	EXPECT_EQ(30, embargo_report_day_of(report));
	report_take(report, "x",
		    SCAN("a", "2017-10-13T23:59:59Z", "\"/\"") END(true, 0)
			    SCAN("b", "2017-10-14T00:00:00Z", "\"/\"") END(true, 0));
	ASSERT_EQ(0, embargo_report_sum(report));
	embargo_report_milestones(report, m);
	EXPECT_STREQ("2017-10-13", embargo_report_date(m[0].date, text));
	EXPECT_STREQ("2017-11-12", embargo_report_date(m[1].date, text));
	EXPECT_STREQ("2017-12-12", embargo_report_date(m[2].date, text));
	EXPECT_TRUE(m[0].met);
	EXPECT_FALSE(m[2].met); /* none enforces */
	EXPECT_EQ(1, report->totals.scanned_by[0]);
	EXPECT_EQ(2, report->totals.scanned_by[1]);
}

static void expect_cell(const char *expected, const char *text)
{
	_cleanup_free_ char *seen = NULL;
	size_t size;
	FILE *out = open_memstream(&seen, &size);

	embargo_report_csv_cell(text, out);
	fclose(out);
	EXPECT_STREQ(expected, seen);
}

TEST(csv_cells)
{
	expect_cell("plain", "plain");
	expect_cell("", "");
	expect_cell("\"a,b\"", "a,b");
	expect_cell("\"say \"\"x\"\"\"", "say \"x\"");
	expect_cell("'=1+1", "=1+1");
	expect_cell("'+1", "+1");
	expect_cell("'-1", "-1");
	expect_cell("'@x", "@x");
	expect_cell("\"'=HYPERLINK(\"\"x\"\",1)\"", "=HYPERLINK(\"x\",1)");
	expect_cell("a\\x0ab", "a\nb");
	expect_cell("\\x09=1", "\t=1");
	expect_cell("a\\x5cb", "a\\b");
	expect_cell("\" a\"", " a");
	expect_cell("\\xff", "\xff");
}

TEST(names_of_scripts)
{
	static const struct {
		const char *host;
		const char *name;
	} list[] = {
		{"web1.example.org", "web1.example.org.sh"},
		{"../../etc/passwd", "%2e./..%2fetc"},
		{".hidden", "%2ehidden.sh"},
		{"a b\n", "a%20b%0a.sh"},
		{"a%20b", "a%2520b.sh"},
		{"", ".sh"},
	};
	char longest[5001] = "";
	size_t i;

	for (i = 0; i < sizeof(list) / sizeof(*list); i++) {
		_cleanup_free_ char *name = embargo_report_script_name(list[i].host);

		if (i != 1)
			EXPECT_STREQ(list[i].name, name);
		EXPECT_NULL(strchr(name, '/'));
	}
	for (i = 0; i < 2; i++) {
		_cleanup_free_ char *a = NULL, *b = NULL;

		memset(longest, i ? '\n' : 'x', 5000);
		a = embargo_report_script_name(longest);
		longest[4999] = 'y';
		b = embargo_report_script_name(longest);
		EXPECT_LT(strlen(a), 256);
		EXPECT_NE(0, strcmp(a, b));
	}
}

TEST_HARNESS_MAIN
