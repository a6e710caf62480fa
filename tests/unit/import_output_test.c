// SPDX-License-Identifier: GPL-2.0-or-later
/* The file that is written, what is said, and feeds from several or compressed files. */
#include "tests/harness.h"

#include <dirent.h>
#include <sys/stat.h>

#include "archive_bytes.h"
#include "import_text.h"

#define LINE_A HEX_A "  a\n"
#define LINE_B HEX_B "  b\n"

static char *contents(const char *path)
{
	char *text = calloc(1, 1 << 16);
	FILE *in = fopen(path, "r");

	ASSERT_NOT_NULL(in);
	ASSERT_LT(fread(text, 1, (1 << 16) - 1, in), (1 << 16) - 1);
	fclose(in);
	return text;
}

static int files_here(void)
{
	DIR *directory = opendir(".");
	struct dirent *entry;
	int count = 0;

	ASSERT_NOT_NULL(directory);
	while ((entry = readdir(directory)))
		count += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
	closedir(directory);
	return count;
}

TEST(output_is_replaced_whole)
{
	struct stat stats;
	char *text;

	import_put("out.policy", "old", 3);
	umask(027);
	import_options.output = "out.policy";
	{
		IMPORTED i = import_text("sums", LINE_A);

		ASSERT_EQ(0, i.r);
		text = contents("out.policy");
		EXPECT_STREQ(i.text, text);
		free(text);
		ASSERT_EQ(0, stat("out.policy", &stats));
		EXPECT_EQ(0640, stats.st_mode & 07777);
		EXPECT_EQ(2, files_here());
	}
}

static void expect_untouched(const char *feed, const char *message)
{
	char *text;

	import_put("out.policy", "old", 3);
	import_options.output = "out.policy";
	{
		IMPORTED i = import_text("feed", feed);

		EXPECT_REFUSED(i, message);
		text = contents("out.policy");
		EXPECT_STREQ("old", text);
		free(text);
		embargo_import_free(i.import);
		EXPECT_EQ(2, files_here());
		i.import = NULL;
	}
}

TEST(output_stays_when_the_feed_is_broken)
{
	expect_untouched("sha256,name\n" HEX_A ",a\n" HEX_B ",\"\n", "feed:3: ");
}

TEST(output_stays_when_there_is_no_rule)
{
	expect_untouched("nonsense\n", "no column of hashes");
	expect_untouched(HEX_SHA1 "  a\n", "nothing that is listed can become a rule");
}

TEST(output_that_cannot_be_written)
{
	struct embargo_import *import = NULL;

	import_options.output = "/nonexistent/x/y";
	EXPECT_NE(0, embargo_import_new(&import_options, &import));
	EXPECT_STREQ("cannot write '/nonexistent/x/y': No such file or directory",
		     embargo_import_error(import));
	embargo_import_free(import);
}

TEST(files_that_cannot_be_read)
{
	import_put("x", "", 0);
	{
		IMPORTED i = import_again("missing");

		EXPECT_REFUSED(i, "missing: No such file or directory");
	}
	{
		IMPORTED i = import_again("/");

		EXPECT_REFUSED(i, "Is a directory");
	}
}

#define LISTED "sha256,size\n" HEX_B ",\n" HEX_C ",3\n"

TEST(several_files_make_one_policy)
{
	struct embargo_import *import = NULL;
	char *text = NULL;
	size_t size;
	FILE *out;

	import_put("one.txt", LINE_A LINE_B, 2 * sizeof(LINE_A) - 2);
	import_put("two.csv", LISTED, strlen(LISTED));
	import_options.name = "both";
	import_options.source = "https://example.org/";
	import_options.formats = EMBARGO_FORMAT_ELF | EMBARGO_FORMAT_SCRIPT;
	ASSERT_EQ(0, embargo_import_new(&import_options, &import));
	ASSERT_EQ(0, embargo_import_file(import, "one.txt"));
	ASSERT_EQ(0, embargo_import_file(import, "two.csv"));
	ASSERT_EQ(0, embargo_import_finish(import));
	out = open_memstream(&text, &size);
	ASSERT_EQ(0, embargo_import_copy(import, out));
	fclose(out);
	import_check(text);
	EXPECT_EQ(3, embargo_import_counts(import)->rules);
	EXPECT_EQ(1, embargo_import_counts(import)->duplicates);
	EXPECT_TRUE(strstr(text, "\npolicy \"both\"\n"));
	EXPECT_TRUE(strstr(text, "\nban hash sha256:" HEX_C
				 " size=3 format=elf,script source=\"https://example.org/\"\n"));
	EXPECT_TRUE(strstr(text, "\n# 1 rule, 0 of them without a size; 1 duplicate\n"));
	embargo_import_free(import);
	free(text);
	import_remove();
}

TEST(a_file_that_fails_fails_all)
{
	struct embargo_import *import = NULL;

	import_put("good", LINE_A, strlen(LINE_A));
	import_put("bad", "{", 1);
	ASSERT_EQ(0, embargo_import_new(&import_options, &import));
	EXPECT_EQ(0, embargo_import_file(import, "good"));
	EXPECT_NE(0, embargo_import_file(import, "bad"));
	EXPECT_NE(0, embargo_import_file(import, "good"));
	EXPECT_NE(0, embargo_import_finish(import));
	EXPECT_STREQ("bad: is no feed that is known; --format FORMAT says what it is",
		     embargo_import_error(import));
	embargo_import_free(import);
	import_remove();
}

