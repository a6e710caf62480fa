// SPDX-License-Identifier: GPL-2.0-or-later
/* CSV: columns by their names, RFC 4180 and what is met besides. */
#include "tests/harness.h"

#include "import_text.h"

TEST(all_columns)
{
	IMPORTED i = import_text(
		"list.csv",
		"sha256,size,filename,product,version,kind,source,reason,authority,expires\n" HEX_A
		",12,a.exe,Thing,1.2,pe,there,because,law 5,2027-02-03\n");

	ASSERT_EQ(0, i.r);
	EXPECT_LINE(i, "ban hash sha256:" HEX_A
		       " size=12 format=pe name=\"Thing 1.2 (a.exe)\" reason=\"because\" "
		       "source=\"list.csv: there\" authority=\"law 5\" expires=2027-02-03");
	EXPECT_LINE(i, "policy \"list\"");
	EXPECT_LINE(i, "version 20260101");
	EXPECT_EQ(1, i.counts->rules);
	EXPECT_EQ(0, i.counts->unsized);
}

TEST(order_and_spelling_of_columns)
{
	IMPORTED i = import_text("x.csv", "Unknown;File Size;SHA-256;File_Name\r\nu;7;" HEX_B ";b\r\n");

	EXPECT_LINE(i, "ban hash sha256:" HEX_B " size=7 name=\"b\" source=\"x.csv\"");
}

TEST(quotes)
{
	IMPORTED i = import_text("q.csv",
				 "name, sha256 ,comment\n\"a, \"\"b\"\"\nc\" , \"" HEX_A "\" ,\"d\\e\"\n");

	EXPECT_LINE(i,
		    "ban hash sha256:" HEX_A " name=\"a, \\\"b\\\" c\" reason=\"d\\\\e\" source=\"q.csv\"");
}

TEST(header_in_a_comment)
{
	IMPORTED i = import_text(
		"bazaar.csv",
		"####\n# Dump of it, all, of it #\n#\n"
		"# \"first_seen_utc\",\"sha256_hash\",\"md5_hash\",\"file_name\",\"file_type_guess\"\n"
		"\"2026-01-01\", \"" HEX_A "\", \"" HEX_MD5 "\", \"n\", \"exe\"\n# end\n");

	EXPECT_LINE(i, "ban hash sha256:" HEX_A " format=pe name=\"n\" source=\"bazaar.csv\"");
	EXPECT_EQ(1, i.counts->unsized);
}

TEST(values_of_all_kinds)
{
	IMPORTED i = import_text("misp.csv", "uuid,type,value,comment,to_ids\n"
					     "u,sha256," HEX_A ",c,1\n"
					     "u,filename|sha256,n|" HEX_B ",c,1\n"
					     "u,sha256," HEX_C ",not this,0\n"
					     "u,md5," HEX_MD5 ",c,1\n"
					     "u,ip-dst,192.0.2.1,c,1\n");

	EXPECT_EQ(2, i.counts->rules);
	EXPECT_LINE(i, "ban hash sha256:" HEX_B " name=\"n\" reason=\"c\" source=\"misp.csv\"");
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_INACTIVE]);
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_WEAK]);
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_OTHER_KIND]);
}

TEST(what_makes_no_rule)
{
	IMPORTED i = import_text("x.csv", "name,sha256,sha1,size,valid_until\n"
					  "weak,," HEX_SHA1 ",,\n"
					  "none,,,,\n"
					  "bad,xyz,,,\n"
					  "short," HEX_SHA1 ",,,\n"
					  "many,no," HEX_A ",,,,,,\n"
					  "old," HEX_A ",,,2025-12-31\n"
					  "good," HEX_A ",,many,2026-01-01\n"
					  "few," HEX_B "\n");

	EXPECT_EQ(2, i.counts->rules);
	EXPECT_EQ(2, i.counts->causes[EMBARGO_IMPORT_WEAK]);
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_NO_HASH]);
	EXPECT_EQ(2, i.counts->causes[EMBARGO_IMPORT_MALFORMED]);
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_INACTIVE]);
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_BAD_SIZE]);
	EXPECT_STREQ("x.csv:3: none", embargo_import_example(i.import, EMBARGO_IMPORT_NO_HASH, 0));
	EXPECT_STREQ("x.csv:4: xyz", embargo_import_example(i.import, EMBARGO_IMPORT_MALFORMED, 0));
	EXPECT_NULL(embargo_import_example(i.import, EMBARGO_IMPORT_NO_HASH, 1));
	EXPECT_LINE(i, "ban hash sha256:" HEX_A " name=\"good\" source=\"x.csv\" expires=2026-01-01");
}

