/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which file systems are watched: the local ones that are mounted, each once, by the same answer as scan
 * gives. */
#ifndef EMBARGO_USERSPACE_WATCH_PLACES_H
#define EMBARGO_USERSPACE_WATCH_PLACES_H

#include <linux/types.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>
#include <sys/vfs.h>

/* A file system that is watched. */
struct embargo_watch_place {
	dev_t device;
	bool whole;		   /* the mount shows it from its root on */
	char *path;		   /* where it is mounted */
	__kernel_fsid_t id_events; /* that events have */
	bool handles;		   /* events name files by handles; else they come with an open file */
	bool marked;
	bool failed;	 /* it cannot be marked, and that was told */
	bool lost;	 /* something of it was not seen: it is to be scanned */
	bool whole_lost; /* nothing of it was */
};

struct embargo_watch_places {
	struct embargo_watch_place *list;
	size_t count, capacity;
};

/* May a file system of this @type be looked at? Not what may never answer, nor what mounts something when it
 * is. */
bool embargo_mount_near(const char *type);
/*
 * What is mounted now, and local. What is known of @old ones is kept; it is emptied. New ones are @lost.
 * -errno: nothing is known.
 */
int embargo_watch_places_read(FILE *mountinfo, bool lost, struct embargo_watch_places *old,
			      struct embargo_watch_places *ret_places);
void embargo_watch_places_clear(struct embargo_watch_places *places);
/* The one whose events have this number; NULL: none. */
struct embargo_watch_place *embargo_watch_places_find(struct embargo_watch_places *places,
						      const __kernel_fsid_t *id);

#endif
