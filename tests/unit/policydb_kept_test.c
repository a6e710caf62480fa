// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The policy database that embargo 0.1.0 wrote (ABI 2; tests/unit/book-0.1.0.xz, of the policy that is quoted
 * below): its rules, what was found for them, and its settings go over to this version.
 */
#include "tests/harness.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "policy_text.h"
#include "policy_walk.h"
#include "policy/image/policydb.h"

/*
 *	policy old
 *	version 3
 *	authority BOD
 *	on-error too-large audit
 *	max-hash-size 5M
 *	ban hash sha256:aa… size=10 format=elf name=n reason=r source=s
 *	ban vendor "V" reason="why"		found: bb…, 99 bytes, elf
 *	ban signer skid=0102
 *	audit module name=a* author=b
 *	ban path /opt/x/ expires=2030-01-01
 *	ban package name=p vendor="\x01"
 *	ban build-id abcd authority=own		found: cc…, 100 bytes
 */
FIXTURE(book)
{
	char *data;
	size_t size;
	struct embargo_policydb *policydb;
};

FIXTURE_SETUP(book)
{
	FILE *in = popen("xz -dc tests/unit/book-0.1.0.xz", "re");

	ASSERT_NOT_NULL(in);
	self->data = malloc(1 << 16);
	self->size = fread(self->data, 1, 1 << 16, in);
	ASSERT_EQ(0, pclose(in));
	ASSERT_EQ(21463, self->size);
	/* Not to be evaluated by: */
	ASSERT_EQ(-EBADMSG, embargo_policydb_from_memory(self->data, self->size, &self->policydb));
	ASSERT_EQ(0, embargo_policydb_kept_from_memory(self->data, self->size, &self->policydb));
}

FIXTURE_TEARDOWN(book)
{
	embargo_policydb_close(self->policydb);
	free(self->data);
}

static struct embargo_policydb_header *header_of(struct book_self *self)
{
	const struct embargo_image_header *image = (const void *)self->data;

	return (void *)(self->data + (size_t)image->pages * EMBARGO_PAGE_SIZE);
}

TEST_F(book, is_read)
{
	const struct embargo_ruleset *set = &self->policydb->set;
	char *line;

	EXPECT_NULL(self->policydb->image);
	EXPECT_EQ(0, self->policydb->image_pages);
	EXPECT_EQ(7, self->policydb->generation);
	ASSERT_EQ(7, set->rule_count);
	ASSERT_EQ(2, set->resolved_count);
	EXPECT_STREQ("old.policy", embargo_rule_file(set, &set->rules[0]));
	EXPECT_STREQ("BOD", embargo_rule_authority(set, &set->rules[1]));
	line = embargo_rule_text(set, &set->rules[1]);
	EXPECT_STREQ("ban vendor name=\"V\" reason=\"why\"", line);
	free(line);
}

/* What was found for its rules is found for the same rules of a policy of today. */
TEST_F(book, what_was_found_is_inherited)
{
	struct embargo_policy *policy = policy_from("policy new\nversion 4\nban path /x/\n"
						    "ban build-id abcd reason=other scope=use\n"
						    "ban vendor W\nban vendor V\n");
	const struct embargo_ruleset *from = &self->policydb->set;

	EXPECT_EQ(2, embargo_policy_inherit(policy, from, from->resolved, from->resolved_count, 0));
	ASSERT_EQ(2, policy->set.resolved_count);
	for (__u32 i = 0; i < 2; i++) {
		const struct embargo_resolved *entry = &policy->set.resolved[i];
		bool vendor = policy->set.rules[entry->rule].kind == EMBARGO_KIND_VENDOR;

		EXPECT_EQ(vendor ? 0xbb : 0xcc, entry->sha256[0]);
		EXPECT_EQ(vendor ? 99 : 100, entry->size);
		EXPECT_EQ(vendor ? EMBARGO_FORMAT_ELF : EMBARGO_FORMAT_ANY, entry->formats);
		EXPECT_EQ(vendor ? 3 : 1, entry->rule);
	}
	embargo_policy_free(policy);
}

