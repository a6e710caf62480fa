// SPDX-License-Identifier: GPL-2.0-or-later
/* Drivers as a booting Debian loads them: by systemd-modules-load, and by udev for a device that appears. */
#include "tests/guest/driver_tree.h"

#define BOOT_FILES GUEST_TESTS "/files/boot"
#define MODULES_LOAD "/etc/modules-load.d"
#define RULES "/run/udev/rules.d"
#define DEVICE "/sys/devices/platform/serial8250" /* PCs have it, and the other machines that guests are */
#define ALIAS_SHIPPED "alias=platform:embargo-test"
#define ALIAS_OF_DEVICE "alias=platform:serial8250"
#define DRIVER "/run/driver-for-device.ko"

FIXTURE(boot)
{
	char *driver;
};

/* told.ko, made to be the driver of a device that is there. */
static void make_driver(void)
{
	DRIVER_FREE struct driver_bytes bytes = driver_read(driver_path("told.ko"));
	char *alias = memmem(bytes.data, bytes.size, ALIAS_SHIPPED, sizeof(ALIAS_SHIPPED));

	ASSERT_NOT_NULL(alias);
	memset(alias, 0, sizeof(ALIAS_SHIPPED));
	strcpy(alias, ALIAS_OF_DEVICE);
	driver_write(DRIVER, &bytes);
}

FIXTURE_SETUP(boot)
{
	DRIVER_LIFT();
	make_driver();
	driver_tree_make();
	unlink(DRIVER_TREE "/crc-itu-t.ko");
	unlink(DRIVER_TREE "/crc-itu-t.ko.xz");
	driver_tree_put(DRIVER, "crc-itu-t.ko");
	driver_tree_index();
	driver_events_skip();
	setenv("LD_LIBRARY_PATH", BOOT_FILES "/lib", 1);
	setenv("SYSTEMD_LOG_TARGET", "console", 1);
}

FIXTURE_TEARDOWN(boot)
{
	DRIVER_LIFT();
	driver_tree_remove();
	unlink(DRIVER);
}

static void ban_driver(void)
{
	DRIVER_BAN("ban hash %s\n", driver_hash(DRIVER));
}

/* One event, of @comm; and @output gives the kernel's reason. */
static void expect_refused(const char *comm, const char *output)
{
	struct driver_event event = driver_event_take();

	driver_events_none();
	EXPECT_FALSE(driver_is_loaded(DRIVER_MODULE));
	EXPECT_EQ(EMBARGO_DENIED, event.event.verdict);
	EXPECT_STREQ(DRIVER_MODULE, event.event.module);
	EXPECT_STREQ(comm, event.event.comm);
	EXPECT_NOT_NULL(strstr(output, "Failed to insert module"))
	{
		TH_LOG("%s", output);
	}
	EXPECT_NOT_NULL(strstr(output, "Operation not permitted"))
	{
		TH_LOG("%s", output);
	}
}

TEST_F(boot, by_systemd_modules_load)
{
	ASSERT_EQ(0, GUEST_RUN(NULL, "mkdir", "-p", MODULES_LOAD));
	guest_put_text(MODULES_LOAD "/test.conf",
		       "# comes first, and does not keep the other out\n" DRIVER_MODULE "\nllc\n");
	for (int banned = 0; banned < 2; banned++) {
		char *output = NULL;
		int status;

		if (banned)
			ban_driver();
		status = GUEST_RUN(&output, BOOT_FILES "/systemd-modules-load");
		EXPECT_EQ(banned, status)
		{
			TH_LOG("%s", output);
		}
		EXPECT_TRUE(driver_is_loaded("llc"));
		driver_unload("llc");
		if (banned)
			expect_refused("systemd-modules", output);
		EXPECT_EQ(!banned, driver_is_loaded(DRIVER_MODULE));
		if (!banned)
			driver_unload(DRIVER_MODULE);
	}
	unlink(MODULES_LOAD "/test.conf");
}

static pid_t start_udev(int log)
{
	const char *const argv[] = {BOOT_FILES "/systemd-udevd", "--debug", NULL};
	pid_t pid = guest_spawn(argv, log, log);
	char *output = NULL;

	for (int i = 0; i < 100; i++)
		if (GUEST_RUN(&output, BOOT_FILES "/udevadm", "control", "--ping") == 0)
			return pid;
	ASSERT_TRUE(false)
	{
		TH_LOG("systemd-udevd does not answer: %s%s", output, guest_slurp(log));
	}
	return pid;
}

/* The device appears (once more), and udev has done what its rules say. */
static void appear(void)
{
	int fd = open(DEVICE "/uevent", O_WRONLY | O_CLOEXEC);

	ASSERT_EQ(3, write(fd, "add", 3))
	{
		TH_LOG(DEVICE "/uevent: %m");
	}
	close(fd);
	ASSERT_EQ(0, GUEST_RUN(NULL, BOOT_FILES "/udevadm", "settle", "--timeout=30"));
}

TEST_F(boot, by_udev_for_a_device)
{
	int log = memfd_create("log", MFD_CLOEXEC);
	size_t before;
	pid_t udev;

	ASSERT_EQ(0, GUEST_RUN(NULL, "mkdir", "-p", RULES));
	ASSERT_EQ(0, GUEST_RUN(NULL, "cp", BOOT_FILES "/80-drivers.rules", RULES));
	udev = start_udev(log);
	appear();
	EXPECT_TRUE(driver_is_loaded(DRIVER_MODULE))
	{
		TH_LOG("%s", guest_slurp(log));
	}
	driver_unload(DRIVER_MODULE);
	ban_driver();
	before = strlen(guest_slurp(log));
	appear();
	expect_refused("(udev-worker)", guest_slurp(log) + before);
	GUEST_RUN(NULL, BOOT_FILES "/udevadm", "control", "--exit");
	EXPECT_EQ(0, attempt_status(udev));
	GUEST_RUN(NULL, "rm", "-r", "/run/udev");
}

GUEST_MAIN
