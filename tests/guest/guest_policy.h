/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Policies that a test puts in force, by its command line, and what embargo says of itself. */
#ifndef EMBARGO_TESTS_GUEST_GUEST_POLICY_H
#define EMBARGO_TESTS_GUEST_GUEST_POLICY_H

#include <jansson.h>

#include "loader/loader.h"
#include "userspace/check/policies.h"
#include "userspace/cli/status.h"

#include "tests/guest/guest_file.h"
#include "tests/guest/guest_run.h"

#define POLICY_FILE "/run/test.policy"
/* Where paths of test files come from: one of a few buffers in turn. */
#define PATH_OF(...) guest_format(__VA_ARGS__)

static inline __attribute__((format(printf, 1, 2))) char *guest_format(const char *format, ...)
{
	static char buffers[16][PATH_MAX];
	static unsigned int next;
	char *buffer = buffers[next++ % 16];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(buffer, PATH_MAX, format, arguments);
	va_end(arguments);
	return buffer;
}

struct guest_rule {
	const char *path;   /* the file that the rule is about */
	const char *action; /* NULL: ban */
	const char *format; /* NULL: any */
	const char *name;   /* NULL: its path */
	bool unsized;	    /* no size= */
};

/* A policy of @rules, and of the lines in @more (may be NULL). */
static inline void guest_write_policy(const char *file, const struct guest_rule *rules, const char *more)
{
	FILE *out = fopen(file, "we");
	char hex[65], size[32];

	ASSERT_NOT_NULL(out)
	{
		TH_LOG("%s: %m", file);
	}
	fprintf(out, "policy test\nversion 1\n%s", more ? more : "");
	for (; rules && rules->path; rules++) {
		snprintf(size, sizeof(size), " size=%zu", guest_sha256(rules->path, hex));
		fprintf(out, "%s hash sha256:%s%s format=%s name=\"%s\" reason=\"test\" source=\"here\"\n",
			rules->action ? rules->action : "ban", hex, rules->unsized ? "" : size,
			rules->format ? rules->format : "any", rules->name ? rules->name : rules->path);
	}
	ASSERT_EQ(0, fclose(out));
}

#define GUEST_RULES(...) ((const struct guest_rule[]){__VA_ARGS__, {0}})
#define GUEST_LOAD(mode, ...) guest_load(mode, GUEST_RULES(__VA_ARGS__), NULL)

/* What `embargo load` does, without starting it: tests load often, and a start costs most of it. */
static inline void guest_load_file(enum embargo_mode mode, const char *file)
{
	char *const files[] = {(char *)file, NULL};
	struct embargo_policy *policy = NULL;
	struct embargo_error error = {""};
	uint64_t generation;

	ASSERT_EQ(0, embargo_policies_read(files, EMBARGO_READ_DIGEST, &policy));
	ASSERT_EQ(0, embargo_load(policy, mode, &generation, &error))
	{
		TH_LOG("%s", error.text);
	}
	ASSERT_LE(0, embargo_last_good_keep(generation, mode, &error))
	{
		TH_LOG("%s", error.text);
	}
	embargo_policy_free(policy);
}

static inline void guest_load(const char *mode, const struct guest_rule *rules, const char *more)
{
	guest_write_policy(POLICY_FILE, rules, more);
	guest_load_file(strcmp(mode, "--audit") ? EMBARGO_MODE_ENFORCE : EMBARGO_MODE_AUDIT, POLICY_FILE);
}

/* Enforce a ban of this one file's content. */
static inline void guest_ban(const char *path)
{
	GUEST_LOAD("--enforce", {.path = path});
}

/* A policy that bans nothing that is there, of a size that nothing has. */
static inline void guest_lift(void)
{
	guest_load("--enforce", NULL,
		   "ban hash sha256:0000000000000000000000000000000000000000000000000000000000000001 "
		   "size=7777777\n");
}

/*
 * The way of most tests: allowed before; banned, and still banned at the second try (when the verdict may be
 * a kept one), while the twin of the same size runs; allowed again afterwards.
 */
static inline void guest_check(int (*attempt)(const char *), const char *banned, int banned_status,
			       const char *twin, int twin_status)
{
	EXPECT_EQ(banned_status, attempt(banned));
	guest_ban(banned);
	EXPECT_EQ(-EPERM, attempt(banned));
	EXPECT_EQ(-EPERM, attempt(banned));
	EXPECT_EQ(twin_status, attempt(twin));
	guest_lift();
	EXPECT_EQ(banned_status, attempt(banned));
}

/* What `embargo status --json` prints, without starting it: tests ask often. loader_test.c compares them. */
static inline json_t *guest_status(void)
{
	struct embargo_status status;
	struct embargo_error error;
	json_t *json;

	ASSERT_EQ(0, embargo_get_status(&status, &error))
	{
		TH_LOG("%s", error.text);
	}
	json = embargo_status_json(&(struct embargo_status_view){.status = &status});
	ASSERT_NOT_NULL(json);
	return json;
}

/* A number in the status by its way there: "ring.lost", "verdicts.exec.denied". */
static inline long long guest_number(const char *way)
{
	json_t *status = guest_status(), *value = status;
	long long number;
	char *part, *rest = NULL, *copy = strdup(way);

	for (part = strtok_r(copy, ".", &rest); part; part = strtok_r(NULL, ".", &rest))
		value = json_object_get(value, part);
	ASSERT_TRUE(json_is_integer(value))
	{
		TH_LOG("no number %s in the status", way);
	}
	number = json_integer_value(value);
	json_decref(status);
	free(copy);
	return number;
}

#endif
