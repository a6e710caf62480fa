/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libpq, which is opened by whoever asks a database, and by nobody else. */
#ifndef EMBARGO_USERSPACE_STORE_PQ_H
#define EMBARGO_USERSPACE_STORE_PQ_H

#include <libpq-fe.h>

#include "policy/reason.h"

/* X(name): what of it is used, without `PQ'. */
#define EMBARGO_PQ(X)                                                                                        \
	X(connectdbParams)                                                                                   \
	X(status)                                                                                            \
	X(errorMessage)                                                                                      \
	X(setNoticeReceiver)                                                                                 \
	X(exec)                                                                                              \
	X(execParams)                                                                                        \
	X(getResult)                                                                                         \
	X(resultStatus)                                                                                      \
	X(resultErrorMessage)                                                                                \
	X(ntuples)                                                                                           \
	X(nfields)                                                                                           \
	X(getvalue)                                                                                          \
	X(getlength)                                                                                         \
	X(putCopyData)                                                                                       \
	X(putCopyEnd)                                                                                        \
	X(clear)                                                                                             \
	X(finish)

#define EMBARGO_PQ_MEMBER(name) __typeof__(PQ##name) *name;
struct embargo_pq {
	EMBARGO_PQ(EMBARGO_PQ_MEMBER)
};
#undef EMBARGO_PQ_MEMBER

extern struct embargo_pq embargo_pq;

/* Before anything of it is called. 0, or -errno and @reason: it is not installed. */
int embargo_pq_open(struct embargo_reason *reason);

#endif
