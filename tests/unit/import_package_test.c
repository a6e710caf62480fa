// SPDX-License-Identifier: GPL-2.0-or-later
/* Vendors' packages: what can run in them, however deep. */
#include "tests/harness.h"

#include "archive_bytes.h"
#include "import_text.h"

/* The rule for @bytes, as it must stand there. */
static void expect_file(const struct imported *imported, struct bytes bytes, const char *format,
			const char *name)
{
	char hex[65], line[512];

	bytes_hex(bytes, hex);
	snprintf(line, sizeof(line), "\nban hash sha256:%s size=%zu format=%s name=\"%s\" source=\"", hex,
		 bytes.size, format, name);
	EXPECT_TRUE(strstr(imported->text, line))
	{
		TH_LOG("no such rule: %s\nin %s%s", line + 1, imported->text,
		       embargo_import_error(imported->import));
	}
}

static void expect_none(const struct imported *imported, struct bytes bytes)
{
	char hex[65];

	bytes_hex(bytes, hex);
	EXPECT_NULL(strstr(imported->text, hex));
}

#define SCRIPT bytes_text("#!/bin/sh\necho a\n")
#define POSTINST bytes_text("#!/bin/sh\necho b\n")
#define TEXT bytes_text("just text\n")

static struct bytes data_tar(void)
{
	return TAR(XZ, {"./opt/x/prog", elf_bytes(2, 1, 300)}, {"./opt/x/lib.so", elf_bytes(3, 2, 300)},
		   {"./opt/x/object.o", elf_bytes(1, 3, 300)}, {"./opt/x/run", SCRIPT},
		   {"./opt/x/win.exe", bytes_text("MZ and more")}, {"./opt/x/text", TEXT},
		   {"./opt/x/link -> prog", {}}, {"./opt/x/mod.ko", module_bytes(4, 300, 200)},
		   {"./opt/x/mod.ko.xz", FOLDED(XZ, module_bytes(5, 300, 200))},
		   {"./opt/x/mod.ko.zst", FOLDED(ZSTD, module_bytes(6, 300, 200))},
		   {"./opt/x/text.gz", FOLDED(GZIP, TEXT)},
		   {"./opt/x/prog.gz", FOLDED(GZIP, elf_bytes(2, 7, 300))}, {"./opt/x/empty", {}});
}

static struct bytes deb(void)
{
	return deb_bytes(TAR(GZIP, {"./postinst", POSTINST}, {"./control", bytes_text("Package: x\n")}),
			 data_tar());
}

static void expect_data(const struct imported *i, const char *prefix)
{
	char name[128];

#define NAME(text) (snprintf(name, sizeof(name), "%s%s", prefix, text), name)
	expect_file(i, elf_bytes(2, 1, 300), "elf", NAME("opt/x/prog"));
	expect_file(i, elf_bytes(3, 2, 300), "elf", NAME("opt/x/lib.so"));
	expect_file(i, SCRIPT, "script", NAME("opt/x/run"));
	expect_file(i, bytes_text("MZ and more"), "pe", NAME("opt/x/win.exe"));
	expect_file(i, module_bytes(4, 300, 200), "module", NAME("opt/x/mod.ko"));
	/* as stored, and as it is when it is decompressed */
	expect_file(i, module_bytes(5, 300, 200), "module", NAME("opt/x/mod.ko.xz"));
	expect_file(i, FOLDED(XZ, module_bytes(5, 300, 200)), "module", NAME("opt/x/mod.ko.xz"));
	expect_file(i, module_bytes(6, 300, 200), "module", NAME("opt/x/mod.ko.zst"));
	expect_file(i, FOLDED(ZSTD, module_bytes(6, 300, 200)), "module", NAME("opt/x/mod.ko.zst"));
	expect_file(i, elf_bytes(2, 7, 300), "elf", NAME("opt/x/prog.gz"));
	expect_none(i, elf_bytes(1, 3, 300));
	expect_none(i, TEXT);
	expect_none(i, FOLDED(GZIP, TEXT));
}

#define DATA_RULES 10
#define DATA_OTHERS 4 /* object.o text text.gz empty */

