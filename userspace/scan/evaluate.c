/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a worker does with a file: the kernel's verdict, the rules that are resolved, what is in an archive.
 */
#include <errno.h>
#include <string.h>

#include "policy/identity/archive/archive.h"
#include "userspace/scan/scan.h"

/* Texts of the answer that is being made, and what they are borrowed from. */
static struct embargo_identity *held;
static struct embargo_reason why;
static struct embargo_judgement judgement;

static const char *signer_of(const struct embargo_identity *identity)
{
	const struct embargo_signer *signer = NULL;

	if (identity->module && identity->module->signer_count)
		signer = identity->module->signers;
	else if (identity->seal_count && identity->seals->signer_count)
		signer = identity->seals->signers;
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

static void judge(const struct embargo_scan_measure *measure, const struct embargo_identity *identity,
		  struct embargo_scan_reply *reply)
{
	const struct embargo_package *package = identity->package ?: identity->owner;

	embargo_judge_identity(measure->measure, identity, &judgement);
	reply->verdict = judgement.verdict;
	reply->cause = judgement.cause;
	reply->rule = judgement.rule ? judgement.rule - measure->measure->set->rules : EMBARGO_NO_RULE;
	reply->pending = judgement.pending;
	reply->kernel = judgement.kernel;
	reply->texts[EMBARGO_SCAN_GROUND] = judgement.pending ? judgement.ground : NULL;
	reply->format = identity->format;
	reply->digests = identity->digests;
	reply->texts[EMBARGO_SCAN_PACKAGE] = package ? package->name : NULL;
	reply->texts[EMBARGO_SCAN_PACKAGE_VERSION] = package ? package->version : NULL;
	reply->texts[EMBARGO_SCAN_VENDOR] = vendor_of(identity);
	reply->texts[EMBARGO_SCAN_SIGNER] = signer_of(identity);
	if (identity->trouble) {
		embargo_unreadable(&why, 0, "%s", identity->trouble);
		reply->texts[EMBARGO_SCAN_WHY] = why.text;
	}
}

static unsigned int wants(const struct embargo_scan_measure *measure)
{
	/* No database of packages can be opened here. */
	return (embargo_judge_wants(measure->measure) & ~EMBARGO_WANT_OWNER) | EMBARGO_WANT_AS_NAMED;
}

static int file_read(const struct embargo_scan_measure *measure, const struct embargo_scan_job *job, int fd,
		     unsigned int want)
{
	int r;

	embargo_identity_free(held);
	held = NULL;
	r = embargo_identity_read_fd(fd, job->path, want, &held, &why);
	if (!r && measure->owners && embargo_owners_tell(measure->owners, held))
		r = embargo_unreadable(&why, -ENOMEM, "%s", strerror(ENOMEM));
	return r;
}

static void file_judge(const struct embargo_scan_measure *measure, const struct embargo_scan_job *job, int fd,
		       struct embargo_scan_reply *reply)
{
	unsigned int want = wants(measure) | (job->flags & EMBARGO_SCAN_CONTENTS ? 0 : EMBARGO_WANT_UNHASHED);
	int r = file_read(measure, job, fd, want);

	if (!r)
		judge(measure, held, reply);
	/* Its hash decides nothing, but belongs to what is told of it, and is what can be pinned. */
	if (!r && (want & EMBARGO_WANT_UNHASHED) && reply->rule != EMBARGO_NO_RULE) {
		want &= ~EMBARGO_WANT_UNHASHED;
		r = file_read(measure, job, fd, want);
		if (!r)
			judge(measure, held, reply);
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
	const struct embargo_scan_measure *measure;
	struct embargo_scan_answers *answers;
	struct embargo_scan_reply *whole; /* of the archive */
};

static int member_judge(void *context, struct embargo_archive_member *member)
{
	struct embargo_scan_reply reply = {.rule = EMBARGO_NO_RULE};
	struct embargo_identity *identity = member->identity;
	struct members *members = context;

	if (!member->depth)
		return 0;
	/* Rules for paths are asked as if it were unpacked in the root directory. */
	free(identity->real_path);
	identity->real_path = NULL;
	if (asprintf(&identity->real_path, "/%s", identity->path) < 0)
		identity->real_path = NULL;
	judge(members->measure, identity, &reply);
	members->whole->hashed++;
	members->whole->hashed_bytes += identity->digests.size;
	if (reply.rule == EMBARGO_NO_RULE && !reply.texts[EMBARGO_SCAN_WHY])
		return 0;
	reply.texts[EMBARGO_SCAN_MEMBER_PATH] = identity->path;
	return embargo_scan_member(members->answers, &reply);
}

static void archive_judge(const struct embargo_scan_measure *measure, const struct embargo_scan_job *job,
			  int fd, struct embargo_scan_answers *answers, struct embargo_scan_reply *reply,
			  struct embargo_reason *trouble)
{
	struct members members = {.measure = measure, .answers = answers, .whole = reply};
	const char *name = strrchr(job->path, '/');

	if (embargo_archive_is(fd) > 0)
		(void)embargo_archive_walk(fd, name ? name + 1 : job->path, wants(measure), NULL,
					   member_judge, &members, trouble);
}

void embargo_scan_judge(void *context, const struct embargo_scan_job *job, int fd,
			struct embargo_scan_answers *answers, struct embargo_scan_reply *ret_reply)
{
	const struct embargo_scan_measure *measure = context;

	struct embargo_reason trouble = {""};

	/* First, since the texts of the answer on the file itself must last. */
	if (measure->archives)
		archive_judge(measure, job, fd, answers, ret_reply, &trouble);
	if ((job->flags & EMBARGO_SCAN_CONTENTS) || wants(measure) & EMBARGO_WANT_INSIDE)
		file_judge(measure, job, fd, ret_reply);
	if (*trouble.text && !ret_reply->texts[EMBARGO_SCAN_WHY]) {
		why = trouble;
		ret_reply->texts[EMBARGO_SCAN_WHY] = why.text;
	}
}
