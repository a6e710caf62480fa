// SPDX-License-Identifier: GPL-2.0-or-later
/* PE files: whole, and broken in every way. */
#include "tests/harness.h"

#include "tests/unit/pe_files.h"

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
	EXPECT_EQ(0, identity->signature_count);
	EXPECT_NULL(identity->warning);
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
		EXPECT_NULL(identity->warning);
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

TEST_F(pe, each_entry_of_the_table_is_a_signature)
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
		ASSERT_EQ(4, identity->signature_count);
		EXPECT_STREQ("the signature is not PKCS#7", identity->signatures[0].warning);
		EXPECT_STREQ("the signature cannot be read", identity->signatures[1].warning);
		EXPECT_STREQ("the signature is cut off", identity->signatures[2].warning);
		EXPECT_STREQ("the signature cannot be read", identity->signatures[3].warning);
		EXPECT_NULL(identity->warning);
	}
}

TEST_F(pe, a_table_outside_of_the_file_is_told)
{
	size_t used = entry(self->longer + HAND_PE_SIZE, 32, 2);
	static const struct {
		unsigned int at, size, signatures;
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
			EXPECT_EQ(tables[i].signatures, identity->signature_count);
			EXPECT_STREQ("its table of certificates cannot be read", identity->warning);
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

TEST_HARNESS_MAIN
