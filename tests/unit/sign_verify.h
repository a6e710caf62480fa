/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A root, an intermediate and a signer, and what a host says of their signatures. */
#ifndef EMBARGO_TESTS_UNIT_SIGN_VERIFY_H
#define EMBARGO_TESTS_UNIT_SIGN_VERIFY_H

#include "tests/unit/sign_make.h"

static const char text[] = "policy signed\nversion 1\n";

/* The signature as it comes out of `embargo policy sign'. */
#define PLAIN (CMS_DETACHED | CMS_NOSMIMECAP)

FIXTURE(verify)
{
	struct embargo_trusted *trusted;
	struct made root, intermediate, signer;
	struct embargo_signed found;
	struct embargo_reason reason;
	__u8 sha256[EMBARGO_SHA256_SIZE];
};

FIXTURE_SETUP(verify)
{
	self->trusted = embargo_trusted_new();
	ASSERT_NOT_NULL(self->trusted);
	self->root =
		MAKE(.name = "Root", .basic = "critical,CA:TRUE", .usage = "critical,keyCertSign,cRLSign");
	self->intermediate = MAKE(.name = "Intermediate", .issuer = &self->root, .basic = "critical,CA:TRUE",
				  .usage = "critical,keyCertSign,cRLSign");
	self->signer = MAKE(.name = "Signer", .issuer = &self->intermediate, .basic = "CA:FALSE",
			    .usage = "critical,digitalSignature", .extended = "codeSigning");
	SHA256((const unsigned char *)text, strlen(text), self->sha256);
}

static inline int verify_at(struct verify_self *self, struct bytes signature, long days)
{
	int r;

	memset(&self->found, 0x55, sizeof(self->found));
	self->reason.text[0] = 0;
	r = embargo_sign_verify(self->trusted, signature.data, signature.size, self->sha256,
				time(NULL) + days * DAY, &self->found, &self->reason);
	/* A refusal says why, and tells nothing else. */
	EXPECT_EQ(r < 0, self->reason.text[0] != 0);
	EXPECT_EQ(r < 0, self->found.signer[0] == 0x55);
	TH_LOG("%d %s", r, self->reason.text);
	return r;
}

static inline int verify(struct verify_self *self, struct bytes signature)
{
	return verify_at(self, signature, 0);
}

#endif
