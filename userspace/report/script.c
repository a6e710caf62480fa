/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plan of a host as a shell script. What is data stands in it only inside single
 * quotes, or in a comment where no control character is left; commands get it as
 * words behind `--` or as absolute paths.
 */
#include <errno.h>
#include <string.h>

#include "userspace/report/plan.h"
#include "userspace/base/text.h"

static const char functions[] =
	"usage() {\n"
	"	echo \"usage: sh $0 [--yes | --rules]\" >&2\n"
	"	exit 2\n"
	"}\n"
	"[ $# -le 1 ] || usage\n"
	"act=\n"
	"case ${1-} in\n"
	"'') echo \"# nothing is done without --yes; on $host this would be done:\" ;;\n"
	"--yes) act=1 ;;\n"
	"--rules) rules; exit ;;\n"
	"*) usage ;;\n"
	"esac\n"
	"\n"
	"if [ \"$act\" ]; then\n"
	"	if [ \"$(uname -n)\" != \"$host\" ]; then\n"
	"		echo \"refused: this is not the host of this plan\" >&2\n"
	"		exit 1\n"
	"	fi\n"
	"	seen=\n"
	"	[ ! -r /etc/machine-id ] || read -r seen </etc/machine-id || :\n"
	"	if [ \"$machine\" ] && [ \"$seen\" != \"$machine\" ]; then\n"
	"		echo \"refused: this host has the name of the plan's, but is another (machine-id)\" "
	">&2\n"
	"		exit 1\n"
	"	fi\n"
	"	if [ \"$(id -u)\" != 0 ]; then\n"
	"		echo \"refused: it needs root\" >&2\n"
	"		exit 1\n"
	"	fi\n"
	"fi\n"
	"\n"
	"number=0 failed=0 left=0\n"
	"\n"
	"# step WORDS COMMAND...: say it, then do it\n"
	"step() {\n"
	"	number=$((number + 1))\n"
	"	printf '%s. %s\\n' \"$number\" \"$1\"\n"
	"	shift\n"
	"	[ \"$act\" ] || return 0\n"
	"	\"$@\" || {\n"
	"		failed=$((failed + 1))\n"
	"		echo \"   step $number failed\" >&2\n"
	"	}\n"
	"}\n"
	"\n"
	"by_hand() {\n"
	"	number=$((number + 1)) left=$((left + 1))\n"
	"	printf '%s. by hand: %s\\n' \"$number\" \"$1\"\n"
	"}\n"
	"\n"
	"gone() { echo '   is gone already'; }\n"
	"\n"
	"disable_unit() {\n"
	"	systemctl cat -- \"$1\" >/dev/null 2>&1 || { gone; return 0; }\n"
	"	systemctl disable --now -- \"$1\"\n"
	"}\n"
	"\n"
	"# runs PID FILE: is FILE its program, deleted or not? The x keeps a newline at the end.\n"
	"runs() {\n"
	"	exe=$(readlink -n \"/proc/$1/exe\" 2>/dev/null && echo x) || return 1\n"
	"	exe=${exe%x}\n"
	"	[ \"$exe\" = \"$2\" ] || [ \"$exe\" = \"$2 (deleted)\" ]\n"
	"}\n"
	"\n"
	"end_process() {\n"
	"	for at in /proc/[0-9]*; do\n"
	"		pid=${at#/proc/}\n"
	"		runs \"$pid\" \"$1\" || continue\n"
	"		echo \"   ends process $pid\"\n"
	"		kill \"$pid\" 2>/dev/null || :\n"
	"		for try in 1 2 3 4 5 6 7 8 9 10; do\n"
	"			runs \"$pid\" \"$1\" || break\n"
	"			sleep 1\n"
	"			[ \"$try\" != 9 ] || kill -9 \"$pid\" 2>/dev/null || :\n"
	"		done\n"
	"		! runs \"$pid\" \"$1\" || return 1\n"
	"	done\n"
	"}\n"
	"\n"
	"unload_module() {\n"
	"	[ -e \"/sys/module/$1\" ] || { gone; return 0; }\n"
	"	modprobe -r -- \"$1\"\n"
	"}\n"
	"\n"
	"# Together: they may need each other. Neither manager takes others with them.\n"
	"purge_packages() {\n"
	"	dpkg_has='' rpm_has=''\n"
	"	for package; do\n"
	"		if dpkg-query -W \"$package\" >/dev/null 2>&1; then\n"
	"			dpkg_has=\"$dpkg_has $package\"\n"
	"		elif rpm -q \"$package\" >/dev/null 2>&1; then\n"
	"			rpm_has=\"$rpm_has $package\"\n"
	"		else\n"
	"			echo \"   $package is gone already\"\n"
	"		fi\n"
	"	done\n"
	"	# shellcheck disable=SC2086 # lists of plain words\n"
	"	[ ! \"$dpkg_has\" ] || dpkg --purge $dpkg_has || return 1\n"
	"	# shellcheck disable=SC2086\n"
	"	[ ! \"$rpm_has\" ] || rpm -e $rpm_has\n"
	"}\n"
	"\n"
	"# delete_file SHA256 FILE: only what was found; '' where no hash was taken\n"
	"delete_file() {\n"
	"	[ -e \"$2\" ] || [ -L \"$2\" ] || { gone; return 0; }\n"
	"	if [ -L \"$2\" ] || [ ! -f \"$2\" ]; then\n"
	"		echo '   left: no regular file any more' >&2\n"
	"		return 1\n"
	"	fi\n"
	"	if [ \"$1\" ]; then\n"
	"		seen=$(sha256sum <\"$2\") || return 1\n"
	"		if [ \"${seen%% *}\" != \"$1\" ]; then\n"
	"			echo '   left: it has changed since it was found; scan again' >&2\n"
	"			return 1\n"
	"		fi\n"
	"	fi\n"
	"	rm -f -- \"$2\"\n"
	"}\n"
	"\n";

