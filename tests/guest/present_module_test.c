// SPDX-License-Identifier: GPL-2.0-or-later
/* A module that was loaded before its ban came is told by status and by scan. */
#include "tests/guest/driver.h"

FIXTURE(loaded)
{
	char *told;
};

FIXTURE_SETUP(loaded)
{
	DRIVER_FREE struct driver_bytes bytes = {};

	DRIVER_LIFT();
	self->told = driver_path("told.ko");
	bytes = driver_read(self->told);
	ASSERT_EQ(0, syscall(SYS_init_module, bytes.data, bytes.size, ""));
	ASSERT_TRUE(driver_is_loaded(DRIVER_MODULE));
}

FIXTURE_TEARDOWN(loaded)
{
	DRIVER_LIFT();
	driver_unload(DRIVER_MODULE);
}

/* What both say of @module; @place: part of the line that tells why */
static void expect_told(const char *module, const char *why)
{
	char *output = NULL;
	json_t *status, *banned;

	EXPECT_EQ(0, GUEST_RUN(&output, "embargo", "status"));
	EXPECT_NOT_NULL(strstr(output, PATH_OF("BANNED      module %s is loaded since before", module)))
	{
		TH_LOG("%s", output);
	}
	EXPECT_NOT_NULL(strstr(output, why));
	EXPECT_EQ(0, GUEST_RUN(&output, "embargo", "status", "--json"));
	status = json_loads(output, 0, NULL);
	banned = json_array_get(json_object_get(status, "banned_modules"), 0);
	EXPECT_STREQ(module, json_string_value(json_object_get(banned, "module")));
	EXPECT_EQ(1, json_array_size(json_object_get(status, "banned_modules")));
	EXPECT_EQ(3, GUEST_RUN(&output, "embargo", "scan", "--present"));
	EXPECT_NOT_NULL(strstr(output, "denied module"))
	{
		TH_LOG("%s", output);
	}
	EXPECT_NOT_NULL(strstr(output, module));
	EXPECT_NOT_NULL(strstr(output, why));
}

TEST_F(loaded, by_its_name)
{
	DRIVER_BAN("ban module name=" DRIVER_MODULE " reason=\"by name\"\n");
	EXPECT_TRUE(driver_is_loaded(DRIVER_MODULE));
	expect_told(DRIVER_MODULE, "by name");
}

/* The file of that name in /lib/modules is another: what was loaded says it itself. */
TEST_F(loaded, by_its_srcversion)
{
	DRIVER_BAN("ban module srcversion=0123456789ABCDEF* reason=\"by srcversion\"\n");
	expect_told(DRIVER_MODULE, "by srcversion");
}

TEST_F(loaded, and_what_is_not_banned)
{
	char *output = NULL;

	DRIVER_BAN("ban module srcversion=1123456789ABCDEF*\nban module name=crc_itu\n");
	EXPECT_EQ(0, GUEST_RUN(&output, "embargo", "status"));
	EXPECT_NULL(strstr(output, "BANNED"));
	EXPECT_EQ(0, GUEST_RUN(&output, "embargo", "scan", "--present"))
	{
		TH_LOG("%s", output);
	}
}

/* By the hash of the file that modprobe loaded, compressed or not. */
TEST_F(loaded, by_its_hash)
{
	char *output = NULL, *line, *end;
	struct utsname system;
	const char *file;

	uname(&system);
	ASSERT_EQ(0, GUEST_RUN(&output, "modprobe", "dummy"));
	ASSERT_EQ(0, GUEST_RUN(&output, "cat", PATH_OF("/lib/modules/%s/modules.dep", system.release)));
	line = strstr(output, "/dummy.ko");
	ASSERT_NOT_NULL(line);
	end = strchr(line, ':');
	while (line > output && line[-1] != '\n')
		line--;
	*end = '\0';
	file = PATH_OF(*line == '/' ? "%s%s" : "/lib/modules/%s/%s", *line == '/' ? "" : system.release,
		       line);
	DRIVER_BAN("ban hash %s reason=\"by hash\"\n", driver_hash(file));
	expect_told("dummy", "by hash");
	EXPECT_EQ(0, GUEST_RUN(&output, "rmmod", "dummy"));
}

GUEST_MAIN
