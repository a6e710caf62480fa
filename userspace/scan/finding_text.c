// SPDX-License-Identifier: GPL-2.0-or-later
/* A finding as a line for people. */
#include <string.h>

#include "loader/loader.h"
#include "userspace/scan/finding.h"
#include "userspace/base/text.h"

const char *embargo_finding_kind_name(unsigned int kind)
{
	static const char *const names[] = {
		[EMBARGO_FOUND_FILE] = "file",	     [EMBARGO_FOUND_MEMBER] = "member",
		[EMBARGO_FOUND_PROCESS] = "process", [EMBARGO_FOUND_LIBRARY] = "library",
		[EMBARGO_FOUND_MODULE] = "module",   [EMBARGO_FOUND_UNIT] = "unit",
		[EMBARGO_FOUND_CRON] = "cron",	     [EMBARGO_FOUND_PACKAGE] = "package",
	};

	return kind < sizeof(names) / sizeof(*names) ? names[kind] : "?";
}

/* Bytes of the file system, made harmless. */
static void put_text(FILE *out, const char *before, const char *bytes, const char *after)
{
	_cleanup_free_ char *text = bytes ? embargo_text(bytes, strlen(bytes)) : NULL;

	if (bytes)
		fprintf(out, "%s%s%s", before, text ?: "?", after);
}

static void put_user(FILE *out, const struct embargo_finding *finding)
{
	if (!finding->pid) {
		put_text(out, " (", finding->comm, ")");
		return;
	}
	fprintf(out, " (pid %d", finding->pid);
	put_text(out, ", ", finding->comm, "");
	fputs(")", out);
}

static void put_names(FILE *out, const struct embargo_finding *finding)
{
	put_text(out, " ", finding->path, "");
	put_text(out, finding->path ? ": " : " ", finding->member, "");
	put_user(out, finding);
	put_text(out, " [", finding->container, "]");
	put_text(out, " unit ", finding->unit, "");
	put_text(out, " of package ", finding->package, "");
	put_text(out, " ", finding->package ? finding->package_version : NULL, "");
}

char *embargo_finding_text(const struct embargo_evaluator *evaluator, const struct embargo_finding *finding)
{
	_cleanup_free_ char *why = embargo_check_result_text(evaluator, &finding->result);
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fprintf(out, "%s %s", embargo_verdict_name(finding->result.verdict),
		embargo_finding_kind_name(finding->kind));
	put_names(out, finding);
	if (why && *why)
		fprintf(out, ": %s", why);
	put_text(out, ", by ", finding->result.pending ? NULL : finding->ground, "");
	if (fclose(out))
		return NULL;
	return TAKE_PTR(text);
}
