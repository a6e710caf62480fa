// SPDX-License-Identifier: GPL-2.0-or-later
/* A channel as JSON, for people to edit. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "policy/channel/channel.h"

static int text_of_time(time_t time, char text[32])
{
	struct tm tm;

	return gmtime_r(&time, &tm) && strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &tm) ? 0 : -ERANGE;
}

static json_t *file_json(const struct embargo_channel_file *file)
{
	char sha256[EMBARGO_SHA256_SIZE * 2 + 1];
	size_t i;

	for (i = 0; i < EMBARGO_SHA256_SIZE; i++)
		snprintf(sha256 + i * 2, 3, "%02x", file->sha256[i]);
	return json_pack("{s:s, s:s, s:I, s:s}", "name", file->name, "url", file->url, "size",
			 (json_int_t)file->size, "sha256", sha256);
}

static json_t *ring_json(const struct embargo_channel_ring *ring)
{
	json_t *files = json_array(), *percent;
	size_t i;

	for (i = 0; i < ring->file_count; i++)
		json_array_append_new(files, file_json(&ring->files[i]));
	percent = ring->share % 100 ? json_real(ring->share / 100.0) : json_integer(ring->share / 100);
	return json_pack("{s:o, s:s, s:I, s:o}", "percent", percent, "policy", ring->policy, "version",
			 (json_int_t)ring->version, "files", files);
}

int embargo_channel_write(const struct embargo_channel *channel, char **ret_text, size_t *ret_size,
			  struct embargo_reason *reason)
{
	_cleanup_(embargo_channel_freep) struct embargo_channel *again = NULL;
	_cleanup_free_ char *body = NULL, *text = NULL;
	char issued[32], expires[32];
	json_t *rings, *whole;
	size_t i;
	int size, r;

	if (text_of_time(channel->issued, issued) || text_of_time(channel->expires, expires)) {
		snprintf(reason->text, sizeof(reason->text), "its dates cannot be written");
		return -ERANGE;
	}
	rings = json_array();
	for (i = 0; i < channel->ring_count; i++)
		json_array_append_new(rings, ring_json(&channel->rings[i]));
	whole = json_pack("{s:i, s:I, s:s, s:s, s:o}", "embargo-channel", 1, "serial",
			  (json_int_t)channel->serial, "issued", issued, "expires", expires, "rings", rings);
	body = whole ? json_dumps(whole, JSON_INDENT(2) | JSON_REAL_PRECISION(6)) : NULL;
	json_decref(whole);
	size = body ? asprintf(&text, "%s\n", body) : -1;
	if (size < 0) {
		text = NULL;
		snprintf(reason->text, sizeof(reason->text), "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	r = embargo_channel_parse(text, size, &again, reason);
	if (r)
		return r;
	*ret_text = TAKE_PTR(text);
	*ret_size = size;
	return 0;
}
