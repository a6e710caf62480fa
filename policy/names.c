// SPDX-License-Identifier: GPL-2.0-or-later
/* Names -> the 64-bit numbers that the image is searched for; bpf/ computes the same. */
#include <stdbool.h>

#include "policy/names.h"

/* Tags of X.680 */
#define TAG_UTF8_STRING 12
#define TAG_PRINTABLE_STRING 19
#define TAG_T61_STRING 20
#define TAG_IA5_STRING 22

static __u64 name_bytes(__u64 hash, const __u8 *bytes, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		hash = embargo_fnv_byte(hash, bytes[i]);
	return hash;
}

__u64 embargo_name_string(enum embargo_string domain, const void *bytes, size_t size)
{
	return embargo_fnv_end(name_bytes(embargo_fnv_byte(EMBARGO_FNV_START, domain), bytes, size));
}

__u64 embargo_name_key_id(const __u8 *bytes, size_t size)
{
	return embargo_name_string(EMBARGO_STRING_KEY_ID, bytes, size);
}

__u64 embargo_name_subject(const __u8 *oid, size_t oid_size, const void *value, size_t size)
{
	__u64 hash = embargo_fnv_byte(EMBARGO_FNV_START, EMBARGO_STRING_SUBJECT);

	hash = embargo_fnv_byte(hash, oid_size);
	return embargo_fnv_end(name_bytes(name_bytes(hash, oid, oid_size), value, size));
}

/* Certificate authorities change between these types when they renew; the bytes stay. */
__u8 embargo_name_class(__u8 tag)
{
	switch (tag) {
	case TAG_UTF8_STRING:
	case TAG_PRINTABLE_STRING:
	case TAG_T61_STRING:
	case TAG_IA5_STRING:
		return 0;
	default:
		return tag;
	}
}

__u64 embargo_name_issuer_serial(const struct embargo_attribute *attributes, size_t count, const __u8 *serial,
				 size_t serial_size)
{
	__u64 hash = embargo_fnv_byte(EMBARGO_FNV_START, EMBARGO_STRING_ISSUER_SERIAL);
	size_t i;

	for (i = 0; i < count; i++) {
		hash = embargo_fnv_byte(hash, attributes[i].oid_size);
		hash = name_bytes(hash, attributes[i].oid, attributes[i].oid_size);
		hash = embargo_fnv_byte(hash, embargo_name_class(attributes[i].tag));
		hash = embargo_fnv_byte(hash, attributes[i].value_size);
		hash = embargo_fnv_byte(hash, attributes[i].value_size >> 8);
		hash = name_bytes(hash, attributes[i].value, attributes[i].value_size);
	}
	hash = embargo_fnv_byte(hash, 0xff);
	if (serial_size > 1 && !serial[0] && serial[1] >= 0x80) {
		serial++;
		serial_size--;
	}
	return embargo_fnv_end(name_bytes(hash, serial, serial_size));
}
