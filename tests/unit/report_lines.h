/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A report of lines that a test writes down. */
#ifndef EMBARGO_TESTS_UNIT_REPORT_LINES_H
#define EMBARGO_TESTS_UNIT_REPORT_LINES_H

#include <string.h>

#include "userspace/report/out.h"

#define SCAN(host, time, paths)                                                                              \
	"{\"type\":\"scan\",\"schema\":1,\"host\":\"" host "\",\"time\":\"" time "\",\"mode\":\"audit\","    \
	"\"kernel\":\"6.1.0-13-amd64\",\"paths\":[" paths "]}\n"
#define HASH_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HASH_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define FOUND(kind, path, more)                                                                              \
	"{\"type\":\"finding\",\"kind\":\"" kind "\",\"verdict\":\"denied\",\"path\":\"" path                \
	"\",\"rule_name\":\"Agent 1.2.3\",\"rule_kind\":\"hash\"" more "}\n"
#define END(complete, findings)                                                                              \
	"{\"type\":\"summary\",\"findings\":" #findings ",\"complete\":" #complete "}\n"
#define EVENT(number, verdict, path)                                                                         \
	"{\"time\":\"2026-09-03T10:00:00.000000+02:00\",\"time_ns\":" #number                                \
	",\"boot_id\":\"b\",\"generation\":1,\"pid\":7,\"hook\":\"exec\",\"mode\":\"enforce\",\"verdict\":"  \
	"\"" verdict "\",\"path\":\"" path "\",\"rule_name\":\"Agent 1.2.3\",\"kind\":\"hash\"}\n"

/* Every line of @text, as if of @file. */
static inline void report_take(struct embargo_report *report, const char *file, const char *text)
{
	struct embargo_report_place place = {.file = file, .line = 1};
	const char *end;

	for (; *text; text = end + 1, place.line++) {
		end = strchrnul(text, '\n');
		ASSERT_EQ(0, embargo_report_line(report, &place, text, end - text));
		if (!*end)
			break;
	}
}

static inline struct embargo_report *report_begin(void)
{
	struct embargo_report *report = NULL;

	ASSERT_EQ(0, embargo_report_new(&report));
	report->title = "test";
	return report;
}

/* The whole of it, added up. */
static inline struct embargo_report *report_of(const char *text)
{
	struct embargo_report *report = report_begin();

	report_take(report, "x.jsonl", text);
	ASSERT_EQ(0, embargo_report_sum(report));
	return report;
}

#define EXPECT_HAS(text, part)                                                                               \
	EXPECT_TRUE(strstr(text, part))                                                                      \
	{                                                                                                    \
		TH_LOG("it has: %s", text);                                                                  \
	}
#define EXPECT_LACKS(text, part)                                                                             \
	EXPECT_FALSE(strstr(text, part))                                                                     \
	{                                                                                                    \
		TH_LOG("it has: %s", text);                                                                  \
	}

#endif
