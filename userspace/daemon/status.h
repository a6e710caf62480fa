/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is in force, for who may not ask the kernel: the daemon tells it on the socket of the metrics, which
 * the group embargo may open. It answers GET /status with one JSON object; what is a file that everybody may
 * read (the policy, the configuration) the asker reads.
 */
#ifndef EMBARGO_USERSPACE_DAEMON_STATUS_H
#define EMBARGO_USERSPACE_DAEMON_STATUS_H

#include <jansson.h>

#include "loader/loader.h"
#include "loader/seal.h"
#include "policy/reason.h"

/* status_answer.c: {"since", "keys", "unsigned_modules", "refused": {"map", …}}, null if it is not sealed; to
 * be released */
json_t *embargo_seal_json(const struct embargo_seal_status *seal);
/* The names of the hooks that are attached; to be released. */
json_t *embargo_hooks_json(const struct embargo_status *status);
/* The answer of this process, one line, to be freed. NULL: no memory. */
char *embargo_status_answer(void);

/*
 * status_ask.c: what the daemon that listens at @socket has. .header of *@ret_status is not in it, and
 * nothing of programs whose pins are hidden. *@ret_told: its "pid" and "seal", to be released. -errno and
 * @reason.
 */
int embargo_status_ask(const char *socket, struct embargo_status *ret_status, json_t **ret_told,
		       struct embargo_reason *reason);
/* The same of the bytes of an answer, which ends with NUL. -EBADMSG. */
int embargo_status_parse(const char *answer, struct embargo_status *ret_status, json_t **ret_told,
			 struct embargo_reason *reason);

#endif
