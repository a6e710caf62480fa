// SPDX-License-Identifier: GPL-2.0-or-later
/* Who is this file: hashes, format, what is inside, and files that are no files. */
#include "tests/harness.h"

#include <fcntl.h>
#include <gelf.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <sys/stat.h>

#include "tests/unit/hand_image.h"
#include "tests/unit/hand_module.h"
#include "tests/unit/identity_files.h"

#define IDENTITY _cleanup_(embargo_identity_freep) struct embargo_identity

FIXTURE(files)
{
	int unused;
};

FIXTURE_SETUP(files)
{
	files_start();
}

FIXTURE_TEARDOWN(files)
{
	files_end();
}

TEST_F(files, hashes_of_every_kind)
{
	static unsigned char data[300001];
	_cleanup_(embargo_identity_freep) struct embargo_identity *identity = NULL;
	unsigned char sha256[32];
	_cleanup_free_ char *hex = NULL, *sha1 = NULL, *md5 = NULL;
	size_t i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = i * 31 >> 3;
	put("data", data, sizeof(data));
	SHA256(data, sizeof(data), sha256);
	ASSERT_EQ(0, embargo_identity_read("data", EMBARGO_WANT_SHA1 | EMBARGO_WANT_MD5, &identity, NULL));
	EXPECT_EQ(sizeof(data), identity->digests.size);
	EXPECT_MEMEQ(sha256, identity->digests.sha256, 32);
	EXPECT_EQ(EMBARGO_FORMAT_OTHER, identity->format);
	put("abc", "abc", 3);
	embargo_identity_free(identity);
	ASSERT_EQ(0, embargo_identity_read("abc", EMBARGO_WANT_SHA1 | EMBARGO_WANT_MD5, &identity, NULL));
	hex = embargo_hex(identity->digests.sha256, 32);
	sha1 = embargo_hex(identity->digests.sha1, 20);
	md5 = embargo_hex(identity->digests.md5, 16);
	EXPECT_STREQ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", hex);
	EXPECT_STREQ("a9993e364706816aba3e25717850c26c9cd0d89d", sha1);
	EXPECT_STREQ("900150983cd24fb0d6963f7d28e17f72", md5);
}

TEST_F(files, formats)
{
	static const struct {
		const char *start;
		size_t size;
		__u32 format;
	} tests[] = {
		{"", 0, EMBARGO_FORMAT_OTHER},
		{"\x7f"
		 "ELF",
		 4, EMBARGO_FORMAT_ELF},
		{"\x7f"
		 "EL",
		 3, EMBARGO_FORMAT_OTHER},
		{"MZ", 2, EMBARGO_FORMAT_PE},
		{"M", 1, EMBARGO_FORMAT_OTHER},
		{"#!/bin/sh\n", 10, EMBARGO_FORMAT_SCRIPT},
		{"#", 1, EMBARGO_FORMAT_OTHER},
		{" #!/bin/sh", 10, EMBARGO_FORMAT_OTHER},
		{"\xfd"
		 "7zXZ\0",
		 6, EMBARGO_FORMAT_OTHER},
	};
	size_t i;

	for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		put("file", tests[i].start, tests[i].size);
		IDENTITY *identity = identify("file");

		EXPECT_EQ(tests[i].format, identity->format);
		EXPECT_NULL(identity->module);
	}
}

TEST_F(files, what_cannot_be_read)
{
	struct embargo_identity *identity = NULL;
	struct embargo_reason reason = {};

	EXPECT_EQ(-ENOENT, embargo_identity_read("absent", 0, &identity, &reason));
	EXPECT_STREQ("could not be read: No such file or directory", reason.text);
	EXPECT_EQ(-EINVAL, embargo_identity_read(".", 0, &identity, &reason));
	EXPECT_STREQ("could not be read: not a regular file", reason.text);
	ASSERT_EQ(0, mkfifo("fifo", 0600));
	EXPECT_EQ(-EINVAL, embargo_identity_read("fifo", 0, &identity, &reason)); /* and it does not hang */
	EXPECT_EQ(-EINVAL, embargo_identity_read("/dev/zero", 0, &identity, &reason));
	EXPECT_NULL(identity);
}

