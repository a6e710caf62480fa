// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading keys, and making signatures that a host accepts. */
#include "tests/unit/sign_make.h"

static const char text[] = "policy signed\nversion 1\n";

FIXTURE(key)
{
	char directory[32];
	struct made signer;
	struct embargo_sign_key *key;
	struct embargo_reason reason;
};

FIXTURE_SETUP(key)
{
	strcpy(self->directory, "/tmp/sign-key.XXXXXX");
	ASSERT_NOT_NULL(mkdtemp(self->directory));
	ASSERT_EQ(0, chdir(self->directory));
	self->signer = MAKE(.name = "Signer");
	make_pem("cert.pem", self->signer.certificate, NULL, NULL);
	make_pem("key.pem", NULL, self->signer.key, NULL);
}

FIXTURE_TEARDOWN(key)
{
	char command[64];

	embargo_sign_key_free(self->key);
	snprintf(command, sizeof(command), "rm -rf '%s'", self->directory);
	EXPECT_EQ(0, system(command));
}

static int key_read(struct key_self *self, const char *key, const char *certificate, const char *chain,
		    const char *passphrase);

static int passphrase_tell(char *to, int size, int twice, void *context)
{
	EXPECT_EQ(0, twice);
	return context ? snprintf(to, size, "%s", (const char *)context) : -1;
}

static int key_read(struct key_self *self, const char *key, const char *certificate, const char *chain,
		    const char *passphrase)
{
	int r;

	embargo_sign_key_free(self->key);
	self->key = NULL;
	self->reason.text[0] = 0;
	r = embargo_sign_key_read(key, certificate, chain, passphrase_tell, (void *)passphrase, &self->key,
				  &self->reason);
	EXPECT_EQ(r < 0, self->reason.text[0] != 0);
	EXPECT_EQ(r < 0, self->key == NULL);
	TH_LOG("%d %s", r, self->reason.text);
	return r;
}

static int sign_and_verify(struct key_self *self, const struct made *trusted_one)
{
	struct embargo_trusted *trusted = embargo_trusted_new();
	struct embargo_signed found;
	__u8 sha256[EMBARGO_SHA256_SIZE];
	void *data;
	size_t size;
	int r;

	SHA256((const unsigned char *)text, strlen(text), sha256);
	make_trusted(trusted, "trusted", trusted_one);
	EXPECT_EQ(0, embargo_sign_key_check(self->key, time(NULL), &self->reason));
	r = embargo_sign_make(self->key, text, strlen(text), &data, &size, &self->reason);
	if (!r) {
		r = embargo_sign_verify(trusted, data, size, sha256, time(NULL), &found, &self->reason);
		free(data);
	}
	if (!r)
		EXPECT_LE(labs((long)(time(NULL) - found.time)), 60);
	TH_LOG("%d %s", r, self->reason.text);
	embargo_trusted_free(trusted);
	return r;
}

TEST_F(key, ec)
{
	ASSERT_EQ(0, key_read(self, "key.pem", "cert.pem", NULL, NULL));
	EXPECT_STREQ("CN=Signer,O=Example", embargo_sign_key_subject(self->key));
	EXPECT_EQ(0, sign_and_verify(self, &self->signer));
}

TEST_F(key, rsa_with_chain)
{
	struct made root = MAKE(.name = "Root", .basic = "CA:TRUE");
	struct made middle = MAKE(.name = "Middle", .basic = "CA:TRUE", .issuer = &root);
	struct made signer = MAKE(.name = "RSA", .key = make_rsa(3072), .issuer = &middle);

	make_pem("cert.pem", signer.certificate, NULL, NULL);
	make_pem("key.pem", NULL, signer.key, NULL);
	make_pem("chain.pem", middle.certificate, NULL, NULL);
	ASSERT_EQ(0, key_read(self, "key.pem", "cert.pem", "chain.pem", NULL));
	EXPECT_EQ(0, sign_and_verify(self, &root));
	ASSERT_EQ(0, key_read(self, "key.pem", "cert.pem", NULL, NULL));
	EXPECT_EQ(-EKEYREJECTED, sign_and_verify(self, &root));
}

TEST_F(key, one_file_for_both)
{
	make_pem("both.pem", self->signer.certificate, self->signer.key, NULL);
	ASSERT_EQ(0, key_read(self, "both.pem", "both.pem", NULL, NULL));
	EXPECT_EQ(0, sign_and_verify(self, &self->signer));
}

