// SPDX-License-Identifier: GPL-2.0-or-later
/* LOLDrivers: hashes, and signers as proposals. */
#include "tests/harness.h"

#include "import_text.h"

#define DRIVER(samples)                                                                                      \
	"{\"Id\":\"id-1\",\"Category\":\"vulnerable driver\",\"Tags\":[\"tag.sys\"],"                        \
	"\"KnownVulnerableSamples\":[" samples "]}"
#define SIGNED(certificates, signer)                                                                         \
	"{\"Filename\":\"s.sys\",\"Publisher\":\"Vendor\",\"SHA256\":\"" HEX_A "\",\"Signatures\":["         \
	"{\"Certificates\":[" certificates "],\"Signer\":[" signer "]}]}"
#define LEAF                                                                                                 \
	"{\"Subject\":\"CN=Vendor\",\"IsCertificateAuthority\":false,\"SerialNumber\":\"0aBc\",\"TBS\":{"    \
	"\"MD5\":\"" HEX_MD5 "\",\"SHA256\":\"" HEX_B "\"}}"
#define AUTHORITY                                                                                            \
	"{\"Subject\":\"CN=CA\",\"IsCertificateAuthority\":true,\"SerialNumber\":\"01\",\"TBS\":{"           \
	"\"SHA256\":\"" HEX_C "\"}}"

TEST(hashes)
{
	IMPORTED i = import_text("d.json", "[" DRIVER("{\"Filename\":\"a.sys\",\"SHA256\":\"" HEX_A
						      "\",\"Authentihash\":{\"SHA256\":\"" HEX_C "\"}},"
						      "{\"Filename\":\"\",\"SHA256\":\"" HEX_B "\"},"
						      "{\"Filename\":\"b.sys\",\"SHA1\":\"" HEX_SHA1
						      "\"},{\"Filename\":\"c.sys\"}") "]");

	EXPECT_EQ(2, i.counts->rules);
	EXPECT_LINE(i, "ban hash sha256:" HEX_A
		       " format=pe name=\"a.sys\" reason=\"vulnerable driver\" source=\"d.json: id-1\"");
	EXPECT_LINE(i, "ban hash sha256:" HEX_B
		       " format=pe name=\"tag.sys\" reason=\"vulnerable driver\" source=\"d.json: id-1\"");
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_WEAK]);
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_NO_HASH]);
}

#define TWICE DRIVER(SIGNED(AUTHORITY "," LEAF, "{\"SerialNumber\":\"0ABC\",\"Issuer\":\"C=US, CN=CA\"}"))

/* The certificate of the signer, not that of its authority; and once. */
TEST(signers_are_proposals)
{
	IMPORTED i = import_text("d.json", "[" TWICE "," TWICE "]");

	EXPECT_EQ(1, i.counts->rules);
	EXPECT_EQ(2, i.counts->duplicates);
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_BROAD]);
	EXPECT_LINE(i, "# ban signer tbs-sha256=" HEX_B " name=\"Vendor\" source=\"d.json: id-1\"");
	EXPECT_NULL(strstr(i.text, "tbs-sha256=" HEX_C));
}

TEST(signers_are_rules_if_asked_for)
{
	import_options.broad = true;
	{
		IMPORTED i = import_text("d.json", "[" TWICE "]");

		EXPECT_EQ(2, i.counts->rules);
		EXPECT_LINE(i, "ban signer tbs-sha256=" HEX_B " name=\"Vendor\" source=\"d.json: id-1\"");
	}
}

/* Names as they are listed: general parts first, commas bare. Both drivers have the same signer. */
TEST(signers_by_issuer_and_serial_number)
{
	import_options.broad = true;
	{
		IMPORTED i = import_text(
			"d.json",
			"[" DRIVER(SIGNED("", "{\"SerialNumber\":\"45DFec\",\"Issuer\":\"C=US, O=VeriSign, "
					      "Inc., OU=Terms (c)10, CN=VeriSign CA\"},"
					      "{\"SerialNumber\":\"0045dfec\",\"Issuer\":\"C=US, "
					      "O=VeriSign\\\\, Inc., OU=Terms (c)10, CN=VeriSign CA\"},"
					      "{\"SerialNumber\":\"01\",\"Issuer\":\"C=US, O=A + B #1, "
					      "CN=\\\"q\\\"\"}")) "]");

		EXPECT_EQ(3, i.counts->rules);
		EXPECT_EQ(1, i.counts->duplicates);
		EXPECT_LINE(i,
			    "ban signer issuer=\"CN=VeriSign CA,OU=Terms (c)10,O=VeriSign\\\\, Inc.,C=US\" "
			    "serial=\"45dfec\" name=\"Vendor\" source=\"d.json: id-1\"");
	}
}

TEST(signers_that_are_not_understood)
{
	IMPORTED i = import_text(
		"d.json",
		"[" DRIVER(SIGNED("",
				  "{\"SerialNumber\":\"\",\"Issuer\":\"CN=a\"},{\"SerialNumber\":\"01\"},"
				  "{\"SerialNumber\":\"01\",\"Issuer\":\"no "
				  "name\"},{\"SerialNumber\":\"0x\",\"Issuer\":\"CN=a\"},"
				  "{\"SerialNumber\":\"01\",\"Issuer\":\"CN=a, x\\nban path /\"},7")) "]");

	EXPECT_EQ(1, i.counts->rules);
	EXPECT_EQ(5, i.counts->causes[EMBARGO_IMPORT_MALFORMED]);
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_BROAD]);
	EXPECT_NULL(strstr(i.text, "\nban path"));
}

TEST(issuer_that_no_rule_can_hold)
{
	char *text = malloc(8192);
	size_t used = sprintf(text, "[{\"KnownVulnerableSamples\":[{\"SHA256\":\"" HEX_A
				    "\",\"Signatures\":[{\"Signer\":[{"
				    "\"SerialNumber\":\"01\",\"Issuer\":\"CN=");

	memset(text + used, 'a', 5000);
	strcpy(text + used + 5000, "\"}]}]}]}]");
	{
		IMPORTED i = import_text("d.json", text);

		EXPECT_EQ(1, i.counts->rules);
		EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_MALFORMED]);
	}
	free(text);
}

TEST(entries_of_another_shape)
{
	IMPORTED i = import_text("d.json", "[" DRIVER("{\"SHA256\":\"" HEX_A
						      "\"},7,[],\"x\"") ",{\"Id\":\"no samples\"},7,[],"
									"{\"KnownVulnerableSamples\":{}}]");

	EXPECT_EQ(1, i.counts->rules);
	EXPECT_EQ(4, i.counts->causes[EMBARGO_IMPORT_MALFORMED]);
	EXPECT_EQ(3, i.counts->causes[EMBARGO_IMPORT_NO_HASH]);
}

TEST_HARNESS_MAIN
