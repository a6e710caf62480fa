// SPDX-License-Identifier: GPL-2.0-or-later
/* What only whole policies show: duplicates, contradictions, expiry. */
#include "tests/harness.h"

#include "policy_text.h"

struct files {
	const char *what;
	const char *text[3];
	int result;
	unsigned int rules;		       /* left */
	unsigned int found[EMBARGO_ERROR + 1]; /* notes, warnings, errors */
	const char *message;		       /* part of the first diagnostic's, or NULL */
};

#define A "hash sha256:" HASH_A
#define DN "signer issuer=\"CN=a,O=b\" serial="

static const struct files files[] = {
	{"nothing wrong", {"ban " A "\nban hash sha256:" HASH_B "\n"}, 0, 2, {}, NULL},
	{"twice in a file", {"ban " A "\nban " A "\n"}, -EINVAL, 1, {0, 0, 1}, "already in 0:1"},
	{"twice, other reasons",
	 {"ban " A " reason=a\nban " A " reason=b\n"},
	 -EINVAL,
	 1,
	 {0, 0, 1},
	 "already"},
	{"twice, other size", {"ban " A " size=1\nban " A "\n"}, -EINVAL, 1, {0, 0, 1}, "already"},
	{"thrice", {"ban " A "\n\nban " A "\nban " A "\n"}, -EINVAL, 1, {0, 0, 2}, "already in 0:1"},
	{"contradiction",
	 {"ban " A "\nallow " A "\n"},
	 -EINVAL,
	 1,
	 {0, 0, 1},
	 "allowed here, but banned in 0:1"},
	{"contradiction, audit", {"audit " A "\nban " A}, -EINVAL, 1, {0, 0, 1}, "banned here, but audited"},
	{"another file's duplicate", {"ban " A "\n", "ban " A "\n"}, 0, 1, {0, 1, 0}, "already in 0:1"},
	{"merged thrice", {"ban " A, "ban " A, "ban " A}, 0, 1, {0, 2, 0}, "dropped"},
	{"exemption in another file",
	 {"ban " A "\n", "\nallow " A "\n"},
	 0,
	 2,
	 {1, 0, 0},
	 "allowed here and banned in 0:1: allow decides"},
	{"exemption first", {"allow " A "\n", "ban " A "\n"}, 0, 2, {1, 0, 0}, "allow decides"},
	{"audit against ban", {"ban " A "\n", "audit " A "\n"}, 0, 2, {1, 0, 0}, "audit decides"},
	{"three actions", {"ban " A, "audit " A, "allow " A}, 0, 3, {3, 0, 0}, NULL},
	{"duplicate of the second", {"ban " A, "allow " A, "allow " A}, 0, 2, {2, 1, 0}, NULL},
	{"sizes differ", {"ban " A " size=1", "ban " A " size=2"}, 0, 2, {0, 1, 0}, "size 2, but 1 "},
	{"one size unknown", {"ban " A " size=1", "ban " A}, 0, 2, {}, NULL},
	{"formats differ", {"ban " A " format=elf", "ban " A}, 0, 2, {}, NULL},
	{"hash is no interpreter", {"ban " A "\nban interpreter sha256:" HASH_A "\n"}, 0, 2, {}, NULL},
	{"allowed by hash, interpreter by hash",
	 {"allow " A, "ban interpreter sha256:" HASH_A "\n"},
	 -EINVAL,
	 2,
	 {0, 0, 1},
	 "allowed by its hash, and an interpreter"},
	{"interpreter by hash, audited by hash",
	 {"ban interpreter sha256:" HASH_A "\naudit " A},
	 -EINVAL,
	 2,
	 {0, 0, 1},
	 "audited by its hash, and an interpreter"},
	{"interpreter exempted",
	 {"ban interpreter /bin/sh", "allow interpreter /bin/sh"},
	 0,
	 2,
	 {1, 0, 0},
	 "allow decides"},
	{"signer, one serial", {"ban " DN "1\nban " DN "\"00:01\"\n"}, -EINVAL, 1, {0, 0, 1}, "already"},
	{"signer, two serials", {"ban " DN "1\nban " DN "2\n"}, 0, 2, {}, NULL},
	{"issuer spelled twice",
	 {"ban " DN "1\nban signer issuer=\"2.5.4.3=a, O=b\" serial=1"},
	 -EINVAL,
	 1,
	 {0, 0, 1},
	 "already"},
	{"issuer, joined or not: the kernel cannot tell",
	 {"ban " DN "1\nban signer issuer=\"CN=a+O=b\" serial=1"},
	 -EINVAL,
	 1,
	 {0, 0, 1},
	 "already"},
	{"issuer, another string type",
	 {"ban " DN "1\nban signer issuer=\"CN=#130161,O=b\" serial=1"},
	 -EINVAL,
	 1,
	 {0, 0, 1},
	 "already"},
	{"kinds of digests",
	 {"ban signer cert-sha256=" HASH_A "\nban signer tbs-sha256=" HASH_A "\nban " A},
	 0,
	 3,
	 {},
	 NULL},
	{"module fields in any order",
	 {"ban module name=a author=b\nban module author=b name=a\n"},
	 -EINVAL,
	 1,
	 {0, 0, 1},
	 "already"},
	{"module fields differ", {"ban module name=a author=b\nban module name=a\n"}, 0, 2, {}, NULL},
	{"unsigned twice", {"ban module unsigned", "allow module unsigned"}, 0, 2, {1, 0, 0}, NULL},
	{"path twice", {"ban path /opt/\nallow path prefix=\"/opt/\""}, -EINVAL, 1, {0, 0, 1}, "but banned"},
	{"build ids of two lengths",
	 {"ban build-id ab00\nban build-id ab"
	  "0000\n"},
	 0,
	 2,
	 {},
	 NULL},
	{"not expired today", {"ban " A " expires=2024-01-10\n"}, 0, 1, {}, NULL},
	{"expired yesterday", {"ban " A " expires=2024-01-09\nban vendor x"}, 0, 1, {0, 1, 0}, "has expired"},
	{"expired does not contradict",
	 {"allow " A " expires=2020-01-01\nban " A},
	 0,
	 1,
	 {0, 1, 0},
	 "expired"},
	{"on-error deny", {"on-error deny"}, 0, 0, {0, 2, 0}, "also denies every file"},
	{"on-error deny, but",
	 {"on-error deny\non-error unclassified allow\non-error no-path deny"},
	 0,
	 0,
	 {},
	 NULL},
	{"on-error audit", {"on-error audit"}, 0, 0, {}, NULL},
};

