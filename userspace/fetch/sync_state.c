// SPDX-License-Identifier: GPL-2.0-or-later
/* What is kept from one synchronisation to the next: the server's rules, and what it was told. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "policy/sign/sign.h"
#include "userspace/fetch/sync_private.h"

#define STATE "sync.json"
#define RULES "sync-rules.json"
#define RULES_SIZE_MAX (1UL << 30)

char *embargo_sync_path(struct embargo_sync_job *job, const char *directory, const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%s", directory, name) >= 0)
		return path;
	embargo_fetch_fail(&job->result->fetch, EMBARGO_FETCH_HOST, -ENOMEM, "no memory");
	return NULL;
}

/* The whole file at @path; NULL: there is none that can be read, or it is not ours. */
static char *kept(const char *path, size_t limit, size_t *ret_size)
{
	struct embargo_reason reason;
	void *data = NULL;

	return embargo_sign_file_read(path, limit, false, &data, ret_size, &reason) ? NULL : data;
}

static void rules_read(struct embargo_sync_job *job, const char *path)
{
	_cleanup_free_ char *data = NULL, *cursor = NULL;
	struct embargo_reason reason;
	size_t size;

	data = kept(path, RULES_SIZE_MAX, &size);
	if (data && !embargo_sync_rules_take(&job->rules, data, size, &cursor, &reason))
		return;
	embargo_sync_rules_clear(&job->rules);
	job->clean = true;
}

/* Only this server's own rules can be added to, by what it says is new. */
int embargo_sync_state_read(struct embargo_sync_job *job)
{
	_cleanup_free_ char *path = embargo_sync_path(job, job->sync->state, STATE), *data = NULL;
	_cleanup_free_ char *rules = embargo_sync_path(job, job->sync->state, RULES);
	const char *url;
	json_t *state = NULL;
	size_t size;

	if (!path || !rules)
		return -ENOMEM;
	data = kept(path, 1UL << 20, &size);
	if (data)
		state = json_loadb(data, size, JSON_REJECT_DUPLICATES, NULL);
	url = json_string_value(json_object_get(state, "url"));
	job->clean = !url || strcmp(url, job->sync->config->sync_url) != 0 ||
		     !json_is_false(json_object_get(state, "clean"));
	if (url && json_is_object(json_object_get(state, "told")) &&
	    !strcmp(url, job->sync->config->sync_url))
		job->told = json_incref(json_object_get(state, "told"));
	json_decref(state);
	if (!job->clean)
		rules_read(job, rules);
	return 0;
}

static int write_whole(struct embargo_sync_job *job, const char *name, const char *text, size_t size)
{
	_cleanup_free_ char *path = embargo_sync_path(job, job->sync->state, name), *temporary = NULL;
	struct embargo_reason reason = {""};
	int r;

	if (!path)
		return -ENOMEM;
	r = embargo_sign_file_prepare(path, text, size, &temporary, &reason)
		    ?: embargo_sign_file_replace(temporary, path, &reason);
	return r ? embargo_fetch_fail(&job->result->fetch, EMBARGO_FETCH_HOST, r, "%.100s: %.100s", path,
				      reason.text)
		 : 0;
}

int embargo_sync_rules_keep(struct embargo_sync_job *job)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int r = -ENOMEM;

	if (out) {
		embargo_sync_rules_write(&job->rules, out);
		if (!fclose(out))
			r = write_whole(job, RULES, text, size);
	}
	free(text);
	return r;
}

int embargo_sync_state_keep(struct embargo_sync_job *job, bool clean)
{
	json_t *state = json_pack("{s:s, s:b, s:O?}", "url", job->sync->config->sync_url, "clean", clean,
				  "told", job->told);
	_cleanup_free_ char *text = state ? json_dumps(state, JSON_INDENT(1)) : NULL;

	json_decref(state);
	return text ? write_whole(job, STATE, text, strlen(text))
		    : embargo_fetch_fail(&job->result->fetch, EMBARGO_FETCH_HOST, -ENOMEM, "no memory");
}
