// SPDX-License-Identifier: GPL-2.0-or-later
/* Times of many hosts as seconds, and back: UTC everywhere. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "userspace/report/report.h"

#define TIME_MIN 631152000LL  /* 1990-01-01T00:00:00Z */
#define TIME_MAX 7258118399LL /* 2199-12-31T23:59:59Z */

/* "YYYY-MM-DD" and, if @whole, "THH:MM:SS"; what is behind it, or NULL */
static const char *civil_read(const char *text, bool whole, struct tm *ret_tm)
{
	static const char shape[] = "dddd-dd-ddTdd:dd:dd";
	size_t size = whole ? sizeof(shape) - 1 : 10, i;
	struct tm tm = {0}, again;
	time_t time;

	for (i = 0; i < size; i++)
		if (shape[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != shape[i])
			return NULL;
	sscanf(text, "%4d-%2d-%2d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
	if (whole)
		sscanf(text + 11, "%2d:%2d:%2d", &tm.tm_hour, &tm.tm_min, &tm.tm_sec);
	if (tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 60)
		return NULL;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	again = tm;
	again.tm_hour = again.tm_min = again.tm_sec = 0;
	time = timegm(&again);
	gmtime_r(&time, &again);
	if (again.tm_mon != tm.tm_mon || again.tm_mday != tm.tm_mday) /* 31 February */
		return NULL;
	*ret_tm = tm;
	return text + size;
}

/* "Z", "+02:00", "-0500" */
static int zone_read(const char *text, int *ret_seconds)
{
	int hours, minutes, sign = *text == '-' ? -1 : 1;

	if (!strcmp(text, "Z") || !strcmp(text, "z")) {
		*ret_seconds = 0;
		return 0;
	}
	if ((*text != '+' && *text != '-') || strspn(text + 1, "0123456789:") != strlen(text + 1) ||
	    (strlen(text) != 6 && strlen(text) != 5))
		return -EINVAL;
	if (sscanf(text + 1, text[3] == ':' ? "%2d:%2d" : "%2d%2d", &hours, &minutes) != 2 || hours > 23 ||
	    minutes > 59)
		return -EINVAL;
	*ret_seconds = sign * (hours * 3600 + minutes * 60);
	return 0;
}

/* After the zone: 1990-01-01T00:00:00+02:00 is before the first year, and a leap second may be behind the
 * last. */
static int time_take(int64_t time, int64_t *ret_time)
{
	if (time < TIME_MIN || time > TIME_MAX)
		return -EINVAL;
	*ret_time = time;
	return 0;
}

int embargo_report_time_read(const char *text, int64_t *ret_time)
{
	struct tm tm;
	int zone;

	text = civil_read(text, true, &tm);
	if (!text)
		return -EINVAL;
	if (*text == '.')
		text += 1 + strspn(text + 1, "0123456789");
	if (zone_read(text, &zone))
		return -EINVAL;
	return time_take(timegm(&tm) - zone, ret_time);
}

int embargo_report_date_read(const char *text, int64_t *ret_time)
{
	const char *end;
	struct tm tm;

	if (!embargo_report_time_read(text, ret_time))
		return 0;
	end = civil_read(text, false, &tm);
	if (!end || *end)
		return -EINVAL;
	return time_take(timegm(&tm), ret_time);
}

static const char *format(int64_t time, const char *as, char text[EMBARGO_REPORT_TIME])
{
	time_t seconds = time;
	struct tm tm = {0};

	text[0] = '\0';
	if (time != EMBARGO_REPORT_NO_TIME && gmtime_r(&seconds, &tm))
		strftime(text, EMBARGO_REPORT_TIME, as, &tm);
	return text;
}

const char *embargo_report_date(int64_t time, char text[EMBARGO_REPORT_TIME])
{
	return format(time, "%Y-%m-%d", text);
}

const char *embargo_report_time(int64_t time, char text[EMBARGO_REPORT_TIME])
{
	return format(time, "%Y-%m-%dT%H:%M:%SZ", text);
}
