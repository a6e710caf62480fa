// SPDX-License-Identifier: GPL-2.0-or-later
/* Answers of a worker, written and read. */
#include <errno.h>
#include <string.h>

#include "userspace/scan/reply.h"

/* As it stands in the message, then the texts. */
struct record {
	__u32 size; /* of all, a multiple of 8 */
	__u32 job;
	__u32 rule;
	__u32 format;
	__u32 hashed;
	__u8 type, verdict, cause, flags;
	__u64 hashed_bytes;
	__u64 file_size;
	__u8 sha256[EMBARGO_SHA256_SIZE];
	__u16 texts[EMBARGO_SCAN_TEXTS]; /* bytes of each with its NUL, 0: none */
	__u8 kernel;
	__u8 spare;
};

_Static_assert(sizeof(struct record) == 88, "without gaps");

#define FLAG_PENDING 1
#define FLAG_AGAIN 2
#define FLAGS (FLAG_PENDING | FLAG_AGAIN)

static const __u16 text_max[EMBARGO_SCAN_TEXTS] = {
	[EMBARGO_SCAN_WHY] = 512,     [EMBARGO_SCAN_GROUND] = 256,	    [EMBARGO_SCAN_MEMBER_PATH] = 4608,
	[EMBARGO_SCAN_PACKAGE] = 512, [EMBARGO_SCAN_PACKAGE_VERSION] = 512, [EMBARGO_SCAN_VENDOR] = 512,
	[EMBARGO_SCAN_SIGNER] = 1024,
};

int embargo_scan_reply_put(struct embargo_scan_replies *replies, const struct embargo_scan_reply *reply)
{
	__u8 *to = replies->bytes + replies->used;
	struct record record = {
		.job = reply->job,
		.rule = reply->rule,
		.format = reply->format,
		.hashed = reply->hashed,
		.type = reply->type,
		.verdict = reply->verdict,
		.kernel = reply->kernel,
		.cause = reply->cause,
		.flags = (reply->pending ? FLAG_PENDING : 0) | (reply->again ? FLAG_AGAIN : 0),
		.hashed_bytes = reply->hashed_bytes,
		.file_size = reply->digests.size,
	};
	size_t size = sizeof(record), i;

	memcpy(record.sha256, reply->digests.sha256, sizeof(record.sha256));
	for (i = 0; i < EMBARGO_SCAN_TEXTS; i++) {
		record.texts[i] = reply->texts[i] ? strnlen(reply->texts[i], text_max[i] - 1) + 1 : 0;
		size += record.texts[i];
	}
	size = (size + 7) & ~(size_t)7;
	if (size > sizeof(replies->bytes) - replies->used)
		return -ENOBUFS;
	record.size = size;
	memset(to, 0, size);
	memcpy(to, &record, sizeof(record));
	to += sizeof(record);
	for (i = 0; i < EMBARGO_SCAN_TEXTS; i++) {
		if (record.texts[i])
			memcpy(to, reply->texts[i], record.texts[i] - 1);
		to += record.texts[i];
	}
	replies->used += size;
	return 0;
}

/* Each ends with its NUL and holds no other; together they fill the record. */
static int texts_read(const struct record *record, const __u8 *from, const __u8 *end,
		      struct embargo_scan_reply *reply)
{
	size_t i, size;

	for (i = 0; i < EMBARGO_SCAN_TEXTS; i++) {
		size = record->texts[i];
		reply->texts[i] = NULL;
		if (!size)
			continue;
		if (size > text_max[i] || size > (size_t)(end - from) ||
		    memchr(from, 0, size) != from + size - 1)
			return -EBADMSG;
		reply->texts[i] = (const char *)from;
		from += size;
	}
	return end - from < 8 ? 0 : -EBADMSG;
}

static int record_good(const struct record *record, __u32 rules)
{
	return record->type < EMBARGO_SCAN_REPLY_MAX && record->verdict < EMBARGO_VERDICT_MAX &&
	       record->kernel < EMBARGO_VERDICT_MAX && record->cause < EMBARGO_CAUSE_MAX &&
	       !(record->flags & ~FLAGS) && !record->spare &&
	       !(record->format & ~(__u32)EMBARGO_FORMAT_ANY) &&
	       (record->rule < rules || record->rule == EMBARGO_NO_RULE);
}

int embargo_scan_reply_next(const __u8 **cursor, const __u8 *end, __u32 rules,
			    struct embargo_scan_reply *ret_reply)
{
	struct embargo_scan_reply reply = {0};
	struct record record;
	size_t left = end - *cursor;

	if (!left)
		return 0;
	if (left < sizeof(record))
		return -EBADMSG;
	memcpy(&record, *cursor, sizeof(record));
	if (record.size < sizeof(record) || record.size > left || record.size % 8 ||
	    !record_good(&record, rules))
		return -EBADMSG;
	if (texts_read(&record, *cursor + sizeof(record), *cursor + record.size, &reply))
		return -EBADMSG;
	reply.type = record.type;
	reply.verdict = record.verdict;
	reply.cause = record.cause;
	reply.kernel = record.kernel;
	reply.pending = record.flags & FLAG_PENDING;
	reply.again = record.flags & FLAG_AGAIN;
	reply.job = record.job;
	reply.rule = record.rule;
	reply.format = record.format;
	reply.hashed = record.hashed;
	reply.hashed_bytes = record.hashed_bytes;
	reply.digests.size = record.file_size;
	memcpy(reply.digests.sha256, record.sha256, sizeof(record.sha256));
	*cursor += record.size;
	*ret_reply = reply;
	return 1;
}
