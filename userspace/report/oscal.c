// SPDX-License-Identifier: GPL-2.0-or-later
/* OSCAL: identifiers that follow from content, properties, hosts, and the head of a document. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "policy/uuid.h"
#include "userspace/base/output.h"
#include "userspace/base/text.h"
#include "userspace/report/oscal.h"

#define OSCAL "1.1.2"
#define NAMESPACE "urn:embargo" /* of our properties */

int embargo_oscal_item(struct embargo_oscal_list *list, json_t *item)
{
	int r;

	if (!item)
		return -ENOMEM;
	if (list->begun)
		fputs(",\n", list->out);
	else
		fprintf(list->out, "%s\"%s\":[\n", list->first ? "" : ",\n", list->name);
	list->begun = true;
	r = json_dumpf(item, list->out, JSON_COMPACT);
	json_decref(item);
	return r || ferror(list->out) ? -EIO : 0;
}

void embargo_oscal_end(struct embargo_oscal_list *list)
{
	if (list->begun)
		fputs("\n]", list->out);
}

int embargo_oscal_uuid(json_t *object, const char *key, const char *kind, const char *const *texts,
		       size_t count)
{
	_cleanup_free_ char *content = NULL;
	char uuid[EMBARGO_UUID_TEXT];
	size_t size = 0, i;
	FILE *out = open_memstream(&content, &size);
	int r;

	if (!out)
		return -ENOMEM;
	fwrite(kind, 1, strlen(kind) + 1, out);
	for (i = 0; i < count; i++) /* each with its NUL: "a", "bc" is not "ab", "c" */
		fwrite(texts[i], 1, strlen(texts[i]) + 1, out);
	r = fclose(out) ? -ENOMEM : embargo_uuid(content, size, uuid);
	return r ?: json_object_set_new(object, key, json_string(uuid)) ? -ENOMEM : 0;
}

int embargo_oscal_host_uuid(json_t *object, const char *key, const struct embargo_report_host *host)
{
	return embargo_oscal_uuid(object, key, "host", (const char *const[]){host->name}, 1);
}

void embargo_oscal_text(json_t *object, const char *key, const char *text, const char *otherwise)
{
	_cleanup_free_ char *clean = embargo_text_escape(text, strlen(text), "");
	size_t size = clean ? strlen(clean) : 0;
	char *start = clean;

	while (size && clean[size - 1] == ' ')
		clean[--size] = 0;
	start += start ? strspn(start, " ") : 0;
	json_object_set_new(object, key, json_string(start && *start ? start : otherwise));
}

void embargo_oscal_prop(json_t *object, const char *name, const char *value)
{
	json_t *list = json_object_get(object, "props"), *prop;

	if (!value[strspn(value, " ")])
		return;
	if (!list) {
		list = json_array();
		json_object_set_new(object, "props", list);
	}
	prop = json_pack("{s:s, s:s}", "name", name, "ns", NAMESPACE);
	embargo_oscal_text(prop, "value", value, "?");
	json_array_append_new(list, prop);
}

const char *embargo_oscal_time(int64_t time, char text[EMBARGO_OSCAL_TIME])
{
	time_t seconds = time;
	struct tm day;

	*text = 0;
	if (gmtime_r(&seconds, &day))
		strftime(text, EMBARGO_OSCAL_TIME, "%Y-%m-%dT%H:%M:%SZ", &day);
	return text;
}

json_t *embargo_oscal_host(const struct embargo_report_host *host)
{
	json_t *item = json_object();

	if (embargo_oscal_host_uuid(item, "uuid", host)) {
		json_decref(item);
		return NULL;
	}
	embargo_oscal_text(item, "description", host->name, "a host without a name");
	embargo_oscal_prop(item, "host", host->name);
	embargo_oscal_prop(item, "machine-id", host->machine_id ?: "");
	embargo_oscal_prop(item, "kernel", host->kernel ?: "");
	embargo_oscal_prop(item, "mode", embargo_report_mode_names[host->mode]);
	return item;
}

int embargo_oscal_report_uuid(json_t *object, const char *key, const char *kind,
			      const struct embargo_report *report)
{
	char now[EMBARGO_OSCAL_TIME];
	const char *const of[] = {report->title, embargo_oscal_time(report->now, now),
				  report->organisation ?: "", report->directive ?: "",
				  report->inputs.manifest};

	return embargo_oscal_uuid(object, key, kind, of, sizeof(of) / sizeof(*of));
}

/* Who reports, as the party that is responsible for the document. */
static int organisation_put(json_t *metadata, const char *organisation)
{
	json_t *party = json_object();
	int r = embargo_oscal_uuid(party, "uuid", "party", &organisation, 1);
	const char *uuid = json_string_value(json_object_get(party, "uuid"));

	json_object_set_new(party, "type", json_string("organization"));
	embargo_oscal_text(party, "name", organisation, "?");
	json_object_set_new(metadata, "roles",
			    json_pack("[{s:s, s:s}]", "id", "reporter", "title", "Reporter"));
	json_object_set_new(metadata, "responsible-parties",
			    json_pack("[{s:s, s:[s]}]", "role-id", "reporter", "party-uuids", uuid ?: ""));
	json_object_set_new(metadata, "parties", json_pack("[o]", party));
	return r;
}

int embargo_oscal_head(const struct embargo_report *report, const char *kind, FILE *out)
{
	char now[EMBARGO_OSCAL_TIME], day[EMBARGO_REPORT_TIME];
	json_t *head = json_object(), *metadata = json_object();
	_cleanup_free_ char *text = NULL;
	int r = embargo_oscal_report_uuid(head, "uuid", kind, report);

	embargo_oscal_text(metadata, "title", report->title, "Banned software");
	json_object_set_new(metadata, "last-modified", json_string(embargo_oscal_time(report->now, now)));
	embargo_oscal_text(metadata, "version", embargo_report_date(report->now, day), "1");
	json_object_set_new(metadata, "oscal-version", json_string(OSCAL));
	embargo_oscal_prop(metadata, "directive", report->directive ?: "");
	embargo_oscal_prop(metadata, "inputs-sha256", report->inputs.manifest);
	if (report->organisation && *report->organisation)
		r = r ?: organisation_put(metadata, report->organisation);
	json_object_set_new(head, "metadata", metadata);
	text = json_dumps(head, JSON_COMPACT);
	json_decref(head);
	if (r || !text)
		return r ?: -ENOMEM;
	text[strlen(text) - 1] = 0; /* the brace: more is to come */
	fprintf(out, "{\"%s\":%s", kind, text);
	return 0;
}
