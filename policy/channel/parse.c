// SPDX-License-Identifier: GPL-2.0-or-later
/* The JSON of a channel. What is not known is an error: an old embargo must not act on half of a channel. */
#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/channel/channel.h"
#include "policy/text.h"

#define NAME_MAX_BYTES 128 /* of a policy or a file */
#define URL_MAX_BYTES 1024
#define VERSION_MAX INT64_MAX /* JSON's numbers end there */

void embargo_channel_free(struct embargo_channel *channel)
{
	size_t i, n;

	if (!channel)
		return;
	for (i = 0; i < channel->ring_count; i++) {
		for (n = 0; n < channel->rings[i].file_count; n++) {
			free(channel->rings[i].files[n].name);
			free(channel->rings[i].files[n].url);
		}
		free(channel->rings[i].files);
		free(channel->rings[i].policy);
	}
	free(channel->rings);
	free(channel);
}

static inline void json_freep(json_t **json)
{
	json_decref(*json);
}

__attribute__((format(printf, 2, 3))) static int refuse(struct embargo_reason *reason, const char *format,
							...)
{
	va_list values;

	va_start(values, format);
	vsnprintf(reason->text, sizeof(reason->text), format, values);
	va_end(values);
	return -EBADMSG;
}

/* No member but these; @where is for the message. */
static int members(json_t *object, const char *where, const char *const *known, struct embargo_reason *reason)
{
	const char *key;
	json_t *value;
	size_t i;

	if (!json_is_object(object))
		return refuse(reason, "%s is not an object", where);
	json_object_foreach(object, key, value)
	{
		for (i = 0; known[i] && strcmp(known[i], key) != 0; i++)
			;
		/* The key is whoever's who wrote the file: it is not repeated as it is. */
		if (!known[i])
			return refuse(reason, "%s has a member that is not known here", where);
	}
	for (i = 0; known[i]; i++)
		if (!json_object_get(object, known[i]))
			return refuse(reason, "%s has no \"%s\"", where, known[i]);
	return 0;
}

static int number(json_t *object, const char *where, const char *key, uint64_t least, uint64_t most,
		  uint64_t *ret_number, struct embargo_reason *reason)
{
	json_t *value = json_object_get(object, key);

	if (!json_is_integer(value) || json_integer_value(value) < (json_int_t)least ||
	    (uint64_t)json_integer_value(value) > most)
		return refuse(reason, "\"%s\" of %s is not a number from %llu to %llu", key, where,
			      (unsigned long long)least, (unsigned long long)most);
	*ret_number = json_integer_value(value);
	return 0;
}

static int text(json_t *object, const char *where, const char *key, size_t most, char **ret_text,
		struct embargo_reason *reason)
{
	const json_t *value = json_object_get(object, key);
	const char *string = json_string_value(value);
	size_t size = json_string_length(value), offset;

	if (!string || !size || size > most)
		return refuse(reason, "\"%s\" of %s is not text of 1 to %zu bytes", key, where, most);
	if (strlen(string) != size || strchr(string, '\t') || embargo_text_problem(string, size, &offset))
		return refuse(reason, "\"%s\" of %s has characters that cannot be seen", key, where);
	*ret_text = strdup(string);
	return *ret_text ? 0 : -ENOMEM;
}

/* In UTC, and written in one way only: 2026-11-27T08:00:00Z */
static int when(json_t *object, const char *key, time_t *ret_time, struct embargo_reason *reason)
{
	const char *string = json_string_value(json_object_get(object, key));
	struct tm tm = {0};
	char again[32] = "";
	const char *end = string ? strptime(string, "%Y-%m-%dT%H:%M:%SZ", &tm) : NULL;
	time_t time = end && !*end ? timegm(&tm) : -1;

	if (time > 0 && gmtime_r(&time, &tm))
		strftime(again, sizeof(again), "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (!string || strcmp(again, string) != 0)
		return refuse(reason, "\"%s\" is not a time such as 2026-11-27T08:00:00Z", key);
	*ret_time = time;
	return 0;
}

static int digest(json_t *object, const char *where, uint8_t sha256[EMBARGO_SHA256_SIZE],
		  struct embargo_reason *reason)
{
	const char *string = json_string_value(json_object_get(object, "sha256"));
	size_t i;

	if (!string || strspn(string, "0123456789abcdef") != EMBARGO_SHA256_SIZE * 2 ||
	    string[EMBARGO_SHA256_SIZE * 2])
		return refuse(reason, "\"sha256\" of %s is not 64 digits 0-9 a-f", where);
	for (i = 0; i < EMBARGO_SHA256_SIZE; i++)
		sha256[i] = embargo_hex_digit(string[i * 2]) << 4 | embargo_hex_digit(string[i * 2 + 1]);
	return 0;
}

/* It becomes the name of a file of root's: a plain one. */
static bool name_plain(const char *name)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-+";
	static const char suffix[] = ".policy";
	size_t size = strlen(name);

	return *name != '.' && *name != '-' && strspn(name, letters) == size && size > strlen(suffix) &&
	       !strcmp(name + size - strlen(suffix), suffix);
}

static int file_parse(json_t *object, const char *where, struct embargo_channel_ring *ring,
		      struct embargo_reason *reason)
{
	static const char *const known[] = {"name", "url", "size", "sha256", NULL};
	struct embargo_channel_file *file = &ring->files[ring->file_count++];
	size_t i;
	int r = members(object, where, known, reason);

