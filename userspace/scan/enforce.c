// SPDX-License-Identifier: GPL-2.0-or-later
/* scan --enforce */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "policy/array.h"
#include "loader/loader.h"
#include "userspace/base/label.h"
#include "userspace/check/guard.h"
#include "userspace/base/log.h"
#include "userspace/scan/enforce.h"

struct embargo_scan_enforce {
	const struct embargo_evaluator *evaluator;
	struct embargo_resolved *found;
	size_t count;
	size_t needed; /* of these, the first: files that the host needs, which a rule watches */
	size_t capacity;
	int error; /* the first that went wrong while it was collected */
};

int embargo_scan_enforce_new(const struct embargo_evaluator *evaluator,
			     struct embargo_scan_enforce **ret_enforce)
{
	struct embargo_scan_enforce *enforce;

	if (geteuid()) {
		embargo_log_error("--enforce needs root: use sudo");
		return -EPERM;
	}
	if (!evaluator->policydb) {
		embargo_log_error("--enforce: no policy is in force: embargo load POLICY first");
		return -ENOENT;
	}
	enforce = calloc(1, sizeof(*enforce));
	if (!enforce)
		return embargo_log_errno(-ENOMEM, "--enforce");
	enforce->evaluator = evaluator;
	*ret_enforce = enforce;
	return 0;
}

void embargo_scan_enforce_free(struct embargo_scan_enforce *enforce)
{
	if (!enforce)
		return;
	free(enforce->found);
	free(enforce);
}

void embargo_scan_enforce_watch(void *context, const struct embargo_finding *finding)
{
	struct embargo_scan_enforce *enforce = context;
	const struct embargo_ruleset *set = enforce->evaluator->set;
	const struct embargo_rule *rule = finding->result.rule;
	struct embargo_resolved *found;

	if (!finding->result.pending || !finding->digests || !rule || !embargo_rule_resolvable(rule))
		return;
	/* Every empty file has that hash, whosever it is, and none can be run. */
	if (!finding->digests->size)
		return;
	if (embargo_array_grow(&enforce->found, &enforce->capacity, enforce->count, sizeof(*found))) {
		enforce->error = -ENOMEM;
		return;
	}
	/* Of any format: a program can be mapped, and an archive be read by an interpreter. */
	found = &enforce->found[enforce->count++];
	*found = (struct embargo_resolved){
		.size = finding->digests->size, .rule = rule - set->rules, .formats = EMBARGO_FORMAT_ANY};
	memcpy(found->sha256, finding->digests->sha256, sizeof(found->sha256));
}

/* Entry @from goes to @to, or, if it was not known to be needed, before those that are not. */
static void essential_needed_keep(struct embargo_scan_enforce *enforce, size_t from, size_t to)
{
	struct embargo_resolved entry = enforce->found[from];

	if (to < enforce->needed) {
		enforce->found[to] = entry;
		return;
	}
	enforce->found[to] = enforce->found[enforce->needed];
	enforce->found[enforce->needed++] = entry;
}

static bool same_content(const struct embargo_resolved *entry, const struct embargo_digests *digests)
{
	return entry->size == digests->size && !memcmp(entry->sha256, digests->sha256, sizeof(entry->sha256));
}

bool embargo_scan_enforce_has(const struct embargo_scan_enforce *enforce, __u32 rule,
			      const struct embargo_digests *digests)
{
	size_t i;

	for (i = 0; i < enforce->count; i++)
		if (enforce->found[i].rule == rule && same_content(&enforce->found[i], digests))
			return true;
	return false;
}

/*
 * Drop the entries that would refuse the file @path, which this host needs. A rule that only watches it may
 * have become a ban when the entry is pinned: a scan takes hours.
 */
static void essential_keep(struct embargo_scan_enforce *enforce, const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct embargo_digests digests;
	size_t i, kept = 0;
	bool asked = false;
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return;
	for (i = 0; i < enforce->count; i++) {
		const struct embargo_rule *rule = &enforce->evaluator->set->rules[enforce->found[i].rule];
		_cleanup_free_ char *label = NULL;

		if (enforce->found[i].size == (__u64)st.st_size && !asked) {
			asked = true;
			if (embargo_hash_fd(fd, 0, &digests, NULL))
				return;
		}
		if (!asked || rule->action == EMBARGO_ACTION_ALLOW ||
		    !same_content(&enforce->found[i], &digests)) {
			enforce->found[kept++] = enforce->found[i];
			continue;
		}
		if (rule->action == EMBARGO_ACTION_AUDIT) {
			essential_needed_keep(enforce, i, kept++);
			continue;
		}
		label = embargo_rule_label(enforce->evaluator->set, rule, true);
		embargo_log_error("not enforced: '%s', which this host needs, would be refused by %s", path,
				  label ?: "?");
	}
	enforce->count = kept;
}

static int essential_add(struct embargo_scan_enforce *enforce)
{
	struct embargo_essential_files essential = {0};
	int r = embargo_essential_find(&essential);
	size_t i;

	for (i = 0; !r && i < essential.count; i++)
		essential_keep(enforce, essential.paths[i]);
	embargo_essential_clear(&essential);
	return r;
}

int embargo_scan_enforce_publish(struct embargo_scan_enforce *enforce, __u64 *ret_pinned,
				 uint64_t *ret_generation)
{
	struct embargo_error error = {""};
	uint64_t generation;
	uint32_t added = 0;
	int r = enforce->error;

	*ret_pinned = 0;
	if (!r && enforce->count)
		r = essential_add(enforce);
	if (r)
		return embargo_log_errno(r, "--enforce: nothing more is refused");
	if (!enforce->count)
		return 0;
	r = embargo_resolve(enforce->evaluator->set, enforce->found, enforce->count, enforce->needed, &added,
			    &generation, &error);
	if (error.text[0])
		embargo_log_error("--enforce: %s", error.text);
	if (!r) {
		*ret_pinned = added;
		if (ret_generation)
			*ret_generation = generation;
	}
	return r ?: error.text[0] ? -EIO : 0;
}
