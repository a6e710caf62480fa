// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Units of systemd whose commands name a banned file, by what is in the unit
 * directories: no systemd is asked, so that it works on a root that is not booted.
 */
#include <string.h>

#include "userspace/inventory/unit.h"
#include "userspace/base/root.h"

static const char *const system_directories[] = {
	"/etc/systemd/system.control", "/run/systemd/system.control",
	"/run/systemd/transient",      "/run/systemd/generator.early",
	"/etc/systemd/system",	       "/etc/systemd/system.attached",
	"/run/systemd/system",	       "/run/systemd/system.attached",
	"/run/systemd/generator",      "/usr/local/lib/systemd/system",
	"/usr/lib/systemd/system",     "/lib/systemd/system",
	"/run/systemd/generator.late", NULL,
};

static const char *const user_directories[] = {
	"/etc/systemd/user",
	"/run/systemd/user",
	"/usr/local/share/systemd/user",
	"/usr/share/systemd/user",
	"/usr/local/lib/systemd/user",
	"/usr/lib/systemd/user",
	NULL,
};

/* "a@b.service" -> "a@.service"; else false */
static bool template_of(const char *name, char template[NAME_MAX + 1])
{
	const char *at = strchr(name, '@'), *dot = at ? strrchr(at, '.') : NULL;

	if (!dot || dot == at + 1 || strlen(name) > NAME_MAX)
		return false;
	snprintf(template, NAME_MAX + 1, "%.*s%s", (int)(at - name) + 1, name, dot);
	return true;
}

/* %i and %I, and %% itself; the others say nothing of which file it is. To be freed. */
static char *expand(const char *command, const char *unit)
{
	const char *at = strchr(unit, '@'), *dot = strrchr(unit, '.');
	size_t size = 0, length = at && dot > at ? (size_t)(dot - at - 1) : 0;
	char *text = malloc(strlen(command) * (length + 1) + 1);

	for (; text && *command; command++) {
		if (*command != '%' || !strchr("%iI", command[1]) || !command[1]) {
			text[size++] = *command;
			continue;
		}
		command++;
		if (*command == '%') {
			text[size++] = '%';
		} else {
			memcpy(text + size, at ? at + 1 : "", length);
			size += length;
		}
	}
	if (text)
		text[size] = '\0';
	return text;
}

static void unit_look(struct embargo_inventory *inventory, const struct embargo_units *units,
		      const struct embargo_unit *unit)
{
	struct embargo_commands commands = {0};
	struct embargo_inventory_user user = {
		.kind = EMBARGO_FOUND_UNIT, .unit = unit->name, .active = unit->enabled};
	char template[NAME_MAX + 1];
	size_t i;

	if (embargo_unit_alias(inventory->root, units, unit))
		return;
	if (!embargo_unit_fragment(inventory->root, units, unit->name, &commands) &&
	    template_of(unit->name, template))
		embargo_unit_fragment(inventory->root, units, template, &commands);
	if (template_of(unit->name, template))
		embargo_unit_dropins(inventory->root, units, template, &commands);
	embargo_unit_dropins(inventory->root, units, unit->name, &commands);
	if (commands.too_large)
		embargo_warning_report(inventory->findings, unit->name,
				       "could not be read: a file of this unit is too large");
	for (i = 0; i < commands.count; i++) {
		_cleanup_free_ char *text = expand(commands.list[i].text, unit->name);

		user.place = commands.list[i].place;
		if (text)
			embargo_inventory_command(inventory, text, &user);
	}
	embargo_commands_clear(&commands);
}

static void units_look(struct embargo_inventory *inventory, const char *const *directories)
{
	struct embargo_units units = {.directories = directories};
	size_t i;

	if (embargo_units_list(inventory->root, &units))
		embargo_warning_report(inventory->findings, directories[0],
				       "could not be read: the units are not known");
	for (i = 0; i < units.count && !(inventory->stop && *inventory->stop); i++)
		unit_look(inventory, &units, &units.list[i]);
	embargo_units_clear(&units);
}

static void home_look(struct embargo_inventory *inventory, const char *home)
{
	char own[PATH_MAX], shared[PATH_MAX];
	const char *const directories[] = {own, shared, NULL};

	if (snprintf(own, sizeof(own), "%s/.config/systemd/user", home) < (int)sizeof(own) &&
	    snprintf(shared, sizeof(shared), "%s/.local/share/systemd/user", home) < (int)sizeof(shared))
		units_look(inventory, directories);
}

/* Home directories of /etc/passwd; many accounts share one that does not exist. */
static void homes_look(struct embargo_inventory *inventory)
{
	_cleanup_fclose_ FILE *file = embargo_root_file_open(inventory->root, "/etc/passwd");
	_cleanup_free_ char *line = NULL;
	char *seen[256] = {0}, *rest, *home;
	size_t room = 0, count = 0, i;

	while (file && getline(&line, &room, file) > 0 && count < sizeof(seen) / sizeof(seen[0])) {
		rest = line;
		for (i = 0; i < 5; i++)
			strsep(&rest, ":");
		home = strsep(&rest, ":\n");
		for (i = 0; home && i < count && strcmp(seen[i], home); i++)
			;
		if (home && i == count && home[0] == '/' && home[1] && (seen[count] = strdup(home)))
			home_look(inventory, seen[count++]);
	}
	while (count)
		free(seen[--count]);
}

void embargo_inventory_units(struct embargo_inventory *inventory)
{
	units_look(inventory, system_directories);
	units_look(inventory, user_directories);
	homes_look(inventory);
}
