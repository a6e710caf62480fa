// SPDX-License-Identifier: GPL-2.0-or-later
/* Formats by their names and by what is in a file; each format is told from the others by its own tests. */
#include "tests/harness.h"

#include "import_text.h"

TEST(names_of_formats)
{
	enum embargo_import_format format;
	int n;

	for (n = 0; n < EMBARGO_IMPORT_FORMATS; n++) {
		ASSERT_EQ(0, embargo_import_format_number(embargo_import_format_name(n), &format));
		EXPECT_EQ(n, format);
	}
	EXPECT_EQ(-EINVAL, embargo_import_format_number("csv ", &format));
	EXPECT_NULL(embargo_import_format_name(EMBARGO_IMPORT_FORMATS));
	for (n = 0; n < EMBARGO_IMPORT_CAUSES; n++)
		EXPECT_NE(0, *embargo_import_cause_text(n));
}

static const struct {
	const char *text;
	const char *message;
} unknown[] = {
	{"\x7f"
	 "ELF\2\1\1",
	 "x: is a program"},
	{"MZ\x90", "x: is a program"},
	{"{\"a\":1}", "x: is no feed that is known"},
	{"<html>", "x: is no feed that is known"},
	{"# certificates\n"
	 "Acme.CA;1;0123456789abcdef0123456789abcdef01234567;4711;c0ffee;010001;1;1;1;1;Acme CA\n",
	 "x: is ClamAV's list of certificates (.crb)"},
	{"f0VMRgIBAQAAAAAAAAAAAAMAPgABAAAAMCMAAAAAAABAAAAAAAAAAAAAAAAAAAAA\n",
	 "x: is a file in text by base64"},
	{"a\x01"
	 "b",
	 "x:1: the first line names no column of hashes"},
};

TEST(files_that_are_no_feed)
{
	size_t n;

	for (n = 0; n < sizeof(unknown) / sizeof(unknown[0]); n++) {
		IMPORTED i = import_text("x", unknown[n].text);

		EXPECT_REFUSED(i, unknown[n].message);
	}
}

TEST_HARNESS_MAIN
