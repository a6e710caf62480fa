// SPDX-License-Identifier: GPL-2.0-or-later
/* Command line -> options and operands. The one place that knows wrong usage. */
#include <getopt.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/cleanup.h"
#include "policy/whole_file.h"
#include "userspace/cli/command.h"
#include "userspace/base/log.h"
#include "policy/language/words.h"

#define COMMANDS_MAX 32 /* that a hint is looked for among */

enum {
	OPTION_HELP = 'h',
	OPTION_VERSION = 'V',
	OPTION_FIRST = 256, /* plus the place in the command's table */
};

bool embargo_given(const struct embargo_arguments *arguments, const char *option)
{
	size_t i;

	for (i = 0; i < arguments->given_count; i++)
		if (!strcmp(arguments->given[i].option->name, option))
			return true;
	return false;
}

const char *embargo_value(const struct embargo_arguments *arguments, const char *option)
{
	size_t i;

	for (i = 0; i < arguments->given_count; i++)
		if (!strcmp(arguments->given[i].option->name, option))
			return arguments->given[i].value;
	return NULL;
}

char **embargo_values(const struct embargo_arguments *arguments, const char *option)
{
	char **values = calloc(arguments->given_count + 1, sizeof(*values));
	size_t i, count = 0;

	if (!values)
		embargo_log_error("out of memory");
	for (i = 0; values && i < arguments->given_count; i++)
		if (!strcmp(arguments->given[i].option->name, option))
			values[count++] = arguments->given[i].value;
	return values;
}

bool embargo_is_operand(const struct embargo_arguments *arguments, const char *output)
{
	size_t i;

	for (i = 0; output && i < arguments->operand_count; i++) {
		if (!embargo_same_file(output, arguments->operands[i]))
			continue;
		embargo_log_error("'%s' is read, so it cannot be written", output);
		return true;
	}
	return false;
}

static enum embargo_exit usage_wrong(const char *title)
{
	fprintf(stderr, "See '%s --help'.\n", title);
	return EMBARGO_EXIT_USAGE;
}

static void long_options(const struct embargo_option *options, struct option *ret_options)
{
	size_t i, count = 2;

	ret_options[0] = (struct option){.name = "help", .val = OPTION_HELP};
	ret_options[1] = (struct option){.name = "version", .val = OPTION_VERSION};
	for (i = 0; options && options[i].name && i < EMBARGO_OPTIONS_MAX; i++) {
		struct option option = {
			.name = options[i].name,
			.has_arg = options[i].argument ? required_argument : no_argument,
			.val = OPTION_FIRST + (int)i,
		};

		ret_options[count++] = option;
		option.name = options[i].alias;
		if (option.name)
			ret_options[count++] = option;
	}
	ret_options[count] = (struct option){0};
}

/* May @option be given after what was given already? */
static bool option_fits(const struct embargo_arguments *arguments, const struct embargo_option *option)
{
	const struct embargo_option *other;
	size_t i;

	for (i = 0; i < arguments->given_count; i++) {
		other = arguments->given[i].option;
		if (other == option && !option->repeats) {
			embargo_log_error("option --%s was given twice", option->name);
			return false;
		}
		if (other != option && option->group && other->group == option->group) {
			embargo_log_error("options --%s and --%s exclude each other", other->name,
					  option->name);
			return false;
		}
	}
	return true;
}

static bool operands_fit(const struct embargo_arguments *arguments)
{
	const struct embargo_command *command = arguments->command;

	if (arguments->operand_count > command->operands_max) {
		embargo_log_error("unexpected argument '%s'", arguments->operands[command->operands_max]);
		return false;
	}
	if (arguments->operand_count < command->operands_min) {
		embargo_log_error("an argument is missing: %s %s", arguments->title, command->usage);
		return false;
	}
	return !command->usable || command->usable(arguments);
}

/* Would both be the same file, were it written? "-" is one, too. */
static bool same_place(const char *a, const char *b)
{
	_cleanup_free_ char *first = strdup(a), *second = strdup(b), *c = strdup(a), *d = strdup(b);

	if (!strcmp(a, b) || embargo_same_file(a, b))
		return true;
	return first && second && c && d && !strcmp(basename(first), basename(second)) &&
	       embargo_same_file(dirname(c), dirname(d));
}

/* What is written would destroy what is read, or what another option has written. */
static bool files_fit(const struct embargo_arguments *arguments)
{
	const struct embargo_given *output, *other;

	for (output = arguments->given; output < arguments->given + arguments->given_count; output++) {
		if (output->option->file != EMBARGO_FILE_WRITTEN)
			continue;
		for (other = arguments->given; other < arguments->given + arguments->given_count; other++)
			if (other != output && other->option->file &&
			    same_place(output->value, other->value)) {
				embargo_log_error("--%s would write over '%s', the file of --%s",
						  output->option->name, other->value, other->option->name);
				return false;
			}
	}
	return true;
}

/* "; did you mean `X'?", or "" */
static const char *nearest(const char *word, const char *const *words, char *hint, size_t size)
{
	char found[EMBARGO_HINT_MAX];
	const char *text = embargo_hint_nearest(found, word, words);

	snprintf(hint, size, "%s%s", text ? "; " : "", text ?: "");
	return hint;
}

