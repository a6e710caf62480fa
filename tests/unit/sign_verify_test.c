// SPDX-License-Identifier: GPL-2.0-or-later
/* Whose signatures are accepted, of what, and when. */
#include "tests/unit/sign_verify.h"

TEST_F(verify, allow_chain_through_carried_intermediate)
{
	struct bytes signature =
		make_signature(&self->signer, &self->intermediate, text, EVP_sha256(), PLAIN);

	make_trusted(self->trusted, "root.pem", &self->root);
	ASSERT_EQ(0, verify(self, signature));
	EXPECT_STREQ("CN=Signer,O=Example", self->found.signer);
	EXPECT_STREQ("root.pem", self->found.trusted);
	EXPECT_LE(labs((long)(time(NULL) - self->found.time)), 60);
	EXPECT_LE(labs((long)(time(NULL) + 90 * DAY - self->found.expires)), 60);
}

TEST_F(verify, deny_chain_with_missing_intermediate)
{
	struct bytes signature = make_signature(&self->signer, NULL, text, EVP_sha256(), PLAIN);

	make_trusted(self->trusted, "root.pem", &self->root);
	ASSERT_EQ(-EKEYREJECTED, verify(self, signature));
	EXPECT_NOT_NULL(strstr(self->reason.text, "signed by CN=Signer,O=Example"));
}

TEST_F(verify, allow_intermediate_in_the_directory)
{
	struct bytes signature = make_signature(&self->signer, NULL, text, EVP_sha256(), PLAIN);

	make_trusted(self->trusted, "intermediate.pem", &self->intermediate);
	ASSERT_EQ(0, verify(self, signature));
	EXPECT_STREQ("intermediate.pem", self->found.trusted);
	make_trusted(self->trusted, "root.pem", &self->root);
	ASSERT_EQ(0, verify(self, signature));
}

/* Also without the certificate in the signature, and whatever else is carried along. */
TEST_F(verify, allow_pinned_signer)
{
	struct made expired = MAKE(.name = "Intermediate", .key = self->intermediate.key,
				   .issuer = &self->root, .basic = "CA:TRUE", .from = -9, .to = -2);

	make_trusted(self->trusted, "signer.crt", &self->signer);
	ASSERT_EQ(0, verify(self, make_signature(&self->signer, NULL, text, EVP_sha256(), PLAIN)));
	EXPECT_STREQ("signer.crt", self->found.trusted);
	ASSERT_EQ(0,
		  verify(self, make_signature(&self->signer, NULL, text, EVP_sha256(), PLAIN | CMS_NOCERTS)));
	ASSERT_EQ(0, verify(self, make_signature(&self->signer, &expired, text, EVP_sha256(), PLAIN)));
	EXPECT_STREQ("signer.crt", self->found.trusted);
}

TEST_F(verify, allow_rsa_and_self_signed)
{
	struct made alone = MAKE(.name = "Alone", .key = make_rsa(2048));

	make_trusted(self->trusted, "alone", &alone);
	EXPECT_EQ(0, verify(self, make_signature(&alone, NULL, text, EVP_sha256(), PLAIN)));
}

TEST_F(verify, deny_nobody_trusted)
{
	EXPECT_EQ(-EKEYREJECTED,
		  verify(self, make_signature(&self->signer, NULL, text, EVP_sha256(), PLAIN)));
	EXPECT_EQ(-EKEYREJECTED,
		  verify(self, make_signature(&self->signer, NULL, text, EVP_sha256(), PLAIN | CMS_NOCERTS)));
}

/* The same names, other keys. */
TEST_F(verify, deny_another_key)
{
	struct made root = MAKE(.name = "Root", .basic = "CA:TRUE");
	struct made other = MAKE(.name = "Signer", .issuer = &root);
	struct made wrong = {X509_dup(self->signer.certificate), make_ec()};

	make_trusted(self->trusted, "root", &self->root);
	make_trusted(self->trusted, "signer", &self->signer);
	EXPECT_EQ(-EKEYREJECTED, verify(self, make_signature(&other, &root, text, EVP_sha256(), PLAIN)));
	/* It names the trusted certificate, but was made with another key. */
	X509_set_pubkey(wrong.certificate, wrong.key);
	EXPECT_EQ(-EBADMSG,
		  verify(self, make_signature(&wrong, NULL, text, EVP_sha256(), PLAIN | CMS_NOCERTS)));
	EXPECT_NOT_NULL(strstr(self->reason.text, "forged"));
}

