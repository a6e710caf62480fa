// SPDX-License-Identifier: GPL-2.0-or-later
/* FILE.seal: what is made is found again; what is cut off, foreign or damaged is said to be so, with the
 * byte. */
#include "policy/identity/identity.h"
#include "policy/sign/sealed.h"
#include "tests/unit/sign_make.h"

static const char text[] = "policy fleet\nversion 7\nban hash "
			   "sha256:00000000000000000000000000000000000000000000000000000000000000aa size=5\n";

FIXTURE(sealed_file)
{
	char directory[32];
	struct made signer;
	struct embargo_policy *policy;
	unsigned char *data;
	size_t size;
	struct embargo_sealed found;
	struct embargo_reason reason;
};

FIXTURE_SETUP(sealed_file)
{
	struct embargo_sign_key *key;

	strcpy(self->directory, "/tmp/sealed-file.XXXXXX");
	ASSERT_NOT_NULL(mkdtemp(self->directory));
	ASSERT_EQ(0, chdir(self->directory));
	self->signer = MAKE(.name = "Signer");
	make_pem("cert.pem", self->signer.certificate, NULL, NULL);
	make_pem("key.pem", NULL, self->signer.key, NULL);
	make_text("fleet.policy", text);
	ASSERT_EQ(0, embargo_sign_key_read("key.pem", "cert.pem", NULL, NULL, NULL, &key, &self->reason));
	self->policy = embargo_policy_new();
	ASSERT_NOT_NULL(self->policy);
	ASSERT_EQ(0, embargo_policy_read(self->policy, "fleet.policy",
					 EMBARGO_READ_DIGEST | EMBARGO_READ_ANY_OWNER));
	ASSERT_EQ(0, embargo_policy_check(self->policy, time(NULL)));
	ASSERT_EQ(0,
		  embargo_sealed_make(key, self->policy, (void **)&self->data, &self->size, &self->reason));
	embargo_sign_key_free(key);
}

FIXTURE_TEARDOWN(sealed_file)
{
	char command[64];

	free(self->data);
	embargo_policy_free(self->policy);
	snprintf(command, sizeof(command), "rm -rf '%s'", self->directory);
	EXPECT_EQ(0, system(command));
}

static int find(struct sealed_file_self *self, size_t size, __u32 abi)
{
	return embargo_sealed_find(self->data, size, abi, &self->found, &self->reason);
}

TEST_F(sealed_file, what_is_made_is_found)
{
	const struct embargo_seal_manifest *manifest = &self->found.manifest;
	struct embargo_digests digests;

	ASSERT_EQ(0, find(self, self->size, EMBARGO_ABI_VERSION));
	EXPECT_STREQ("fleet", manifest->name);
	EXPECT_EQ(7U, manifest->version);
	EXPECT_EQ(0, memcmp(self->policy->set.files[0].sha256, manifest->text, EMBARGO_SHA256_SIZE));
	ASSERT_EQ(0, embargo_hash_memory(self->found.image, manifest->pages * (size_t)EMBARGO_PAGE_SIZE, 0,
					 &digests));
	EXPECT_EQ(0, memcmp(digests.sha256, manifest->image, EMBARGO_SHA256_SIZE));
	EXPECT_EQ(self->data + self->size,
		  (const unsigned char *)self->found.image + manifest->pages * (size_t)EMBARGO_PAGE_SIZE);
}

/* By who is in the trusted directory; and no certificate is in it. */
TEST_F(sealed_file, the_manifest_is_signed)
{
	_cleanup_(embargo_trusted_freep) struct embargo_trusted *trusted = embargo_trusted_new();
	struct embargo_digests digests;
	struct embargo_signed signer;
	const unsigned char *at;
	CMS_ContentInfo *cms;

	make_trusted(trusted, "cert.pem", &self->signer);
	ASSERT_EQ(0, find(self, self->size, EMBARGO_ABI_VERSION));
	ASSERT_EQ(0, embargo_hash_memory(&self->found.manifest, sizeof(self->found.manifest), 0, &digests));
	EXPECT_EQ(0, embargo_sign_verify(trusted, self->found.signature, self->found.signature_size,
					 digests.sha256, time(NULL), &signer, &self->reason))
	{
		TH_LOG("%s", self->reason.text);
	}
	at = self->found.signature;
	cms = d2i_CMS_ContentInfo(NULL, &at, self->found.signature_size);
	ASSERT_NOT_NULL(cms);
	EXPECT_NULL(CMS_get1_certs(cms));
	CMS_ContentInfo_free(cms);
}

TEST_F(sealed_file, what_is_cut_off_is_damaged)
{
	EXPECT_EQ(-ENOENT, find(self, 0, EMBARGO_ABI_VERSION));
	for (size_t size = 1; size < self->size; size += size < 700 ? 1 : 997) {
		unsigned char *copy = malloc(size); /* its end is watched by the sanitizer */

		memcpy(copy, self->data, size);
		EXPECT_EQ(-EBADMSG,
			  embargo_sealed_find(copy, size, EMBARGO_ABI_VERSION, &self->found, &self->reason));
		free(copy);
	}
	EXPECT_STREQ("is damaged at byte 0: its end is cut off", self->reason.text);
}

TEST_F(sealed_file, of_several_abis_that_of_the_host_is_found)
{
	unsigned char *both = malloc(2 * self->size);
	__u32 other = EMBARGO_ABI_VERSION + 1;

	memcpy(both, self->data, self->size);
	memcpy(both + offsetof(struct embargo_seal_manifest, abi), &other, sizeof(other));
	memcpy(both + self->size, self->data, self->size);
	free(self->data);
	self->data = both;
	EXPECT_EQ(-ENOENT, find(self, self->size, EMBARGO_ABI_VERSION));
	ASSERT_EQ(0, find(self, 2 * self->size, EMBARGO_ABI_VERSION));
	EXPECT_LT(both + self->size, (const unsigned char *)self->found.signature);
	EXPECT_EQ(0, find(self, 2 * self->size, other));
	both[self->size] ^= 1;
	EXPECT_EQ(-EBADMSG, find(self, 2 * self->size, EMBARGO_ABI_VERSION));
	EXPECT_NOT_NULL(strstr(self->reason.text, "no manifest starts here"));
}

TEST_F(sealed_file, sizes_are_looked_at)
{
	struct embargo_seal_manifest *manifest = (void *)self->data;
	__u32 *signature = (void *)(self->data + sizeof(*manifest)), good = *signature;

	*signature = 0;
	EXPECT_EQ(-EBADMSG, find(self, self->size, EMBARGO_ABI_VERSION));
	*signature = ~0U;
	EXPECT_EQ(-EBADMSG, find(self, self->size, EMBARGO_ABI_VERSION));
	*signature = good;
	manifest->pages = 0;
	EXPECT_EQ(-EBADMSG, find(self, self->size, EMBARGO_ABI_VERSION));
	manifest->pages = ~0U;
	EXPECT_EQ(-EBADMSG, find(self, self->size, EMBARGO_ABI_VERSION));
}

TEST_HARNESS_MAIN
