// SPDX-License-Identifier: GPL-2.0-or-later
/* The totals of an earlier report: of its JSON only the beginning is read, which has them. */
#include <errno.h>
#include <string.h>

#include "userspace/report/report.h"

#define HEAD (1U << 20)

int embargo_report_trend_read(const char *path, struct embargo_report_trend *ret_trend)
{
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	_cleanup_free_ char *text = malloc(HEAD + 1);
	const json_t *totals;
	const char *at, *date;
	json_t *object;
	size_t got;

	if (!file || !text)
		return file ? -ENOMEM : -errno;
	got = fread(text, 1, HEAD, file);
	if (ferror(file))
		return -errno ?: -EIO;
	text[got] = '\0';
	at = strstr(text, "\"totals\": {");
	date = strstr(text, "\"date\": \"");
	object = at && strstr(text, "\"schema\": 1")
			 ? json_loads(strchr(at, '{'), JSON_DISABLE_EOF_CHECK, NULL)
			 : NULL;
	totals = object;
	if (!json_is_integer(json_object_get(totals, "with_findings")) || !date) {
		json_decref(object);
		return -EBADMSG;
	}
	*ret_trend = (struct embargo_report_trend){
		.known = true,
		.hosts = json_integer_value(json_object_get(totals, "hosts")),
		.scanned = json_integer_value(json_object_get(totals, "scanned")),
		.with_findings = json_integer_value(json_object_get(totals, "with_findings")),
		.findings = json_integer_value(json_object_get(totals, "findings")),
		.active = json_integer_value(json_object_get(totals, "active")),
		.enforce = json_integer_value(json_object_get(totals, "enforce")),
	};
	snprintf(ret_trend->date, sizeof(ret_trend->date), "%.10s", date + strlen("\"date\": \""));
	json_decref(object);
	return 0;
}
