// SPDX-License-Identifier: GPL-2.0-or-later
/* scan --enforce */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "loader/loader.h"
#include "userspace/base/label.h"
#include "userspace/check/guard.h"
#include "userspace/base/log.h"
#include "userspace/scan/enforce.h"

struct embargo_scan_pin {
	const struct embargo_evaluator *evaluator;
	struct embargo_resolved *found;
	size_t count;
	size_t needed; /* of these, the first: files that the host needs, which a rule watches */
	size_t capacity;
	int error; /* the first that went wrong while it was collected */
};

int embargo_scan_pin_new(const struct embargo_evaluator *evaluator, struct embargo_scan_pin **ret_pin)
{
	struct embargo_scan_pin *pin;

	if (geteuid()) {
		embargo_log_error("--pin needs root: use sudo");
		return -EPERM;
	}
	if (!evaluator->policydb) {
		embargo_log_error("--pin: no policy is in force: embargo load POLICY first");
		return -ENOENT;
	}
	pin = calloc(1, sizeof(*pin));
	if (!pin)
		return embargo_log_errno(-ENOMEM, "--pin");
	pin->evaluator = evaluator;
	*ret_pin = pin;
	return 0;
}

void embargo_scan_pin_free(struct embargo_scan_pin *pin)
{
	if (!pin)
		return;
	free(pin->found);
	free(pin);
}

void embargo_scan_pin_watch(void *context, const struct embargo_finding *finding)
{
	struct embargo_scan_pin *pin = context;
	const struct embargo_ruleset *set = pin->evaluator->set;
	const struct embargo_rule *rule = finding->result.rule;
	struct embargo_resolved *grown;

	if (!finding->result.pending || !finding->digests || !rule || !embargo_rule_resolvable(rule))
		return;
	/* Every empty file has that hash, whosever it is, and none can be run. */
	if (!finding->digests->size)
		return;
	if (pin->count == pin->capacity) {
		grown = reallocarray(pin->found, pin->capacity * 2 + 64, sizeof(*grown));
		if (!grown) {
			pin->error = -ENOMEM;
			return;
		}
		pin->found = grown;
		pin->capacity = pin->capacity * 2 + 64;
	}
	/* Of any format: a program can be mapped, and an archive be read by an interpreter. */
	grown = &pin->found[pin->count++];
	*grown = (struct embargo_resolved){
		.size = finding->digests->size, .rule = rule - set->rules, .formats = EMBARGO_FORMAT_ANY};
	memcpy(grown->sha256, finding->digests->sha256, sizeof(grown->sha256));
}

/* Entry @from goes to @to, or, if it was not known to be needed, before those that are not. */
static void essential_needed_keep(struct embargo_scan_pin *pin, size_t from, size_t to)
{
	struct embargo_resolved entry = pin->found[from];

	if (to < pin->needed) {
		pin->found[to] = entry;
		return;
	}
	pin->found[to] = pin->found[pin->needed];
	pin->found[pin->needed++] = entry;
}

static bool same_content(const struct embargo_resolved *entry, const struct embargo_digests *digests)
{
	return entry->size == digests->size && !memcmp(entry->sha256, digests->sha256, sizeof(entry->sha256));
}

bool embargo_scan_pin_has(const struct embargo_scan_pin *pin, __u32 rule,
			  const struct embargo_digests *digests)
{
	size_t i;

	for (i = 0; i < pin->count; i++)
		if (pin->found[i].rule == rule && same_content(&pin->found[i], digests))
			return true;
	return false;
}

/*
 * Drop the entries that would refuse the file @path, which this host needs. A rule that only watches it may
 * have become a ban when the entry is pinned: a scan takes hours.
 */
static void essential_keep(struct embargo_scan_pin *pin, const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct embargo_digests digests;
	size_t i, kept = 0;
	bool asked = false;
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return;
	for (i = 0; i < pin->count; i++) {
		const struct embargo_rule *rule = &pin->evaluator->set->rules[pin->found[i].rule];
		_cleanup_free_ char *label = NULL;

		if (pin->found[i].size == (__u64)st.st_size && !asked) {
			asked = true;
			if (embargo_hash_fd(fd, 0, &digests, NULL))
				return;
		}
		if (!asked || rule->action == EMBARGO_ACTION_ALLOW ||
		    !same_content(&pin->found[i], &digests)) {
			pin->found[kept++] = pin->found[i];
			continue;
		}
		if (rule->action == EMBARGO_ACTION_AUDIT) {
			essential_needed_keep(pin, i, kept++);
			continue;
		}
		label = embargo_rule_label(pin->evaluator->set, rule, true);
		embargo_log_error("not pinned: '%s', which this host needs, would be refused by %s", path,
				  label ?: "?");
	}
	pin->count = kept;
}

static int essential_add(struct embargo_scan_pin *pin)
{
	struct embargo_essential_files essential = {0};
	int r = embargo_essential_find(&essential);
	size_t i;

	for (i = 0; !r && i < essential.count; i++)
		essential_keep(pin, essential.paths[i]);
	embargo_essential_clear(&essential);
	return r;
}

int embargo_scan_pin_publish(struct embargo_scan_pin *pin, __u64 *ret_pinned, uint64_t *ret_generation)
{
	struct embargo_error error = {""};
	uint64_t generation;
	uint32_t added = 0;
	int r = pin->error;

	*ret_pinned = 0;
	if (!r && pin->count)
		r = essential_add(pin);
	if (r)
		return embargo_log_errno(r, "--pin: nothing is pinned");
	if (!pin->count)
		return 0;
	r = embargo_resolve(pin->evaluator->set, pin->found, pin->count, pin->needed, &added, &generation,
			    &error);
	if (error.text[0])
		embargo_log_error("--pin: %s", error.text);
	if (!r) {
		*ret_pinned = added;
		if (ret_generation)
			*ret_generation = generation;
	}
	return r ?: error.text[0] ? -EIO : 0;
}
