// SPDX-License-Identifier: GPL-2.0-or-later
/* What the boot starts before anybody can log in: the services of these targets, by their own words. */
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "policy/cleanup.h"
#include "userspace/check/guard.h"

static const char *const directories[] = {"/etc/systemd/system", "/run/systemd/system",
					  "/run/systemd/generator", "/usr/lib/systemd/system",
					  "/lib/systemd/system"};
static const char *const targets[] = {"sysinit",	"local-fs", "local-fs-pre", "cryptsetup",
				      "cryptsetup-pre", "swap",	    "basic",	    "getty"};

/* "ExecStart=-/usr/lib/systemd/systemd-fsck /dev/x": the first word, without what systemd has before it. */
static int line_add(struct embargo_essential_files *essential, char *line)
{
	if (strncmp(line, "ExecStart", 9) || !(line = strchr(line, '=')))
		return 0;
	line += 1 + strspn(line + 1, " \t-@:+!|");
	line[strcspn(line, " \t\r\n;")] = '\0';
	return *line == '/' ? embargo_essential_add(essential, line) : 0;
}

static int unit_add(struct embargo_essential_files *essential, const char *path)
{
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	_cleanup_free_ char *line = NULL;
	size_t room = 0;
	int r = 0;

	while (file && !r && getline(&line, &room, file) > 0)
		r = line_add(essential, line);
	return r;
}

int embargo_essential_boot(struct embargo_essential_files *essential)
{
	char pattern[PATH_MAX];
	size_t i, j, k;
	glob_t found;
	int r = 0;

	for (i = 0; i < sizeof(directories) / sizeof(*directories); i++)
		for (j = 0; !r && j < sizeof(targets) / sizeof(*targets); j++) {
			snprintf(pattern, sizeof(pattern), "%s/%s.target.*/*", directories[i], targets[j]);
			if (glob(pattern, GLOB_NOSORT, NULL, &found))
				continue;
			for (k = 0; !r && k < found.gl_pathc; k++)
				r = unit_add(essential, found.gl_pathv[k]);
			globfree(&found);
		}
	return r;
}
