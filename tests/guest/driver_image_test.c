// SPDX-License-Identifier: GPL-2.0-or-later
/* Firmware and kexec images pass the same hooks as modules: by hash, and only by rules for their format. */
#include "tests/guest/driver_event.h"

#define FIRMWARE "embargo.bin"
#define FIRMWARE_DIR "/usr/lib/firmware"
#define KEXEC_FILE_UNLOAD 1

/* What the kernel does not read as it stands, and nothing else is. */
static void put(const char *path, unsigned int salt)
{
	struct guest_content content = {.size = FILE_SIZE};

	guest_fill(&content, 0, salt);
	guest_put(path, &content);
}

/* The driver asks for it when it is loaded. 0: it was read. */
static int firmware(const char *name)
{
	DRIVER_FREE struct driver_bytes tool = driver_read(driver_path("tool.ko"));

	ASSERT_EQ(-1, syscall(SYS_init_module, tool.data, tool.size, PATH_OF("firmware=%s", name)));
	return errno == ECANCELED ? 0 : -errno;
}

/* Debian's kernels for arm64 have only kexec_load(2), which the lockdown refuses where images must be
 * checked. */
#ifdef __aarch64__
#define KEXEC_FILE false
#else
#define KEXEC_FILE true
#endif

/* 0: taken, and dropped again. */
static int kexec(const char *kernel, const char *initrd)
{
	int image = open(kernel, O_RDONLY | O_CLOEXEC), second = open(initrd, O_RDONLY | O_CLOEXEC);
	int r = syscall(SYS_kexec_file_load, image, second, 1UL, "", 0UL) ? -errno : 0;

	close(image);
	close(second);
	if (!r)
		EXPECT_EQ(0, syscall(SYS_kexec_file_load, -1, -1, 0UL, "", KEXEC_FILE_UNLOAD));
	return r;
}

FIXTURE(image)
{
	char *firmware, *kernel, *initrd;
};

FIXTURE_SETUP(image)
{
	if (access(driver_path("tool.ko"), R_OK))
		SKIP("there are no headers of this kernel");
	self->firmware = strdup(FIRMWARE_DIR "/" FIRMWARE);
	self->kernel = driver_path("vmlinuz");
	self->initrd = strdup("/tmp/initrd");
	mkdir(FIRMWARE_DIR, 0755);
	EXPECT_EQ(-ENOENT, firmware(FIRMWARE));
	put(self->firmware, 1);
	put(self->initrd, 2);
	ASSERT_EQ(0, firmware(FIRMWARE));
	if (KEXEC_FILE)
		ASSERT_EQ(0, kexec(self->kernel, self->initrd));
	driver_events_skip();
}

FIXTURE_TEARDOWN(image)
{
	DRIVER_LIFT();
	EXPECT_EQ(0, firmware(FIRMWARE));
	if (KEXEC_FILE)
		EXPECT_EQ(0, kexec(self->kernel, self->initrd));
	unlink(self->firmware);
	unlink(self->initrd);
}

static void expect_refused(const char *path, unsigned int format)
{
	struct driver_event event = driver_event_take();
	char hex[65];

	driver_events_none();
	guest_sha256(path, hex);
	EXPECT_EQ(EMBARGO_DENIED, event.event.verdict);
	EXPECT_EQ(EMBARGO_HOOK_READ_FILE, event.event.hook);
	EXPECT_EQ(format, event.event.format);
	EXPECT_EQ(EMBARGO_ORIGIN_NONE, event.event.origin);
	EXPECT_EQ(getpid(), event.event.tgid);
	EXPECT_STREQ(hex, event.sha256);
	EXPECT_STREQ(path, event.path);
}

