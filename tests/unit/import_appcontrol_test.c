// SPDX-License-Identifier: GPL-2.0-or-later
/* Microsoft App Control: signers by TBS hash, and all that cannot be taken. */
#include "tests/harness.h"

#include "import_text.h"

#define POLICY(rules, signers, scenarios)                                                                    \
	"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"                                                       \
	"<SiPolicy xmlns=\"urn:schemas-microsoft-com:sipolicy\"><VersionEx>10.0.0.0</VersionEx>\n"           \
	"<FileRules>" rules "</FileRules>\n<Signers>" signers "</Signers>\n<SigningScenarios>"               \
	"<SigningScenario Value=\"131\"><ProductSigners>" scenarios                                          \
	"</ProductSigners></SigningScenario></SigningScenarios>\n</SiPolicy>\n"
#define SIGNER(id, inside) "<Signer ID=\"" id "\" Name=\"name of " id "\">" inside "</Signer>"
#define ROOT(digits) "<CertRoot Type=\"TBS\" Value=\"" digits "\"/>"
#define DENIED(id) "<DeniedSigner SignerId=\"" id "\"/>"
#define UPPER "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF"

TEST(denied_signers)
{
	IMPORTED i = import_text(
		"p.xml",
		POLICY("", SIGNER("S1", ROOT(UPPER)) SIGNER("S2", ROOT(HEX_B)) SIGNER("S3", ROOT(HEX_C)),
		       "<AllowedSigners><AllowedSigner SignerId=\"S3\"/></AllowedSigners>"
		       "<DeniedSigners>" DENIED("S1") "<DeniedSigner SignerId=\"S2\"><ExceptAllowRule "
						      "AllowRuleID=\"x\"/></DeniedSigner>"
						      "</DeniedSigners>"));

	EXPECT_EQ(2, i.counts->rules);
	EXPECT_LINE(i, "ban signer tbs-sha256=" HEX_A " name=\"name of S1\" source=\"p.xml: S1\"");
	EXPECT_LINE(i, "ban signer tbs-sha256=" HEX_B " name=\"name of S2\" source=\"p.xml: S2\"");
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_ALLOWS]);
}

/* A hash in such a policy is no file's hash, an authority's certificate would ban all its customers. */
TEST(what_makes_no_rule)
{
	IMPORTED i = import_text(
		"p.xml",
		POLICY("<Deny ID=\"D1\" FriendlyName=\"a.exe Hash Sha256\" Hash=\"" UPPER
		       "\"/><Deny ID=\"D2\" Hash=\"" HEX_SHA1 "\"/>"
		       "<Deny ID=\"D3\" FileName=\"klmd.sys\" MaximumFileVersion=\"2.13.0.10\"/><Allow "
		       "ID=\"A1\" Hash=\"" UPPER "\"/>"
		       "<FileAttrib ID=\"F1\" FileName=\"x.sys\"/>",
		       SIGNER("S1", ROOT(HEX_A)) SIGNER("P", ROOT(HEX_B) "<CertPublisher Value=\"Vendor\"/>")
			       SIGNER("F", ROOT(HEX_B) "<FileAttribRef RuleID=\"F1\"/>")
				       SIGNER("O", ROOT(HEX_SHA1)) SIGNER("N", "")
					       SIGNER("W", "<CertRoot Type=\"Wellknown\" Value=\"06\"/>"),
		       "<DeniedSigners>" DENIED("S1") DENIED("P") DENIED("F") DENIED("O") DENIED("N")
			       DENIED("W") DENIED("none") "</DeniedSigners>"));

	EXPECT_EQ(1, i.counts->rules);
	EXPECT_EQ(2, i.counts->causes[EMBARGO_IMPORT_PART]);
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_NO_HASH]);
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_ALLOWS]);
	EXPECT_EQ(2, i.counts->causes[EMBARGO_IMPORT_CONDITION]);
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_WEAK]);
	EXPECT_EQ(2, i.counts->causes[EMBARGO_IMPORT_MALFORMED]);
	EXPECT_NULL(strstr(i.text, HEX_B));
}

TEST(utf16_as_windows_writes_it)
{
	static const char text[] =
		POLICY("", SIGNER("S1", ROOT(HEX_A)), "<DeniedSigners>" DENIED("S1") "</DeniedSigners>");
	const char *body = strchr(text, '\n') + 1;
	char wide[2 * sizeof(text) + 2] = "\xff\xfe";
	size_t n;

	for (n = 0; body[n]; n++) {
		wide[2 + 2 * n] = body[n];
		wide[3 + 2 * n] = 0;
	}
	{
		IMPORTED i = import_bytes("p.xml", wide, 2 + 2 * n);

		EXPECT_LINE(i, "ban signer tbs-sha256=" HEX_A " name=\"name of S1\" source=\"p.xml: S1\"");
	}
}

static const struct {
	const char *text;
	const char *message;
} broken[] = {
	{"<SiPolicy>\n<FileRules>\n</SiPolicy>\n", "p.xml:3: Opening and ending tag mismatch"},
	{"<SiPolicy>", "p.xml:1:"},
	{"<SiPolicy/>", "nothing that is listed can become a rule"},
	{"<SiPolicy><Deny Hash=\"x\"", "p.xml:1:"},
	{"<Other/>", "is no feed that is known"},
};

TEST(broken_policies)
{
	size_t n;

	for (n = 0; n < sizeof(broken) / sizeof(broken[0]); n++) {
		IMPORTED i = import_text("p.xml", broken[n].text);

		EXPECT_REFUSED(i, broken[n].message);
	}
}

TEST_HARNESS_MAIN
