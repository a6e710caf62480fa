// SPDX-License-Identifier: GPL-2.0-or-later
/* What is in force, for programs. Keys are never renamed; new ones may come. */
#include <inttypes.h>
#include <time.h>

#include "userspace/event/event.h"
#include "userspace/event/event_log.h"
#include "userspace/base/output.h"
#include "userspace/cli/status.h"
#include "userspace/daemon/status.h"

static json_t *policies_json(const struct embargo_policydb *policydb)
{
	json_t *policies = json_array(), *policy;
	const struct embargo_file *file;
	__u32 i;

	for (i = 0; policydb && i < policydb->set.file_count; i++) {
		file = &policydb->set.files[i];
		policy = json_pack("{s:I, s:I}", "version", (json_int_t)file->version, "rules",
				   (json_int_t)file->rules);
		embargo_json_string(policy, "name", embargo_string(&policydb->set, file->name));
		embargo_json_string(policy, "authority", embargo_string(&policydb->set, file->authority));
		embargo_json_string(policy, "file", embargo_string(&policydb->set, file->path));
		json_array_append_new(policies, policy);
	}
	return policies;
}

static json_t *rules_json(const struct embargo_image_header *header)
{
	json_t *rules = json_pack("{s:I, s:I}", "total", (json_int_t)header->rules, "resolved",
				  (json_int_t)header->resolved);
	unsigned int kind;

	for (kind = 0; kind < EMBARGO_KIND_MAX; kind++)
		json_object_set_new(rules, embargo_kind_name(kind),
				    json_integer(header->rules_by_kind[kind]));
	return rules;
}

static json_t *verdicts_json(const struct embargo_status *status)
{
	json_t *hooks = json_object(), *verdicts;
	unsigned int hook, verdict;

	for (hook = 0; hook < EMBARGO_HOOK_MAX; hook++) {
		verdicts = json_object();
		for (verdict = 0; verdict < EMBARGO_VERDICT_MAX; verdict++)
			json_object_set_new(
				verdicts, embargo_verdict_name(verdict),
				json_integer(status->counters[EMBARGO_COUNTER_VERDICT(hook, verdict)]));
		json_object_set_new(hooks, embargo_hook_name(hook), verdicts);
	}
	return hooks;
}

static json_t *causes_json(const struct embargo_status *status)
{
	json_t *causes = json_object();
	unsigned int cause;

	for (cause = EMBARGO_CAUSE_NONE + 1; cause < EMBARGO_CAUSE_MAX; cause++)
		if (embargo_cause_name(cause))
			json_object_set_new(causes, embargo_cause_name(cause),
					    json_integer(status->counters[EMBARGO_COUNTER_CAUSE(cause)]));
	return causes;
}

static json_int_t single(const struct embargo_status *status, enum embargo_counter_single which)
{
	return status->counters[EMBARGO_COUNTER_SINGLE(which)];
}

static json_t *banned_json(const struct embargo_loaded_modules *modules)
{
	json_t *banned = json_array(), *module;
	size_t i;

	for (i = 0; modules && i < modules->count; i++) {
		if (!modules->list[i].rule)
			continue;
		module = json_object();
		embargo_json_string(module, "module", modules->list[i].name);
		embargo_json_string(module, "file", modules->list[i].file ?: "");
		embargo_json_string(module, "rule", modules->list[i].rule);
		json_array_append_new(banned, module);
	}
	return banned;
}

/* Whose state it is, and when. */
static json_t *put_host(json_t *object)
{
	char text[EMBARGO_TIME_SIZE];
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	embargo_time_format(&now, text);
	json_object_set_new(object, "time", json_string(text));
	embargo_json_string(object, "host", embargo_host_name());
	return object;
}

static json_t *signers_json(const struct embargo_status *status)
{
	return json_pack("{s:s, s:I, s:I, s:I}", "way", embargo_files_way_name(status->files_way), "read",
			 single(status, EMBARGO_COUNT_SIGNERS_READ), "unreadable",
			 single(status, EMBARGO_COUNT_SIGNERS_UNREADABLE), "absent",
			 single(status, EMBARGO_COUNT_SIGNERS_ABSENT));
}

static json_t *loaded_json(const struct embargo_status *status, const struct embargo_policydb *policydb,
			   const struct embargo_loaded_modules *modules)
{
	char build[17];

	if (!status->loaded)
		return put_host(json_pack("{s:b}", "loaded", 0));
	snprintf(build, sizeof(build), "%016" PRIx64, status->build);
	return put_host(json_pack(
		"{s:b, s:b, s:s, s:I, s:s, s:b, s:o, s:o, s:I, s:o, s:o, s:o, s:I, s:I, s:I,"
		" s:o, s:o, s:{s:I, s:I, s:I, s:I}}",
		"loaded", 1, "interrupted", status->interrupted, "mode", embargo_mode_name(status->mode),
		"generation", (json_int_t)status->header.generation, "build", build, "other_build",
		status->other_build, "policies", policies_json(policydb), "rules",
		rules_json(&status->header), "policy_memory", (json_int_t)status->policy_memory, "hooks",
		embargo_hooks_json(status), "verdicts", verdicts_json(status), "causes", causes_json(status),
		"hashed", single(status, EMBARGO_COUNT_HASHED), "kept", single(status, EMBARGO_COUNT_CACHED),
		"no_policy", single(status, EMBARGO_COUNT_NO_POLICY), "signers", signers_json(status),
		"banned_modules", banned_json(modules), "ring", "size", (json_int_t)status->ring_size, "used",
		(json_int_t)status->ring_used, "events", single(status, EMBARGO_COUNT_EVENTS), "lost",
		single(status, EMBARGO_COUNT_LOST)));
}

json_t *embargo_status_json(const struct embargo_status_view *view)
{
	json_t *object = loaded_json(view->status, view->policydb, view->modules);

	if (!object)
		return NULL;
	if (view->status->hidden) {
		json_object_set_new(object, "hidden_programs", json_integer(view->status->hidden));
		json_object_set_new(object, "hidden_why", json_string(view->status->hidden_why));
	}
	json_object_update_missing(object, (json_t *)view->host);
	if (view->watch)
		json_object_set_new(object, "watch", embargo_watch_json(view->watch));
	json_object_set(object, "boot", (json_t *)view->boot);
	return object;
}