TEST(same_hash_again)
{
	IMPORTED i =
		import_text("x.csv", "sha256,size,kind\n" HEX_A ",5,elf\n" HEX_A ",,\n" HEX_B ",,\n" HEX_B
				     ",6,\n" HEX_C ",7,elf\n" HEX_C ",8,elf\n" HEX_C ",8,pe\n");

	EXPECT_EQ(3, i.counts->rules);
	EXPECT_EQ(2, i.counts->duplicates);
	EXPECT_EQ(2, i.counts->causes[EMBARGO_IMPORT_OTHER_SIZE]);
	EXPECT_EQ(2, i.counts->unsized);
	EXPECT_LINE(i, "ban hash sha256:" HEX_A " size=5 format=elf source=\"x.csv\"");
	EXPECT_LINE(i, "ban hash sha256:" HEX_B " source=\"x.csv\"");
	EXPECT_LINE(i, "ban hash sha256:" HEX_C "                   source=\"x.csv\"");
}

/* A name that looks like a size must stay when the size goes. */
TEST(same_hash_again_with_a_name_like_a_size)
{
	IMPORTED i = import_text("x.csv", "sha256,size,name\n" HEX_A ",5, size=5 format=pe\n" HEX_A ",6,\n");

	EXPECT_LINE(i, "ban hash sha256:" HEX_A "        name=\"size=5 format=pe\" source=\"x.csv\"");
}

TEST(several_hashes_in_one_cell)
{
	IMPORTED i =
		import_text("x.csv", "Id,KnownVulnerableSamples_MD5,KnownVulnerableSamples_SHA256,"
				     "KnownVulnerableSamples_Authentihash_SHA256\n"
				     "1,\"" HEX_MD5 ", " HEX_MD5 "\",\"" HEX_A ", " HEX_B "\"," HEX_C "\n"
				     "2,," HEX_MD5 " " HEX_MD5 " " HEX_C ",\n");

	EXPECT_EQ(3, i.counts->rules);
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_WEAK]);
	EXPECT_EQ(4, i.counts->entries);
}

TEST(types_that_mean_a_file)
{
	IMPORTED i =
		import_text("x.csv", "value,type\n" HEX_A ",file\n" HEX_B ",SHA256 Hash\n" HEX_C
				     ",FileHash\n" HEX_C ",authentihash\n" HEX_A ",secret\n" HEX_A
				     ",SHA3-256\nexample.org,domain\n" HEX_A ",x509-fingerprint-sha256\n");

	EXPECT_EQ(4, i.counts->rules);
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_PART]);
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_UNKNOWN_KIND]);
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_WEAK]);
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_OTHER_KIND]);
	EXPECT_LINE(i, "ban signer cert-sha256=" HEX_A " source=\"x.csv\"");
}

TEST(indicator_is_the_kind_beside_data)
{
	IMPORTED i =
		import_text("x.csv", "Indicator,Data,Notes\nsha256," HEX_A ",a, b\ndomain,example.org,c\n"
				     "Indicator_type is elsewhere,,\n");
	IMPORTED j = import_text("y.csv", "Indicator_type,Data,Note\nsha256," HEX_B ",n\n");

	EXPECT_EQ(1, i.counts->rules);
	EXPECT_LINE(i, "ban hash sha256:" HEX_A " reason=\"a,b\" source=\"x.csv\"");
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_OTHER_KIND]);
	EXPECT_LINE(j, "ban hash sha256:" HEX_B " reason=\"n\" source=\"y.csv\"");
}

TEST(columns_that_end_in_sha256)
{
	IMPORTED i = import_text("x.csv", "dropper_sha256,parent_sha256,name\n" HEX_A "," HEX_B ",n\n");

	EXPECT_EQ(1, i.counts->rules);
	EXPECT_LINE(i, "ban hash sha256:" HEX_A " name=\"n\" source=\"x.csv\"");
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_OTHER_COLUMN]);
}

TEST(the_column_that_is_asked_for)
{
	import_options.column = "parent_sha256";
	{
		IMPORTED i = import_text("x.csv", "dropper_sha256,parent_sha256\n" HEX_A "," HEX_B "\n");

		EXPECT_EQ(1, i.counts->rules);
		EXPECT_LINE(i, "ban hash sha256:" HEX_B " source=\"x.csv\"");
	}
	import_options.column = "2";
	{
		IMPORTED i = import_text("x.csv", "a,b\n" HEX_A "," HEX_B "\n");
		IMPORTED j = import_text("y.csv", HEX_A "," HEX_B "\n" HEX_A "," HEX_C "\n");

		EXPECT_LINE(i, "ban hash sha256:" HEX_B " source=\"x.csv\"");
		EXPECT_EQ(1, i.counts->rules);
		EXPECT_EQ(2, j.counts->rules);
		EXPECT_LINE(j, "ban hash sha256:" HEX_C " source=\"y.csv\"");
	}
	import_options.column = "3";
	{
		IMPORTED i = import_text("x.csv", "a,b\n" HEX_A "," HEX_B "\n");

		EXPECT_REFUSED(i, "x.csv:1: the first line has no column '3'");
	}
	import_options.column = NULL;
}

TEST(without_a_header)
{
	IMPORTED i = import_text("x.csv", HEX_A "," HEX_B "\nthe name," HEX_C "\n");

	EXPECT_EQ(3, i.counts->rules);
	EXPECT_LINE(i, "ban hash sha256:" HEX_C " name=\"the name\" source=\"x.csv\"");
}

