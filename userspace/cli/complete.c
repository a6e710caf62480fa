// SPDX-License-Identifier: GPL-2.0-or-later
/* `embargo --complete COMMAND… [--OPTION]`, which the completions of shells ask. */
#include <stdio.h>
#include <string.h>

#include "userspace/cli/command.h"

static void words_print(const char *words)
{
	size_t size;

	for (; words && *words; words += size + strspn(words + size, " ")) {
		size = strcspn(words, " ");
		printf("%.*s\n", (int)size, words);
	}
}

static const struct embargo_command *find(const struct embargo_command *const *commands, const char *name)
{
	for (; *commands; commands++)
		if (!strcmp((*commands)->name, name))
			return *commands;
	return NULL;
}

static void values_print(const struct embargo_command *command, const char *name)
{
	const struct embargo_option *option;

	for (option = command->options; option && option->name; option++)
		if (!strcmp(option->name, name))
			words_print(option->values);
}

enum embargo_exit embargo_complete(const struct embargo_command *const *commands, int argc, char **argv)
{
	const struct embargo_command *command = NULL;

	for (; argc && commands; argc--, argv++) {
		command = find(commands, *argv);
		commands = command ? command->commands : NULL;
	}
	if (!command || commands)
		return EMBARGO_EXIT_DONE;
	if (argc && !strncmp(argv[argc - 1], "--", 2)) {
		values_print(command, argv[argc - 1] + 2);
		return EMBARGO_EXIT_DONE;
	}
	words_print(command->words);
	if (command->complete)
		command->complete();
	return EMBARGO_EXIT_DONE;
}
