/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Headers of DER elements (X.690), read one at a time out of untrusted bytes.
 *
 * Lengths may be long-form and need not be minimal: what the kernel's own decoder
 * takes shall not become a way around a ban. Indefinite lengths and tags of
 * several bytes occur in no signature that we know and are refused.
 */
#ifndef EMBARGO_BPF_DER_H
#define EMBARGO_BPF_DER_H

#include "bpf/shared.h"

enum embargo_der_tag {
	EMBARGO_DER_INTEGER = 0x02,
	EMBARGO_DER_OCTET_STRING = 0x04,
	EMBARGO_DER_OID = 0x06,
	EMBARGO_DER_UTF8 = 0x0c,
	EMBARGO_DER_PRINTABLE = 0x13,
	EMBARGO_DER_T61 = 0x14,
	EMBARGO_DER_IA5 = 0x16,
	EMBARGO_DER_SEQUENCE = 0x30,
	EMBARGO_DER_SET = 0x31,
	EMBARGO_DER_KEY_ID = 0x80, /* [0] IMPLICIT OCTET STRING */
	EMBARGO_DER_CONTEXT_0 = 0xa0,
	EMBARGO_DER_CONTEXT_1 = 0xa1,
};

/* A stretch of bytes, by their offsets. */
struct embargo_span {
	__u32 at;
	__u32 end;
};

#define EMBARGO_DER_HEADER 6U /* tag, length of length, four bytes */

/*
 * The element at the start of @within: its contents go to @content, and @within is
 * moved past it. Returns the tag, or -1 if the element is not whole inside @within.
 * EMBARGO_DER_HEADER bytes must follow the last header in @bytes: whoever reads a
 * signature has its trailer behind it.
 */
EMBARGO_GLOBAL int embargo_der_next(const struct embargo_bytes *bytes, struct embargo_span *within,
				    struct embargo_span *content)
{
	__u8 raw[EMBARGO_DER_HEADER];
	__u32 at, end, length, size;

	if (!bytes || !within || !content)
		return -1;
	at = within->at;
	end = within->end;
	if (at >= end || embargo_bytes_read(bytes, at, raw, sizeof(raw)))
		return -1;
	if ((raw[0] & 0x1f) == 0x1f)
		return -1;
	if (raw[1] < 0x80) {
		length = raw[1];
		size = 2;
	} else {
		size = raw[1] & 0x7f;
		if (!size || size > 4)
			return -1;
		length = (__u32)raw[2] << 24 | raw[3] << 16 | raw[4] << 8 | raw[5];
		length >>= (4 - size) * 8;
		size += 2;
	}
	if (end - at < size || end - at - size < length)
		return -1;
	content->at = at + size;
	content->end = at + size + length;
	within->at = at + size + length;
	return raw[0];
}

/* The same, but it must be a @tag: 0, or -1. */
static __always_inline int embargo_der_expect(const struct embargo_bytes *bytes, struct embargo_span *within,
					      struct embargo_span *content, int tag)
{
	return embargo_der_next(bytes, within, content) == tag ? 0 : -1;
}

#endif
