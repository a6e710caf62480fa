// SPDX-License-Identifier: GPL-2.0-or-later
/* One hash a line: sha256sum and ClamAV. */
#include "tests/harness.h"

#include "import_text.h"

TEST(sha256sum)
{
	IMPORTED i =
		import_text("SHA256SUMS", "# made today\n\n" HEX_A "  a b\r\n" HEX_B " *dir/b\n" HEX_C "\n");

	EXPECT_EQ(3, i.counts->rules);
	EXPECT_EQ(3, i.counts->unsized);
	EXPECT_LINE(i, "ban hash sha256:" HEX_A " name=\"a b\" source=\"SHA256SUMS\"");
	EXPECT_LINE(i, "ban hash sha256:" HEX_B " name=\"dir/b\" source=\"SHA256SUMS\"");
	EXPECT_LINE(i, "ban hash sha256:" HEX_C " source=\"SHA256SUMS\"");
}

TEST(sha256sum_tagged)
{
	IMPORTED i = import_text("sums", "SHA256 (a (1) = b) = " HEX_A "\nSHA512 (c) = " HEX_B HEX_C "\n"
					 "MD5 (c) = " HEX_MD5 "\nSHA256(openssl)= " HEX_B "\n");

	EXPECT_EQ(2, i.counts->rules);
	EXPECT_LINE(i, "ban hash sha256:" HEX_A " name=\"a (1) = b\" source=\"sums\"");
	EXPECT_EQ(2, i.counts->causes[EMBARGO_IMPORT_WEAK]);
}

TEST(several_on_one_line)
{
	IMPORTED i = import_text("sums", HEX_A " " HEX_B ", " HEX_C "\n" HEX_MD5 " " HEX_SHA1 " " HEX_A
					       "\n" HEX_A "  " HEX_B "\n");

	EXPECT_EQ(3, i.counts->rules);
	EXPECT_EQ(2, i.counts->duplicates);
	EXPECT_EQ(5, i.counts->entries);
}

TEST(prose_before_the_first_hash)
{
	IMPORTED i = import_text("iocs.txt", "Indicators of compromise\n\nThe files are these.\n" HEX_A
					     "\n- SHA256: " HEX_B "\nAuthentihash: " HEX_C "\n");

	EXPECT_EQ(2, i.counts->rules);
	EXPECT_EQ(2, i.counts->causes[EMBARGO_IMPORT_NO_HASH]);
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_PART]);
}

TEST(sha256sum_escaped_names)
{
	IMPORTED i = import_text("sums",
				 "\\" HEX_A "  a\\nb\\\\c\n\\SHA256 (d\\ne) = " HEX_B "\n" HEX_C "  f\\ng\n");

	EXPECT_LINE(i, "ban hash sha256:" HEX_A " name=\"a b\\\\c\" source=\"sums\"");
	EXPECT_LINE(i, "ban hash sha256:" HEX_B " name=\"d e\" source=\"sums\"");
	EXPECT_LINE(i, "ban hash sha256:" HEX_C " name=\"f\\\\ng\" source=\"sums\"");
}

TEST(other_sums_are_counted)
{
	IMPORTED i =
		import_text("sums", HEX_A "  a\n" HEX_SHA1 "  b\n" HEX_MD5 "  c\n" HEX_A "ff  d\nnonsense\n");

	EXPECT_EQ(1, i.counts->rules);
	EXPECT_EQ(2, i.counts->causes[EMBARGO_IMPORT_WEAK]);
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_MALFORMED]);
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_NO_HASH]);
}

TEST(sums_without_one_rule)
{
	IMPORTED i = import_text("sums", HEX_SHA1 "  b\n");

	EXPECT_REFUSED(i, "nothing that is listed can become a rule");
}

TEST(bytes_that_are_no_text)
{
	IMPORTED i = import_text("sums", "\xef\xbb\xbf" HEX_A "  \xff\xfe.exe\n");

	EXPECT_LINE(i, "ban hash sha256:" HEX_A " name=\"??.exe\" source=\"sums\"");
}

TEST(line_too_long)
{
	char *text = malloc(80000);

	ASSERT_NOT_NULL(text);
	memset(text, 'a', 79999);
	text[79999] = 0;
	memcpy(text, HEX_A "  b\n", 68);
	{
		IMPORTED i = import_text("sums", text);

		EXPECT_REFUSED(i, "sums:2: line of more than 65535 bytes");
	}
	free(text);
}

TEST(clamav)
{
	IMPORTED i = import_text("x.hsb", HEX_A ":10:Win.Thing-1\n" HEX_B ":*:Any.Size-2:73\n# no\n" HEX_SHA1
						":5:Weak\n" HEX_MD5 ":5:Weak\n");

	EXPECT_EQ(2, i.counts->rules);
	EXPECT_EQ(1, i.counts->unsized);
	EXPECT_LINE(i, "ban hash sha256:" HEX_A " size=10 name=\"Win.Thing-1\" source=\"x.hsb\"");
	EXPECT_LINE(i, "ban hash sha256:" HEX_B " name=\"Any.Size-2\" source=\"x.hsb\"");
	EXPECT_EQ(2, i.counts->causes[EMBARGO_IMPORT_WEAK]);
}

TEST(clamav_of_digits_only)
{
#define DIGITS "0123456789012345678901234567890123456789012345678901234567890123"
	IMPORTED i = import_text("x.hsb", DIGITS ":10:Thing\n");

	EXPECT_LINE(i, "ban hash sha256:" DIGITS " size=10 name=\"Thing\" source=\"x.hsb\"");
}

TEST(clamav_sections_and_nonsense)
{
	IMPORTED i = import_text("x.hsb", HEX_A ":1:Good\n45056:" HEX_B ":Section\n" HEX_B ":12\n" HEX_C
						":1x:Size\nzz:1:n\n");

	EXPECT_EQ(2, i.counts->rules);
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_PART]);
	EXPECT_EQ(2, i.counts->causes[EMBARGO_IMPORT_MALFORMED]);
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_BAD_SIZE]);
	EXPECT_LINE(i, "ban hash sha256:" HEX_C " name=\"Size\" source=\"x.hsb\"");
}

TEST(clamav_database_as_it_is)
{
	IMPORTED i = import_text("main.cvd",
				 "ClamAV-VDB:07 Jun 2017 17-38 -0400:58:4566249:60:X:X:sigmgr:1496871517 ");

	EXPECT_REFUSED(i, "sigtool --unpack");
}

TEST_HARNESS_MAIN
