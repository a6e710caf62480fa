// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of attributes of distinguished names, after libcrypto's table. */
#include <ctype.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <string.h>
#include <strings.h>

#include "policy/names.h"

/* Spellings in use that libcrypto does not know, and those whose case varies. */
static const struct {
	const char *name;
	const char *known;
} spellings[] = {
	{"cn", "CN"},
	{"o", "O"},
	{"ou", "OU"},
	{"c", "C"},
	{"st", "ST"},
	{"s", "ST"}, /* Windows */
	{"l", "L"},
	{"street", "street"},
	{"dc", "DC"},
	{"uid", "UID"},
	{"e", "emailAddress"},
	{"email", "emailAddress"},
	{"emailaddress", "emailAddress"},
	{"serialnumber", "serialNumber"},
	{"businesscategory", "businessCategory"},
	{"postalcode", "postalCode"},
	{"jurisdictionc", "jurisdictionC"},
	{"jurisdictionst", "jurisdictionST"},
	{"jurisdictionl", "jurisdictionL"},
	{"organizationidentifier", "organizationIdentifier"},
};

static int attribute_nid(const char *name)
{
	int nid;
	size_t i;

	nid = OBJ_sn2nid(name);
	if (nid == NID_undef)
		nid = OBJ_ln2nid(name);
	for (i = 0; nid == NID_undef && i < sizeof(spellings) / sizeof(spellings[0]); i++)
		if (!strcasecmp(name, spellings[i].name))
			nid = OBJ_sn2nid(spellings[i].known);
	return nid;
}

int embargo_attribute_oid(const char *name, __u8 ret_oid[EMBARGO_OID_MAX], size_t *ret_size)
{
	ASN1_OBJECT *object;
	size_t size;
	int nid, r = -ENOENT;

	if (!strncasecmp(name, "OID.", 4))
		name += 4;
	if (isdigit((unsigned char)name[0])) {
		ERR_set_mark();
		object = OBJ_txt2obj(name, 1);
		ERR_pop_to_mark();
	} else {
		nid = attribute_nid(name);
		object = nid == NID_undef ? NULL : OBJ_nid2obj(nid);
	}
	if (!object)
		return -ENOENT;
	size = OBJ_length(object);
	if (size && size <= EMBARGO_OID_MAX) {
		memcpy(ret_oid, OBJ_get0_data(object), size);
		*ret_size = size;
		r = 0;
	}
	ASN1_OBJECT_free(object); /* leaves those of libcrypto's table alone */
	return r;
}

/* `CN` is written cn, but serialNumber stays as it is. */
static void lower_short_name(char *name)
{
	char *c;

	for (c = name; *c; c++)
		if (!isupper((unsigned char)*c))
			return;
	for (c = name; *c; c++)
		*c = tolower((unsigned char)*c);
}

static ASN1_OBJECT *attribute_object(const __u8 *oid, size_t size)
{
	__u8 der[2 + EMBARGO_OID_MAX] = {V_ASN1_OBJECT, size};
	const unsigned char *p = der;
	ASN1_OBJECT *object;

	if (!size || size > EMBARGO_OID_MAX)
		return NULL;
	memcpy(der + 2, oid, size);
	ERR_set_mark();
	object = d2i_ASN1_OBJECT(NULL, &p, 2 + size);
	ERR_pop_to_mark();
	return object;
}

/* A few of libcrypto's names hold a space or a slash, or read back as another OID: no use here. */
static bool name_is_usable(const char *name, const __u8 *oid, size_t size)
{
	__u8 again[EMBARGO_OID_MAX];
	size_t again_size, i;

	for (i = 0; name[i]; i++)
		if (!isalnum((unsigned char)name[i]) && name[i] != '-')
			return false;
	return embargo_attribute_oid(name, again, &again_size) == 0 && again_size == size &&
	       !memcmp(again, oid, size);
}

int embargo_attribute_name(const __u8 *oid, size_t size, char ret_name[EMBARGO_ATTRIBUTE_NAME_MAX])
{
	ASN1_OBJECT *object = attribute_object(oid, size);
	char name[EMBARGO_ATTRIBUTE_NAME_MAX];
	int nid, length;

	if (!object)
		return -EINVAL;
	nid = OBJ_obj2nid(object);
	length = snprintf(name, sizeof(name), "%s", nid == NID_undef ? "" : OBJ_nid2sn(nid));
	lower_short_name(name);
	if (!name_is_usable(name, oid, size) && nid != NID_undef) /* UID, for uid is another */
		length = snprintf(name, sizeof(name), "%s", OBJ_nid2sn(nid));
	if (!name_is_usable(name, oid, size))
		length = OBJ_obj2txt(name, sizeof(name), object, 1);
	ASN1_OBJECT_free(object);
	if (length <= 0 || length >= (int)sizeof(name))
		return -EINVAL;
	strcpy(ret_name, name);
	return 0;
}
