// SPDX-License-Identifier: GPL-2.0-or-later
/* PE files: whole, signed by osslsigncode, and broken in every way; other files with an appended signature.
 */
#include "tests/harness.h"

#include "tests/unit/hand_pe.h"
#include "tests/unit/identity_files.h"

#define IDENTITY _cleanup_(embargo_identity_freep) struct embargo_identity
#define WANT (EMBARGO_WANT_INSIDE | EMBARGO_WANT_VERIFY | EMBARGO_WANT_AUTHENTICODE)

static struct embargo_identity *read_all(const char *path)
{
	struct embargo_identity *identity = NULL;
	struct embargo_reason reason = {};

	ASSERT_EQ(0, embargo_identity_read(path, WANT, &identity, &reason))
	{
		TH_LOG("%s", reason.text);
	}
	return identity;
}

static struct embargo_identity *read_bytes(const void *bytes, size_t size)
{
	put("bytes", bytes, size);
	return read_all("bytes");
}

FIXTURE(pe)
{
	struct hand_pe made;
	unsigned char longer[HAND_PE_SIZE + 0x2000];
};

FIXTURE_SETUP(pe)
{
	files_start();
	hand_pe(&self->made, "Example Lab JSC");
	memcpy(self->longer, self->made.bytes, HAND_PE_SIZE);
}

FIXTURE_TEARDOWN(pe)
{
	files_end();
}

/* What is hashed, by hand: all but the checksum and the entry of the signatures. */
static void expect_authenticode(const struct embargo_pe *pe, const unsigned char *bytes, size_t end)
{
	_cleanup_free_ unsigned char *hashed = calloc(1, end + 8);
	struct embargo_digests digests;
	size_t size = 0, from[] = {0, HAND_PE_CHECKSUM + 4, HAND_PE_SECURITY + 8},
	       to[] = {HAND_PE_CHECKSUM, HAND_PE_SECURITY, end}, i;

	for (i = 0; i < 3; i++) {
		memcpy(hashed + size, bytes + from[i], to[i] - from[i]);
		size += to[i] - from[i];
	}
	size += -end & 7;
	ASSERT_EQ(0, embargo_hash_memory(hashed, size, EMBARGO_WANT_SHA1, &digests));
	EXPECT_MEMEQ(digests.sha256, pe->authenticode_sha256, EMBARGO_SHA256_SIZE);
	EXPECT_MEMEQ(digests.sha1, pe->authenticode_sha1, EMBARGO_SHA1_SIZE);
}

TEST_F(pe, says_what_it_is)
{
	IDENTITY *identity = read_bytes(self->made.bytes, HAND_PE_SIZE);

	ASSERT_NOT_NULL(identity->pe);
	EXPECT_EQ(EMBARGO_FORMAT_PE, identity->format);
	EXPECT_EQ(0x8664, identity->pe->machine);
	EXPECT_EQ(1, identity->pe->is_64);
	EXPECT_STREQ("Example Lab JSC", identity->pe->company_name);
	EXPECT_STREQ("Example Agent", identity->pe->product_name);
	EXPECT_STREQ("agent.exe", identity->pe->original_filename);
	EXPECT_STREQ("1.2.3.4", identity->pe->file_version);
	EXPECT_EQ(0, identity->seal_count);
	EXPECT_NULL(identity->trouble);
	expect_authenticode(identity->pe, self->made.bytes, HAND_PE_SIZE);
}

TEST_F(pe, an_odd_end_is_padded_for_its_hash)
{
	IDENTITY *identity = read_bytes(self->longer, HAND_PE_SIZE + 3);

	ASSERT_NOT_NULL(identity->pe);
	expect_authenticode(identity->pe, self->longer, HAND_PE_SIZE + 3);
}

/* Half a character of 16 bits survives, as the bytes it would have. */
TEST_F(pe, odd_text_survives)
{
	unsigned char *text;
	size_t i;

	for (i = HAND_PE_VERSION; memcmp(self->made.bytes + i, "E\0x\0a\0m", 7); i++)
		ASSERT_LT(i, HAND_PE_SIZE - 8);
	text = self->made.bytes + i;
	hand_16(text, 0xd83d); /* U+1F600 */
	hand_16(text + 2, 0xde00);
	hand_16(text + 4, 0xd83d); /* its first half alone */
	hand_16(text + 6, 0x20ac);
	hand_16(text + 8, 0);
	{
		IDENTITY *identity = read_bytes(self->made.bytes, HAND_PE_SIZE);

		ASSERT_NOT_NULL(identity->pe);
		EXPECT_STREQ("\xf0\x9f\x98\x80\xed\xa0\xbd\xe2\x82\xac", identity->pe->company_name);
	}
}

