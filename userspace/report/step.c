// SPDX-License-Identifier: GPL-2.0-or-later
/* A step of a plan in words. */
#include <string.h>

#include "userspace/report/plan.h"
#include "userspace/base/text.h"

void embargo_report_shell_quote(const char *text, FILE *out)
{
	fputc('\'', out);
	for (; *text; text++)
		if (*text == '\'')
			fputs("'\\''", out);
		else
			fputc(*text, out);
	fputc('\'', out);
}

/* $'…': what is not plainly seen stands as \ooo, so that the words stay on one line and can be pasted. */
static void escaped_put(const char *text, FILE *out)
{
	fputs("$'", out);
	for (; *text; text++)
		if (*text < ' ' || *text > '~' || *text == '\'' || *text == '\\')
			fprintf(out, "\\%03o", (unsigned char)*text);
		else
			fputc(*text, out);
	fputc('\'', out);
}

/* Bytes that do not stand for themselves on a screen. */
static bool has_hidden(const char *text)
{
	_cleanup_free_ char *seen = embargo_text_escape(text, strlen(text), "");

	return !seen || strcmp(seen, text);
}

/* A path or name that could be mistaken for several words is quoted. */
static void put(const char *text, FILE *out)
{
	if (*text && !text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
					"/._+:@%,=~-")])
		fputs(text, out);
	else if (has_hidden(text))
		escaped_put(text, out);
	else
		embargo_report_shell_quote(text, out);
}

static void rule_put(const char *rule, FILE *out)
{
	_cleanup_free_ char *seen = embargo_text_escape(rule, strlen(rule), "");

	fputs(seen ?: "", out);
}

static void words_put(const struct embargo_report_step *step, FILE *out)
{
	switch (step->action) {
	case EMBARGO_STEP_UNIT:
		fputs("systemctl disable --now ", out);
		put(step->target, out);
		break;
	case EMBARGO_STEP_CRON:
		fputs("take the lines that start it out of ", out);
		put(step->target, out);
		break;
	case EMBARGO_STEP_PROCESS:
		fputs("end every process that runs ", out);
		put(step->target, out);
		break;
	case EMBARGO_STEP_MODULE:
		fputs("modprobe -r ", out);
		put(step->target, out);
		break;
	case EMBARGO_STEP_PACKAGE:
		fputs(!strcmp(step->manager, "dpkg")  ? "dpkg --purge "
		      : !strcmp(step->manager, "rpm") ? "rpm -e "
						      : "dpkg --purge, or rpm -e, ",
		      out);
		put(step->target, out);
		break;
	case EMBARGO_STEP_FILE:
		fputs("rm ", out);
		put(step->target, out);
		break;
	case EMBARGO_STEP_MEMBER:
		fputs("delete the archive, or take out of it what is banned: ", out);
		put(step->target, out);
		fputs(" holds ", out);
		put(step->detail, out);
		break;
	case EMBARGO_STEP_CONTAINER:
		fputs("rebuild the image without it, and start its containers anew: ", out);
		put(step->detail, out);
		fputs(" has ", out);
		put(step->target, out);
		break;
	case EMBARGO_STEP_RESTART:
		fputs("restart what has it mapped: ", out);
		put(*step->detail ? step->detail : "?", out);
		fputs(" maps ", out);
		put(step->target, out);
		break;
	case EMBARGO_STEP_RULE:
		rule_put(step->target, out);
		break;
	case EMBARGO_STEPS:
		break;
	}
}

char *embargo_report_step_text(const struct embargo_report_step *step)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	words_put(step, out);
	if (fclose(out))
		return NULL;
	return TAKE_PTR(text);
}
