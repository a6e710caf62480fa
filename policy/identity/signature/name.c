// SPDX-License-Identifier: GPL-2.0-or-later
/* Names and numbers of certificates as the text that signer rules are written in. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/asn1.h>

#include "policy/names.h"
#include "policy/identity/base/parts.h"
#include "policy/identity/signature/signature.h"

/* The content bytes of a DER element, without its header. */
static const unsigned char *der_content(const unsigned char *der, long size, size_t *ret_size)
{
	const unsigned char *at = der;
	long length;
	int tag, class;

	if (ASN1_get_object(&at, &length, &tag, &class, size) & 0x80)
		return NULL;
	*ret_size = length;
	return at;
}

static int dn_copy(struct embargo_dn *dn, const __u8 **ret_at, const void *bytes, size_t size)
{
	if (size > sizeof(dn->bytes) - dn->used)
		return -E2BIG;
	memcpy(dn->bytes + dn->used, bytes, size);
	*ret_at = dn->bytes + dn->used;
	dn->used += size;
	return 0;
}

static int dn_add(struct embargo_dn *dn, const X509_NAME_ENTRY *entry)
{
	const ASN1_OBJECT *oid = X509_NAME_ENTRY_get_object(entry);
	const ASN1_STRING *value = X509_NAME_ENTRY_get_data(entry);
	struct embargo_attribute *attribute = &dn->attributes[dn->count];
	const unsigned char *content;
	unsigned char *der = NULL;
	int size, r;

	if (dn->count == EMBARGO_DN_ATTRIBUTES)
		return -E2BIG;
	attribute->oid_size = OBJ_length(oid);
	attribute->tag = ASN1_STRING_type(value);
	r = dn_copy(dn, &attribute->oid, OBJ_get0_data(oid), attribute->oid_size);
	if (r)
		return r;
	/* Not ASN1_STRING's own bytes: a BIT STRING's content begins with a count that they lack. */
	size = i2d_ASN1_PRINTABLE(value, &der);
	if (size < 0)
		return -EBADMSG;
	content = der_content(der, size, &attribute->value_size);
	r = content ? dn_copy(dn, &attribute->value, content, attribute->value_size) : -EBADMSG;
	OPENSSL_free(der);
	if (!r)
		dn->count++;
	return r;
}

int embargo_name_text(const X509_NAME *name, char **ret_text)
{
	_cleanup_free_ struct embargo_dn *dn = calloc(1, sizeof(*dn));
	_cleanup_free_ char *text = NULL;
	int i, r = 0, count = X509_NAME_entry_count(name);
	size_t size;
	FILE *out;

	if (!dn)
		return -ENOMEM;
	for (i = 0; i < count && !r; i++) {
		const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, i);

		r = dn_add(dn, entry);
		if (!r && i + 1 < count)
			dn->joined[i] = X509_NAME_ENTRY_set(entry) ==
					X509_NAME_ENTRY_set(X509_NAME_get_entry(name, i + 1));
	}
	if (r)
		return r;
	out = open_memstream(&text, &size);
	if (!out)
		return -errno;
	r = embargo_dn_format(dn, out);
	if (fclose(out))
		r = r ?: -ENOMEM;
	if (!r)
		*ret_text = TAKE_PTR(text);
	return r;
}

char *embargo_common_name(const X509_NAME *name)
{
	int at = -1, last = -1, size;
	unsigned char *utf8 = NULL;
	char *text;

	while ((at = X509_NAME_get_index_by_NID(name, NID_commonName, at)) >= 0)
		last = at;
	if (last < 0)
		return NULL;
	size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last)));
	if (size < 0)
		return NULL;
	text = strndup((const char *)utf8, size);
	OPENSSL_free(utf8);
	return text;
}

int embargo_serial_text(const ASN1_INTEGER *serial, char **ret_text)
{
	unsigned char *der = NULL;
	const unsigned char *content;
	char *text = NULL;
	size_t used;
	int size = i2d_ASN1_INTEGER(serial, &der);

	if (size < 0)
		return -EBADMSG;
	content = der_content(der, size, &used);
	if (content) {
		if (used > 1 && !content[0] && content[1] >= 0x80) {
			content++;
			used--;
		}
		text = embargo_hex(content, used);
	}
	OPENSSL_free(der);
	if (!text)
		return content ? -ENOMEM : -EBADMSG;
	*ret_text = text;
	return 0;
}

char *embargo_octets_text(const ASN1_OCTET_STRING *octets)
{
	return embargo_hex(ASN1_STRING_get0_data(octets), ASN1_STRING_length(octets));
}

char *embargo_time_text(const ASN1_TIME *time)
{
	char text[40];
	struct tm tm;

	if (!time || !ASN1_TIME_to_tm(time, &tm) || !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm))
		return NULL;
	return strdup(text);
}
