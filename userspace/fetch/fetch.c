// SPDX-License-Identifier: GPL-2.0-or-later
/* One fetch, from the channel to the policy in force. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <syslog.h>

#include "policy/sign/sign.h"
#include "userspace/base/log.h"
#include "userspace/fetch/private.h"
#include "userspace/sink/sink.h"

static void job_clear(struct embargo_fetch_job *job)
{
	embargo_fetch_credentials_clear(&job->credentials);
	embargo_fetch_state_clear(&job->state);
	embargo_trusted_free(job->trusted);
	embargo_channel_free(job->channel);
	free(job->data);
	free(job->signature);
	free(job->directory);
}

static int entry_remove(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static int directory_make(const char *path, struct embargo_fetch_result *result)
{
	return mkdir(path, 0755) && errno != EEXIST ? embargo_fetch_fail(result, EMBARGO_FETCH_HOST, -errno,
									 "%.150s: %s", path, strerror(errno))
						    : 0;
}

int embargo_fetch_lock(const char *directory, struct embargo_fetch_result *result, int *ret_fd)
{
	int r = directory_make(directory, result);

	if (r)
		return r;
	*ret_fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*ret_fd < 0 || flock(*ret_fd, LOCK_EX | LOCK_NB))
		return embargo_fetch_fail(result, EMBARGO_FETCH_HOST, -errno, "%.150s: %s", directory,
					  errno == EWOULDBLOCK ? "another fetch is under way"
							       : strerror(errno));
	return 0;
}

/* Nothing else of ours fetches at the same time. The lock ends with the descriptor. */
static int lock(struct embargo_fetch_job *job, int *ret_fd)
{
	int r = embargo_fetch_lock(job->fetch->state, job->result, ret_fd);

	if (r)
		return r;
	if (!job->fetch->dry) {
		job->directory = strdup(job->fetch->state);
		return job->directory ? 0 : -ENOMEM;
	}
	if (asprintf(&job->directory, "%s/dry-run", job->fetch->state) < 0) {
		job->directory = NULL;
		return -ENOMEM;
	}
	nftw(job->directory, entry_remove, 8, FTW_DEPTH | FTW_PHYS);
	return directory_make(job->directory, job->result);
}

static int prepare(struct embargo_fetch_job *job)
{
	_cleanup_free_ char *path = NULL;
	struct embargo_reason reason = {""};
	int r;

	if (!*job->fetch->config->fetch_url)
		return embargo_fetch_fail(job->result, EMBARGO_FETCH_HOST, -EDESTADDRREQ,
					  "there is no fetch-url in embargo.conf");
	if (asprintf(&path, "%s/state.json", job->fetch->state) < 0)
		return embargo_fetch_fail(job->result, EMBARGO_FETCH_HOST, -ENOMEM, "no memory");
	r = embargo_fetch_state_read(path, &job->state, &reason);
	if (r)
		return embargo_fetch_fail(job->result, EMBARGO_FETCH_HOST, r, "%.120s %.110s", path,
					  reason.text);
	r = embargo_trusted_read(job->fetch->trust->certificates, false, &job->trusted, &reason);
	if (r)
		return embargo_fetch_fail(job->result, EMBARGO_FETCH_HOST, r, "%.100s: %.120s",
					  job->fetch->trust->certificates, reason.text);
	/* What comes from a server is believed for its signature, and for nothing else. */
	if (!embargo_trusted_count(job->trusted))
		return embargo_fetch_fail(job->result, EMBARGO_FETCH_HOST, -ENOKEY,
					  "there is no certificate in %.100s to verify a channel by",
					  job->fetch->trust->certificates);
	return embargo_fetch_credentials_read(job->fetch->config, &job->credentials, job->result);
}

static void ring_drop(struct embargo_fetch_job *job, size_t number)
{
	for (job->ring_count--; number < job->ring_count; number++)
		job->rings[number] = job->rings[number + 1];
}

/*
 * Rings that have nothing new are dropped, and rings whose policy is older than what this host has: a ring
 * that was pulled back takes effect by a policy with a higher version, and by nothing else.
 */
static int rings_new(struct embargo_fetch_job *job)
{
	struct embargo_versions versions = {0};
	struct embargo_reason reason = {""};
	size_t i;
	int r = embargo_versions_read(job->fetch->trust->versions, &versions, &reason);

	for (i = 0; !r && i < job->ring_count;) {
		const struct embargo_channel_ring *ring = job->rings[i];
		const struct embargo_version *loaded = embargo_versions_find(&versions, ring->policy);
		const struct embargo_fetch_policy *placed =
			embargo_fetch_state_policy(&job->state, ring->policy);
		uint64_t known = loaded ? loaded->version : 0;

		if (placed && placed->version > known)
			known = placed->version;
		if (known > ring->version) {
			snprintf(job->held, sizeof(job->held),
				 "the channel has version %llu of policy '%.60s', and %llu was here before",
				 (unsigned long long)ring->version, ring->policy, (unsigned long long)known);
			ring_drop(job, i);
		} else if (embargo_fetch_placed(job, ring)) {
			ring_drop(job, i);
		} else {
			i++;
		}
	}
	embargo_versions_clear(&versions);
	return r ? embargo_fetch_fail(job->result, EMBARGO_FETCH_HOST, r, "%.100s: %.100s",
				      job->fetch->trust->versions, reason.text)
		 : 0;
}

