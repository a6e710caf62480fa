// SPDX-License-Identifier: GPL-2.0-or-later
/* Signatures of files that are no PE: appended to anything, in a cabinet, in an MSI. */
#include "tests/harness.h"

#include "tests/unit/pe_files.h"

/* @path: @text, @signature of @size bytes, and the trailer that says so. */
static void append(const char *path, const char *text, const unsigned char *signature, unsigned int size,
		   unsigned int said)
{
	const unsigned char trailer[] = {0, 0, 2, 0, 0, 0, 0, 0, said >> 24, said >> 16, said >> 8, said};
	FILE *out = fopen(path, "w");

	ASSERT_NOT_NULL(out);
	fputs(text, out);
	fwrite(signature, 1, size, out);
	fwrite(trailer, 1, sizeof(trailer), out);
	fputs("~Module signature appended~\n", out);
	ASSERT_EQ(0, fclose(out));
}

TEST_F_TIMEOUT(pe, appended_to_any_file, 60)
{
	size_t size;
	FILE *in;

	make_signer("one", "/O=Example Lab JSC/CN=First");
	put("data", "some firmware", 13);
	ASSERT_TRUE(
		run("openssl cms -sign -binary -noattr -in data -signer one.pem -inkey one.key -outform DER "
		    "-out p7"));
	in = fopen("p7", "r");
	size = fread(self->longer, 1, sizeof(self->longer), in);
	fclose(in);
	append("with", "some firmware", self->longer, size, size);
	append("changed", "else firmware", self->longer, size, size);
	append("lying", "some firmware", self->longer, size, 0xffffffff);
	{
		IDENTITY *identity = read_all("with"), *changed = read_all("changed"),
			 *lying = read_all("lying");

		ASSERT_EQ(1, identity->signature_count);
		EXPECT_EQ(EMBARGO_FILE_SIGNATURE_APPENDED, identity->signatures[0].kind);
		EXPECT_EQ(EMBARGO_VERIFIED_YES, identity->signatures[0].verified);
		ASSERT_EQ(1, identity->certificate_count);
		EXPECT_STREQ("CN=First,O=Example Lab JSC", identity->certificates[0].subject);
		ASSERT_EQ(1, changed->signature_count);
		EXPECT_EQ(EMBARGO_VERIFIED_NO, changed->signatures[0].verified);
		EXPECT_EQ(1, changed->certificate_count);
		ASSERT_EQ(1, lying->signature_count);
		EXPECT_STREQ("the appended signature cannot be read", lying->signatures[0].warning);
	}
}

/* A cabinet names the place of its signature in its header; files in it are of no account here. */
TEST_F_TIMEOUT(pe, signed_cabinet, 60)
{
	unsigned char *b = self->longer;
	size_t size;
	FILE *in;

	make_signer("one", "/O=Example Lab JSC/CN=First");
	put("data", "x", 1);
	ASSERT_TRUE(run("openssl cms -sign -in data -signer one.pem -inkey one.key -outform DER -out p7"));
	memset(b, 0, 60);
	memcpy(b, "MSCF", 4);
	b[30] = 4;  /* the header has an area for others, */
	b[36] = 20; /* of this size */
	in = fopen("p7", "r");
	size = fread(b + 60, 1, sizeof(self->longer) - 60, in);
	fclose(in);
	hand_32(b + 44, 60);
	hand_32(b + 48, size);
	{
		IDENTITY *identity = read_bytes(b, 60 + size), *cut = read_bytes(b, 59 + size);

		ASSERT_EQ(1, identity->signature_count);
		ASSERT_EQ(1, identity->certificate_count);
		EXPECT_STREQ("CN=First,O=Example Lab JSC", identity->certificates[0].subject);
		ASSERT_EQ(1, cut->signature_count);
		EXPECT_STREQ("the cabinet's signature cannot be read", cut->signatures[0].warning);
	}
}

#define SECTOR(n) (512 * ((n) + 1))

static void fat(unsigned char *bytes, unsigned int table, unsigned int sector, unsigned int next)
{
	hand_32(bytes + SECTOR(table) + 4 * sector, next);
}

static void directory_entry(unsigned char *entry, const char *name, int type, unsigned int start, size_t size)
{
	hand_16(entry + 64, hand_text(entry, name));
	entry[66] = type;
	entry[67] = 1;
	hand_32(entry + 68, 0xffffffff);
	hand_32(entry + 72, 0xffffffff);
	hand_32(entry + 76, 0xffffffff);
	hand_32(entry + 116, start);
	hand_32(entry + 120, size);
}

