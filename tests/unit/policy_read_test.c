// SPDX-License-Identifier: GPL-2.0-or-later
/* Files: who may write them, what they include, headers and settings. */
#include "tests/harness.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "policy_text.h"

FIXTURE(directory)
{
	char path[64];
};

FIXTURE_SETUP(directory)
{
	strcpy(self->path, "/tmp/embargo-read-XXXXXX");
	ASSERT_NOT_NULL(mkdtemp(self->path));
	ASSERT_EQ(0, chdir(self->path));
	umask(022);
}

FIXTURE_TEARDOWN(directory)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", self->path);
	EXPECT_EQ(0, system(command));
}

static void put(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");

	ASSERT_NOT_NULL(out);
	fputs(text, out);
	ASSERT_EQ(0, fclose(out));
}

/* Reads @path; the first error's message must contain @message, or there must be none. */
static struct embargo_policy *expect_read(const char *path, unsigned int flags, const char *message)
{
	struct embargo_policy *policy = embargo_policy_new();
	const struct embargo_diagnostic *first = NULL;
	int r = embargo_policy_read(policy, path, flags);
	size_t i;

	for (i = 0; i < policy->diagnostics.count && !first; i++)
		if (policy->diagnostics.list[i].severity == EMBARGO_ERROR)
			first = &policy->diagnostics.list[i];
	EXPECT_EQ(message ? -EINVAL : 0, r);
	EXPECT_TRUE(message ? first && strstr(first->message, message) : !first)
	{
		TH_LOG("wanted: %s", message ? message : "no error");
		policy_log(policy);
	}
	return policy;
}

static void check_read(const char *path, unsigned int flags, const char *message)
{
	embargo_policy_free(expect_read(path, flags, message));
}

TEST_F(directory, owner_and_mode)
{
	put("a", "policy a\nversion 1\n");
	check_read("a", 0, NULL);
	ASSERT_EQ(0, chmod("a", 0664));
	check_read("a", 0, "its group or everybody can write it");
	check_read("a", EMBARGO_READ_ANY_OWNER, NULL);
	ASSERT_EQ(0, chmod("a", 0646));
	check_read("a", 0, "its group or everybody can write it");
	ASSERT_EQ(0, chmod("a", 0644));
	if (geteuid() != 0)
		SKIP("only root can give a file to somebody else");
	ASSERT_EQ(0, chown("a", 12345, 0));
	check_read("a", 0, "owned by neither root nor you");
	check_read("a", EMBARGO_READ_ANY_OWNER, NULL);
}

TEST_F(directory, hint_names_the_remedy)
{
	struct embargo_policy *policy;

	put("a", "");
	ASSERT_EQ(0, chmod("a", 0666));
	policy = expect_read("a", 0, "can write it");
	ASSERT_EQ(1, policy->diagnostics.count);
	EXPECT_STREQ("chmod go-w 'a'", policy->diagnostics.list[0].hint);
	embargo_policy_free(policy);
}

TEST_F(directory, only_regular_files)
{
	ASSERT_EQ(0, mkfifo("fifo", 0600));
	check_read("fifo", 0, "not a regular file");
	check_read(".", 0, "not a regular file");
	check_read("/dev/null", 0, "not a regular file");
	check_read("nothing", 0, "No such file");
}

TEST_F(directory, include_is_relative_to_the_file)
{
	struct embargo_policy *policy;

	ASSERT_EQ(0, mkdir("sub", 0700));
	put("a", "policy a\nauthority \"A\"\ninclude \"sub/b\"\nban vendor x\n");
	put("sub/b", "policy b\nversion 7\nban vendor y\ninclude c # here\n");
	put("sub/c", "authority C\nban vendor z\nban vendor w authority=W\n");
	policy = expect_read("a", 0, NULL);
	ASSERT_EQ(3, policy->set.file_count);
	ASSERT_EQ(4, policy->set.rule_count);
	EXPECT_STREQ("a", embargo_string(&policy->set, policy->set.files[0].path));
	EXPECT_STREQ("sub/b", embargo_string(&policy->set, policy->set.files[1].path));
	EXPECT_STREQ("sub/c", embargo_string(&policy->set, policy->set.files[2].path));
	EXPECT_STREQ("b", embargo_string(&policy->set, policy->set.files[1].name));
	EXPECT_EQ(7, policy->set.files[1].version);
	EXPECT_EQ(EMBARGO_NO_FILE, policy->set.files[0].parent);
	EXPECT_EQ(0, policy->set.files[1].parent);
	EXPECT_EQ(1, policy->set.files[2].parent);
	EXPECT_EQ(2, policy->set.files[2].rules);
	/* y, z, w, x: an included file without an authority has its includer's */
	EXPECT_STREQ("A", embargo_rule_authority(&policy->set, &policy->set.rules[0]));
	EXPECT_STREQ("C", embargo_rule_authority(&policy->set, &policy->set.rules[1]));
	EXPECT_STREQ("W", embargo_rule_authority(&policy->set, &policy->set.rules[2]));
	EXPECT_STREQ("A", embargo_rule_authority(&policy->set, &policy->set.rules[3]));
	EXPECT_STREQ("sub/b", embargo_rule_file(&policy->set, &policy->set.rules[0]));
	EXPECT_EQ(3, policy->set.rules[0].line);
	embargo_policy_free(policy);
}