	r = r ?: text(object, where, "name", NAME_MAX_BYTES, &file->name, reason);
	r = r ?: text(object, where, "url", URL_MAX_BYTES, &file->url, reason);
	r = r ?: number(object, where, "size", 1, EMBARGO_CHANNEL_FILE_SIZE_MAX, &file->size, reason);
	r = r ?: digest(object, where, file->sha256, reason);
	if (r)
		return r;
	if (!name_plain(file->name))
		return refuse(reason, "\"name\" of %s is not the plain name of a .policy file", where);
	for (i = 0; i + 1 < ring->file_count; i++)
		if (!strcmp(ring->files[i].name, file->name))
			return refuse(reason, "%s has the name of another file of the ring", where);
	return 0;
}

static int share_parse(json_t *object, const char *where, unsigned int *ret_share,
		       struct embargo_reason *reason)
{
	const json_t *value = json_object_get(object, "percent");
	double percent = json_number_value(value), places = percent * 100, difference;

	if (json_is_number(value) && percent > 0 && percent <= 100) {
		*ret_share = (unsigned int)(places + 0.5);
		difference = places - *ret_share;
		if (*ret_share && difference < 1e-6 && difference > -1e-6)
			return 0;
	}
	return refuse(reason, "\"percent\" of %s is not a number from 0.01 to 100 in steps of 0.01", where);
}

static int files_parse(json_t *list, const char *where, struct embargo_channel_ring *ring,
		       struct embargo_reason *reason)
{
	size_t count = json_array_size(list), i;
	char here[64];
	int r;

	if (!json_is_array(list) || !count || count > EMBARGO_CHANNEL_FILES_MAX)
		return refuse(reason, "\"files\" of %s is not a list of 1 to %d files", where,
			      EMBARGO_CHANNEL_FILES_MAX);
	ring->files = calloc(count, sizeof(*ring->files));
	if (!ring->files)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		snprintf(here, sizeof(here), "file %zu of %s", i + 1, where);
		r = file_parse(json_array_get(list, i), here, ring, reason);
		if (r)
			return r;
	}
	return 0;
}

static int ring_parse(json_t *object, struct embargo_channel *channel, struct embargo_reason *reason)
{
	static const char *const known[] = {"percent", "policy", "version", "files", NULL};
	struct embargo_channel_ring *ring = &channel->rings[channel->ring_count++];
	char where[32];
	size_t i;
	int r;

	snprintf(where, sizeof(where), "ring %zu", channel->ring_count);
	r = members(object, where, known, reason) ?: share_parse(object, where, &ring->share, reason);
	r = r ?: text(object, where, "policy", NAME_MAX_BYTES, &ring->policy, reason);
	r = r ?: number(object, where, "version", 1, VERSION_MAX, &ring->version, reason);
	r = r ?: files_parse(json_object_get(object, "files"), where, ring, reason);
	if (r)
		return r;
	/* A narrower ring after a wider one would have no host. */
	for (i = 0; i + 1 < channel->ring_count; i++)
		if (!strcmp(channel->rings[i].policy, ring->policy) && channel->rings[i].share >= ring->share)
			return refuse(reason, "%s is not wider than ring %zu of the same policy", where,
				      i + 1);
	return 0;
}

static int channel_parse(json_t *whole, struct embargo_channel *channel, struct embargo_reason *reason)
{
	static const char *const known[] = {"embargo-channel", "serial", "issued", "expires", "rings", NULL};
	json_t *rings = json_object_get(whole, "rings");
	size_t count = json_array_size(rings), i;
	uint64_t format;
	int r = members(whole, "the channel", known, reason);

	r = r ?: number(whole, "the channel", "embargo-channel", 1, 1, &format, reason);
	r = r ?: number(whole, "the channel", "serial", 1, VERSION_MAX, &channel->serial, reason);
	r = r ?: when(whole, "issued", &channel->issued, reason);
	r = r ?: when(whole, "expires", &channel->expires, reason);
	if (r)
		return r;
	if (channel->expires <= channel->issued)
		return refuse(reason, "it expires before it is issued");
	if (!json_is_array(rings) || !count || count > EMBARGO_CHANNEL_RINGS_MAX)
		return refuse(reason, "\"rings\" is not a list of 1 to %d rings", EMBARGO_CHANNEL_RINGS_MAX);
	channel->rings = calloc(count, sizeof(*channel->rings));
	if (!channel->rings)
		return -ENOMEM;
	for (i = 0; i < count && !r; i++)
		r = ring_parse(json_array_get(rings, i), channel, reason);
	return r;
}

int embargo_channel_parse(const char *data, size_t size, struct embargo_channel **ret_channel,
			  struct embargo_reason *reason)
{
	_cleanup_(embargo_channel_freep) struct embargo_channel *channel = calloc(1, sizeof(*channel));
	__attribute__((cleanup(json_freep))) json_t *whole = NULL;
	json_error_t error;
	int r = 0;

	if (size > EMBARGO_CHANNEL_SIZE_MAX)
		return refuse(reason, "it has more than %lu bytes", EMBARGO_CHANNEL_SIZE_MAX);
	if (channel)
		whole = json_loadb(data, size, JSON_REJECT_DUPLICATES, &error);
	/* The parser's own text quotes the file; a reader's terminal is spared that. */
	if (channel && !whole)
		return refuse(reason, "line %d, column %d: it is not JSON", error.line, error.column);
	r = channel ? channel_parse(whole, channel, reason) : -ENOMEM;
	if (r == -ENOMEM)
		snprintf(reason->text, sizeof(reason->text), "%s", strerror(ENOMEM));
	if (!r)
		*ret_channel = TAKE_PTR(channel);
	return r;
}
