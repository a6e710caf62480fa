// SPDX-License-Identifier: GPL-2.0-or-later
/* A finding, and what a scan says of itself, as JSON objects; finding.h has their schema. */
#include <string.h>
#include <sys/utsname.h>

#include "loader/loader.h"
#include "userspace/event/event.h"
#include "userspace/scan/finding.h"
#include "userspace/event/event_log.h"
#include "userspace/base/output.h"

static void put_number(json_t *object, const char *key, bool known, json_int_t number)
{
	json_object_set_new(object, key, known ? json_integer(number) : json_null());
}

static void put_remark(json_t *object, const struct embargo_ruleset *set, const struct embargo_rule *rule,
		       const char *key)
{
	char value[EMBARGO_VALUE_MAX];

	if (!rule || !*embargo_rule_remark(set, rule, key, value))
		*value = 0;
	embargo_json_string(object, key, *value ? value : NULL);
}

static void put_rule(json_t *object, const struct embargo_ruleset *set, const struct embargo_rule *rule)
{
	_cleanup_free_ char *text = rule ? embargo_rule_text(set, rule) : NULL;

	embargo_json_string(object, "rule", text);
	embargo_json_string(object, "rule_name", rule ? embargo_string(set, rule->name) : NULL);
	embargo_json_string(object, "rule_kind", rule ? embargo_kind_name(rule->kind) : NULL);
	embargo_json_string(object, "reason", rule ? embargo_string(set, rule->reason) : NULL);
	embargo_json_string(object, "authority", rule ? embargo_rule_authority(set, rule) : NULL);
	put_remark(object, set, rule, "scope");
	put_remark(object, set, rule, "effective");
	put_remark(object, set, rule, "cpe");
	embargo_json_string(object, "source", rule ? embargo_string(set, rule->source) : NULL);
	embargo_json_string(object, "policy_file", rule ? embargo_rule_file(set, rule) : NULL);
	put_number(object, "policy_line", rule, rule ? rule->line : 0);
}

json_t *embargo_finding_json(const struct embargo_ruleset *set, const struct embargo_finding *finding)
{
	const struct embargo_digests *digests = finding->digests;
	_cleanup_free_ char *sha256 = digests ? embargo_hex(digests->sha256, sizeof(digests->sha256)) : NULL;
	char formats[EMBARGO_FORMATS_TEXT];
	json_t *object = json_object();

	json_object_set_new(object, "type", json_string("finding"));
	json_object_set_new(object, "kind", json_string(embargo_finding_kind_name(finding->kind)));
	json_object_set_new(object, "verdict", json_string(embargo_verdict_name(finding->result.verdict)));
	embargo_json_string(object, "path", finding->path);
	embargo_json_string(object, "member", finding->member);
	embargo_json_string(object, "container", finding->container);
	embargo_json_string(object, "format",
			    finding->format ? embargo_formats_text(finding->format, formats) : NULL);
	put_number(object, "size", digests, digests ? (json_int_t)digests->size : 0);
	embargo_json_string(object, "sha256", sha256);
	put_rule(object, set, finding->result.rule);
	json_object_set_new(object, "resolved", json_boolean(finding->resolved));
	embargo_json_string(object, "ground", finding->ground);
	embargo_json_string(object, "package", finding->package);
	embargo_json_string(object, "package_version", finding->package_version);
	embargo_json_string(object, "vendor", finding->vendor);
	embargo_json_string(object, "signer", finding->signer);
	put_number(object, "pid", finding->pid, finding->pid);
	embargo_json_string(object, "comm", finding->comm);
	embargo_json_string(object, "unit", finding->unit);
	json_object_set_new(object, "active", json_boolean(finding->active));
	return object;
}

static json_t *policies_json(const struct embargo_ruleset *set)
{
	json_t *list = json_array(), *object;
	__u32 i;

	for (i = 0; i < set->file_count; i++) {
		const struct embargo_file *file = &set->files[i];

		object = json_object();
		embargo_json_string(object, "name", embargo_string(set, file->name));
		put_number(object, "version", file->version, file->version);
		embargo_json_string(object, "file", embargo_string(set, file->path));
		json_array_append_new(list, object);
	}
	return list;
}

/* The first line of a small file of the host; "": there is none. */
static void host_line(const char *path, char line[64])
{
	_cleanup_fclose_ FILE *file = fopen(path, "re");

	*line = '\0';
	if (file && fgets(line, 64, file))
		line[strcspn(line, "\n")] = '\0';
}

static void put_host(json_t *object)
{
	struct embargo_status status;
	char machine_id[64], time[EMBARGO_TIME_SIZE];
	struct timespec now;
	struct utsname name;

	clock_gettime(CLOCK_REALTIME, &now);
	embargo_time_format(&now, time);
	host_line("/etc/machine-id", machine_id);
	uname(&name);
	embargo_json_string(object, "host", name.nodename);
	embargo_json_string(object, "machine_id", machine_id);
	embargo_json_string(object, "boot_id", embargo_boot_id());
	json_object_set_new(object, "time", json_string(time));
	json_object_set_new(object, "embargo", json_string(EMBARGO_VERSION));
	embargo_json_string(object, "kernel", name.release);
	/* Without root it is not known whether anything is loaded. */
	embargo_json_string(
		object, "mode",
		!embargo_get_status(&status, NULL) && status.loaded ? embargo_mode_name(status.mode) : NULL);
}

json_t *embargo_scan_json(const struct embargo_ruleset *set, char *const *paths,
			  const struct embargo_scan_scope *scope)
{
	json_t *object = json_object(), *list = json_array();

	json_object_set_new(object, "type", json_string("scan"));
	json_object_set_new(object, "schema", json_integer(1));
	put_host(object);
	json_object_set_new(object, "policies", policies_json(set));
	/* What "." was, nobody could tell later on. */
	for (; *paths; paths++) {
		_cleanup_free_ char *real = realpath(*paths, NULL);

		json_array_append_new(list, embargo_json_item(real ?: *paths));
	}
	json_object_set_new(object, "paths", list);
	json_object_set_new(object, "present", json_boolean(scope->present));
	json_object_set_new(object, "archives", json_boolean(scope->archives));
	json_object_set_new(object, "all_filesystems", json_boolean(scope->all_filesystems));
	json_object_set_new(object, "network", json_boolean(scope->network));
	return object;
}
