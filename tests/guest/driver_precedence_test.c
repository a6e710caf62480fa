// SPDX-License-Identifier: GPL-2.0-or-later
/* Several rules for one driver: hash before identity before path; at one level allow before audit before ban.
 */
#include "tests/guest/driver_event.h"

#define SIGNER "signer issuer=\"CN=Example driver key,O=Example\\\\, Inc.\" serial=4142\n"

FIXTURE(precedence)
{
	char *file, *hash;
	char path[64];
};

FIXTURE_SETUP(precedence)
{
	self->file = driver_path("told-rsa.ko");
	self->hash = driver_hash(self->file);
	strcpy(self->path, "path \"" DRIVER_CORPUS "/\"");
	DRIVER_LIFT();
	ASSERT_EQ(0, driver_init(self->file));
	ASSERT_EQ(0, driver_finit(self->file));
	driver_events_skip();
}

FIXTURE_TEARDOWN(precedence)
{
	DRIVER_LIFT();
	EXPECT_EQ(0, driver_init(self->file));
	EXPECT_EQ(0, driver_finit(self->file));
}

static void expect(const struct precedence_self *self, int from_file, int from_memory)
{
	EXPECT_EQ(from_file, driver_finit(self->file));
	EXPECT_EQ(from_memory, driver_init(self->file));
}

TEST_F(precedence, allowed_hash_banned_identity)
{
	DRIVER_BAN("ban " SIGNER "ban module name=" DRIVER_MODULE "\n");
	expect(self, -EPERM, -EPERM);
	driver_events_skip();
	DRIVER_BAN("ban " SIGNER "ban module name=" DRIVER_MODULE "\nban %s\nallow hash %s\n", self->path,
		   self->hash);
	expect(self, 0, 0);
	driver_events_none();
	/* Another with the same signer and name gets nothing of it. */
	EXPECT_EQ(-EPERM, driver_init(driver_path("rsa.ko")));
}

TEST_F(precedence, banned_hash_allowed_identity)
{
	DRIVER_BAN("allow " SIGNER "allow module name=" DRIVER_MODULE "\nallow %s\nban hash %s\n", self->path,
		   self->hash);
	expect(self, -EPERM, -EPERM);
	EXPECT_EQ(EMBARGO_KIND_HASH, driver_event_take().event.kind);
}

TEST_F(precedence, allowed_identity_banned_path)
{
	DRIVER_BAN("ban %s\n", self->path);
	expect(self, -EPERM, 0); /* from memory it has none */
	EXPECT_STREQ(self->file, driver_event_take().path);
	driver_events_none();
	DRIVER_BAN("ban %s\nallow " SIGNER, self->path);
	expect(self, 0, 0);
	DRIVER_BAN("ban %s\nallow module license=GPL\n", self->path);
	expect(self, 0, 0);
	driver_events_none();
}

TEST_F(precedence, banned_identity_allowed_path)
{
	DRIVER_BAN("allow %s\nban " SIGNER, self->path);
	expect(self, -EPERM, -EPERM);
}

/* Before 7.0 a compressed file's identity is not known while its path is. */
TEST_F(precedence, compressed)
{
	char *xz = driver_path("told-rsa.ko.xz");

	DRIVER_BAN("ban %s\n", self->path);
	EXPECT_EQ(-EPERM, driver_finit_compressed(xz));
	EXPECT_STREQ(xz, driver_event_take().path);
	DRIVER_BAN("ban %s\nallow " SIGNER, self->path);
	EXPECT_EQ(DRIVER_SHOWS_PLAIN ? 0 : -EPERM, driver_finit_compressed(xz));
	/* What is allowed as stored must be allowed plain, too. */
	DRIVER_BAN("allow hash %s\nban " SIGNER, driver_hash(xz));
	EXPECT_EQ(DRIVER_SHOWS_PLAIN ? -EPERM : -ENOSYS, driver_finit_compressed(xz));
	EXPECT_EQ(-EPERM, driver_init(self->file));
	DRIVER_BAN("allow hash %s\nban " SIGNER, self->hash);
	EXPECT_EQ(DRIVER_SHOWS_PLAIN ? 0 : -ENOSYS, driver_finit_compressed(xz));
	EXPECT_EQ(0, driver_init(self->file));
}

TEST_F(precedence, at_one_level)
{
	struct driver_event event;

	DRIVER_BAN("ban " SIGNER "allow module name=" DRIVER_MODULE "\n");
	expect(self, 0, 0);
	driver_events_none();
	DRIVER_BAN("audit " SIGNER "ban module name=" DRIVER_MODULE "\n");
	expect(self, 0, 0);
	event = driver_event_take();
	EXPECT_EQ(EMBARGO_AUDITED, event.event.verdict);
	EXPECT_EQ(EMBARGO_KIND_SIGNER, event.event.kind);
	driver_events_skip();
	DRIVER_BAN("audit " SIGNER "allow module name=" DRIVER_MODULE "\n");
	expect(self, 0, 0);
	driver_events_none();
	DRIVER_BAN("allow module unsigned\nban module name=" DRIVER_MODULE "\n");
	expect(self, -EPERM, -EPERM); /* it is signed */
	EXPECT_EQ(0, driver_init(driver_path("told.ko")));
}

/* Audit mode tells the same, and lets it in. */
TEST_F(precedence, audit_mode)
{
	const char *const rules[] = {"ban " SIGNER, "ban module license=GPL\n",
				     PATH_OF("ban hash %s\n", self->hash)};
	static const enum embargo_kind kinds[] = {EMBARGO_KIND_SIGNER, EMBARGO_KIND_MODULE,
						  EMBARGO_KIND_HASH};

	for (int i = 0; i < 3; i++) {
		struct driver_event events[2];

		driver_load(EMBARGO_MODE_AUDIT, "%s", rules[i]);
		EXPECT_EQ(0, driver_init(self->file));
		events[0] = driver_event_take();
		driver_events_none();
		DRIVER_BAN("%s", rules[i]);
		EXPECT_EQ(-EPERM, driver_init(self->file));
		events[1] = driver_event_take();
		driver_events_none();
		EXPECT_EQ(EMBARGO_WOULD_DENY, events[0].event.verdict);
		EXPECT_EQ(EMBARGO_DENIED, events[1].event.verdict);
		for (int j = 0; j < 2; j++) {
			EXPECT_EQ(kinds[i], events[j].event.kind);
			EXPECT_EQ(0, events[j].event.rule);
			EXPECT_STREQ("4142", events[j].serial);
		}
		EXPECT_STREQ(events[0].sha256, events[1].sha256);
	}
}

GUEST_MAIN
