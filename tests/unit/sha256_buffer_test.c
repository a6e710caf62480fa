// SPDX-License-Identifier: GPL-2.0-or-later
/* SHA-256 of a buffer, against libcrypto's. */
#include "tests/harness.h"

#include <openssl/sha.h>

#include "bpf/sha256.h"

static int hash_matches(const unsigned char *data, size_t size)
{
	struct embargo_bytes bytes = {data, size};
	struct embargo_digest mine;
	unsigned char theirs[EMBARGO_SHA256_SIZE];

	SHA256(data, size, theirs);
	return !embargo_buffer_sha256(&bytes, &mine) && !memcmp(&mine, theirs, sizeof(mine));
}

TEST(every_length)
{
	unsigned char *data;
	size_t size, i;

	for (size = 0; size < 600; size++) {
		data = malloc(size ?: 1);
		ASSERT_NOT_NULL(data);
		for (i = 0; i < size; i++)
			data[i] = i * 167 + size;
		EXPECT_TRUE(hash_matches(data, size))
		{
			TH_LOG("%zu bytes", size);
		}
		free(data);
	}
}

TEST(block_borders_of_a_large_buffer)
{
	static const size_t sizes[] = {65535, 65536, 65591, 65592, 65593, 1 << 20, (1 << 20) + 55, 3000001};
	unsigned char *data = malloc(3000001);
	size_t i;

	ASSERT_NOT_NULL(data);
	for (i = 0; i < 3000001; i++)
		data[i] = i >> 8 ^ i * 7;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		EXPECT_TRUE(hash_matches(data, sizes[i]))
		{
			TH_LOG("%zu bytes", sizes[i]);
		}
	free(data);
}

TEST(known_answer)
{
	static const unsigned char abc[EMBARGO_SHA256_SIZE] = {
		0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
		0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
		0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
	};
	struct embargo_bytes bytes = {(const unsigned char *)"abc", 3};
	struct embargo_digest seen;

	ASSERT_EQ(0, embargo_buffer_sha256(&bytes, &seen));
	EXPECT_MEMEQ(abc, seen.bytes, sizeof(abc));
}

TEST(too_large_is_refused_unread)
{
	struct embargo_bytes bytes = {NULL, EMBARGO_SHA256_MAX + 1};
	struct embargo_digest seen = {{1}};

	EXPECT_EQ(-1, embargo_buffer_sha256(&bytes, &seen));
	EXPECT_EQ(1, seen.bytes[0]);
}

TEST_HARNESS_MAIN
