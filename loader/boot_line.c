// SPDX-License-Identifier: GPL-2.0-or-later
/* How a distribution writes the kernel's command line; see boot_line.h. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "loader/boot_line.h"

#define IN_GRUB "add lsm=%s to GRUB_CMDLINE_LINUX in /etc/default/grub, then: "

/* In order: what is more particular comes first. Each "%s" is the list. */
static const struct {
	const char *id; /* in ID or ID_LIKE */
	const char *how;
} tools[] = {
	{"pop", "kernelstub --add-options lsm=%s && reboot"},
	{"opensuse-microos", IN_GRUB "transactional-update grub.cfg && reboot"},
	{"sl-micro", IN_GRUB "transactional-update grub.cfg && reboot"},
	{"sle-micro", IN_GRUB "transactional-update grub.cfg && reboot"},
	{"fedora", "grubby --update-kernel=ALL --args=lsm=%s && reboot"},
	{"rhel", "grubby --update-kernel=ALL --args=lsm=%s && reboot"},
	{"centos", "grubby --update-kernel=ALL --args=lsm=%s && reboot"},
	{"amzn", "grubby --update-kernel=ALL --args=lsm=%s && reboot"},
	{"suse", IN_GRUB "grub2-mkconfig -o /boot/grub2/grub.cfg && reboot"},
	{"sles", IN_GRUB "grub2-mkconfig -o /boot/grub2/grub.cfg && reboot"},
	{"debian", IN_GRUB "update-grub && reboot"},
	{"ubuntu", IN_GRUB "update-grub && reboot"},
	{"arch", IN_GRUB "grub-mkconfig -o /boot/grub/grub.cfg && reboot"},
};

/* Is @id among the words of the line KEY=…, quoted or not? */
static bool line_names(const char *line, const char *key, const char *id)
{
	size_t length = strlen(key), size = strlen(id);

	if (strncmp(line, key, length) || line[length] != '=')
		return false;
	line += length + 1;
	while (*line && *line != '\n') {
		size_t word;

		line += strspn(line, " \t\"'");
		word = strcspn(line, " \t\"'\n");
		if (word == size && !memcmp(line, id, size))
			return true;
		line += word;
	}
	return false;
}

static bool names(const char *os_release, const char *id)
{
	for (const char *line = os_release; *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (line_names(line, "ID", id) || line_names(line, "ID_LIKE", id))
			return true;
	return false;
}

void embargo_boot_line(const char *os_release, const char *lsms, char *text, size_t size)
{
	for (size_t i = 0; i < sizeof(tools) / sizeof(*tools); i++) {
		if (!names(os_release, tools[i].id))
			continue;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(text, size, tools[i].how, lsms);
#pragma GCC diagnostic pop
		return;
	}
	snprintf(text, size,
		 "add lsm=%s to the kernel's command line in the boot loader's configuration, then reboot",
		 lsms);
}
