/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The numbers under which the image knows signers, key ids, paths and modinfo (bpf/image.h). */
#ifndef EMBARGO_POLICY_NAMES_H
#define EMBARGO_POLICY_NAMES_H

#include <stdbool.h>
#include <stdio.h>

#include "bpf/image.h"

/* One attribute of a distinguished name, as DER has it. */
struct embargo_attribute {
	const __u8 *oid; /* content bytes */
	size_t oid_size;
	const __u8 *value; /* content bytes */
	size_t value_size;
	__u8 tag; /* universal tag number of the value */
};

/* names.c: all return what embargo_fnv_end() gives */

/* Any bytes with a domain in front: paths, modinfo. */
__u64 embargo_name_string(enum embargo_string domain, const void *bytes, size_t size);
__u64 embargo_name_key_id(const __u8 *bytes, size_t size);
/* One attribute of a subject, whatever kind of text holds it. */
__u64 embargo_name_subject(const __u8 *oid, size_t oid_size, const void *value, size_t size);
/*
 * @attributes in DER order. PrintableString, UTF8String, IA5String and T61String
 * of the same bytes are the same name. @serial: content bytes of the INTEGER.
 */
__u64 embargo_name_issuer_serial(const struct embargo_attribute *attributes, size_t count, const __u8 *serial,
				 size_t serial_size);

__u8 embargo_name_class(__u8 tag); /* 0: text, whatever kind of string holds it; else @tag */

/* attribute.c: attribute names <-> OIDs */

#define EMBARGO_OID_MAX 64 /* content bytes */

/* `o`, `organizationName`, `2.5.4.10` -> content bytes of the OID. -ENOENT: nobody knows it. */
int embargo_attribute_oid(const char *name, __u8 ret_oid[EMBARGO_OID_MAX], size_t *ret_size);
/* The one spelling that rules are kept in: a short name, or dotted. */
#define EMBARGO_ATTRIBUTE_NAME_MAX 128
int embargo_attribute_name(const __u8 *oid, size_t size, char ret_name[EMBARGO_ATTRIBUTE_NAME_MAX]);

/* dn.c: RFC 4514 text, the most specific attribute first: the reverse of DER */

#define EMBARGO_DN_ATTRIBUTES 64

struct embargo_dn {
	struct embargo_attribute attributes[EMBARGO_DN_ATTRIBUTES]; /* in DER order, pointing into .bytes */
	bool joined[EMBARGO_DN_ATTRIBUTES];			    /* in one RDN with the next */
	size_t count;
	size_t used;
	__u8 bytes[8192];
};

/* -EINVAL: *@ret_problem says what is wrong at byte *@ret_offset of @text. */
int embargo_dn_parse(const char *text, size_t size, struct embargo_dn *ret_dn, const char **ret_problem,
		     size_t *ret_offset);
/* The first attribute of @dn that is called @name ("CN"), and is text that is not empty; NULL: there is none.
 */
const struct embargo_attribute *embargo_dn_attribute(const struct embargo_dn *dn, const char *name);
/* The same name in RFC 4514 text that embargo_dn_parse() reads back. */
int embargo_dn_format(const struct embargo_dn *dn, FILE *out);

#endif