TEST_F(image, firmware)
{
	DRIVER_BAN("ban hash %s format=firmware\n", driver_hash(self->firmware));
	EXPECT_EQ(-EPERM, firmware(FIRMWARE));
	expect_refused(self->firmware, EMBARGO_FORMAT_FIRMWARE);
	DRIVER_BAN("ban hash %s\n", driver_hash_unsized(self->firmware));
	EXPECT_EQ(-EPERM, firmware(FIRMWARE));
	expect_refused(self->firmware, EMBARGO_FORMAT_FIRMWARE);
	DRIVER_BAN("ban path \"%s/\"\n", FIRMWARE_DIR);
	EXPECT_EQ(-EPERM, firmware(FIRMWARE));
	put(self->firmware, 3); /* another content of the same size */
	DRIVER_BAN("ban hash %s format=firmware\n", driver_hash(self->initrd));
	EXPECT_EQ(0, firmware(FIRMWARE));
}

/* The kernel unpacks it: by its hash as stored. */
TEST_F(image, firmware_compressed)
{
	EXPECT_EQ(0, rename(self->firmware, FIRMWARE_DIR "/packed.bin"));
	EXPECT_EQ(0, GUEST_RUN(NULL, "cp", driver_path("stock.ko.xz"), FIRMWARE_DIR "/" FIRMWARE ".xz"));
	EXPECT_EQ(0, firmware(FIRMWARE));
	DRIVER_BAN("ban hash %s format=firmware\n", driver_hash(driver_path("stock.ko.xz")));
	EXPECT_EQ(-EPERM, firmware(FIRMWARE));
	EXPECT_EQ(0, unlink(FIRMWARE_DIR "/" FIRMWARE ".xz"));
	EXPECT_EQ(0, rename(FIRMWARE_DIR "/packed.bin", self->firmware));
}

TEST_F(image, kexec_kernel)
{
	if (!KEXEC_FILE)
		SKIP("this kernel has no kexec_file_load");
	DRIVER_BAN("ban hash %s format=kexec\n", driver_hash(self->kernel));
	EXPECT_EQ(-EPERM, kexec(self->kernel, self->initrd));
	expect_refused(self->kernel, EMBARGO_FORMAT_KEXEC);
}

TEST_F(image, kexec_initrd)
{
	if (!KEXEC_FILE)
		SKIP("this kernel has no kexec_file_load");
	DRIVER_BAN("ban hash %s format=kexec\n", driver_hash_unsized(self->initrd));
	EXPECT_EQ(-EPERM, kexec(self->kernel, self->initrd));
	expect_refused(self->initrd, EMBARGO_FORMAT_KEXEC);
}

struct other {
	const char *file, *formats; /* all but what it is; an ELF file is what a module is too */
};

/* A rule for one format has files of another not even hashed. */
TEST_F(image, other_formats)
{
	const struct other others[] = {
		{self->firmware, "elf,pe,script,other,module,kexec"},
		{self->kernel, "elf,pe,script,other,module,firmware"},
		{driver_path("stock.ko"), "pe,script,other,firmware,kexec"},
	};

	for (int i = 0; i < 6; i++) {
		DRIVER_BAN("ban hash %s format=%s\n",
			   i < 3 ? driver_hash(others[i].file) : driver_hash_unsized(others[i % 3].file),
			   others[i % 3].formats);
		EXPECT_EQ(0, firmware(FIRMWARE));
		if (KEXEC_FILE)
			EXPECT_EQ(0, kexec(self->kernel, self->initrd));
		EXPECT_EQ(0, driver_finit(others[2].file));
		EXPECT_EQ(0, driver_init(others[2].file));
	}
	driver_events_none();
}

/* Identities are a module's: what stands in another image is not read. */
TEST_F(image, identity_of_modules_alone)
{
	EXPECT_EQ(0, GUEST_RUN(NULL, "cp", driver_path("told.ko"), self->firmware));
	DRIVER_BAN("ban module license=GPL name=" DRIVER_MODULE "\n");
	EXPECT_EQ(-EPERM, driver_init(self->firmware));
	EXPECT_EQ(0, firmware(FIRMWARE));
	if (KEXEC_FILE)
		EXPECT_EQ(-ENOEXEC, kexec(self->firmware, self->initrd));
}

GUEST_MAIN
