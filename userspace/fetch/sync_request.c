// SPDX-License-Identifier: GPL-2.0-or-later
/* One stage of the protocol. */
#include <errno.h>
#include <string.h>
#include <zlib.h>

#include "userspace/fetch/sync_private.h"

#define GZIP_BITS (15 + 16) /* as <zlib.h> asks for gzip's header */

static int gzip(const char *text, void **ret_data, size_t *ret_size)
{
	_cleanup_free_ unsigned char *data = NULL;
	z_stream stream = {0};
	size_t room;
	int r;

	if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_BITS, 8, Z_DEFAULT_STRATEGY) !=
	    Z_OK)
		return -ENOMEM;
	room = deflateBound(&stream, strlen(text));
	data = malloc(room);
	stream.next_in = (unsigned char *)text;
	stream.avail_in = strlen(text);
	stream.next_out = data;
	stream.avail_out = room;
	r = data && deflate(&stream, Z_FINISH) == Z_STREAM_END ? 0 : -ENOMEM;
	*ret_size = stream.total_out;
	deflateEnd(&stream);
	if (!r)
		*ret_data = TAKE_PTR(data);
	return r;
}

int embargo_sync_post(struct embargo_sync_job *job, const char *stage, json_t *body, char **ret_data,
		      size_t *ret_size)
{
	struct embargo_fetch_result *result = &job->result->fetch;
	const char *base = job->sync->config->sync_url;
	_cleanup_free_ char *url = NULL, *text = NULL;
	_cleanup_free_ void *data = NULL;
	struct embargo_fetch_request request = {
		.config = job->sync->config,
		.credentials = &job->credentials,
		.limit = EMBARGO_SYNC_ANSWER_MAX,
	};
	void *answer;
	int r = -ENOMEM;

	if (asprintf(&url, "%s%s%s/%s", base, base[strlen(base) - 1] == '/' ? "" : "/", stage, job->machine) <
	    0)
		url = NULL;
	text = body ? json_dumps(body, JSON_COMPACT) : NULL;
	json_decref(body);
	if (url && text)
		r = gzip(text, &data, &request.body_size);
	if (r)
		return embargo_fetch_fail(result, EMBARGO_FETCH_HOST, r, "no memory");
	request.url = url;
	request.body = data;
	r = embargo_fetch_get_memory(&request, &answer, ret_size, result);
	if (!r)
		*ret_data = answer;
	return r;
}
