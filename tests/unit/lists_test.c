// SPDX-License-Identifier: GPL-2.0-or-later
/* The shipped lists are policies without a fault, and the kernel's lookups find what they ban. */
#include "tests/harness.h"

#include "policy_text.h"

FIXTURE(list)
{
	struct embargo_policy *policy;
	void *image;
};

FIXTURE_VARIANT(list)
{
	const char *name;
	const char *authority;
	unsigned int kinds[EMBARGO_KIND_MAX]; /* rules of each kind */
};

FIXTURE_VARIANT_ADD(list, branded){
	.name = "kaspersky-branded",
	.authority = "BOD 17-01",
	.kinds = {[EMBARGO_KIND_HASH] = 2005,
		  [EMBARGO_KIND_SIGNER] = 32,
		  [EMBARGO_KIND_MODULE] = 2,
		  [EMBARGO_KIND_PATH] = 16,
		  [EMBARGO_KIND_PACKAGE] = 16,
		  [EMBARGO_KIND_VENDOR] = 5},
};

FIXTURE_VARIANT_ADD(list, embedded){
	.name = "kaspersky-embedded",
	.authority = "NDAA FY2018 s. 1634, FAR 52.204-23",
	.kinds = {[EMBARGO_KIND_HASH] = 11, [EMBARGO_KIND_BUILD_ID] = 2},
};

FIXTURE_VARIANT_ADD(list, acronis){
	.name = "acronis-fascsa",
	.authority = "FASCSA order against Acronis AG (FAR 52.204-30)",
	.kinds = {[EMBARGO_KIND_SIGNER] = 2, [EMBARGO_KIND_PACKAGE] = 2, [EMBARGO_KIND_VENDOR] = 2},
};

FIXTURE_VARIANT_ADD(list, supply){
	.name = "kaspersky-supply",
	.authority = "Commerce Final Determination, 89 FR 52434",
	.kinds = {[EMBARGO_KIND_SIGNER] = 5, [EMBARGO_KIND_VENDOR] = 4},
};

/* The tests run in the checkout, or anywhere: the lists are where the program's own path says. */
static void list_path(const char *name, char path[4096])
{
	char self[4096] = "", *root;

	snprintf(path, 4096, "policy/lists/%s.policy", name);
	if (!access(path, R_OK))
		return;
	ASSERT_LT(0, readlink("/proc/self/exe", self, sizeof(self) - 1));
	root = strstr(self, "/build/");
	ASSERT_NOT_NULL(root);
	*root = 0;
	snprintf(path, 4096, "%.2000s/policy/lists/%s.policy", self, name);
}

FIXTURE_SETUP(list)
{
	char path[4096];

	list_path(variant->name, path);
	self->policy = embargo_policy_new();
	ASSERT_NOT_NULL(self->policy);
	EXPECT_EQ(0, embargo_policy_read(self->policy, path, EMBARGO_READ_ANY_OWNER));
	EXPECT_EQ(0, embargo_policy_check(self->policy, time(NULL)));
	EXPECT_EQ(0, self->policy->diagnostics.count)
	{
		policy_log(self->policy);
	}
	self->image = policy_image(self->policy);
}

FIXTURE_TEARDOWN(list)
{
	free(self->image);
	embargo_policy_free(self->policy);
}

TEST_F(list, says_what_it_is)
{
	const struct embargo_ruleset *set = &self->policy->set;

	ASSERT_EQ(1, set->file_count);
	EXPECT_STREQ(variant->name, embargo_string(set, set->files[0].name));
	EXPECT_STREQ(variant->authority, embargo_string(set, set->files[0].authority));
	EXPECT_LT(0, set->files[0].version);
}