/* As a last good policy: it can be put in force again, whatever lay where remarks are now. */
TEST_F(book, is_a_policy)
{
	struct embargo_policydb_header *header = header_of(self);
	struct embargo_policydb_section *part = &header->parts[EMBARGO_POLICYDB_RULES];
	struct embargo_rule *rules = (void *)(self->data + part->at);
	struct embargo_policy *policy;
	char value[EMBARGO_VALUE_MAX];

	for (size_t i = 0; i < part->size / sizeof(*rules); i++)
		rules[i].remarks = 1 + i;
	part->checksum = embargo_policydb_checksum(rules, part->size, false);
	header->checksum = embargo_policydb_header_checksum(header);
	embargo_policydb_close(self->policydb);
	ASSERT_EQ(0, embargo_policydb_kept_from_memory(self->data, self->size, &self->policydb));
	EXPECT_STREQ("", embargo_rule_remark(&self->policydb->set, rules, "scope", value));
	ASSERT_EQ(0, embargo_policydb_policy(self->policydb, &policy));
	ASSERT_EQ(7, policy->set.rule_count);
	EXPECT_EQ(2, policy->set.resolved_count);
	for (__u32 i = 0; i < policy->set.rule_count; i++)
		EXPECT_EQ(0, policy->set.rules[i].remarks);
	EXPECT_EQ(5 << 20, policy->max_hash_size);
	EXPECT_EQ(EMBARGO_ACTION_AUDIT, policy->on_error[EMBARGO_CAUSE_TOO_LARGE]);
	/* Causes that came later are answered as they are where no policy says otherwise. */
	EXPECT_EQ(EMBARGO_ACTION_BAN, policy->on_error[EMBARGO_CAUSE_USER_FUSE]);
	EXPECT_EQ(EMBARGO_ACTION_BAN, policy->on_error[EMBARGO_CAUSE_STALE_HASH]);
	free(policy_image(policy));
	embargo_policy_free(policy);
}

static int opened_as(struct book_self *self, __u32 version)
{
	struct embargo_image_header *image = (void *)self->data;
	struct embargo_policydb_header *header = header_of(self);
	struct embargo_policydb_section *part = &header->parts[EMBARGO_POLICYDB_IMAGE];

	image->version = version;
	part->checksum = embargo_policydb_checksum(image, part->size, false);
	header->checksum = embargo_policydb_header_checksum(header);
	embargo_policydb_close(self->policydb);
	self->policydb = NULL;
	return embargo_policydb_kept_from_memory(self->data, self->size, &self->policydb);
}

TEST_F(book, versions_that_are_not_known_are_not_read)
{
	EXPECT_EQ(-EBADMSG, opened_as(self, 0));
	EXPECT_EQ(-EBADMSG, opened_as(self, EMBARGO_ABI_KEPT - 1));
	EXPECT_EQ(-EBADMSG, opened_as(self, EMBARGO_ABI_VERSION + 1));
	EXPECT_EQ(0, opened_as(self, EMBARGO_ABI_KEPT));
}

/* Every byte counts: a damaged one is told, and none leads out of the book. */
TEST_F(book, damage_is_seen)
{
	struct embargo_policydb *policydb;

	for (size_t at = 0; at < self->size; at += 7) {
		self->data[at] ^= 0x5a;
		if (embargo_policydb_kept_from_memory(self->data, self->size, &policydb) == 0) {
			TH_LOG("byte %zu", at);
			embargo_policydb_close(policydb);
			EXPECT_TRUE(false);
		}
		self->data[at] ^= 0x5a;
	}
	for (size_t size = 0; size < self->size; size += 997)
		EXPECT_EQ(-EBADMSG, embargo_policydb_kept_from_memory(self->data, size, &policydb));
}

TEST_HARNESS_MAIN