TEST_F(pe, no_strings_leave_the_number)
{
	hand_pe(&self->made, NULL);
	{
		IDENTITY *identity = read_bytes(self->made.bytes, HAND_PE_SIZE);

		ASSERT_NOT_NULL(identity->pe);
		EXPECT_NULL(identity->pe->company_name);
		EXPECT_STREQ("1.2.3.4", identity->pe->file_version);
	}
}

TEST_F(pe, a_dos_program_is_no_pe)
{
	memcpy(self->made.bytes + 0x40, "NE", 2);
	{
		IDENTITY *identity = read_bytes(self->made.bytes, HAND_PE_SIZE);

		EXPECT_NULL(identity->pe);
		EXPECT_NULL(identity->trouble);
	}
}

/* An entry of the table of certificates; returns what it takes. */
static size_t entry(unsigned char *to, unsigned int length, unsigned int type)
{
	memset(to, 0, length < 8 ? 8 : length);
	hand_32(to, length);
	hand_16(to + 4, 0x200);
	hand_16(to + 6, type);
	return (length + 7) & ~7U;
}

static void table(unsigned char *bytes, unsigned int at, unsigned int size)
{
	hand_32(bytes + HAND_PE_SECURITY, at);
	hand_32(bytes + HAND_PE_SECURITY + 4, size);
}

TEST_F(pe, each_entry_of_the_table_is_a_seal)
{
	unsigned char *end = self->longer + HAND_PE_SIZE;
	size_t used = entry(end, 20, 1);

	used += entry(end + used, 24, 2);
	used += entry(end + used, 8, 2);
	used += entry(end + used, 1000, 2); /* longer than the table */
	used += 8;
	table(self->longer, HAND_PE_SIZE, 24 + 24 + 8 + 16);
	{
		IDENTITY *identity = read_bytes(self->longer, HAND_PE_SIZE + used);

		ASSERT_NOT_NULL(identity->pe);
		ASSERT_EQ(4, identity->seal_count);
		EXPECT_STREQ("the signature is not PKCS#7", identity->seals[0].trouble);
		EXPECT_STREQ("the signature cannot be read", identity->seals[1].trouble);
		EXPECT_STREQ("the signature is cut off", identity->seals[2].trouble);
		EXPECT_STREQ("the signature cannot be read", identity->seals[3].trouble);
		EXPECT_NULL(identity->trouble);
	}
}

TEST_F(pe, a_table_outside_of_the_file_is_told)
{
	size_t used = entry(self->longer + HAND_PE_SIZE, 32, 2);
	static const struct {
		unsigned int at, size, seals;
	} tables[] = {
		{HAND_PE_SIZE, 0x4000, 1},
		{HAND_PE_SIZE + 32, 8, 0},
		{0xfffffff8, 0xffffffff, 0},
		{HAND_PE_SIZE, 0xffffffff, 1},
	};
	size_t i;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		table(self->longer, tables[i].at, tables[i].size);
		{
			IDENTITY *identity = read_bytes(self->longer, HAND_PE_SIZE + used);

			ASSERT_NOT_NULL(identity->pe);
			EXPECT_EQ(tables[i].seals, identity->seal_count);
			EXPECT_STREQ("its table of certificates cannot be read", identity->trouble);
		}
	}
}

/* However short: read, or said why not; ASan and UBSan watch. */
TEST_F_TIMEOUT(pe, cut_off_anywhere, 120)
{
	size_t size;

	for (size = 0; size < HAND_PE_SIZE; size += size < 0x200 || size > 0x400 ? 3 : 64) {
		IDENTITY *identity = read_bytes(self->made.bytes, size);

		EXPECT_TRUE(!identity->pe || size >= 0x40 + 24 + 240);
	}
}

TEST_F_TIMEOUT(pe, any_byte_wrong, 120)
{
	size_t at;

	for (at = 0; at < HAND_PE_SIZE; at += at >= 0x200 && at < 0x400 ? 64 : 1) {
		unsigned char was = self->made.bytes[at];

		self->made.bytes[at] ^= 0xff;
		{
			IDENTITY *identity = read_bytes(self->made.bytes, HAND_PE_SIZE);

			EXPECT_EQ(HAND_PE_SIZE, identity->digests.size);
		}
		self->made.bytes[at] = was;
	}
}

