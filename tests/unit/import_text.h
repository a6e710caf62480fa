/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes of a feed -> policy text and counts. Include tests/harness.h first. */
#ifndef EMBARGO_TESTS_UNIT_IMPORT_TEXT_H
#define EMBARGO_TESTS_UNIT_IMPORT_TEXT_H

#include <fcntl.h>

#include "policy/import/import.h"
#include "policy/policy.h"

#define IMPORT_TIME 1767225600 /* 2026-01-01 */

#define HEX_A "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEX_B "1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEX_C "2123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEX_SHA1 "0123456789abcdef0123456789abcdef01234567"
#define HEX_MD5 "0123456789abcdef0123456789abcdef"

struct imported {
	int r;
	struct embargo_import *import;
	const struct embargo_import_counts *counts;
	char *text; /* of the policy, "" if nothing came of it */
};

static struct embargo_import_options import_options = {.now = IMPORT_TIME};
static char import_path[64];

static inline void import_put(const char *name, const void *data, size_t size)
{
	FILE *out;

	if (!*import_path) {
		strcpy(import_path, "/tmp/embargo-import-XXXXXX");
		ASSERT_NOT_NULL(mkdtemp(import_path));
		ASSERT_EQ(0, chdir(import_path));
	}
	out = fopen(name, "w");
	ASSERT_NOT_NULL(out);
	ASSERT_EQ(size, fwrite(data, 1, size, out));
	ASSERT_EQ(0, fclose(out));
}

/* Whatever the importer writes, the language must take. */
static inline void import_check(const char *text)
{
	struct embargo_policy *policy = embargo_policy_new();

	ASSERT_NOT_NULL(policy);
	EXPECT_EQ(0, embargo_policy_read_buffer(policy, "imported", text, strlen(text), 0));
	EXPECT_EQ(0, embargo_policy_check(policy, IMPORT_TIME))
	{
		embargo_diagnostics_format(&policy->diagnostics, EMBARGO_NOTE, stderr);
		fputs(text, stderr);
	}
	EXPECT_EQ(0, policy->diagnostics.total[EMBARGO_WARNING]);
	embargo_policy_free(policy);
}

static inline struct imported import_again(const char *name)
{
	struct imported imported = {.text = strdup("")};
	size_t size;
	FILE *out;

	ASSERT_EQ(0, embargo_import_new(&import_options, &imported.import));
	imported.counts = embargo_import_counts(imported.import);
	imported.r = embargo_import_file(imported.import, name);
	if (!imported.r)
		imported.r = embargo_import_finish(imported.import);
	/* Nothing is lost, and nothing is counted twice. */
	if (!*embargo_import_error(imported.import))
		EXPECT_EQ(imported.counts->entries, embargo_import_sum(imported.counts));
	EXPECT_EQ(imported.r != 0, *embargo_import_error(imported.import) != 0);
	if (imported.r)
		return imported;
	free(imported.text);
	out = open_memstream(&imported.text, &size);
	ASSERT_EQ(0, embargo_import_copy(imported.import, out));
	ASSERT_EQ(0, fclose(out));
	import_check(imported.text);
	return imported;
}

static inline struct imported import_bytes(const char *name, const void *data, size_t size)
{
	import_put(name, data, size);
	return import_again(name);
}

static inline struct imported import_text(const char *name, const char *text)
{
	return import_bytes(name, text, strlen(text));
}

/* The files that import_put() made. */
static inline void import_remove(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", import_path);
	if (*import_path && system(command))
		fprintf(stderr, "%s is left\n", import_path);
	*import_path = 0;
}

static inline void imported_free(struct imported *imported)
{
	embargo_import_free(imported->import);
	free(imported->text);
	import_remove();
}

#define IMPORTED __attribute__((cleanup(imported_free))) struct imported

#define EXPECT_LINE(imported, line)                                                                          \
	EXPECT_TRUE(strstr((imported).text, "\n" line "\n"))                                                 \
	{                                                                                                    \
		TH_LOG("no such line: %s\nin: %s%s", line, (imported).text,                                  \
		       embargo_import_error((imported).import));                                             \
	}

/* It is refused, and says @message. */
#define EXPECT_REFUSED(imported, message)                                                                    \
	EXPECT_NE(0, (imported).r);                                                                          \
	EXPECT_TRUE(strstr(embargo_import_error((imported).import), message))                                \
	{                                                                                                    \
		TH_LOG("it says: %s", embargo_import_error((imported).import));                              \
	}

#endif
