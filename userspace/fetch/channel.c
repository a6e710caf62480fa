// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The channel of this host. Its signature is verified before one byte of it is parsed; its serial never
 * falls, and it has not expired: who serves an old one, or holds new ones back, is noticed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-id128.h>

#include "policy/identity/base/hash.h"
#include "policy/sign/sign.h"
#include "userspace/fetch/private.h"

/* Below the directory of the state; to be freed. */
static char *kept_path(const struct embargo_fetch_job *job, const char *suffix)
{
	char *path;

	return asprintf(&path, "%s/channel.json%s", job->directory, suffix) < 0 ? NULL : path;
}

static int kept_read(struct embargo_fetch_job *job, const char *suffix, size_t limit, void **ret_data,
		     size_t *ret_size)
{
	_cleanup_free_ char *path = kept_path(job, suffix);
	struct embargo_reason reason;

	return path ? embargo_sign_file_read(path, limit, false, ret_data, ret_size, &reason) : -ENOMEM;
}

/* What the server says has not changed. -errno: it is not here any more, so all of it must come again. */
static int kept_use(struct embargo_fetch_job *job)
{
	int r = kept_read(job, "", EMBARGO_CHANNEL_SIZE_MAX, &job->data, &job->size);

	return r
		       ?: kept_read(job, EMBARGO_SIGN_SUFFIX, EMBARGO_SIGN_SIZE_MAX, &job->signature,
				    &job->signature_size);
}

static void data_drop(struct embargo_fetch_job *job)
{
	free(job->data);
	free(job->signature);
	job->data = job->signature = NULL;
}

static int signature_get(struct embargo_fetch_job *job, const char *channel)
{
	_cleanup_free_ char *url = NULL;
	struct embargo_fetch_request request = {.config = job->fetch->config,
						.credentials = &job->credentials,
						.limit = EMBARGO_SIGN_SIZE_MAX};
	int r;

	if (asprintf(&url, "%s" EMBARGO_SIGN_SUFFIX, channel) < 0)
		return embargo_fetch_fail(job->result, EMBARGO_FETCH_HOST, -ENOMEM, "no memory");
	request.url = url;
	r = embargo_fetch_get_memory(&request, &job->signature, &job->signature_size, job->result);
	/* A channel without a signature is not signed; that is what matters of it. */
	if (r < 0 && job->result->cause == EMBARGO_FETCH_HTTP)
		job->result->cause = EMBARGO_FETCH_SIGNATURE;
	return r;
}

/* @etag: "": whatever is here already. */
static int get(struct embargo_fetch_job *job, const char *etag)
{
	struct embargo_fetch_request request = {.config = job->fetch->config,
						.credentials = &job->credentials,
						.url = job->fetch->config->fetch_url,
						.limit = EMBARGO_CHANNEL_SIZE_MAX,
						.etag = etag,
						.ret_etag = job->etag};
	int r;

	data_drop(job);
	r = embargo_fetch_get_memory(&request, &job->data, &job->size, job->result);
	if (r > 0) {
		snprintf(job->etag, sizeof(job->etag), "%s", etag);
		r = kept_use(job);
		return r ? get(job, "") : 0;
	}
	return r ?: signature_get(job, request.url);
}

static int verify(struct embargo_fetch_job *job)
{
	struct embargo_reason reason = {""};
	_cleanup_free_ char *hex = NULL;
	struct embargo_digests digests;
	struct embargo_signed found;
	int r = embargo_hash_memory(job->data, job->size, 0, &digests);

	hex = r ? NULL : embargo_hex(digests.sha256, EMBARGO_SHA256_SIZE);
	if (!hex)
		return embargo_fetch_fail(job->result, EMBARGO_FETCH_HOST, -ENOMEM, "no memory");
	snprintf(job->digest, sizeof(job->digest), "%s", hex);
	r = embargo_sign_verify(job->trusted, job->signature, job->signature_size, digests.sha256, time(NULL),
				&found, &reason);
	return r ? embargo_fetch_fail(job->result, EMBARGO_FETCH_SIGNATURE, r, "the channel: %s", reason.text)
		 : 0;
}

