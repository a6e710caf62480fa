// SPDX-License-Identifier: GPL-2.0-or-later
/* Images made from policy text, asked through the kernel's own lookups. */
#include "tests/harness.h"

#include <openssl/sha.h>

#include "policy/names.h"
#include "policy/image/table.h"
#include "policy_text.h"

static unsigned int find_text(void *image, enum embargo_string domain, const char *text)
{
	const struct embargo_image_header *header = image;

	return embargo_find_string(image, &header->strings, embargo_name_string(domain, text, strlen(text)));
}

static unsigned int find_sha256(void *image, const char *hex)
{
	unsigned char sha256[EMBARGO_SHA256_SIZE];

	policy_sha256(hex, sha256);
	return embargo_find_hash(image, image, sha256);
}

TEST(nothing)
{
	struct embargo_policy *policy = policy_from("policy x\n");
	struct embargo_image_header *header = policy_image(policy);

	EXPECT_EQ(EMBARGO_IMAGE_MAGIC, header->magic);
	EXPECT_EQ(EMBARGO_ABI_VERSION, header->version);
	EXPECT_EQ(1, header->pages);
	EXPECT_EQ(7, header->generation);
	EXPECT_EQ(0, header->rules);
	EXPECT_EQ(0, find_sha256(header, HASH_A));
	EXPECT_EQ(0, find_text(header, EMBARGO_STRING_PATH_PREFIX, "/"));
	EXPECT_FALSE(embargo_hash_possible(header, header, 5, EMBARGO_FORMAT_ANY));
	free(header);
	embargo_policy_free(policy);
}

TEST(hashes)
{
	struct embargo_policy *policy = policy_from("ban hash sha256:" HASH_A " size=100 format=elf,pe\n"
						    "allow hash sha256:" HASH_B " size=200 format=script\n");
	struct embargo_image_header *header = policy_image(policy);

	EXPECT_EQ(EMBARGO_PACK(0, EMBARGO_ACTION_BAN, EMBARGO_LEVEL_HASH, EMBARGO_KIND_HASH),
		  find_sha256(header, HASH_A));
	EXPECT_EQ(EMBARGO_PACK(1, EMBARGO_ACTION_ALLOW, EMBARGO_LEVEL_HASH, EMBARGO_KIND_HASH),
		  find_sha256(header, HASH_B));
	EXPECT_EQ(0, find_sha256(header, HASH_C));
	EXPECT_EQ(EMBARGO_FORMAT_ELF | EMBARGO_FORMAT_PE | EMBARGO_FORMAT_SCRIPT, header->sized_formats);
	EXPECT_EQ(0, header->unsized_formats);
	EXPECT_TRUE(embargo_hash_possible(header, header, 100, EMBARGO_FORMAT_ELF));
	EXPECT_TRUE(embargo_hash_possible(header, header, 200, EMBARGO_FORMAT_SCRIPT));
	EXPECT_FALSE(embargo_hash_possible(header, header, 100, EMBARGO_FORMAT_MODULE));
	EXPECT_FALSE(embargo_hash_possible(header, header, 101, EMBARGO_FORMAT_ELF));
	EXPECT_EQ(2, header->rules_by_kind[EMBARGO_KIND_HASH]);
	free(header);
	embargo_policy_free(policy);
}

TEST(a_hash_without_size_is_always_possible)
{
	struct embargo_policy *policy = policy_from("ban hash sha256:" HASH_A " format=pe\n"
						    "ban hash sha256:" HASH_B " size=5 format=elf\n");
	struct embargo_image_header *header = policy_image(policy);

	EXPECT_EQ(EMBARGO_FORMAT_PE, header->unsized_formats);
	EXPECT_TRUE(embargo_hash_possible(header, header, 12345, EMBARGO_FORMAT_PE));
	EXPECT_FALSE(embargo_hash_possible(header, header, 12345, EMBARGO_FORMAT_ELF));
	EXPECT_TRUE(embargo_hash_possible(header, header, 5, EMBARGO_FORMAT_ELF));
	free(header);
	embargo_policy_free(policy);
}