static void expect_hand_module(const struct embargo_identity *identity)
{
	const struct embargo_module *module = identity->module;

	ASSERT_NOT_NULL(module);
	EXPECT_STREQ("hand", module->name);
	EXPECT_STREQ("GPL", module->license);
	EXPECT_STREQ("Made by hand", module->description);
	EXPECT_STREQ("0123456789ABCDEF0123456", module->srcversion);
	EXPECT_STREQ("6.1.0 SMP mod_unload ", module->vermagic);
	ASSERT_NOT_NULL(module->authors);
	EXPECT_STREQ("A. Uthor <a@example.org>", module->authors[0]);
	EXPECT_STREQ("B", module->authors[1]);
	EXPECT_NULL(module->authors[2]);
	EXPECT_STREQ("pci:v00001234d*", module->aliases[0]);
	EXPECT_NULL(module->aliases[1]);
	EXPECT_TRUE(identity->format & EMBARGO_FORMAT_MODULE);
	EXPECT_NULL(identity->warning);
}

TEST_F(files, module)
{
	HAND_FREE struct hand_bytes file = hand_elf_of(hand_modinfo, sizeof(hand_modinfo));

	put("no-such-ending", file.data, file.size);
	IDENTITY *identity = identify("no-such-ending");
	expect_hand_module(identity);
	EXPECT_EQ(EMBARGO_FORMAT_ELF | EMBARGO_FORMAT_MODULE, identity->format);
	EXPECT_EQ(EMBARGO_SIGNATURE_NONE, identity->module->signature);
	ASSERT_EQ(file.size, identity->bytes_size);
	EXPECT_MEMEQ(file.data, identity->bytes, file.size);
}

FIXTURE(packed)
{
	int unused;
};

FIXTURE_VARIANT(packed)
{
	const char *tool;
	const char *ending;
	const char *name;
};

FIXTURE_VARIANT_ADD(packed, xz){"xz --check=crc32", "xz", "xz"};
FIXTURE_VARIANT_ADD(packed, zstd){"zstd -q --rm", "zst", "zstd"};
FIXTURE_VARIANT_ADD(packed, gzip){"gzip", "gz", "gzip"};

FIXTURE_SETUP(packed)
{
	files_start();
}

FIXTURE_TEARDOWN(packed)
{
	files_end();
}

TEST_F(packed, module)
{
	HAND_FREE struct hand_bytes file = hand_elf_of(hand_modinfo, sizeof(hand_modinfo));
	char path[32];
	unsigned char sha256[32];

	put("hand.ko", file.data, file.size);
	if (!run("%s hand.ko", variant->tool))
		SKIP("no %s here", variant->name);
	snprintf(path, sizeof(path), "hand.ko.%s", variant->ending);
	IDENTITY *identity = identify(path);
	expect_hand_module(identity);
	EXPECT_STREQ(variant->name, identity->compression);
	EXPECT_EQ(EMBARGO_FORMAT_OTHER | EMBARGO_FORMAT_MODULE, identity->format);
	SHA256(file.data, file.size, sha256);
	EXPECT_TRUE(identity->decompressed);
	EXPECT_EQ(file.size, identity->plain.size);
	EXPECT_MEMEQ(sha256, identity->plain.sha256, 32);
	EXPECT_GT(file.size, identity->digests.size);
}

/* Of a file that is no module only the first bytes are decompressed; and never a second layer. */
TEST_F(packed, no_module)
{
	HAND_FREE struct hand_bytes file = hand_elf_of(hand_modinfo, sizeof(hand_modinfo));
	char path[32];

	ASSERT_TRUE(run("dd if=/dev/zero of=zeros bs=1M count=64"));
	if (!run("%s zeros", variant->tool))
		SKIP("no %s here", variant->name);
	snprintf(path, sizeof(path), "zeros.%s", variant->ending);
	IDENTITY *zeros = identify(path);
	EXPECT_NULL(zeros->module);
	EXPECT_NULL(zeros->bytes);
	EXPECT_FALSE(zeros->decompressed);
	EXPECT_NULL(zeros->warning);

	put("twice", file.data, file.size);
	ASSERT_TRUE(run("%s twice && mv twice.%s once && %s once", variant->tool, variant->ending,
			variant->tool));
	snprintf(path, sizeof(path), "once.%s", variant->ending);
	IDENTITY *twice = identify(path);
	EXPECT_NULL(twice->module);
	EXPECT_FALSE(twice->decompressed);
}

