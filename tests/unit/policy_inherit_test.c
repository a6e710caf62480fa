// SPDX-License-Identifier: GPL-2.0-or-later
/* What was found for a rule is kept for the same rule of another policy, and for no other. */
#include "tests/harness.h"

#include "policy_text.h"

#define PACKAGE "package name=\"a\" vendor=\"V*\""
#define SIGNER "signer issuer=\"CN=a,O=b\" serial=01"

static struct embargo_resolved entry(const char *hex, unsigned int rule)
{
	struct embargo_resolved entry = {.size = 10, .rule = rule, .formats = EMBARGO_FORMAT_ANY};

	policy_sha256(hex, entry.sha256);
	return entry;
}

/* How many entries of @found for the rules of @old there are in @new, and that they are of rule @number. */
static int inherited(const char *old_text, const struct embargo_resolved *found, unsigned int count,
		     const char *new_text, unsigned int number)
{
	struct embargo_policy *old = policy_from(old_text), *new = policy_from(new_text);
	int r = embargo_policy_inherit(new, &old->set, found, count, 0);

	if (r > 0) {
		EXPECT_EQ((unsigned int)r, new->set.resolved_count);
		EXPECT_EQ(number, new->set.resolved[0].rule);
		EXPECT_MEMEQ(found[0].sha256, new->set.resolved[0].sha256, EMBARGO_SHA256_SIZE);
		EXPECT_EQ(found[0].size, new->set.resolved[0].size);
		/* once more changes nothing */
		EXPECT_EQ(0, embargo_policy_inherit(new, &old->set, found, count, 0));
	} else {
		EXPECT_EQ(0, new->set.resolved_count);
	}
	embargo_policy_free(old);
	embargo_policy_free(new);
	return r;
}

TEST(the_same_rule_elsewhere)
{
	struct embargo_resolved found = entry(HASH_A, 0);

	EXPECT_EQ(1, inherited("ban " PACKAGE "\n", &found, 1, "ban " PACKAGE "\n", 0));
	EXPECT_EQ(1, inherited("ban " PACKAGE "\n", &found, 1,
			       "policy other\nversion 9\nban vendor X\nban hash sha256:" HASH_B
			       "\nban " PACKAGE " reason=new source=new\n",
			       2));
	/* fields in another order, an issuer spelled otherwise: it matches the same */
	EXPECT_EQ(1, inherited("ban " PACKAGE "\n", &found, 1, "ban package vendor=V* name=a\n", 0));
	EXPECT_EQ(1,
		  inherited("ban " SIGNER "\n", &found, 1, "ban signer issuer=\"CN=a, O=b\" serial=01\n", 0));
	EXPECT_EQ(1, inherited("ban build-id abcd\n", &found, 1, "ban build-id ABCD\n", 0));
}

/* What it says about the files it matches may change: they are still those. */
TEST(another_action)
{
	struct embargo_resolved found = entry(HASH_A, 0);

	EXPECT_EQ(1, inherited("ban vendor V\n", &found, 1, "audit vendor V\n", 0));
	EXPECT_EQ(1, inherited("ban vendor V\n", &found, 1, "allow vendor V\n", 0));
}

TEST(another_rule)
{
	static const char *const others[] = {
		"ban package name=a vendor=V\n",
		"ban package name=a\n",
		"ban package name=b vendor=V*\n",
		"ban vendor V*\n",
		"ban build-id abcd\n",
		"ban hash sha256:" HASH_A " size=10\n",
		"ban signer skid=01\n",
		"",
	};
	struct embargo_resolved found = entry(HASH_A, 0);

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		EXPECT_EQ(0, inherited("ban " PACKAGE "\n", &found, 1, others[i], 0))
		{
			TH_LOG("%s", others[i]);
		}
	EXPECT_EQ(0, inherited("ban build-id abcd\n", &found, 1, "ban build-id abcdef\n", 0));
	EXPECT_EQ(0,
		  inherited("ban " SIGNER "\n", &found, 1, "ban signer issuer=\"CN=a,O=b\" serial=02\n", 0));
	EXPECT_EQ(0, inherited("ban signer cert-sha256=" HASH_A "\n", &found, 1,
			       "ban signer tbs-sha256=" HASH_A "\n", 0));
}

