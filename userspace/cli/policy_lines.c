// SPDX-License-Identifier: GPL-2.0-or-later
/* A policy as lines of its language. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "userspace/base/log.h"
#include "userspace/cli/policy_lines.h"

char *embargo_rule_line(const struct embargo_ruleset *set, const struct embargo_rule *rule)
{
	const char *authority = embargo_rule_authority(set, rule);
	_cleanup_free_ char *line = NULL;
	size_t size;
	FILE *out = open_memstream(&line, &size);
	int r;

	if (!out)
		return NULL;
	r = embargo_rule_format(set, rule, out);
	if (!rule->authority && *authority) {
		fputs(" authority=", out);
		embargo_quote(out, authority, strlen(authority));
	}
	return fclose(out) || r ? NULL : TAKE_PTR(line);
}

void embargo_settings_print(const struct embargo_evaluator *evaluator, FILE *out)
{
	const struct embargo_image_header *header = evaluator->image;
	const char *answer, *cause;
	unsigned int i;

	fprintf(out, "max-hash-size %" PRIu64 "\n", (uint64_t)header->max_hash_size);
	for (i = EMBARGO_CAUSE_NONE + 1; i < EMBARGO_CAUSE_MAX; i++) {
		cause = embargo_cause_name(i);
		answer = embargo_on_error_name(header->on_error[i]);
		if (cause && answer)
			fprintf(out, "on-error %s %s\n", cause, answer);
	}
}

static int line_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Everything but the rules, as one text. */
static char *heads_text(const struct embargo_evaluator *evaluator)
{
	const struct embargo_ruleset *set = evaluator->set;
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	__u32 i;

	if (!out)
		return NULL;
	embargo_settings_print(evaluator, out);
	for (i = 0; i < set->file_count; i++) {
		if (!set->files[i].name && !set->files[i].version)
			continue;
		fputs("policy ", out);
		embargo_quote(out, embargo_string(set, set->files[i].name),
			      strlen(embargo_string(set, set->files[i].name)));
		fprintf(out, " version %" PRIu64 "\n", (uint64_t)set->files[i].version);
	}
	return fclose(out) ? NULL : TAKE_PTR(text);
}

/* Takes the line over. */
static int line_add(struct embargo_lines *lines, char *line)
{
	if (line)
		lines->list[lines->count++] = line;
	return line ? 0 : -ENOMEM;
}

int embargo_lines_make(const struct embargo_evaluator *evaluator, struct embargo_lines *ret_lines)
{
	const struct embargo_ruleset *set = evaluator->set;
	size_t capacity = set->rule_count + (size_t)set->file_count + EMBARGO_CAUSE_MAX + 1;
	_cleanup_(embargo_lines_clear) struct embargo_lines lines = {
		.list = calloc(capacity, sizeof(char *))};
	_cleanup_free_ char *heads = heads_text(evaluator);
	char *line, *rest = heads;
	int r = lines.list && heads ? 0 : -ENOMEM;
	__u32 i;

	while (!r && (line = strsep(&rest, "\n")) && *line)
		r = line_add(&lines, strdup(line));
	for (i = 0; !r && i < set->rule_count; i++)
		r = line_add(&lines, embargo_rule_line(set, &set->rules[i]));
	if (r)
		return embargo_log_errno(r, "cannot write the policy out");
	qsort(lines.list, lines.count, sizeof(*lines.list), line_compare);
	*ret_lines = lines;
	lines = (struct embargo_lines){0};
	return 0;
}

void embargo_lines_clear(struct embargo_lines *lines)
{
	size_t i;

	for (i = 0; lines->list && i < lines->count; i++)
		free(lines->list[i]);
	free(lines->list);
	*lines = (struct embargo_lines){0};
}
