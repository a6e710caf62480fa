// SPDX-License-Identifier: GPL-2.0-or-later
/* Colours of what is banned, watched and allowed, on a terminal, unless NO_COLOR says no (no-color.org). */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "userspace/base/colour.h"

static const struct {
	const char *word;
	const char *colour;
} colours[] = {
	{"denied", "31"},  {"would-deny", "33"}, {"audited", "33"}, {"exempted", "36"}, {"allowed", "32"},
	{"missing", "31"}, {"unknown", "33"},	 {"limited", "33"}, {"differs", "33"},	{"ok", "32"},
};

static bool wanted(FILE *out)
{
	const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return (!no || !*no) && terminal && strcmp(terminal, "dumb") != 0 && isatty(fileno(out));
}

const char *embargo_colour(FILE *out, const char *word, size_t size, const char **ret_end)
{
	static char text[16];
	size_t i;

	*ret_end = "";
	for (i = 0; i < sizeof(colours) / sizeof(*colours); i++) {
		if (strncmp(colours[i].word, word, size) != 0 || colours[i].word[size] || !wanted(out))
			continue;
		*ret_end = "\033[0m";
		snprintf(text, sizeof(text), "\033[%sm", colours[i].colour);
		return text;
	}
	return "";
}
