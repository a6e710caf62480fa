/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A test program in one header: define tests, end the file with TEST_HARNESS_MAIN.
 *
 *	TEST(name) { … }				a test
 *	TEST_TIMEOUT(name, seconds) { … }		one that may take longer than TH_TIMEOUT
 *
 *	FIXTURE(fix) { int fd; };			what each test of a fixture finds in "self"
 *	FIXTURE_VARIANT(fix) { bool deny; };		what it finds in "variant"; optional
 *	FIXTURE_VARIANT_ADD(fix, deny_x) { .deny = true };	each test of the fixture runs once per variant
 *	FIXTURE_SETUP(fix) { … }
 *	FIXTURE_TEARDOWN(fix) { … }			optional; runs whenever the setup was completed
 *	TEST_F(fix, name) { … }				TEST_F_TIMEOUT(fix, name, seconds)
 *
 *	ASSERT_EQ(expected, seen);			the test ends here if it does not hold
 *	EXPECT_EQ(expected, seen);			the test goes on, and has failed
 *	ASSERT_EQ(0, r) { TH_LOG("…: %s", strerror(errno)); }	the block runs if it does not hold
 *	SKIP("why: %s", …);				ends the test as skipped, unless it has failed already
 *
 * Each test is a process of its own, in a process group of its own that is killed when the test ends.
 * Whatever it prints becomes KTAP diagnostics. Checks may be used in any function, and in children of the
 * test: a check that fails there fails the test, and ASSERT ends the child. A test must reach its end:
 * exit(0) in the middle is a failure too.
 *
 * Arguments are parts of the names of the tests to run; --list names all. Exits 0 if all passed, 1 if one
 * failed, 4 if all were skipped.
 */
#ifndef EMBARGO_TESTS_HARNESS_H
#define EMBARGO_TESTS_HARNESS_H

/* Include this header first. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Seconds that a test may take. */
#ifndef TH_TIMEOUT
#define TH_TIMEOUT 240
#endif

/* Linux 5.3; older C libraries do not name it. */
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

#define TEST(name) TEST_TIMEOUT(name, TH_TIMEOUT)

