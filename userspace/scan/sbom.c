// SPDX-License-Identifier: GPL-2.0-or-later
/* Findings as components of CycloneDX: files with their hashes, packages, with the rule as properties. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "policy/uuid.h"
#include "policy/whole_file.h"
#include "userspace/base/clock.h"
#include "userspace/base/log.h"
#include "userspace/base/output.h"
#include "userspace/event/event_log.h"
#include "userspace/scan/sbom.h"

struct embargo_scan_sbom {
	const struct embargo_ruleset *set;
	struct embargo_whole_file file;
	char *path;
	__u64 count;
	int error; /* the first one */
};

void embargo_scan_sbom_free(struct embargo_scan_sbom *sbom)
{
	if (!sbom)
		return;
	embargo_whole_file_close(&sbom->file);
	free(sbom->path);
	free(sbom);
}

/* When and where it was made, and with what. */
static int head_put(struct embargo_scan_sbom *sbom)
{
	char uuid[EMBARGO_UUID_TEXT], time[32], of[400];
	time_t now = embargo_clock_written();
	json_t *metadata, *host = json_object();
	struct tm day;
	int r;

	gmtime_r(&now, &day);
	strftime(time, sizeof(time), "%Y-%m-%dT%H:%M:%SZ", &day);
	snprintf(of, sizeof(of), "sbom %s %.300s", time, embargo_host_name());
	r = embargo_uuid(of, strlen(of), uuid);
	embargo_json_string(host, "name", *embargo_host_name() ? embargo_host_name() : "host");
	json_object_set_new(host, "type", json_string("device"));
	json_object_set_new(host, "bom-ref", json_string("host"));
	metadata = json_pack("{s:s, s:{s:[{s:s, s:s, s:s}]}, s:o}", "timestamp", time, "tools", "components",
			     "type", "application", "name", "embargo", "version", EMBARGO_VERSION,
			     "component", host);
	if (r || !metadata)
		return r ?: -ENOMEM;
	fprintf(sbom->file.stream,
		"{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"serialNumber\":\"urn:uuid:%s\","
		"\"version\":1,\n"
		"\"metadata\":",
		uuid);
	r = json_dumpf(metadata, sbom->file.stream, JSON_COMPACT);
	json_decref(metadata);
	fputs(",\n\"components\":[", sbom->file.stream);
	return r ? -EIO : 0;
}

int embargo_scan_sbom_new(const struct embargo_ruleset *set, const char *path,
			  struct embargo_scan_sbom **ret_sbom)
{
	_cleanup_(embargo_scan_sbom_freep) struct embargo_scan_sbom *sbom = calloc(1, sizeof(*sbom));
	struct embargo_reason reason = {"out of memory"};
	int r = sbom ? 0 : -ENOMEM;

	if (!r) {
		sbom->set = set;
		sbom->path = strdup(path);
		r = sbom->path ? embargo_whole_file_open(path, &sbom->file, &reason) : -ENOMEM;
	}
	r = r ?: head_put(sbom);
	if (r) {
		embargo_log_error("cannot write '%s': %s", path, reason.text);
		return r;
	}
	*ret_sbom = TAKE_PTR(sbom);
	return 0;
}

static void property(json_t *list, const char *name, const char *value)
{
	json_t *object;

	if (!value || !*value)
		return;
	object = json_object();
	json_object_set_new(object, "name", json_string(name));
	embargo_json_string(object, "value", value);
	json_object_del(object, "value_hex"); /* no key of CycloneDX */
	json_array_append_new(list, object);
}

static json_t *properties(const struct embargo_scan_sbom *sbom, const struct embargo_finding *finding)
{
	const struct embargo_rule *rule = finding->result.rule;
	_cleanup_free_ char *text = rule ? embargo_rule_text(sbom->set, rule) : NULL;
	json_t *list = json_array();

	property(list, "embargo:kind", embargo_finding_kind_name(finding->kind));
	property(list, "embargo:path", finding->path);
	property(list, "embargo:member", finding->member);
	property(list, "embargo:container", finding->container);
	property(list, "embargo:rule", text);
	property(list, "embargo:authority", rule ? embargo_rule_authority(sbom->set, rule) : NULL);
	property(list, "embargo:reason", rule ? embargo_string(sbom->set, rule->reason) : NULL);
	property(list, "embargo:ground", finding->ground);
	property(list, "embargo:package", finding->package);
	property(list, "embargo:signer", finding->signer);
	property(list, "embargo:unit", finding->unit);
	property(list, "embargo:active", finding->active ? "true" : "false");
	return list;
}

static void text_set(json_t *object, const char *key, const char *text)
{
	char hex[64];

	if (!text || !*text)
		return;
	embargo_json_string(object, key, text);
	snprintf(hex, sizeof(hex), "%s_hex", key);
	json_object_del(object, hex);
}

static json_t *component(const struct embargo_scan_sbom *sbom, const struct embargo_finding *finding)
{
	const struct embargo_rule *rule = finding->result.rule;
	const char *name = rule ? embargo_string(sbom->set, rule->name) : "";
	bool package = finding->kind == EMBARGO_FOUND_PACKAGE;
	char ref[32], cpe[EMBARGO_VALUE_MAX] = "";
	json_t *object = json_object();

	snprintf(ref, sizeof(ref), "finding-%llu", sbom->count + 1);
	json_object_set_new(object, "type", json_string(package ? "application" : "file"));
	json_object_set_new(object, "bom-ref", json_string(ref));
	json_object_set_new(object, "name", json_string("?"));
	text_set(object, "name", package ? finding->package : finding->member ?: finding->path ?: finding->unit);
	text_set(object, "version", finding->package_version);
	text_set(object, "description", name);
	if (finding->vendor && *finding->vendor) {
		json_t *supplier = json_object();

		text_set(supplier, "name", finding->vendor);
		json_object_set_new(object, "supplier", supplier);
	}
	if (rule && *embargo_rule_remark(sbom->set, rule, "cpe", cpe))
		text_set(object, "cpe", cpe);
	if (finding->digests) {
		_cleanup_free_ char *hex =
			embargo_hex(finding->digests->sha256, sizeof(finding->digests->sha256));

		json_object_set_new(object, "hashes",
				    json_pack("[{s:s, s:s}]", "alg", "SHA-256", "content", hex ?: ""));
	}
	json_object_set_new(object, "properties", properties(sbom, finding));
	return object;
}

void embargo_scan_sbom_watch(void *context, const struct embargo_finding *finding)
{
	struct embargo_scan_sbom *sbom = context;
	const struct embargo_rule *rule = finding->result.rule;
	json_t *object;
	int r;

	if (sbom->error || (rule && rule->action == EMBARGO_ACTION_ALLOW))
		return; /* exempt: it is no finding */
	object = component(sbom, finding);
	fputs(sbom->count++ ? ",\n" : "\n", sbom->file.stream);
	r = object ? json_dumpf(object, sbom->file.stream, JSON_COMPACT) : -ENOMEM;
	json_decref(object);
	if (r)
		sbom->error = -ENOMEM;
}

int embargo_scan_sbom_finish(struct embargo_scan_sbom *sbom)
{
	struct embargo_reason reason = {"out of memory"};
	int r = sbom->error;

	fputs("\n]}\n", sbom->file.stream);
	r = r ?: embargo_whole_file_publish(&sbom->file, &reason);
	if (r)
		embargo_log_error("cannot write '%s': %s", sbom->path, reason.text);
	return r;
}
