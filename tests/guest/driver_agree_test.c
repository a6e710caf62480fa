// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `embargo check` and the kernel agree on every driver of the corpus: whole, signed, edited, compressed,
 * broken; under several policies. The kernel is asked by every way that the file can be loaded.
 */
#include "policy/identity/evaluate.h"
#include "tests/guest/driver_broken.h"
#include "tests/guest/driver_event.h"

#define HERE "/tmp/agree"
#define FILES_MAX 2048
#define FILES_WHOLE 20 /* at least the first so many are not edited */

enum verdict { PASSES, AUDITED, DENIED };

static struct subject {
	char path[128];
	char *plain; /* of a compressed file: where its plain bytes are */
	bool unsafe;
	enum verdict checked;
} subjects[FILES_MAX];

static unsigned int subject_count;

static struct subject *subject_add(const char *from, const char *name)
{
	struct subject *subject = &subjects[subject_count++];

	ASSERT_LT(subject_count, FILES_MAX);
	snprintf(subject->path, sizeof(subject->path), HERE "/%s", name);
	if (from)
		ASSERT_EQ(0, GUEST_RUN(NULL, "cp", from, subject->path));
	return subject;
}

/* Into files, as a check wants them. */
static void subjects_make(void)
{
	static const char *const whole_files[] = {"stock.ko",
						  "bare.ko",
						  "rsa.ko",
						  "rsa-keyid.ko",
						  "rsa-sha512.ko",
						  "rsa-certificates.ko",
						  "rsa-attributes.ko",
						  "ecdsa.ko",
						  "ecdsa-keyid.ko",
						  "ecdsa-sha512.ko",
						  "foreign.ko",
						  "deep.ko",
						  "two.ko",
						  "resigned.ko",
						  "told.ko",
						  "told-rsa.ko"};
	static const char *const packed[][2] = {{"stock.ko.xz", "stock.ko"},
						{"stock.ko.zst", "stock.ko"},
						{"stock.ko.gz", "stock.ko"},
						{"told-rsa.ko.xz", "told-rsa.ko"}};
	struct driver_broken broken;
	struct driver_whole whole;

	ASSERT_EQ(0, mkdir(HERE, 0755));
	for (size_t i = 0; i < sizeof(whole_files) / sizeof(whole_files[0]); i++)
		subject_add(driver_path(whole_files[i]), whole_files[i]);
	for (size_t i = 0; i < sizeof(packed) / sizeof(packed[0]); i++)
		subject_add(driver_path(packed[i][0]), packed[i][0])->plain = driver_path(packed[i][1]);
	driver_whole_read(&whole);
	for (unsigned int n = 0; driver_broken_make(&whole, n, &broken); n++) {
		struct subject *subject;

		if (!broken.bytes.size)
			continue; /* of an empty file the kernel asks nobody */
		subject = subject_add(NULL, PATH_OF("%s.ko", broken.name));
		subject->unsafe = broken.unsafe;
		driver_write(subject->path, &broken.bytes);
		driver_free(&broken.bytes);
	}
	driver_whole_free(&whole);
}

/* By the policy in force: a line for each file, in their order. */
static void check_all(void)
{
	const char *argv[FILES_MAX + 8] = {"embargo", "check"}, *line;
	char *output = NULL;
	unsigned int i;
	int status;

	for (i = 0; i < subject_count; i++)
		argv[i + 2] = subjects[i].path;
	status = guest_run(&output, argv);
	ASSERT_TRUE(status == 0 || status == 3)
	{
		TH_LOG("status %d: %.500s", status, output);
	}
	for (i = 0, line = output; i < subject_count; i++, line = strchr(line, '\n') + 1) {
		char word[16], path[256];

		ASSERT_EQ(2, sscanf(line, "%15s %255[^: \n]", word, path))
		{
			TH_LOG("%.200s", line);
		}
		ASSERT_STREQ(subjects[i].path, path);
		subjects[i].checked = !strcmp(word, "denied")	 ? DENIED
				      : !strcmp(word, "audited") ? AUDITED
								 : PASSES;
		ASSERT_NOT_NULL(strchr(line, '\n'));
	}
	free(output);
}

/* What came of one way, as an event tells it. */
static enum verdict kernel_one(int r, int *ret_error)
{
	enum verdict verdict = PASSES;
	struct driver_event event;

	while (driver_event_next(&event))
		verdict = event.event.verdict == EMBARGO_DENIED ? DENIED : AUDITED;
	EXPECT_EQ(r == -EPERM, verdict == DENIED);
	*ret_error = r;
	return verdict;
}

static enum verdict kernel_all(const struct subject *subject)
{
	enum verdict verdict, other;
	int error;

	if (!subject->plain) {
		verdict = kernel_one(driver_finit(subject->path), &error);
		other = kernel_one(driver_init(subject->path), &error);
		return other > verdict ? other : verdict;
	}
	verdict = kernel_one(driver_finit_compressed(subject->path), &error);
	if (!error || error == -EPERM)
		return verdict;
	other = kernel_one(driver_init(subject->plain), &error);
	return other > verdict ? other : verdict;
}