/*
 * An MSI in short: sector 0 is the FAT, 1 the directory, 2 the FAT of small sectors, from 3 on what these are
 * in. A small stream of every kind of byte is before the signature's place.
 */
static size_t compound(unsigned char *b)
{
	static const unsigned char magic[] = {0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1};
	size_t size = SECTOR(4), i;

	memset(b, 0, size);
	memcpy(b, magic, sizeof(magic));
	hand_16(b + 24, 0x3e);
	hand_16(b + 26, 3);
	hand_16(b + 28, 0xfffe);
	hand_16(b + 30, 9);
	hand_16(b + 32, 6);
	hand_32(b + 44, 1);
	hand_32(b + 48, 1);
	hand_32(b + 56, 4096);
	hand_32(b + 60, 2);
	hand_32(b + 64, 1);
	hand_32(b + 68, 0xfffffffe);
	for (i = 1; i < 109; i++)
		hand_32(b + 76 + 4 * i, 0xffffffff);
	memset(b + SECTOR(0), 0xff, 512);
	memset(b + SECTOR(2), 0xff, 512);
	fat(b, 0, 0, 0xfffffffd);
	for (i = 1; i < 4; i++)
		fat(b, 0, i, 0xfffffffe);
	fat(b, 2, 0, 0xfffffffe);
	directory_entry(b + SECTOR(1), "Root Entry", 5, 3, 64);
	hand_32(b + SECTOR(1) + 76, 1); /* its child */
	directory_entry(b + SECTOR(1) + 128, "data", 2, 0, 64);
	for (i = 2; i < 4; i++) {
		memset(b + SECTOR(1) + 128 * i, 0, 128);
		memset(b + SECTOR(1) + 128 * i + 68, 0xff, 12);
	}
	for (i = 0; i < 64; i++)
		b[SECTOR(3) + i] = i;
	return size;
}

TEST_F_TIMEOUT(pe, signed_msi, 60)
{
	size_t size = compound(self->longer), i;
	FILE *in;

	put("plain.msi", self->longer, size);
	make_signer("one", "/O=Example Lab JSC/CN=First");
	ASSERT_TRUE(
		run("osslsigncode sign -h sha256 -certs one.pem -key one.key -in plain.msi -out one.msi"));
	/* With a description so long that the signature is no small stream. */
	ASSERT_TRUE(
		run("osslsigncode sign -n \"$(printf %%04500d 0)\" -certs one.pem -key one.key -in plain.msi "
		    "-out long.msi"));
	{
		IDENTITY *plain = read_all("plain.msi"), *one = read_all("one.msi"),
			 *large = read_all("long.msi");

		EXPECT_EQ(0, plain->signature_count);
		EXPECT_NULL(plain->warning);
		ASSERT_EQ(1, one->signature_count);
		ASSERT_EQ(1, one->certificate_count);
		EXPECT_STREQ("CN=First,O=Example Lab JSC", one->certificates[0].subject);
		EXPECT_EQ(EMBARGO_VERIFIED_NOT_TRIED, one->signatures[0].verified);
		ASSERT_EQ(1, large->signature_count);
		EXPECT_EQ(1, large->certificate_count);
	}
	/* Any byte of its tables wrong, and chains that bite their tails. */
	in = fopen("one.msi", "r");
	size = fread(self->longer, 1, sizeof(self->longer), in);
	fclose(in);
	for (i = 24; i < size; i += i < 2048 ? 3 : 61) {
		unsigned char was = self->longer[i];

		self->longer[i] ^= i % 2 ? 0xff : 1;
		{
			IDENTITY *identity = read_bytes(self->longer, size);

			EXPECT_EQ(size, identity->digests.size);
		}
		self->longer[i] = was;
	}
}

/* A small stream in sector 2^31 of a chain that bites its tail: hours of hops, were they not counted. */
TEST_F_TIMEOUT(pe, msi_whose_chain_never_ends, 30)
{
	size_t size = compound(self->longer);

	directory_entry(self->longer + SECTOR(1) + 128, "\5DigitalSignature", 2, 0x7fffffff, 64);
	fat(self->longer, 0, 3, 3);
	{
		IDENTITY *identity = read_bytes(self->longer, size);

		EXPECT_EQ(0, identity->signature_count);
		EXPECT_STREQ("its compound file cannot be read", identity->warning);
	}
}

TEST_HARNESS_MAIN
