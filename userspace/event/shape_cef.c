// SPDX-License-Identifier: GPL-2.0-or-later
/* The Common Event Format: a head of seven parts, then KEY=VALUE. */
#include <stdio.h>
#include <string.h>

#include "policy/cleanup.h"
#include "userspace/event/shape.h"

/* In values a backslash, "=" and the ends of lines are escaped, in the head "|" instead of "=". */
static void put_escaped(FILE *out, const char *text, char also)
{
	for (; *text; text++) {
		if (*text == '\n' || *text == '\r')
			fputs(*text == '\n' ? "\\n" : "\\r", out);
		else if (*text == '\\' || *text == also)
			fprintf(out, "\\%c", *text);
		else
			fputc(*text, out);
	}
}

static void put(FILE *out, const char *name, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (json_is_integer(value)) {
		fprintf(out, " %s=%lld", name, (long long)json_integer_value(value));
	} else if (json_is_string(value)) {
		fprintf(out, " %s=", name);
		put_escaped(out, json_string_value(value), '=');
	}
}

/* A field without a name of its own in CEF: csN and what it is. */
static void put_custom(FILE *out, int number, const json_t *object, const char *key, const char *label)
{
	char name[8];

	if (!json_is_string(json_object_get(object, key)))
		return;
	snprintf(name, sizeof(name), "cs%d", number);
	fprintf(out, " %sLabel=%s", name, label);
	put(out, name, object, key);
}

static const char *name_of(const char *verdict)
{
	if (!strcmp(verdict, "denied"))
		return "Banned software was refused";
	if (!strcmp(verdict, "audited"))
		return "Watched software ran";
	return *verdict ? "Banned software would have been refused" : NULL;
}

static int severity_of(const char *verdict)
{
	return !strcmp(verdict, "denied") ? 8 : !strcmp(verdict, "audited") ? 3 : *verdict ? 6 : 4;
}

char *embargo_shape_cef(const json_t *object, const char *time)
{
	const char *verdict = embargo_shape_word(object, "verdict"), *id = embargo_shape_word(object, "id");
	const char *own = embargo_shape_word(object, "time");
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fputs("CEF:0|embargo|embargo|" EMBARGO_VERSION "|", out);
	put_escaped(out, *verdict ? verdict : id, '|');
	fputc('|', out);
	put_escaped(out, name_of(verdict) ?: id, '|');
	fprintf(out, "|%d|rt=%lld", severity_of(verdict), (long long)embargo_shape_ms(*own ? own : time));
	put(out, "dvchost", object, "host");
	put(out, "act", object, "verdict");
	put(out, "cat", object, "hook");
	put(out, "filePath", object, "path");
	put(out, "fileHash", object, "sha256");
	put(out, "fsize", object, "file_size");
	put(out, "fileType", object, "format");
	put(out, "dpid", object, "tgid");
	put(out, "dproc", object, "comm");
	put(out, "duid", object, "uid");
	put(out, "spid", object, "parent_tgid");
	put(out, "sproc", object, "parent_comm");
	put(out, "reason", object, "reason");
	put(out, "cnt", object, "repeated");
	put_custom(out, 1, object, "rule_name", "ruleName");
	put_custom(out, 2, object, "rule", "rule");
	put_custom(out, 3, object, "policy_file", "policyFile");
	put_custom(out, 4, object, "authority", "authority");
	put_custom(out, 5, object, "boot_id", "bootId");
	put_custom(out, 6, object, "mode", "mode");
	put(out, "externalId", object, "time_ns");
	put(out, "msg", object, "message");
	return fclose(out) ? NULL : TAKE_PTR(text);
}
