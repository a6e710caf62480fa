// SPDX-License-Identifier: GPL-2.0-or-later
/* The directories below EMBARGO_PIN_DIR. */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "loader/internal.h"

int embargo_fail(struct embargo_error *error, int code, const char *format, ...)
{
	va_list arguments;

	if (!error)
		return code;
	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	return code;
}

static bool mounted; /* by this process: there was none, and there is to be none if nothing comes of it */

static bool directory_empty(const char *path)
{
	_cleanup_closedir_ DIR *dir = opendir(path);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			return false;
	return dir != NULL;
}

int embargo_pins_prepare(struct embargo_error *error)
{
	struct statfs fs;

	if (statfs(EMBARGO_BPF_MOUNT, &fs) < 0 || fs.f_type != BPF_FS_MAGIC) {
		if (mount("bpf", EMBARGO_BPF_MOUNT, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700") < 0)
			return embargo_fail(error, -errno,
					    "no BPF file system on " EMBARGO_BPF_MOUNT
					    " (%s): mount -t bpf bpf " EMBARGO_BPF_MOUNT,
					    strerror(errno));
		mounted = true;
	}
	if (mkdir(EMBARGO_PIN_DIR, 0700) < 0 && errno != EEXIST)
		return embargo_fail(error, -errno, "cannot make " EMBARGO_PIN_DIR ": %s", strerror(errno));
	return 0;
}

void embargo_pins_forsake(void)
{
	/* Not, if something of ours is pinned. What others pinned meanwhile is theirs, and stays. */
	if (!mounted || (rmdir(EMBARGO_PIN_DIR) < 0 && errno != ENOENT) ||
	    !directory_empty(EMBARGO_BPF_MOUNT))
		return;
	mounted = umount(EMBARGO_BPF_MOUNT) < 0;
}

int embargo_pin_open(const char *directory, const char *name)
{
	LIBBPF_OPTS(bpf_obj_get_opts, reading, .file_flags = BPF_F_RDONLY);
	_cleanup_free_ char *path = NULL;
	int fd;

	if (asprintf(&path, "%s/%s", directory, name) < 0)
		return -ENOMEM;
	/* A reader of the ring moves its position there. */
	fd = embargo_seal_holds() && strcmp(name, "embargo_events") != 0 ? bpf_obj_get_opts(path, &reading)
									 : bpf_obj_get(path);
	return fd < 0 ? -errno : fd;
}

bool embargo_pins_exist(const char *directory)
{
	struct stat st;

	return stat(directory, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Unlink every pin in @directory; links are held open over it, then closed. Not recursive. */
static int remove_pins(const char *directory)
{
	_cleanup_closedir_ DIR *dir = opendir(directory);
	struct dirent *entry;
	int r = 0, fd;

	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || entry->d_type == DT_DIR)
			continue;
		fd = embargo_pin_open(directory, entry->d_name);
		if (unlinkat(dirfd(dir), entry->d_name, 0) < 0 && !r)
			r = -errno;
		if (fd >= 0)
			close(fd);
	}
	if (rmdir(directory) < 0 && !r)
		r = -errno;
	return r;
}

int embargo_pins_remove(const char *directory)
{
	_cleanup_free_ char *links = NULL;
	_cleanup_close_ int policy = -1;
	__u32 zero = 0;
	int r;

	if (!embargo_pins_exist(directory))
		return 0;
	if (asprintf(&links, "%s/links", directory) < 0)
		return -ENOMEM;
	/* Without a policy the programs allow everything, whatever becomes of the links. */
	policy = embargo_pin_open(directory, "embargo_policy");
	if (policy >= 0)
		bpf_map_delete_elem(policy, &zero);
	r = remove_pins(links);
	return remove_pins(directory) ?: r;
}

int embargo_pins_retire(void)
{
	_cleanup_close_ int policy = -1;
	__u32 zero = 0;
	int r;

	r = embargo_pins_remove(EMBARGO_NEXT);
	if (r < 0 || !embargo_pins_exist(EMBARGO_LIVE))
		return r;
	policy = embargo_pin_open(EMBARGO_LIVE, "embargo_policy");
	if (policy >= 0)
		bpf_map_delete_elem(policy, &zero);
	if (renameat2(AT_FDCWD, EMBARGO_LIVE, AT_FDCWD, EMBARGO_NEXT, RENAME_NOREPLACE) < 0)
		return -errno;
	return embargo_pins_remove(EMBARGO_NEXT);
}

int embargo_pins_exchange(void)
{
	/* bpffs exchanges names from 5.16 on: not for a moment is there no live/. */
	unsigned int flags = embargo_pins_exist(EMBARGO_LIVE) ? RENAME_EXCHANGE : RENAME_NOREPLACE;

	return renameat2(AT_FDCWD, EMBARGO_NEXT, AT_FDCWD, EMBARGO_LIVE, flags) < 0 ? -errno : 0;
}
