// SPDX-License-Identifier: GPL-2.0-or-later
/* What is in force, for people. */
#include <inttypes.h>
#include <string.h>

#include "userspace/base/text.h"

#include "userspace/check/boot.h"
#include "userspace/cli/status.h"
#include "userspace/event/event.h"

void embargo_rules_by_kind(const struct embargo_image_header *header, FILE *out)
{
	const char *before = ": ";
	unsigned int kind;

	fprintf(out, "%u %s", header->rules, header->rules == 1 ? "rule" : "rules");
	for (kind = 0; kind < EMBARGO_KIND_MAX; kind++) {
		if (!header->rules_by_kind[kind])
			continue;
		fprintf(out, "%s%u %s", before, header->rules_by_kind[kind], embargo_kind_name(kind));
		before = ", ";
	}
	if (header->resolved)
		fprintf(out, "; %u %s resolved", header->resolved, header->resolved == 1 ? "file" : "files");
}

static void policies_text(const struct embargo_policydb *policydb, FILE *out)
{
	const struct embargo_ruleset *set = &policydb->set;
	const struct embargo_file *file;
	__u32 i;

	for (i = 0; i < set->file_count; i++) {
		file = &set->files[i];
		fprintf(out, "policy      ");
		if (file->name)
			fprintf(out, "%s ", embargo_string(set, file->name));
		if (file->version)
			fprintf(out, "version %" PRIu64 " ", (uint64_t)file->version);
		fprintf(out, "(%s)\n", embargo_string(set, file->path));
	}
}

static void causes_text(const struct embargo_status *status, FILE *out)
{
	unsigned int cause;
	const char *name;
	uint64_t count;

	for (cause = EMBARGO_CAUSE_NONE + 1; cause < EMBARGO_CAUSE_MAX; cause++) {
		name = embargo_cause_name(cause);
		count = status->counters[EMBARGO_COUNTER_CAUSE(cause)];
		if (count && name)
			fprintf(out, "no verdict  %" PRIu64 " times: %s (%s), on-error %s\n", count,
				embargo_cause_meaning(cause), name,
				embargo_on_error_name(status->header.on_error[cause]) ?: "?");
	}
}

static uint64_t single(const struct embargo_status *status, enum embargo_counter_single which)
{
	return status->counters[EMBARGO_COUNTER_SINGLE(which)];
}

static void banned_text(const struct embargo_loaded_modules *modules, FILE *out)
{
	size_t i;

	for (i = 0; i < modules->count; i++)
		if (modules->list[i].rule)
			fprintf(out,
				"BANNED      module %s is loaded since before: %s; modprobe -r %s, or "
				"reboot\n",
				modules->list[i].name, modules->list[i].rule, modules->list[i].name);
}

