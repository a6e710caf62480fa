// SPDX-License-Identifier: GPL-2.0-or-later
/* Drivers by what their .modinfo says: told.ko has every field (tests/drivers/told.modinfo), stock.ko few of
 * them. */
#include "tests/guest/driver_event.h"

FIXTURE(modinfo)
{
	char *told, *stock;
};

FIXTURE_SETUP(modinfo)
{
	DRIVER_LIFT();
	self->told = driver_path("told.ko");
	self->stock = driver_path("stock.ko");
	ASSERT_EQ(0, driver_init(self->told));
	ASSERT_EQ(0, driver_finit(self->told));
	ASSERT_EQ(0, driver_init(self->stock));
	driver_events_skip();
}

FIXTURE_TEARDOWN(modinfo)
{
	DRIVER_LIFT();
	EXPECT_EQ(0, driver_init(self->told));
	EXPECT_EQ(0, driver_init(self->stock));
	driver_events_none();
}

static const struct saying {
	const char *fields;
	bool told; /* refuses told.ko */
	bool stock;
} sayings[] = {
	{"name=" DRIVER_MODULE, true, true},
	{"name=crc*", true, true},
	{"name=crc_itu", false, false},
	{"name=" DRIVER_MODULE "_t", false, false},
	{"name=\"*\"", true, true},
	{"author=\"Alpha Author <alpha@example.org>\"", true, false},
	{"author=\"Alpha Author*\"", true, false},
	{"author=\"Alpha Author\"", false, false},
	{"author=\"Example Lab JSC\"", true, false}, /* the second one */
	{"author=\"example lab jsc\"", false, false},
	{"description=\"Embargo's test driver: tells everything\"", true, false},
	{"description=\"CRC ITU-T V.41 calculations\"", false, true},
	{"description=\"Embargo's test driver: tells everything*\"", true, false},
	{"license=GPL", true, true},
	{"license=GPL*", true, true},
	{"license=\"GPL v2\"", false, false},
	{"srcversion=0123456789ABCDEF0123456", true, false},
	{"srcversion=0123456789ABCDEF*", true, false},
	{"srcversion=0123456789ABCDEF", false, false},
	{"alias=\"pci:v0000EBA0d00000001sv*sd*bc*sc*i*\"", true,
	 false}, /* only the last * stands for anything */
	{"alias=pci:*sv*", false, false},
	{"alias=pci:v0000EBA0*", true, false},
	{"alias=fs-embargofs", true, false},
	{"alias=fs-embargo", false, false},
	{"name=" DRIVER_MODULE " license=GPL", true, true},
	{"name=" DRIVER_MODULE " license=BSD", false, false},
	{"name=crc* author=\"Example Lab*\" alias=platform:* srcversion=0123* license=GPL "
	 "description=Embargo*",
	 true, false},
	{"name=crc* author=\"Example Lab*\" alias=platform:* srcversion=0123* license=GPL "
	 "description=embargo*",
	 false, false},
	{"author=\"Alpha*\" alias=net-pf-36", true, false},
};

TEST_F_TIMEOUT(modinfo, every_field, 240)
{
	for (size_t i = 0; i < sizeof(sayings) / sizeof(sayings[0]); i++) {
		const struct saying *saying = &sayings[i];
		struct driver_event event;

		DRIVER_BAN("ban module %s\n", saying->fields);
		EXPECT_EQ(saying->told ? -EPERM : 0, driver_init(self->told))
		{
			TH_LOG("%s", saying->fields);
		}
		if (saying->told) {
			event = driver_event_take();
			EXPECT_EQ(EMBARGO_KIND_MODULE, event.event.kind);
			EXPECT_STREQ(DRIVER_MODULE, event.event.module);
			EXPECT_EQ(EMBARGO_EVENT_UNSIGNED, event.event.flags);
			EXPECT_EQ(-EPERM, driver_finit(self->told))
			{
				TH_LOG("%s", saying->fields);
			}
		}
		EXPECT_EQ(saying->stock ? -EPERM : 0, driver_init(self->stock))
		{
			TH_LOG("%s", saying->fields);
		}
		driver_events_skip();
	}
}

/* Several rules, of which one matches, and the event says which. */
TEST_F(modinfo, one_of_several)
{
	struct driver_event event;

	DRIVER_BAN("ban module name=nothing\nban module author=\"Nobody*\" license=GPL\n"
		   "ban module srcversion=0123* name=\"Example filter\"\nban module alias=fs-embargofs "
		   "license=GPL\n");
	EXPECT_EQ(-EPERM, driver_init(self->told));
	event = driver_event_take();
	EXPECT_EQ(3, event.event.rule);
	EXPECT_EQ(0, driver_init(self->stock));
	driver_events_none();
}

/* A signature changes nothing of what is said. */
TEST_F(modinfo, signed_and_compressed)
{
	const char *xz = driver_path("told-rsa.ko.xz");

	EXPECT_EQ(DRIVER_UNPACKS ? 0 : -EOPNOTSUPP, driver_finit_compressed(xz));
	DRIVER_BAN("ban module author=\"Example Lab*\"\n");
	EXPECT_EQ(-EPERM, driver_init(driver_path("told-rsa.ko")));
	EXPECT_STREQ("Example driver key", driver_event_take().event.signer);
	EXPECT_EQ(DRIVER_SHOWS_PLAIN ? -EPERM : -ENOSYS, driver_finit_compressed(xz));
	driver_events_skip();
}

GUEST_MAIN