#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define LINE_END "01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b"
#define ZEROS_4096 "ad7facb2586fc6e966c004d7d1d16b024f5805ff7cb47c7a85dabd8b48892ca7"

TEST(hashes_that_every_host_has)
{
	IMPORTED i = import_text("x.csv", "sha256\n" EMPTY "\n" LINE_END "\n" ZEROS_4096 "\n" HEX_A "\n");

	EXPECT_EQ(1, i.counts->rules);
	EXPECT_EQ(3, i.counts->causes[EMBARGO_IMPORT_TRIVIAL]);
}

TEST(rules_of_santa)
{
	IMPORTED i = import_text("x.csv", "rule_type,policy,identifier,custom_msg\nBinary,Blocklist," HEX_A
					  ",no\nTEAMID,BLOCKLIST,ABCDE12345,\nBINARY,CEL," HEX_B ",\n");

	EXPECT_EQ(1, i.counts->rules);
	EXPECT_LINE(i, "ban hash sha256:" HEX_A " reason=\"no\" source=\"x.csv\"");
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_OTHER_SYSTEM]);
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_CEL]);
}

/* What is allowed there is banned nowhere. */
TEST(rules_of_santa_by_an_older_name)
{
	IMPORTED i = import_text("x.csv", "sha256,type,policy,custom_msg,description\n" HEX_A
					  ",CERTIFICATE,ALLOWLIST,,good\n" HEX_B ",BINARY,BLOCKLIST,,bad\n");

	EXPECT_EQ(1, i.counts->rules);
	EXPECT_LINE(i, "ban hash sha256:" HEX_B " reason=\"bad\" source=\"x.csv\"");
}

TEST(hostile_text)
{
	IMPORTED i = import_text("x.csv", "sha256,name,reason\n" HEX_A
					  ",\"\x1b[31mred\xe2\x80\xae\xff\",\"\"\"\nban path /\n\"\n");

	EXPECT_EQ(1, i.counts->rules);
	EXPECT_LINE(i, "ban hash sha256:" HEX_A
		       " name=\" [31mred??\" reason=\"\\\" ban path / \" source=\"x.csv\"");
}

static const struct {
	const char *text;
	size_t size;
	const char *message;
} broken[] = {
	{"name,size\na,1\n", 0, "x.csv:1: the first line names no column of hashes"},
	{"", 0, "x.csv: the file is empty"},
	{"sha256,name\n" HEX_A ",\"open\nmore\n", 0, "x.csv:2: the quote that opens here is never closed"},
	{"sha256,name\n" HEX_A ",\"a\"b\n", 0, "x.csv:2: text after the closing quote"},
	{"sha256,name\n" HEX_A ",\"a\0\"\n", 82, "no feed that is known"},
	{"sha256,name\n", 0, "nothing that is listed can become a rule"},
	{"sha256\nxyz\n", 0, "nothing that is listed can become a rule"},
};

TEST(broken_feeds)
{
	size_t n;

	for (n = 0; n < sizeof(broken) / sizeof(broken[0]); n++) {
		IMPORTED i = import_bytes("x.csv", broken[n].text, broken[n].size ?: strlen(broken[n].text));

		EXPECT_REFUSED(i, broken[n].message);
	}
}

/* What --format forces is not looked at before, so the reader itself must refuse it. */
TEST(nul_when_the_format_is_given)
{
	static const char text[] = "sha256,name\n" HEX_A ",a\0b\n";

	import_options.format = EMBARGO_IMPORT_CSV;
	{
		IMPORTED i = import_bytes("x.csv", text, sizeof(text) - 1);

		EXPECT_REFUSED(i, "x.csv:2: NUL byte in text");
	}
}

/* Feeds that have no SHA-256 of files at all say which hashes they have. */
TEST(other_hashes_alone)
{
	{
		IMPORTED i = import_text("x.csv", "md5,name\n" HEX_MD5 ",a\n");

		EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_WEAK]);
	}
	{
		IMPORTED i = import_text("x.csv", "name,authentihash_sha256\na," HEX_A "\n");

		EXPECT_EQ(0, i.counts->rules);
		EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_PART]);
	}
	{
		IMPORTED i =
			import_text("x.csv", "sha256,md5,authentihash\n" HEX_A "," HEX_MD5 "," HEX_B "\n");

		EXPECT_EQ(1, i.counts->rules);
		EXPECT_EQ(1, i.counts->entries);
	}
}

TEST(too_many_columns_and_too_long_a_record)
{
	char *text = malloc(3 << 20);
	size_t used = sprintf(text, "sha256");

	ASSERT_NOT_NULL(text);
	memset(text + used, ',', 300);
	text[used + 300] = 0;
	{
		IMPORTED i = import_text("x.csv", text);

		EXPECT_REFUSED(i, "more than 256 columns");
	}
	used = sprintf(text, "sha256\n\"");
	memset(text + used, 'a', 2 << 20);
	text[used + (2 << 20)] = 0;
	{
		IMPORTED i = import_text("x.csv", text);

		EXPECT_REFUSED(i, "x.csv:2: record of more than 1048576 bytes");
	}
	free(text);
}

TEST_HARNESS_MAIN
