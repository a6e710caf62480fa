// SPDX-License-Identifier: GPL-2.0-or-later
/* The loader's cache: what this host's says, and that nothing in a damaged one leads out of it. */
#include "tests/harness.h"

#include "userspace/check/library_cache.h"

#define HEADER 48
#define ENTRY 24
#define TEXT (HEADER + 3 * ENTRY)
#define COUNT_END 24 /* of the magic and the number of entries */

FIXTURE(cache)
{
	char path[32];
	char bytes[4096];
	size_t size;
};

static void put(struct cache_self *self, size_t size)
{
	FILE *out = fopen(self->path, "we");

	ASSERT_NOT_NULL(out);
	ASSERT_EQ(size, fwrite(self->bytes, 1, size, out));
	ASSERT_EQ(0, fclose(out));
}

static void number(struct cache_self *self, size_t at, unsigned int value)
{
	memcpy(self->bytes + at, &value, sizeof(value));
}

/* Two entries of one name, and one of another. */
FIXTURE_SETUP(cache)
{
	static const char strings[] = "liba.so\0/lib/liba.so\0/lib32/liba.so\0libb.so\0/lib/libb.so";
	static const unsigned int names[] = {0, 0, 36}, paths[] = {8, 21, 44};

	strcpy(self->path, "/tmp/embargo-cacheXXXXXX");
	close(mkstemp(self->path));
	memcpy(self->bytes, "glibc-ld.so.cache1.1", 20);
	number(self, 20, 3);
	memcpy(self->bytes + TEXT, strings, sizeof(strings));
	for (size_t i = 0; i < 3; i++) {
		number(self, HEADER + i * ENTRY + 4, TEXT + names[i]);
		number(self, HEADER + i * ENTRY + 8, TEXT + paths[i]);
	}
	self->size = TEXT + sizeof(strings);
}

FIXTURE_TEARDOWN(cache)
{
	unlink(self->path);
}

/* The paths of @name in the first @size bytes, each with a blank. */
static const char *found(struct cache_self *self, size_t size, const char *name)
{
	static char text[8192];
	struct embargo_library_cache cache;
	uint32_t cursor = 0;
	const char *path;

	put(self, size);
	text[0] = '\0';
	embargo_library_cache_open(self->path, &cache);
	while ((path = embargo_library_cache_next(&cache, name, &cursor)))
		sprintf(text + strlen(text), "%s ", path);
	embargo_library_cache_close(&cache);
	return text;
}

TEST_F(cache, all_of_a_name)
{
	EXPECT_STREQ("/lib/liba.so /lib32/liba.so ", found(self, self->size, "liba.so"));
	EXPECT_STREQ("/lib/libb.so ", found(self, self->size, "libb.so"));
	EXPECT_STREQ("", found(self, self->size, "lib"));
	EXPECT_STREQ("", found(self, self->size, ""));
}

TEST_F(cache, behind_a_table_of_the_older_format)
{
	memmove(self->bytes + 64, self->bytes, self->size);
	memcpy(self->bytes, "ld.so-1.7.0", 12);
	EXPECT_STREQ("/lib/libb.so ", found(self, self->size + 64, "libb.so"));
}

TEST_F(cache, cut_off_anywhere)
{
	for (size_t size = 0; size < self->size; size++)
		EXPECT_STREQ("", found(self, size, "libb.so"));
}

/* What is left of liba.so: the paths as they are now, of the entries whose two offsets are as they were. */
static void left_of_liba(struct cache_self *self, size_t damaged, char text[static 128])
{
	static const size_t paths[] = {8, 21};
	size_t i, entry;

	text[0] = '\0';
	if (damaged < COUNT_END || (damaged >= TEXT && damaged < TEXT + sizeof("liba.so")))
		return;
	for (i = 0; i < 2; i++) {
		entry = HEADER + i * ENTRY;
		if ((damaged < entry + 4 || damaged >= entry + 12) && self->bytes[TEXT + paths[i]] == '/')
			sprintf(text + strlen(text), "%s ", self->bytes + TEXT + paths[i]);
	}
}

TEST_F(cache, any_byte_wrong)
{
	char expected[128];

	for (size_t at = 0; at < self->size; at++) {
		self->bytes[at] ^= 0xff;
		left_of_liba(self, at, expected);
		EXPECT_STREQ(expected, found(self, self->size, "liba.so"))
		{
			TH_LOG("byte %zu", at);
		}
		self->bytes[at] ^= 0xff;
	}
	/* The last string has no end. */
	self->bytes[self->size - 1] = 'x';
	EXPECT_STREQ("", found(self, self->size, "libb.so"));
}

TEST(of_this_host)
{
	struct embargo_library_cache cache;
	uint32_t cursor = 0;
	const char *path;

	embargo_library_cache_open("/etc/ld.so.cache", &cache);
	if (!cache.count)
		SKIP("no cache that glibc wrote");
	path = embargo_library_cache_next(&cache, "libc.so.6", &cursor);
	EXPECT_NOT_NULL(path);
	EXPECT_EQ(0, access(path, R_OK));
	embargo_library_cache_close(&cache);
	embargo_library_cache_open("/nonexistent", &cache);
	EXPECT_EQ(0, cache.count);
	embargo_library_cache_close(&cache);
}

TEST_HARNESS_MAIN
