/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules from a server that speaks Santa's sync protocol (policy/sync/sync.h), in the place of a channel:
 *
 *	sync_request.c	one stage: JSON there, JSON back, by the worker that fetches
 *	sync_host.c	what a host says of itself
 *	sync_events.c	denials that the server has not had yet
 *	sync_place.c	the rules as a policy of this host, and back if the load fails
 *	sync_state.c	what was kept of the last time
 *	sync.c		the whole
 *
 * Nobody signed such rules. So a host that takes signed policies only, or is sealed, takes none of them.
 */
#ifndef EMBARGO_USERSPACE_FETCH_SYNC_H
#define EMBARGO_USERSPACE_FETCH_SYNC_H

#include "policy/sync/sync.h"
#include "userspace/fetch/fetch.h"

#define EMBARGO_SYNC_FILE "santa.policy" /* in the directory of policies */

struct embargo_sync {
	const struct embargo_config *config;
	bool dry;	   /* ask for the rules and check them; tell the server nothing, change nothing */
	const char *state; /* directory */
	const struct embargo_trust_places *trust;
	const char *policies;	/* directory that is put in force at boot */
	const char *events;	/* EMBARGO_EVENT_LOG */
	bool sealed;		/* what is in force cannot be changed */
	enum embargo_mode mode; /* in force, or that of the next load */
	int (*load)(void);	/* put .policies in force; 0 or -errno, reported. NULL: the next boot does. */
	int (*set_mode)(enum embargo_mode mode); /* 0 or -errno, reported. NULL: it stays */
};

struct embargo_sync_result {
	struct embargo_fetch_result fetch; /* .cause and .reason of a failure; nothing else is set */
	struct embargo_sync_rules said;	   /* .received and .others of this time, not the rules themselves */
	size_t binary, certificate;	   /* rules of this host now */
	bool changed;			   /* the policy is another one than before */
	uint64_t events;		   /* that went up */
	uint64_t unnamed;		   /* that did not, for nobody knows the SHA-256 of their file */
	enum embargo_sync_mode mode;	   /* that the server asked for */
};

/* 0; -errno: .fetch of @ret_result says why, and what was in force is in force. To be cleared. */
int embargo_sync(const struct embargo_sync *sync, struct embargo_sync_result *ret_result);
void embargo_sync_result_clear(struct embargo_sync_result *result);

#endif
