// SPDX-License-Identifier: GPL-2.0-or-later
/* Certificates that are not for signing code, too weak or revoked; other forms of signatures. */
#include "tests/unit/sign_verify.h"

/* What a certificate is for. */
FIXTURE(usage)
{
	struct verify_self verify;
};
FIXTURE_VARIANT(usage)
{
	const char *basic, *usage, *extended;
	int r;
};
FIXTURE_VARIANT_ADD(usage, allow_nothing_said){.r = 0};
FIXTURE_VARIANT_ADD(usage, allow_code_signing){.usage = "digitalSignature", .extended = "codeSigning"};
FIXTURE_VARIANT_ADD(usage, allow_code_signing_among_others){.extended = "serverAuth,codeSigning"};
FIXTURE_VARIANT_ADD(usage, allow_any){.extended = "anyExtendedKeyUsage"};
FIXTURE_VARIANT_ADD(usage, allow_non_repudiation){.usage = "nonRepudiation"};
FIXTURE_VARIANT_ADD(usage, deny_web_server){.extended = "serverAuth", .r = -EKEYREJECTED};
FIXTURE_VARIANT_ADD(usage, deny_mail){.extended = "emailProtection,clientAuth", .r = -EKEYREJECTED};
FIXTURE_VARIANT_ADD(usage, deny_encipherment){.usage = "keyEncipherment", .r = -EKEYREJECTED};
FIXTURE_VARIANT_ADD(usage, deny_issuer_only){.basic = "CA:TRUE", .usage = "keyCertSign", .r = -EKEYREJECTED};

FIXTURE_SETUP(usage)
{
	verify_setup(&self->verify, NULL);
}

TEST_F(usage, is_heeded)
{
	struct made signer = MAKE(.name = "Usage", .issuer = &self->verify.root, .basic = variant->basic,
				  .usage = variant->usage, .extended = variant->extended);
	struct bytes signature = make_signature(&signer, NULL, text, EVP_sha256(), PLAIN);

	make_trusted(self->verify.trusted, "root", &self->verify.root);
	EXPECT_EQ(variant->r, verify(&self->verify, signature));
	make_trusted(self->verify.trusted, "pinned", &signer);
	EXPECT_EQ(variant->r, verify(&self->verify, signature));
}

TEST_F(verify, deny_issuer_that_is_none)
{
	struct made below = MAKE(.name = "Below", .issuer = &self->signer);
	struct made mail = MAKE(.name = "Mail", .issuer = &self->root, .basic = "CA:TRUE",
				.extended = "emailProtection");
	struct made of_mail = MAKE(.name = "Of mail", .issuer = &mail);

	make_trusted(self->trusted, "signer", &self->signer);
	make_trusted(self->trusted, "root", &self->root);
	EXPECT_EQ(-EKEYREJECTED, verify(self, make_signature(&below, NULL, text, EVP_sha256(), PLAIN)));
	EXPECT_EQ(-EKEYREJECTED, verify(self, make_signature(&of_mail, &mail, text, EVP_sha256(), PLAIN)));
}

TEST_F(verify, deny_weak)
{
	struct made weak = MAKE(.name = "Weak", .key = make_rsa(1024));

	make_trusted(self->trusted, "weak", &weak);
	EXPECT_EQ(-EKEYREJECTED, verify(self, make_signature(&weak, NULL, text, EVP_sha256(), PLAIN)));
	EXPECT_NOT_NULL(strstr(self->reason.text, "key too weak"));
}

TEST_F(verify, deny_other_forms)
{
	struct bytes huge = {calloc(1, EMBARGO_SIGN_SIZE_MAX + 1), EMBARGO_SIGN_SIZE_MAX + 1};
	struct bytes signature = make_signature(&self->signer, NULL, text, EVP_sha256(), PLAIN), longer;

	make_trusted(self->trusted, "signer", &self->signer);
	EXPECT_EQ(-EBADMSG, verify(self, make_signature(&self->signer, NULL, text, EVP_sha512(), PLAIN)));
	EXPECT_NOT_NULL(strstr(self->reason.text, "SHA-256"));
	EXPECT_EQ(-EBADMSG,
		  verify(self, make_signature(&self->signer, NULL, text, EVP_sha256(), PLAIN | CMS_NOATTR)));
	EXPECT_NOT_NULL(strstr(self->reason.text, "-noattr"));
	/* The content within: it could differ from the file beside it. */
	EXPECT_EQ(-EBADMSG,
		  verify(self, make_signature(&self->signer, NULL, text, EVP_sha256(), CMS_NOSMIMECAP)));
	EXPECT_EQ(-EBADMSG, verify(self, (struct bytes){(unsigned char *)text, strlen(text)}));
	EXPECT_EQ(-EBADMSG, verify(self, (struct bytes){NULL, 0}));
	memcpy(huge.data, signature.data, signature.size);
	EXPECT_EQ(-EBADMSG, verify(self, huge));
	EXPECT_NOT_NULL(strstr(self->reason.text, "larger"));
	longer = (struct bytes){huge.data, signature.size + 1};
	EXPECT_EQ(-EBADMSG, verify(self, longer));
}

static void add_crl(struct verify_self *self, const struct made *issuer, const struct made *revoked,
		    long days)
{
	X509_CRL *crl = make_crl(issuer, revoked, days);
	unsigned char *der = NULL;
	int size = i2d_X509_CRL(crl, &der);

	ASSERT_EQ(0, embargo_trusted_add(self->trusted, "list.crl", der, size, &self->reason));
}

TEST_F(verify, crl)
{
	struct bytes signature =
		make_signature(&self->signer, &self->intermediate, text, EVP_sha256(), PLAIN);
	struct made other = MAKE(.name = "Other", .issuer = &self->intermediate);

	make_trusted(self->trusted, "root", &self->root);
	/* The root's list says nothing of what the intermediate issued. */
	add_crl(self, &self->root, &other, 20);
	ASSERT_EQ(0, verify(self, signature));
	add_crl(self, &self->intermediate, &other, 20);
	ASSERT_EQ(0, verify(self, signature));
	EXPECT_EQ(-EKEYREVOKED,
		  verify(self, make_signature(&other, &self->intermediate, text, EVP_sha256(), PLAIN)));
	EXPECT_EQ(-EKEYEXPIRED, verify_at(self, signature, 21));
	EXPECT_NOT_NULL(strstr(self->reason.text, "CRL"));
}

TEST_F(verify, crl_revokes_intermediate)
{
	struct bytes signature =
		make_signature(&self->signer, &self->intermediate, text, EVP_sha256(), PLAIN);

	make_trusted(self->trusted, "root", &self->root);
	add_crl(self, &self->root, &self->intermediate, 20);
	EXPECT_EQ(-EKEYREVOKED, verify(self, signature));
}

/* A list that cannot be checked, as its issuer is not there, is no reason to let pass what it may revoke. */
TEST_F(verify, crl_of_unknown_issuer_of_a_pinned_signer)
{
	struct bytes signature = make_signature(&self->signer, NULL, text, EVP_sha256(), PLAIN);

	make_trusted(self->trusted, "signer", &self->signer);
	ASSERT_EQ(0, verify(self, signature));
	add_crl(self, &self->intermediate, NULL, 20);
	EXPECT_LT(verify(self, signature), 0);
	make_trusted(self->trusted, "intermediate", &self->intermediate);
	EXPECT_EQ(0, verify(self, signature));
}

TEST_HARNESS_MAIN