static int evaluate(struct embargo_fetch_job *job)
{
	unsigned long long known = job->state.serial, serial;
	struct embargo_reason reason = {""};
	int r = embargo_channel_parse(job->data, job->size, &job->channel, &reason);

	if (r)
		return embargo_fetch_fail(job->result, EMBARGO_FETCH_CHANNEL, r, "the channel: %s",
					  reason.text);
	serial = job->channel->serial;
	if (serial < known)
		return embargo_fetch_fail(job->result, EMBARGO_FETCH_ROLLBACK, -ESTALE,
					  "the channel has serial %llu, and %llu was here before", serial,
					  known);
	if (serial == known && *job->state.channel && strcmp(job->state.channel, job->digest) != 0)
		return embargo_fetch_fail(
			job->result, EMBARGO_FETCH_ROLLBACK, -ESTALE,
			"the channel has serial %llu, as another one had that was here before", serial);
	if (job->channel->expires <= time(NULL))
		return embargo_fetch_fail(
			job->result, EMBARGO_FETCH_EXPIRED, -ESTALE,
			"the channel, serial %llu, has expired: either nobody signs a newer one, "
			"or somebody holds it back",
			serial);
	return 0;
}

/* Of each policy the ring that covers this host. */
static int rings_choose(struct embargo_fetch_job *job)
{
	const struct embargo_channel *channel = job->channel;
	char text[SD_ID128_STRING_MAX];
	sd_id128_t id;
	size_t i, used = 0;
	int place, r = sd_id128_get_machine(&id);

	if (r < 0)
		return embargo_fetch_fail(job->result, EMBARGO_FETCH_HOST, r,
					  "this host has no machine-id: %s", strerror(-r));
	sd_id128_to_string(id, text);
	for (i = 0; i < channel->ring_count; i++) {
		const struct embargo_channel_ring *ring = &channel->rings[i];
		const char *policy = ring->policy;

		if (!embargo_channel_ring_first(channel, i))
			continue;
		place = embargo_channel_place(text, policy);
		if (place < 0)
			return embargo_fetch_fail(job->result, EMBARGO_FETCH_HOST, place, "no place");
		ring = embargo_channel_ring(channel, policy, place, job->fetch->config->fetch_ring);
		if (!ring)
			continue;
		job->rings[job->ring_count++] = ring;
		if (used < sizeof(job->result->what))
			used += snprintf(job->result->what + used, sizeof(job->result->what) - used,
					 "%sversion %llu of policy '%s'", used ? ", " : "",
					 (unsigned long long)ring->version, policy);
	}
	job->result->rings = job->ring_count;
	return 0;
}

int embargo_fetch_channel(struct embargo_fetch_job *job)
{
	int r = get(job, job->fetch->dry ? "" : job->state.etag);

	r = r ?: verify(job);
	/* Signature and channel are two files: they may have been replaced between the one and the other. */
	if (r < 0 && job->result->cause == EMBARGO_FETCH_SIGNATURE && job->signature)
		r = get(job, "") ?: verify(job);
	r = r ?: evaluate(job);
	if (r)
		return r;
	job->result->cause = EMBARGO_FETCH_NONE;
	job->result->serial = job->channel->serial;
	return rings_choose(job);
}

static int keep(struct embargo_fetch_job *job, const char *suffix, const void *data, size_t size)
{
	_cleanup_free_ char *path = kept_path(job, suffix), *temporary = NULL;
	struct embargo_reason reason = {"no memory"};
	int r = path ? embargo_sign_file_prepare(path, data, size, &temporary, &reason) : -ENOMEM;

	r = r ?: embargo_sign_file_replace(temporary, path, &reason);
	return r ? embargo_fetch_fail(job->result, EMBARGO_FETCH_HOST, r, "%.100s: %.100s", path ?: "",
				      reason.text)
		 : 0;
}

int embargo_fetch_channel_keep(struct embargo_fetch_job *job)
{
	return keep(job, EMBARGO_SIGN_SUFFIX, job->signature, job->signature_size)
		       ?: keep(job, "", job->data, job->size);
}