TEST(settings_reach_the_kernel)
{
	struct embargo_policy *policy = policy_from("on-error too-large audit\nmax-hash-size 2M\n");
	struct embargo_image_header *header = policy_image(policy);

	EXPECT_EQ(2 << 20, header->max_hash_size);
	EXPECT_MEMEQ(policy->on_error, header->on_error, sizeof(header->on_error));
	EXPECT_EQ(EMBARGO_ACTION_AUDIT, header->on_error[EMBARGO_CAUSE_TOO_LARGE]);
	free(header);
	embargo_policy_free(policy);
}

TEST(paths_and_interpreters)
{
	struct embargo_policy *policy = policy_from("ban path /opt/kaspersky/\naudit path \"/opt/\\xff\"\n"
						    "ban interpreter /usr/bin/dash\n"
						    "ban interpreter sha256:" HASH_A " size=9 format=elf\n");
	struct embargo_image_header *header = policy_image(policy);
	unsigned int found;

	found = find_text(header, EMBARGO_STRING_PATH_PREFIX, "/opt/kaspersky/");
	EXPECT_EQ(EMBARGO_PACK(0, EMBARGO_ACTION_BAN, EMBARGO_LEVEL_PATH, EMBARGO_KIND_PATH), found);
	found = find_text(header, EMBARGO_STRING_PATH_PREFIX, "/opt/\xff");
	EXPECT_EQ(EMBARGO_PACK(1, EMBARGO_ACTION_AUDIT, EMBARGO_LEVEL_PATH, EMBARGO_KIND_PATH), found);
	EXPECT_EQ(0, find_text(header, EMBARGO_STRING_PATH_PREFIX, "/opt/kaspersky"));
	EXPECT_EQ(0, find_text(header, EMBARGO_STRING_INTERPRETER, "/opt/kaspersky/"));
	EXPECT_EQ(1ULL << 15 | 1ULL << 6, header->path_lengths[0]);
	EXPECT_EQ(2, header->path_rules);
	found = find_text(header, EMBARGO_STRING_INTERPRETER, "/usr/bin/dash");
	EXPECT_EQ(2, EMBARGO_PACKED_RULE(found));
	EXPECT_EQ(EMBARGO_KIND_INTERPRETER, EMBARGO_PACKED_KIND(found));
	/* it bans nothing, but the kernel must hash it to know it */
	found = find_sha256(header, HASH_A);
	EXPECT_EQ(3, EMBARGO_PACKED_RULE(found));
	EXPECT_EQ(EMBARGO_KIND_INTERPRETER, EMBARGO_PACKED_KIND(found));
	EXPECT_EQ(2, header->interpreter_rules);
	EXPECT_TRUE(embargo_hash_possible(header, header, 9, EMBARGO_FORMAT_ELF));
	free(header);
	embargo_policy_free(policy);
}

static embargo_packed_rule find_path(void *image, const char *path, unsigned int trusted,
				     embargo_packed_rule *ret_interpreter)
{
	struct embargo_path_state search;

	embargo_path_begin(&search, 0, strlen(path), trusted, 1);
	embargo_find_path(image, path, &search);
	*ret_interpreter = search.named;
	EXPECT_EQ(1, search.done);
	return search.rule;
}

/* A path whose hash was forged has another's hash and not its bytes: here the bytes are changed instead. */
TEST(a_path_is_compared_byte_by_byte)
{
	struct embargo_policy *policy = policy_from("allow path \"/opt/vendor/\"\nban path \"/o\"\n"
						    "ban interpreter \"/bin/sh\"\n");
	struct embargo_image_header *header = policy_image(policy);
	char *spellings = (char *)header + header->spellings.page * EMBARGO_PAGE_SIZE;
	embargo_packed_rule interpreter;
	size_t i;

	EXPECT_EQ(EMBARGO_ACTION_ALLOW,
		  EMBARGO_PACKED_ACTION(find_path(header, "/opt/vendor/x", 1, &interpreter)));
	EXPECT_EQ(EMBARGO_ACTION_BAN,
		  EMBARGO_PACKED_ACTION(find_path(header, "/opt/vendor", 1, &interpreter)));
	EXPECT_EQ(0, find_path(header, "/usr", 1, &interpreter));
	EXPECT_EQ(0, interpreter);
	find_path(header, "/bin/sh", 1, &interpreter);
	EXPECT_NE(0, interpreter);
	/* Not root has mounted it: it can ban, and nothing else. */
	EXPECT_EQ(EMBARGO_ACTION_BAN,
		  EMBARGO_PACKED_ACTION(find_path(header, "/opt/vendor/x", 0, &interpreter)));
	find_path(header, "/bin/sh", 0, &interpreter);
	EXPECT_EQ(0, interpreter);
	for (i = 0; i < header->spellings.slots; i++)
		spellings[i] ^= spellings[i] ? 1 : 0;
	EXPECT_EQ(0, find_path(header, "/opt/vendor/x", 1, &interpreter));
	find_path(header, "/bin/sh", 1, &interpreter);
	EXPECT_EQ(0, interpreter);
	free(header);
	embargo_policy_free(policy);
}

