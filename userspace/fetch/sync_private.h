/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps of a synchronisation. All say in a result what went wrong; nothing here but sync.c prints. */
#ifndef EMBARGO_USERSPACE_FETCH_SYNC_PRIVATE_H
#define EMBARGO_USERSPACE_FETCH_SYNC_PRIVATE_H

#include <jansson.h>

#include "userspace/fetch/private.h"
#include "userspace/fetch/sync.h"

#define EMBARGO_SYNC_UUID_SIZE 37

struct embargo_sync_job {
	const struct embargo_sync *sync;
	struct embargo_fetch_credentials credentials;
	char machine[EMBARGO_SYNC_UUID_SIZE]; /* the machine-id as a UUID */
	struct embargo_sync_preflight preflight;
	struct embargo_sync_rules rules; /* before, then after */
	bool clean;			 /* all rules are needed anew */
	json_t *told;			 /* the last event that the server has; NULL: none */
	struct embargo_sync_result *result;
};

/* sync_request.c: post @body, which is released, to @stage. @ret_data, to be freed: the answer. */
int embargo_sync_post(struct embargo_sync_job *job, const char *stage, json_t *body, char **ret_data,
		      size_t *ret_size);

/* sync_host.c */
int embargo_sync_machine(struct embargo_sync_job *job);
json_t *embargo_sync_host(const struct embargo_sync_job *job); /* the request of preflight; NULL: no memory */

/* sync_events.c: all that came since .told */
int embargo_sync_events(struct embargo_sync_job *job);

/* sync_place.c: .rules into force, if they are others than before */
int embargo_sync_place(struct embargo_sync_job *job);

/* sync_state.c. What cannot be read makes .clean. */
int embargo_sync_state_read(struct embargo_sync_job *job);
int embargo_sync_rules_keep(struct embargo_sync_job *job);
/* @clean: the next time asks for all rules. */
int embargo_sync_state_keep(struct embargo_sync_job *job, bool clean);
char *embargo_sync_path(struct embargo_sync_job *job, const char *directory, const char *name);

#endif
