// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who signed a module: signatures of every shape that signing tools make, and
 * broken ones. Buffers end where the module ends, so ASan sees any read outside.
 */
#include "tests/harness.h"

#include "bpf/module.h"
#include "tests/unit/hand_image.h"
#include "tests/unit/hand_module.h"

static struct hand_image image;
static struct embargo_module_state state;

static const struct hand_attribute plain_name[] = {
	{"C", V_ASN1_PRINTABLESTRING, "US", 0},
	{"O", V_ASN1_UTF8STRING, "Banned Vendor, \"Ltd\"", 0},
	{"CN", V_ASN1_UTF8STRING, "Driver signing Ünïcode", 0},
	{},
};
static const struct hand_attribute odd_name[] = {
	{"DC", V_ASN1_IA5STRING, "example", 0},	   {"OU", V_ASN1_T61STRING, "one", 0},
	{"OU", V_ASN1_PRINTABLESTRING, "two", -1}, {"1.2.3.4.5.6.7.8.9", V_ASN1_UTF8STRING, "unknown", 0},
	{"CN", V_ASN1_BMPSTRING, "wide", 0},	   {},
};
static const struct hand_attribute no_name[] = {{}};

static const unsigned char serial[] = {0x0f, 0x03, 0xaa, 0x1a, 0x7a, 0x5c, 0xea, 0xcd, 0x46, 0x05,
				       0x41, 0xba, 0x84, 0x27, 0x7a, 0x99, 0xb3, 0x91, 0xed, 0xf0};
static const unsigned char high_serial[] = {0x80, 1, 2}; /* DER puts 00 in front */

static embargo_packed_rule match(const struct hand_bytes *file)
{
	struct embargo_bytes view = hand_view(file);

	return embargo_module_match(&image, hand_header(&image), &view, &state, 0);
}

static struct hand_bytes signed_by(const struct hand_signer *signers, int count, const EVP_MD *digest,
				   unsigned int flags)
{
	struct hand_bytes file = hand_elf_of(hand_modinfo, sizeof(hand_modinfo));
	HAND_FREE struct hand_bytes cms = hand_cms(&file, signers, count, digest, flags);

	hand_trailer(&file, cms.data, cms.size, cms.size);
	return file;
}

FIXTURE(shape)
{
	struct hand_signer signer;
};

FIXTURE_VARIANT(shape)
{
	const char *curve;
	const struct hand_attribute *name;
	const char *digest;
	bool key_id;
	const unsigned char *serial;
	size_t serial_size;
};

#define SERIAL serial, sizeof(serial)
#define HIGH_SERIAL high_serial, sizeof(high_serial)
FIXTURE_VARIANT_ADD(shape, rsa_sha256){NULL, plain_name, "SHA256", false, SERIAL};
FIXTURE_VARIANT_ADD(shape, rsa_sha512){NULL, plain_name, "SHA512", false, SERIAL};
FIXTURE_VARIANT_ADD(shape, rsa_key_id){NULL, plain_name, "SHA256", true, SERIAL};
FIXTURE_VARIANT_ADD(shape, ecdsa_sha256){"P-256", plain_name, "SHA256", false, SERIAL};
FIXTURE_VARIANT_ADD(shape, ecdsa_sha512){"P-521", plain_name, "SHA512", false, SERIAL};
FIXTURE_VARIANT_ADD(shape, ecdsa_key_id){"P-384", plain_name, "SHA384", true, SERIAL};
FIXTURE_VARIANT_ADD(shape, odd_name){"P-256", odd_name, "SHA256", false, HIGH_SERIAL};
FIXTURE_VARIANT_ADD(shape, no_name){"P-256", no_name, "SHA256", false, HIGH_SERIAL};

FIXTURE_SETUP(shape)
{
	self->signer = hand_signer_new(variant->curve, variant->name, variant->serial, variant->serial_size);
	hand_start(&image);
}

FIXTURE_TEARDOWN(shape)
{
	hand_signer_free(&self->signer);
}

