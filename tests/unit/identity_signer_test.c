// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a module's signature to the text that id shows, to a signer rule with that
 * text, to the image, and back to the module: the kernel's walk must find it.
 */
#include "tests/harness.h"

#include "bpf/module.h"
#include "tests/unit/hand_image.h"
#include "tests/unit/hand_module.h"
#include "tests/unit/identity_files.h"
#include "tests/unit/policy_text.h"

#define IDENTITY _cleanup_(embargo_identity_freep) struct embargo_identity

static struct embargo_module_state state;

/* The number of the rule in @text, a whole policy, that the module falls under; -1: none. */
static int rule_for(const char *text, const struct embargo_identity *identity)
{
	struct embargo_policy *policy = policy_from(text);
	_cleanup_free_ void *image = policy_image(policy);
	struct embargo_bytes bytes = {identity->bytes, identity->bytes_size};
	embargo_packed_rule rule = embargo_module_match(image, image, &bytes, &state, 0);

	embargo_policy_free(policy);
	return rule ? (int)EMBARGO_PACKED_RULE(rule) : -1;
}

static void quoted(FILE *out, const char *text)
{
	embargo_quote(out, text, strlen(text));
}

static char *signer_policy(const struct embargo_signer *signer)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fputs("ban signer ", out);
	if (signer->key_id) {
		fprintf(out, "skid=%s\n", signer->key_id);
	} else {
		fputs("issuer=", out);
		quoted(out, signer->issuer);
		fprintf(out, " serial=%s\n", signer->serial);
	}
	fclose(out);
	return text;
}

/* Each signer that identity names, made into a rule, is found by the kernel's walk. */
static void expect_each_is_found(const char *path, size_t signers)
{
	IDENTITY *identity = identify(path);
	size_t i;

	ASSERT_NOT_NULL(identity->module);
	EXPECT_EQ(EMBARGO_SIGNATURE_READ, identity->module->signature);
	ASSERT_EQ(signers, identity->module->signer_count);
	for (i = 0; i < signers; i++) {
		const struct embargo_signer *signer = &identity->module->signers[i];
		_cleanup_free_ char *text = signer_policy(signer);

		EXPECT_EQ(0, rule_for(text, identity))
		{
			TH_LOG("%s", text);
		}
		EXPECT_STREQ(signer->common_name ?: "", state.facts.signer);
		EXPECT_EQ(!!signer->key_id, state.facts.key_id);
	}
	EXPECT_EQ(-1, rule_for("ban signer issuer=\"CN=nobody\" serial=01\n", identity));
}

FIXTURE(names)
{
	struct hand_signer signer;
};

FIXTURE_VARIANT(names)
{
	struct hand_attribute attributes[8];
	const char *serial;
	size_t serial_size;
};

#define UTF8 V_ASN1_UTF8STRING
FIXTURE_VARIANT_ADD(names, plain){{{"C", V_ASN1_PRINTABLESTRING, "US", 0}, {"CN", UTF8, "x", 0}}, "\1", 1};
FIXTURE_VARIANT_ADD(names, zero){{{"CN", UTF8, "x", 0}}, "\0", 1};
FIXTURE_VARIANT_ADD(names, high_serial){{{"CN", UTF8, "x", 0}}, "\x80\0\xff", 3};
FIXTURE_VARIANT_ADD(names, long_serial){{{"CN", UTF8, "x", 0}},
					"\x7f\x80\x81\x82\x83\x84\x85\x86\x87\x88"
					"\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92",
					20};
FIXTURE_VARIANT_ADD(names, special){
	{{"O", UTF8, "a,b+c\"d\\e<f>g;h=i#j", 0}, {"OU", UTF8, "#lead", 0}, {"CN", UTF8, " both ends ", 0}},
	"\1",
	1};
FIXTURE_VARIANT_ADD(names, several_in_one){{{"C", UTF8, "US", 0},
					    {"O", UTF8, "A", 0},
					    {"OU", UTF8, "B", -1},
					    {"OU", UTF8, "C", -1},
					    {"CN", UTF8, "x", 0}},
					   "\1",
					   1};
FIXTURE_VARIANT_ADD(names, other_strings){{{"DC", V_ASN1_IA5STRING, "example", 0},
					   {"O", V_ASN1_BMPSTRING, "wide", 0},
					   {"CN", V_ASN1_T61STRING, "x", 0},
					   {"emailAddress", V_ASN1_IA5STRING, "a@b.c", 0}},
					  "\1",
					  1};
FIXTURE_VARIANT_ADD(names, odd_attributes){{{"1.2.3.4.5.6", UTF8, "unknown", 0},
					    {"organizationIdentifier", UTF8, "VATES-1", 0},
					    {"serialNumber", V_ASN1_PRINTABLESTRING, "12", 0}},
					   "\1",
					   1};
FIXTURE_VARIANT_ADD(names, not_ascii){
	{{"O", UTF8, "Лаборатория", 0}, {"CN", UTF8, "Ünï ☃ \xe2\x80\xae", 0}}, "\1", 1};
FIXTURE_VARIANT_ADD(names, controls){{{"CN", UTF8, "a\nb\tc\x7f", 0}}, "\1", 1};
FIXTURE_VARIANT_ADD(names, empty_value){{{"O", UTF8, "", 0}, {"CN", UTF8, "x", 0}}, "\1", 1};

