// SPDX-License-Identifier: GPL-2.0-or-later
/* JSON of a finding (userspace/scan/finding.h) or an event (userspace/event/event_json.c) -> a row. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "userspace/report/report.h"

#define REPEATED_MAX 1000000000000LL

const char *const embargo_report_field_names[EMBARGO_REPORT_FIELDS] = {
	[EMBARGO_ROW_KIND] = "kind",
	[EMBARGO_ROW_VERDICT] = "verdict",
	[EMBARGO_ROW_PATH] = "path",
	[EMBARGO_ROW_MEMBER] = "member",
	[EMBARGO_ROW_CONTAINER] = "container",
	[EMBARGO_ROW_FORMAT] = "format",
	[EMBARGO_ROW_SHA256] = "sha256",
	[EMBARGO_ROW_RULE] = "rule",
	[EMBARGO_ROW_RULE_NAME] = "rule_name",
	[EMBARGO_ROW_RULE_KIND] = "rule_kind",
	[EMBARGO_ROW_REASON] = "reason",
	[EMBARGO_ROW_AUTHORITY] = "authority",
	[EMBARGO_ROW_SOURCE] = "source",
	[EMBARGO_ROW_POLICY_FILE] = "policy_file",
	[EMBARGO_ROW_GROUND] = "ground",
	[EMBARGO_ROW_PACKAGE] = "package",
	[EMBARGO_ROW_PACKAGE_VERSION] = "package_version",
	[EMBARGO_ROW_PACKAGE_MANAGER] = "package_manager",
	[EMBARGO_ROW_VENDOR] = "vendor",
	[EMBARGO_ROW_SIGNER] = "signer",
	[EMBARGO_ROW_COMM] = "comm",
	[EMBARGO_ROW_UNIT] = "unit",
	[EMBARGO_ROW_SCOPE] = "scope",
	[EMBARGO_ROW_EFFECTIVE] = "effective",
	[EMBARGO_ROW_CPE] = "cpe",
};

static int digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

/* Hexadecimal digits -> bytes that are a string; NULL: they are not. */
static char *unhex(const char *hex)
{
	size_t size = strlen(hex) / 2, i;
	char *bytes;

	if (strlen(hex) % 2 || strspn(hex, "0123456789abcdefABCDEF") != strlen(hex))
		return NULL;
	bytes = calloc(size + 1, 1);
	for (i = 0; bytes && i < size; i++) {
		bytes[i] = digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]);
		if (!bytes[i]) {
			free(bytes);
			return NULL;
		}
	}
	return bytes;
}

char *embargo_report_string(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key)), *hex;
	char key_hex[64], *bytes = NULL;

	if (!text)
		return NULL;
	snprintf(key_hex, sizeof(key_hex), "%s_hex", key);
	hex = json_string_value(json_object_get(object, key_hex));
	if (hex)
		bytes = unhex(hex);
	return bytes ?: strdup(text);
}

static int64_t number(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_integer(value) && json_integer_value(value) >= 0 ? json_integer_value(value)
									: EMBARGO_REPORT_NONE;
}

/* All strings of @object whose keys are in @keys. */
static int strings_read(const json_t *object, const char *const keys[EMBARGO_REPORT_FIELDS],
			struct embargo_report_row *row)
{
	size_t offset[EMBARGO_REPORT_FIELDS], size;
	_cleanup_free_ char *text = NULL;
	FILE *out;
	int i;

	out = open_memstream(&text, &size);
	if (!out)
		return -ENOMEM;
	for (i = 0; i < EMBARGO_REPORT_FIELDS; i++) {
		_cleanup_free_ char *string = keys[i] ? embargo_report_string(object, keys[i]) : NULL;

		offset[i] = ftello(out);
		fputs(string ?: "", out);
		fputc('\0', out);
	}
	if (fclose(out))
		return -ENOMEM;
	row->strings = TAKE_PTR(text);
	for (i = 0; i < EMBARGO_REPORT_FIELDS; i++)
		row->text[i] = row->strings + offset[i];
	row->size = row->pid = EMBARGO_REPORT_NONE;
	row->time = row->last = EMBARGO_REPORT_NO_TIME;
	row->policy_line = number(object, "policy_line");
	row->count = 1;
	return 0;
}

static bool is_hash(const char *text)
{
	return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

/* One of @words? They end with NULL. */
static bool is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (!strcmp(text, *words))
			return true;
	return false;
}

