/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a worker answers: records in a message. The worker has read hostile bytes,
 * so its answers are hostile too: reading them checks everything.
 */
#ifndef EMBARGO_USERSPACE_SCAN_REPLY_H
#define EMBARGO_USERSPACE_SCAN_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "bpf/abi.h"
#include "policy/identity/identity.h"

#define EMBARGO_SCAN_MESSAGE (64U << 10) /* bytes of one message, either way */

enum embargo_scan_reply_type {
	EMBARGO_SCAN_READY,  /* the worker is in its sandbox; comes once */
	EMBARGO_SCAN_MEMBER, /* something was found in the archive that .job is */
	EMBARGO_SCAN_DONE,   /* .job is done; comes once for each, in their order */
	EMBARGO_SCAN_REPLY_MAX,
};

enum embargo_scan_text {
	EMBARGO_SCAN_WHY, /* "could not be read: …" */
	EMBARGO_SCAN_GROUND,
	EMBARGO_SCAN_MEMBER_PATH,
	EMBARGO_SCAN_PACKAGE,
	EMBARGO_SCAN_PACKAGE_VERSION,
	EMBARGO_SCAN_VENDOR,
	EMBARGO_SCAN_SIGNER,
	EMBARGO_SCAN_TEXTS,
};

struct embargo_scan_reply {
	__u8 type;    /* enum embargo_scan_reply_type */
	__u8 verdict; /* enum embargo_verdict */
	__u8 cause;   /* enum embargo_cause */
	__u8 kernel;  /* enum embargo_verdict: the kernel's own, while .rule is pending */
	bool pending; /* .rule is one that the kernel cannot match, and its policy does not have the file */
	bool again;   /* it was written to while it was read */
	__u32 job;    /* number that the parent gave it */
	__u32 rule;   /* number in the policy, or EMBARGO_NO_RULE */
	__u32 format;
	__u32 hashed; /* files hashed for this job, members too */
	__u64 hashed_bytes;
	struct embargo_digests digests;
	const char *texts[EMBARGO_SCAN_TEXTS]; /* NULL: none. Read: they point into the message */
};

/* Answers on their way into one message. */
struct embargo_scan_replies {
	size_t used;
	__u8 bytes[EMBARGO_SCAN_MESSAGE];
};

/* Long texts are cut. -ENOBUFS: there is no room left; nothing was added. */
int embargo_scan_reply_put(struct embargo_scan_replies *replies, const struct embargo_scan_reply *reply);

/*
 * The record at *@cursor of a message, which moves on. 1: there is one, 0: that
 * was all, -EBADMSG: it is none; stop. @rules: how many the policy has.
 */
int embargo_scan_reply_next(const __u8 **cursor, const __u8 *end, __u32 rules,
			    struct embargo_scan_reply *ret_reply);

#endif
