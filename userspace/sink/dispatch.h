/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Telling something without a daemon, to those whom the daemon would tell, and in its way. */
#ifndef EMBARGO_USERSPACE_SINK_DISPATCH_H
#define EMBARGO_USERSPACE_SINK_DISPATCH_H

#include "userspace/base/config.h"
#include "userspace/event/log_message.h"

/* -errno: those who must be told were not; nobody waits for them. */
int embargo_dispatch_message(const struct embargo_config *config, const struct embargo_log_message *message);

#endif
