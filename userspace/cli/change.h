/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whoever changes what is in force leaves a line in syslog, the journal and, if it is on, the audit log: who,
 * from what, to what, by which files. An auditor asks for that first.
 */
#ifndef EMBARGO_USERSPACE_CLI_CHANGE_H
#define EMBARGO_USERSPACE_CLI_CHANGE_H

#include "loader/loader.h"
#include "userspace/event/log_message.h"

/* What was in force before; a command takes it first of all. */
struct embargo_change {
	bool loaded;
	enum embargo_mode mode;
	uint64_t generation;
};

void embargo_change_begin(struct embargo_change *ret_change);
/* By the configuration of this host. Where nobody receives (an initramfs), the kernel's log does. */
void embargo_change_loaded(const struct embargo_change *before, const char *files);
void embargo_change_unloaded(const struct embargo_change *before);
void embargo_change_mode(const struct embargo_change *before, enum embargo_mode mode);
/* @keys certificates, the first of them @first, were given to the kernel. */
void embargo_change_sealed(const char *first, size_t keys);
/* A load changed nothing. */
void embargo_change_failed(const struct embargo_change *before, const char *files);

/* The paths, for a person; to be freed. */
char *embargo_change_files(char *const *paths);

#endif