TEST_F(directory, include_fails)
{
	struct embargo_policy *policy;

	put("a", "ban vendor x\n  include \"b\"\nbann\n");
	put("b", "bann\n");
	policy = expect_read("a", 0, "unknown word");
	ASSERT_EQ(2, policy->diagnostics.count);
	EXPECT_STREQ("b", policy->diagnostics.list[0].file);
	EXPECT_STREQ("a", policy->diagnostics.list[1].file);
	EXPECT_EQ(3, policy->diagnostics.list[1].line);
	embargo_policy_free(policy);

	ASSERT_EQ(0, chmod("b", 0666));
	policy = expect_read("a", 0, "cannot include 'b': its group");
	EXPECT_EQ(2, policy->diagnostics.list[0].line);
	EXPECT_EQ(11, policy->diagnostics.list[0].column);
	embargo_policy_free(policy);
	put("a", "include b c\n");
	put("b", "");
	ASSERT_EQ(0, chmod("b", 0644));
	check_read("a", 0, "nothing more");
	check_read("a", EMBARGO_READ_NO_INCLUDE, "not allowed here");
}

TEST_F(directory, include_of_itself)
{
	put("a", "include b\n");
	put("b", "include \"./a\"\n");
	check_read("a", 0, "'./a' includes itself");
	put("b", "include \"b\"\n");
	check_read("b", 0, "includes itself");
}

TEST_F(directory, include_too_deep)
{
	char name[16], text[32];
	int i;

	for (i = 0; i <= EMBARGO_INCLUDE_DEPTH + 1; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		snprintf(text, sizeof(text), "include f%d\n", i + 1);
		put(name, i <= EMBARGO_INCLUDE_DEPTH ? text : "");
	}
	check_read("f0", 0, "nested more than 16 deep");
	check_read("f1", 0, NULL);
}

TEST_F(directory, a_file_is_read_once)
{
	struct embargo_policy *policy;

	put("a", "include c\ninclude b\n");
	put("b", "include c\n");
	put("c", "ban vendor x\n");
	policy = expect_read("a", 0, NULL);
	EXPECT_EQ(1, policy->set.rule_count);
	EXPECT_EQ(1, policy->diagnostics.total[EMBARGO_WARNING]);
	EXPECT_EQ(0, embargo_policy_read(policy, "b", 0));
	EXPECT_EQ(2, policy->diagnostics.total[EMBARGO_WARNING]);
	EXPECT_EQ(1, policy->set.rule_count);
	embargo_policy_free(policy);
}

TEST_F(directory, digest_of_what_was_parsed)
{
	static const char abc[] = "#bc";
	struct embargo_policy *policy;
	unsigned char sha256[EMBARGO_SHA256_SIZE], zeros[EMBARGO_SHA256_SIZE] = {};

	/* printf '#bc' | sha256sum */
	policy_sha256("84509cfe73d94f7f6a8299e6bcdb8a3c275284916cfa1eb5fc1b0b9565a3336c", sha256);
	put("a", abc);
	policy = expect_read("a", EMBARGO_READ_DIGEST, NULL);
	EXPECT_MEMEQ(sha256, policy->set.files[0].sha256, sizeof(sha256));
	ASSERT_EQ(0, embargo_policy_read_buffer(policy, "b", abc, 3, EMBARGO_READ_DIGEST));
	EXPECT_MEMEQ(sha256, policy->set.files[1].sha256, sizeof(sha256));
	ASSERT_EQ(0, embargo_policy_read_buffer(policy, "c", abc, 3, 0));
	EXPECT_MEMEQ(zeros, policy->set.files[2].sha256, sizeof(sha256));
	embargo_policy_free(policy);
}

