/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of a store. */
#ifndef EMBARGO_USERSPACE_STORE_PRIVATE_H
#define EMBARGO_USERSPACE_STORE_PRIVATE_H

#include "userspace/store/pq.h"
#include "userspace/store/store.h"

enum embargo_store_copy {
	EMBARGO_COPY_NONE,
	EMBARGO_COPY_SCAN,
	EMBARGO_COPY_EVENTS,
};

struct embargo_store {
	PGconn *connection;
	enum embargo_store_copy copying; /* what is under way */
	uint64_t copied;		 /* lines of it */
	char batch[40];			 /* of the scan */
	struct embargo_report *report;	 /* of bad lines */
	char *why;			 /* a failure while lines were taken */
	struct embargo_store_count count;
	char *buffer; /* a line as COPY wants it */
	size_t room;
};

/* connect.c */
/* What libpq says of the last failure, on one line, into *@ret_why. Returns -EIO. */
int embargo_store_failed(struct embargo_store *store, const PGresult *result, char **ret_why);
/* A statement without a result that matters. */
int embargo_store_do(struct embargo_store *store, const char *sql, char **ret_why);
/* One row of numbers or booleans ("t": 1). @count: as many as there must be. */
int embargo_store_row(struct embargo_store *store, const char *sql, const char *argument, uint64_t *numbers,
		      size_t count, char **ret_why);

#endif
