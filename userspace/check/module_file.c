// SPDX-License-Identifier: GPL-2.0-or-later
/* The file of a module that need not be loaded. */
#include <fcntl.h>
#include <libkmod.h>
#include <sys/mman.h>

#include "policy/cleanup.h"
#include "policy/identity/base/compressed.h"
#include "userspace/check/modules.h"

static void kmod_unrefp(struct kmod_ctx **context)
{
	if (*context)
		kmod_unref(*context);
}

/* A descriptor of the module's file, for this kernel; -1: there is none. */
static int stored_open(const char *name)
{
	_cleanup_(kmod_unrefp) struct kmod_ctx *context = kmod_new(NULL, NULL);
	struct kmod_module *module = NULL;
	struct kmod_list *list = NULL;
	const char *path = NULL;
	int fd = -1;

	if (!context)
		return -1;
	kmod_set_log_priority(context, -1); /* that there is no list of modules is no error here */
	if (kmod_module_new_from_lookup(context, name, &list) < 0 || !list)
		return -1;
	module = kmod_module_get_module(list);
	path = kmod_module_get_path(module);
	if (path)
		fd = open(path, O_RDONLY | O_CLOEXEC);
	kmod_module_unref(module);
	kmod_module_unref_list(list);
	return fd;
}

/* A descriptor of the same module, plain. -1: it cannot be had. */
static int module_decompress(int fd)
{
	_cleanup_free_ unsigned char *bytes = NULL;
	_cleanup_close_ int plain = -1;
	struct embargo_reason reason = {0};
	const char *compression;
	unsigned char magic[8];
	size_t size;

	if (pread(fd, magic, sizeof(magic), 0) != sizeof(magic))
		return -1;
	compression = embargo_compression_of(magic, sizeof(magic));
	if (!compression)
		return fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (embargo_decompress(fd, compression, 0, &bytes, &size, &reason))
		return -1;
	plain = memfd_create("embargo-module", MFD_CLOEXEC);
	if (plain < 0 || write(plain, bytes, size) != (ssize_t)size)
		return -1;
	return TAKE_FD(plain);
}

int embargo_module_file(const char *name)
{
	_cleanup_close_ int fd = stored_open(name);

	return fd < 0 ? -1 : module_decompress(fd);
}
