/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records for the Linux audit log, of the type TRUSTED_APP: `ausearch -m TRUSTED_APP -i`. */
#ifndef EMBARGO_USERSPACE_SINK_AUDIT_H
#define EMBARGO_USERSPACE_SINK_AUDIT_H

#include "userspace/event/entry.h"

struct embargo_audit {
	int fd;	      /* -1: not open */
	bool failing; /* said so already */
};

void embargo_audit_close(struct embargo_audit *audit);
/* Verdicts, and who changed what is in force; the other messages are about the daemon itself. */
bool embargo_audit_wants(const struct embargo_entry *entry);
/* Needs CAP_AUDIT_WRITE. -errno, also where the kernel has no audit; reported once. */
int embargo_audit_take(struct embargo_audit *audit, struct embargo_entry *entry);
/* `op=denied hook=exec … path="/x"`: to be freed. NULL: no memory. */
char *embargo_audit_text(struct embargo_entry *entry);

#endif
