// SPDX-License-Identifier: GPL-2.0-or-later
/* What is wrong with a policy: kept in a list, and written for people. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "policy/private.h"
#include "policy/text.h"

static void diagnostic_clear(struct embargo_diagnostic *diagnostic)
{
	free(diagnostic->file);
	free(diagnostic->message);
	free(diagnostic->hint);
	free(diagnostic->text);
}

void embargo_diagnostics_free(struct embargo_diagnostics *diagnostics)
{
	size_t i;

	for (i = 0; i < diagnostics->count; i++)
		diagnostic_clear(&diagnostics->list[i]);
	free(diagnostics->list);
	*diagnostics = (struct embargo_diagnostics){};
}

static bool diagnostic_fill(struct embargo_diagnostic *to, const struct embargo_place *place,
			    const char *hint, const char *format, va_list arguments)
{
	if (vasprintf(&to->message, format, arguments) < 0)
		to->message = NULL;
	to->file = strdup(place->file);
	to->hint = hint ? strdup(hint) : NULL;
	to->text = place->text ? strndup(place->text, place->text_size) : NULL;
	to->line = place->line;
	to->column = place->column;
	return to->message && to->file && (to->hint || !hint) && (to->text || !place->text);
}

/* Always counted. Returns -EINVAL for an error (so that a caller can return it on), else 0. */
static int report(struct embargo_policy *policy, enum embargo_severity severity,
		  const struct embargo_place *place, const char *hint, const char *format, va_list arguments)
{
	struct embargo_diagnostics *diagnostics = &policy->diagnostics;
	int result = severity == EMBARGO_ERROR ? -EINVAL : 0;
	struct embargo_diagnostic new = {.severity = severity};
	struct embargo_diagnostic *list;

	if (diagnostics->total[severity]++ >= EMBARGO_DIAGNOSTICS_MAX)
		return result;
	list = reallocarray(diagnostics->list, diagnostics->count + 1, sizeof(*list));
	if (!list)
		return result;
	diagnostics->list = list;
	if (diagnostic_fill(&new, place, hint, format, arguments))
		list[diagnostics->count++] = new;
	else
		diagnostic_clear(&new);
	return result;
}

int embargo_policy_report_at(struct embargo_policy *policy, enum embargo_severity severity,
			     const struct embargo_place *place, const char *hint, const char *format, ...)
{
	va_list arguments;
	int r;

	va_start(arguments, format);
	r = report(policy, severity, place, hint, format, arguments);
	va_end(arguments);
	return r;
}

int embargo_policy_report(struct embargo_policy *policy, enum embargo_severity severity, const char *file,
			  __u32 line, const char *hint, const char *format, ...)
{
	struct embargo_place place = {.file = file, .line = line};
	va_list arguments;
	int r;

	va_start(arguments, format);
	r = report(policy, severity, &place, hint, format, arguments);
	va_end(arguments);
	return r;
}

/* Policy text comes from anywhere: what could drive a terminal or mislead a reader becomes `?`. */
static void put_safely(FILE *out, const char *text)
{
	size_t left = strlen(text), length;
	uint32_t character;

	for (; left; text += length, left -= length) {
		length = embargo_utf8_next(text, left, &character);
		if (!length || (*text != '\t' && embargo_character_hides(character))) {
			fputc('?', out);
			length = length ? length : 1;
			continue;
		}
		fwrite(text, 1, length, out);
	}
}

/* Tabs stay tabs, so that the caret stands below its character on any terminal. */
static void put_caret(FILE *out, const char *text, __u32 column)
{
	size_t left = strlen(text), length;

	for (; left && column > 1; text += length, left -= length, column--) {
		length = embargo_utf8_length(text, left);
		length = length ? length : 1;
		fputc(*text == '\t' ? '\t' : ' ', out);
	}
	fputs("^\n", out);
}

void embargo_diagnostic_format(const struct embargo_diagnostic *diagnostic, FILE *out)
{
	static const char *const names[] = {"note", "warning", "error"};

	put_safely(out, diagnostic->file);
	if (diagnostic->line)
		fprintf(out, ":%u", diagnostic->line);
	if (diagnostic->column)
		fprintf(out, ":%u", diagnostic->column);
	fprintf(out, ": %s: ", names[diagnostic->severity]);
	put_safely(out, diagnostic->message);
	fputc('\n', out);
	if (diagnostic->text) {
		fputs("    ", out);
		put_safely(out, diagnostic->text);
		fputc('\n', out);
		if (diagnostic->column) {
			fputs("    ", out);
			put_caret(out, diagnostic->text, diagnostic->column);
		}
	}
	if (diagnostic->hint) {
		fputs("    hint: ", out);
		put_safely(out, diagnostic->hint);
		fputc('\n', out);
	}
}

void embargo_diagnostics_format(const struct embargo_diagnostics *diagnostics, enum embargo_severity least,
				FILE *out)
{
	static const char *const names[] = {"notes", "warnings", "errors"};
	size_t shown[EMBARGO_ERROR + 1] = {};
	size_t i;

	for (i = 0; i < diagnostics->count; i++) {
		if (diagnostics->list[i].severity < least)
			continue;
		embargo_diagnostic_format(&diagnostics->list[i], out);
		shown[diagnostics->list[i].severity]++;
	}
	for (i = least; i <= EMBARGO_ERROR; i++)
		if (diagnostics->total[i] > shown[i])
			fprintf(out, "and %zu more %s\n", diagnostics->total[i] - shown[i], names[i]);
}
