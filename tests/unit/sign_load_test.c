// SPDX-License-Identifier: GPL-2.0-or-later
/* Whose policies a host puts in force, and what syslog is told of the others. */
#include "tests/unit/sign_load.h"

TEST_F(load, unsigned_without_certificates)
{
	policy_write("a.policy", "ban vendor Example\n");
	EXPECT_TRUE(accepted(self, "a.policy"));
	EXPECT_NE(0, access("state/versions", F_OK));
	policy_write("a.policy", FIRST);
	EXPECT_TRUE(accepted(self, "a.policy"));
	EXPECT_EQ(0, access("state/versions", F_OK));
	/* An older one is worth a warning, and is forgotten: the highest counts. */
	policy_write("a.policy", OLDER);
	EXPECT_TRUE(accepted(self, "a.policy"));
	EXPECT_NOT_NULL(strstr(said, "warning: a.policy: version 4 of policy 'one' is older than 5"));
	/* Drafts are not counted. */
	policy_write("a.policy", FIRST_AGAIN);
	EXPECT_TRUE(accepted(self, "a.policy"));
	EXPECT_STREQ("", said);
	trust_root(self);
	policy_sign_by(&self->signer, "a.policy", OLDER);
	EXPECT_TRUE(refused(self, "a.policy", "version 4 of policy 'one' is older than 5"));
}

TEST_F(load, signed_with_certificates)
{
	trust_root(self);
	policy_write("a.policy", FIRST);
	EXPECT_TRUE(refused(self, "a.policy", "a.policy.p7s, is missing"));
	policy_sign_by(&self->signer, "a.policy", FIRST);
	EXPECT_TRUE(accepted(self, "a.policy"));
	policy_write("a.policy", FIRST_AGAIN);
	EXPECT_TRUE(refused(self, "a.policy", "not what CN=Signer"));
	EXPECT_NULL(strstr(said, "other contents")); /* what is not signed counts for nothing */
	policy_sign_by(&self->signer, "a.policy", FIRST_AGAIN);
	EXPECT_TRUE(accepted(self, "a.policy"));
	EXPECT_NOT_NULL(strstr(said, "other contents: raise the version"));
	EXPECT_TRUE(accepted(self, "a.policy"));
	EXPECT_STREQ("", said);
}

TEST_F(load, warns_before_a_certificate_expires)
{
	struct made soon = MAKE(.name = "Soon", .issuer = &self->root, .from = -1, .to = 10);
	struct made later = MAKE(.name = "Later", .issuer = &self->root, .from = -1, .to = 31);

	trust_root(self);
	policy_sign_by(&later, "a.policy", FIRST);
	EXPECT_TRUE(accepted(self, "a.policy"));
	EXPECT_STREQ("", said);
	policy_sign_by(&soon, "b.policy", "policy two\nversion 1\ninclude \"a.policy\"\n");
	EXPECT_TRUE(accepted(self, "b.policy"));
	EXPECT_NOT_NULL(strstr(said, " days no policy signed by CN=Soon,O=Example"));
}

TEST_F(load, deny_signers)
{
	struct made root = MAKE(.name = "Root", .basic = "CA:TRUE"),
		    other = MAKE(.name = "Signer", .issuer = &root);
	struct made expired = MAKE(.name = "Expired", .issuer = &self->root, .from = -9, .to = -1);
	struct made future = MAKE(.name = "Future", .issuer = &self->root, .from = 1, .to = 9);

	trust_root(self);
	policy_sign_by(&other, "a.policy", FIRST);
	EXPECT_TRUE(refused(self, "a.policy", "CN=Signer"));
	policy_sign_by(&expired, "a.policy", FIRST);
	EXPECT_TRUE(refused(self, "a.policy", "expired on"));
	policy_sign_by(&future, "a.policy", FIRST);
	EXPECT_TRUE(refused(self, "a.policy", "is the clock right"));
	make_text("a.policy.p7s", "");
	EXPECT_TRUE(refused(self, "a.policy", "not CMS"));
	ASSERT_EQ(0, truncate("a.policy.p7s", EMBARGO_SIGN_SIZE_MAX + 1));
	EXPECT_TRUE(refused(self, "a.policy", "a.policy.p7s, is larger than"));
	ASSERT_EQ(0, unlink("a.policy.p7s"));
	ASSERT_EQ(0, mkfifo("a.policy.p7s", 0644));
	EXPECT_TRUE(refused(self, "a.policy", "not a regular file"));
	EXPECT_NE(0, access("state/versions", F_OK));
}

