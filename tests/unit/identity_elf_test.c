// SPDX-License-Identifier: GPL-2.0-or-later
/* What ELF files say of themselves, compared with readelf; and files that lie. */
#include "tests/harness.h"

#include <elf.h>

#include "identity_files.h"

FIXTURE(elf){};

FIXTURE_SETUP(elf)
{
	files_start();
}

FIXTURE_TEARDOWN(elf)
{
	files_end();
}

/* The line that a shell command prints, without its newline. */
__attribute__((format(printf, 2, 3))) static void line_of(char line[512], const char *format, ...)
{
	char command[1024];
	va_list arguments;
	FILE *in;

	va_start(arguments, format);
	vsnprintf(command, sizeof(command), format, arguments);
	va_end(arguments);
	in = popen(command, "r");
	ASSERT_NOT_NULL(in);
	line[0] = 0;
	if (fgets(line, 512, in))
		line[strcspn(line, "\n")] = 0;
	pclose(in);
}

TEST_F(elf, as_readelf_says)
{
	static const char *const files[] = {"/bin/sh", "/usr/bin/qemu-system-x86_64", "one.so", "two",
					    "three"};
	char line[512];
	size_t i;

	put("x.c", "int main(void){return 0;}", 25);
	ASSERT_TRUE(run("gcc -shared -fPIC -Wl,-soname,libone.so.7 -Wl,-rpath,/opt/x/lib "
			"-Wl,--enable-new-dtags -o one.so x.c"));
	ASSERT_TRUE(run("gcc -Wl,--disable-new-dtags -Wl,-rpath,'$ORIGIN/../lib' -o two x.c"));
	ASSERT_TRUE(run("gcc -static -o three x.c"));
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		_cleanup_(embargo_identity_freep) struct embargo_identity *identity = NULL;

		if (access(files[i], R_OK))
			continue;
		identity = identify(files[i]);
		ASSERT_NOT_NULL(identity->elf)
		{
			TH_LOG("%s", files[i]);
		}
		EXPECT_TRUE(identity->elf->is_64);
		EXPECT_EQ(EM_X86_64, identity->elf->machine);
		line_of(line, "readelf -dW %s | sed -n 's/.*(SONAME).*\\[\\(.*\\)\\]/\\1/p'", files[i]);
		EXPECT_STREQ(line, identity->elf->soname ?: "");
		line_of(line, "readelf -dW %s | sed -n 's/.*(RU*N*PATH).*\\[\\(.*\\)\\]/\\1/p'", files[i]);
		EXPECT_STREQ(line, identity->elf->rpath ?: "");
		line_of(line, "readelf -lW %s | sed -n 's/.*interpreter: \\(.*\\)\\]/\\1/p'", files[i]);
		EXPECT_STREQ(line, identity->elf->interpreter ?: "");
		line_of(line, "readelf -p .comment %s 2>&1 | sed -n 's/^  *\\[ *0\\]  //p'", files[i]);
		EXPECT_STREQ(line, identity->elf->comments ? identity->elf->comments[0] ?: "" : "");
	}
}

static void expect_soname(bool there)
{
	_cleanup_(embargo_identity_freep) struct embargo_identity *identity = identify("bad");

	EXPECT_EQ(there, identity->elf && identity->elf->soname);
}

/* One field after the other is made to point out of the file, or to be huge. */
TEST_F(elf, fields_that_lie)
{
	static unsigned char bytes[64 << 10];
	Elf64_Ehdr *header = (Elf64_Ehdr *)bytes;
	Elf64_Phdr *segments = (Elf64_Phdr *)(bytes + sizeof(*header)), *load = NULL, *dynamic = NULL;
	Elf64_Phdr kept;
	size_t size, i;
	FILE *in;

	put("x.c", "int main(void){return 0;}", 25);
	ASSERT_TRUE(run("gcc -shared -fPIC -nostdlib -Wl,-soname,libone.so.7 -o one.so x.c"));
	in = fopen("one.so", "r");
	size = fread(bytes, 1, sizeof(bytes), in);
	fclose(in);
	ASSERT_LT(size, sizeof(bytes));
	ASSERT_EQ(sizeof(*header), header->e_phoff);
	for (i = 0; i < header->e_phnum; i++) {
		if (!load && segments[i].p_type == PT_LOAD)
			load = &segments[i];
		if (segments[i].p_type == PT_DYNAMIC)
			dynamic = &segments[i];
	}
	put("bad", bytes, size);
	expect_soname(true);
	kept = *dynamic;
	dynamic->p_offset = -16;
	put("bad", bytes, size);
	expect_soname(false);
	*dynamic = kept;
	dynamic->p_filesz = -1; /* cut to what is looked at; there is not so much in the file */
	put("bad", bytes, size);
	expect_soname(false);
	*dynamic = kept;
	kept = *load;
	load->p_vaddr = -4096;
	put("bad", bytes, size);
	expect_soname(false);
	load->p_vaddr = kept.p_vaddr;
	load->p_offset = INT64_MAX;
	put("bad", bytes, size);
	expect_soname(false);
	*load = kept;
	header->e_shstrndx = 65000;
	put("bad", bytes, size);
	expect_soname(true);
	for (i = 0; i < size; i += 61) {
		put("bad", bytes, i);
		embargo_identity_free(identify("bad"));
	}
}

TEST_HARNESS_MAIN