TEST(a_path_excuses_no_stricter_cause)
{
	struct embargo_image_header header = {
		.on_error = {[1] = EMBARGO_ACTION_BAN, [2] = EMBARGO_ACTION_ALLOW}};
	embargo_packed_rule allow =
		EMBARGO_PACK(0, EMBARGO_ACTION_ALLOW, EMBARGO_LEVEL_PATH, EMBARGO_KIND_PATH);
	embargo_packed_rule ban = EMBARGO_PACK(0, EMBARGO_ACTION_BAN, EMBARGO_LEVEL_PATH, EMBARGO_KIND_PATH);

	EXPECT_EQ(allow, embargo_excused(&header, allow, 0));
	EXPECT_EQ(0, embargo_excused(&header, allow, 1));
	EXPECT_EQ(allow, embargo_excused(&header, allow, 2));
	EXPECT_EQ(ban, embargo_excused(&header, ban, 1));
	EXPECT_EQ(ban, embargo_excused(&header, ban, 2));
}

TEST(an_interpreter_is_hidden_by_bans_only)
{
	struct embargo_policy *policy = policy_from("ban vendor a\naudit vendor b\n"
						    "ban interpreter sha256:" HASH_A "\n"
						    "allow interpreter sha256:" HASH_B "\n");
	unsigned char a[EMBARGO_SHA256_SIZE], b[EMBARGO_SHA256_SIZE];
	void *image;

	policy_sha256(HASH_A, a);
	policy_sha256(HASH_B, b);
	ASSERT_EQ(0, embargo_policy_resolve(policy, 0, a, 1, EMBARGO_FORMAT_ELF));
	ASSERT_EQ(0, embargo_policy_resolve(policy, 1, b, 1, EMBARGO_FORMAT_ELF));
	image = policy_image(policy);
	EXPECT_EQ(0, EMBARGO_PACKED_RULE(find_sha256(image, HASH_A)));
	EXPECT_EQ(3, EMBARGO_PACKED_RULE(find_sha256(image, HASH_B)));
	EXPECT_EQ(EMBARGO_ACTION_ALLOW, EMBARGO_PACKED_ACTION(find_sha256(image, HASH_B)));
	free(image);
	embargo_policy_free(policy);
}

TEST(the_longest_path)
{
	char text[EMBARGO_VALUE_MAX + 32] = "ban path \"/", *path = text + 10;
	struct embargo_policy *policy;
	struct embargo_image_header *header;

	memset(path + 1, 'x', EMBARGO_PATH_SIZE - 2);
	strcpy(path + EMBARGO_PATH_SIZE - 1, "\"\n");
	policy = policy_from(text);
	header = policy_image(policy);
	path[EMBARGO_PATH_SIZE - 1] = 0;
	EXPECT_NE(0, find_text(header, EMBARGO_STRING_PATH_PREFIX, path));
	EXPECT_EQ(1ULL << 63, header->path_lengths[63]);
	free(header);
	embargo_policy_free(policy);
}