#define TODAY 1704900000 /* 2024-01-10 15:20 UTC */

static bool check_one(const struct files *test, const struct embargo_policy *policy, int r)
{
	bool right = r == test->result && policy->set.rule_count == test->rules;
	int i;

	for (i = 0; i <= EMBARGO_ERROR; i++)
		right = right && policy->diagnostics.total[i] == test->found[i];
	if (test->message)
		right = right && policy->diagnostics.count &&
			strstr(policy->diagnostics.list[0].message, test->message);
	return right;
}

TEST(table)
{
	static const char *const names[] = {"0", "1", "2"};
	size_t i, j;
	int r;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct embargo_policy *policy = embargo_policy_new();

		for (j = 0; j < 3 && files[i].text[j]; j++)
			ASSERT_EQ(0, embargo_policy_read_buffer(policy, names[j], files[i].text[j],
								strlen(files[i].text[j]), 0))
			{
				policy_log(policy);
			}
		r = embargo_policy_check(policy, TODAY);
		EXPECT_TRUE(check_one(&files[i], policy, r))
		{
			TH_LOG("%s: result %d, %u rules", files[i].what, r, policy->set.rule_count);
			policy_log(policy);
		}
		embargo_policy_free(policy);
	}
}

TEST(rules_keep_their_order)
{
	struct embargo_policy *policy = embargo_policy_new();
	static const char one[] = "ban vendor a\nban vendor b expires=2000-01-01\nban vendor c\n";
	static const char two[] = "ban vendor a\nban vendor d\n";
	static const char *const left[] = {"a", "c", "d"};
	char value[EMBARGO_VALUE_MAX];
	int i;

	ASSERT_EQ(0, embargo_policy_read_buffer(policy, "one", one, strlen(one), 0));
	ASSERT_EQ(0, embargo_policy_read_buffer(policy, "two", two, strlen(two), 0));
	ASSERT_EQ(0, embargo_policy_check(policy, TODAY));
	ASSERT_EQ(3, policy->set.rule_count);
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, embargo_rule_field(&policy->set, &policy->set.rules[i], "name", value));
		EXPECT_STREQ(left[i], value);
	}
	EXPECT_EQ(3, policy->set.files[0].rules);
	embargo_policy_free(policy);
}

TEST(a_duplicate_shows_both_places)
{
	struct embargo_policy *policy = embargo_policy_new();
	static const char text[] = "ban vendor a # first\n\n  ban vendor \"a\"   # second\n";
	char *shown = NULL;
	size_t size;
	FILE *out;

	ASSERT_EQ(0, embargo_policy_read_buffer(policy, "x.policy", text, strlen(text), 0));
	ASSERT_EQ(-EINVAL, embargo_policy_check(policy, TODAY));
	out = open_memstream(&shown, &size);
	embargo_diagnostics_format(&policy->diagnostics, EMBARGO_ERROR, out);
	fclose(out);
	EXPECT_STREQ("x.policy:3:1: error: the same rule is already in x.policy:1\n"
		     "    ban vendor name=\"a\"\n"
		     "    ^\n"
		     "    hint: remove one of them\n",
		     shown);
	free(shown);
	embargo_policy_free(policy);
}

static int check_patterns(int distinct)
{
	struct embargo_policy *policy = embargo_policy_new();
	char *text = NULL;
	size_t size;
	FILE *out;
	int i, r;

	out = open_memstream(&text, &size);
	for (i = 0; i < distinct; i++)
		fprintf(out, "ban module name=m%d\nban module name=m%d license=m0\n", i, i);
	fclose(out);
	ASSERT_EQ(0, embargo_policy_read_buffer(policy, "x", text, size, 0));
	r = embargo_policy_check(policy, TODAY);
	if (r == 0)
		free(policy_image(policy));
	free(text);
	embargo_policy_free(policy);
	return r;
}

TEST(patterns_are_limited)
{
	EXPECT_EQ(0, check_patterns(EMBARGO_PATTERNS_MAX - 1));
	EXPECT_EQ(-EINVAL, check_patterns(EMBARGO_PATTERNS_MAX));
}

TEST_HARNESS_MAIN
