// SPDX-License-Identifier: GPL-2.0-or-later
/* Policy databases: what was written is found again, and a damaged or hostile one does no harm. */
#include "tests/harness.h"

#include <fcntl.h>

#include "policy_text.h"
#include "policy_walk.h"

static const char text[] =
	"policy test\nversion 3\nauthority BOD\non-error too-large audit\nmax-hash-size 5M\n"
	"ban hash sha256:" HASH_A " size=10 format=elf name=n reason=r source=s\n"
	"ban signer issuer=\"CN=a,O=b\" serial=01 authority=own\n"
	"ban signer skid=0102\n"
	"audit module name=a* author=b\n"
	"ban path /opt/x/ expires=2030-01-01\n"
	"ban interpreter /bin/dash\n"
	"ban package name=p vendor=\"\\x01\"\n"
	"allow build-id abcd\n";

struct stored {
	char *data; /* aligned as a mapping is, and of exactly .size */
	size_t size;
	struct embargo_policy *policy;
	void *image;
};

static struct stored store(void)
{
	unsigned char sha256[EMBARGO_SHA256_SIZE];
	struct stored stored = {.policy = policy_from(text)};
	int fd = memfd_create("book", MFD_CLOEXEC);

	policy_sha256(HASH_B, sha256);
	ASSERT_EQ(0, embargo_policy_resolve(stored.policy, 6, sha256, 99, EMBARGO_FORMAT_ELF));
	stored.image = policy_image(stored.policy);
	ASSERT_EQ(0, embargo_policydb_write(stored.policy, stored.image, fd));
	stored.size = lseek(fd, 0, SEEK_END);
	stored.data = malloc(stored.size);
	ASSERT_EQ((ssize_t)stored.size, pread(fd, stored.data, stored.size, 0));
	close(fd);
	return stored;
}

static void forget(struct stored *stored)
{
	free(stored->data);
	free(stored->image);
	embargo_policy_free(stored->policy);
}

static void expect_same(const struct embargo_ruleset *a, const struct embargo_ruleset *b)
{
	ASSERT_EQ(a->rule_count, b->rule_count);
	ASSERT_EQ(a->file_count, b->file_count);
	ASSERT_EQ(a->resolved_count, b->resolved_count);
	ASSERT_EQ(a->pool_size, b->pool_size);
	EXPECT_MEMEQ(a->rules, b->rules, a->rule_count * sizeof(*a->rules));
	EXPECT_MEMEQ(a->files, b->files, a->file_count * sizeof(*a->files));
	EXPECT_MEMEQ(a->resolved, b->resolved, a->resolved_count * sizeof(*a->resolved));
	EXPECT_MEMEQ(a->strings, b->strings, a->pool_size);
}

TEST(what_was_written_is_read)
{
	struct stored stored = store();
	const struct embargo_rule *rule;
	struct embargo_policydb *policydb;
	char path[] = "/tmp/embargo-book-XXXXXX";
	char *line;
	int fd = mkstemp(path);

	ASSERT_LE(0, fd);
	ASSERT_EQ((ssize_t)stored.size, write(fd, stored.data, stored.size));
	close(fd);
	ASSERT_EQ(0, embargo_policydb_open(path, &policydb));
	ASSERT_EQ(0, unlink(path));
	expect_same(&stored.policy->set, &policydb->set);
	EXPECT_EQ(7, policydb->generation);
	EXPECT_MEMEQ(stored.image, policydb->image, policydb->image_pages * EMBARGO_PAGE_SIZE);
	rule = embargo_policydb_rule(policydb, 0);
	ASSERT_NOT_NULL(rule);
	EXPECT_STREQ("n", embargo_string(&policydb->set, rule->name));
	EXPECT_STREQ("r", embargo_string(&policydb->set, rule->reason));
	EXPECT_STREQ("BOD", embargo_rule_authority(&policydb->set, rule));
	EXPECT_STREQ("own", embargo_rule_authority(&policydb->set, embargo_policydb_rule(policydb, 1)));
	line = embargo_rule_text(&policydb->set, embargo_policydb_rule(policydb, 4));
	EXPECT_STREQ("ban path prefix=\"/opt/x/\" expires=2030-01-01", line);
	free(line);
	EXPECT_EQ(0, EMBARGO_PACKED_RULE(
			     embargo_find_hash((void *)policydb->image, policydb->image, rule->digest)));
	EXPECT_NULL(embargo_policydb_rule(policydb, 8));
	embargo_policydb_close(policydb);
	forget(&stored);
}