int embargo_report_finding(const json_t *object, struct embargo_report_row **ret_row, const char **ret_why)
{
	static const char *const kinds[] = {"file", "member", "process", "library", "module",
					    "unit", "cron",   "package", NULL};
	static const char *const verdicts[] = {"denied", "audited", NULL};
	_cleanup_(embargo_report_row_freep) struct embargo_report_row *row = calloc(1, sizeof(*row));
	int r = row ? strings_read(object, embargo_report_field_names, row) : -ENOMEM;

	if (r)
		return r;
	*ret_why = NULL;
	if (!is_one_of(row->text[EMBARGO_ROW_KIND], kinds))
		*ret_why = "a finding of no known kind";
	else if (!is_one_of(row->text[EMBARGO_ROW_VERDICT], verdicts))
		*ret_why = "a finding of no known verdict";
	else if (*row->text[EMBARGO_ROW_SHA256] && !is_hash(row->text[EMBARGO_ROW_SHA256]))
		*ret_why = "\"sha256\" is no SHA-256";
	else if (!*row->text[EMBARGO_ROW_PATH] && !*row->text[EMBARGO_ROW_PACKAGE] &&
		 !*row->text[EMBARGO_ROW_UNIT])
		*ret_why = "a finding without a path, package or unit";
	if (*ret_why)
		return -EBADMSG;
	row->size = number(object, "size");
	row->pid = number(object, "pid");
	row->active = json_is_true(json_object_get(object, "active"));
	row->resolved = json_is_true(json_object_get(object, "resolved"));
	*ret_row = TAKE_PTR(row);
	return 0;
}

/* FNV-1a: to tell events apart by boot, time, generation and process */
static uint64_t mix(uint64_t hash, const void *bytes, size_t size)
{
	const unsigned char *b = bytes;

	while (size--)
		hash = (hash ^ *b++) * 0x100000001b3ULL;
	return hash;
}

static uint64_t event_key(const json_t *object, const char *time)
{
	const char *boot = json_string_value(json_object_get(object, "boot_id")) ?: time;
	int64_t numbers[] = {number(object, "time_ns"), number(object, "generation"), number(object, "pid"),
			     number(object, "repeated")};
	uint64_t key = mix(0xcbf29ce484222325ULL, boot, strlen(boot));

	return mix(key, numbers, sizeof(numbers));
}

int embargo_report_event(const json_t *object, struct embargo_report_row **ret_row, const char **ret_why)
{
	static const char *const keys[EMBARGO_REPORT_FIELDS] = {
		[EMBARGO_ROW_KIND] = "hook",
		[EMBARGO_ROW_VERDICT] = "verdict",
		[EMBARGO_ROW_PATH] = "path",
		[EMBARGO_ROW_MEMBER] = "module",
		[EMBARGO_ROW_FORMAT] = "format",
		[EMBARGO_ROW_SHA256] = "sha256",
		[EMBARGO_ROW_RULE_NAME] = "rule_name",
		[EMBARGO_ROW_RULE_KIND] = "kind",
		[EMBARGO_ROW_REASON] = "reason",
		[EMBARGO_ROW_AUTHORITY] = "authority",
		[EMBARGO_ROW_SOURCE] = "source",
		[EMBARGO_ROW_POLICY_FILE] = "policy_file",
		[EMBARGO_ROW_SIGNER] = "signer",
		[EMBARGO_ROW_COMM] = "comm",
		[EMBARGO_ROW_SCOPE] = "scope",
		[EMBARGO_ROW_EFFECTIVE] = "effective",
		[EMBARGO_ROW_CPE] = "cpe",
	};
	static const char *const verdicts[] = {"denied", "would-deny", "audited", NULL};
	_cleanup_(embargo_report_row_freep) struct embargo_report_row *row = calloc(1, sizeof(*row));
	const char *time = json_string_value(json_object_get(object, "time"));
	int r = row ? strings_read(object, keys, row) : -ENOMEM;

	if (r)
		return r;
	*ret_why = NULL;
	if (!is_one_of(row->text[EMBARGO_ROW_VERDICT], verdicts))
		*ret_why = "an event of no known verdict";
	else if (!time || embargo_report_time_read(time, &row->time))
		*ret_why = "an event whose \"time\" is none of RFC 3339";
	else if (number(object, "repeated") > REPEATED_MAX)
		*ret_why = "more \"repeated\" events than there can be";
	else if (*row->text[EMBARGO_ROW_SHA256] && !is_hash(row->text[EMBARGO_ROW_SHA256]))
		*ret_why = "\"sha256\" is no SHA-256";
	if (*ret_why)
		return -EBADMSG;
	row->event = true;
	row->size = number(object, "repeated") > 0 ? number(object, "repeated") : 1;
	row->last = row->time;
	row->key = event_key(object, time);
	*ret_row = TAKE_PTR(row);
	return 0;
}

void embargo_report_row_free(struct embargo_report_row *row)
{
	if (!row)
		return;
	free(row->product);
	free(row->strings);
	free(row);
}
