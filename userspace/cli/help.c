/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --help, from the same tables that the arguments are parsed by. */
#include <stdio.h>

#include "userspace/cli/command.h"

static const char options_always[] = "  -h, --help            show this and exit\n"
				     "  -V, --version         show the version and exit\n";

void embargo_help_commands(const struct embargo_command *const *commands, const char *title)
{
	printf("usage: %s COMMAND [OPTION]… [ARGUMENT]…\n\ncommands:\n", title);
	for (; *commands; commands++)
		printf("  %-10s  %s\n", (*commands)->name, (*commands)->summary);
	printf("\noptions:\n%s\n'%s COMMAND --help' tells more of a command.\n", options_always, title);
}

void embargo_help_command(const struct embargo_command *command, const char *title)
{
	const struct embargo_option *option;
	char name[64];

	printf("usage: %s%s%s\n\n%s\n", title, *command->usage ? " " : "", command->usage, command->summary);
	if (command->details)
		printf("\n%s", command->details);
	printf("\noptions:\n");
	for (option = command->options; option && option->name; option++) {
		snprintf(name, sizeof(name), "--%s%s%s", option->name, option->argument ? " " : "",
			 option->argument ?: "");
		printf("  %-20s  %s\n", name, option->help);
	}
	printf("%s\nexit status:\n"
	       "  0  done%s\n"
	       "  1  failed\n"
	       "  2  wrong usage\n",
	       options_always, command->finds ? ", and nothing banned was found" : "");
	if (command->finds)
		printf("  3  something banned was found\n");
}