TEST(a_policydb_becomes_its_policy)
{
	struct stored stored = store();
	unsigned char sha256[EMBARGO_SHA256_SIZE];
	struct embargo_policy *policy;
	struct embargo_policydb *policydb;
	unsigned int offset, found;
	void *image;

	ASSERT_EQ(0, embargo_policydb_from_memory(stored.data, stored.size, &policydb));
	ASSERT_EQ(0, embargo_policydb_policy(policydb, &policy));
	expect_same(&stored.policy->set, &policy->set);
	EXPECT_MEMEQ(stored.policy->on_error, policy->on_error, sizeof(policy->on_error));
	EXPECT_EQ(5 << 20, policy->max_hash_size);
	policy->seed = ((const struct embargo_image_header *)stored.image)->seed;
	image = policy_image(policy);
	EXPECT_MEMEQ(stored.image, image, policydb->image_pages * EMBARGO_PAGE_SIZE);
	free(image);
	/* its strings are known again */
	ASSERT_EQ(0, embargo_policy_intern(policy, "r", &offset));
	EXPECT_EQ(stored.policy->set.rules[0].reason, offset);
	/* and it can grow */
	policy_sha256(HASH_C, sha256);
	ASSERT_EQ(0, embargo_policy_resolve(policy, 7, sha256, 98, EMBARGO_FORMAT_ELF));
	image = policy_image(policy);
	found = embargo_find_hash(image, image, sha256);
	EXPECT_EQ(EMBARGO_PACK(7, EMBARGO_ACTION_ALLOW, EMBARGO_LEVEL_IDENTITY, EMBARGO_KIND_BUILD_ID),
		  found);
	free(image);
	embargo_policy_free(policy);
	embargo_policydb_close(policydb);
	forget(&stored);
}

TEST(no_policydb)
{
	struct embargo_policydb *policydb = NULL;

	EXPECT_EQ(-ENOENT, embargo_policydb_open("/nonexistent/book", &policydb));
	EXPECT_EQ(-EBADMSG, embargo_policydb_open("/dev/null", &policydb));
	EXPECT_EQ(-EBADMSG, embargo_policydb_open("/", &policydb));
	EXPECT_NULL(policydb);
	embargo_policydb_close(NULL);
}

TEST(every_damaged_byte_is_found)
{
	struct stored stored = store();
	const struct embargo_policydb_header *header;
	struct embargo_policydb *policydb;
	size_t i, pages = ((struct embargo_image_header *)stored.data)->pages, missed = 0;

	header = (void *)(stored.data + pages * EMBARGO_PAGE_SIZE);
	for (i = 0; i < stored.size; i++) {
		stored.data[i] ^= 1;
		if (embargo_policydb_from_memory(stored.data, stored.size, &policydb) == 0) {
			TH_LOG("byte %zu", i);
			embargo_policydb_close(policydb);
			missed++;
		}
		stored.data[i] ^= 1;
	}
	EXPECT_EQ(0, missed);
	ASSERT_EQ(EMBARGO_POLICYDB_MAGIC, header->magic);
	ASSERT_EQ(0, policydb_walk(stored.data, stored.size)); /* the control */
	forget(&stored);
}

TEST(every_cut_is_found)
{
	struct stored stored = store();
	size_t size, missed = 0;
	char *data;

	for (size = 0; size < stored.size; size += size < stored.size - 2000 ? 97 : 1) {
		data = malloc(size);
		memcpy(data, stored.data, size);
		missed += policydb_walk(data, size) == 0;
		free(data);
	}
	EXPECT_EQ(0, missed);
	forget(&stored);
}

/* The same bytes, with checksums that an attacker has put right: whatever it says, nothing breaks. */
TEST_TIMEOUT(every_forged_byte_is_survived, 300)
{
	static const unsigned char masks[] = {0x01, 0x80, 0xff};
	struct stored stored = store();
	char *data = malloc(stored.size);
	size_t i, m, opened = 0;

	for (i = 0; i < stored.size; i++) {
		for (m = 0; m < sizeof(masks); m++) {
			memcpy(data, stored.data, stored.size);
			data[i] ^= masks[m];
			policydb_mend((unsigned char *)data, stored.size);
			opened += policydb_walk(data, stored.size) == 0;
		}
	}
	EXPECT_LT(1000, opened); /* or nothing was tried */
	free(data);
	forget(&stored);
}

TEST(sections_outside_of_the_image_are_refused)
{
	struct stored stored = store();
	struct embargo_image_header *header = (void *)stored.data;
	struct embargo_section *sections[] = {&header->filter, &header->buckets, &header->strings,
					      &header->modules, &header->spellings};
	struct embargo_section saved;
	size_t i;

	for (i = 0; i < 5; i++) {
		saved = *sections[i];
		sections[i]->page = header->pages;
		policydb_mend((unsigned char *)stored.data, stored.size);
		EXPECT_EQ(-EBADMSG, policydb_walk(stored.data, stored.size));
		*sections[i] = saved;
		sections[i]->slots = 1U << 31;
		policydb_mend((unsigned char *)stored.data, stored.size);
		EXPECT_EQ(-EBADMSG, policydb_walk(stored.data, stored.size));
		*sections[i] = saved;
	}
	policydb_mend((unsigned char *)stored.data, stored.size);
	EXPECT_EQ(0, policydb_walk(stored.data, stored.size));
	forget(&stored);
}

TEST_HARNESS_MAIN
