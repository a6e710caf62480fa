/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a command is, and what main() hands to it: options and operands, already evaluated. */
#ifndef EMBARGO_USERSPACE_CLI_COMMAND_H
#define EMBARGO_USERSPACE_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "userspace/base/exit.h"

/* What is done to the file that an option names. */
enum embargo_option_file {
	EMBARGO_FILE_NONE, /* it names no file, or a directory */
	EMBARGO_FILE_READ,
	EMBARGO_FILE_WRITTEN, /* must be none that is read or written by another option: that is wrong usage
			       */
};

struct embargo_option {
	const char *name;     /* without its dashes */
	const char *alias;    /* the name that it had before, which --help does not show, or NULL */
	const char *argument; /* what --help calls it; NULL: takes none */
	const char *help;
	const char *values; /* that it takes, between blanks, for shells to offer; NULL: any, or files */
	bool repeats;	    /* may be given more than once */
	enum embargo_option_file file;
	int group; /* of options that share a number, not 0, one may be given */
};

#define EMBARGO_OPTIONS_MAX 24 /* of one command */
#define EMBARGO_OPERANDS_ANY 1000000000UL

struct embargo_arguments;

/* Tables of options and of commands end with a zeroed entry, or NULL. */
struct embargo_command {
	const char *name;
	const char *usage; /* options and operands, for the first line of --help */
	const char *summary;
	const char *details; /* more of --help, whole lines, or NULL */
	const struct embargo_option *options;
	const struct embargo_command *const *commands; /* its own commands; .run is NULL then */
	bool root;				       /* needs it */
	bool finds;				       /* may exit with EMBARGO_EXIT_BANNED */
	const char *words;	/* that operands are, between blanks, for shells to offer; NULL: not words */
	void (*complete)(void); /* prints those that only this host knows, one a line; or NULL */
	size_t operands_min;
	size_t operands_max;
	bool (*usable)(const struct embargo_arguments *arguments); /* further check; reports, or NULL */
	enum embargo_exit (*run)(const struct embargo_arguments *arguments);
};

struct embargo_given {
	const struct embargo_option *option;
	char *value; /* NULL: takes none */
};

struct embargo_arguments {
	const struct embargo_command *command;
	char *const *operands; /* ends with NULL */
	size_t operand_count;
	struct embargo_given *given;
	size_t given_count;
	char title[64]; /* "embargo policy lint" */
};

/* arguments.c */
bool embargo_given(const struct embargo_arguments *arguments, const char *option);
/* What was given for an option that is given once; NULL: it was not. */
const char *embargo_value(const struct embargo_arguments *arguments, const char *option);
/* All values of @option, ending with NULL; to be freed, not what is in it. NULL: no memory, reported. */
char **embargo_values(const struct embargo_arguments *arguments, const char *option);
/* Is @output one of the files that are operands? What is written would end what is read: says so. NULL: no */
bool embargo_is_operand(const struct embargo_arguments *arguments, const char *output);
/* Run the command of @commands that argv[0] names: parse its arguments, or show its help. */
enum embargo_exit embargo_dispatch(const struct embargo_command *const *commands, const char *title, int argc,
				   char **argv);

/* help.c */
void embargo_help_commands(const struct embargo_command *const *commands, const char *title);
void embargo_help_command(const struct embargo_command *command, const char *title);

/*
 * complete.c: what shells offer, one a line: values of the option that stands last in @argv, or else operands
 * of the command that it names. Nothing where files are what is asked for, or what was typed is wrong.
 */
enum embargo_exit embargo_complete(const struct embargo_command *const *commands, int argc, char **argv);

/* cmd_<verb>.c */
extern const struct embargo_command embargo_cmd_check;
extern const struct embargo_command embargo_cmd_doctor;
extern const struct embargo_command embargo_cmd_events;
extern const struct embargo_command embargo_cmd_fetch;
extern const struct embargo_command embargo_cmd_id;
extern const struct embargo_command embargo_cmd_load;
extern const struct embargo_command embargo_cmd_mode;
extern const struct embargo_command embargo_cmd_policy;
extern const struct embargo_command embargo_cmd_policy_channel;
extern const struct embargo_command embargo_cmd_policy_channel_make;
extern const struct embargo_command embargo_cmd_policy_channel_show;
extern const struct embargo_command embargo_cmd_policy_channel_sign;
extern const struct embargo_command embargo_cmd_policy_channel_verify;
extern const struct embargo_command embargo_cmd_policy_diff;
extern const struct embargo_command embargo_cmd_policy_explain;
extern const struct embargo_command embargo_cmd_policy_export;
extern const struct embargo_command embargo_cmd_policy_import;
extern const struct embargo_command embargo_cmd_policy_lint;
extern const struct embargo_command embargo_cmd_policy_show;
extern const struct embargo_command embargo_cmd_policy_sign;
extern const struct embargo_command embargo_cmd_policy_suggest;
extern const struct embargo_command embargo_cmd_policy_verify;
extern const struct embargo_command embargo_cmd_report;
extern const struct embargo_command embargo_cmd_run;
extern const struct embargo_command embargo_cmd_scan;
extern const struct embargo_command embargo_cmd_seal;
extern const struct embargo_command embargo_cmd_selftest;
extern const struct embargo_command embargo_cmd_status;
extern const struct embargo_command embargo_cmd_unload;

#endif