FIXTURE_SETUP(names)
{
	files_start();
	self->signer = hand_signer_new("P-256", variant->attributes, (const unsigned char *)variant->serial,
				       variant->serial_size);
}

FIXTURE_TEARDOWN(names)
{
	hand_signer_free(&self->signer);
	files_end();
}

TEST_F(names, go_around)
{
	HAND_FREE struct hand_bytes file = hand_elf_of(hand_modinfo, sizeof(hand_modinfo));
	HAND_FREE struct hand_bytes cms = hand_cms(&file, &self->signer, 1, EVP_sha256(), 0);
	HAND_FREE struct hand_bytes key_id = hand_copy(file.data, file.size);
	HAND_FREE struct hand_bytes key_cms = hand_cms(&file, &self->signer, 1, EVP_sha512(), CMS_USE_KEYID);

	hand_trailer(&file, cms.data, cms.size, cms.size);
	put("module", file.data, file.size);
	expect_each_is_found("module", 1);
	hand_trailer(&key_id, key_cms.data, key_cms.size, key_cms.size);
	put("module", key_id.data, key_id.size);
	expect_each_is_found("module", 1);
	IDENTITY *identity = identify("module");
	EXPECT_STREQ("sha512", identity->module->signers[0].digest);
}

/* The certificate's issuer and serial number are those of what it signed, if it issued itself. */
TEST_F(names, certificate_gives_the_same_rule)
{
	HAND_FREE struct hand_bytes file = hand_elf_of(hand_modinfo, sizeof(hand_modinfo));
	HAND_FREE struct hand_bytes cms = hand_cms(&file, &self->signer, 1, EVP_sha256(), 0);
	unsigned char *der = NULL;
	int size = i2d_X509(self->signer.certificate, &der);

	hand_trailer(&file, cms.data, cms.size, cms.size);
	put("module", file.data, file.size);
	put("certificate", der, size);
	OPENSSL_free(der);
	IDENTITY *module = identify("module"), *certificate = identify("certificate");
	ASSERT_EQ(1, certificate->certificate_count);
	EXPECT_STREQ(certificate->certificates[0].issuer, module->module->signers[0].issuer);
	EXPECT_STREQ(certificate->certificates[0].serial, module->module->signers[0].serial);
}

FIXTURE(tools)
{
	int unused;
};

FIXTURE_VARIANT(tools)
{
	const char *key;
	const char *digest;
	const char *options;
	size_t signers;
};

FIXTURE_VARIANT_ADD(tools, rsa_sha256){"rsa:2048", "sha256", "", 1};
FIXTURE_VARIANT_ADD(tools, rsa_sha512){"rsa:2048", "sha512", "", 1};
FIXTURE_VARIANT_ADD(tools, rsa_key_id){"rsa:2048", "sha256", "-keyid", 1};
FIXTURE_VARIANT_ADD(tools, ecdsa){"ec -pkeyopt ec_paramgen_curve:P-256", "sha256", "", 1};
FIXTURE_VARIANT_ADD(tools, ecdsa_key_id_sha512){"ec -pkeyopt ec_paramgen_curve:P-384", "sha512", "-keyid", 1};
FIXTURE_VARIANT_ADD(tools, two_signers){"rsa:2048", "sha256", "-signer c2.pem -inkey k2.pem", 2};

FIXTURE_SETUP(tools)
{
	files_start();
}

FIXTURE_TEARDOWN(tools)
{
	files_end();
}

/* Signed as anybody would sign a module: `openssl cms -sign -binary -noattr -nocerts`. */
TEST_F(tools, openssl_cms)
{
	HAND_FREE struct hand_bytes file = hand_elf_of(hand_modinfo, sizeof(hand_modinfo));
	static unsigned char signature[EMBARGO_SIGNATURE_MAX];
	size_t size;
	FILE *in;

	put("plain", file.data, file.size);
	if (!run("openssl req -x509 -newkey %s -nodes -keyout k.pem -out c.pem -days 2 -subj "
		 "'/C=US/O=Banned, Ltd/CN=Driver signing'",
		 variant->key))
		SKIP("no openssl here");
	ASSERT_TRUE(
		run("openssl req -x509 -newkey rsa:2048 -nodes -keyout k2.pem -out c2.pem -subj /CN=second"));
	ASSERT_TRUE(run("openssl cms -sign -binary -noattr -nocerts -md %s -in plain -outform DER -out sig "
			"-signer c.pem -inkey k.pem %s",
			variant->digest, variant->options));
	in = fopen("sig", "r");
	ASSERT_NOT_NULL(in);
	size = fread(signature, 1, sizeof(signature), in);
	fclose(in);
	hand_trailer(&file, signature, size, size);
	put("module", file.data, file.size);
	expect_each_is_found("module", variant->signers);
	IDENTITY *identity = identify("module"), *certificate = identify("c.pem");
	EXPECT_STREQ(variant->digest, identity->module->signers[0].digest);
	if (variant->signers == 1 && !*variant->options) {
		EXPECT_STREQ("CN=Driver signing,O=Banned\\, Ltd,C=US", identity->module->signers[0].issuer);
		EXPECT_STREQ(certificate->certificates[0].serial, identity->module->signers[0].serial);
	} else if (variant->signers == 1) {
		EXPECT_STREQ(certificate->certificates[0].key_id, identity->module->signers[0].key_id);
	}
}

TEST_HARNESS_MAIN
