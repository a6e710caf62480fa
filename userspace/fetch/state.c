// SPDX-License-Identifier: GPL-2.0-or-later
/* What a host knows of its fetches, as one JSON file of root's. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/identity/base/hash.h"
#include "policy/sign/sign.h"
#include "userspace/fetch/fetch.h"

#define STATE_SIZE_MAX (1UL << 20)

static const char *const causes[] = {
	[EMBARGO_FETCH_NONE] = "none",	       [EMBARGO_FETCH_HOST] = "host",
	[EMBARGO_FETCH_NETWORK] = "network",   [EMBARGO_FETCH_TLS] = "tls",
	[EMBARGO_FETCH_TIMEOUT] = "timeout",   [EMBARGO_FETCH_HTTP] = "http",
	[EMBARGO_FETCH_REDIRECT] = "redirect", [EMBARGO_FETCH_TYPE] = "type",
	[EMBARGO_FETCH_SIZE] = "size",	       [EMBARGO_FETCH_TRUNCATED] = "truncated",
	[EMBARGO_FETCH_CHANNEL] = "channel",   [EMBARGO_FETCH_SIGNATURE] = "signature",
	[EMBARGO_FETCH_ROLLBACK] = "rollback", [EMBARGO_FETCH_EXPIRED] = "expired",
	[EMBARGO_FETCH_HASH] = "hash",	       [EMBARGO_FETCH_POLICY] = "policy",
	[EMBARGO_FETCH_LOCK_OUT] = "lock-out", [EMBARGO_FETCH_LOAD] = "load",
};

_Static_assert(sizeof(causes) / sizeof(*causes) == EMBARGO_FETCH_CAUSE_MAX, "every cause has a name");

const char *embargo_fetch_cause_name(enum embargo_fetch_cause cause)
{
	return cause < EMBARGO_FETCH_CAUSE_MAX ? causes[cause] : "none";
}

static void policy_clear(struct embargo_fetch_policy *policy)
{
	size_t i;

	for (i = 0; i < policy->file_count; i++)
		free(policy->files[i].name);
	free(policy->files);
	free(policy->name);
	*policy = (struct embargo_fetch_policy){0};
}

void embargo_fetch_state_clear(struct embargo_fetch_state *state)
{
	size_t i;

	for (i = 0; i < state->policy_count; i++)
		policy_clear(&state->policies[i]);
	free(state->policies);
	*state = (struct embargo_fetch_state){0};
}

struct embargo_fetch_policy *embargo_fetch_state_policy(const struct embargo_fetch_state *state,
							const char *name)
{
	size_t i;

	for (i = 0; i < state->policy_count; i++)
		if (!strcmp(state->policies[i].name, name))
			return &state->policies[i];
	return NULL;
}

int embargo_fetch_state_put(struct embargo_fetch_state *state, const struct embargo_channel_ring *ring)
{
	struct embargo_fetch_policy *policy = embargo_fetch_state_policy(state, ring->policy), *list;
	struct embargo_fetch_policy made = {.version = ring->version, .name = strdup(ring->policy)};
	size_t i;

	made.files = calloc(ring->file_count, sizeof(*made.files));
	for (i = 0; made.files && made.name && i < ring->file_count; i++) {
		_cleanup_free_ char *hex = embargo_hex(ring->files[i].sha256, EMBARGO_SHA256_SIZE);

		made.files[i].name = hex ? strdup(ring->files[i].name) : NULL;
		if (!made.files[i].name)
			break;
		snprintf(made.files[i].sha256, sizeof(made.files[i].sha256), "%s", hex);
		made.file_count++;
	}
	if (made.file_count < ring->file_count) {
		policy_clear(&made);
		return -ENOMEM;
	}
	if (policy) {
		policy_clear(policy);
		*policy = made;
		return 0;
	}
	list = reallocarray(state->policies, state->policy_count + 1, sizeof(*state->policies));
	if (!list) {
		policy_clear(&made);
		return -ENOMEM;
	}
	list[state->policy_count++] = made;
	state->policies = list;
	return 0;
}

/* Of @size bytes, with its end. */
static bool text_read(json_t *object, const char *key, char *text, size_t size)
{
	const char *value = json_string_value(json_object_get(object, key));

	if (!value || strlen(value) >= size)
		return false;
	memcpy(text, value, strlen(value) + 1);
	return true;
}

static bool number_read(json_t *object, const char *key, uint64_t *ret_number)
{
	json_t *value = json_object_get(object, key);

	*ret_number = json_is_integer(value) ? json_integer_value(value) : 0;
	return json_is_integer(value) && json_integer_value(value) >= 0;
}