TEST_F(list, has_the_rules_of_its_data)
{
	unsigned int kinds[EMBARGO_KIND_MAX] = {}, kind;
	__u32 i;

	for (i = 0; i < self->policy->set.rule_count; i++)
		kinds[self->policy->set.rules[i].kind]++;
	for (kind = 0; kind < EMBARGO_KIND_MAX; kind++)
		EXPECT_EQ(variant->kinds[kind], kinds[kind])
		{
			TH_LOG("rules of kind %s", embargo_kind_name(kind));
		}
}

TEST_F(list, bans_with_a_source)
{
	const struct embargo_ruleset *set = &self->policy->set;
	__u32 i;

	for (i = 0; i < set->rule_count; i++) {
		EXPECT_EQ(EMBARGO_ACTION_BAN, set->rules[i].action);
		EXPECT_LT(5, strlen(embargo_string(set, set->rules[i].source)))
		{
			TH_LOG("line %u", set->rules[i].line);
		}
		EXPECT_EQ(0, set->rules[i].expires);
	}
}

/* Hash, and whether a file of that size and format is hashed at all. */
TEST_F(list, every_hash_is_found_in_the_image)
{
	const struct embargo_image_header *header = self->image;
	const struct embargo_ruleset *set = &self->policy->set;
	unsigned int found = 0;
	__u8 other[EMBARGO_SHA256_SIZE];
	__u32 i;

	for (i = 0; i < set->rule_count; i++) {
		const struct embargo_rule *rule = &set->rules[i];

		if (rule->kind != EMBARGO_KIND_HASH)
			continue;
		found++;
		EXPECT_EQ(embargo_rule_pack(rule, i), embargo_find_hash(self->image, header, rule->digest));
		EXPECT_TRUE(embargo_hash_possible(self->image, header,
						  rule->size == EMBARGO_SIZE_UNKNOWN ? 4711 : rule->size,
						  rule->formats));
		memcpy(other, rule->digest, sizeof(other));
		other[31] ^= 1;
		EXPECT_EQ(0, embargo_find_hash(self->image, header, other));
	}
	EXPECT_EQ(variant->kinds[EMBARGO_KIND_HASH], found);
}

/* Not one rule may have the kernel hash every program and library of a host. */
TEST_F(list, ordinary_programs_are_not_hashed)
{
	const struct embargo_image_header *header = self->image;

	EXPECT_EQ(0, header->unsized_formats & ~(__u32)EMBARGO_FORMAT_PE);
}

static embargo_packed_rule find_path(void *image, const char *prefix)
{
	__u64 hash = embargo_fnv_byte(EMBARGO_FNV_START, EMBARGO_STRING_PATH_PREFIX);
	const struct embargo_image_header *header = image;

	for (; *prefix; prefix++)
		hash = embargo_fnv_byte(hash, *prefix);
	return embargo_find_string(image, &header->strings, hash);
}

TEST_F(list, both_roots_are_banned)
{
	bool branded = !strcmp(variant->name, "kaspersky-branded");

	EXPECT_EQ(branded, find_path(self->image, "/opt/kaspersky/") != 0);
	EXPECT_EQ(branded, find_path(self->image, "/var/opt/kaspersky/") != 0);
	EXPECT_EQ(0, find_path(self->image, "/opt/"));
}

/* Both together are one policy: agencies load them so. */
TEST(both_lists_together)
{
	struct embargo_policy *policy = embargo_policy_new();
	char path[4096];

	ASSERT_NOT_NULL(policy);
	list_path("kaspersky-branded", path);
	EXPECT_EQ(0, embargo_policy_read(policy, path, EMBARGO_READ_ANY_OWNER));
	list_path("kaspersky-embedded", path);
	EXPECT_EQ(0, embargo_policy_read(policy, path, EMBARGO_READ_ANY_OWNER));
	EXPECT_EQ(0, embargo_policy_check(policy, time(NULL)));
	EXPECT_EQ(0, policy->diagnostics.count)
	{
		policy_log(policy);
	}
	EXPECT_EQ(2089, policy->set.rule_count);
	embargo_policy_free(policy);
}

TEST_HARNESS_MAIN
