// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rpm's database, which has had four formats: asked through librpm, where the host
 * has it. It is loaded when it is needed, so that hosts of dpkg do not need it.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "policy/identity/package/owner_private.h"
#include "policy/library.h"
#include "policy/identity/base/parts.h"
#include "policy/identity/package/package.h"
#include "policy/identity/signature/signature.h"

/* As in its headers. */
enum {
	TAG_RSAHEADER = 268,
	TAG_DSAHEADER = 267,
	TAG_NAME = 1000,
	TAG_VENDOR = 1011,
	TAG_PACKAGER = 1015,
	TAG_ARCH = 1022,
	TAG_FILENAMES = 5000,
	TAG_EVR = 5013,
	DBI_PACKAGES = 0,
	GET_EXTENSION = 1 << 1,
	NO_CHECKS = 0x000f0f00, /* neither digests nor signatures: whoever writes the database is root */
};

/* Pointers are to what only librpm knows. */
static struct {
	int (*read_settings)(const char *file, const char *target);
	int (*define)(void *context, const char *macro, int level);
	int (*log_mask)(int mask);
	void *(*ts_new)(void);
	void *(*ts_free)(void *ts);
	int (*ts_root)(void *ts, const char *root);
	__u32 (*ts_flags)(void *ts, __u32 flags);
	void *(*iterator_new)(void *ts, __s32 tag, const void *key, size_t size);
	void *(*iterator_next)(void *iterator);
	void *(*iterator_free)(void *iterator);
	int (*get)(void *header, __s32 tag, void *data, __u32 flags);
	char *(*get_text)(void *header, __s32 tag);
	void *(*data_new)(void);
	void *(*data_free)(void *data);
	void (*data_clear)(void *data);
	const char *(*data_next)(void *data);
	bool ready;
} rpm;

static void rpm_load(void)
{
	static const char *const names[] = {"librpm.so.10", "librpm.so.9", "librpm.so.8", NULL};
	static const struct embargo_library_symbol symbols[] = {
		{"rpmReadConfigFiles", &rpm.read_settings},
		{"rpmDefineMacro", &rpm.define},
		{"rpmlogSetMask", &rpm.log_mask},
		{"rpmtsCreate", &rpm.ts_new},
		{"rpmtsFree", &rpm.ts_free},
		{"rpmtsSetRootDir", &rpm.ts_root},
		{"rpmtsSetVSFlags", &rpm.ts_flags},
		{"rpmtsInitIterator", &rpm.iterator_new},
		{"rpmdbNextIterator", &rpm.iterator_next},
		{"rpmdbFreeIterator", &rpm.iterator_free},
		{"headerGet", &rpm.get},
		{"headerGetAsString", &rpm.get_text},
		{"rpmtdNew", &rpm.data_new},
		{"rpmtdFree", &rpm.data_free},
		{"rpmtdFreeData", &rpm.data_clear},
		{"rpmtdNextString", &rpm.data_next},
		{0},
	};

	if (embargo_library_open(names, symbols, NULL))
		return;
	rpm.log_mask(0); /* it would print */
	rpm.ready = !rpm.read_settings(NULL, NULL);
}

/* Not asked before one is seen: some versions of librpm make a database where there is none. */
static const char *database_directory(const struct embargo_owners *owners)
{
	static const char *const directories[] = {"/var/lib/rpm", "/usr/lib/sysimage/rpm", "/usr/share/rpm"};
	static const char *const files[] = {"rpmdb.sqlite", "Packages.db", "Packages"};
	char path[64];
	size_t i;

	for (i = 0; i < 9; i++) {
		_cleanup_close_ int fd = -1;

		snprintf(path, sizeof(path), "%s/%s", directories[i / 3], files[i % 3]);
		fd = embargo_owners_openat(owners, path, 0);
		if (fd >= 0)
			return directories[i / 3];
	}
	return NULL;
}

