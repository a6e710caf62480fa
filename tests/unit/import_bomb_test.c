// SPDX-License-Identifier: GPL-2.0-or-later
/* Packages that are made to hurt. */
#include "tests/harness.h"

#include "archive_bytes.h"
#include "import_text.h"

TEST(bombs)
{
	struct bytes bytes = TAR(GZIP, {"zeros", {calloc(1, 100 << 20), 100 << 20}}), nested;

	{
		IMPORTED i = import_bytes("x.tgz", bytes.data, bytes.size);

		EXPECT_REFUSED(i, "x.tgz: could not be read: unfolds to more than 250 times its size");
	}
	nested = ZIP({"x.tgz", bytes});
	{
		IMPORTED i = import_bytes("x.zip", nested.data, nested.size);

		EXPECT_REFUSED(i, "could not be read: unfolds to more than 250 times its size");
	}
}

/* cpio is the plainest: one header of 110 bytes, a name, no data. */
TEST_TIMEOUT(too_many_files, 200)
{
	static const char entry[] =
		"070701000000010000"
		"81a4000000000000000000000001000000000000000000000000000000000000000000000000"
		"0000000200000000a\0";
	size_t size = 112, n;
	FILE *out;

	EXPECT_EQ(112, sizeof(entry) - 1);
	import_put("x.cpio", "", 0);
	out = fopen("x.cpio", "w");
	ASSERT_NOT_NULL(out);
	for (n = 0; n < 1000001; n++)
		fwrite(entry, 1, size, out);
	fclose(out);
	{
		IMPORTED i = import_again("x.cpio");

		EXPECT_REFUSED(i, "x.cpio: could not be read: more than 1000000 files");
	}
}

TEST_HARNESS_MAIN
