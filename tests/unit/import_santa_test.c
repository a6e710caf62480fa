// SPDX-License-Identifier: GPL-2.0-or-later
/* Santa rules, in JSON and in property lists. */
#include "tests/harness.h"

#include "import_text.h"

#define RULE(policy, type, identifier)                                                                       \
	"{\"policy\":\"" policy "\",\"rule_type\":\"" type "\",\"identifier\":\"" identifier "\"}"

TEST(json_of_the_sync_protocol)
{
	IMPORTED i = import_text(
		"r.json",
		"{\"cursor\":\"x\",\"rules\":[" RULE(
			"BLOCKLIST", "BINARY",
			HEX_A) ","
			       "{\"policy\":\"SILENT_BLOCKLIST\",\"rule_type\":\"CERTIFICATE\","
			       "\"identifier\":\"" HEX_B "\","
			       "\"custom_msg\":\"no\",\"custom_url\":\"https://example.org/\"},"
			       "{\"policy\":\"BLACKLIST\",\"rule_type\":\"BINARY\",\"sha256\":\"" HEX_C
			       "\"}]}");

	EXPECT_EQ(3, i.counts->rules);
	EXPECT_LINE(i, "ban hash sha256:" HEX_A " source=\"r.json\"");
	EXPECT_LINE(i,
		    "ban signer cert-sha256=" HEX_B " reason=\"no\" source=\"r.json: https://example.org/\"");
	EXPECT_LINE(i, "ban hash sha256:" HEX_C " source=\"r.json\"");
}

TEST(what_makes_no_rule)
{
	IMPORTED i = import_text(
		"r.json",
		"[" RULE("BLOCKLIST", "BINARY", HEX_A) "," RULE("ALLOWLIST", "BINARY", HEX_B) "," RULE(
			"ALLOWLIST_COMPILER", "BINARY",
			HEX_B) "," RULE("REMOVE", "BINARY",
					HEX_B) "," RULE("BLOCKLIST", "TEAMID",
							"ABCDE12345") "," RULE("BLOCKLIST", "SIGNINGID",
									       "ABCDE12345:a.b") "," RULE("BL"
													  "OC"
													  "KL"
													  "IS"
													  "T",
													  "CD"
													  "HA"
													  "S"
													  "H",
													  HEX_SHA1) "," RULE("BLOCKLIST",
															     "CERTIFICATE",
															     "short") "," RULE("BLOCKLIST",
																	       "WHAT",
																	       HEX_B) "," RULE("",
																			       "BINARY",
																			       HEX_B) ",7]");

	EXPECT_EQ(1, i.counts->rules);
	EXPECT_EQ(2, i.counts->causes[EMBARGO_IMPORT_ALLOWS]);
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_INACTIVE]);
	EXPECT_EQ(3, i.counts->causes[EMBARGO_IMPORT_OTHER_SYSTEM]);
	EXPECT_EQ(4, i.counts->causes[EMBARGO_IMPORT_MALFORMED]);
}

TEST(toml_of_several_lines)
{
	IMPORTED i = import_text("global.toml", "[[rules]]\nidentifier = \"" HEX_A "\"\ncustom_msg = \"\"\"\n"
						"policy = \"ALLOWLIST\"\n\"\"\"\npolicy = \"BLOCKLIST\"\n"
						"rule_type = \"BINARY\"\n[[rules]]\nidentifier = '''" HEX_B
						"'''\npolicy = \"BLOCKLIST\"\nrule_type = \"BINARY\"\n");

	EXPECT_EQ(1, i.counts->rules);
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_MALFORMED]);
	EXPECT_LINE(i, "ban hash sha256:" HEX_A " source=\"global.toml\"");
}

TEST(toml_of_one_line)
{
	IMPORTED i =
		import_text("global.toml", "rules = [{identifier = \"" HEX_A "\", policy = \"BLOCKLIST\", "
					   "rule_type = \"BINARY\"}]\n[[rules]]\n");

	EXPECT_REFUSED(i, "write each as [[rules]]");
}

TEST(toml_of_moroz)
{
	IMPORTED i = import_text("global.toml",
				 "client_mode = \"MONITOR\"\n\n[[rules]]\nrule_type = \"BINARY\"\n"
				 "policy = \"BLOCKLIST\" # why\nidentifier = '" HEX_A
				 "'\ncustom_msg = \"a \\\"b\\\"\"\n"
				 "[[rules]]\npolicy = \"CEL\"\nrule_type = \"BINARY\"\nidentifier = \"" HEX_B
				 "\"\n[[ rules ]]\nnonsense\n[other]\nx = 1\n");

	EXPECT_EQ(1, i.counts->rules);
	EXPECT_LINE(i, "ban hash sha256:" HEX_A " reason=\"a \\\"b\\\"\" source=\"global.toml\"");
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_CEL]);
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_MALFORMED]);
}