TEST_F(shape, is_found)
{
	HAND_FREE struct hand_bytes file = signed_by(&self->signer, 1, EVP_get_digestbyname(variant->digest),
						     variant->key_id ? CMS_USE_KEYID : 0);
	X509 *certificate = self->signer.certificate;

	hand_signer(&image, variant->key_id ? hand_issuer_hash(certificate) : hand_key_id_hash(certificate),
		    1, EMBARGO_ACTION_BAN);
	EXPECT_EQ(0, match(&file))
	{
		TH_LOG("a rule about the other form of name matched");
	}
	hand_signer(&image, variant->key_id ? hand_key_id_hash(certificate) : hand_issuer_hash(certificate),
		    2, EMBARGO_ACTION_BAN);
	EXPECT_EQ(2, EMBARGO_PACKED_RULE(match(&file)));
	EXPECT_EQ(EMBARGO_KIND_SIGNER, EMBARGO_PACKED_KIND(state.rule));
	EXPECT_EQ(0, state.causes);
	EXPECT_EQ(EMBARGO_SIGNATURE_READ, state.facts.signature);
	EXPECT_EQ(variant->key_id, state.facts.key_id);
	EXPECT_STREQ("hand", state.facts.name);
	if (variant->key_id) {
		const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(certificate);

		ASSERT_EQ(ASN1_STRING_length(id), state.facts.serial_size);
		EXPECT_MEMEQ(ASN1_STRING_get0_data(id), state.facts.serial, state.facts.serial_size);
		EXPECT_STREQ("", state.facts.signer);
	} else {
		ASSERT_EQ(variant->serial_size, state.facts.serial_size);
		EXPECT_MEMEQ(variant->serial, state.facts.serial, variant->serial_size);
	}
	if (!variant->key_id && variant->name == plain_name)
		EXPECT_STREQ("Driver signing Ünïcode", state.facts.signer);
}

/* A signature that is not all there, or not what it says: unreadable, or still the same signer. */
TEST_F(shape, cut_anywhere)
{
	HAND_FREE struct hand_bytes elf = hand_elf_of(hand_modinfo, sizeof(hand_modinfo));
	HAND_FREE struct hand_bytes cms =
		hand_cms(&elf, &self->signer, 1, EVP_sha256(), variant->key_id ? CMS_USE_KEYID : 0);
	size_t size;

	hand_header(&image)->signer_rules = 1;
	for (size = 0; size < cms.size; size++) {
		HAND_FREE struct hand_bytes file = hand_copy(elf.data, elf.size);
		HAND_FREE struct hand_bytes lying = hand_copy(elf.data, elf.size);

		hand_trailer(&file, cms.data, size, size);
		EXPECT_EQ(0, match(&file));
		EXPECT_EQ(EMBARGO_SIGNATURE_UNREADABLE, state.facts.signature);
		EXPECT_EQ(EMBARGO_CAUSE_BIT(EMBARGO_CAUSE_SIGNATURE_UNREADABLE), state.causes);
		hand_trailer(&lying, cms.data, size, cms.size);
		EXPECT_EQ(0, match(&lying));
		EXPECT_EQ(EMBARGO_SIGNATURE_UNREADABLE, state.facts.signature);
	}
}

static bool same_as_libcrypto(const unsigned char *der, size_t size)
{
	CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &der, size);
	STACK_OF(CMS_SignerInfo) *infos = cms ? CMS_get0_SignerInfos(cms) : NULL;
	ASN1_OCTET_STRING *id = NULL;
	ASN1_INTEGER *number = NULL;
	X509_NAME *issuer = NULL;
	bool same = true;
	size_t offset = 0, length;
	const unsigned char *bytes;

	/* libcrypto refuses more: wrong strings in names, wrong numbers of versions. */
	if (infos && sk_CMS_SignerInfo_num(infos) == 1 &&
	    CMS_SignerInfo_get0_signer_id(sk_CMS_SignerInfo_value(infos, 0), &id, &issuer, &number)) {
		bytes = id ? ASN1_STRING_get0_data(id) : ASN1_STRING_get0_data(number);
		length = id ? ASN1_STRING_length(id) : ASN1_STRING_length(number);
		/* Its numbers are without any leading zeros, and negative ones are turned. */
		while (!id && offset + 1 < state.facts.serial_size && !state.facts.serial[offset])
			offset++;
		same = !id == !state.facts.key_id &&
		       ((number && ASN1_STRING_type(number) == V_ASN1_NEG_INTEGER) ||
			length > sizeof(state.facts.serial) ||
			(state.facts.serial_size - offset == length &&
			 !memcmp(bytes, state.facts.serial + offset, length)));
	}
	CMS_ContentInfo_free(cms);
	return same;
}