TEST(standard_input)
{
	int ends[2];

	ASSERT_EQ(0, pipe(ends));
	ASSERT_EQ(strlen(LINE_A), write(ends[1], LINE_A, strlen(LINE_A)));
	close(ends[1]);
	ASSERT_EQ(0, dup2(ends[0], 0));
	close(ends[0]);
	{
		IMPORTED i = import_again("-");

		EXPECT_LINE(i, "ban hash sha256:" HEX_A " name=\"a\" source=\"standard input\"");
	}
}

TEST(a_package_from_a_pipe_is_refused)
{
	struct bytes bytes = TAR(GZIP, {"a", elf_bytes(3, 1, 100)});
	int ends[2];

	ASSERT_EQ(0, pipe(ends));
	ASSERT_EQ(bytes.size, write(ends[1], bytes.data, bytes.size));
	close(ends[1]);
	ASSERT_EQ(0, dup2(ends[0], 0));
	close(ends[0]);
	{
		IMPORTED i = import_again("-");

		EXPECT_REFUSED(i, "standard input: a package must be a regular file");
	}
}

TEST(compressed_feeds)
{
	struct bytes feed = bytes_text(LINE_A), all[] = {FOLDED(GZIP, feed),
							 FOLDED(XZ, feed),
							 FOLDED(BZIP2, feed),
							 FOLDED(ZSTD, feed),
							 FOLDED(LZMA, feed),
							 FOLDED(LZ4, feed),
							 FOLDED(XZ, FOLDED(GZIP, feed))};
	char hex[65], sum[80];
	size_t n;

	for (n = 0; n < sizeof(all) / sizeof(all[0]); n++) {
		IMPORTED i = import_bytes("feed.x", all[n].data, all[n].size);

		EXPECT_LINE(i, "ban hash sha256:" HEX_A " name=\"a\" source=\"feed.x\"");
		bytes_hex(all[n], hex);
		snprintf(sum, sizeof(sum), "\n# sha256:%s\n", hex);
		EXPECT_TRUE(strstr(i.text, sum));
	}
}

TEST(compressed_feeds_that_are_damaged)
{
	struct bytes bytes = FOLDED(GZIP, bytes_text(LINE_A LINE_B)), bomb;
	char *zeros = calloc(1, 100 << 20);

	{
		IMPORTED i = import_bytes("feed.gz", bytes.data, bytes.size - 12);

		EXPECT_REFUSED(i, "feed.gz: after ");
	}
	memset(zeros, '#', 100 << 20);
	for (size_t n = 0; n < 100 << 20; n += 100)
		zeros[n] = '\n';
	bomb = FOLDED(GZIP, ((struct bytes){zeros, 100 << 20}));
	{
		IMPORTED i = import_bytes("feed.gz", bomb.data, bomb.size);

		EXPECT_REFUSED(i, "unfolds to more than 250 times its size");
	}
}

TEST(report_has_every_entry)
{
	char *text, lines[2000] = LINE_A;
	int n;

	for (n = 0; n < 12; n++)
		sprintf(lines + strlen(lines), HEX_SHA1 "  weak %d\n", n);
	import_put("sums", lines, strlen(lines));
	import_options.report = fopen("report", "w");
	ASSERT_NOT_NULL(import_options.report);
	setlinebuf(import_options.report);
	{
		IMPORTED i = import_again("sums");

		EXPECT_EQ(12, i.counts->causes[EMBARGO_IMPORT_WEAK]);
		EXPECT_STREQ("sums:2: " HEX_SHA1, embargo_import_example(i.import, EMBARGO_IMPORT_WEAK, 0));
		EXPECT_NOT_NULL(
			embargo_import_example(i.import, EMBARGO_IMPORT_WEAK, EMBARGO_IMPORT_EXAMPLES - 1));
		EXPECT_NULL(embargo_import_example(i.import, EMBARGO_IMPORT_WEAK, EMBARGO_IMPORT_EXAMPLES));
		EXPECT_LINE(i, "# 12 entries: the hash is not a SHA-256, and the kernel compares no other");
		fclose(import_options.report);
		text = contents("report");
		for (n = 2; n < 14; n++) {
			snprintf(lines, sizeof(lines),
				 "sums:%d: the hash is not a SHA-256, and the kernel compares no "
				 "other: " HEX_SHA1 "\n",
				 n);
			EXPECT_TRUE(strstr(text, lines));
		}
		free(text);
	}
}

/* The table of what was written grows several times on the way. */
TEST(many_duplicates)
{
	struct imported i;
	FILE *out;
	int n;

	import_put("sums", "", 0);
	out = fopen("sums", "w");
	for (n = 0; n < 60000; n++)
		fprintf(out, "%08x%056x  n\n", (n % 30000) * 2654435761u, n % 30000);
	fclose(out);
	i = import_again("sums");
	EXPECT_EQ(30000, i.counts->rules);
	EXPECT_EQ(30000, i.counts->duplicates);
	imported_free(&i);
}

TEST_HARNESS_MAIN