static int state_save(struct embargo_fetch_job *job)
{
	_cleanup_free_ char *path = NULL;
	struct embargo_reason reason = {""};
	int r;

	if (job->fetch->dry)
		return 0;
	if (asprintf(&path, "%s/state.json", job->fetch->state) < 0)
		return embargo_fetch_fail(job->result, EMBARGO_FETCH_HOST, -ENOMEM, "no memory");
	r = embargo_fetch_state_write(path, &job->state, &reason);
	return r ? embargo_fetch_fail(job->result, EMBARGO_FETCH_HOST, r, "%.120s: %.100s", path, reason.text)
		 : 0;
}

/* From now on nothing older is accepted, whatever becomes of this one. */
static int accepted(struct embargo_fetch_job *job)
{
	int r = job->fetch->dry ? 0 : embargo_fetch_channel_keep(job);

	if (r)
		return r;
	job->state.serial = job->channel->serial;
	job->state.expires = job->channel->expires;
	memcpy(job->state.channel, job->digest, sizeof(job->state.channel));
	memcpy(job->state.etag, job->etag, sizeof(job->state.etag));
	return state_save(job);
}

static int put_in_force(struct embargo_fetch_job *job)
{
	size_t i;
	int r;

	if (job->fetch->dry)
		return 0;
	r = embargo_fetch_place(job);
	if (r)
		return r;
	r = job->fetch->load ? job->fetch->load() : 0;
	if (r) {
		embargo_fetch_unplace(job);
		return embargo_fetch_fail(job->result, EMBARGO_FETCH_LOAD, r,
					  "%.120s: could not be put in force: %s", job->result->what,
					  strerror(-r));
	}
	for (i = 0; i < job->ring_count && !r; i++)
		r = embargo_fetch_state_put(&job->state, job->rings[i]);
	embargo_fetch_place_done(job);
	return r ? embargo_fetch_fail(job->result, EMBARGO_FETCH_HOST, r, "%s", strerror(-r)) : 0;
}

static int run(struct embargo_fetch_job *job)
{
	int r = prepare(job) ?: embargo_fetch_channel(job) ?: accepted(job) ?: rings_new(job);

	if (!r && job->ring_count) {
		r = embargo_fetch_files(job) ?: embargo_fetch_check(job) ?: put_in_force(job);
		job->result->changed = r ? 0 : job->ring_count;
		if (!r)
			embargo_fetch_files_tidy(job);
	}
	if (!r && *job->held)
		r = embargo_fetch_fail(job->result, EMBARGO_FETCH_ROLLBACK, -ESTALE, "%s", job->held);
	return r;
}

/* What happened, in one line of syslog; nothing if all is as it was. */
static void tell(const struct embargo_fetch_job *job, int r)
{
	const struct embargo_fetch_result *result = job->result;
	struct embargo_log_message message = {0};
	int told;

	if (job->fetch->dry || (!r && !result->changed))
		return;
	if (r)
		embargo_log_message_new(&message, LOG_ERR, "fetch-failed",
					"no policy was fetched, and what was in force stays: %s",
					result->reason.text);
	else
		embargo_log_message_new(&message, LOG_NOTICE, "fetched", "fetched %s, by channel %llu",
					result->what, (unsigned long long)result->serial);
	embargo_log_message_text(&message, "url", job->fetch->config->fetch_url);
	if (r)
		embargo_log_message_text(&message, "cause", embargo_fetch_cause_name(result->cause));
	if (result->serial)
		embargo_log_message_number(&message, "serial", (int64_t)result->serial);
	told = message.object ? embargo_sinks_tell(job->fetch->config, &message) : -ENOMEM;
	if (told)
		embargo_log_errno(told, "syslog was not told");
	embargo_log_message_clear(&message);
}

int embargo_fetch(const struct embargo_fetch *fetch, struct embargo_fetch_result *ret_result)
{
	_cleanup_(job_clear) struct embargo_fetch_job job = {.fetch = fetch, .result = ret_result};
	_cleanup_close_ int fd = -1;
	struct embargo_fetch_result aside;
	time_t now = time(NULL);
	int r;

	*ret_result = (struct embargo_fetch_result){0};
	r = lock(&job, &fd);
	/* Without the lock the state is somebody else's. */
	if (r)
		return r == -ENOMEM ? embargo_fetch_fail(ret_result, EMBARGO_FETCH_HOST, r, "no memory") : r;
	r = run(&job);
	if (r > 0)
		r = 0;
	job.state.attempt = now;
	job.state.cause = r ? ret_result->cause : EMBARGO_FETCH_NONE;
	job.state.failures += r != 0;
	if (!r)
		job.state.success = now;
	aside = *ret_result;
	/* A state that could not be read is not written over. */
	if (job.trusted && state_save(&job) && r)
		*ret_result = aside;
	else if (ret_result->cause && !r)
		r = -EIO;
	tell(&job, r);
	if (fetch->dry)
		nftw(job.directory, entry_remove, 8, FTW_DEPTH | FTW_PHYS);
	return r;
}
