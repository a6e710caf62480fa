// SPDX-License-Identifier: GPL-2.0-or-later
/* No way back: names and versions of signed policies, and the file that remembers them. */
#include "tests/unit/sign_load.h"

TEST_F(load, versions)
{
	trust_root(self);
	policy_sign_by(&self->signer, "a.policy", FIRST);
	EXPECT_TRUE(accepted(self, "a.policy"));
	EXPECT_TRUE(accepted(self, "a.policy"));
	policy_sign_by(&self->signer, "a.policy", OLDER);
	EXPECT_TRUE(refused(self, "a.policy", "version 4 of policy 'one' is older than 5"));
	policy_sign_by(&self->signer, "a.policy", NEWER);
	EXPECT_TRUE(accepted(self, "a.policy"));
	policy_sign_by(&self->signer, "a.policy", FIRST);
	EXPECT_TRUE(refused(self, "a.policy", "older than 6"));
	/* Versions are of a name. */
	policy_sign_by(&self->signer, "b.policy", "policy two\nversion 1\n");
	EXPECT_TRUE(accepted(self, "b.policy"));
	EXPECT_TRUE(refused(self, "a.policy", "older than 6"));
	/* The way back that the message names. */
	ASSERT_EQ(0, system("sed -i '/ one$/d' state/versions"));
	EXPECT_TRUE(accepted(self, "a.policy"));
	/* Largest numbers. */
	policy_sign_by(&self->signer, "a.policy", "policy one\nversion 18446744073709551615\n");
	EXPECT_TRUE(accepted(self, "a.policy"));
	EXPECT_TRUE(accepted(self, "a.policy"));
	policy_sign_by(&self->signer, "a.policy", "policy one\nversion 18446744073709551614\n");
	EXPECT_TRUE(refused(self, "a.policy", "older than 18446744073709551615"));
}

TEST_F(load, name_and_version)
{
	trust_root(self);
	policy_sign_by(&self->signer, "a.policy", "version 3\n");
	EXPECT_TRUE(refused(self, "a.policy", "has no `policy NAME'"));
	policy_sign_by(&self->signer, "a.policy", "policy a\n");
	EXPECT_TRUE(refused(self, "a.policy", "has no `version N'"));
	policy_sign_by(&self->signer, "a.policy", "policy \"a \\\\ b\\n# \"\nversion 2\n");
	EXPECT_TRUE(accepted(self, "a.policy"));
	policy_sign_by(&self->signer, "a.policy", "policy \"a \\\\ b\\n# \"\nversion 1\n");
	EXPECT_TRUE(refused(self, "a.policy", "older than 2"));
}

/* Where nobody signs two files may have one name: the higher of them counts. */
TEST_F(load, highest_of_one_name)
{
	policy_write("a.policy", "policy one\nversion 9\ninclude \"b.policy\"\n");
	policy_write("b.policy", "policy one\nversion 2\n");
	EXPECT_TRUE(accepted(self, "a.policy"));
	trust_root(self);
	policy_sign_by(&self->signer, "c.policy", "policy one\nversion 8\n");
	EXPECT_TRUE(refused(self, "c.policy", "older than 9"));
}

/* A load that failed after the check leaves no trace. */
TEST_F(load, not_remembered_unless_loaded)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = embargo_policy_new();
	struct embargo_log_message refusal = {0};
	struct embargo_trust *trust = NULL;

	trust_root(self);
	policy_sign_by(&self->signer, "a.policy", NEWER);
	ASSERT_EQ(0, embargo_policy_read(policy, "a.policy", EMBARGO_READ_DIGEST));
	ASSERT_EQ(0, embargo_trust_check(&places, policy, &trust, &refusal));
	embargo_trust_free(trust);
	EXPECT_NE(0, system("ls state | grep ."));
	policy_sign_by(&self->signer, "a.policy", FIRST);
	EXPECT_TRUE(accepted(self, "a.policy"));
	EXPECT_EQ(0, system("test \"$(ls state)\" = versions"));
	EXPECT_EQ(0, system("test \"$(stat -c %a state/versions)\" = 644"));
}

TEST_F(load, deny_broken_state)
{
	static const char *const texts[] = {
		"5 one\n",
		"x\n",
		"0 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 one\n",
		"5 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85 one\n",
		"5 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 \n",
		"5 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 one",
		"-5 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 one\n",
		"99999999999999999999 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 one\n",
	};
	size_t i;

	policy_sign_by(&self->signer, "a.policy", FIRST);
	ASSERT_EQ(0, mkdir("state", 0755));
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		make_text("state/versions", texts[i]);
		EXPECT_TRUE(accepted(self, "a.policy"));
		trust_root(self);
		EXPECT_TRUE(refused(self, "a.policy", "damaged"));
		ASSERT_EQ(0, unlink("trust/root.pem"));
	}
	trust_root(self);
	make_text("state/versions", "");
	EXPECT_TRUE(accepted(self, "a.policy"));
	ASSERT_EQ(0, chmod("state/versions", 0666));
	EXPECT_TRUE(refused(self, "a.policy", "written by"));
	ASSERT_EQ(0, system("rm -r state; echo > state"));
	EXPECT_TRUE(refused(self, "a.policy", "stays: state/versions: its directory"));
	ASSERT_EQ(0, unlink("trust/root.pem"));
	EXPECT_TRUE(accepted(self, "a.policy"));
}

/* Until the kernel says that somebody waits for a lock. */
static void wait_for_waiter(void)
{
	char line[256];
	bool waits = false;
	FILE *locks;

	while (!waits) {
		locks = fopen("/proc/locks", "re");
		ASSERT_NOT_NULL(locks);
		while (fgets(line, sizeof(line), locks))
			waits |= strstr(line, "-> FLOCK") != NULL;
		fclose(locks);
	}
}

/* An older version that is checked while a newer one is being loaded must not come second. */
TEST_F(load, two_at_once)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = embargo_policy_new();
	struct embargo_log_message refusal = {0};
	struct embargo_trust *trust = NULL;
	int status, go[2];
	pid_t pid;
	char c;

	trust_root(self);
	policy_sign_by(&self->signer, "old.policy", OLDER);
	policy_sign_by(&self->signer, "new.policy", NEWER);
	ASSERT_EQ(0, pipe(go));
	pid = fork();
	if (!pid)
		_exit(read(go[0], &c, 1) != 1 || load("old.policy"));
	ASSERT_EQ(0, embargo_policy_read(policy, "new.policy", EMBARGO_READ_DIGEST));
	ASSERT_EQ(0, embargo_trust_check(&places, policy, &trust, &refusal));
	ASSERT_EQ(1, write(go[1], "", 1));
	wait_for_waiter();
	ASSERT_EQ(0, embargo_trust_remember(trust));
	embargo_trust_free(trust);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

TEST_HARNESS_MAIN
