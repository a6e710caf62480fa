// SPDX-License-Identifier: GPL-2.0-or-later
/* embargo policy import, by its command line. */
#include "tests/harness.h"

#include "import_text.h"
#include "userspace/cli/command.h"

struct ran {
	int status;
	char out[8192];
	char err[8192];
};

static void slurp(const char *path, char text[8192])
{
	FILE *in = fopen(path, "r");

	ASSERT_NOT_NULL(in);
	text[fread(text, 1, 8191, in)] = 0;
	fclose(in);
}

/* In a child, with its output in files. Arguments end with NULL. */
static struct ran run(char **arguments)
{
	static const struct embargo_command *const commands[] = {&embargo_cmd_policy_import, NULL};
	struct ran ran = {};
	int count = 0, status;
	pid_t child;

	while (arguments[count])
		count++;
	fflush(NULL);
	child = fork();
	if (!child) {
		if (!freopen("out", "w", stdout) || !freopen("err", "w", stderr))
			_exit(99);
		status = embargo_dispatch(commands, "embargo policy", count, arguments);
		_exit(fflush(NULL) || ferror(stdout) ? 98 : status);
	}
	ASSERT_EQ(child, waitpid(child, &status, 0));
	ran.status = WEXITSTATUS(status);
	slurp("out", ran.out);
	slurp("err", ran.err);
	return ran;
}

#define RUN(...) run((char *[]){"import", __VA_ARGS__, NULL})
#define EXPECT_HAS(text, part)                                                                               \
	EXPECT_TRUE(strstr(text, part))                                                                      \
	{                                                                                                    \
		TH_LOG("it says: %s", text);                                                                 \
	}

#define LIST "sha256,name\n" HEX_A ",a\n" HEX_A ",a\n" HEX_SHA1 ",weak\n"

static void put(const char *name, const char *text)
{
	import_put(name, text, strlen(text));
}

TEST(to_standard_output)
{
	struct ran ran;

	put("list.csv", LIST);
	ran = RUN("--source", "https://example.org/", "--name", "mine", "--formats", "elf,script",
		  "list.csv");
	EXPECT_EQ(EMBARGO_EXIT_DONE, ran.status);
	EXPECT_HAS(ran.out, "\npolicy \"mine\"\n");
	EXPECT_HAS(ran.out, "ban hash sha256:" HEX_A
			    " format=elf,script name=\"a\" source=\"https://example.org/\"\n");
	EXPECT_HAS(ran.err, "note: 1 of the entries: the hash is not a SHA-256");
	EXPECT_HAS(ran.err, "    list.csv:4: " HEX_SHA1 "\n");
	EXPECT_HAS(ran.err, "warning: 1 rule has no size");
	EXPECT_HAS(ran.err, "entries: 1 rule, 1 duplicate, ");
	import_remove();
}

TEST(to_a_file_with_a_report)
{
	char text[8192];
	struct ran ran;

	put("list.csv", LIST);
	ran = RUN("--output", "x.policy", "--report", "report", "--format", "csv", "list.csv");
	EXPECT_EQ(EMBARGO_EXIT_DONE, ran.status);
	EXPECT_STREQ("", ran.out);
	slurp("x.policy", text);
	EXPECT_HAS(text, "\nban hash sha256:" HEX_A " name=\"a\" source=\"list.csv\"\n");
	slurp("report", text);
	EXPECT_HAS(text, "list.csv:4: the hash is not a SHA-256");
	import_remove();
}

TEST(a_broken_feed_fails_and_changes_nothing)
{
	char text[8192];
	struct ran ran;

	put("bad.csv", LIST "\"");
	put("x.policy", "as it was");
	ran = RUN("--output", "x.policy", "bad.csv");
	EXPECT_EQ(EMBARGO_EXIT_FAILED, ran.status);
	EXPECT_HAS(ran.err,
		   "embargo: bad.csv:5: the quote that opens here is never closed; nothing was written\n");
	EXPECT_NULL(strstr(ran.err, "1 rule,"));
	slurp("x.policy", text);
	EXPECT_STREQ("as it was", text);
	ran = RUN("bad.csv");
	EXPECT_EQ(EMBARGO_EXIT_FAILED, ran.status);
	EXPECT_STREQ("", ran.out);
	import_remove();
}

TEST(many_entries_without_a_rule)
{
	char list[2000] = "sha256\n" HEX_A "\n";
	struct ran ran;
	int n;

	for (n = 0; n < 9; n++)
		strcat(list, HEX_MD5 "\n");
	put("list.csv", list);
	ran = RUN("list.csv");
	EXPECT_EQ(EMBARGO_EXIT_DONE, ran.status);
	EXPECT_HAS(ran.err, "note: 9 of the entries: ");
	EXPECT_HAS(ran.err, "    … and 4 more; --report FILE lists all\n");
	import_remove();
}

TEST(wrong_usage)
{
	struct ran ran;

	put("list.csv", LIST);
	ran = RUN("--format", "cvs", "list.csv");
	EXPECT_EQ(EMBARGO_EXIT_USAGE, ran.status);
	EXPECT_HAS(ran.err, "unknown format 'cvs'");
	ran = RUN("--formats", "elf,exe", "list.csv");
	EXPECT_EQ(EMBARGO_EXIT_USAGE, ran.status);
	EXPECT_HAS(ran.err, "unknown formats 'elf,exe'");
	ran = RUN("--format", "csv");
	EXPECT_EQ(EMBARGO_EXIT_USAGE, ran.status);
	ran = RUN("--report", "/nonexistent/x", "list.csv");
	EXPECT_EQ(EMBARGO_EXIT_FAILED, ran.status);
	EXPECT_HAS(ran.err, "cannot write '/nonexistent/x': No such file or directory");
	ran = RUN("--output", "/nonexistent/x", "list.csv");
	EXPECT_EQ(EMBARGO_EXIT_FAILED, ran.status);
	EXPECT_HAS(ran.err, "cannot write '/nonexistent/x'");
	import_remove();
}

TEST_HARNESS_MAIN