TEST_F(load, every_included_file)
{
	trust_root(self);
	policy_sign_by(&self->signer, "site.policy",
		       "policy site\nversion 1\ninclude \"a.policy\"\ninclude \"b.policy\"\n");
	policy_sign_by(&self->signer, "a.policy", "policy a\nversion 1\n");
	policy_write("b.policy", "policy b\nversion 1\n");
	EXPECT_TRUE(refused(self, "site.policy", "stays: b.policy: "));
	policy_sign_by(&self->signer, "b.policy", "policy b\nversion 1\n");
	EXPECT_TRUE(accepted(self, "site.policy"));
	policy_write("b.policy", "policy b\nversion 2\n");
	policy_write("a.policy", "policy a\nversion 2\n");
	EXPECT_TRUE(refused(self, "site.policy", "(and 1 more)"));
	policy_sign_by(&self->signer, "a.policy", "policy a\nversion 2\n");
	policy_sign_by(&self->signer, "b.policy", "policy b\nversion 2\n");
	EXPECT_TRUE(accepted(self, "site.policy"));
	/* One of them goes back. */
	policy_sign_by(&self->signer, "b.policy", "policy b\nversion 1\n");
	EXPECT_TRUE(refused(self, "site.policy", "version 1 of policy 'b' is older than 2"));
	/* None may take another's place. */
	policy_sign_by(&self->signer, "b.policy", "policy a\nversion 2\n");
	EXPECT_TRUE(refused(self, "site.policy", "another file is policy 'a' too"));
}

/* The digest that was taken of the bytes that were parsed decides; what the file holds by now does not. */
TEST_F(load, deny_policy_without_digest)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = embargo_policy_new();
	_cleanup_(embargo_policy_freep) struct embargo_policy *parsed = embargo_policy_new();
	struct embargo_log_message refusal = {0};
	struct embargo_trust *trust = NULL;

	trust_root(self);
	policy_sign_by(&self->signer, "a.policy", FIRST);
	ASSERT_EQ(0, embargo_policy_read(policy, "a.policy", 0));
	EXPECT_EQ(-EKEYREJECTED, embargo_trust_check(&places, policy, &trust, &refusal));
	embargo_log_message_clear(&refusal);
	policy_write("a.policy", "policy one\nversion 7\nban vendor Example\n");
	ASSERT_EQ(0, embargo_policy_read(parsed, "a.policy", EMBARGO_READ_DIGEST));
	policy_write("a.policy", FIRST);
	EXPECT_EQ(-EKEYREJECTED, embargo_trust_check(&places, parsed, &trust, &refusal));
	embargo_log_message_clear(&refusal);
}

TEST_F(load, deny_broken_trust)
{
	make_text("trust/a.pem", "");
	policy_write("a.policy", FIRST);
	EXPECT_TRUE(refused(self, "a.policy", "stays: trust: "));
	ASSERT_EQ(0, unlink("trust/a.pem"));
	EXPECT_TRUE(accepted(self, "a.policy"));
}

/* Told as the daemon would tell it: where, in which form, as what. */
TEST_F(load, deny_is_told_as_configured)
{
	const struct embargo_config before = config;
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "other"};
	const char *line;

	trust_root(self);
	policy_write("a.policy", FIRST);
	close(self->syslog);
	self->syslog = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	ASSERT_EQ(0, bind(self->syslog, (struct sockaddr *)&address, sizeof(address)));
	config.syslog_socket = "other";
	config.syslog_facility = LOG_LOCAL7;
	config.syslog = EMBARGO_SYSLOG_AUTO;
	EXPECT_FALSE(load("a.policy"));
	line = told(self);
	/* local7 is 23, err 3 */
	EXPECT_EQ(0, strncmp(line, "<187>1 ", 7));
	EXPECT_NOT_NULL(strstr(line, " refused [embargo@32473 policy_file=\"a.policy\" reason=\""));
	EXPECT_NOT_NULL(strstr(line, "] refused a policy, and what was in force stays: a.policy: "))
	{
		TH_LOG("%s", line);
	}
	config.syslog = EMBARGO_SYSLOG_CEE;
	EXPECT_FALSE(load("a.policy"));
	EXPECT_NOT_NULL(strstr(told(self), "]: @cee: {\"id\":\"refused\",\"message\":\"refused a policy, "));
	config.syslog = EMBARGO_SYSLOG_OFF;
	EXPECT_FALSE(load("a.policy"));
	EXPECT_STREQ("", told(self));
	config = before;
}

/* Nobody hears it: refused all the same. */
TEST_F(load, deny_without_syslog)
{
	trust_root(self);
	policy_write("a.policy", FIRST);
	ASSERT_EQ(0, unlink("log"));
	EXPECT_FALSE(load("a.policy"));
	EXPECT_NE(0, dispatched);
}

TEST_HARNESS_MAIN