/* The same hook by hook: a banned path also has a file not run or mapped, and a check tells of that. */
static void agree_by_hook(const char *rules)
{
	static const enum verdict verdicts[] = {PASSES, DENIED, AUDITED, PASSES}; /* by enum embargo_action */
	_cleanup_(embargo_policydb_closep) struct embargo_policydb *policydb = NULL;
	unsigned int seen[3] = {};
	int error;

	DRIVER_BAN("%s", rules);
	driver_events_skip();
	ASSERT_EQ(0, embargo_policydb_open(EMBARGO_POLICYDB_LINK, &policydb));
	for (unsigned int i = 0; i < subject_count; i++) {
		_cleanup_(embargo_identity_freep) struct embargo_identity *identity = NULL;
		const char *path = subjects[i].path;
		struct embargo_evaluation evaluation;
		struct embargo_outcome *hooks = evaluation.hooks;
		struct embargo_reason reason;
		enum verdict stored, plain;

		if (subjects[i].unsafe || subjects[i].plain || (i >= FILES_WHOLE && i % 2))
			continue;
		ASSERT_EQ(0, embargo_identity_read(path, EMBARGO_WANT_INSIDE | EMBARGO_WANT_BYTES, &identity,
						   &reason));
		embargo_evaluate(policydb->image, identity, &evaluation);
		stored = verdicts[hooks[EMBARGO_HOOK_READ_FILE].action];
		plain = verdicts[hooks[EMBARGO_HOOK_POST_READ_FILE].action];
		plain = stored > plain ? stored : plain;
		seen[plain]++;
		EXPECT_EQ(plain, kernel_one(driver_finit(path), &error))
		{
			TH_LOG("%s", path);
		}
		EXPECT_EQ(verdicts[hooks[EMBARGO_HOOK_POST_LOAD_DATA].action],
			  kernel_one(driver_init(path), &error))
		{
			TH_LOG("%s", path);
		}
	}
	TH_LOG("by hook: %u pass, %u are audited, %u denied", seen[PASSES], seen[AUDITED], seen[DENIED]);
	for (int i = 0; i < 3; i++)
		EXPECT_LT(10, seen[i]);
}

static void agree_each(const char *name, bool unsafe, unsigned int of, unsigned int seen[3])
{
	for (unsigned int i = 0; i < subject_count; i++) {
		if (subjects[i].unsafe != unsafe || (i >= FILES_WHOLE && i % of))
			continue;
		seen[subjects[i].checked]++;
		EXPECT_EQ(subjects[i].checked, kernel_all(&subjects[i]))
		{
			TH_LOG("%s: %s", name, subjects[i].path);
		}
	}
}

/*
 * @unsafe: these, too, unless something has failed: the guest would not survive one that gets in.
 * @of: of those that are edited every so many only, for policies that differ little from one that all were
 * asked under.
 */
static void agree(const char *name, bool unsafe, unsigned int of, const char *rules)
{
	unsigned int seen[3] = {};

	DRIVER_BAN("%s", rules);
	driver_events_skip();
	check_all();
	agree_each(name, false, of, seen);
	if (unsafe && !th_result->failed)
		agree_each(name, true, of, seen);
	TH_LOG("%s: %u pass, %u are audited, %u denied", name, seen[PASSES], seen[AUDITED], seen[DENIED]);
	EXPECT_LT(0, seen[PASSES]);
	EXPECT_LT(0, seen[AUDITED] + seen[DENIED]);
}

FIXTURE(agree)
{
	char unused;
};

FIXTURE_SETUP(agree)
{
	subjects_make();
	DRIVER_LIFT();
	driver_events_skip();
}

FIXTURE_TEARDOWN(agree)
{
	DRIVER_LIFT();
	GUEST_RUN(NULL, "rm", "-rf", HERE);
}

#define RSA_SIGNER "signer issuer=\"CN=Example driver key,O=Example\\\\, Inc.\" serial=4142\n"

TEST_F_TIMEOUT(agree, by_identity, 300)
{
	agree("signers and modules", true, 1,
	      "ban " RSA_SIGNER
	      "audit signer issuer=\"CN=Somebody else\" serial=01\nban module author=\"Second*\"\n"
	      "allow module author=\"Example Lab*\" alias=net-pf-36\n");
	agree("signers alone", false, 5,
	      "ban " RSA_SIGNER "allow signer issuer=\"CN=Somebody else\" serial=01\n");
	agree("on-error", false, 2,
	      "on-error module-unreadable audit\non-error signature-unreadable allow\nban " RSA_SIGNER
	      "ban module name=nothing\n");
}

TEST_F_TIMEOUT(agree, by_hash_and_path, 300)
{
	char *stock = driver_hash(driver_path("stock.ko")),
	     *told = driver_hash_unsized(driver_path("told-rsa.ko"));
	char *stored = driver_hash(driver_path("stock.ko.gz")), *rsa = driver_hash(driver_path("rsa.ko"));

	agree("hashes", false, 5,
	      PATH_OF("ban hash %s format=module\nban hash %s format=module\naudit hash %s format=module\n",
		      stock, told, stored));
	agree_by_hook(PATH_OF("ban path \"" HERE
			      "/signature-\"\nallow hash %s format=module\nban hash %s format=module\n"
			      "audit path \"" HERE "/trailer-\"\nban path \"" HERE "/e\"\nallow " RSA_SIGNER,
			      rsa, told));
}

GUEST_MAIN