TEST_F(shape, any_byte_changed)
{
	static const unsigned char bits[] = {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0x7f, 0xff};
	HAND_FREE struct hand_bytes elf = hand_elf_of(hand_modinfo, sizeof(hand_modinfo));
	HAND_FREE struct hand_bytes cms =
		hand_cms(&elf, &self->signer, 1, EVP_sha256(), variant->key_id ? CMS_USE_KEYID : 0);
	HAND_FREE struct hand_bytes file = hand_copy(elf.data, elf.size);
	size_t at, i, readable = 0;

	hand_header(&image)->signer_rules = 1;
	hand_trailer(&file, cms.data, cms.size, cms.size);
	for (at = elf.size; at < file.size; at++) {
		for (i = 0; i < sizeof(bits); i++) {
			file.data[at] ^= bits[i];
			match(&file);
			if (state.facts.signature == EMBARGO_SIGNATURE_READ) {
				readable++;
				EXPECT_EQ(0, state.causes);
				EXPECT_TRUE(same_as_libcrypto(file.data + elf.size, cms.size))
				{
					TH_LOG("byte %zu of the signature ^ %#x", at - elf.size, bits[i]);
				}
			} else if (state.facts.signature == EMBARGO_SIGNATURE_UNREADABLE) {
				EXPECT_EQ(EMBARGO_CAUSE_BIT(EMBARGO_CAUSE_SIGNATURE_UNREADABLE),
					  state.causes);
			} else {
				EXPECT_LE(file.size - EMBARGO_TRAILER_MARKER_SIZE, at);
			}
			file.data[at] ^= bits[i];
		}
	}
	EXPECT_LT(cms.size / 4, readable); /* the signature's own number at the least */
}

FIXTURE(several)
{
	struct hand_signer signer[3];
};

FIXTURE_SETUP(several)
{
	int i;

	for (i = 0; i < 3; i++)
		self->signer[i] = hand_signer_new("P-256", i ? odd_name : plain_name, serial + i, 4);
	hand_start(&image);
}

FIXTURE_TEARDOWN(several)
{
	int i;

	for (i = 0; i < 3; i++)
		hand_signer_free(&self->signer[i]);
}

TEST_F(several, each_is_asked_for)
{
	HAND_FREE struct hand_bytes file = signed_by(self->signer, 3, EVP_sha256(), 0);
	unsigned int i;

	for (i = 0; i < 3; i++) {
		hand_start(&image);
		hand_signer(&image, hand_issuer_hash(self->signer[i].certificate), i + 1, EMBARGO_ACTION_BAN);
		EXPECT_EQ(i + 1, EMBARGO_PACKED_RULE(match(&file)));
		EXPECT_MEMEQ(serial + i, state.facts.serial, 4);
	}
}

TEST_F(several, strongest_decides)
{
	HAND_FREE struct hand_bytes file = signed_by(self->signer, 3, EVP_sha256(), 0);

	hand_signer(&image, hand_issuer_hash(self->signer[0].certificate), 1, EMBARGO_ACTION_BAN);
	hand_signer(&image, hand_issuer_hash(self->signer[1].certificate), 2, EMBARGO_ACTION_ALLOW);
	hand_signer(&image, hand_issuer_hash(self->signer[2].certificate), 3, EMBARGO_ACTION_AUDIT);
	EXPECT_EQ(2, EMBARGO_PACKED_RULE(match(&file)));
	EXPECT_MEMEQ(serial + 1, state.facts.serial, 4);
}

TEST_HARNESS_MAIN