TEST(signers)
{
	static const unsigned char id[] = {0x00, 0xab}, number[] = {0xc1, 0x02};
	struct embargo_policy *policy = policy_from("ban signer issuer=\"CN=a b,C=RU\" serial=00:c1:02\n"
						    "audit signer skid=00ab\nban signer subject.o=x\n"
						    "ban signer tbs-sha256=" HASH_A "\n");
	struct embargo_image_header *header = policy_image(policy);
	/* DER order: the country first */
	const struct embargo_attribute name[] = {
		{(const __u8 *)"\x55\x04\x06", 3, (const __u8 *)"RU", 2, 19},
		{(const __u8 *)"\x55\x04\x03", 3, (const __u8 *)"a b", 3, 12},
	};
	unsigned long long hash;

	EXPECT_EQ(2, header->signer_rules);
	EXPECT_EQ(4, header->rules_by_kind[EMBARGO_KIND_SIGNER]);
	hash = embargo_name_issuer_serial(name, 2, number, 2);
	EXPECT_EQ(EMBARGO_PACK(0, EMBARGO_ACTION_BAN, EMBARGO_LEVEL_IDENTITY, EMBARGO_KIND_SIGNER),
		  embargo_find_string(header, &header->strings, hash));
	/* as DER has it: positive numbers have a 00 before a set first bit */
	hash = embargo_name_issuer_serial(name, 2, (const __u8 *)"\x00\xc1\x02", 3);
	EXPECT_NE(0, embargo_find_string(header, &header->strings, hash));
	hash = embargo_name_issuer_serial(name, 2, (const __u8 *)"\xc1\x03", 2);
	EXPECT_EQ(0, embargo_find_string(header, &header->strings, hash));
	hash = embargo_name_issuer_serial(name, 1, number, 2);
	EXPECT_EQ(0, embargo_find_string(header, &header->strings, hash));
	EXPECT_EQ(EMBARGO_PACK(1, EMBARGO_ACTION_AUDIT, EMBARGO_LEVEL_IDENTITY, EMBARGO_KIND_SIGNER),
		  embargo_find_string(header, &header->strings, embargo_name_key_id(id, sizeof(id))));
	EXPECT_EQ(0, embargo_find_string(header, &header->strings, embargo_name_key_id(id + 1, 1)));
	free(header);
	embargo_policy_free(policy);
}

TEST(module_patterns)
{
	struct embargo_policy *policy = policy_from("ban module name=klflt* author=\"K L\"\n"
						    "audit module author=\"K L\"\nallow module unsigned\n");
	struct embargo_image_header *header = policy_image(policy);
	const struct embargo_module_rule *modules =
		(void *)((char *)header + header->modules.page * EMBARGO_PAGE_SIZE);
	unsigned int name = find_text(header, EMBARGO_STRING_MODINFO_PREFIX, "name=klflt");
	unsigned int author = find_text(header, EMBARGO_STRING_MODINFO, "author=K L");

	ASSERT_NE(0, name);
	ASSERT_NE(0, author);
	EXPECT_NE(name, author);
	EXPECT_GE(2, name);
	EXPECT_GE(2, author);
	EXPECT_EQ(0, find_text(header, EMBARGO_STRING_MODINFO, "name=klflt"));
	EXPECT_EQ(0, find_text(header, EMBARGO_STRING_MODINFO, "name=klflt*"));
	EXPECT_EQ(1ULL << 10, header->modinfo_lengths[0]);
	ASSERT_EQ(2, header->modules.slots);
	EXPECT_EQ(2, header->module_rules);
	EXPECT_EQ(EMBARGO_PACK(0, EMBARGO_ACTION_BAN, EMBARGO_LEVEL_IDENTITY, EMBARGO_KIND_MODULE),
		  modules[0].rule);
	ASSERT_EQ(2, modules[0].patterns);
	EXPECT_EQ(name - 1, modules[0].pattern[0]);
	EXPECT_EQ(author - 1, modules[0].pattern[1]);
	ASSERT_EQ(1, modules[1].patterns);
	EXPECT_EQ(author - 1, modules[1].pattern[0]);
	EXPECT_EQ(EMBARGO_PACK(2, EMBARGO_ACTION_ALLOW, EMBARGO_LEVEL_IDENTITY, EMBARGO_KIND_MODULE),
		  header->unsigned_rule);
	free(header);
	embargo_policy_free(policy);
}

TEST(the_longest_pattern)
{
	char text[512] = "ban module name=";
	struct embargo_policy *policy;
	struct embargo_image_header *header;

	memset(text + 16, 'x', 249); /* name= and 249, and the * */
	strcpy(text + 16 + 249, "*\n");
	policy = policy_from(text);
	header = policy_image(policy);
	EXPECT_EQ(1ULL << (254 - 192), header->modinfo_lengths[3]);
	free(header);
	embargo_policy_free(policy);
}

