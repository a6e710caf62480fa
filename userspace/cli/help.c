// SPDX-License-Identifier: GPL-2.0-or-later
/* --help, from the same tables that the arguments are parsed by; no line is wider than the terminal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "userspace/cli/command.h"

#define WIDTH 80     /* where nobody says */
#define WIDTH_MIN 40 /* narrower, a line would be one word */
#define WIDTH_MAX 120
#define NAMES 22 /* columns of names of options, with what is around them */

static const char options_always[] = "  -h, --help            show this and exit\n"
				     "  -V, --version         show the version and exit\n";

/* $COLUMNS, as shells set it and tests do, before the terminal itself. */
static size_t width(void)
{
	const char *columns = getenv("COLUMNS");
	size_t given = columns ? strtoul(columns, NULL, 10) : 0;
	struct winsize size;

	if (!given && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		given = size.ws_col;
	if (!given)
		return WIDTH;
	return given < WIDTH_MIN ? WIDTH_MIN : given > WIDTH_MAX ? WIDTH_MAX : given;
}

/* Columns of @size bytes of UTF-8, of characters that are one column wide: our own words are. */
static size_t columns_of(const char *text, size_t size)
{
	size_t columns = 0, i;

	for (i = 0; i < size; i++)
		columns += ((unsigned char)text[i] & 0xc0) != 0x80;
	return columns;
}

/*
 * Words, one after another, as many as fit into a line. The first line has @at columns already, others are
 * indented. A line that begins with a blank, or follows an empty one, begins a line here, too.
 */
static void put_wrapped(const char *text, size_t at, size_t indent)
{
	size_t limit = width(), size, columns;
	bool begun = false;

	while (*text) {
		if (*text == '\n' && (text[1] == '\n' || text[1] == ' ')) {
			printf("\n%*s", (int)indent, "");
			at = indent;
			begun = false;
			text++;
			for (; *text == ' '; text++, at++)
				putchar(' ');
			if (*text == '\n') {
				putchar('\n');
				text++;
			}
			continue;
		}
		if (*text == ' ' || *text == '\n') {
			text++;
			continue;
		}
		size = strcspn(text, " \n");
		columns = columns_of(text, size);
		if (begun && at + 1 + columns > limit) {
			printf("\n%*s", (int)indent, "");
			at = indent;
			begun = false;
		}
		if (begun)
			putchar(' ');
		printf("%.*s", (int)size, text);
		at += begun + columns;
		begun = true;
		text += size;
	}
	putchar('\n');
}

void embargo_help_commands(const struct embargo_command *const *commands, const char *title)
{
	printf("usage: %s COMMAND [OPTION]… [ARGUMENT]…\n\ncommands:\n", title);
	for (; *commands; commands++) {
		printf("  %-10s  ", (*commands)->name);
		put_wrapped((*commands)->summary, 14, 14);
	}
	printf("\noptions:\n%s\n'%s COMMAND --help' tells more of a command.\n", options_always, title);
}

void embargo_help_command(const struct embargo_command *command, const char *title)
{
	const struct embargo_option *option;
	char name[64];

	printf("usage: %s%s", title, *command->usage ? " " : "");
	put_wrapped(command->usage, columns_of(title, strlen(title)) + 8, 8);
	putchar('\n');
	put_wrapped(command->summary, 0, 0);
	if (command->details) {
		putchar('\n');
		put_wrapped(command->details, 0, 0);
	}
	printf("\noptions:\n");
	for (option = command->options; option && option->name; option++) {
		snprintf(name, sizeof(name), "--%s%s%s", option->name, option->argument ? " " : "",
			 option->argument ?: "");
		printf("  %-20s  ", name);
		if (strlen(name) > NAMES - 2)
			printf("\n%*s", NAMES + 2, "");
		put_wrapped(option->help, NAMES + 2, NAMES + 2);
	}
	printf("%s\nexit status:\n"
	       "  0  done%s\n"
	       "  1  failed\n"
	       "  2  wrong usage\n",
	       options_always, command->finds ? ", and nothing banned was found" : "");
	if (command->finds)
		printf("  3  something banned was found\n");
}
