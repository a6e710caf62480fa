// SPDX-License-Identifier: GPL-2.0-or-later
/* What a worker does with a file: the kernel's verdict, the rules that are resolved, what is in an archive.
 */
#include <errno.h>
#include <string.h>

#include "policy/identity/archive/archive.h"
#include "userspace/scan/scan.h"

/* Texts of the answer that is being made, and what they are borrowed from. */
static struct embargo_identity *held;
static struct embargo_reason why;
static struct embargo_check_result result;

static const char *signer_of(const struct embargo_identity *identity)
{
	const struct embargo_signer *signer = NULL;

	if (identity->module && identity->module->signer_count)
		signer = identity->module->signers;
	else if (identity->signature_count && identity->signatures->signer_count)
		signer = identity->signatures->signers;
	if (signer)
		return signer->common_name ?: signer->issuer ?: signer->key_id;
	return identity->certificate_count ? identity->certificates->subject : NULL;
}

static const char *vendor_of(const struct embargo_identity *identity)
{
	if (identity->pe && identity->pe->company_name)
		return identity->pe->company_name;
	if (identity->vendor)
		return identity->vendor;
	if (identity->package && identity->package->vendor)
		return identity->package->vendor;
	return identity->owner ? identity->owner->vendor : NULL;
}

static void evaluate(const struct embargo_scan_evaluator *evaluator, const struct embargo_identity *identity,
		     struct embargo_scan_reply *reply)
{
	const struct embargo_package *package = identity->package ?: identity->owner;

	embargo_evaluate_identity(evaluator->evaluator, identity, &result);
	reply->verdict = result.verdict;
	reply->cause = result.cause;
	reply->rule = result.rule ? result.rule - evaluator->evaluator->set->rules : EMBARGO_NO_RULE;
	reply->pending = result.pending;
	reply->kernel = result.kernel;
	reply->texts[EMBARGO_SCAN_GROUND] = result.pending ? result.ground : NULL;
	reply->format = identity->format;
	reply->digests = identity->digests;
	reply->texts[EMBARGO_SCAN_PACKAGE] = package ? package->name : NULL;
	reply->texts[EMBARGO_SCAN_PACKAGE_VERSION] = package ? package->version : NULL;
	reply->texts[EMBARGO_SCAN_VENDOR] = vendor_of(identity);
	reply->texts[EMBARGO_SCAN_SIGNER] = signer_of(identity);
	if (identity->warning) {
		embargo_unreadable(&why, 0, "%s", identity->warning);
		reply->texts[EMBARGO_SCAN_WHY] = why.text;
	}
}

static unsigned int wants(const struct embargo_scan_evaluator *evaluator)
{
	/* No database of packages can be opened here. */
	return (embargo_evaluate_wants(evaluator->evaluator) & ~EMBARGO_WANT_OWNER) | EMBARGO_WANT_AS_NAMED;
}

static int file_read(const struct embargo_scan_evaluator *evaluator, const struct embargo_scan_job *job,
		     int fd, unsigned int want)
{
	int r;

	embargo_identity_free(held);
	held = NULL;
	r = embargo_identity_read_fd(fd, job->path, want, &held, &why);
	if (!r && evaluator->owners && embargo_owners_tell(evaluator->owners, held))
		r = embargo_unreadable(&why, -ENOMEM, "%s", strerror(ENOMEM));
	return r;
}

static void file_evaluate(const struct embargo_scan_evaluator *evaluator, const struct embargo_scan_job *job,
			  int fd, struct embargo_scan_reply *reply)
{
	unsigned int want =
		wants(evaluator) | (job->flags & EMBARGO_SCAN_CONTENTS ? 0 : EMBARGO_WANT_UNHASHED);
	int r = file_read(evaluator, job, fd, want);

	if (!r)
		evaluate(evaluator, held, reply);
	/* Its hash decides nothing, but belongs to what is told of it, and is what scan --enforce adds. */
	if (!r && (want & EMBARGO_WANT_UNHASHED) && reply->rule != EMBARGO_NO_RULE) {
		want &= ~EMBARGO_WANT_UNHASHED;
		r = file_read(evaluator, job, fd, want);
		if (!r)
			evaluate(evaluator, held, reply);
	}
	if (!r && !(want & EMBARGO_WANT_UNHASHED)) {
		reply->hashed++;
		reply->hashed_bytes += held->digests.size;
	}
	if (r) {
		reply->again = r == -EAGAIN;
		reply->rule = EMBARGO_NO_RULE;
		reply->cause = EMBARGO_CAUSE_NONE;
		reply->texts[EMBARGO_SCAN_WHY] = why.text;
	}
}

struct members {
	const struct embargo_scan_evaluator *evaluator;
	struct embargo_scan_answers *answers;
	struct embargo_scan_reply *whole; /* of the archive */
	struct embargo_reason *warning;	  /* of it, too */
};

static int member_evaluate(void *context, struct embargo_archive_member *member)
{
	struct embargo_scan_reply reply = {.rule = EMBARGO_NO_RULE};
	struct embargo_identity *identity = member->identity;
	struct members *members = context;

	if (!member->depth) {
		if (member->unopened && identity->warning && !*members->warning->text)
			snprintf(members->warning->text, sizeof(members->warning->text), "%s",
				 identity->warning);
		return 0;
	}
	/* Rules for paths are asked as if it were unpacked in the root directory. */
	free(identity->real_path);
	identity->real_path = NULL;
	if (asprintf(&identity->real_path, "/%s", identity->path) < 0)
		identity->real_path = NULL;
	evaluate(members->evaluator, identity, &reply);
	members->whole->hashed++;
	members->whole->hashed_bytes += identity->digests.size;
	if (reply.rule == EMBARGO_NO_RULE && !reply.texts[EMBARGO_SCAN_WHY])
		return 0;
	reply.texts[EMBARGO_SCAN_MEMBER_PATH] = identity->path;
	return embargo_scan_member(members->answers, &reply);
}

static void archive_evaluate(const struct embargo_scan_evaluator *evaluator,
			     const struct embargo_scan_job *job, int fd, struct embargo_scan_answers *answers,
			     struct embargo_scan_reply *reply, struct embargo_reason *warning)
{
	struct members members = {
		.evaluator = evaluator, .answers = answers, .whole = reply, .warning = warning};
	const char *name = strrchr(job->path, '/');

	if (embargo_archive_is(fd) > 0)
		(void)embargo_archive_walk(fd, name ? name + 1 : job->path, wants(evaluator), NULL,
					   member_evaluate, &members, warning);
}

void embargo_scan_evaluate(void *context, const struct embargo_scan_job *job, int fd,
			   struct embargo_scan_answers *answers, struct embargo_scan_reply *ret_reply)
{
	const struct embargo_scan_evaluator *evaluator = context;

	struct embargo_reason warning = {""};

	/* First, since the texts of the answer on the file itself must last. */
	if (evaluator->archives)
		archive_evaluate(evaluator, job, fd, answers, ret_reply, &warning);
	if ((job->flags & EMBARGO_SCAN_CONTENTS) || wants(evaluator) & EMBARGO_WANT_INSIDE)
		file_evaluate(evaluator, job, fd, ret_reply);
	if (*warning.text && !ret_reply->texts[EMBARGO_SCAN_WHY]) {
		why = warning;
		ret_reply->texts[EMBARGO_SCAN_WHY] = why.text;
	}
}
