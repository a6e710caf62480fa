// SPDX-License-Identifier: GPL-2.0-or-later
/* What cron and at will start: their tables, the scripts they run, and what these name. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "userspace/inventory/inventory.h"
#include "userspace/base/root.h"

#define LINES_MAX 100000 /* of one table or script */

/* @fields: how many come before the command; with `@daily` in place of the times */
static const char *command_of(const char *line, int fields, bool with_user)
{
	line += strspn(line, " \t");
	if (!*line || *line == '#')
		return NULL;
	if (*line == '@')
		fields = 1 + with_user;
	for (; fields && *line; fields--) {
		line += strcspn(line, " \t");
		line += strspn(line, " \t");
	}
	return *line ? line : NULL;
}

/* `PATH=/opt/x/bin` sets a variable, and runs nothing. */
static bool is_assignment(const char *line)
{
	line += strspn(line, " \t");
	if (!isalpha((unsigned char)*line) && *line != '_' && *line != '"')
		return false;
	line += strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_\"");
	line += strspn(line, " \t");
	return *line == '=';
}

/* @fields: -1: each line is a command */
static void lines_look(struct embargo_inventory *inventory, const char *path, int fields, bool with_user)
{
	_cleanup_fclose_ FILE *file = embargo_root_file_open(inventory->root, path);
	struct embargo_inventory_user user = {.kind = EMBARGO_FOUND_CRON, .active = true};
	_cleanup_free_ char *line = NULL;
	const char *command;
	char place[PATH_MAX + 16];
	unsigned int number = 0;
	size_t room = 0;

	user.place = place;
	while (file && number < LINES_MAX && getline(&line, &room, file) > 0) {
		number++;
		line[strcspn(line, "\n")] = '\0';
		snprintf(place, sizeof(place), "%s:%u", path, number);
		if (fields < 0)
			command = line[strspn(line, " \t")] == '#' ? NULL : line;
		else
			command = is_assignment(line) ? NULL : command_of(line, fields, with_user);
		if (command)
			embargo_inventory_command(inventory, command, &user);
	}
	if (!file && errno != ENOENT)
		embargo_warning_report(inventory->findings, path,
				       errno == EACCES ? "could not be read: it needs root: use sudo"
						       : "could not be read");
}

/* The script itself may be banned, and what it calls. A program is not looked through. */
static void script_look(struct embargo_inventory *inventory, const char *path)
{
	struct embargo_inventory_user user = {.kind = EMBARGO_FOUND_CRON, .active = true, .place = path};
	_cleanup_close_ int fd = embargo_root_open(inventory->root, path, O_RDONLY);
	struct stat st;
	char start[2];

	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode))
		return;
	if (pread(fd, start, 2, 0) == 2 && !memcmp(start, "#!", 2))
		lines_look(inventory, path, -1, false);
	embargo_inventory_command(inventory, path, &user);
}

static void directory_look(struct embargo_inventory *inventory, const char *directory,
			   void (*look)(struct embargo_inventory *inventory, const char *path))
{
	_cleanup_closedir_ DIR *dir = embargo_root_directory_open(inventory->root, directory);
	struct dirent *entry;

	if (!dir && errno == EACCES)
		embargo_warning_report(inventory->findings, directory,
				       "could not be read: it needs root: use sudo");
	while (dir && (entry = readdir(dir)) && !(inventory->stop && *inventory->stop)) {
		_cleanup_free_ char *path = NULL;

		if (entry->d_name[0] == '.' || asprintf(&path, "%s/%s", directory, entry->d_name) < 0)
			continue;
		look(inventory, path);
	}
}

static void table_look(struct embargo_inventory *inventory, const char *path)
{
	lines_look(inventory, path, 5, false);
}

static void system_table_look(struct embargo_inventory *inventory, const char *path)
{
	lines_look(inventory, path, 6, true);
}

static void job_look(struct embargo_inventory *inventory, const char *path)
{
	lines_look(inventory, path, -1, false);
}

void embargo_inventory_cron(struct embargo_inventory *inventory)
{
	static const char *const scripts[] = {"/etc/cron.hourly", "/etc/cron.daily", "/etc/cron.weekly",
					      "/etc/cron.monthly", "/etc/cron.yearly"};
	size_t i;

	system_table_look(inventory, "/etc/crontab");
	directory_look(inventory, "/etc/cron.d", system_table_look);
	lines_look(inventory, "/etc/anacrontab", 3, false);
	for (i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++)
		directory_look(inventory, scripts[i], script_look);
	directory_look(inventory, "/var/spool/cron/crontabs", table_look); /* Debian */
	directory_look(inventory, "/var/spool/cron", table_look);	   /* Red Hat */
	directory_look(inventory, "/var/spool/cron/atjobs", job_look);
	directory_look(inventory, "/var/spool/at", job_look);
}