TEST_F(packed, damaged)
{
	HAND_FREE struct hand_bytes file = hand_elf_of(hand_modinfo, sizeof(hand_modinfo));
	char path[32];

	put("hand.ko", file.data, file.size);
	if (!run("%s hand.ko", variant->tool))
		SKIP("no %s here", variant->name);
	snprintf(path, sizeof(path), "hand.ko.%s", variant->ending);
	ASSERT_TRUE(run("truncate -s -20 %s", path));
	IDENTITY *identity = identify(path);
	EXPECT_NOT_NULL(identity->warning);
	EXPECT_FALSE(identity->decompressed);
	EXPECT_NULL(identity->module);
}

/* A bomb of the name of a module: cut off at the limit, in little memory on disk. */
TEST_F_TIMEOUT(packed, bomb, 300)
{
	char path[32];

	if (!run("truncate -s 520M bomb.ko && %s bomb.ko", variant->tool))
		SKIP("no %s here", variant->name);
	snprintf(path, sizeof(path), "bomb.ko.%s", variant->ending);
	IDENTITY *identity = identify(path);
	ASSERT_NOT_NULL(identity->warning);
	EXPECT_NOT_NULL(strstr(identity->warning, "unfolds to more than 512 MiB"));
	EXPECT_NULL(identity->bytes);
}

TEST_F(files, broken_modules)
{
	HAND_FREE struct hand_bytes file = hand_elf_of(hand_modinfo, sizeof(hand_modinfo));
	Elf64_Ehdr *header = (void *)file.data;
	Elf64_Shdr *sections = (void *)(file.data + header->e_shoff);

	/* By its name somebody may try to load it, and the kernel will be asked. */
	put("text.ko", "no module", 9);
	IDENTITY *text = identify("text.ko");
	EXPECT_NULL(text->module);
	EXPECT_EQ(9, text->bytes_size);

	sections[2].sh_name = 0x7fffffff;
	put("lies", file.data, file.size);
	IDENTITY *lies = identify("lies");
	ASSERT_NOT_NULL(lies->module);
	EXPECT_STREQ("hand", lies->module->name);
	EXPECT_STREQ("the module's section headers lie", lies->warning);

	sections[2].sh_name = HAND_TEXT_NAME;
	hand_trailer(&file, "\x30\x80", 2, 2);
	put("signature", file.data, file.size);
	IDENTITY *signature = identify("signature");
	ASSERT_NOT_NULL(signature->module);
	EXPECT_EQ(EMBARGO_SIGNATURE_UNREADABLE, signature->module->signature);
	EXPECT_STREQ("the module's signature cannot be read", signature->warning);
}

TEST_F(files, module_cut_anywhere)
{
	HAND_FREE struct hand_bytes file = hand_elf_of(hand_modinfo, sizeof(hand_modinfo));
	size_t size;

	for (size = 0; size < file.size; size += 7) {
		put("cut.ko", file.data, size);
		IDENTITY *identity = identify("cut.ko");
		EXPECT_NULL(identity->module);
	}
}

