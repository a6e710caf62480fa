// SPDX-License-Identifier: GPL-2.0-or-later
/* Which files this host needs to boot, to let an administrator in, and to be repaired. */
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "userspace/check/guard.h"
#include "userspace/check/modules.h"

static const char *const links[] = {"/proc/1/exe", "/proc/self/exe", "/sbin/init"};

static const char *const patterns[] = {
	"/lib/systemd/systemd",
	"/usr/lib/systemd/systemd",
	"/lib*/ld-linux*.so.*",
	"/lib*/ld-musl-*.so.*",
	"/lib*/*/ld-linux*.so.*",
	"/lib*/libc.so.6",
	"/lib*/*/libc.so.6",
	"/usr/lib*/openssh/sshd-session",
	"/usr/lib*/openssh/sshd-auth",
	"/usr/libexec/openssh/sshd-session",
	"/usr/libexec/openssh/sshd-auth",
	/* what systemd starts everything by, and what the boot and a login cannot do without */
	"/lib/systemd/systemd-executor",
	"/lib/systemd/systemd-journald",
	"/lib/systemd/systemd-udevd",
	"/lib/systemd/systemd-logind",
	"/lib/systemd/systemd-fsck",
	"/lib/systemd/systemd-cryptsetup",
	"/lib/systemd/systemd-shutdown",
	"/lib/systemd/systemd-modules-load",
	"/lib/systemd/systemd-sulogin-shell",
	"/lib/systemd/libsystemd-*.so",
	"/lib*/systemd/libsystemd-*.so",
	"/lib*/*/systemd/libsystemd-*.so",
	"/sbin/fsck.*",
	"/usr/sbin/fsck.*",
	/* plugins of login, su, sshd and sudo, which load them by name */
	"/lib*/security/pam_*.so",
	"/lib*/*/security/pam_*.so",
	"/usr/lib*/sudo/*.so",
	"/usr/lib*/sudo/*/*.so",
};

static const char *const directories[] = {"/bin", "/sbin", "/usr/bin", "/usr/sbin"};

static const char *const programs[] = {
	"sh",
	"bash",
	"dash",
	"zsh",
	"busybox",
	"sudo",
	"su",
	"login",
	"agetty",
	"getty",
	"sulogin",
	"sshd",
	"mount",
	"umount",
	"kmod",
	"modprobe",
	"insmod",
	"rmmod",
	"udevadm",
	"reboot",
	"systemctl",
	"journalctl",
	"fsck",
	"e2fsck",
	"xfs_repair",
	"btrfs",
	"cryptsetup",
	"lvm",
	"dbus-daemon",
	"dbus-broker",
	"dbus-broker-launch",
	"systemd-udevd",
	"dpkg",
	"apt",
	"apt-get",
	"rpm",
	"dnf",
	"embargo",
};

static int pattern_add(struct embargo_essential_files *essential, const char *pattern)
{
	glob_t found;
	size_t i;
	int r;

	r = glob(pattern, GLOB_NOSORT, NULL, &found);
	if (r)
		return r == GLOB_NOSPACE ? -ENOMEM : 0;
	for (i = 0; !r && i < found.gl_pathc; i++)
		r = embargo_essential_add(essential, found.gl_pathv[i]);
	globfree(&found);
	return r;
}

/* The files that a process has mapped: its libraries. */
static int maps_add(struct embargo_essential_files *essential, const char *maps)
{
	_cleanup_fclose_ FILE *file = fopen(maps, "re");
	_cleanup_free_ char *line = NULL;
	size_t room = 0;
	char *path;
	int r = 0;

	while (file && !r && getline(&line, &room, file) > 0) {
		line[strcspn(line, "\n")] = '\0';
		path = strchr(line, '/');
		if (path)
			r = embargo_essential_add(essential, path);
	}
	return r;
}

static int shells_add(struct embargo_essential_files *essential)
{
	_cleanup_fclose_ FILE *file = fopen("/etc/shells", "re");
	_cleanup_free_ char *line = NULL;
	size_t room = 0;
	int r = 0;

	while (file && !r && getline(&line, &room, file) > 0) {
		line[strcspn(line, " \t\r\n")] = '\0';
		if (line[0] == '/')
			r = embargo_essential_add(essential, line);
	}
	return r;
}

static int programs_add(struct embargo_essential_files *essential)
{
	char path[PATH_MAX];
	size_t i, j;
	int r = 0;

	for (i = 0; i < sizeof(programs) / sizeof(*programs); i++) {
		for (j = 0; !r && j < sizeof(directories) / sizeof(*directories); j++) {
			snprintf(path, sizeof(path), "%s/%s", directories[j], programs[i]);
			r = embargo_essential_add(essential, path);
		}
	}
	return r;
}

static int modules_add(struct embargo_essential_files *essential)
{
	struct embargo_loaded_modules modules;
	size_t i;
	int r;

	r = embargo_modules_read(&modules);
	for (i = 0; !r && i < modules.count; i++)
		if (modules.list[i].file)
			r = embargo_essential_add(essential, modules.list[i].file);
	embargo_modules_clear(&modules);
	return r;
}

int embargo_essential_find(struct embargo_essential_files *essential)
{
	size_t i;
	int r = 0;

	for (i = 0; !r && i < sizeof(links) / sizeof(*links); i++)
		r = embargo_essential_add(essential, links[i]);
	for (i = 0; !r && i < sizeof(patterns) / sizeof(*patterns); i++)
		r = pattern_add(essential, patterns[i]);
	r = r ?: maps_add(essential, "/proc/self/maps");
	r = r ?: maps_add(essential, "/proc/1/maps");
	r = r ?: shells_add(essential);
	r = r ?: programs_add(essential);
	r = r ?: modules_add(essential);
	r = r ?: embargo_essential_boot(essential);
	return r ?: embargo_essential_libraries(essential);
}
