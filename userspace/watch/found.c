// SPDX-License-Identifier: GPL-2.0-or-later
/* Findings of the watch: into the policy in force, and to the daemon, which tells of them. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>

#include "userspace/base/label.h"
#include "userspace/scan/enforce.h"
#include "userspace/base/text.h"
#include "userspace/watch/private.h"
#include "policy/array.h"
#include "policy/plural.h"
#include "userspace/base/clock.h"

#define KEPT_MAX 65536
#define TOLD_MAX 50 /* of one batch; of the others only how many they are is told */

struct kept {
	char *path;
	__u32 rule;
	struct embargo_digests digests;
};

struct embargo_watch_found {
	const struct embargo_evaluator *evaluator;
	struct embargo_scan_enforce *enforce;
	struct kept *list;
	size_t count, capacity;
};

int embargo_watch_found_new(const struct embargo_evaluator *evaluator, struct embargo_watch_found **ret_found)
{
	_cleanup_(embargo_watch_found_freep) struct embargo_watch_found *found = calloc(1, sizeof(*found));
	int r = found ? embargo_scan_enforce_new(evaluator, &found->enforce) : -ENOMEM;

	if (r)
		return r;
	found->evaluator = evaluator;
	*ret_found = TAKE_PTR(found);
	return 0;
}

void embargo_watch_found_free(struct embargo_watch_found *found)
{
	if (!found)
		return;
	while (found->count)
		free(found->list[--found->count].path);
	free(found->list);
	embargo_scan_enforce_free(found->enforce);
	free(found);
}

void embargo_watch_found_take(void *context, const struct embargo_finding *finding)
{
	struct embargo_watch_found *found = context;
	const struct embargo_rule *rule = finding->result.rule;
	struct kept *kept;

	embargo_scan_enforce_watch(found->enforce, finding);
	if (!rule || !finding->digests || !finding->path || found->count >= KEPT_MAX ||
	    !embargo_scan_enforce_has(found->enforce, rule - found->evaluator->set->rules,
				      finding->digests) ||
	    embargo_array_grow(&found->list, &found->capacity, found->count, sizeof(*found->list)) < 0)
		return;
	kept = &found->list[found->count];
	*kept = (struct kept){
		.path = strdup(finding->path),
		.rule = rule - found->evaluator->set->rules,
		.digests = *finding->digests,
	};
	found->count += kept->path ? 1 : 0;
}

/* The daemon may be behind: nobody waits for it. */
void embargo_watch_send(struct embargo_watch_shared *shared, int socket, struct embargo_log_message *message)
{
	_cleanup_free_ char *line = embargo_log_message_write(message);

	if (!line || send(socket, line, strlen(line), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		embargo_watch_count(shared, EMBARGO_WATCH_PENDING, 1);
	embargo_log_message_clear(message);
}

static void tell_pinned(const struct embargo_watch_found *found, const struct kept *kept, uint64_t ns,
			uint64_t generation, struct embargo_watch_shared *shared, int socket)
{
	const struct embargo_rule *rule = &found->evaluator->set->rules[kept->rule];
	_cleanup_free_ char *label = embargo_rule_label(found->evaluator->set, rule, true);
	_cleanup_free_ char *path = embargo_text(kept->path, strlen(kept->path));
	_cleanup_free_ char *sha256 = embargo_hex(kept->digests.sha256, sizeof(kept->digests.sha256));
	struct embargo_log_message message;
	char after[48] = "";
	int shown;

	if (!label || !path || !sha256)
		return;
	if (ns)
		snprintf(after, sizeof(after), ", %" PRIu64 " ms after it was closed", ns / 1000000);
	shown = embargo_text_cut(path, EMBARGO_LOG_MESSAGE_PART);
	if (embargo_log_message_new(&message, rule->action == EMBARGO_ACTION_BAN ? LOG_WARNING : LOG_NOTICE,
				    "pinned", "%s from now on \"%.*s%s\"%s: %.*s",
				    rule->action == EMBARGO_ACTION_BAN	   ? "banned"
				    : rule->action == EMBARGO_ACTION_AUDIT ? "audited"
									   : "exempted",
				    shown, path, path[shown] ? "…" : "", after,
				    (int)embargo_text_cut(label, EMBARGO_LOG_MESSAGE_PART), label))
		return;
	embargo_log_message_text(&message, "path", kept->path);
	embargo_log_message_text(&message, "sha256", sha256);
	embargo_log_message_number(&message, "size", kept->digests.size);
	embargo_log_message_text(&message, "rule", label);
	embargo_log_message_number(&message, "generation", generation);
	if (ns)
		embargo_log_message_number(&message, "ms", ns / 1000000);
	embargo_watch_send(shared, socket, &message);
}

static void tell_more(size_t more, struct embargo_watch_shared *shared, int socket)
{
	struct embargo_log_message message;

	if (embargo_log_message_new(&message, LOG_WARNING, "pinned", "and %zu more %s found with these", more,
				    embargo_plural(more, "file that was", "files that were")))
		return;
	embargo_log_message_number(&message, "more", more);
	embargo_watch_send(shared, socket, &message);
}

static void tell_failed(int error, struct embargo_watch_shared *shared, int socket)
{
	struct embargo_log_message message;

	if (embargo_log_message_new(
		    &message, LOG_ERR, "watch-lost",
		    "what was found among new files could not be put into the policy in force: %s",
		    strerror(-error)))
		return;
	embargo_watch_send(shared, socket, &message);
}

int embargo_watch_found_publish(struct embargo_watch_found *found, struct embargo_watch_shared *shared,
				int socket, embargo_watch_seen_fn seen, const void *context)
{
	uint64_t now, begun, ns, generation = 0;
	__u64 pinned = 0;
	size_t i, told = 0;
	int r;

	r = embargo_scan_enforce_publish(found->enforce, &pinned, &generation);
	/* It can be in force though it cannot be kept over a reboot; that was said. */
	if (r && !pinned) {
		tell_failed(r, shared, socket);
		return r;
	}
	embargo_watch_count(shared, EMBARGO_WATCH_PINNED, pinned);
	now = embargo_now_ns();
	for (i = 0; pinned && i < found->count; i++) {
		const struct kept *kept = &found->list[i];

		/* Dropped, for this host needs it; that was said. */
		if (!embargo_scan_enforce_has(found->enforce, kept->rule, &kept->digests))
			continue;
		begun = seen ? seen(context, kept->path) : 0;
		ns = begun && begun < now ? now - begun : 0;
		if (ns)
			embargo_watch_count_force(shared, ns);
		if (told++ < TOLD_MAX)
			tell_pinned(found, kept, ns, generation, shared, socket);
	}
	if (told > TOLD_MAX)
		tell_more(told - TOLD_MAX, shared, socket);
	return pinned > 0;
}