/* Of this program; and a file with holes that says it has 2^32 sections. */
TEST_F(files, build_id)
{
	Elf64_Ehdr bomb = {
		.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
		.e_type = ET_DYN,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_ehsize = sizeof(bomb),
		.e_shoff = 4096,
		.e_shentsize = sizeof(Elf64_Shdr),
	};
	Elf64_Shdr first = {.sh_size = 0xfffffff0};
	FILE *out;

	put("bomb", &bomb, sizeof(bomb));
	out = fopen("bomb", "r+");
	ASSERT_NOT_NULL(out);
	fseek(out, 4096, SEEK_SET);
	fwrite(&first, sizeof(first), 1, out);
	fclose(out);
	ASSERT_EQ(0, truncate("bomb", 1LL << 26));
	IDENTITY *refused = identify("bomb");
	EXPECT_STREQ("its ELF headers cannot be read", refused->warning);

	IDENTITY *me = identify("/proc/self/exe");
	EXPECT_EQ(EMBARGO_FORMAT_ELF, me->format);
	if (!run("readelf -n /proc/%d/exe | grep 'Build ID'", getpid()) || !me->build_id)
		SKIP("built without a build-id");
	EXPECT_TRUE(run("readelf -n /proc/%d/exe | grep 'Build ID: %s$'", getpid(), me->build_id));
}

TEST_F(files, certificates)
{
	static const struct hand_attribute name[] = {
		{"O", V_ASN1_UTF8STRING, "Banned, Ltd", 0}, {"CN", V_ASN1_UTF8STRING, "Signing", 0}, {}};
	struct hand_signer signer = hand_signer_new("P-256", name, (const unsigned char *)"\x81\x02", 2);
	unsigned char *der = NULL, sha256[32];
	int size = i2d_X509(signer.certificate, &der);
	FILE *out = fopen("both.pem", "w");

	put("one.der", der, size);
	IDENTITY *one = identify("one.der");
	ASSERT_EQ(1, one->certificate_count);
	EXPECT_STREQ("CN=Signing,O=Banned\\, Ltd", one->certificates[0].subject);
	EXPECT_STREQ("CN=Signing,O=Banned\\, Ltd", one->certificates[0].issuer);
	EXPECT_STREQ("8102", one->certificates[0].serial);
	EXPECT_EQ(40, strlen(one->certificates[0].key_id));
	SHA256(der, size, sha256);
	EXPECT_MEMEQ(sha256, one->certificates[0].sha256, 32);

	ASSERT_NOT_NULL(out);
	fputs("Words before it\n", out);
	PEM_write_X509(out, signer.certificate);
	fputs("and between\n", out);
	PEM_write_X509(out, signer.certificate);
	fclose(out);
	IDENTITY *both = identify("both.pem");
	EXPECT_EQ(2, both->certificate_count);

	put("key.pem", "-----BEGIN PRIVATE KEY-----\n", 28);
	IDENTITY *none = identify("key.pem");
	EXPECT_EQ(0, none->certificate_count);
	put("cut.der", der, size - 1);
	IDENTITY *cut = identify("cut.der");
	EXPECT_EQ(0, cut->certificate_count);
	OPENSSL_free(der);
	hand_signer_free(&signer);
}

/* openssl says the same of a certificate's parts. */
TEST_F(files, certificate_as_openssl_shows_it)
{
	_cleanup_free_ char *spki = NULL, *whole = NULL;

	if (!run("openssl req -x509 -newkey rsa:2048 -nodes -keyout k -out c.pem -subj '/C=US/O=A+O=B/CN=x "
		 "y' "
		 "-multivalue-rdn"))
		SKIP("no openssl here");
	IDENTITY *identity = identify("c.pem");
	ASSERT_EQ(1, identity->certificate_count);
	spki = embargo_hex(identity->certificates[0].spki_sha256, 32);
	whole = embargo_hex(identity->certificates[0].sha256, 32);
	EXPECT_TRUE(run("openssl x509 -in c.pem -outform DER | sha256sum | grep ^%s", whole));
	EXPECT_TRUE(run("openssl x509 -in c.pem -pubkey -noout | openssl pkey -pubin -outform DER | "
			"sha256sum | grep ^%s",
			spki));
	EXPECT_TRUE(run("openssl x509 -in c.pem -noout -serial | grep -i ^serial=0*%s$",
			identity->certificates[0].serial));
	EXPECT_TRUE(run("openssl x509 -in c.pem -noout -issuer -nameopt RFC2253 | grep -F '%s'",
			identity->certificates[0].issuer));
}

TEST_HARNESS_MAIN