TEST(deb_package)
{
	struct bytes bytes = deb();
	IMPORTED i = import_bytes("x_1.deb", bytes.data, bytes.size);
	char hex[65], source[128];

	expect_data(&i, "");
	expect_file(&i, POSTINST, "script", "postinst");
	expect_file(&i, bytes, "other", "x_1.deb");
	EXPECT_EQ(DATA_RULES + 2, i.counts->rules);
	EXPECT_EQ(DATA_OTHERS + 2, i.counts->causes[EMBARGO_IMPORT_NOT_PROGRAM]);
	bytes_hex(bytes, hex);
	snprintf(source, sizeof(source), "name=\"postinst\" source=\"x_1.deb sha256:%s\"\n", hex);
	EXPECT_TRUE(strstr(i.text, source));
	EXPECT_LINE(i, "policy \"x_1\"");
}

TEST(rpm_package)
{
	struct bytes payload =
		archive_bytes(ARCHIVE_FORMAT_CPIO_SVR4_NOCRC, ARCHIVE_FILTER_GZIP, NULL,
			      MEMBERS({"./opt/x/prog", elf_bytes(2, 1, 300)}, {"./etc/x", TEXT}));
	struct bytes bytes = rpm_bytes(payload);
	IMPORTED i = import_bytes("x-1.rpm", bytes.data, bytes.size);

	expect_file(&i, elf_bytes(2, 1, 300), "elf", "opt/x/prog");
	expect_file(&i, bytes, "other", "x-1.rpm");
	EXPECT_EQ(2, i.counts->rules);
	EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_NOT_PROGRAM]);
}

TEST(tar_in_every_wrapping)
{
#define PROG                                                                                                 \
	{                                                                                                    \
		"p", elf_bytes(2, 1, 300)                                                                    \
	}
	struct bytes all[] = {TAR(NONE, PROG), TAR(GZIP, PROG), TAR(XZ, PROG), TAR(BZIP2, PROG),
			      TAR(ZSTD, PROG), TAR(LZ4, PROG),	ZIP(PROG)};
	size_t n;

	for (n = 0; n < sizeof(all) / sizeof(all[0]); n++) {
		IMPORTED i = import_bytes("x", all[n].data, all[n].size);

		expect_file(&i, elf_bytes(2, 1, 300), "elf", "p");
		expect_file(&i, all[n], "other", "x");
	}
}

TEST(script_that_unpacks_itself)
{
	struct bytes package = deb(), archive = TAR(GZIP, {"x_1.deb", package}, {"license.txt", TEXT});
	struct bytes header = bytes_text("#!/bin/sh\ntail -n +5 $0 | tar xz\nexit 0\nCCFAFCA1-ARCHIVE:\n");
	struct bytes bytes = bytes_join(header, archive);
	IMPORTED i = import_bytes("install.sh", bytes.data, bytes.size);

	expect_data(&i, "x_1.deb/");
	expect_file(&i, POSTINST, "script", "x_1.deb/postinst");
	expect_file(&i, package, "other", "x_1.deb");
	expect_file(&i, bytes, "script", "install.sh");
	EXPECT_EQ(DATA_RULES + 3, i.counts->rules);
}

/* A plain tar behind the header, and a script of that kind within an archive. */
TEST(script_that_unpacks_itself_within_an_archive)
{
	struct bytes inner = bytes_join(bytes_text("#!/bin/sh\n#\n"), TAR(NONE, {"p", elf_bytes(2, 1, 300)}));
	struct bytes bytes = ZIP({"setup.run", inner}, {"plain.sh", SCRIPT});
	IMPORTED i = import_bytes("x.zip", bytes.data, bytes.size);

	expect_file(&i, elf_bytes(2, 1, 300), "elf", "setup.run/p");
	expect_file(&i, inner, "script", "setup.run");
	expect_file(&i, SCRIPT, "script", "plain.sh");
	EXPECT_EQ(4, i.counts->rules);
}

/* ".modinfo" lies across the pieces in which a file is read; more of the file follows. */
TEST(modules_of_any_size)
{
	size_t sizes[] = {200, 65536 + 5, 200000}, at, n;

	for (n = 0; n < 3; n++) {
		for (at = n ? 65536 - 10 : 100; at < (n ? 65536 - 7 : 101); at++) {
			struct bytes module =
				module_bytes(n, sizes[n], at < sizes[n] - 9 ? at : sizes[n] - 9);
			struct bytes bytes = TAR(GZIP, {"m.ko", module});
			IMPORTED i = import_bytes("x.tgz", bytes.data, bytes.size);

			expect_file(&i, module, "module", "m.ko");
		}
	}
}

