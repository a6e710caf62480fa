/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Channels in files, for the commands about them. */
#ifndef EMBARGO_USERSPACE_CLI_CHANNEL_H
#define EMBARGO_USERSPACE_CLI_CHANNEL_H

#include <stdbool.h>

#include "policy/channel/channel.h"

/* Read and check @path; reports what fails. @ret_data (may be NULL): its bytes, to be freed. */
int embargo_cli_channel_read(const char *path, struct embargo_channel **ret_channel, void **ret_data,
			     size_t *ret_size);
/* Its serial, its dates and its rings, on standard output. */
void embargo_cli_channel_print(const struct embargo_channel *channel);

#endif
