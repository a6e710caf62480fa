/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A directory of the test's own, files in it, and what identity says of them. Include tests/harness.h first.
 */
#ifndef EMBARGO_TESTS_UNIT_IDENTITY_FILES_H
#define EMBARGO_TESTS_UNIT_IDENTITY_FILES_H

#include "policy/identity/identity.h"

static char files_directory[64];

static inline void files_start(void)
{
	strcpy(files_directory, "/tmp/embargo-identity-XXXXXX");
	ASSERT_NOT_NULL(mkdtemp(files_directory));
	ASSERT_EQ(0, chdir(files_directory));
}

static inline void files_end(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", files_directory);
	EXPECT_EQ(0, system(command));
}

static inline void put(const char *path, const void *bytes, size_t size)
{
	FILE *out = fopen(path, "w");

	ASSERT_NOT_NULL(out);
	ASSERT_EQ(size, fwrite(bytes, 1, size, out));
	ASSERT_EQ(0, fclose(out));
}

/* The file's identity with all that is inside; to be freed. */
static inline struct embargo_identity *identify(const char *path)
{
	struct embargo_identity *identity = NULL;
	struct embargo_reason reason = {};

	ASSERT_EQ(0,
		  embargo_identity_read(path, EMBARGO_WANT_INSIDE | EMBARGO_WANT_BYTES, &identity, &reason))
	{
		TH_LOG("%s: %s", path, reason.text);
	}
	return identity;
}

/* Run a tool, silently. */
__attribute__((format(printf, 1, 2))) static inline bool run(const char *format, ...)
{
	char command[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(command, sizeof(command) - 20, format, arguments);
	va_end(arguments);
	strcat(command, " >/dev/null 2>&1");
	return system(command) == 0;
}

#endif
