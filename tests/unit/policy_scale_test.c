// SPDX-License-Identifier: GPL-2.0-or-later
/* A million rules: memory of the process, memory of the kernel, and that each is found. */
#include "tests/harness.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "policy_text.h"

#define MILLION 1000000U

/* Hashes must look random, and be the same each time. */
static void numbered_sha256(unsigned int number, unsigned char sha256[EMBARGO_SHA256_SIZE])
{
	__u64 word;
	int i;

	for (i = 0; i < 4; i++) {
		word = embargo_mix((number + 1ULL) * 4 + i);
		memcpy(sha256 + 8 * i, &word, sizeof(word));
	}
}

static __u64 numbered_size(unsigned int number)
{
	return embargo_mix(number) % (16 << 20);
}

/* A file of that policy; the path that opens it. */
static void write_policy(char path[32])
{
	unsigned char sha256[EMBARGO_SHA256_SIZE];
	int fd = memfd_create("policy", 0);
	FILE *out = fdopen(fd, "w");
	unsigned int i, j;

	ASSERT_EQ(0, fchmod(fd, 0600));
	fputs("policy million\nversion 1\nauthority \"a feed\"\n", out);
	for (i = 0; i < MILLION; i++) {
		numbered_sha256(i, sha256);
		fputs("ban hash sha256:", out);
		for (j = 0; j < sizeof(sha256); j++)
			fprintf(out, "%02x", sha256[j]);
		fprintf(out, " size=%llu format=elf name=\"Trojan.Linux.Agent-%07u\" reason=\"on a feed\" ",
			numbered_size(i), i);
		fputs("source=\"https://feeds.example/list.csv\"\n", out);
	}
	ASSERT_EQ(0, fflush(out));
	snprintf(path, 32, "/proc/self/fd/%d", fd);
}

static unsigned int count_missing(void *image)
{
	unsigned char sha256[EMBARGO_SHA256_SIZE];
	unsigned int i, missing = 0;

	for (i = 0; i < MILLION; i++) {
		numbered_sha256(i, sha256);
		missing += EMBARGO_PACKED_RULE(embargo_find_hash(image, image, sha256)) != i ||
			   !embargo_hash_possible(image, image, numbered_size(i), EMBARGO_FORMAT_ELF);
		sha256[31] ^= 1;
		missing += !!embargo_find_hash(image, image, sha256);
	}
	return missing;
}

static unsigned int count_false_sizes(void *image)
{
	unsigned int i, wrong = 0;

	for (i = 0; i < 100000; i++)
		wrong += embargo_hash_possible(image, image, (16 << 20) + i, EMBARGO_FORMAT_ELF);
	return wrong;
}

TEST_TIMEOUT(a_million_rules, 300)
{
	struct embargo_policy *policy = embargo_policy_new();
	struct rusage usage;
	char path[32];
	size_t pages;
	void *image;

	write_policy(path);
	ASSERT_EQ(0, embargo_policy_read(policy, path, 0))
	{
		policy_log(policy);
	}
	ASSERT_EQ(0, embargo_policy_check(policy, 0));
	ASSERT_EQ(MILLION, policy->set.rule_count);
	ASSERT_EQ(0, embargo_image_pages(policy, &pages));
	printf("%.2f bytes of image a rule\n", (double)pages * EMBARGO_PAGE_SIZE / MILLION);
	EXPECT_GE(52ULL * MILLION, pages * EMBARGO_PAGE_SIZE);
	image = mmap(NULL, pages * EMBARGO_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		     0);
	ASSERT_NE(MAP_FAILED, image);
	ASSERT_EQ(0, embargo_image_build(policy, image, pages, 1));
	ASSERT_EQ(0, getrusage(RUSAGE_SELF, &usage));
	printf("%ld kB at most in memory, image and rules\n", usage.ru_maxrss);
#ifndef __SANITIZE_ADDRESS__
	EXPECT_GE(200 * 1024, usage.ru_maxrss);
#endif
	EXPECT_EQ(0, count_missing(image));
	/* one file in fifty may be hashed in vain, not more */
	EXPECT_GE(2000, count_false_sizes(image));
	printf("%u of 100000 other sizes look listed\n", count_false_sizes(image));
	munmap(image, pages * EMBARGO_PAGE_SIZE);
	embargo_policy_free(policy);
}

/* Smaller and odd numbers: the load of the tables stays, and nothing is lost. */
TEST_TIMEOUT(other_numbers, 120)
{
	static const unsigned int numbers[] = {1, 2, 84, 85, 86, 113, 1000, 4321, 65536, 65537};
	unsigned int i, j, missing;
	struct embargo_rule rule = {
		.action = EMBARGO_ACTION_BAN, .formats = EMBARGO_FORMAT_ELF, .digest_size = 32};
	void *image;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct embargo_policy *policy = policy_from("policy x\n");

		for (j = 0; j < numbers[i]; j++) {
			numbered_sha256(j, rule.digest);
			rule.size = j * 4096ULL;
			ASSERT_EQ(0, embargo_policy_add(policy, &rule));
		}
		image = policy_image(policy);
		for (j = 0, missing = 0; j < numbers[i]; j++) {
			numbered_sha256(j, rule.digest);
			missing += EMBARGO_PACKED_RULE(embargo_find_hash(image, image, rule.digest)) != j;
			missing += !embargo_hash_possible(image, image, j * 4096ULL, EMBARGO_FORMAT_ELF);
		}
		EXPECT_EQ(0, missing)
		{
			TH_LOG("of %u", numbers[i]);
		}
		free(image);
		embargo_policy_free(policy);
	}
}

TEST_HARNESS_MAIN
