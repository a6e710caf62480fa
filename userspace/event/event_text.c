// SPDX-License-Identifier: GPL-2.0-or-later
/* An event as one sentence. */
#include <stdio.h>
#include <string.h>

#include "loader/loader.h"
#include "loader/seal.h"
#include "userspace/event/event.h"
#include "userspace/base/label.h"
#include "userspace/base/text.h"

static const char *verb(unsigned int verdict)
{
	return verdict == EMBARGO_WOULD_DENY ? "would have denied" : embargo_verdict_name(verdict);
}

static const char *deed(unsigned int hook)
{
	switch (hook) {
	case EMBARGO_HOOK_EXEC:
	case EMBARGO_HOOK_MMAP:
	case EMBARGO_HOOK_MPROTECT:
	case EMBARGO_HOOK_OPEN:
		return embargo_hook_name(hook);
	default:
		return "load";
	}
}

/* Quotes are escaped inside: nobody can write the rest of the sentence into the name of a file. */
static void put_quoted(FILE *out, const char *bytes, size_t size, size_t limit)
{
	_cleanup_free_ char *text = embargo_text_escape(bytes, size, "\\\"");
	size_t shown;

	if (!text)
		return;
	shown = embargo_text_cut(text, limit);
	fprintf(out, "\"%.*s%s\"", (int)shown, text, text[shown] ? "…" : "");
}

static void put_object(FILE *out, const struct embargo_record *record, size_t path_size)
{
	const struct embargo_event *event = record->event;
	size_t length = strnlen(event->module, EMBARGO_NAME_SIZE);

	if (length) {
		fputs("module ", out);
		put_quoted(out, event->module, length, SIZE_MAX);
		if (event->origin == EMBARGO_ORIGIN_MEMORY)
			fputs(" from memory", out);
		else if (*record->path)
			fputs(" from ", out);
	}
	if (*record->path)
		put_quoted(out, record->path, strlen(record->path), path_size);
	else if (!length)
		fputs(event->origin == EMBARGO_ORIGIN_MEMORY ? "a module from memory"
							     : "a file without a path",
		      out);
}

/* What happened and what follows, then what a person can do; an errno only where there is one. */
static void put_cause(FILE *out, const struct embargo_event *event)
{
	const char *name = embargo_cause_name(event->cause), *words = embargo_cause_meaning(event->cause);
	const char *remedy = embargo_cause_remedy(event->cause);

	fprintf(out, "no rule could be asked: %s (%s", words ?: "why is not known", name ?: "?");
	if (event->error < 0)
		fprintf(out, ", %s", strerror(-event->error));
	else if (event->error > 0)
		fprintf(out, ", algorithm %d", event->error);
	fprintf(out, "), on-error %s", embargo_on_error_name(event->action) ?: "?");
	if (remedy)
		fprintf(out, "; %s", remedy);
}

static void put_ground(FILE *out, const struct embargo_record *record)
{
	_cleanup_free_ char *label =
		record->rule ? embargo_rule_label(record->set, record->rule, false) : NULL;
	const struct embargo_event *event = record->event;

	if (label)
		fputs(label, out);
	else if (event->rule != EMBARGO_NO_RULE)
		fprintf(out, "rule %u of generation %llu", event->rule,
			(unsigned long long)event->generation);
	else
		put_cause(out, event);
}

/* The host is sealed: somebody tried to change what is in force. */
static void put_tamper(FILE *out, const struct embargo_event *event)
{
	size_t length = strnlen(event->module, EMBARGO_NAME_SIZE);

	fprintf(out, "TAMPERING refused: %s", embargo_tamper_meaning(event->kind) ?: "?");
	if (!length)
		return;
	fputs(", ", out);
	put_quoted(out, event->module, length, SIZE_MAX);
}

static void container_put(FILE *out, const struct embargo_record *record)
{
	const char *text = record->container ? record->container->text : "";
	_cleanup_free_ char *safe = embargo_text_escape(text, strlen(text), "");

	if (*text)
		fprintf(out, " in %s", safe ?: "?");
}

char *embargo_record_text(const struct embargo_record *record, size_t path_size)
{
	const struct embargo_event *event = record->event;
	_cleanup_free_ char *text = NULL, *comm = NULL;
	size_t size;
	FILE *out;

	comm = embargo_text_escape(event->comm, strnlen(event->comm, EMBARGO_COMM_SIZE), "\\\"(),");
	out = open_memstream(&text, &size);
	if (!out || !comm) {
		if (out)
			fclose(out);
		return NULL;
	}
	if (record->repeated)
		fprintf(out, "%llu more in %u s: ", (unsigned long long)record->repeated, record->seconds);
	if (event->flags & EMBARGO_EVENT_TAMPER) {
		put_tamper(out, event);
		fprintf(out, " by pid %u (%s, uid %u)", event->tgid, comm, event->uid);
		return fclose(out) ? NULL : TAKE_PTR(text);
	}
	fprintf(out, "%s %s of ", verb(event->verdict), deed(event->hook));
	put_object(out, record, path_size);
	fprintf(out, " by pid %u (%s, uid %u)", event->tgid, comm, event->uid);
	container_put(out, record);
	fputs(": ", out);
	put_ground(out, record);
	if (fclose(out))
		return NULL;
	return TAKE_PTR(text);
}
