// SPDX-License-Identifier: GPL-2.0-or-later
/* One synchronisation, from the first stage to the mode. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "policy/plural.h"
#include "userspace/base/log.h"
#include "userspace/fetch/sync_private.h"
#include "userspace/sink/sink.h"

#define PAGES_MAX 100000

static void job_clear(struct embargo_sync_job *job)
{
	embargo_fetch_credentials_clear(&job->credentials);
	embargo_sync_rules_clear(&job->rules);
	json_decref(job->told);
}

/* Nobody signed what comes from there: who asks for signatures gets none of it. */
static int allowed(struct embargo_sync_job *job)
{
	_cleanup_(embargo_trusted_freep) struct embargo_trusted *trusted = NULL;
	struct embargo_fetch_result *result = &job->result->fetch;
	struct embargo_reason reason = {""};
	int r;

	if (job->sync->sealed)
		return embargo_fetch_fail(result, EMBARGO_FETCH_SIGNATURE, -EPERM,
					  "this host is sealed, and the rules of sync-url are not signed");
	if (*job->sync->config->fetch_url)
		return embargo_fetch_fail(
			result, EMBARGO_FETCH_HOST, -EINVAL,
			"fetch-url and sync-url exclude each other: one of them gives this host "
			"its policy");
	r = embargo_trusted_read(job->sync->trust->certificates, false, &trusted, &reason);
	if (r)
		return embargo_fetch_fail(result, EMBARGO_FETCH_HOST, r, "%.100s: %.120s",
					  job->sync->trust->certificates, reason.text);
	if (embargo_trusted_count(trusted))
		return embargo_fetch_fail(
			result, EMBARGO_FETCH_SIGNATURE, -EPERM,
			"%.100s has certificates, so only signed policies count here, and the "
			"rules of sync-url are not signed",
			job->sync->trust->certificates);
	return 0;
}

static int not_understood(struct embargo_sync_job *job, const char *stage, int error,
			  const struct embargo_reason *reason)
{
	return embargo_fetch_fail(&job->result->fetch, EMBARGO_FETCH_CHANNEL, error,
				  "%.100s: what it answers to %s %.100s", job->sync->config->sync_url, stage,
				  reason->text);
}

static int preflight(struct embargo_sync_job *job)
{
	struct embargo_reason reason = {""};
	_cleanup_free_ char *data = NULL;
	size_t size;
	int r = embargo_sync_post(job, "preflight", embargo_sync_host(job), &data, &size);

	if (r)
		return r;
	r = embargo_sync_preflight(data, size, job->clean, &job->preflight, &reason);
	if (r)
		return not_understood(job, "preflight", r, &reason);
	job->result->mode = job->preflight.mode;
	if (job->preflight.type != EMBARGO_SYNC_NORMAL || job->clean)
		embargo_sync_rules_clear(&job->rules);
	return 0;
}

/* What was received is counted beside the rules, so the count of those before does not matter. */
static void said_take(struct embargo_sync_job *job)
{
	struct embargo_sync_rules *said = &job->result->said;

	*said = job->rules;
	said->list = NULL;
	said->count = said->capacity = 0;
	job->result->binary = embargo_sync_rules_count(&job->rules, EMBARGO_SYNC_BINARY);
	job->result->certificate = embargo_sync_rules_count(&job->rules, EMBARGO_SYNC_CERTIFICATE);
}

static int rules_download(struct embargo_sync_job *job)
{
	_cleanup_free_ char *cursor = NULL;
	struct embargo_reason reason = {""};
	unsigned int page;
	int r = 0;

	job->rules.received = 0;
	for (page = 0; !r && (!page || cursor); page++) {
		_cleanup_free_ char *data = NULL, *next = NULL;
		json_t *body = json_pack("{s:s}", "machine_id", job->machine);
		size_t size;

		if (page == PAGES_MAX) {
			json_decref(body);
			snprintf(reason.text, sizeof(reason.text), "does not end after %d pages", PAGES_MAX);
			return not_understood(job, "ruledownload", -EBADMSG, &reason);
		}
		if (cursor)
			json_object_set_new(body, "cursor", json_string(cursor));
		r = embargo_sync_post(job, "ruledownload", body, &data, &size);
		if (r)
			return r;
		r = embargo_sync_rules_take(&job->rules, data, size, &next, &reason);
		if (!r && next && cursor && !strcmp(next, cursor)) {
			snprintf(reason.text, sizeof(reason.text), "has the same cursor again");
			r = -EBADMSG;
		}
		free(cursor);
		cursor = TAKE_PTR(next);
	}
	if (r)
		return not_understood(job, "ruledownload", r, &reason);
	embargo_sync_rules_settle(&job->rules);
	said_take(job);
	return 0;
}

