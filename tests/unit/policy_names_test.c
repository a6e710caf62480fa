// SPDX-License-Identifier: GPL-2.0-or-later
/* Names in text against the same names in DER, as libcrypto makes and prints them. */
#include "tests/harness.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/x509.h>

#include "policy/names.h"

struct entry {
	const char *attribute;
	int type;
	const char *value;
	int size; /* 0: strlen */
	int set;  /* -1: in one RDN with the one before */
};

struct name {
	const char *what;
	struct entry entries[6];
};

static const struct name names[] = {
	{"plain",
	 {{"C", V_ASN1_PRINTABLESTRING, "RU", 0, 0}, {"CN", V_ASN1_UTF8STRING, "Kaspersky CA", 0, 0}}},
	{"escapes",
	 {{"O", V_ASN1_UTF8STRING, " a,b+c\"d\\e<f>g;h# ", 0, 0},
	  {"OU", V_ASN1_PRINTABLESTRING, "#x", 0, 0}}},
	{"not ASCII", {{"O", V_ASN1_UTF8STRING, "\xd0\x90\xd0\x9e \xc2\xab\xd0\x9b\xc2\xbb", 0, 0}}},
	{"joined",
	 {{"C", V_ASN1_PRINTABLESTRING, "RU", 0, 0},
	  {"O", V_ASN1_UTF8STRING, "a", 0, 0},
	  {"OU", V_ASN1_UTF8STRING, "b", 0, -1},
	  {"CN", V_ASN1_UTF8STRING, "c", 0, 0}}},
	{"extended validation",
	 {{"businessCategory", V_ASN1_UTF8STRING, "Private Organization", 0, 0},
	  {"jurisdictionC", V_ASN1_PRINTABLESTRING, "RU", 0, 0},
	  {"serialNumber", V_ASN1_PRINTABLESTRING, "1027739867473", 0, 0},
	  {"street", V_ASN1_UTF8STRING, "39A/3 Leningradskoe shosse", 0, 0},
	  {"O", V_ASN1_UTF8STRING, "AO Kaspersky Lab", 0, 0}}},
	{"IA5", {{"DC", V_ASN1_IA5STRING, "example", 0, 0}, {"emailAddress", V_ASN1_IA5STRING, "a@b", 0, 0}}},
	{"unknown OID", {{"1.2.3.4.5", V_ASN1_UTF8STRING, "x", 0, 0}}},
	{"empty value", {{"CN", V_ASN1_UTF8STRING, "", 0, 0}, {"O", V_ASN1_UTF8STRING, "x", 0, 0}}},
	{"control characters", {{"CN", V_ASN1_UTF8STRING, "a\nb\x7f", 0, 0}}},
};

static X509_NAME *make_name(const struct name *name)
{
	X509_NAME *x = X509_NAME_new();
	size_t i;

	for (i = 0; i < 6 && name->entries[i].attribute; i++) {
		const struct entry *e = &name->entries[i];
		ASN1_OBJECT *object = OBJ_txt2obj(e->attribute, 0);
		X509_NAME_ENTRY *entry = X509_NAME_ENTRY_create_by_OBJ(
			NULL, object, e->type, (const unsigned char *)e->value, (int)strlen(e->value));

		ASSERT_NOT_NULL(entry);
		ASSERT_EQ(1, X509_NAME_add_entry(x, entry, -1, e->set));
		X509_NAME_ENTRY_free(entry);
		ASN1_OBJECT_free(object);
	}
	return x;
}

static unsigned long long hash_of_der(X509_NAME *x, const unsigned char *serial, size_t serial_size)
{
	struct embargo_attribute attributes[8];
	int i, count = X509_NAME_entry_count(x);

	for (i = 0; i < count; i++) {
		X509_NAME_ENTRY *entry = X509_NAME_get_entry(x, i);
		ASN1_OBJECT *object = X509_NAME_ENTRY_get_object(entry);
		ASN1_STRING *string = X509_NAME_ENTRY_get_data(entry);

		attributes[i].oid = OBJ_get0_data(object);
		attributes[i].oid_size = OBJ_length(object);
		attributes[i].tag = ASN1_STRING_type(string);
		attributes[i].value = ASN1_STRING_get0_data(string);
		attributes[i].value_size = ASN1_STRING_length(string);
	}
	return embargo_name_issuer_serial(attributes, count, serial, serial_size);
}

static struct embargo_dn *parse(const char *text, size_t size)
{
	struct embargo_dn *dn = malloc(sizeof(*dn));
	const char *problem;
	size_t at;

	ASSERT_EQ(0, embargo_dn_parse(text, size, dn, &problem, &at))
	{
		TH_LOG("%.*s: %s at %zu", (int)size, text, problem, at);
	}
	return dn;
}