static bool is_true(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

/* Texts of the object were made by others; none may command the terminal. */
static void put_text(FILE *out, const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	_cleanup_free_ char *safe = text ? embargo_text_escape(text, strlen(text), "") : NULL;

	fputs(safe ?: "?", out);
}

/* The one answer that everybody wants, and what stands in its way. */
static void enforcing_text(const struct embargo_status_view *view, FILE *out)
{
	const struct embargo_status *status = view->status;

	fputs("enforcing   ", out);
	if (is_true(view->host, "enforcing"))
		fputs("yes\n", out);
	else if (!status->header.magic)
		fputs("no: no policy of this version is published\n", out);
	else if (status->ftrace_off)
		fputs("NO: kernel.ftrace_enabled is 0, so nothing is asked: sysctl kernel.ftrace_enabled=1\n",
		      out);
	else if (status->mode == EMBARGO_MODE_ENFORCE)
		fprintf(out, "IN PART: %u of %u hooks are attached; load again\n", status->links,
			status->links_expected);
	else
		fprintf(out, "no: what is banned runs, and is logged (embargo mode --persist enforce)\n");
}

static void denied_text(const struct embargo_status_view *view, FILE *out)
{
	const json_t *denial = json_object_get(view->host, "last_denial");
	uint64_t denied = 0;
	unsigned int hook;

	for (hook = 0; hook < EMBARGO_HOOK_MAX; hook++)
		denied += view->status->counters[EMBARGO_COUNTER_VERDICT(hook, EMBARGO_DENIED)];
	fprintf(out, "denied      %" PRIu64 " times", denied);
	if (json_is_object(denial)) {
		fputs("; the last, ", out);
		put_text(out, denial, "time");
		fputs(": ", out);
		put_text(out, denial, "message");
	}
	fputc('\n', out);
}

static void daemon_text(const json_t *daemon, FILE *out)
{
	json_int_t pid = json_integer_value(json_object_get(daemon, "pid"));

	fputs("daemon      ", out);
	if (!json_is_object(daemon))
		fputs("not known without root\n", out);
	else if (!is_true(daemon, "runs"))
		fputs("DOES NOT RUN: nobody is told of what is denied (systemctl start embargo)\n", out);
	else
		fprintf(out, "runs, pid %" JSON_INTEGER_FORMAT "\n", pid);
}

static void trust_text(const json_t *host, FILE *out)
{
	const json_t *trust = json_object_get(host, "trust"), *file;
	json_int_t count = json_integer_value(json_object_get(trust, "certificates"));
	size_t i;

	fputs("trust       ", out);
	if (json_is_string(json_object_get(trust, "why"))) {
		fputs("BROKEN: ", out);
		put_text(out, trust, "why");
		fputc('\n', out);
	} else if (!count) {
		fputs("no certificates: every policy of root's is loaded\n", out);
		return;
	} else {
		fprintf(out, "%" JSON_INTEGER_FORMAT " %s: only policies that they signed are loaded\n",
			count, count == 1 ? "certificate" : "certificates");
	}
	json_array_foreach(json_object_get(host, "signatures"), i, file)
	{
		bool valid = is_true(file, "valid");

		fprintf(out, "signature   %s", valid ? "valid, of " : "NOT VALID NOW: ");
		put_text(out, file, valid ? "signer" : "why");
		fputs(" (", out);
		put_text(out, file, "file");
		fputs(")\n", out);
	}
}

static void policy_text(const struct embargo_status_view *view, FILE *out)
{
	const struct embargo_status *status = view->status;

	if (status->interrupted)
		fprintf(out, "policy      none: a load was killed; load again\n");
	else if (!status->header.magic)
		fprintf(out, "programs    of another version of embargo; load again to replace them\n");
	if (view->policydb)
		policies_text(view->policydb, out);
	if (json_is_string(json_object_get(view->host, "since"))) {
		fputs("since       ", out);
		put_text(out, view->host, "since");
		fputc('\n', out);
	}
	if (status->header.magic) {
		fprintf(out, "rules       ");
		embargo_rules_by_kind(&status->header, out);
		fprintf(out, " (%.1f MiB)\n", status->policy_memory / 1048576.0);
	}
	if (status->header.magic && status->other_build)
		fprintf(out, "programs    of another build; the next load replaces them\n");
}

static void hooks_text(const struct embargo_status *status, FILE *out)
{
	fprintf(out, "hooks       %u", status->links);
	if (status->links_expected)
		fprintf(out, " of %u", status->links_expected);
	fputs(" attached\n", out);
}

static void updates_text(const json_t *updates, FILE *out)
{
	const char *policy = json_string_value(json_object_get(updates, "policy"));
	_cleanup_free_ char *safe = policy ? embargo_text_escape(policy, strlen(policy), "") : NULL;
	json_int_t room = json_integer_value(json_object_get(updates, "room"));

	if (room)
		fprintf(out,
			"updates     %" JSON_INTEGER_FORMAT
			" since; in force is version %" JSON_INTEGER_FORMAT
			" of policy '%s'; %" JSON_INTEGER_FORMAT " MiB for the next\n",
			json_integer_value(json_object_get(updates, "taken")),
			json_integer_value(json_object_get(updates, "version")), safe ?: "?", room >> 20);
	else
		fprintf(out, "updates     none is taken before a reboot\n");
}

static void seal_text(const json_t *seal, FILE *out)
{
	const json_t *keys = json_object_get(seal, "keys"), *count;
	json_int_t refused = 0;
	const char *name;
	size_t i;

	if (!json_is_object(seal)) {
		fprintf(out, "sealed      no: root can undo it\n");
		return;
	}
	json_object_foreach(json_object_get(seal, "refused"), name, count) refused +=
		json_integer_value(count);
	fputs("sealed      until reboot, since ", out);
	put_text(out, seal, "since");
	fprintf(out, "; %" JSON_INTEGER_FORMAT " %s refused\n", refused,
		refused == 1 ? "attempt" : "attempts");
	for (i = 0; i < json_array_size(keys); i++) {
		const char *key = json_string_value(json_array_get(keys, i));
		_cleanup_free_ char *safe = key ? embargo_text_escape(key, strlen(key), "") : NULL;

		fprintf(out, "seal key    %s\n", safe ?: "?");
	}
	updates_text(json_object_get(seal, "updates"), out);
}

void embargo_status_text(const struct embargo_status_view *view, FILE *out)
{
	const struct embargo_status *status = view->status;

	if (status->hidden) {
		fprintf(out, "HIDDEN      %s\n", status->hidden_why);
		embargo_boot_text(view->boot, out);
		return;
	}
	if (!status->loaded) {
		fprintf(out, "nothing is loaded, nothing is blocked\n");
		embargo_boot_text(view->boot, out);
		return;
	}
	enforcing_text(view, out);
	fprintf(out, "mode        %s\n", embargo_mode_name(status->mode));
	policy_text(view, out);
	embargo_boot_text(view->boot, out);
	denied_text(view, out);
	daemon_text(json_object_get(view->host, "daemon"), out);
	if (view->watch)
		embargo_watch_text(view->watch, out);
	hooks_text(status, out);
	seal_text(json_object_get(view->host, "seal"), out);
	trust_text(view->host, out);
	fprintf(out,
		"events      %" PRIu64 ", %" PRIu64 " lost; %" PRIu64 " of %" PRIu64
		" bytes wait in the ring\n",
		single(status, EMBARGO_COUNT_EVENTS), single(status, EMBARGO_COUNT_LOST), status->ring_used,
		status->ring_size);
	if (view->modules)
		banned_text(view->modules, out);
	causes_text(status, out);
}