static const char ending[] = "[ \"$act\" ] || exit 0\n"
			     "echo \"$number steps: $failed failed, $left left to do by hand\"\n"
			     "[ \"$failed\" = 0 ]\n";

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

/* As people see it: on one line, with nothing that a terminal obeys. */
static int quote_shown(const char *text, FILE *out)
{
	_cleanup_free_ char *shown = embargo_text_escape(text, strlen(text), "");

	if (!shown)
		return -ENOMEM;
	embargo_report_shell_quote(shown, out);
	return 0;
}

static void rules_put(const struct embargo_report_plan *plan, FILE *out)
{
	size_t i;

	fputs("rules() {\n	printf '%s\\n'", out);
	for (i = 0; i < plan->count; i++) {
		if (plan->steps[i].action != EMBARGO_STEP_RULE)
			continue;
		fputs(" \\\n		", out);
		embargo_report_shell_quote(plan->steps[i].target, out);
	}
	fputs("\n}\n\n", out);
}

static bool packages_of_one(const struct embargo_report_step *a, const struct embargo_report_step *b)
{
	return a->action == EMBARGO_STEP_PACKAGE && b->action == EMBARGO_STEP_PACKAGE && !a->by_hand &&
	       !b->by_hand && !strcmp(a->product, b->product);
}