static void check_print(X509_NAME *x, unsigned long flags, const char *what)
{
	static const unsigned char serial[] = {0x12, 0x34};
	BIO *out = BIO_new(BIO_s_mem());
	char *text, *again;
	size_t again_size;
	struct embargo_dn *dn;
	FILE *stream;
	long size;

	X509_NAME_print_ex(out, x, 0, flags);
	size = BIO_get_mem_data(out, &text);
	dn = parse(text, size);
	EXPECT_EQ(hash_of_der(x, serial, 2), embargo_name_issuer_serial(dn->attributes, dn->count, serial, 2))
	{
		TH_LOG("%s: %.*s", what, (int)size, text);
	}
	stream = open_memstream(&again, &again_size);
	EXPECT_EQ(0, embargo_dn_format(dn, stream));
	fclose(stream);
	free(dn);
	dn = parse(again, again_size);
	EXPECT_EQ(hash_of_der(x, serial, 2), embargo_name_issuer_serial(dn->attributes, dn->count, serial, 2))
	{
		TH_LOG("%s, canonical: %s", what, again);
	}
	free(dn);
	free(again);
	BIO_free(out);
}

TEST(text_and_der_agree)
{
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		X509_NAME *x = make_name(&names[i]);

		check_print(x, XN_FLAG_RFC2253, names[i].what);
		check_print(x, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB, names[i].what);
		X509_NAME_free(x);
	}
}

TEST(string_types_do_not_matter)
{
	static const int types[] = {V_ASN1_UTF8STRING, V_ASN1_PRINTABLESTRING, V_ASN1_IA5STRING,
				    V_ASN1_T61STRING};
	struct name name = {"", {{"CN", 0, "abc", 0, 0}}};
	unsigned long long first = 0, hash;
	X509_NAME *x;
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		name.entries[0].type = types[i];
		x = make_name(&name);
		hash = hash_of_der(x, (const unsigned char *)"\x01", 1);
		first = i ? first : hash;
		EXPECT_EQ(first, hash);
		X509_NAME_free(x);
	}
	name.entries[0].type = V_ASN1_NUMERICSTRING;
	x = make_name(&name);
	EXPECT_NE(first, hash_of_der(x, (const unsigned char *)"\x01", 1));
	X509_NAME_free(x);
}

TEST(serials)
{
	EXPECT_EQ(embargo_name_issuer_serial(NULL, 0, (const __u8 *)"\x80", 1),
		  embargo_name_issuer_serial(NULL, 0, (const __u8 *)"\x00\x80", 2));
	EXPECT_NE(embargo_name_issuer_serial(NULL, 0, (const __u8 *)"\x7f", 1),
		  embargo_name_issuer_serial(NULL, 0, (const __u8 *)"\x00\x7f", 2));
	EXPECT_NE(embargo_name_issuer_serial(NULL, 0, (const __u8 *)"\x00", 1),
		  embargo_name_issuer_serial(NULL, 0, NULL, 0));
}

TEST(domains_do_not_mix)
{
	EXPECT_NE(embargo_name_key_id((const __u8 *)"a", 1),
		  embargo_name_string(EMBARGO_STRING_PATH_PREFIX, "a", 1));
	EXPECT_NE(embargo_name_string(EMBARGO_STRING_MODINFO, "a", 1),
		  embargo_name_string(EMBARGO_STRING_MODINFO_PREFIX, "a", 1));
}

TEST(attribute_names)
{
	static const struct {
		const char *name, *canonical;
	} table[] = {
		{"CN", "cn"},
		{"commonName", "cn"},
		{"2.5.4.3", "cn"},
		{"OID.2.5.4.3", "cn"},
		{"o", "o"},
		{"S", "st"},
		{"street", "street"},
		{"STREET", "street"},
		{"SERIALNUMBER", "serialNumber"},
		{"jurisdictionC", "jurisdictionC"},
		{"1.3.6.1.4.1.311.60.2.1.3", "jurisdictionC"},
		{"1.2.3.4.5", "1.2.3.4.5"},
		{"DC", "dc"},
		{"UID", "UID"},
	};
	char name[EMBARGO_ATTRIBUTE_NAME_MAX];
	__u8 oid[EMBARGO_OID_MAX];
	size_t i, size;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		ASSERT_EQ(0, embargo_attribute_oid(table[i].name, oid, &size))
		{
			TH_LOG("%s", table[i].name);
		}
		ASSERT_EQ(0, embargo_attribute_name(oid, size, name));
		EXPECT_STREQ(table[i].canonical, name);
	}
	EXPECT_EQ(-ENOENT, embargo_attribute_oid("", oid, &size));
	EXPECT_EQ(-ENOENT, embargo_attribute_oid("nonsense", oid, &size));
	EXPECT_EQ(-ENOENT, embargo_attribute_oid("1", oid, &size));
	EXPECT_EQ(-ENOENT, embargo_attribute_oid("9.9.9", oid, &size));
	EXPECT_EQ(-ENOENT, embargo_attribute_oid("1.2.x", oid, &size));
	EXPECT_EQ(-EINVAL, embargo_attribute_name((const __u8 *)"\x80", 1, name));
	EXPECT_EQ(-EINVAL, embargo_attribute_name(oid, 0, name));
}

TEST_HARNESS_MAIN