/* Of what the kernel matches itself nothing is found by others, whatever a policy database says. */
TEST(rules_of_the_kernel)
{
	struct embargo_resolved found = entry(HASH_A, 0);

	EXPECT_EQ(0, inherited("ban hash sha256:" HASH_A "\n", &found, 1, "ban hash sha256:" HASH_A "\n", 0));
	EXPECT_EQ(0, inherited("ban path /opt/\n", &found, 1, "ban path /opt/\n", 0));
	EXPECT_EQ(0, inherited("ban module name=a\n", &found, 1, "ban module name=a\n", 0));
	found.rule = 1; /* there is none */
	EXPECT_EQ(0, inherited("ban vendor V\n", &found, 1, "ban vendor V\n", 0));
}

/* A policy database that says it must not keep a policy from being loaded. */
TEST(formats_that_do_not_exist)
{
	struct embargo_resolved found = entry(HASH_A, 0);

	found.formats = 0;
	EXPECT_EQ(0, inherited("ban vendor V\n", &found, 1, "ban vendor V\n", 0));
	found.formats = EMBARGO_FORMAT_ANY + 1;
	EXPECT_EQ(0, inherited("ban vendor V\n", &found, 1, "ban vendor V\n", 0));
}

/* An exemption in a file of its own has the same words: allow before ban, and both have the entry. */
TEST(every_rule_that_matches_the_same)
{
	struct embargo_policy *old = policy_from("ban vendor V\n"), *new = embargo_policy_new();
	static const char first[] = "ban vendor V\n", second[] = "allow vendor V\n";
	struct embargo_resolved found[] = {entry(HASH_A, 0), entry(HASH_B, 0), entry(HASH_A, 0)};

	ASSERT_EQ(0, embargo_policy_read_buffer(new, "first", first, strlen(first), 0));
	ASSERT_EQ(0, embargo_policy_read_buffer(new, "second", second, strlen(second), 0));
	ASSERT_EQ(0, embargo_policy_check(new, 0));
	ASSERT_EQ(4, embargo_policy_inherit(new, &old->set, found, 3, 0));
	ASSERT_EQ(4, new->set.resolved_count);
	EXPECT_EQ(0, new->set.resolved[0].rule);
	EXPECT_EQ(1, new->set.resolved[1].rule);
	embargo_policy_free(old);
	embargo_policy_free(new);
}

/* What the host needs was watched when it was found; no rule that bans by now gets it. */
TEST(needed_files_fall_under_no_ban)
{
	struct embargo_policy *old = policy_from("audit vendor V\naudit vendor W\n");
	struct embargo_policy *new = policy_from("ban vendor V\naudit vendor W\n");
	struct embargo_resolved found[] = {entry(HASH_A, 0), entry(HASH_A, 1), entry(HASH_B, 0)};

	ASSERT_EQ(2, embargo_policy_inherit(new, &old->set, found, 3, 2));
	ASSERT_EQ(2, new->set.resolved_count);
	EXPECT_EQ(1, new->set.resolved[0].rule);
	EXPECT_MEMEQ(found[1].sha256, new->set.resolved[0].sha256, EMBARGO_SHA256_SIZE);
	EXPECT_EQ(0, new->set.resolved[1].rule);
	EXPECT_MEMEQ(found[2].sha256, new->set.resolved[1].sha256, EMBARGO_SHA256_SIZE);
	embargo_policy_free(old);
	embargo_policy_free(new);
}

/* Of a size that is not known any size may be: it stays so, and is no news. */
TEST(sizes)
{
	struct embargo_policy *policy = policy_from("ban vendor V\n");
	struct embargo_resolved found = entry(HASH_A, 0);

	ASSERT_EQ(1, embargo_policy_inherit(policy, &policy->set, &found, 1, 0));
	found.size = EMBARGO_SIZE_UNKNOWN;
	EXPECT_EQ(1, embargo_policy_inherit(policy, &policy->set, &found, 1, 0));
	EXPECT_EQ(0, embargo_policy_inherit(policy, &policy->set, &found, 1, 0));
	found.size = 10;
	EXPECT_EQ(0, embargo_policy_inherit(policy, &policy->set, &found, 1, 0));
	EXPECT_EQ(EMBARGO_SIZE_UNKNOWN, policy->set.resolved[0].size);
	embargo_policy_free(policy);
}

TEST_HARNESS_MAIN
