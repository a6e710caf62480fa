// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The modprobe of Debian 12, of Debian 13 and of busybox, with plain and compressed modules: each ends in a
 * verdict on the plain bytes. Which way they come in the end is in the event.
 */
#include "tests/guest/driver_tree.h"

#define DEBIAN13 DRIVER_CORPUS "/debian13"

enum tool { DEBIAN_12, DEBIAN_13, BUSYBOX };

/* Its exit status; what it says is in *@ret_output. */
static int modprobe(enum tool tool, const char *module, char **ret_output)
{
	switch (tool) {
	case DEBIAN_12:
		return GUEST_RUN(ret_output, "modprobe", module);
	case DEBIAN_13:
		return GUEST_RUN(ret_output, DEBIAN13 "/loader", "--library-path", DEBIAN13, "--argv0",
				 "modprobe", DEBIAN13 "/kmod", module);
	case BUSYBOX:
		return GUEST_RUN(ret_output, "busybox", "modprobe", module);
	}
	return -EINVAL;
}

FIXTURE(kmod)
{
	char plain[65];
};

FIXTURE_VARIANT(kmod)
{
	enum tool tool;
	const char *suffix;	    /* how the module is stored */
	enum embargo_origin shown;  /* how it comes in the end to kernels that show plain bytes, */
	enum embargo_origin hidden; /* to those that unpack but do not show, */
	enum embargo_origin packed; /* and to those that do not unpack */
};

#define FILE_ EMBARGO_ORIGIN_FILE
#define MEMORY EMBARGO_ORIGIN_MEMORY
#define COMPRESSED EMBARGO_ORIGIN_COMPRESSED

FIXTURE_VARIANT_ADD(kmod, debian12_plain){DEBIAN_12, "", FILE_, FILE_, FILE_};
FIXTURE_VARIANT_ADD(kmod, debian12_xz){DEBIAN_12, ".xz", MEMORY, MEMORY, MEMORY};
FIXTURE_VARIANT_ADD(kmod, debian12_zstd){DEBIAN_12, ".zst", MEMORY, MEMORY, MEMORY};
FIXTURE_VARIANT_ADD(kmod, debian13_plain){DEBIAN_13, "", FILE_, FILE_, FILE_};
FIXTURE_VARIANT_ADD(kmod, debian13_xz){DEBIAN_13, ".xz", COMPRESSED, MEMORY, MEMORY};
FIXTURE_VARIANT_ADD(kmod, debian13_zstd){DEBIAN_13, ".zst", MEMORY, MEMORY, MEMORY};
/* It tries again from memory whatever the kernel said. */
FIXTURE_VARIANT_ADD(kmod, busybox_plain){BUSYBOX, "", MEMORY, MEMORY, MEMORY};
FIXTURE_VARIANT_ADD(kmod, busybox_xz){BUSYBOX, ".xz", MEMORY, MEMORY, MEMORY};
FIXTURE_VARIANT_ADD(kmod, busybox_gzip){BUSYBOX, ".gz", MEMORY, MEMORY, MEMORY};

static enum embargo_origin expected_origin(const struct kmod_variant *variant)
{
	if (DRIVER_SHOWS_PLAIN)
		return variant->shown;
	return DRIVER_UNPACKS ? variant->hidden : variant->packed;
}

static void expect_loads(const struct kmod_variant *variant)
{
	char *output = NULL;

	EXPECT_EQ(0, modprobe(variant->tool, "crc-itu-t", &output))
	{
		TH_LOG("%s", output);
	}
	EXPECT_TRUE(driver_is_loaded(DRIVER_MODULE));
	driver_unload(DRIVER_MODULE);
	free(output);
}

FIXTURE_SETUP(kmod)
{
	DRIVER_LIFT();
	driver_tree_make();
	unlink(DRIVER_TREE "/crc-itu-t.ko");
	unlink(DRIVER_TREE "/crc-itu-t.ko.xz");
	driver_tree_put(driver_path(PATH_OF("stock.ko%s", variant->suffix)),
			PATH_OF("crc-itu-t.ko%s", variant->suffix));
	driver_tree_index();
	/* Debian's kmod knows no gzip, so its depmod passes over the file: busybox reads this list. */
	if (!strcmp(variant->suffix, ".gz"))
		EXPECT_EQ(0,
			  GUEST_RUN(NULL, "sh", "-c", "echo crc-itu-t.ko.gz: >>" DRIVER_TREE "/modules.dep"));
	guest_sha256(driver_path("stock.ko"), self->plain);
	expect_loads(variant);
	driver_events_skip();
}

FIXTURE_TEARDOWN(kmod)
{
	DRIVER_LIFT();
	expect_loads(variant);
	driver_events_none();
	driver_tree_remove();
}

TEST_F(kmod, by_plain_hash)
{
	struct driver_event event;
	char *output = NULL;
	int seen = 0;

	DRIVER_BAN("ban hash %s\n", driver_hash(driver_path("stock.ko")));
	EXPECT_NE(0, modprobe(variant->tool, "crc-itu-t", &output));
	EXPECT_FALSE(driver_is_loaded(DRIVER_MODULE));
	EXPECT_NOT_NULL(strstr(output, strerror(EPERM)))
	{
		TH_LOG("%s", output);
	}
	free(output);
	while (driver_event_next(&event)) {
		seen++;
		EXPECT_EQ(EMBARGO_DENIED, event.event.verdict);
		EXPECT_STREQ(self->plain, event.sha256);
		EXPECT_EQ(getpid(), event.event.parent_tgid);
		EXPECT_EQ(0, event.event.request_tgid);
	}
	EXPECT_EQ(variant->tool == BUSYBOX && !*variant->suffix ? 2 : 1, seen);
	EXPECT_EQ(expected_origin(variant), event.event.origin);
}

TEST_F(kmod, by_stored_hash)
{
	const char *stored = driver_path(PATH_OF("stock.ko%s", variant->suffix));
	/* Debian 12's kmod reads compressed files itself: the kernel sees them nowhere. So does Debian 13's
	 * with zstd. */
	bool shown = !*variant->suffix || variant->tool == BUSYBOX ||
		     expected_origin(variant) == COMPRESSED ||
		     (variant->tool == DEBIAN_13 && !strcmp(variant->suffix, ".xz") && DRIVER_UNPACKS);

	DRIVER_BAN("ban hash %s\n", driver_hash(stored));
	/* And busybox comes back with plain bytes, of which the rule says nothing. */
	if (*variant->suffix && variant->tool == BUSYBOX) {
		expect_loads(variant);
		EXPECT_EQ(COMPRESSED, driver_event_take().event.origin);
	} else if (shown) {
		EXPECT_NE(0, modprobe(variant->tool, "crc-itu-t", &(char *){NULL}));
		EXPECT_FALSE(driver_is_loaded(DRIVER_MODULE));
	} else {
		expect_loads(variant);
	}
	driver_events_skip();
}

GUEST_MAIN
