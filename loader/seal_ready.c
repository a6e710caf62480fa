// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What would still be open after a sealing, for it was opened before: descriptors and programs of others.
 * What is found is named, and nothing is sealed. Seal early, and there is nothing to find.
 */
#include <bpf/bpf.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loader/internal.h"

static bool same_mounts(void)
{
	struct stat own, first;

	return !stat("/proc/self/ns/mnt", &own) && !stat("/proc/1/ns/mnt", &first) &&
	       own.st_ino == first.st_ino && own.st_dev == first.st_dev;
}

static bool is_open_way(const char *target)
{
	static const char *const ways[] = {"/dev/mem", "/dev/kmem", "/dev/port"};
	const char *name = strrchr(target, '/');

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		if (!strcmp(target, ways[i]))
			return true;
	return name && !strcmp(name, "/ftrace_enabled");
}

static int look_at_process(const char *pid, struct embargo_error *error)
{
	char path[64], target[256];
	_cleanup_closedir_ DIR *dir = NULL;
	struct dirent *entry;
	ssize_t size;

	snprintf(path, sizeof(path), "/proc/%.20s/fd", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		size = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);
		if (size <= 0)
			continue;
		target[size] = 0;
		if (is_open_way(target))
			return embargo_fail(error, -EBUSY,
					    "process %.20s has %.80s open, through which the seal could be "
					    "lifted: end it first",
					    pid, target);
	}
	return 0;
}

static int look_at_processes(struct embargo_error *error)
{
	_cleanup_closedir_ DIR *dir = opendir("/proc");
	struct dirent *entry;
	int r = 0;

	if (!dir)
		return embargo_fail(error, -errno, "cannot read /proc: %s", strerror(errno));
	while (!r && (entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]))
			r = look_at_process(entry->d_name, error);
	return r;
}

/* Programs that stand before functions of the kernel, and could stand before the guards. */
static int look_at_links(struct embargo_error *error)
{
	__u32 id = 0;

	while (!bpf_link_get_next_id(id, &id)) {
		_cleanup_close_ int fd = bpf_link_get_fd_by_id(id);
		struct bpf_link_info info = {0};
		__u32 size = sizeof(info);

		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &size) &&
		    info.type == BPF_LINK_TYPE_TRACING && info.tracing.attach_type == BPF_MODIFY_RETURN)
			return embargo_fail(
				error, -EBUSY,
				"a BPF program is attached that changes what functions of the kernel "
				"return (link %u, program %u): detach it first",
				id, info.prog_id);
	}
	return 0;
}

int embargo_seal_obstacle(struct embargo_error *error)
{
	int r;

	if (!same_mounts())
		return embargo_fail(error, -EPERM,
				    "this is not the mount namespace of PID 1, in which the pins must be: "
				    "nsenter -t 1 -m embargo seal");
	r = look_at_processes(error);
	return r ?: look_at_links(error);
}

int embargo_seal_refuse(struct embargo_error *error)
{
	return embargo_seal_holds()
		       ? embargo_fail(error, -EPERM, "sealed until reboot: what is in force stays")
		       : 0;
}