TEST_F(key, encrypted)
{
	make_pem("key.pem", NULL, self->signer.key, "correct horse");
	EXPECT_EQ(-EBADMSG, key_read(self, "key.pem", "cert.pem", NULL, "wrong"));
	EXPECT_NOT_NULL(strstr(self->reason.text, "passphrase"));
	EXPECT_EQ(-EBADMSG, key_read(self, "key.pem", "cert.pem", NULL, NULL));
	ASSERT_EQ(0, key_read(self, "key.pem", "cert.pem", NULL, "correct horse"));
	EXPECT_EQ(0, sign_and_verify(self, &self->signer));
}

TEST_F(key, certificate_in_der)
{
	unsigned char *der = NULL;
	int size = i2d_X509(self->signer.certificate, &der);

	make_file("cert.der", der, size);
	ASSERT_EQ(0, key_read(self, "key.pem", "cert.der", NULL, NULL));
	EXPECT_EQ(0, sign_and_verify(self, &self->signer));
}

TEST_F(key, bad_files)
{
	struct made other = MAKE(.name = "Other");

	make_pem("other.pem", other.certificate, NULL, NULL);
	make_text("text.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
	make_text("empty.pem", "");
	EXPECT_EQ(-EKEYREJECTED, key_read(self, "key.pem", "other.pem", NULL, NULL));
	EXPECT_EQ(-ENOENT, key_read(self, "missing.pem", "cert.pem", NULL, NULL));
	EXPECT_EQ(-ENOENT, key_read(self, "key.pem", "missing.pem", NULL, NULL));
	EXPECT_EQ(-EBADMSG, key_read(self, "cert.pem", "cert.pem", NULL, NULL));
	EXPECT_NOT_NULL(strstr(self->reason.text, "no private key"));
	EXPECT_EQ(-EBADMSG, key_read(self, "key.pem", "key.pem", NULL, NULL));
	EXPECT_EQ(-EBADMSG, key_read(self, "key.pem", "text.pem", NULL, NULL));
	EXPECT_EQ(-EBADMSG, key_read(self, "key.pem", "cert.pem", "text.pem", NULL));
	EXPECT_EQ(-EBADMSG, key_read(self, "key.pem", "cert.pem", "empty.pem", NULL));
	EXPECT_EQ(-EINVAL, key_read(self, "key.pem", ".", NULL, NULL));
	ASSERT_EQ(0, system("cat cert.pem text.pem > chain.pem"));
	EXPECT_EQ(-EBADMSG, key_read(self, "key.pem", "cert.pem", "chain.pem", NULL));
}

/* What no host would accept is said before anything is signed. */
FIXTURE(check)
{
	struct key_self key;
};
FIXTURE_VARIANT(check)
{
	int r;
	long from, to;
	const char *usage, *extended, *algorithm;
};
FIXTURE_VARIANT_ADD(check, allow_plain){.from = -1, .to = 1};
FIXTURE_VARIANT_ADD(check, allow_not_yet_valid){.from = 1, .to = 2};
FIXTURE_VARIANT_ADD(check, deny_expired){.r = -EKEYEXPIRED, .from = -9, .to = -1};
FIXTURE_VARIANT_ADD(check, deny_mail){.r = -EKEYREJECTED, .to = 1, .extended = "emailProtection"};
FIXTURE_VARIANT_ADD(check, deny_encipherment){.r = -EKEYREJECTED, .to = 1, .usage = "keyEncipherment"};
FIXTURE_VARIANT_ADD(check, deny_weak){.r = -EKEYREJECTED, .to = 1, .algorithm = "RSA"};
FIXTURE_VARIANT_ADD(check, deny_ed25519){.r = -ENOTSUP, .to = 1, .algorithm = "ED25519"};

FIXTURE_SETUP(check)
{
	key_setup(&self->key, NULL);
}

FIXTURE_TEARDOWN(check)
{
	key_teardown(&self->key, NULL);
}

TEST_F(check, says_so)
{
	struct made issuer = MAKE(.name = "Root", .basic = "CA:TRUE"), made;
	EVP_PKEY *key = NULL;

	if (variant->algorithm && !strcmp(variant->algorithm, "RSA"))
		key = make_rsa(1024);
	else if (variant->algorithm)
		key = EVP_PKEY_Q_keygen(NULL, NULL, variant->algorithm);
	made = MAKE(.name = "Checked", .key = key, .issuer = &issuer, .from = variant->from,
		    .to = variant->to, .usage = variant->usage, .extended = variant->extended);
	make_pem("key.pem", NULL, made.key, NULL);
	make_pem("cert.pem", made.certificate, NULL, NULL);
	ASSERT_EQ(0, key_read(&self->key, "key.pem", "cert.pem", NULL, NULL));
	EXPECT_EQ(variant->r, embargo_sign_key_check(self->key.key, time(NULL), &self->key.reason));
	TH_LOG("%s", self->key.reason.text);
}

TEST_HARNESS_MAIN