/* Writes one step, or all packages of a product; returns how many. */
static size_t step_put(const struct embargo_report_plan *plan, size_t at, FILE *out)
{
	static const char *const commands[EMBARGO_STEPS] = {
		[EMBARGO_STEP_UNIT] = "disable_unit",	 [EMBARGO_STEP_PROCESS] = "end_process",
		[EMBARGO_STEP_MODULE] = "unload_module", [EMBARGO_STEP_PACKAGE] = "purge_packages",
		[EMBARGO_STEP_FILE] = "delete_file",
	};
	const struct embargo_report_step *step = &plan->steps[at];
	_cleanup_free_ char *text = embargo_report_step_text(step);
	size_t count = 1;

	if (step->action == EMBARGO_STEP_RULE)
		return 1;
	fputs(step->by_hand ? "by_hand " : "step ", out);
	quote_shown(text ?: "", out);
	if (step->by_hand) {
		fputc('\n', out);
		return 1;
	}
	fprintf(out, " \\\n	%s ", commands[step->action]);
	if (step->action == EMBARGO_STEP_FILE) {
		embargo_report_shell_quote(step->sha256, out);
		fputc(' ', out);
	}
	embargo_report_shell_quote(step->target, out);
	for (; at + count < plan->count && packages_of_one(step, &plan->steps[at + count]); count++) {
		fputc(' ', out);
		embargo_report_shell_quote(plan->steps[at + count].target, out);
	}
	fputc('\n', out);
	return count;
}

static void head_put(const struct embargo_report *report, const struct embargo_report_host *host, FILE *out)
{
	_cleanup_free_ char *name = embargo_text(host->name, strlen(host->name));
	char date[EMBARGO_REPORT_TIME];

	fprintf(out,
		"#!/bin/sh\n"
		"# What removes the banned software that was found on %s.\n"
		"# Made by embargo report on %s from what the host said; embargo never runs it.\n"
		"#\n"
		"# READ IT FIRST. Without --yes it only says what it would do. Every step is shown before "
		"it\n"
		"# is done; one that fails is counted, and the others go on. --rules prints the lines of "
		"policy\n"
		"# that keep out what was found.\n"
		"set -eu\n"
		"host=",
		name ?: "?", embargo_report_date(report->now, date));
	embargo_report_shell_quote(host->name, out);
	fputs("\nmachine=", out);
	embargo_report_shell_quote(host->machine_id ?: "", out);
	fputs("\n\n", out);
}

int embargo_report_script(const struct embargo_report *report, const struct embargo_report_host *host,
			  const struct embargo_report_plan *plan, FILE *out)
{
	const char *product = NULL;
	size_t i;

	head_put(report, host, out);
	rules_put(plan, out);
	fputs(functions, out);
	for (i = 0; i < plan->count;) {
		if (!product || strcmp(product, plan->steps[i].product) != 0) {
			product = plan->steps[i].product;
			fputs("echo; printf '%s\\n' ", out);
			quote_shown(product, out);
			fputc('\n', out);
		}
		i += step_put(plan, i, out);
	}
	fputs("\necho\n", out);
	if (host->mode == EMBARGO_REPORT_AUDIT || host->mode == EMBARGO_REPORT_ENFORCE)
		fputs("step 'embargo mode enforce' embargo mode enforce\n", out);
	else
		fputs("by_hand 'put a policy in force that keeps it out: embargo load --enforce POLICY'\n",
		      out);
	fputs(ending, out);
	return ferror(out) ? -EIO : 0;
}

#define HOST_NAME_SIZE_MAX 200

char *embargo_report_script_name(const char *host)
{
	char *name = malloc(HOST_NAME_SIZE_MAX + 64), *to = name;
	uint64_t hash = 0xcbf29ce484222325ULL;
	const unsigned char *c;

	if (!name)
		return NULL;
	for (c = (const unsigned char *)host; *c; c++)
		hash = (hash ^ *c) * 0x100000001b3ULL;
	for (c = (const unsigned char *)host; *c && to < name + HOST_NAME_SIZE_MAX; c++)
		if ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
		    *c == '_' || *c == '-' || (*c == '.' && to > name))
			*to++ = *c;
		else
			to += sprintf(to, "%%%02x", *c);
	if (*c) /* cut short */
		to += sprintf(to, "%%%%%016llx", (unsigned long long)hash);
	strcpy(to, ".sh");
	return name;
}