static const char *option_hint(const struct embargo_option *options, const char *word, char *hint,
			       size_t size)
{
	const char *names[EMBARGO_OPTIONS_MAX + 1] = {NULL};
	size_t i;

	for (i = 0; options && options[i].name && i < EMBARGO_OPTIONS_MAX; i++)
		names[i] = options[i].name;
	return nearest(word + strspn(word, "-"), names, hint, size);
}

static enum embargo_exit command_run(const struct embargo_command *command, const char *title, int argc,
				     char **argv)
{
	_cleanup_free_ struct embargo_given *given = calloc(argc, sizeof(*given));
	struct embargo_arguments arguments = {.command = command, .given = given};
	struct option longs[2 * EMBARGO_OPTIONS_MAX + 3];
	const struct embargo_option *option;
	char hint[EMBARGO_HINT_MAX + 2];
	int c;

	if (!given) {
		embargo_log_error("out of memory");
		return EMBARGO_EXIT_FAILED;
	}
	snprintf(arguments.title, sizeof(arguments.title), "%s", title);
	long_options(command->options, longs);
	opterr = 0;
	optind = 0; /* starts anew: a command of a command is parsed on its own */
	while ((c = getopt_long(argc, argv, ":hV", longs, NULL)) != -1) {
		switch (c) {
		case OPTION_HELP:
			embargo_help_command(command, title);
			return EMBARGO_EXIT_DONE;
		case OPTION_VERSION:
			printf("embargo %s\n", EMBARGO_VERSION);
			return EMBARGO_EXIT_DONE;
		case ':':
			embargo_log_error("option '%s' needs a value", argv[optind - 1]);
			return usage_wrong(title);
		case '?':
			if (optopt >= OPTION_FIRST)
				embargo_log_error("option '--%s' takes no value",
						  command->options[optopt - OPTION_FIRST].name);
			else if (optopt)
				embargo_log_error("unknown option '-%c'", optopt);
			else
				embargo_log_error(
					"unknown option '%s'%s", argv[optind - 1],
					option_hint(command->options, argv[optind - 1], hint, sizeof(hint)));
			return usage_wrong(title);
		}
		option = &command->options[c - OPTION_FIRST];
		if (!option_fits(&arguments, option))
			return usage_wrong(title);
		given[arguments.given_count++] = (struct embargo_given){option, optarg};
	}
	arguments.operands = argv + optind;
	arguments.operand_count = argc - optind;
	if (!operands_fit(&arguments) || !files_fit(&arguments))
		return usage_wrong(title);
	if (command->root && geteuid()) {
		embargo_log_error("'%s' needs root: use sudo", title);
		return EMBARGO_EXIT_FAILED;
	}
	return command->run(&arguments);
}

static enum embargo_exit help_show(const struct embargo_command *const *commands, const char *title)
{
	embargo_help_commands(commands, title);
	return EMBARGO_EXIT_DONE;
}

static const char *command_hint(const struct embargo_command *const *commands, const char *word, char *hint,
				size_t size)
{
	const char *names[COMMANDS_MAX + 1] = {NULL};
	size_t i;

	for (i = 0; i < COMMANDS_MAX && commands[i]; i++)
		names[i] = commands[i]->name;
	return nearest(word, names, hint, size);
}

enum embargo_exit embargo_dispatch(const struct embargo_command *const *commands, const char *title, int argc,
				   char **argv)
{
	const struct embargo_command *const *all;
	const char *name = argc ? argv[0] : NULL;
	char full[64], hint[EMBARGO_HINT_MAX + 2];

	if (!name) {
		embargo_log_error("a command is missing");
		return usage_wrong(title);
	}
	if (!strcmp(name, "--help") || !strcmp(name, "-h"))
		return help_show(commands, title);
	/* `embargo help scan` is `embargo scan --help`. */
	if (!strcmp(name, "help")) {
		char *words[] = {argc > 1 ? argv[1] : NULL, argc > 2 ? argv[2] : "--help", "--help", NULL};

		return argc > 1 ? embargo_dispatch(commands, title, argc > 2 ? 3 : 2, words)
				: help_show(commands, title);
	}
	if (!strcmp(name, "--version") || !strcmp(name, "-V")) {
		printf("embargo %s\n", EMBARGO_VERSION);
		return EMBARGO_EXIT_DONE;
	}
	if (!strcmp(name, "--complete"))
		return embargo_complete(commands, argc - 1, argv + 1);
	for (all = commands; *commands; commands++)
		if (!strcmp((*commands)->name, name))
			break;
	if (!*commands) {
		embargo_log_error("unknown command '%s'%s", name,
				  command_hint(all, name, hint, sizeof(hint)));
		return usage_wrong(title);
	}
	snprintf(full, sizeof(full), "%s %s", title, name);
	if ((*commands)->commands)
		return embargo_dispatch((*commands)->commands, full, argc - 1, argv + 1);
	return command_run(*commands, full, argc, argv);
}