TEST(resolved)
{
	struct embargo_policy *policy = policy_from("ban package name=kesl\naudit vendor x\n"
						    "allow hash sha256:" HASH_B "\n");
	unsigned char a[EMBARGO_SHA256_SIZE], b[EMBARGO_SHA256_SIZE];
	struct embargo_image_header *header;

	policy_sha256(HASH_A, a);
	policy_sha256(HASH_B, b);
	free(policy_image(policy)); /* a plan that is out of date afterwards */
	EXPECT_EQ(-EINVAL, embargo_policy_resolve(policy, 3, a, 77, EMBARGO_FORMAT_ELF));
	EXPECT_EQ(-EINVAL, embargo_policy_resolve(policy, 0, a, 77, 0));
	ASSERT_EQ(0, embargo_policy_resolve(policy, 0, a, 77, EMBARGO_FORMAT_ELF));
	ASSERT_EQ(0, embargo_policy_resolve(policy, 0, a, 77, EMBARGO_FORMAT_ELF));
	ASSERT_EQ(1, policy->set.resolved_count);
	ASSERT_EQ(0, embargo_policy_resolve(policy, 0, b, 78, EMBARGO_FORMAT_ELF));
	header = policy_image(policy);
	EXPECT_EQ(EMBARGO_PACK(0, EMBARGO_ACTION_BAN, EMBARGO_LEVEL_IDENTITY, EMBARGO_KIND_PACKAGE),
		  find_sha256(header, HASH_A));
	EXPECT_EQ(2, EMBARGO_PACKED_RULE(find_sha256(header, HASH_B))); /* a hash decides before a package */
	EXPECT_TRUE(embargo_size_listed(header, header, 77, EMBARGO_FORMAT_ELF));
	EXPECT_FALSE(embargo_size_listed(header, header, 76, EMBARGO_FORMAT_ELF));
	free(header);
	/* the vendor's rule is an audit, which is stronger than the package's ban */
	ASSERT_EQ(0, embargo_policy_resolve(policy, 1, a, EMBARGO_SIZE_UNKNOWN, EMBARGO_FORMAT_PE));
	header = policy_image(policy);
	EXPECT_EQ(EMBARGO_PACK(1, EMBARGO_ACTION_AUDIT, EMBARGO_LEVEL_IDENTITY, EMBARGO_KIND_VENDOR),
		  find_sha256(header, HASH_A));
	EXPECT_TRUE(header->unsized_formats & EMBARGO_FORMAT_PE);
	free(header);
	embargo_policy_free(policy);
}

TEST(many_resolved)
{
	struct embargo_policy *policy = policy_from("ban package name=a\nban package name=b\n");
	unsigned char sha256[EMBARGO_SHA256_SIZE];
	unsigned int i, missing = 0;
	void *image;

	for (i = 0; i < 40000; i++) {
		SHA256((void *)&i, sizeof(i), sha256);
		ASSERT_EQ(0, embargo_policy_resolve(policy, i & 1, sha256, i, EMBARGO_FORMAT_ELF));
		ASSERT_EQ(0, embargo_policy_resolve(policy, i & 1, sha256, i, EMBARGO_FORMAT_ELF));
	}
	ASSERT_EQ(40000, policy->set.resolved_count);
	image = policy_image(policy);
	for (i = 0; i < 40000; i++) {
		SHA256((void *)&i, sizeof(i), sha256);
		missing += EMBARGO_PACKED_RULE(embargo_find_hash(image, image, sha256)) != (i & 1);
	}
	EXPECT_EQ(0, missing);
	free(image);
	embargo_policy_free(policy);
}

/* Hashes that share one place of any small table whose seed is @seed, as somebody could search for them. */
static void plant(struct embargo_policy *policy, unsigned long long seed, unsigned int count)
{
	unsigned long long word[4] = {0};

	for (; count; word[0]++) {
		if (embargo_bucket_home((void *)word, seed, 1 << 13))
			continue;
		ASSERT_EQ(0, embargo_policy_resolve(policy, 0, (void *)word, 1, EMBARGO_FORMAT_ELF));
		count--;
	}
}