static int postflight(struct embargo_sync_job *job)
{
	const struct embargo_sync_rules *said = &job->result->said;
	_cleanup_free_ char *data = NULL;
	uint64_t taken = said->received;
	size_t size, i;

	for (i = 0; i < EMBARGO_SYNC_OTHERS; i++)
		taken -= said->others[i];
	return embargo_sync_post(job, "postflight",
				 json_pack("{s:I, s:I, s:s, s:s}", "rules_received",
					   (json_int_t)said->received, "rules_processed", (json_int_t)taken,
					   "machine_id", job->machine, "sync_type",
					   embargo_sync_type_name(job->preflight.type)),
				 &data, &size);
}

/* STANDALONE asks people before it blocks; nobody is asked here. */
static int mode_follow(struct embargo_sync_job *job)
{
	enum embargo_mode mode =
		job->preflight.mode == EMBARGO_SYNC_MONITOR ? EMBARGO_MODE_AUDIT : EMBARGO_MODE_ENFORCE;
	int r;

	if (job->preflight.mode == EMBARGO_SYNC_MODE_UNKNOWN || mode == job->sync->mode ||
	    !job->sync->set_mode)
		return 0;
	r = job->sync->set_mode(mode);
	return r ? embargo_fetch_fail(&job->result->fetch, EMBARGO_FETCH_LOAD, r,
				      "the mode could not be changed to %s", embargo_mode_name(mode))
		 : 0;
}

/* @ret_clean: the server believes that this host has rules that it has not. */
static int run(struct embargo_sync_job *job, bool *ret_clean)
{
	bool dry = job->sync->dry;
	int r = allowed(job);

	r = r ?: embargo_sync_state_read(job) ?: embargo_sync_machine(job);
	r = r ?: embargo_fetch_credentials_read(job->sync->config, &job->credentials, &job->result->fetch);
	*ret_clean = job->clean;
	r = r ?: preflight(job) ?: (dry ? 0 : embargo_sync_events(job));
	if (r)
		return r;
	*ret_clean = true;
	r = rules_download(job) ?: embargo_sync_place(job);
	if (r || dry)
		return r;
	r = embargo_sync_rules_keep(job) ?: postflight(job);
	*ret_clean = r != 0;
	return r ?: mode_follow(job);
}

static void tell(const struct embargo_sync_job *job, int r)
{
	const struct embargo_sync_result *result = job->result;
	struct embargo_log_message message = {0};
	int told;

	if (job->sync->dry || (!r && !result->changed))
		return;
	if (r)
		embargo_log_message_new(&message, LOG_ERR, "fetch-failed",
					"no policy was fetched, and what was in force stays: %s",
					result->fetch.reason.text);
	else
		embargo_log_message_new(&message, LOG_NOTICE, "fetched",
					"fetched %zu %s of files and %zu of certificates", result->binary,
					embargo_plural(result->binary, "rule", "rules"), result->certificate);
	embargo_log_message_text(&message, "url", job->sync->config->sync_url);
	if (r)
		embargo_log_message_text(&message, "cause", embargo_fetch_cause_name(result->fetch.cause));
	told = message.object ? embargo_sinks_tell(job->sync->config, &message) : -ENOMEM;
	if (told)
		embargo_log_errno(told, "syslog was not told");
	embargo_log_message_clear(&message);
}

/* The same file as that of a channel: metrics and status do not ask how a policy came. */
static int fetched_keep(struct embargo_sync_job *job, time_t now, int error)
{
	_cleanup_free_ char *path = embargo_sync_path(job, job->sync->state, "state.json");
	struct embargo_fetch_state state = {0};
	struct embargo_reason reason = {""};
	int r = path ? embargo_fetch_state_read(path, &state, &reason) : -ENOMEM;

	if (!r) {
		state.attempt = now;
		state.cause = error ? job->result->fetch.cause : EMBARGO_FETCH_NONE;
		state.failures += error != 0;
		if (!error)
			state.success = now;
		r = embargo_fetch_state_write(path, &state, &reason);
	}
	embargo_fetch_state_clear(&state);
	return r && !error ? embargo_fetch_fail(&job->result->fetch, EMBARGO_FETCH_HOST, r, "%.100s: %.100s",
						path ?: "", reason.text)
			   : error;
}

int embargo_sync(const struct embargo_sync *sync, struct embargo_sync_result *ret_result)
{
	_cleanup_(job_clear) struct embargo_sync_job job = {.sync = sync, .result = ret_result};
	struct embargo_fetch_result why;
	_cleanup_close_ int fd = -1;
	time_t now = time(NULL);
	bool clean = true;
	int r;

	*ret_result = (struct embargo_sync_result){0};
	r = embargo_fetch_lock(sync->state, &ret_result->fetch, &fd);
	if (r)
		return r;
	r = run(&job, &clean);
	if (!sync->dry) {
		why = ret_result->fetch;
		/* Without a machine-id nothing was asked for: what was kept stays. */
		if (*job.machine && embargo_sync_state_keep(&job, clean) && r)
			ret_result->fetch = why;
		r = r ?: ret_result->fetch.cause ? -EIO : 0;
		r = fetched_keep(&job, now, r);
	}
	tell(&job, r);
	return r;
}

void embargo_sync_result_clear(struct embargo_sync_result *result)
{
	embargo_sync_rules_clear(&result->said);
}