static int hex_value(char digit)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = digit ? strchr(digits, digit | 32) : NULL;

	return found ? (int)(found - digits) : -1;
}

/* A signature comes as hex; what names no key is passed over. */
static int key_id_get(void *header, __s32 tag, char **ret_key_id)
{
	_cleanup_free_ char *hex = rpm.get_text(header, tag);
	size_t i, size = hex ? strlen(hex) / 2 : 0;
	int high, low, r;

	for (i = 0; i < size; i++) {
		high = hex_value(hex[2 * i]);
		low = hex_value(hex[2 * i + 1]);
		if (high < 0 || low < 0)
			return 0;
		hex[i] = (char)(high << 4 | low);
	}
	r = size ? embargo_openpgp_key_id(hex, size, ret_key_id) : 0;
	return r == -ENOMEM ? r : 0;
}

static char *text_get(void *header, __s32 tag)
{
	char *text = rpm.get_text(header, tag);

	/* The value that means: no such tag. */
	if (text && (!*text || !strcmp(text, "(none)"))) {
		free(text);
		return NULL;
	}
	return text;
}

static int files_add(struct embargo_owners *owners, void *header, __u32 number)
{
	void *data = rpm.data_new();
	const char *path;
	int r = 0;

	if (data && rpm.get(header, TAG_FILENAMES, data, GET_EXTENSION)) {
		while (!r && (path = rpm.data_next(data)))
			if (*path == '/' && strlen(path) < EMBARGO_OWNER_PATH)
				r = embargo_owners_add_path(owners, path, number);
		rpm.data_clear(data);
	}
	rpm.data_free(data);
	return r;
}

static int header_add(struct embargo_owners *owners, void *header)
{
	_cleanup_(embargo_package_clear) struct embargo_package package = {
		.name = text_get(header, TAG_NAME),
		.version = text_get(header, TAG_EVR),
		.architecture = text_get(header, TAG_ARCH),
		.vendor = text_get(header, TAG_VENDOR),
		.maintainer = text_get(header, TAG_PACKAGER),
		.manager = strdup("rpm"),
	};
	__u32 number;
	int r;

	/* Keys that were imported are packages of that name, without files. */
	if (!package.name || !strcmp(package.name, "gpg-pubkey"))
		return 0;
	r = package.manager ? key_id_get(header, TAG_RSAHEADER, &package.key_id) : -ENOMEM;
	if (!r && !package.key_id)
		r = key_id_get(header, TAG_DSAHEADER, &package.key_id);
	if (!r)
		r = embargo_owners_add_package(owners, &package, &number);
	return r ?: files_add(owners, header, number);
}

int embargo_owners_rpm(struct embargo_owners *owners)
{
	/* One at a time: librpm has global state. */
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	const char *directory = database_directory(owners);
	_cleanup_free_ char *root = NULL;
	void *ts, *iterator = NULL, *header;
	char macro[64];
	int r = 0;

	if (!directory)
		return 0;
	pthread_once(&once, rpm_load);
	if (!rpm.ready)
		return embargo_owners_warning(owners, "the rpm database is there, but librpm is not");
	root = realpath(owners->root_path, NULL);
	if (!root)
		return -ENOMEM;
	pthread_mutex_lock(&lock);
	/* Where a distribution of another kind has its own idea of the place. */
	snprintf(macro, sizeof(macro), "_dbpath %s", directory);
	rpm.define(NULL, macro, 0);
	ts = rpm.ts_new();
	rpm.ts_flags(ts, NO_CHECKS);
	if (!rpm.ts_root(ts, root))
		iterator = rpm.iterator_new(ts, DBI_PACKAGES, NULL, 0);
	if (!iterator)
		r = embargo_owners_warning(owners, "the rpm database cannot be read");
	while (!r && iterator && (header = rpm.iterator_next(iterator)))
		r = header_add(owners, header);
	rpm.iterator_free(iterator);
	rpm.ts_free(ts);
	pthread_mutex_unlock(&lock);
	return r;
}
