// SPDX-License-Identifier: GPL-2.0-or-later
/* What an administrator asks of a host first: is it enforced, by what, since when, and who would notice. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "loader/events.h"
#include "loader/seal.h"
#include "userspace/base/output.h"
#include "userspace/check/trust.h"
#include "userspace/cli/status.h"
#include "userspace/daemon/daemon.h"
#include "userspace/event/event.h"
#include "userspace/event/event_log.h"

/* When it was put in force: the link is made by the load. */
static json_t *since(void)
{
	char text[EMBARGO_TIME_SIZE];
	struct stat st;

	if (lstat(EMBARGO_POLICYDB_LINK, &st))
		return json_null();
	embargo_time_format(&st.st_mtim, text);
	return json_string(text);
}

/* Null: it cannot be known without root. */
static json_t *daemon_state(void)
{
	_cleanup_close_ int fd = open(EMBARGO_RUN_LOCK, O_RDONLY | O_CLOEXEC);
	char text[16] = "";
	ssize_t got;

	if (fd < 0)
		return errno == ENOENT ? json_pack("{s:b, s:n}", "runs", 0, "pid") : json_null();
	if (!flock(fd, LOCK_SH | LOCK_NB) || errno != EWOULDBLOCK)
		return json_pack("{s:b, s:n}", "runs", 0, "pid");
	got = read(fd, text, sizeof(text) - 1);
	if (got <= 0 || atoi(text) <= 0)
		return json_pack("{s:b, s:n}", "runs", 1, "pid");
	return json_pack("{s:b, s:i}", "runs", 1, "pid", atoi(text));
}

static json_t *denial_json(const json_t *event)
{
	return json_pack("{s:O?, s:O?}", "time", json_object_get(event, "time"), "message",
			 json_object_get(event, "message"));
}

/* The ring has what no daemon has delivered yet, so it is the newer one. */
static json_t *ring_denial(void)
{
	struct embargo_policydb_cache policydbs = {0};
	struct embargo_event event, last = {.verdict = EMBARGO_VERDICT_MAX};
	char path[EMBARGO_PATH_SIZE], last_path[EMBARGO_PATH_SIZE] = "";
	struct embargo_ring *ring;
	struct embargo_record record;
	json_t *object = NULL, *denial = NULL;
	int r;

	if (embargo_ring_open(false, &ring, NULL))
		return NULL;
	while ((r = embargo_ring_next(ring, &event, path)))
		if (r == 1 && event.verdict == EMBARGO_DENIED && !(event.flags & EMBARGO_EVENT_TAMPER)) {
			last = event;
			memcpy(last_path, path, sizeof(path));
		}
	if (last.verdict == EMBARGO_DENIED) {
		embargo_policydb_cache_refresh(&policydbs);
		embargo_record_make(&record, &last, last_path, &policydbs);
		object = embargo_record_json(&record);
	}
	if (object && !json_is_true(json_object_get(object, "selftest")))
		denial = denial_json(object);
	json_decref(object);
	embargo_policydb_cache_clear(&policydbs);
	embargo_ring_close(ring);
	return denial;
}

static json_t *last_denial(void)
{
	json_t *denial = ring_denial(), *event;

	if (denial)
		return denial;
	event = embargo_event_log_denial(EMBARGO_EVENT_LOG);
	denial = event ? denial_json(event) : json_null();
	json_decref(event);
	return denial;
}

/* Of each file in force: is the signature beside it still one of what was loaded? */
static json_t *signatures(const struct embargo_trusted *trusted, const struct embargo_policydb *policydb)
{
	static const __u8 none[EMBARGO_SHA256_SIZE];
	json_t *list = json_array(), *item;
	__u32 i;

	for (i = 0; policydb && i < policydb->set.file_count; i++) {
		const struct embargo_file *file = &policydb->set.files[i];
		struct embargo_reason reason = {"what was loaded has no digest"};
		struct embargo_signed found = {0};
		int r = memcmp(file->sha256, none, sizeof(none)) ? 0 : -ENODATA;

		r = r
			    ?: embargo_trust_signature(trusted, embargo_string(&policydb->set, file->path),
						       file->sha256, time(NULL), &found, &reason);
		item = json_pack("{s:b}", "valid", !r);
		embargo_json_string(item, "file", embargo_string(&policydb->set, file->path));
		embargo_json_string(item, "signer", r ? NULL : found.signer);
		embargo_json_string(item, "why", r ? reason.text : NULL);
		json_array_append_new(list, item);
	}
	return list;
}

static json_t *seal_json(const struct embargo_seal_status *seal)
{
	struct timespec when = {.tv_sec = seal->config.time / 1000000000,
				.tv_nsec = seal->config.time % 1000000000};
	json_t *object, *keys, *refused, *updates;
	char text[EMBARGO_TIME_SIZE];
	unsigned int i;

	if (!seal->sealed)
		return json_null();
	keys = json_array();
	refused = json_object();
	for (i = 0; i < seal->config.keys && i < EMBARGO_SEAL_KEYS; i++)
		json_array_append_new(
			keys, json_stringn_nocheck(seal->config.key[i],
						   strnlen(seal->config.key[i], EMBARGO_SEAL_NAME_SIZE)));
	for (i = EMBARGO_TAMPER_NONE + 1; embargo_tamper_name(i); i++)
		json_object_set_new(refused, embargo_tamper_name(i), json_integer(seal->refused[i]));
	embargo_time_format(&when, text);
	updates = json_pack("{s:o, s:I, s:I, s:I}", "policy",
			    json_stringn_nocheck(seal->config.policy,
						 strnlen(seal->config.policy, EMBARGO_SEAL_POLICY_SIZE)),
			    "version", (json_int_t)seal->policy_version, "taken", (json_int_t)seal->updates,
			    "room", (json_int_t)seal->config.room * EMBARGO_PAGE_SIZE);
	object = json_pack("{s:s, s:o, s:b, s:o, s:o}", "since", text, "keys", keys, "unsigned_modules",
			   !!(seal->config.flags & EMBARGO_SEAL_UNSIGNED_MODULES), "updates", updates,
			   "refused", refused);
	return object ?: json_null();
}

json_t *embargo_status_host(const struct embargo_status *status, const struct embargo_policydb *policydb)
{
	_cleanup_(embargo_trusted_freep) struct embargo_trusted *trusted = NULL;
	bool published = status->loaded && status->header.magic;
	struct embargo_reason reason = {""};
	struct embargo_seal_status seal;
	json_t *host;

	embargo_seal_read(&seal);
	host = json_pack("{s:b, s:o, s:o, s:o, s:b, s:I, s:b}", "enforcing",
			 published && status->mode == EMBARGO_MODE_ENFORCE && !status->ftrace_off &&
				 (!status->links_expected || status->links >= status->links_expected),
			 "since", published ? since() : json_null(), "daemon", daemon_state(), "last_denial",
			 last_denial(), "sealed", seal.sealed, "hooks_expected",
			 (json_int_t)status->links_expected, "ftrace_enabled", !status->ftrace_off);
	json_object_set_new(host, "seal", seal_json(&seal));
	if (embargo_trusted_read(EMBARGO_TRUST_DIR, true, &trusted, &reason)) {
		json_object_set_new(host, "trust",
				    json_pack("{s:n, s:s}", "certificates", "why", reason.text));
		return host;
	}
	json_object_set_new(
		host, "trust",
		json_pack("{s:I, s:n}", "certificates", (json_int_t)embargo_trusted_count(trusted), "why"));
	json_object_set_new(host, "signatures", signatures(trusted, policydb));
	return host;
}
