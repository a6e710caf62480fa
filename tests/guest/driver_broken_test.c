// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Broken drivers get in only where the kernel lets them in and no rule could be about them: what cannot be
 * read is counted, follows on-error, and is told apart from what the kernel itself finds wrong with it.
 */
#include "tests/guest/driver_broken.h"
#include "tests/guest/driver_event.h"

#define CASES_MAX 2048
/* No driver here falls under these; but to know that, its signature and .modinfo must be read. */
#define RULES "ban signer issuer=\"CN=Somebody else\" serial=01\nban module name=nothing\n"
#define UNREADABLE(action)                                                                                   \
	"on-error signature-unreadable " action "\non-error module-unreadable " action "\n" RULES
/* These are what the drivers say that were broken: rsa.ko and told.ko. */
#define TRUE_RULES                                                                                           \
	"ban signer issuer=\"CN=Example driver key,O=Example\\\\, Inc.\" serial=4142\n"                      \
	"ban module author=\"Example Lab*\"\n"

struct result {
	int own;   /* what the kernel says of it */
	int cause; /* why embargo cannot say anything, or 0 */
	char name[64];
	bool renamed, unsafe;
};

static struct driver_whole whole;
static struct result *results;
static unsigned int count;

/* Each safe case in turn, or each unsafe one, by init_module. Where a safe one failed the guest might not
 * survive these. */
static void walk(bool unsafe, void (*check)(struct result *result, int r))
{
	struct driver_broken broken;

	if (unsafe && th_result->failed)
		return;
	for (count = 0; driver_broken_make(&whole, count, &broken); count++) {
		ASSERT_LT(count, CASES_MAX);
		strcpy(results[count].name, broken.name);
		results[count].renamed = broken.renamed;
		results[count].unsafe = broken.unsafe;
		if (unsafe == broken.unsafe)
			check(&results[count], driver_init_bytes(&broken.bytes));
		driver_free(&broken.bytes);
	}
}

FIXTURE(broken)
{
	char unused;
};

static void take_own(struct result *result, int r)
{
	result->own = r;
	EXPECT_NE(-EPERM, r)
	{
		TH_LOG("%s", result->name);
	}
	EXPECT_NE(-ENOSYS, r)
	{
		TH_LOG("%s", result->name);
	}
	driver_events_none();
}

FIXTURE_SETUP(broken)
{
	DRIVER_LIFT();
	driver_whole_read(&whole);
	results = calloc(CASES_MAX, sizeof(*results));
	driver_events_skip();
	walk(false, take_own);
}

FIXTURE_TEARDOWN(broken)
{
	DRIVER_LIFT();
	driver_whole_free(&whole);
}

/* What is refused is so because it cannot be read; the rest is the kernel's affair. */
static void expect_cause(struct result *result, int r)
{
	struct driver_event event;

	result->cause = 0;
	if (r != -EPERM) {
		EXPECT_EQ(result->own, r)
		{
			TH_LOG("%s", result->name);
		}
		EXPECT_FALSE(result->unsafe)
		{
			TH_LOG("%s", result->name);
		}
		driver_events_none();
		return;
	}
	event = driver_event_take();
	EXPECT_EQ(EMBARGO_DENIED, event.event.verdict);
	EXPECT_EQ(EMBARGO_NO_RULE, event.event.rule);
	EXPECT_EQ(EMBARGO_ORIGIN_MEMORY, event.event.origin);
	result->cause = event.event.cause;
	EXPECT_TRUE(result->cause == EMBARGO_CAUSE_SIGNATURE_UNREADABLE ||
		    result->cause == EMBARGO_CAUSE_MODULE_UNREADABLE)
	{
		TH_LOG("%s: %s", result->name, embargo_cause_name(result->cause));
	}
	driver_events_none();
}

static void expect_audited(struct result *result, int r)
{
	struct driver_event event;

	EXPECT_EQ(result->own, r)
	{
		TH_LOG("%s", result->name);
	}
	if (!result->cause)
		return driver_events_none();
	event = driver_event_take();
	EXPECT_EQ(EMBARGO_AUDITED, event.event.verdict);
	EXPECT_EQ(result->cause, event.event.cause)
	{
		TH_LOG("%s", result->name);
	}
	driver_events_none();
}

static void expect_allowed(struct result *result, int r)
{
	EXPECT_EQ(result->own, r)
	{
		TH_LOG("%s", result->name);
	}
	driver_events_none();
}

TEST_F_TIMEOUT(broken, follows_on_error, 300)
{
	long long causes[2], seen[2] = {0, 0};

	DRIVER_BAN(RULES);
	causes[0] = guest_number("causes.signature-unreadable");
	causes[1] = guest_number("causes.module-unreadable");
	walk(false, expect_cause);
	for (unsigned int i = 0; i < count; i++) {
		seen[0] += results[i].cause == EMBARGO_CAUSE_SIGNATURE_UNREADABLE;
		seen[1] += results[i].cause == EMBARGO_CAUSE_MODULE_UNREADABLE;
	}
	EXPECT_LT(300, count);
	EXPECT_LT(200, seen[0]);
	EXPECT_LT(80, seen[1]);
	EXPECT_EQ(causes[0] + seen[0], guest_number("causes.signature-unreadable"));
	EXPECT_EQ(causes[1] + seen[1], guest_number("causes.module-unreadable"));
	walk(true, expect_cause);
	TH_LOG("%u broken drivers, %lld signatures and %lld modules unreadable", count, seen[0], seen[1]);

	DRIVER_BAN(UNREADABLE("audit"));
	walk(false, expect_audited);
	DRIVER_BAN(UNREADABLE("allow"));
	walk(false, expect_allowed);
}

/* What got in with its name on it does not get in once that is banned. */
static void expect_banned(struct result *result, int r)
{
	if (!result->own && !result->renamed)
		EXPECT_EQ(-EPERM, r)
		{
			TH_LOG("%s", result->name);
		}
	else
		EXPECT_TRUE(r == -EPERM || r == result->own)
		{
			TH_LOG("%s: %d %d", result->name, r, result->own);
		}
	driver_events_skip();
}

TEST_F_TIMEOUT(broken, hides_no_identity, 300)
{
	DRIVER_BAN(TRUE_RULES);
	walk(false, expect_banned);
	walk(true, expect_banned);
}

GUEST_MAIN
