// SPDX-License-Identifier: GPL-2.0-or-later
/* PE files signed by osslsigncode, and changed afterwards. */
#include "tests/harness.h"

#include "tests/unit/pe_files.h"

TEST_F_TIMEOUT(pe, signed_twice, 60)
{
	put("plain.exe", self->made.bytes, HAND_PE_SIZE);
	make_signer("one", "/C=XX/O=Example Lab JSC/CN=First");
	make_signer("two", "/C=XX/O=Example Lab JSC/CN=Second");
	ASSERT_TRUE(run("osslsigncode sign -h sha1 -certs one.pem -key one.key -in plain.exe -out one.exe"));
	ASSERT_TRUE(run(
		"osslsigncode sign -h sha256 -nest -certs two.pem -key two.key -in one.exe -out two.exe"));
	{
		IDENTITY *identity = read_all("two.exe"), *plain = read_all("plain.exe");
		IDENTITY *second = read_all("two.pem");

		ASSERT_EQ(2, identity->signature_count);
		ASSERT_EQ(2, identity->certificate_count);
		EXPECT_MEMEQ(plain->pe->authenticode_sha256, identity->pe->authenticode_sha256,
			     EMBARGO_SHA256_SIZE);
		EXPECT_EQ(EMBARGO_VERIFIED_YES, identity->signatures[0].verified);
		EXPECT_EQ(EMBARGO_VERIFIED_YES, identity->signatures[1].verified);
		EXPECT_STREQ("sha1", identity->signatures[0].digest);
		EXPECT_STREQ("sha256", identity->signatures[1].digest);
		EXPECT_STREQ("CN=First,O=Example Lab JSC,C=XX", identity->certificates[0].subject);
		EXPECT_EQ(1, identity->signatures[1].first_certificate);
		EXPECT_EQ(1, identity->signatures[1].certificate_count);
		ASSERT_EQ(1, second->certificate_count);
		EXPECT_MEMEQ(second->certificates[0].sha256, identity->certificates[1].sha256,
			     EMBARGO_SHA256_SIZE);
		EXPECT_TRUE(
			embargo_file_signature_names(&identity->signatures[1], &identity->certificates[1]));
		EXPECT_FALSE(
			embargo_file_signature_names(&identity->signatures[1], &identity->certificates[0]));
	}
}

/* One bit of it, or of its signature: still who it names, but it does not fit. */
TEST_F_TIMEOUT(pe, signed_and_changed, 60)
{
	unsigned char *bytes = self->longer;
	FILE *in;
	size_t size;

	put("plain.exe", self->made.bytes, HAND_PE_SIZE);
	make_signer("one", "/O=Example Lab JSC/CN=First");
	ASSERT_TRUE(
		run("osslsigncode sign -h sha256 -certs one.pem -key one.key -in plain.exe -out one.exe"));
	in = fopen("one.exe", "r");
	size = fread(bytes, 1, sizeof(self->longer), in);
	fclose(in);
	bytes[0x210] ^= 1;
	{
		IDENTITY *identity = read_bytes(bytes, size);

		ASSERT_EQ(1, identity->signature_count);
		EXPECT_EQ(EMBARGO_VERIFIED_NO, identity->signatures[0].verified);
		EXPECT_STREQ("the file is not what was signed", identity->signatures[0].warning);
		EXPECT_EQ(1, identity->certificate_count);
	}
	bytes[0x210] ^= 1;
	for (size--; !bytes[size]; size--) /* padding */
		;
	bytes[size] ^= 1; /* of the signature's number */
	{
		IDENTITY *identity = read_bytes(bytes, (size + 8) & ~(size_t)7);

		ASSERT_EQ(1, identity->signature_count);
		EXPECT_EQ(EMBARGO_VERIFIED_NO, identity->signatures[0].verified);
		EXPECT_STREQ("the signature does not fit", identity->signatures[0].warning);
	}
}

TEST_HARNESS_MAIN
