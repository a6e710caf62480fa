// SPDX-License-Identifier: GPL-2.0-or-later
/* What security.ima holds: by hand, and as evmctl signs. */
#include "tests/harness.h"

#include "identity_files.h"
#include "policy/identity/signature/signature.h"

#define KEY "\xde\xad\xbe\xef"

static const struct {
	const char *bytes;
	size_t size;
	const char *ima;    /* NULL: trouble */
	const char *key_id; /* NULL: no signature */
	const char *digest;
} cases[] = {
#define BYTES(text) text, sizeof(text) - 1
	{BYTES("\1aaaaaaaaaaaaaaaaaaaa"), "digest sha1:6161616161616161616161616161616161616161", NULL, NULL},
	{BYTES("\1aaaaaaaaaaaaaaaa"), "digest md5:61616161616161616161616161616161", NULL, NULL},
	{BYTES("\4\4abcd"), "digest sha256:61626364", NULL, NULL},
	{BYTES("\4\6ab"), "digest sha512:6162", NULL, NULL},
	{BYTES("\3\2\4" KEY "\0\3sig"), "v2 deadbeef", "deadbeef", "sha256"},
	{BYTES("\6\3\6" KEY "\0\3sig"), "v3 deadbeef", "deadbeef", "sha512"},
	{BYTES(""), NULL, NULL, NULL},
	{BYTES("\1"), NULL, NULL, NULL},
	{BYTES("\4\4"), NULL, NULL, NULL},
	{BYTES("\4\377abcd"), NULL, NULL, NULL},
	{BYTES("\3\2\4" KEY), NULL, NULL, NULL},
	{BYTES("\3\2\4" KEY "\0\4sig"), NULL, NULL, NULL},
	{BYTES("\3\2\377" KEY "\0\3sig"), NULL, NULL, NULL},
	{BYTES("\3\7\4" KEY "\0\3sig"), NULL, NULL, NULL},
	{BYTES("\2hmac"), NULL, NULL, NULL},
};

TEST(by_hand)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		_cleanup_(embargo_identity_freep) struct embargo_identity *identity =
			calloc(1, sizeof(*identity));

		EXPECT_EQ(0, embargo_ima_parse(identity, cases[i].bytes, cases[i].size));
		EXPECT_STREQ(cases[i].ima ?: "", identity->ima ?: "")
		{
			TH_LOG("case %zu", i);
		}
		EXPECT_STREQ(cases[i].ima ? "" : "security.ima cannot be read", identity->warning ?: "");
		EXPECT_EQ(!!cases[i].key_id, identity->signature_count);
		if (cases[i].key_id) {
			EXPECT_EQ(EMBARGO_FILE_SIGNATURE_IMA, identity->signatures[0].kind);
			EXPECT_STREQ(cases[i].key_id, identity->signatures[0].signers[0].key_id);
			EXPECT_STREQ(cases[i].digest, identity->signatures[0].digest);
		}
	}
}

/* The key id is the end of the certificate's subject key identifier. */
TEST(as_evmctl_signs)
{
	_cleanup_(embargo_identity_freep) struct embargo_identity *identity = calloc(1, sizeof(*identity));
	_cleanup_(embargo_identity_freep) struct embargo_identity *certificate = NULL;
	unsigned char bytes[4096];
	char expected[32];
	size_t size;
	FILE *in;

	files_start();
	ASSERT_TRUE(run(
		"openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 9 -subj /CN=x "
		"-outform DER"));
	put("file", "abc", 3);
	ASSERT_TRUE(run("evmctl ima_sign --sigfile -a sha256 --key key.pem --keyid-from-cert cert.pem file"));
	in = fopen("file.sig", "r");
	ASSERT_NOT_NULL(in);
	size = fread(bytes, 1, sizeof(bytes), in);
	fclose(in);
	ASSERT_EQ(0, embargo_ima_parse(identity, bytes, size));
	certificate = identify("cert.pem");
	ASSERT_EQ(1, certificate->certificate_count);
	snprintf(expected, sizeof(expected), "v2 %s", certificate->certificates[0].key_id + 32);
	EXPECT_STREQ(expected, identity->ima);
	files_end();
}

TEST_HARNESS_MAIN
