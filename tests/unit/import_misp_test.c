// SPDX-License-Identifier: GPL-2.0-or-later
/* MISP: attributes alone and in objects, in every wrapping. */
#include "tests/harness.h"

#include "import_text.h"

#define ATTRIBUTE(type, value) "{\"type\":\"" type "\",\"value\":\"" value "\"}"

TEST(event_with_attributes_and_an_object)
{
	IMPORTED i = import_text(
		"e.json",
		"{\"Event\":{\"info\":\"Case 7\",\"uuid\":\"u-1\",\"Attribute\":[" ATTRIBUTE(
			"sha256",
			HEX_A) ",{\"type\":\"filename|sha256\",\"value\":\"a|b.exe|" HEX_B
			       "\",\"comment\":\"seen\"}],"
			       "\"Object\":[{\"name\":\"file\",\"Attribute\":["
			       "{\"object_relation\":\"filename\",\"type\":\"filename\",\"value\":\"n.exe\"},"
			       "{\"object_relation\":\"sha256\",\"type\":\"sha256\",\"value\":\"" HEX_C "\"},"
			       "{\"object_relation\":\"md5\",\"type\":\"md5\",\"value\":\"" HEX_MD5 "\"},"
			       "{\"object_relation\":\"size-in-bytes\",\"type\":\"size-in-bytes\",\"value\":"
			       "\"512\"}]}]}}");

	EXPECT_EQ(3, i.counts->rules);
	EXPECT_LINE(i, "ban hash sha256:" HEX_A " reason=\"Case 7\" source=\"e.json: u-1\"");
	EXPECT_LINE(i, "ban hash sha256:" HEX_B " name=\"a|b.exe\" reason=\"seen\" source=\"e.json: u-1\"");
	EXPECT_LINE(i, "ban hash sha256:" HEX_C
		       " size=512 name=\"n.exe\" reason=\"Case 7\" source=\"e.json: u-1\"");
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_WEAK]);
	EXPECT_EQ(0, i.counts->causes[EMBARGO_IMPORT_NO_HASH]);
}

static const char *const wrappings[] = {
	"{\"Event\":{\"Attribute\":[%s]}}",
	"[{\"Event\":{\"Attribute\":[%s]}}]",
	"{\"response\":[{\"Event\":{\"Attribute\":[%s]}}]}",
	"{\"response\":{\"Attribute\":[%s]}}",
	"{\"Attribute\":[%s]}",
	"{\"Event\":{\"Object\":[{\"Attribute\":[%s]}]}}",
	"{\"response\":[{\"Event\":{\"Object\":[{\"Attribute\":[%s]}]}}]}",
};

TEST(wrappings)
{
	char text[512];
	size_t n;

	for (n = 0; n < sizeof(wrappings) / sizeof(wrappings[0]); n++) {
		snprintf(text, sizeof(text), wrappings[n], ATTRIBUTE("sha256", HEX_A));
		{
			IMPORTED i = import_text("e.json", text);

			EXPECT_EQ(1, i.counts->rules)
			{
				TH_LOG("%s", text);
			}
			EXPECT_LINE(i, "ban hash sha256:" HEX_A " source=\"e.json\"");
		}
	}
}

TEST(an_event_s_text_does_not_leak_into_the_next)
{
	IMPORTED i = import_text(
		"e.json",
		"[{\"Event\":{\"info\":\"first\",\"uuid\":\"1\",\"Attribute\":[" ATTRIBUTE(
			"sha256", HEX_A) "]}},"
					 "{\"Event\":{\"Attribute\":[" ATTRIBUTE("sha256", HEX_B) "]}}]");

	EXPECT_LINE(i, "ban hash sha256:" HEX_A " reason=\"first\" source=\"e.json: 1\"");
	EXPECT_LINE(i, "ban hash sha256:" HEX_B " source=\"e.json\"");
}

TEST(what_makes_no_rule)
{
	IMPORTED
	i = import_text("e.json",
			"{\"Event\":{\"Attribute\":[" ATTRIBUTE(
				"sha256", HEX_A) ","
						 "{\"type\":\"sha256\",\"value\":\"" HEX_B
						 "\",\"to_ids\":false},"
						 "{\"type\":\"sha256\",\"value\":\"" HEX_B
						 "\",\"to_ids\":\"0\"},"
						 "{\"type\":\"sha256\",\"value\":\"" HEX_B
						 "\",\"deleted\":true}," ATTRIBUTE("md5", HEX_MD5) "," ATTRIBUTE("filename|sha1", "x|" HEX_SHA1) "," ATTRIBUTE("malware-sample", "x|" HEX_MD5) "," ATTRIBUTE(
							 "authentihash",
							 HEX_B) "," ATTRIBUTE("filename",
									      "x") "," ATTRIBUTE("ip-dst",
												 "192.0.2."
												 "1") "," ATTRIBUTE("ip-dst|port",
														    "192.0.2.1|1") "," ATTRIBUTE("sha256",
																		 "short") ",7,[],null],"
																			  "\"Object\":[{\"deleted\":true,\"Attribute\":[" ATTRIBUTE(
																				  "sha256",
																				  HEX_C) "]}]}}");

	EXPECT_EQ(1, i.counts->rules);
	EXPECT_EQ(4, i.counts->causes[EMBARGO_IMPORT_INACTIVE]);
	EXPECT_EQ(3, i.counts->causes[EMBARGO_IMPORT_WEAK]);
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_PART]);
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_NO_HASH]);
	EXPECT_EQ(5, i.counts->causes[EMBARGO_IMPORT_OTHER_KIND]);
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_MALFORMED]);
}

TEST(a_search_for_objects)
{
	IMPORTED i = import_text(
		"o.json", "{\"response\":[{\"Object\":{\"name\":\"file\",\"Attribute\":[" ATTRIBUTE(
				  "sha256", HEX_A) "]}},{\"Attribute\":" ATTRIBUTE("sha256", HEX_B) "}]}");

	EXPECT_EQ(2, i.counts->rules);
}

TEST(all_attributes)
{
	import_options.all_attributes = true;
	{
		IMPORTED i = import_text("e.json",
					 "{\"Event\":{\"Attribute\":[{\"type\":\"sha256\",\"value\":\"" HEX_B
					 "\",\"to_ids\":false}]}}");

		EXPECT_EQ(1, i.counts->rules);
	}
	import_options.all_attributes = false;
}

TEST(certificates)
{
	IMPORTED i =
		import_text("e.json", "{\"Event\":{\"Attribute\":["
				      "{\"type\":\"x509-fingerprint-sha256\",\"value\":\"" HEX_A "\"},"
				      "{\"type\":\"x509-fingerprint-sha1\",\"value\":\"" HEX_SHA1 "\"}]}}");

	EXPECT_LINE(i, "ban signer cert-sha256=" HEX_A " source=\"e.json\"");
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_OTHER_KIND]);
}

TEST_HARNESS_MAIN