/* Lines that begin and end at every offset around the reader's chunks. */
TEST_F(directory, chunks)
{
	struct embargo_policy *from_file, *from_memory;
	char *text = NULL;
	size_t size, i;
	FILE *out;

	out = open_memstream(&text, &size);
	for (i = 0; i < 3000; i++)
		fprintf(out, "%s vendor \"%.*s%zu\"%s", i % 7 ? "ban" : "ban \\\r\n", (int)(i % 97),
			"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
			"xxxxxxxxxxxx",
			i, i % 5 ? "\n" : "\r\n");
	fclose(out);
	ASSERT_LT(2 * 65536, size);
	put("a", text);
	from_file = expect_read("a", 0, NULL);
	from_memory = policy_from(text);
	ASSERT_EQ(3000, from_file->set.rule_count);
	ASSERT_EQ(3000, from_memory->set.rule_count);
	EXPECT_MEMEQ(from_memory->set.strings + 12, from_file->set.strings + 2, from_file->set.pool_size - 2);
	free(text);
	embargo_policy_free(from_file);
	embargo_policy_free(from_memory);
}

static void count_progress(void *data, unsigned long long bytes, unsigned long long total)
{
	unsigned int *calls = data;

	EXPECT_LT(0, bytes);
	EXPECT_GE(total, bytes);
	++*calls;
}

TEST_F(directory, progress)
{
	struct embargo_policy *policy = embargo_policy_new();
	unsigned int calls = 0, i;
	FILE *out = fopen("a", "w");

	for (i = 0; i < 10000; i++)
		fprintf(out, "ban vendor %u\n", i);
	fclose(out);
	policy->progress = count_progress;
	policy->progress_data = &calls;
	EXPECT_EQ(0, embargo_policy_read(policy, "a", 0));
	EXPECT_EQ(2, calls);
	embargo_policy_free(policy);
}

TEST(byte_order_mark_is_skipped)
{
	struct embargo_policy *policy = policy_from("\xef\xbb\xbfpolicy x\nban vendor y\n");

	EXPECT_STREQ("x", embargo_string(&policy->set, policy->set.files[0].name));
	EXPECT_EQ(1, policy->set.rule_count);
	embargo_policy_free(policy);
}

TEST(settings)
{
	static const unsigned int allowed = 1 << EMBARGO_CAUSE_UNCLASSIFIED | 1 << EMBARGO_CAUSE_NO_PATH |
					    1 << EMBARGO_CAUSE_TOO_LARGE | 1 << EMBARGO_CAUSE_UNSIZED_MAPPING;
	struct embargo_policy *policy = policy_from("policy x\n");
	int i;

	EXPECT_EQ(1ULL << 30, policy->max_hash_size);
	for (i = 0; i < EMBARGO_CAUSE_MAX; i++)
		EXPECT_EQ(1U << i & allowed ? EMBARGO_ACTION_ALLOW : EMBARGO_ACTION_BAN, policy->on_error[i])
		{
			TH_LOG("%s", embargo_cause_name(i));
		}
	embargo_policy_free(policy);

	policy = policy_from(
		"on-error too-large allow\non-error audit\nmax-hash-size 3M\non-error no-path deny\n");
	EXPECT_EQ(3 << 20, policy->max_hash_size);
	EXPECT_EQ(EMBARGO_ACTION_ALLOW, policy->on_error[EMBARGO_CAUSE_TOO_LARGE]);
	EXPECT_EQ(EMBARGO_ACTION_AUDIT, policy->on_error[EMBARGO_CAUSE_HASH_FAILED]);
	EXPECT_EQ(EMBARGO_ACTION_AUDIT, policy->on_error[EMBARGO_CAUSE_UNCLASSIFIED]);
	EXPECT_EQ(EMBARGO_ACTION_BAN, policy->on_error[EMBARGO_CAUSE_NO_PATH]);
	/* another file may agree, but not contradict */
	EXPECT_EQ(0, embargo_policy_read_buffer(policy, "b", "on-error audit\nmax-hash-size 3072K", 34, 0));
	EXPECT_EQ(-EINVAL, embargo_policy_read_buffer(policy, "c", "on-error deny", 13, 0));
	embargo_policy_free(policy);
}

TEST_HARNESS_MAIN