TEST(names_that_lie)
{
	struct bytes bytes = TAR(NONE, {"../../etc/shadow\n\x1b[2Jban path /x", elf_bytes(2, 1, 300)},
				 {"/abs\"quote", elf_bytes(2, 2, 300)}, {"\xff\xfe", elf_bytes(2, 3, 300)});
	IMPORTED i = import_bytes("x.tar", bytes.data, bytes.size);

	EXPECT_EQ(4, i.counts->rules);
	EXPECT_NULL(strstr(i.text, "\nban path"));
	EXPECT_NULL(strchr(i.text, 0x1b));
	expect_file(&i, elf_bytes(2, 2, 300), "elf", "abs\\\"quote");
	expect_file(&i, elf_bytes(2, 3, 300), "elf", "??");
}

TEST(the_same_file_twice)
{
	struct bytes bytes = TAR(NONE, {"a", SCRIPT}, {"b", SCRIPT});
	IMPORTED i = import_bytes("x.tar", bytes.data, bytes.size);

	EXPECT_EQ(2, i.counts->rules);
	EXPECT_EQ(1, i.counts->duplicates);
}

TEST(encrypted_files_are_listed)
{
	struct bytes bytes = archive_bytes(ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE,
					   "zip:encryption=traditional,zip:compression=store",
					   MEMBERS({"p", elf_bytes(2, 1, 300)}, {"q", elf_bytes(2, 2, 300)}));
	IMPORTED i = import_bytes("x.zip", bytes.data, bytes.size);

	EXPECT_STREQ("", embargo_import_error(i.import));
	EXPECT_EQ(1, i.counts->rules); /* the package itself */
	EXPECT_EQ(2, i.counts->causes[EMBARGO_IMPORT_UNREADABLE]);
}

TEST(nested_too_deep)
{
	struct bytes bytes = TAR(NONE, {"p", elf_bytes(2, 1, 300)});
	int depth;

	for (depth = 0; depth < 5; depth++)
		bytes = TAR(NONE, {"t", bytes});
	{
		IMPORTED i = import_bytes("x.tar", bytes.data, bytes.size);

		expect_file(&i, elf_bytes(2, 1, 300), "elf", "t/t/t/t/t/p");
		EXPECT_EQ(0, i.counts->causes[EMBARGO_IMPORT_UNREADABLE]);
	}
	bytes = TAR(NONE, {"t", bytes});
	{
		IMPORTED i = import_bytes("x.tar", bytes.data, bytes.size);

		expect_none(&i, elf_bytes(2, 1, 300));
		EXPECT_EQ(1, i.counts->causes[EMBARGO_IMPORT_UNREADABLE]);
		EXPECT_STREQ("x.tar: t/t/t/t/t/t",
			     embargo_import_example(i.import, EMBARGO_IMPORT_UNREADABLE, 0));
	}
}

TEST(something_that_only_looks_like_an_archive)
{
	struct bytes bytes = TAR(NONE, {"a.gz", bytes_text("\x1f\x8b\x08 no, it is not")},
				 {"b.deb", bytes_text("!<arch>\ndebian? no")},
				 {"c.zip", bytes_text("PK\3\4 no")}, {"p", elf_bytes(2, 1, 300)});
	IMPORTED i = import_bytes("x.tar", bytes.data, bytes.size);

	expect_file(&i, elf_bytes(2, 1, 300), "elf", "p");
	EXPECT_LE(2, i.counts->causes[EMBARGO_IMPORT_UNREADABLE]);
}

/* A package that is cut short or damaged anywhere gives nothing, never a part. */
TEST(damaged_packages)
{
	struct bytes bytes = deb(), cut;
	size_t size;

	for (size = bytes.size - 4; size > 100; size -= 97) {
		IMPORTED i = import_bytes("x.deb", bytes.data, size);

		EXPECT_NE(0, i.r)
		{
			TH_LOG("cut to %zu of %zu bytes", size, bytes.size);
		}
		EXPECT_STREQ("", i.text);
	}
	cut = bytes_join(bytes, bytes_text(""));
	memset(cut.data + cut.size - 200, 0x55, 100); /* in data.tar.xz */
	{
		IMPORTED i = import_bytes("x.deb", cut.data, cut.size);

		EXPECT_REFUSED(i, "data.tar.xz");
	}
	{
		IMPORTED i = import_bytes("x.deb", cut.data, 100); /* in the head of control.tar.gz */

		EXPECT_REFUSED(i, "without its data.tar");
	}
	bytes = bytes_join(bytes_text("#!/bin/sh\n"), TAR(GZIP, {"p", elf_bytes(2, 1, 30000)}));
	{
		IMPORTED i = import_bytes("x.sh", bytes.data, bytes.size - 20);

		EXPECT_REFUSED(i, "x.sh");
	}
}

TEST_HARNESS_MAIN