static bool policy_read(json_t *object, struct embargo_fetch_policy *policy)
{
	json_t *files = json_object_get(object, "files"), *file;
	const char *name = json_string_value(json_object_get(object, "policy"));
	size_t i;

	policy->name = name ? strdup(name) : NULL;
	policy->files = calloc(json_array_size(files) + 1, sizeof(*policy->files));
	if (!policy->name || !policy->files || !number_read(object, "version", &policy->version))
		return false;
	json_array_foreach(files, i, file)
	{
		struct embargo_fetch_file *one = &policy->files[policy->file_count++];

		name = json_string_value(json_object_get(file, "name"));
		/* It becomes part of a path again. */
		if (!name || *name == '.' || strchr(name, '/') ||
		    !text_read(file, "sha256", one->sha256, sizeof(one->sha256)))
			return false;
		one->name = strdup(name);
		if (!one->name)
			return false;
	}
	return true;
}

static bool state_read(json_t *whole, struct embargo_fetch_state *state)
{
	json_t *policies = json_object_get(whole, "policies"), *policy;
	uint64_t expires, attempt, success;
	char cause[32];
	size_t i;

	if (!number_read(whole, "serial", &state->serial) || !number_read(whole, "expires", &expires) ||
	    !number_read(whole, "attempt", &attempt) || !number_read(whole, "success", &success) ||
	    !number_read(whole, "failures", &state->failures) ||
	    !text_read(whole, "channel", state->channel, sizeof(state->channel)) ||
	    !text_read(whole, "etag", state->etag, sizeof(state->etag)) ||
	    !text_read(whole, "cause", cause, sizeof(cause)) || !json_is_array(policies))
		return false;
	state->expires = (time_t)expires;
	state->attempt = (time_t)attempt;
	state->success = (time_t)success;
	for (i = 0; i < EMBARGO_FETCH_CAUSE_MAX; i++)
		if (!strcmp(causes[i], cause))
			state->cause = i;
	state->policies = calloc(json_array_size(policies) + 1, sizeof(*state->policies));
	if (!state->policies)
		return false;
	json_array_foreach(policies, i, policy)
	{
		state->policy_count++;
		if (!policy_read(policy, &state->policies[i]))
			return false;
	}
	return true;
}

int embargo_fetch_state_read(const char *path, struct embargo_fetch_state *ret_state,
			     struct embargo_reason *reason)
{
	struct embargo_fetch_state state = {0};
	_cleanup_free_ void *data = NULL;
	json_error_t error;
	json_t *whole;
	size_t size;
	int r;

	if (access(path, F_OK) && errno == ENOENT) {
		*ret_state = state;
		return 0;
	}
	r = embargo_sign_file_read(path, STATE_SIZE_MAX, false, &data, &size, reason);
	if (r)
		return r;
	whole = json_loadb(data, size, JSON_REJECT_DUPLICATES, &error);
	r = whole && state_read(whole, &state) ? 0 : -EBADMSG;
	json_decref(whole);
	if (r) {
		embargo_fetch_state_clear(&state);
		snprintf(reason->text, sizeof(reason->text),
			 "is damaged; if it is removed, an older channel may be taken for a new one");
		return r;
	}
	*ret_state = state;
	return 0;
}

static json_t *policy_json(const struct embargo_fetch_policy *policy)
{
	json_t *files = json_array();
	size_t i;

	for (i = 0; i < policy->file_count; i++)
		json_array_append_new(files, json_pack("{s:s, s:s}", "name", policy->files[i].name, "sha256",
						       policy->files[i].sha256));
	return json_pack("{s:s, s:I, s:o}", "policy", policy->name, "version", (json_int_t)policy->version,
			 "files", files);
}

int embargo_fetch_state_write(const char *path, const struct embargo_fetch_state *state,
			      struct embargo_reason *reason)
{
	_cleanup_free_ char *text = NULL, *temporary = NULL;
	json_t *policies = json_array(), *whole;
	size_t i;

	for (i = 0; i < state->policy_count; i++)
		json_array_append_new(policies, policy_json(&state->policies[i]));
	whole = json_pack("{s:I, s:s, s:s, s:I, s:I, s:I, s:I, s:s, s:o}", "serial",
			  (json_int_t)state->serial, "channel", state->channel, "etag", state->etag,
			  "expires", (json_int_t)state->expires, "attempt", (json_int_t)state->attempt,
			  "success", (json_int_t)state->success, "failures", (json_int_t)state->failures,
			  "cause", causes[state->cause], "policies", policies);
	text = whole ? json_dumps(whole, JSON_INDENT(1)) : NULL;
	json_decref(whole);
	if (!text) {
		snprintf(reason->text, sizeof(reason->text), "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	return embargo_sign_file_prepare(path, text, strlen(text), &temporary, reason)
		       ?: embargo_sign_file_replace(temporary, path, reason);
}