/* A key and certificate of @name, by its own authority or self-signed. */
static void make_signer(const char *name, const char *subject)
{
	ASSERT_TRUE(run("openssl req -new -x509 -newkey rsa:2048 -nodes -keyout %s.key -out %s.pem -days 30 "
			"-subj '%s' -addext extendedKeyUsage=codeSigning",
			name, name, subject));
}

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

		ASSERT_EQ(2, identity->seal_count);
		ASSERT_EQ(2, identity->certificate_count);
		EXPECT_MEMEQ(plain->pe->authenticode_sha256, identity->pe->authenticode_sha256,
			     EMBARGO_SHA256_SIZE);
		EXPECT_EQ(EMBARGO_VERIFIED_YES, identity->seals[0].verified);
		EXPECT_EQ(EMBARGO_VERIFIED_YES, identity->seals[1].verified);
		EXPECT_STREQ("sha1", identity->seals[0].digest);
		EXPECT_STREQ("sha256", identity->seals[1].digest);
		EXPECT_STREQ("CN=First,O=Example Lab JSC,C=XX", identity->certificates[0].subject);
		EXPECT_EQ(1, identity->seals[1].first_certificate);
		EXPECT_EQ(1, identity->seals[1].certificate_count);
		ASSERT_EQ(1, second->certificate_count);
		EXPECT_MEMEQ(second->certificates[0].sha256, identity->certificates[1].sha256,
			     EMBARGO_SHA256_SIZE);
		EXPECT_TRUE(embargo_seal_names(&identity->seals[1], &identity->certificates[1]));
		EXPECT_FALSE(embargo_seal_names(&identity->seals[1], &identity->certificates[0]));
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

		ASSERT_EQ(1, identity->seal_count);
		EXPECT_EQ(EMBARGO_VERIFIED_NO, identity->seals[0].verified);
		EXPECT_STREQ("the file is not what was signed", identity->seals[0].trouble);
		EXPECT_EQ(1, identity->certificate_count);
	}
	bytes[0x210] ^= 1;
	for (size--; !bytes[size]; size--) /* padding */
		;
	bytes[size] ^= 1; /* of the signature's number */
	{
		IDENTITY *identity = read_bytes(bytes, (size + 8) & ~(size_t)7);

		ASSERT_EQ(1, identity->seal_count);
		EXPECT_EQ(EMBARGO_VERIFIED_NO, identity->seals[0].verified);
		EXPECT_STREQ("the signature does not fit", identity->seals[0].trouble);
	}
}

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

		ASSERT_EQ(1, identity->seal_count);
		EXPECT_EQ(EMBARGO_SEAL_APPENDED, identity->seals[0].kind);
		EXPECT_EQ(EMBARGO_VERIFIED_YES, identity->seals[0].verified);
		ASSERT_EQ(1, identity->certificate_count);
		EXPECT_STREQ("CN=First,O=Example Lab JSC", identity->certificates[0].subject);
		ASSERT_EQ(1, changed->seal_count);
		EXPECT_EQ(EMBARGO_VERIFIED_NO, changed->seals[0].verified);
		EXPECT_EQ(1, changed->certificate_count);
		ASSERT_EQ(1, lying->seal_count);
		EXPECT_STREQ("the appended signature cannot be read", lying->seals[0].trouble);
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

		ASSERT_EQ(1, identity->seal_count);
		ASSERT_EQ(1, identity->certificate_count);
		EXPECT_STREQ("CN=First,O=Example Lab JSC", identity->certificates[0].subject);
		ASSERT_EQ(1, cut->seal_count);
		EXPECT_STREQ("the cabinet's signature cannot be read", cut->seals[0].trouble);
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

		EXPECT_EQ(0, plain->seal_count);
		EXPECT_NULL(plain->trouble);
		ASSERT_EQ(1, one->seal_count);
		ASSERT_EQ(1, one->certificate_count);
		EXPECT_STREQ("CN=First,O=Example Lab JSC", one->certificates[0].subject);
		EXPECT_EQ(EMBARGO_VERIFIED_NOT_TRIED, one->seals[0].verified);
		ASSERT_EQ(1, large->seal_count);
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

TEST_HARNESS_MAIN
