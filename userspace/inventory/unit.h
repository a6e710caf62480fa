/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files that systemd's units are made of. */
#ifndef EMBARGO_USERSPACE_INVENTORY_UNIT_H
#define EMBARGO_USERSPACE_INVENTORY_UNIT_H

#include "userspace/inventory/inventory.h"

struct embargo_unit {
	char *name;
	bool enabled; /* something wants or requires it */
};

struct embargo_units {
	const char *const *directories; /* the first that has a file wins; ends with NULL */
	struct embargo_unit *list;	/* each name once */
	size_t count;
	size_t capacity;
};

struct embargo_commands {
	struct embargo_command_line {
		char *key; /* "ExecStart" */
		char *text;
		char *place; /* "/etc/systemd/system/x.service:7" */
	} * list;
	size_t count;
	size_t capacity;
	bool too_large; /* a file was, and was not read */
};

/* unit_list.c: every name that a file, a directory of drop-ins, or a link in .wants/ has. 0 or -ENOMEM */
int embargo_units_list(const char *root, struct embargo_units *units);
void embargo_units_clear(struct embargo_units *units);
/* Another name of a unit that is listed itself */
bool embargo_unit_alias(const char *root, const struct embargo_units *units, const struct embargo_unit *unit);

/* unit_read.c: the commands of a unit's own file; false: there is none. A masked unit has no commands. */
bool embargo_unit_fragment(const char *root, const struct embargo_units *units, const char *name,
			   struct embargo_commands *commands);
/* And of its drop-ins, which may take commands away. */
void embargo_unit_dropins(const char *root, const struct embargo_units *units, const char *name,
			  struct embargo_commands *commands);
void embargo_commands_clear(struct embargo_commands *commands);

#endif
