// SPDX-License-Identifier: GPL-2.0-or-later
/* What a file system keeps with a file and userspace reads: IMA's attribute and fs-verity's digest. */
#include "tests/harness.h"

#include <endian.h>
#include <fcntl.h>
#include <linux/fsverity.h>
#include <sys/ioctl.h>
#include <sys/xattr.h>

#include "policy/identity/identity.h"

#define FILE_PATH "/mnt/ext4/identity"

static void put_file(const char *path)
{
	FILE *out = fopen(path, "w");

	ASSERT_NOT_NULL(out);
	fputs("abc", out);
	ASSERT_EQ(0, fclose(out));
}

static struct embargo_identity *identify(const char *path)
{
	struct embargo_identity *identity = NULL;
	struct embargo_reason reason;

	ASSERT_EQ(0, embargo_identity_read(path, EMBARGO_WANT_INSIDE, &identity, &reason))
	{
		TH_LOG("%s", reason.text);
	}
	return identity;
}

/* The hash of a descriptor of 256 bytes, with the hash of the one block in it. */
static void expected_digest(char text[7 + 64 + 1])
{
	unsigned char block[4096] = "abc", descriptor[256] = {1, FS_VERITY_HASH_ALG_SHA256, 12};
	struct embargo_digests digests;
	__u64 size = htole64(3);
	_cleanup_free_ char *hex = NULL;

	ASSERT_EQ(0, embargo_hash_memory(block, sizeof(block), 0, &digests));
	memcpy(descriptor + 8, &size, sizeof(size));
	memcpy(descriptor + 16, digests.sha256, sizeof(digests.sha256));
	ASSERT_EQ(0, embargo_hash_memory(descriptor, sizeof(descriptor), 0, &digests));
	hex = embargo_hex(digests.sha256, sizeof(digests.sha256));
	snprintf(text, 7 + 64 + 1, "sha256:%s", hex);
}

TEST(verity)
{
	struct fsverity_enable_arg enable = {
		.version = 1, .hash_algorithm = FS_VERITY_HASH_ALG_SHA256, .block_size = 4096};
	_cleanup_(embargo_identity_freep) struct embargo_identity *before = NULL, *after = NULL;
	char expected[7 + 64 + 1];
	int fd;

	put_file(FILE_PATH);
	before = identify(FILE_PATH);
	EXPECT_NULL(before->verity);
	fd = open(FILE_PATH, O_RDONLY | O_CLOEXEC);
	ASSERT_EQ(0, ioctl(fd, FS_IOC_ENABLE_VERITY, &enable))
	{
		TH_LOG("FS_IOC_ENABLE_VERITY: %m");
	}
	close(fd);
	after = identify(FILE_PATH);
	expected_digest(expected);
	EXPECT_STREQ(expected, after->verity);
	EXPECT_NULL(after->warning);
	unlink(FILE_PATH);
}

TEST(ima)
{
	static const unsigned char signature[] = {3, 2, 4, 0xde, 0xad, 0xbe, 0xef, 0, 3, 's', 'i', 'g'};
	_cleanup_(embargo_identity_freep) struct embargo_identity *identity = NULL, *without = NULL;

	put_file(FILE_PATH);
	without = identify(FILE_PATH);
	EXPECT_NULL(without->ima);
	ASSERT_EQ(0, setxattr(FILE_PATH, "security.ima", signature, sizeof(signature), 0))
	{
		TH_LOG("%m");
	}
	identity = identify(FILE_PATH);
	EXPECT_STREQ("v2 deadbeef", identity->ima);
	ASSERT_EQ(1, identity->signature_count);
	EXPECT_STREQ("deadbeef", identity->signatures[0].signers[0].key_id);
	EXPECT_NULL(identity->warning);
	unlink(FILE_PATH);
}

TEST_HARNESS_MAIN