#define TEST_TIMEOUT(name, seconds)                                                                          \
	static void name##_test(void);                                                                       \
	static void name##_run(void *self, const void *variant)                                              \
	{                                                                                                    \
		(void)self, (void)variant;                                                                   \
		name##_test();                                                                               \
	}                                                                                                    \
	TH_REGISTER_TEST(name, #name, NULL, seconds)                                                         \
	static void name##_test(void)

#define FIXTURE(fix)                                                                                         \
	static struct th_fixture fix##_fixture = {.name = #fix};                                             \
	struct fix##_variant;                                                                                \
	struct fix##_self

#define FIXTURE_VARIANT(fix) struct fix##_variant

#define FIXTURE_VARIANT_ADD(fix, variant_name)                                                               \
	static const struct fix##_variant fix##_##variant_name##_data;                                       \
	static __attribute__((constructor)) void fix##_##variant_name##_register(void)                       \
	{                                                                                                    \
		static struct th_variant v = {.name = #variant_name, .data = &fix##_##variant_name##_data};  \
		th_variant_add(&fix##_fixture, &v);                                                          \
	}                                                                                                    \
	static const struct fix##_variant fix##_##variant_name##_data =

#define FIXTURE_SETUP(fix)                                                                                   \
	TH_FIXTURE_STEP(fix, setup)                                                                          \
	static void fix##_setup(struct fix##_self *self __attribute__((unused)),                             \
				const struct fix##_variant *variant __attribute__((unused)))

#define FIXTURE_TEARDOWN(fix)                                                                                \
	TH_FIXTURE_STEP(fix, teardown)                                                                       \
	static void fix##_teardown(struct fix##_self *self __attribute__((unused)),                          \
				   const struct fix##_variant *variant __attribute__((unused)))

#define TEST_F(fix, name) TEST_F_TIMEOUT(fix, name, TH_TIMEOUT)

#define TEST_F_TIMEOUT(fix, name, seconds)                                                                   \
	static void fix##_##name##_test(struct fix##_self *self, const struct fix##_variant *variant);       \
	static void fix##_##name##_run(void *self, const void *variant)                                      \
	{                                                                                                    \
		fix##_##name##_test(self, variant);                                                          \
	}                                                                                                    \
	TH_REGISTER_TEST(fix##_##name, #name, &fix##_fixture, seconds)                                       \
	static void fix##_##name##_test(struct fix##_self *self __attribute__((unused)),                     \
					const struct fix##_variant *variant __attribute__((unused)))

#define TEST_HARNESS_MAIN                                                                                    \
	int main(int argc, char **argv)                                                                      \
	{                                                                                                    \
		return th_main(argc, argv);                                                                  \
	}

/* Integers and pointers; compared by value, whatever their types: -1 is less than 0u. */
#define ASSERT_EQ(expected, seen) TH_COMPARE(#expected, expected, TH_EQ, #seen, seen, true)
#define ASSERT_NE(expected, seen) TH_COMPARE(#expected, expected, TH_NE, #seen, seen, true)
#define ASSERT_LT(expected, seen) TH_COMPARE(#expected, expected, TH_LT, #seen, seen, true)
#define ASSERT_LE(expected, seen) TH_COMPARE(#expected, expected, TH_LE, #seen, seen, true)
#define ASSERT_GT(expected, seen) TH_COMPARE(#expected, expected, TH_GT, #seen, seen, true)
#define ASSERT_GE(expected, seen) TH_COMPARE(#expected, expected, TH_GE, #seen, seen, true)
#define ASSERT_TRUE(seen) TH_CHECK(th_truth(TH_HERE, #seen, !!(seen), true), true)
#define ASSERT_FALSE(seen) TH_CHECK(th_truth(TH_HERE, #seen, !!(seen), false), true)
#define ASSERT_NULL(seen) TH_COMPARE("NULL", NULL, TH_EQ, #seen, seen, true)
#define ASSERT_NOT_NULL(seen) TH_COMPARE("NULL", NULL, TH_NE, #seen, seen, true)
#define ASSERT_STREQ(expected, seen) TH_CHECK(th_streq(TH_HERE, #seen, expected, seen), true)
#define ASSERT_MEMEQ(expected, seen, size) TH_CHECK(th_memeq(TH_HERE, #seen, expected, seen, size), true)

#define EXPECT_EQ(expected, seen) TH_COMPARE(#expected, expected, TH_EQ, #seen, seen, false)
#define EXPECT_NE(expected, seen) TH_COMPARE(#expected, expected, TH_NE, #seen, seen, false)
#define EXPECT_LT(expected, seen) TH_COMPARE(#expected, expected, TH_LT, #seen, seen, false)
#define EXPECT_LE(expected, seen) TH_COMPARE(#expected, expected, TH_LE, #seen, seen, false)
#define EXPECT_GT(expected, seen) TH_COMPARE(#expected, expected, TH_GT, #seen, seen, false)
#define EXPECT_GE(expected, seen) TH_COMPARE(#expected, expected, TH_GE, #seen, seen, false)
#define EXPECT_TRUE(seen) TH_CHECK(th_truth(TH_HERE, #seen, !!(seen), true), false)
#define EXPECT_FALSE(seen) TH_CHECK(th_truth(TH_HERE, #seen, !!(seen), false), false)
#define EXPECT_NULL(seen) TH_COMPARE("NULL", NULL, TH_EQ, #seen, seen, false)
#define EXPECT_NOT_NULL(seen) TH_COMPARE("NULL", NULL, TH_NE, #seen, seen, false)
#define EXPECT_STREQ(expected, seen) TH_CHECK(th_streq(TH_HERE, #seen, expected, seen), false)
#define EXPECT_MEMEQ(expected, seen, size) TH_CHECK(th_memeq(TH_HERE, #seen, expected, seen, size), false)

#define SKIP(...) th_skip(__VA_ARGS__)
#define TH_LOG(...) th_log(TH_HERE, __VA_ARGS__)

/* The rest is how it works. */

enum th_operator { TH_EQ, TH_NE, TH_LT, TH_LE, TH_GT, TH_GE };

struct th_place {
	const char *file;
	int line;
};

struct th_value {
	const char *text;
	uintmax_t bits;
	bool is_signed;
};

struct th_variant {
	const char *name;
	const void *data;
	struct th_variant *next;
};

struct th_fixture {
	const char *name;
	size_t size;
	void (*setup)(void *self, const void *variant);
	void (*teardown)(void *self, const void *variant);
	struct th_variant *variants;
};

struct th_test {
	const char *name;
	struct th_fixture *fixture;
	void (*run)(void *self, const void *variant);
	int seconds;
	struct th_place place;
	struct th_test *next;
};

/* What a test's processes tell the harness, in memory that they share. */
struct th_result {
	bool failed;
	bool skipped;
	bool finished;
	char why[512];
};

static struct th_test *th_tests;
static struct th_result *th_result;
static pid_t th_pid;	  /* the test's process, 0 in the harness itself */
static sigjmp_buf th_end; /* where an assertion goes */

#define TH_HERE ((struct th_place){__FILE__, __LINE__})

#define TH_REGISTER_TEST(symbol, test_name, of_fixture, limit)                                               \
	static __attribute__((constructor)) void symbol##_register(void)                                     \
	{                                                                                                    \
		static struct th_test t = {.name = test_name,                                                \
					   .fixture = of_fixture,                                            \
					   .run = symbol##_run,                                              \
					   .seconds = limit,                                                 \
					   .place = {__FILE__, __LINE__}};                                   \
		th_test_add(&t);                                                                             \
	}

#define TH_FIXTURE_STEP(fix, step)                                                                           \
	static void fix##_##step(struct fix##_self *self, const struct fix##_variant *variant);              \
	static void fix##_##step##_run(void *self, const void *variant)                                      \
	{                                                                                                    \
		fix##_##step(self, variant);                                                                 \
	}                                                                                                    \
	static __attribute__((constructor)) void fix##_##step##_register(void)                               \
	{                                                                                                    \
		fix##_fixture.step = fix##_##step##_run;                                                     \
		fix##_fixture.size = sizeof(struct fix##_self);                                              \
	}

/* One statement, so that it may stand in an if without braces, and that a block may follow. */
#define TH_CHECK(check, is_assert)                                                                           \
	for (bool th_ok = (check); !th_ok; th_ok = true, th_after_failure(is_assert))

#define TH_COMPARE(e_text, e, operator, s_text, s, is_assert)                                                \
	TH_CHECK(th_compare(TH_HERE, TH_VALUE(e_text, e), operator, TH_VALUE(s_text, s)), is_assert)

#define TH_VALUE(text, x) ((struct th_value){text, (uintmax_t)(x), TH_IS_SIGNED(x)})

/* clang-format off */ /* version 14 does not know _Generic */
#define TH_IS_SIGNED(x)                                                                                      \
	_Generic((x), char: CHAR_MIN < 0, signed char: true, short: true, int: true, long: true,             \
		 long long: true, default: false)
/* clang-format on */

static inline void th_test_add(struct th_test *test)
{
	struct th_test **p = &th_tests;

	while (*p)
		p = &(*p)->next;
	*p = test;
}

static inline void th_variant_add(struct th_fixture *fixture, struct th_variant *variant)
{
	struct th_variant **p = &fixture->variants;

	while (*p)
		p = &(*p)->next;
	*p = variant;
}

/* Takes down the reason for a failure or a skip, on one line. */
static inline void th_why(const char *what)
{
	snprintf(th_result->why, sizeof(th_result->why), "%s", what);
	for (char *c = th_result->why; *c; c++)
		if ((unsigned char)*c < ' ')
			*c = ' ';
}

static inline __attribute__((format(printf, 2, 3))) bool th_fail(struct th_place place, const char *fmt, ...)
{
	char what[sizeof(th_result->why)];
	int n = snprintf(what, sizeof(what), "%.100s:%d: ", place.file, place.line);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what + n, sizeof(what) - (size_t)n, fmt, ap);
	va_end(ap);
	if (th_pid)
		fprintf(stderr, "%s\n", what);
	if (!th_result->failed)
		th_why(what);
	th_result->failed = true;
	return false;
}

static inline void th_after_failure(bool is_assert)
{
	if (!is_assert)
		return;
	if (getpid() != th_pid)
		_exit(1);
	siglongjmp(th_end, 1);
}

static inline __attribute__((format(printf, 1, 2))) void th_skip(const char *fmt, ...)
{
	char what[sizeof(th_result->why)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (!th_result->failed)
		th_why(what);
	th_result->skipped = true;
	th_after_failure(true);
}

static inline __attribute__((format(printf, 2, 3))) void th_log(struct th_place place, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;

	fprintf(stderr, "%s:%d: ", place.file, place.line);
	va_start(ap, fmt);
	errno = saved; /* for %m */
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	errno = saved;
}

static inline bool th_truth(struct th_place place, const char *text, bool seen, bool expected)
{
	int saved = errno;

	if (seen != expected)
		th_fail(place, "expected %s: %s", expected ? "true" : "false", text);
	errno = saved;
	return seen == expected;
}

/* "text (value)", or the value alone where the text is just that */
static inline const char *th_value_show(const struct th_value *v, char *buf, size_t size)
{
	char value[32];

	if (v->is_signed)
		snprintf(value, sizeof(value), "%jd", (intmax_t)v->bits);
	else
		snprintf(value, sizeof(value), v->bits > 0xffffffff ? "%#jx" : "%ju", v->bits);
	if (strcmp(v->text, value))
		snprintf(buf, size, "%.100s (%s)", v->text, value);
	else
		snprintf(buf, size, "%s", value);
	return buf;
}

static inline int th_value_order(const struct th_value *a, const struct th_value *b)
{
	bool a_negative = a->is_signed && (intmax_t)a->bits < 0;
	bool b_negative = b->is_signed && (intmax_t)b->bits < 0;

	if (a_negative != b_negative)
		return a_negative ? -1 : 1;
	return (a->bits > b->bits) - (a->bits < b->bits);
}

static inline bool th_compare(struct th_place place, struct th_value expected, enum th_operator operator,
			      struct th_value seen)
{
	static const char *const names[] = {"==", "!=", "<", "<=", ">", ">="};
	int order = th_value_order(&expected, &seen), saved = errno;
	char left[160], right[160];
	bool ok = false;

	switch (operator) {
	case TH_EQ:
		ok = order == 0;
		break;
	case TH_NE:
		ok = order != 0;
		break;
	case TH_LT:
		ok = order < 0;
		break;
	case TH_LE:
		ok = order <= 0;
		break;
	case TH_GT:
		ok = order > 0;
		break;
	case TH_GE:
		ok = order >= 0;
		break;
	}
	if (!ok)
		th_fail(place, "expected %s %s %s", th_value_show(&expected, left, sizeof(left)), names[operator],
			th_value_show(&seen, right, sizeof(right)));
	errno = saved; /* so that the block after a check may show it */
	return ok;
}

static inline bool th_streq(struct th_place place, const char *text, const char *expected, const char *seen)
{
	if (expected && seen ? !strcmp(expected, seen) : expected == seen)
		return true;
	return th_fail(place, "%.60s: expected \"%.120s\", seen \"%.120s\"", text,
		       expected ? expected : "(null)", seen ? seen : "(null)");
}

static inline bool th_memeq(struct th_place place, const char *text, const void *expected, const void *seen,
			    size_t size)
{
	const unsigned char *e = expected, *s = seen;

	for (size_t i = 0; i < size; i++)
		if (e[i] != s[i])
			return th_fail(place, "%.100s: byte %zu of %zu: expected %#04x, seen %#04x", text, i,
				       size, e[i], s[i]);
	return true;
}

#include "tests/harness_run.h"

#endif