TEST_F(verify, deny_tampered_content)
{
	struct bytes signature = make_signature(&self->signer, NULL, text, EVP_sha256(), PLAIN);
	size_t i;

	make_trusted(self->trusted, "signer", &self->signer);
	ASSERT_EQ(0, verify(self, signature));
	for (i = 0; i < EMBARGO_SHA256_SIZE; i++) {
		self->sha256[i] ^= 1;
		EXPECT_EQ(-EKEYREJECTED, verify(self, signature));
		self->sha256[i] ^= 1;
	}
	/* Zeros are what a policy has that was read without EMBARGO_READ_DIGEST. */
	memset(self->sha256, 0, sizeof(self->sha256));
	EXPECT_EQ(-EKEYREJECTED, verify(self, signature));
}

/* Any byte of the signature that is changed: refused, or of no consequence; never by another signer. */
TEST_F(verify, deny_tampered_signature)
{
	struct bytes signature = make_signature(&self->signer, NULL, text, EVP_sha256(), PLAIN);
	struct bytes plain = make_signature(&self->signer, NULL, text, EVP_sha256(), PLAIN | CMS_NOCERTS);
	size_t i, accepted = 0;
	int r;

	make_trusted(self->trusted, "signer", &self->signer);
	for (i = 0; i < plain.size; i++) {
		plain.data[i] ^= 0x41;
		r = embargo_sign_verify(self->trusted, plain.data, plain.size, self->sha256, time(NULL),
					&self->found, &self->reason);
		EXPECT_LE(r, 0);
		if (!r)
			accepted++, TH_LOG("byte %zu of %zu does not matter", i, plain.size);
		plain.data[i] ^= 0x41;
	}
	/* Versions and the outer list of digests are not signed. */
	EXPECT_LE(accepted, 24);
	for (i = 0; i < signature.size; i++)
		EXPECT_LT(embargo_sign_verify(self->trusted, signature.data, i, self->sha256, time(NULL),
					      &self->found, &self->reason),
			  0);
}

TEST_F(verify, deny_times)
{
	struct bytes signature =
		make_signature(&self->signer, &self->intermediate, text, EVP_sha256(), PLAIN);
	struct made expired = MAKE(.name = "Expired", .issuer = &self->root, .from = -9, .to = -2);
	struct made future = MAKE(.name = "Future", .issuer = &self->root, .from = 2, .to = 9);
	struct made old_root = MAKE(.name = "Old", .basic = "CA:TRUE", .from = -9, .to = -2);
	struct made of_old = MAKE(.name = "Of old", .issuer = &old_root);

	make_trusted(self->trusted, "root", &self->root);
	make_trusted(self->trusted, "old", &old_root);
	ASSERT_EQ(0, verify(self, signature));
	EXPECT_EQ(-EKEYEXPIRED, verify_at(self, signature, 91));
	EXPECT_NOT_NULL(strstr(self->reason.text, "expired on 2"));
	EXPECT_EQ(-EKEYEXPIRED, verify_at(self, signature, -2));
	EXPECT_NOT_NULL(strstr(self->reason.text, "clock"));
	EXPECT_EQ(-EKEYEXPIRED, verify(self, make_signature(&expired, NULL, text, EVP_sha256(), PLAIN)));
	EXPECT_NOT_NULL(strstr(self->reason.text, "CN=Expired"));
	EXPECT_EQ(-EKEYEXPIRED, verify(self, make_signature(&future, NULL, text, EVP_sha256(), PLAIN)));
	EXPECT_EQ(-EKEYEXPIRED, verify(self, make_signature(&of_old, NULL, text, EVP_sha256(), PLAIN)));
	/* Pinned ones too. */
	make_trusted(self->trusted, "expired", &expired);
	EXPECT_EQ(-EKEYEXPIRED, verify(self, make_signature(&expired, NULL, text, EVP_sha256(), PLAIN)));
}

/* After a change of keys old hosts know the old signer, and new hosts the new one. */
TEST_F(verify, allow_one_good_signer_of_two)
{
	struct made next = MAKE(.name = "Next");
	BIO *content = BIO_new_mem_buf(text, -1);
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, content, CMS_PARTIAL | CMS_BINARY | PLAIN);
	struct bytes both = {0};

	ASSERT_NOT_NULL(
		CMS_add1_signer(cms, self->signer.certificate, self->signer.key, EVP_sha256(), PLAIN));
	ASSERT_NOT_NULL(CMS_add1_signer(cms, next.certificate, next.key, EVP_sha256(), PLAIN));
	ASSERT_EQ(1, CMS_final(cms, content, NULL, CMS_BINARY | PLAIN));
	both.size = i2d_CMS_ContentInfo(cms, &both.data);
	EXPECT_EQ(-EKEYREJECTED, verify(self, both));
	make_trusted(self->trusted, "next", &next);
	EXPECT_EQ(0, verify(self, both));
	EXPECT_STREQ("CN=Next,O=Example", self->found.signer);
}

TEST_HARNESS_MAIN