#define PLIST(inside)                                                                                        \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                                       \
	"<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "                                            \
	"\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"                                              \
	"<plist version=\"1.0\">" inside "</plist>\n"
#define DICT(policy, type, identifier)                                                                       \
	"<dict><key>identifier</key><string>" identifier "</string><key>policy</key><string>" policy         \
	"</string><key>rule_type</key><string>" type "</string></dict>"

TEST(plist_of_a_profile)
{
	IMPORTED i = import_text(
		"p.mobileconfig",
		PLIST("<dict><key>PayloadContent</key><array><dict><key>PayloadType</"
		      "key><string>com.google.santa</string>"
		      "<key>StaticRules</key><array>\n" DICT(
			      "BLOCKLIST", "BINARY",
			      HEX_A) "\n"
				     "<dict><key>rule_type</key><string>CERTIFICATE</string><key>policy</"
				     "key><string>BLOCKLIST</string>"
				     "<key>creation_time</key><integer>7</integer>"
				     "<key>custom_msg</key><string>a &lt; b &amp; "
				     "c</string><key>sha256</key><string>" HEX_B
				     "</string></dict>" DICT("ALLOWLIST", "BINARY",
							     HEX_C) "<dict/></array></dict></array></dict>"));

	EXPECT_EQ(2, i.counts->rules);
	EXPECT_LINE(i, "ban hash sha256:" HEX_A " source=\"p.mobileconfig\"");
	EXPECT_LINE(i, "ban signer cert-sha256=" HEX_B " reason=\"a < b & c\" source=\"p.mobileconfig\"");
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_ALLOWS]);
}

/* The value of another key must not end up under the one before. */
TEST(plist_values_stay_with_their_keys)
{
	IMPORTED i = import_text(
		"p.plist",
		PLIST("<array>" DICT("BLOCKLIST", "BINARY",
				     HEX_A) "<dict><key>identifier</key><key>other</key><string>" HEX_B
					    "</string>"
					    "<key>policy</key><string>BLOCKLIST</string>"
					    "<key>rule_type</key><string>BINARY</string></dict></array>"));

	EXPECT_EQ(1, i.counts->rules);
	EXPECT_NULL(strstr(i.text, HEX_B));
}

static const struct {
	const char *text;
	const char *message;
} broken[] = {
	{PLIST("<dict>"), "p.plist:3: Opening and ending tag mismatch"},
	{PLIST("<dict></dict>") "x", "p.plist:4:"},
	{"<plist", "p.plist:1:"},
	{"<?xml version=\"1.0\"?><!DOCTYPE plist [<!ENTITY a \"b\">]><plist><string>&a;</string></plist>",
	 "defines entities of its own"},
	{"<?xml version=\"1.0\"?><!DOCTYPE p SYSTEM \"/etc/passwd\"><plist><string>&a;</string></plist>",
	 "p.plist:1:"},
	{PLIST("<dict><key>a</key><string>\xff</string></dict>"), "p.plist:3:"},
	{"bplist00", "binary plist"},
	{PLIST("<dict/>"), "nothing that is listed can become a rule"},
};

TEST(broken_plists)
{
	size_t n;

	for (n = 0; n < sizeof(broken) / sizeof(broken[0]); n++) {
		IMPORTED i = import_text("p.plist", broken[n].text);

		EXPECT_REFUSED(i, broken[n].message);
	}
}

/* The billion laughs: ends at once, in little memory. */
TEST_TIMEOUT(entities_that_multiply, 10)
{
	IMPORTED i = import_text(
		"p.plist",
		"<?xml version=\"1.0\"?><!DOCTYPE plist [<!ENTITY a \"aaaaaaaaaa\">"
		"<!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">"
		"<!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\">]><plist><string>&d;</string></plist>");

	EXPECT_REFUSED(i, "p.plist:1: "); /* libxml2 or we, whoever sees it first */
}

TEST(plists_nested_deep)
{
	char text[4096] = "<plist>";
	int n;

	for (n = 0; n < 30; n++)
		strcat(text, "<dict>");
	{
		IMPORTED i = import_text("p.plist", text);

		EXPECT_REFUSED(i, "nested too deep");
	}
	strcpy(text, "<plist>");
	for (n = 0; n < 100; n++)
		strcat(text, "<array>");
	{
		IMPORTED i = import_text("p.plist", text);

		EXPECT_REFUSED(i, "nested too deep");
	}
}

TEST_HARNESS_MAIN
