// SPDX-License-Identifier: GPL-2.0-or-later
/* By which policy new files are evaluated, and whether there is anything to watch for. */
#include <errno.h>
#include <string.h>
#include <syslog.h>

#include "userspace/base/log.h"
#include "userspace/watch/private.h"
#include "policy/policy.h"

static void link_read(char link[PATH_MAX])
{
	ssize_t size = readlink(EMBARGO_POLICYDB_LINK, link, PATH_MAX - 1);

	link[size < 0 ? 0 : size] = '\0';
}

bool embargo_watch_policy_same(const struct embargo_watcher *watcher)
{
	char link[PATH_MAX];

	link_read(link);
	return !strcmp(link, watcher->link);
}

/* A number for the rules that are resolved: another one if there are others. */
static __u64 rules_number(const struct embargo_ruleset *set)
{
	__u64 number = EMBARGO_FNV_START;
	__u32 i, byte;

	for (i = 0; i < set->rule_count; i++) {
		const struct embargo_rule *rule = &set->rules[i];
		const char *text = embargo_string(set, rule->fields);

		if (!embargo_rule_resolvable(rule))
			continue;
		number = embargo_fnv_byte(number, rule->match);
		number = embargo_fnv_byte(number, rule->action);
		for (byte = 0; byte < EMBARGO_DIGEST_SIZE; byte++)
			number = embargo_fnv_byte(number, rule->digest[byte]);
		for (; *text; text++)
			number = embargo_fnv_byte(number, *text);
	}
	return number;
}

static void evaluator_drop(struct embargo_watcher *watcher)
{
	embargo_scanner_free(TAKE_PTR(watcher->scanner));
	embargo_findings_free(TAKE_PTR(watcher->findings));
	embargo_evaluator_free(TAKE_PTR(watcher->evaluator));
	embargo_scan_totals_clear(&watcher->totals);
	watcher->totals = (struct embargo_scan_totals){0};
}

void embargo_watch_policy_drop(struct embargo_watcher *watcher)
{
	evaluator_drop(watcher);
	embargo_watch_events_close(watcher);
	embargo_watch_queue_clear(&watcher->queue);
	embargo_watch_queue_clear(&watcher->recent);
	embargo_watch_queue_clear(&watcher->leased);
	embargo_watch_places_clear(&watcher->places);
	*watcher->link = '\0';
}

/* Not when the watcher ends: that it watched tells the next one that something was missed meanwhile. */
static void tell_inactive(struct embargo_watch_shared *shared)
{
	shared->active = shared->filesystems = shared->queued = 0;
	shared->generation = 0;
	shared->blind = 0;
}

static void tell_failed(struct embargo_watcher *watcher, int error)
{
	struct embargo_log_message message;

	if (watcher->told_failed ||
	    embargo_log_message_new(
		    &message, LOG_ERR, "watch-lost",
		    "new files are not watched: %s; what falls under rules that the kernel cannot match "
		    "is refused only after embargo scan --enforce",
		    strerror(-error)))
		return;
	watcher->told_failed = true;
	embargo_watch_send(watcher->shared, watcher->socket, &message);
}

/* Files on the watched file systems are to be scanned, for nobody watched when they came; @whole: all of
 * them. */
static void scan_all(struct embargo_watcher *watcher, bool whole)
{
	size_t i;

	for (i = 0; i < watcher->places.count; i++) {
		watcher->places.list[i].lost = true;
		watcher->places.list[i].whole_lost |= whole;
	}
	watcher->shared->lost = true;
}

static int watch_begin(struct embargo_watcher *watcher)
{
	uint64_t time;
	int64_t clock;
	int r;

	if (watcher->shared->active && (watcher->by_handle >= 0 || watcher->shared->blind))
		return 0;
	time = embargo_watch_time(&clock);
	r = embargo_watch_events_open(watcher);
	if (r && !embargo_watch_is_limit(r))
		return r;
	embargo_watch_blind(watcher, r);
	embargo_watch_events_mark(watcher);
	if (watcher->shared->lost) {
		scan_all(watcher, false);
	} else if (!watcher->shared->blind) {
		watcher->shared->complete = time;
		watcher->shared->clock = clock;
	}
	watcher->shared->active = true;
	return 0;
}

static int evaluator_read(struct embargo_watcher *watcher)
{
	_cleanup_(embargo_evaluator_freep) struct embargo_evaluator *evaluator = NULL;
	int r = embargo_evaluator_in_force(&evaluator);

	if (!r && !embargo_resolver_wants(evaluator->resolver))
		return -ENOENT;
	r = r ?: embargo_findings_new(NULL, false, evaluator, &watcher->findings);
	if (!r)
		watcher->evaluator = TAKE_PTR(evaluator);
	return r;
}

void embargo_watch_policy(struct embargo_watcher *watcher)
{
	char link[PATH_MAX];
	__u64 rules;
	int r;

	link_read(link);
	if (watcher->shared->mode != EMBARGO_WATCH_OFF && !strcmp(link, watcher->link))
		return;
	evaluator_drop(watcher);
	r = *link && watcher->shared->mode != EMBARGO_WATCH_OFF ? evaluator_read(watcher) : -ENOENT;
	if (r) {
		if (r != -ENOENT) {
			tell_failed(watcher, r);
			/* There is something to watch for; what comes until the next policy is missed. */
			watcher->shared->lost |= watcher->shared->active;
		}
		embargo_watch_policy_drop(watcher);
		tell_inactive(watcher->shared);
		/* It is read once, not at each wake-up. */
		strcpy(watcher->link, watcher->shared->mode == EMBARGO_WATCH_OFF ? "" : link);
		return;
	}
	strcpy(watcher->link, link);
	r = watch_begin(watcher);
	if (r) {
		tell_failed(watcher, r);
		evaluator_drop(watcher);
		return;
	}
	watcher->told_failed = false;
	rules = rules_number(watcher->evaluator->set);
	if (watcher->shared->mode == EMBARGO_WATCH_SCAN && rules != watcher->rules)
		scan_all(watcher, true);
	watcher->rules = rules;
	watcher->shared->generation = watcher->evaluator->policydb->generation;
}
