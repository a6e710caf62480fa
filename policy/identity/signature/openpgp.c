// SPDX-License-Identifier: GPL-2.0-or-later
/* Who made an OpenPGP signature: the key id that its packet names. */
#include <errno.h>
#include <string.h>

#include "policy/identity/base/parts.h"
#include "policy/identity/signature/signature.h"

#define TAG_SIGNATURE 2
#define SUBPACKET_ISSUER 16
#define SUBPACKET_FINGERPRINT 33
#define KEY_ID_SIZE 8

struct span {
	const unsigned char *at;
	size_t size;
};

/* @count bytes off the front of @from, as a big-endian number. */
static int number_take(struct span *from, size_t count, size_t *ret_number)
{
	size_t number = 0;

	if (from->size < count)
		return -EBADMSG;
	for (; count; count--, from->at++, from->size--)
		number = number << 8 | *from->at;
	*ret_number = number;
	return 0;
}

static int span_take(struct span *from, size_t size, struct span *ret_span)
{
	if (from->size < size)
		return -EBADMSG;
	*ret_span = (struct span){from->at, size};
	from->at += size;
	from->size -= size;
	return 0;
}

/* One, two or five bytes, as bodies of packets and subpackets have; no partial lengths. */
static int length_take(struct span *from, size_t *ret_length)
{
	size_t first, second;

	if (number_take(from, 1, &first))
		return -EBADMSG;
	if (first == 255)
		return number_take(from, 4, ret_length);
	if (first < 192) {
		*ret_length = first;
		return 0;
	}
	if (first >= 224 || number_take(from, 1, &second))
		return -EBADMSG;
	*ret_length = ((first - 192) << 8) + second + 192;
	return 0;
}

static int packet_take(struct span *from, unsigned int *ret_tag, struct span *ret_body)
{
	size_t head, length;

	if (number_take(from, 1, &head) || !(head & 0x80))
		return -EBADMSG;
	if (head & 0x40) {
		*ret_tag = head & 0x3f;
		if (length_take(from, &length))
			return -EBADMSG;
	} else {
		*ret_tag = head >> 2 & 15;
		if ((head & 3) == 3) /* to the end */
			length = from->size;
		else if (number_take(from, 1U << (head & 3), &length))
			return -EBADMSG;
	}
	return span_take(from, length, ret_body);
}

static const unsigned char *issuer_of(struct span subpackets)
{
	const unsigned char *issuer = NULL;
	struct span body;
	size_t length;

	while (subpackets.size) {
		if (length_take(&subpackets, &length) || !length || span_take(&subpackets, length, &body))
			return issuer;
		if ((body.at[0] & 0x7f) == SUBPACKET_ISSUER && body.size == 1 + KEY_ID_SIZE)
			return body.at + 1;
		/* A version, then the fingerprint; version 4 ends with the key id, later ones begin with it.
		 */
		if ((body.at[0] & 0x7f) == SUBPACKET_FINGERPRINT && body.size >= 2 + 20)
			issuer = body.at[1] == 4 ? body.at + 2 + 12 : body.at + 2;
	}
	return issuer;
}

static const unsigned char *signer_of(struct span body)
{
	size_t version, wide, size;
	const unsigned char *issuer;
	struct span part;

	if (number_take(&body, 1, &version))
		return NULL;
	if (version == 3) /* 5, type, time, key id */
		return body.size >= 6 + KEY_ID_SIZE ? body.at + 6 : NULL;
	if (version < 4 || version > 6 || span_take(&body, 3, &part))
		return NULL;
	wide = version == 6 ? 4 : 2;
	if (number_take(&body, wide, &size) || span_take(&body, size, &part))
		return NULL;
	issuer = issuer_of(part);
	if (issuer || number_take(&body, wide, &size) || span_take(&body, size, &part))
		return issuer;
	return issuer_of(part);
}

int embargo_openpgp_key_id(const void *bytes, size_t size, char **ret_key_id)
{
	struct span from = {.at = bytes, .size = size}, body;
	const unsigned char *issuer;
	unsigned int tag;

	while (from.size) {
		if (packet_take(&from, &tag, &body))
			return -EBADMSG;
		issuer = tag == TAG_SIGNATURE ? signer_of(body) : NULL;
		if (issuer) {
			*ret_key_id = embargo_hex(issuer, KEY_ID_SIZE);
			return *ret_key_id ? 0 : -ENOMEM;
		}
	}
	return -ENOENT;
}
