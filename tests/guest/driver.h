/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Drivers of the corpus that tests/drivers/make-corpus makes, and the ways in which one gets into the kernel.
 * Each way is tried for real and gives 0 for a module that was loaded (it is unloaded again) or -errno.
 */
#ifndef EMBARGO_TESTS_GUEST_DRIVER_H
#define EMBARGO_TESTS_GUEST_DRIVER_H

#include <ctype.h>
#include <sys/utsname.h>

#include "loader/events.h"
#include "policy/policy.h"
#include "tests/guest/guest.h"

#define DRIVER_CORPUS GUEST_TESTS "/files/driver"
#define DRIVER_MODULE "crc_itu_t" /* what all drivers of the corpus are */
#define DRIVER_COMPRESSED 4	  /* MODULE_INIT_COMPRESSED_FILE */

/* Where the file of the corpus for this kernel is. Never freed: a test is a short process. */
static inline char *driver_path(const char *name)
{
	struct utsname system;

	uname(&system);
	return strdup(PATH_OF("%s/%s/%s", DRIVER_CORPUS, system.release, name));
}

/* Does the kernel itself unpack .ko.xz, and does kernel_post_read_file then see the plain bytes? */
#define DRIVER_UNPACKS guest_kernel_since(6, 12)
#define DRIVER_SHOWS_PLAIN guest_kernel_since(7, 0)

struct driver_bytes {
	unsigned char *data;
	size_t size;
};

#define DRIVER_FREE __attribute__((cleanup(driver_free), unused))

static inline void driver_free(struct driver_bytes *bytes)
{
	free(bytes->data);
}

static inline struct driver_bytes driver_read(const char *path)
{
	struct driver_bytes bytes = {};
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	ASSERT_LE(0, fd)
	{
		TH_LOG("%s: %m", path);
	}
	ASSERT_EQ(0, fstat(fd, &st));
	bytes.size = st.st_size;
	bytes.data = malloc(bytes.size + 1);
	ASSERT_NOT_NULL(bytes.data);
	ASSERT_EQ(st.st_size, read(fd, bytes.data, bytes.size));
	close(fd);
	return bytes;
}

static inline void driver_write(const char *path, const struct driver_bytes *bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	ASSERT_LE(0, fd)
	{
		TH_LOG("%s: %m", path);
	}
	ASSERT_EQ(bytes->size, write(fd, bytes->data, bytes->size));
	close(fd);
}

static inline bool driver_is_loaded(const char *module)
{
	return !access(PATH_OF("/sys/module/%s/initstate", module), F_OK);
}

static inline void driver_unload(const char *module)
{
	/* A module is busy for a moment after it was loaded. */
	for (int i = 0; i < 100 && syscall(SYS_delete_module, module, O_NONBLOCK) && errno != ENOENT; i++)
		usleep(10000);
	ASSERT_FALSE(driver_is_loaded(module))
	{
		TH_LOG("%s does not go", module);
	}
}

/* What a system call came to. Only what says 0 may have loaded anything. */
static inline int driver_result(long r)
{
	r = r ? -errno : 0;
	ASSERT_EQ(!r, driver_is_loaded(DRIVER_MODULE))
	{
		TH_LOG("the kernel said %s", strerror(-r));
	}
	if (!r)
		driver_unload(DRIVER_MODULE);
	return r;
}

static inline int driver_init_bytes(const struct driver_bytes *bytes)
{
	return driver_result(syscall(SYS_init_module, bytes->data, bytes->size, ""));
}

static inline int driver_init(const char *path)
{
	DRIVER_FREE struct driver_bytes bytes = driver_read(path);

	return driver_init_bytes(&bytes);
}

static inline int driver_finit_fd(int fd, int flags)
{
	int r = driver_result(syscall(SYS_finit_module, fd, "", flags));

	close(fd);
	return r;
}

static inline int driver_finit(const char *path)
{
	return driver_finit_fd(open(path, O_RDONLY | O_CLOEXEC), 0);
}

static inline int driver_finit_compressed(const char *path)
{
	return driver_finit_fd(open(path, O_RDONLY | O_CLOEXEC), DRIVER_COMPRESSED);
}

/* A copy in memory that has no name. */
static inline int driver_memfd(const char *path)
{
	int from = open(path, O_RDONLY | O_CLOEXEC), memory = memfd_create("driver", MFD_CLOEXEC), readable;

	ASSERT_EQ(0, attempt_copy(from, memory));
	close(from);
	/* What is open for writing is no module: the kernel says ETXTBSY. */
	readable = open(PATH_OF("/proc/self/fd/%d", memory), O_RDONLY | O_CLOEXEC);
	close(memory);
	return driver_finit_fd(readable, 0);
}

/*
 * Policy lines, in force at once: by the loader itself, as these tests change policies often and a program
 * takes its time to start in a guest. The guard, which would not let a host's own signer be banned, is the
 * command's.
 */
static inline void driver_load_text(enum embargo_mode mode, const char *text)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = embargo_policy_new();
	struct embargo_error error = {""};
	uint64_t generation;

	ASSERT_NOT_NULL(policy);
	if (embargo_policy_read_buffer(policy, "test", text, strlen(text), 0) ||
	    embargo_policy_check(policy, time(NULL)))
		embargo_diagnostics_format(&policy->diagnostics, EMBARGO_WARNING, stderr);
	ASSERT_EQ(0, policy->diagnostics.total[EMBARGO_ERROR]);
	ASSERT_EQ(0, embargo_load(policy, mode, &generation, &error))
	{
		TH_LOG("%s", error.text);
	}
}

static inline __attribute__((format(printf, 2, 3))) void driver_load(enum embargo_mode mode,
								     const char *format, ...)
{
	char *lines = NULL, *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	ASSERT_LE(0, vasprintf(&lines, format, arguments));
	va_end(arguments);
	ASSERT_LE(0, asprintf(&text, "policy test\nversion 1\n%s", lines));
	driver_load_text(mode, text);
	free(text);
	free(lines);
}

#define DRIVER_BAN(...) driver_load(EMBARGO_MODE_ENFORCE, __VA_ARGS__)
/* Bans nothing that is there, and no module at all: then compressed ones are unpacked as ever. */
#define DRIVER_LIFT() DRIVER_BAN("ban hash sha256:%064d size=7777777 format=script\n", 1)

/* "sha256:… size=…" of a file */
static inline char *driver_hash(const char *path)
{
	char hex[65];
	size_t size = guest_sha256(path, hex);

	return strdup(PATH_OF("sha256:%s size=%zu", hex, size));
}

/* The same without a size */
static inline char *driver_hash_unsized(const char *path)
{
	char hex[65];

	guest_sha256(path, hex);
	return strdup(PATH_OF("sha256:%s", hex));
}

#endif
