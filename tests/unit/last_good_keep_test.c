// SPDX-License-Identifier: GPL-2.0-or-later
/* Which policy database becomes the last good one: that of the policy in force, wherever it had to be
 * written. */
#include "tests/harness.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "loader/loader.h"

/* The same file once more, with directories of its own. */
#define embargo_last_good_remove test_remove
#define embargo_last_good_keep test_keep
#define embargo_last_good_mode test_mode
#define embargo_last_good_read test_read
void test_remove(void);
void test_mode(enum embargo_mode mode);
int test_keep(uint64_t generation, enum embargo_mode mode, struct embargo_error *error);
int test_read(struct embargo_policy **ret_policy, enum embargo_mode *ret_mode, time_t *ret_time,
	      struct embargo_error *error);

#undef EMBARGO_STATE_DIR
#undef EMBARGO_RUN_DIR
#define EMBARGO_STATE_DIR "state"
#define EMBARGO_RUN_DIR "run"

#include "loader/last_good.c"
#include "policy_text.h"

FIXTURE(policydbs)
{
	char directory[32];
};

FIXTURE_SETUP(policydbs)
{
	strcpy(self->directory, "/tmp/embargo-booksXXXXXX");
	ASSERT_NOT_NULL(mkdtemp(self->directory));
	ASSERT_EQ(0, chdir(self->directory));
	ASSERT_EQ(0, mkdir("state", 0755));
	ASSERT_EQ(0, mkdir("run", 0755));
}

FIXTURE_TEARDOWN(policydbs)
{
	_cleanup_free_ char *command = NULL;

	ASSERT_LT(0, asprintf(&command, "rm -rf %s", self->directory));
	EXPECT_EQ(0, system(command));
}

static ino_t policydb_put(const char *path)
{
	FILE *file = fopen(path, "we");
	struct stat st;

	ASSERT_NOT_NULL(file);
	ASSERT_EQ(0, fstat(fileno(file), &st));
	ASSERT_EQ(0, fclose(file));
	return st.st_ino;
}

static ino_t inode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_ino;
}

TEST_F(policydbs, beside_the_others)
{
	ino_t policydb = policydb_put("state/policy-3.book");

	policydb_put("run/last-audit.book");
	ASSERT_EQ(0, symlink("state/policy-3.book", "run/policy"));
	EXPECT_EQ(0, embargo_last_good_keep(3, EMBARGO_MODE_ENFORCE, NULL));
	EXPECT_EQ(policydb, inode_of("state/last-enforce.book"));
	EXPECT_EQ(0, inode_of("run/last-audit.book"));
}

/* Generations begin anew at every boot: /var, full or read-only, still has the policy database of another
 * policy. */
TEST_F(policydbs, not_that_of_a_boot_before)
{
	ino_t policydb = policydb_put("run/policy-1.book");

	policydb_put("state/policy-1.book");
	policydb_put("run/last-audit.book");
	ASSERT_EQ(0, symlink("run/policy-1.book", "run/policy"));
	EXPECT_EQ(1, embargo_last_good_keep(1, EMBARGO_MODE_ENFORCE, NULL));
	EXPECT_EQ(policydb, inode_of("run/last-enforce.book"));
	EXPECT_EQ(0, inode_of("run/last-audit.book"));
	EXPECT_EQ(0, inode_of("state/last-enforce.book"));
}

/* What is in /run is gone after the next boot, and an older policy is better than none. */
TEST_F(policydbs, beside_one_that_outlives_the_boot)
{
	ino_t older = policydb_put("state/last-audit.book");

	policydb_put("run/policy-2.book");
	ASSERT_EQ(0, symlink("run/policy-2.book", "run/policy"));
	EXPECT_EQ(1, embargo_last_good_keep(2, EMBARGO_MODE_ENFORCE, NULL));
	EXPECT_NE(0, inode_of("run/last-enforce.book"));
	EXPECT_EQ(older, inode_of("state/last-audit.book"));
}

TEST_F(policydbs, none_that_was_replaced_meanwhile)
{
	policydb_put("state/policy-1.book");
	policydb_put("state/policy-2.book");
	ASSERT_EQ(0, symlink("state/policy-2.book", "run/policy"));
	EXPECT_EQ(0, embargo_last_good_keep(1, EMBARGO_MODE_ENFORCE, NULL));
	EXPECT_EQ(0, inode_of("state/last-enforce.book"));
}

/* In force as @generation: @text, with @found files that fell under its first rule. */
static void policy_in_force(uint64_t generation, const char *text, unsigned char found)
{
	_cleanup_(embargo_policy_freep) struct embargo_policy *policy = policy_from(text);
	unsigned char sha256[EMBARGO_SHA256_SIZE] = {0};
	_cleanup_free_ void *image = NULL;
	_cleanup_close_ int fd = -1;
	char path[64];

	for (; found; found--) {
		sha256[0] = found;
		ASSERT_EQ(0, embargo_policy_resolve(policy, 0, sha256, 1, EMBARGO_FORMAT_ELF));
	}
	image = policy_image(policy);
	snprintf(path, sizeof(path), "state/policy-%" PRIu64 ".book", generation);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, embargo_policydb_write(policy, image, fd));
	unlink("run/policy");
	ASSERT_EQ(0, symlink(path, "run/policy"));
	(void)symlink("../state", "run/state"); /* so that it can be followed */
}

TEST_F(policydbs, mode_of_the_policy_in_force)
{
	policy_in_force(1, "ban vendor a\n", 0);
	ASSERT_EQ(0, embargo_last_good_keep(1, EMBARGO_MODE_ENFORCE, NULL));
	embargo_last_good_mode(EMBARGO_MODE_AUDIT);
	EXPECT_EQ(inode_of("state/policy-1.book"), inode_of("state/last-audit.book"));
	EXPECT_EQ(0, inode_of("state/last-enforce.book"));
	/* The same, with what a scan has found for it. */
	policy_in_force(2, "ban vendor a\n", 3);
	embargo_last_good_mode(EMBARGO_MODE_ENFORCE);
	EXPECT_EQ(inode_of("state/policy-1.book"), inode_of("state/last-enforce.book"));
	EXPECT_EQ(0, inode_of("state/last-audit.book"));
}

/* Of a policy that was forced, which is not the last good one, the mode says nothing of that one. */
TEST_F(policydbs, mode_of_another_policy)
{
	policy_in_force(1, "ban vendor a\n", 0);
	ASSERT_EQ(0, embargo_last_good_keep(1, EMBARGO_MODE_ENFORCE, NULL));
	policy_in_force(2, "ban vendor b\n", 0);
	embargo_last_good_mode(EMBARGO_MODE_AUDIT);
	EXPECT_EQ(inode_of("state/policy-1.book"), inode_of("state/last-enforce.book"));
	EXPECT_EQ(0, inode_of("state/last-audit.book"));
}

TEST_HARNESS_MAIN
