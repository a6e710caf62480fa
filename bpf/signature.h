/* SPDX-License-Identifier: GPL-2.0-only */
/* What is found where a module's signature would be. */
#ifndef EMBARGO_BPF_SIGNATURE_H
#define EMBARGO_BPF_SIGNATURE_H

enum embargo_signature {
	EMBARGO_SIGNATURE_NONE, /* no trailer: the module is unsigned */
	EMBARGO_SIGNATURE_READ,
	EMBARGO_SIGNATURE_UNREADABLE, /* there is a trailer, but what it ends is not what it says */
};

#endif
