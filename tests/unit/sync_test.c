// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules of a sync server: what is left of them, and what becomes of a policy that cannot be loaded. */
#include "tests/harness.h"

#include <errno.h>

#include "userspace/fetch/sync_private.h"

#define A "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define B "1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define RULE(type, policy, digest)                                                                           \
	"{\"rule_type\":\"" type "\",\"policy\":\"" policy "\",\"identifier\":\"" digest "\"}"

static void take(struct embargo_sync_rules *rules, const char *list)
{
	_cleanup_free_ char *text = NULL, *cursor = NULL;
	struct embargo_reason reason = {""};

	ASSERT_LE(0, asprintf(&text, "{\"rules\":[%s]}", list));
	ASSERT_EQ(0, embargo_sync_rules_take(rules, text, strlen(text), &cursor, &reason));
	ASSERT_EQ(NULL, cursor);
	embargo_sync_rules_settle(rules);
}

TEST(the_last_word_counts)
{
	struct embargo_sync_rules rules = {0};

	take(&rules, RULE("BINARY", "BLOCKLIST", A) "," RULE("CERTIFICATE", "ALLOWLIST", A) "," RULE(
			     "BINARY", "BLACKLIST", B) "," RULE("BINARY", "SILENT_BLOCKLIST", A));
	ASSERT_EQ(3, rules.count);
	EXPECT_EQ(2, embargo_sync_rules_count(&rules, EMBARGO_SYNC_BINARY));
	EXPECT_EQ(EMBARGO_SYNC_SILENT_BLOCK, rules.list[0].policy);
	EXPECT_EQ(EMBARGO_SYNC_ALLOW, rules.list[2].policy);
	take(&rules, RULE("BINARY", "REMOVE", A) "," RULE("BINARY", "ALLOWLIST_COMPILER", B));
	ASSERT_EQ(2, rules.count);
	EXPECT_EQ(EMBARGO_SYNC_ALLOW, rules.list[0].policy);
	EXPECT_EQ(6, rules.received);
	embargo_sync_rules_clear(&rules);
}

TEST(preflight)
{
	static const struct {
		const char *text;
		bool clean;
		enum embargo_sync_mode mode;
		enum embargo_sync_type type;
		unsigned int batch;
	} answers[] = {
		{"{}", false, EMBARGO_SYNC_MODE_UNKNOWN, EMBARGO_SYNC_NORMAL, 50},
		{"{\"client_mode\":\"MONITOR\",\"batch_size\":7}", false, EMBARGO_SYNC_MONITOR,
		 EMBARGO_SYNC_NORMAL, 7},
		{"{\"clientMode\":\"STANDALONE\",\"batchSize\":70000}", false, EMBARGO_SYNC_STANDALONE,
		 EMBARGO_SYNC_NORMAL, 1000},
		{"{\"sync_type\":\"clean_all\"}", false, EMBARGO_SYNC_MODE_UNKNOWN, EMBARGO_SYNC_CLEAN_ALL,
		 50},
		{"{\"clean_sync\":true}", false, EMBARGO_SYNC_MODE_UNKNOWN, EMBARGO_SYNC_CLEAN, 50},
		{"{\"clean_sync\":true}", true, EMBARGO_SYNC_MODE_UNKNOWN, EMBARGO_SYNC_CLEAN_ALL, 50},
		{"{\"client_mode\":3,\"batch_size\":-1}", false, EMBARGO_SYNC_MODE_UNKNOWN,
		 EMBARGO_SYNC_NORMAL, 50},
	};
	struct embargo_sync_preflight preflight;
	struct embargo_reason reason;
	size_t i;

	for (i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		ASSERT_EQ(0, embargo_sync_preflight(answers[i].text, strlen(answers[i].text),
						    answers[i].clean, &preflight, &reason));
		EXPECT_EQ(answers[i].mode, preflight.mode);
		EXPECT_EQ(answers[i].type, preflight.type);
		EXPECT_EQ(answers[i].batch, preflight.batch);
	}
	EXPECT_EQ(-EBADMSG, embargo_sync_preflight("[1]", 3, false, &preflight, &reason));
	EXPECT_NE(NULL, strstr(reason.text, "not an object"));
}

static int load_status, loads;

static int load(void)
{
	loads++;
	return load_status;
}

static size_t text_of(const char *path, char *text, size_t size)
{
	FILE *file = fopen(path, "re");
	size_t got = file ? fread(text, 1, size - 1, file) : 0;

	text[got] = '\0';
	if (file)
		fclose(file);
	return got;
}

TEST(what_cannot_be_loaded_is_undone)
{
	char directory[] = "/tmp/embargo-sync-XXXXXX", path[64], before[2048], after[2048];
	struct embargo_sync_result result = {0};
	struct embargo_config config;
	struct embargo_sync sync = {.config = &config, .load = load};
	struct embargo_sync_job job = {.sync = &sync, .result = &result};

	ASSERT_EQ(0, embargo_config_default(&config));
	free(config.sync_url);
	config.sync_url = strdup("https://sync.example.org/");
	ASSERT_NE(NULL, mkdtemp(directory));
	sync.policies = directory;
	snprintf(path, sizeof(path), "%s/" EMBARGO_SYNC_FILE, directory);
	sync.state = "/tmp"; /* the file to come must have another place */

	/* Nothing was there: nothing is there again. */
	load_status = -EIO;
	take(&job.rules, RULE("BINARY", "BLOCKLIST", A));
	EXPECT_EQ(-EIO, embargo_sync_place(&job));
	EXPECT_EQ(EMBARGO_FETCH_LOAD, result.fetch.cause);
	EXPECT_FALSE(result.changed);
	EXPECT_NE(0, access(path, F_OK));

	load_status = 0;
	EXPECT_EQ(0, embargo_sync_place(&job));
	EXPECT_TRUE(result.changed);
	EXPECT_LT(0, text_of(path, before, sizeof(before)));

	/* The old rules stay. */
	load_status = -EIO;
	take(&job.rules, RULE("BINARY", "BLOCKLIST", B));
	EXPECT_EQ(-EIO, embargo_sync_place(&job));
	text_of(path, after, sizeof(after));
	EXPECT_EQ(0, strcmp(before, after));
	EXPECT_EQ(3, loads);

	/* What is in force already is not loaded again. */
	take(&job.rules, RULE("BINARY", "REMOVE", B));
	EXPECT_EQ(0, embargo_sync_place(&job));
	EXPECT_EQ(3, loads);

	embargo_sync_rules_clear(&job.rules);
	embargo_config_clear(&config);
	EXPECT_EQ(0, unlink(path));
	EXPECT_EQ(0, rmdir(directory));
}

TEST_HARNESS_MAIN
