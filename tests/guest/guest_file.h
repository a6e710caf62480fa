/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that can run, and tell by their exit status which content it was that ran. A banned file and its
 * harmless twin have the same size, so that nothing but the content tells them apart.
 */
#ifndef EMBARGO_TESTS_GUEST_GUEST_FILE_H
#define EMBARGO_TESTS_GUEST_GUEST_FILE_H

#include <elf.h>
#include <openssl/evp.h>

#include "tests/harness.h"
#include "tests/guest/attempt.h"

#define HARMLESS 7     /* exit status of a file that no test bans */
#define BANNED 66      /* of one that a test bans */
#define FILE_SIZE 4300 /* of both: more than a page, and of no file of the system */

/* A file's content; two of the same @status and @size differ by @salt. */
struct guest_content {
	char bytes[65536];
	size_t size;
};

static inline void guest_fill(struct guest_content *content, size_t from, unsigned int salt)
{
	for (size_t i = from; i < content->size; i++)
		content->bytes[i] = 'a' + (i + salt * (i / 7 + 1)) % 26;
}

#ifdef __aarch64__
#define GUEST_MACHINE EM_AARCH64
#else
#define GUEST_MACHINE EM_X86_64
#endif

/* The smallest ELF program: exit(@status). With @interpreter it asks for that dynamic loader. */
static inline void guest_elf(struct guest_content *content, size_t size, int status, unsigned int salt,
			     const char *interpreter)
{
#ifdef __aarch64__
	const uint32_t code[] = {0xd2800000u | (unsigned int)status << 5, 0xd2800ba8, 0xd4000001};
#else
	const unsigned char code[] = {0xbf, status, 0, 0, 0, 0xb8, 60, 0, 0, 0, 0x0f, 0x05};
#endif
	const size_t text = sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Phdr), name = text + sizeof(code);
	/* An interpreter stands beside the program that asks for it. */
	const Elf64_Addr base = interpreter ? 0x10000000 : 0x400000;
	Elf64_Ehdr header = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
		.e_type = ET_EXEC,
		.e_machine = GUEST_MACHINE,
		.e_version = EV_CURRENT,
		.e_entry = base + text,
		.e_phoff = sizeof(header),
		.e_ehsize = sizeof(header),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 2,
	};
	Elf64_Phdr segments[2] = {
		{.p_type = PT_LOAD,
		 .p_flags = PF_R | PF_X,
		 .p_vaddr = base,
		 .p_filesz = 4096,
		 .p_memsz = 4096,
		 .p_align = 4096},
		{.p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W},
	};

	content->size = size;
	guest_fill(content, name, salt);
	if (interpreter) {
		segments[1] = (Elf64_Phdr){
			.p_type = PT_INTERP, .p_offset = name, .p_filesz = strlen(interpreter) + 1};
		strcpy(content->bytes + name, interpreter);
	}
	memcpy(content->bytes, &header, sizeof(header));
	memcpy(content->bytes + sizeof(header), segments, sizeof(segments));
	memcpy(content->bytes + text, code, sizeof(code));
}

static inline void guest_script(struct guest_content *content, size_t size, int status, unsigned int salt,
				const char *interpreter)
{
	int used = snprintf(content->bytes, sizeof(content->bytes), "#!%s\nexit %d\n# ", interpreter, status);

	content->size = size;
	guest_fill(content, used, salt);
	content->bytes[size - 1] = '\n';
}

/* A new file, closed again, so that it can run. */
static inline void guest_put(const char *path, const struct guest_content *content)
{
	int fd;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	ASSERT_LE(0, fd)
	{
		TH_LOG("%s: %m", path);
	}
	ASSERT_EQ(content->size, write(fd, content->bytes, content->size));
	fchmod(fd, 0755);
	close(fd);
}

/* The same inode gets other bytes. */
static inline void guest_rewrite(const char *path, const struct guest_content *content)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	ASSERT_LE(0, fd)
	{
		TH_LOG("%s: %m", path);
	}
	ASSERT_EQ(content->size, pwrite(fd, content->bytes, content->size, 0));
	close(fd);
}

static inline void guest_put_elf(const char *path, int status, unsigned int salt)
{
	struct guest_content content;

	guest_elf(&content, FILE_SIZE, status, salt, NULL);
	guest_put(path, &content);
}

static inline void guest_put_script(const char *path, int status, const char *interpreter)
{
	struct guest_content content;

	guest_script(&content, FILE_SIZE, status, 0, interpreter);
	guest_put(path, &content);
}

static inline void guest_put_text(const char *path, const char *text)
{
	FILE *out = fopen(path, "we");

	ASSERT_NOT_NULL(out)
	{
		TH_LOG("%s: %m", path);
	}
	fputs(text, out);
	ASSERT_EQ(0, fclose(out));
}

/* A copy that has a hash of its own: what stands behind an ELF file's sections is not looked at. */
static inline void guest_copy_salted(const char *from, const char *to, const char *salt)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out;

	unlink(to);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	ASSERT_LE(0, in)
	{
		TH_LOG("%s: %m", from);
	}
	ASSERT_LE(0, out)
	{
		TH_LOG("%s: %m", to);
	}
	ASSERT_EQ(0, attempt_copy(in, out));
	ASSERT_EQ(strlen(salt), write(out, salt, strlen(salt)));
	close(in);
	close(out);
}

/* As hex digits; returns the file's size. */
static inline size_t guest_sha256(const char *path, char hex[65])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *memory;

	ASSERT_LE(0, fd)
	{
		TH_LOG("%s: %m", path);
	}
	ASSERT_EQ(0, fstat(fd, &st));
	memory = malloc(st.st_size + 1);
	ASSERT_NOT_NULL(memory);
	ASSERT_EQ(st.st_size, read(fd, memory, st.st_size));
	ASSERT_EQ(1, EVP_Digest(memory, st.st_size, digest, NULL, EVP_sha256(), NULL));
	for (int i = 0; i < 32; i++)
		sprintf(hex + 2 * i, "%02x", digest[i]);
	free(memory);
	close(fd);
	return st.st_size;
}

#endif
