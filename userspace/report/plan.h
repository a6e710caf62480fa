/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What has to be done on a host to be rid of what was found, in order. */
#ifndef EMBARGO_USERSPACE_REPORT_PLAN_H
#define EMBARGO_USERSPACE_REPORT_PLAN_H

#include "userspace/report/report.h"

enum embargo_report_action {
	EMBARGO_STEP_UNIT,	/* disable and stop .target */
	EMBARGO_STEP_CRON,	/* by hand: a table that starts it */
	EMBARGO_STEP_PROCESS,	/* end what runs .target */
	EMBARGO_STEP_MODULE,	/* unload .target */
	EMBARGO_STEP_PACKAGE,	/* purge .target, of .manager */
	EMBARGO_STEP_FILE,	/* delete .target, if it still has .sha256 */
	EMBARGO_STEP_MEMBER,	/* by hand: .target holds .detail */
	EMBARGO_STEP_CONTAINER, /* by hand: in container .detail */
	EMBARGO_STEP_RESTART,	/* by hand: .detail maps .target */
	EMBARGO_STEP_RULE,	/* keeps it out: .target, a line of policy */
	EMBARGO_STEPS,
};

extern const char *const embargo_report_action_names[EMBARGO_STEPS];

struct embargo_report_step {
	enum embargo_report_action action;
	const char *product; /* borrowed of the rows */
	char *target;
	char *detail; /* "" if there is none */
	const char *sha256;
	const char *manager; /* "dpkg", "rpm", "dpkg or rpm" */
	bool by_hand;	     /* no command can be given that would be safe */
};

struct embargo_report_plan {
	struct embargo_report_step *steps; /* by product, each in the order of its doing */
	size_t count;
	size_t room;
};

/* @rows must outlive it. */
int embargo_report_plan_make(const struct embargo_report_host *host, const struct embargo_report_rows *rows,
			     struct embargo_report_plan *ret_plan);
void embargo_report_plan_clear(struct embargo_report_plan *plan);
/* step.c: the step as a command or a sentence, one line, for people; to be freed. NULL: no memory */
char *embargo_report_step_text(const struct embargo_report_step *step);
/* A word of the shell that is exactly @text. */
void embargo_report_shell_quote(const char *text, FILE *out);

/* rule.c: a line of policy that keeps a found thing out; to be freed. NULL: none, or no memory */
char *embargo_report_rule(const struct embargo_report_row *row);

/* script.c: the plan as a shell script; 0 or -errno */
int embargo_report_script(const struct embargo_report *report, const struct embargo_report_host *host,
			  const struct embargo_report_plan *plan, FILE *out);
/* What the script of a host is called: no two hosts share a name. To be freed. */
char *embargo_report_script_name(const char *host);

#endif