TEST(planted_hashes)
{
	struct embargo_policy *policy = policy_from("ban vendor a\n");
	struct embargo_image_header *header;
	unsigned int i, missing = 0;
	size_t pages;

	policy->seed = 0x123456789abcdef1;
	plant(policy, policy->seed, EMBARGO_PROBES_MAX + 1);
	EXPECT_EQ(-ENOSPC, embargo_image_pages(policy, &pages));
	policy->seed = 0; /* nobody can know the seed of the next image */
	header = policy_image(policy);
	EXPECT_EQ(1, header->seed & 1);
	for (i = 0; i < policy->set.resolved_count; i++)
		missing += !embargo_find_hash(header, header, policy->set.resolved[i].sha256);
	EXPECT_EQ(0, missing);
	plant(policy, header->seed, EMBARGO_PROBES_MAX + 1);
	free(header);
	free(policy_image(policy));
	embargo_policy_free(policy);
}

/* Numbered hashes, as people write them for tests, must not share one place. */
TEST(numbered_hashes)
{
	struct embargo_policy *policy;
	unsigned int i, missing = 0;
	char hex[65], *text = NULL;
	size_t size;
	void *image;
	FILE *out;

	out = open_memstream(&text, &size);
	for (i = 0; i < 5000; i++)
		fprintf(out, "ban hash sha256:%064x\nban hash sha256:%08x%056x\n", i, i + 1, 0);
	fclose(out);
	policy = policy_from(text);
	image = policy_image(policy);
	for (i = 0; i < 5000; i++) {
		snprintf(hex, sizeof(hex), "%064x", i);
		missing += !find_sha256(image, hex);
	}
	EXPECT_EQ(0, missing);
	free(text);
	free(image);
	embargo_policy_free(policy);
}

TEST(many_strings)
{
	struct embargo_policy *policy;
	unsigned int i, wrong = 0;
	char path[32], *text = NULL;
	size_t size;
	void *image;
	FILE *out;

	out = open_memstream(&text, &size);
	for (i = 0; i < 20000; i++)
		fprintf(out, "ban path /opt/%u/\n", i);
	fclose(out);
	policy = policy_from(text);
	image = policy_image(policy);
	for (i = 0; i < 20000; i++) {
		snprintf(path, sizeof(path), "/opt/%u/", i);
		wrong += EMBARGO_PACKED_RULE(find_text(image, EMBARGO_STRING_PATH_PREFIX, path)) != i;
		path[1] = 'x';
		wrong += !!find_text(image, EMBARGO_STRING_PATH_PREFIX, path);
	}
	EXPECT_EQ(0, wrong);
	free(text);
	free(image);
	embargo_policy_free(policy);
}

TEST(an_image_without_room_is_refused)
{
	struct embargo_policy *policy = policy_from("ban hash sha256:" HASH_A "\n");
	static unsigned char pages[EMBARGO_PAGE_SIZE];
	size_t count;

	ASSERT_EQ(0, embargo_image_pages(policy, &count));
	EXPECT_EQ(2, count);
	EXPECT_EQ(-ENOSPC, embargo_image_build(policy, pages, count - 1, 1));
	embargo_policy_free(policy);
}

TEST(a_table_knows_what_fits)
{
	unsigned char homes[1000] = {};

	homes[990] = EMBARGO_PROBES_MAX - 1; /* around the end */
	EXPECT_TRUE(embargo_table_fits(homes, sizeof(homes)));
	homes[990]++;
	EXPECT_FALSE(embargo_table_fits(homes, sizeof(homes)));
	homes[990]--;
	homes[980] = 11; /* fills up to 990, and one waits */
	EXPECT_FALSE(embargo_table_fits(homes, sizeof(homes)));
	homes[980] = 10;
	EXPECT_TRUE(embargo_table_fits(homes, sizeof(homes)));
	homes[5] = 1; /* waits behind those of 990 */
	EXPECT_TRUE(embargo_table_fits(homes, sizeof(homes)));
	homes[5] = 20;
	EXPECT_FALSE(embargo_table_fits(homes, sizeof(homes)));
}

TEST_HARNESS_MAIN
