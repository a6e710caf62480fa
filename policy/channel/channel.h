/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A channel: one small file that says which policy each host of a fleet is to
 * have. It is signed as policies are (policy/sign/sign.h), so whoever serves it,
 * or stands in between, can neither change it nor bring back an old one: its
 * serial only rises, and it says until when it is the present one. That is the
 * timestamp role of TUF, in one file.
 *
 * A ring hands out one policy to a part of the hosts. The rings of a policy are
 * ordered by their percentage, and each reaches from 0 to it: a host takes the
 * first one that covers its place. So a roll-out is one number that is raised.
 *
 * Functions return 0 or -errno and say why in a struct embargo_reason; nothing
 * here prints.
 */
#ifndef EMBARGO_POLICY_CHANNEL_CHANNEL_H
#define EMBARGO_POLICY_CHANNEL_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "policy/cleanup.h"
#include "policy/identity/identity.h"
#include "policy/reason.h"

#define EMBARGO_CHANNEL_SIZE_MAX (1UL << 20) /* bytes of a channel */
#define EMBARGO_CHANNEL_RINGS_MAX 100
#define EMBARGO_CHANNEL_FILES_MAX 64		  /* of a ring */
#define EMBARGO_CHANNEL_FILE_SIZE_MAX (1UL << 30) /* bytes of one of them */
#define EMBARGO_CHANNEL_PLACES 10000		  /* of hosts; a share is a number of them, from 0 up */

/* One file of a policy. */
struct embargo_channel_file {
	char *name; /* beside the policy: no '/', does not begin with '.' */
	char *url;  /* absolute, or relative to the channel's own */
	uint64_t size;
	uint8_t sha256[EMBARGO_SHA256_SIZE];
};

struct embargo_channel_ring {
	unsigned int share; /* 1 to EMBARGO_CHANNEL_PLACES: hundredths of a percent */
	char *policy;
	uint64_t version;
	struct embargo_channel_file *files; /* the policy's own first, then what it includes */
	size_t file_count;
};

struct embargo_channel {
	uint64_t serial;
	time_t issued;
	time_t expires;
	struct embargo_channel_ring *rings;
	size_t ring_count;
};

void embargo_channel_free(struct embargo_channel *channel);
EMBARGO_CLEANUP(struct embargo_channel, embargo_channel_free);

/* parse.c. -EBADMSG: it is not a channel, and @reason says where and why. */
int embargo_channel_parse(const char *data, size_t size, struct embargo_channel **ret_channel,
			  struct embargo_reason *reason);

/* write.c: as JSON that can be edited, to be freed. The same checks are made as when it is parsed. */
int embargo_channel_write(const struct embargo_channel *channel, char **ret_text, size_t *ret_size,
			  struct embargo_reason *reason);

/* place.c: which part of the fleet a host is in, for one policy: 0 to EMBARGO_CHANNEL_PLACES - 1. -EIO */
int embargo_channel_place(const char *machine_id, const char *policy);
/*
 * The ring of @policy for a host at @place; NULL: none covers it. @pinned: the number of the ring, from 1
 * up, whatever the place; the last one if there are fewer. 0: by the place.
 */
const struct embargo_channel_ring *embargo_channel_ring(const struct embargo_channel *channel,
							const char *policy, unsigned int place,
							unsigned int pinned);
/* Is the ring @number the first one of its policy? That stands for it where policies are listed. */
bool embargo_channel_ring_first(const struct embargo_channel *channel, size_t number);

#endif
