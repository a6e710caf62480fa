/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's verdict on a file, given here. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "bpf/match.h"
#include "userspace/judge.h"

int embargo_judge(const struct embargo_measure *measure, const char *path,
		  struct embargo_judgement *ret_judgement, struct embargo_reason *reason)
{
	static const enum embargo_verdict verdicts[] = {
		[EMBARGO_ACTION_NONE] = EMBARGO_ALLOWED,
		[EMBARGO_ACTION_BAN] = EMBARGO_DENIED,
		[EMBARGO_ACTION_AUDIT] = EMBARGO_AUDITED,
		[EMBARGO_ACTION_ALLOW] = EMBARGO_EXEMPTED,
	};
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	const struct embargo_image_header *header = measure->image;
	struct embargo_judgement judgement = {.verdict = EMBARGO_ALLOWED};
	struct embargo_digests digests;
	embargo_packed_rule rule = 0;
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st))
		return embargo_unreadable(reason, -errno, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return embargo_unreadable(reason, -EINVAL, "not a regular file");
	if (embargo_hash_possible((void *)measure->image, header, st.st_size, EMBARGO_FORMAT_ANY)) {
		r = embargo_hash_fd(fd, 0, &digests, reason);
		if (r)
			return r;
		rule = embargo_find_hash((void *)measure->image, header, digests.sha256);
	}
	if (rule) {
		judgement.verdict = verdicts[EMBARGO_PACKED_ACTION(rule)];
		judgement.rule = measure->set->rules + EMBARGO_PACKED_RULE(rule);
	}
	*ret_judgement = judgement;
	return 0;
}

char *embargo_judgement_text(const struct embargo_measure *measure, const struct embargo_judgement *judgement)
{
	const struct embargo_image_header *header = measure->image;
	char *text = NULL;

	if (judgement->rule)
		return embargo_rule_label(measure->set, judgement->rule, true);
	if (judgement->cause == EMBARGO_CAUSE_NONE)
		return strdup("");
	if (asprintf(&text, "no rule could be asked (%s), on-error %s",
		     embargo_cause_name(judgement->cause) ?: "?",
		     embargo_on_error_name(header->on_error[judgement->cause]) ?: "?") < 0)
		return NULL;
	return text;
}
