// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Distinguished names in text, RFC 4514 and what RFC 2253 and tools write:
 * CN=…,O=… with the most specific attribute first, the reverse of DER.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "policy/names.h"
#include "policy/policy.h"
#include "policy/text.h"

#define TAG_UTF8_STRING 12

struct dn_reader {
	const char *text;
	size_t size;
	size_t at;
	const char *problem;
	struct embargo_dn *dn;
};

static int fail(struct dn_reader *reader, const char *problem)
{
	reader->problem = problem;
	return -EINVAL;
}

/* The next character, 0 at the end. */
static char peek(const struct dn_reader *reader)
{
	return reader->at < reader->size ? reader->text[reader->at] : 0;
}

static void skip_spaces(struct dn_reader *reader)
{
	while (peek(reader) == ' ')
		reader->at++;
}

static int put(struct dn_reader *reader, __u8 byte)
{
	struct embargo_dn *dn = reader->dn;

	if (dn->used == sizeof(dn->bytes))
		return fail(reader, "name is too long");
	dn->bytes[dn->used++] = byte;
	return 0;
}

/* Two hexadecimal digits -> a byte, or -1. */
static int hex_byte(struct dn_reader *reader)
{
	int high = embargo_hex_digit(peek(reader)), low;

	if (high < 0 || reader->at + 1 >= reader->size)
		return -1;
	low = embargo_hex_digit(reader->text[reader->at + 1]);
	if (low < 0)
		return -1;
	reader->at += 2;
	return high << 4 | low;
}

static int read_type(struct dn_reader *reader, struct embargo_attribute *attribute)
{
	char name[EMBARGO_ATTRIBUTE_NAME_MAX];
	__u8 oid[EMBARGO_OID_MAX];
	size_t size = 0, start;
	char c;

	skip_spaces(reader);
	start = reader->at;
	while ((c = peek(reader)) && (isalnum((unsigned char)c) || c == '.' || c == '-')) {
		if (size + 1 == sizeof(name))
			return fail(reader, "attribute name is too long");
		name[size++] = c;
		reader->at++;
	}
	name[size] = 0;
	skip_spaces(reader);
	if (!size || peek(reader) != '=')
		return fail(reader, "ATTRIBUTE=value is expected");
	if (embargo_attribute_oid(name, oid, &attribute->oid_size) < 0) {
		reader->at = start;
		return fail(reader, "unknown attribute (an OID in dots is always known)");
	}
	reader->at++;
	attribute->oid = reader->dn->bytes + reader->dn->used;
	for (size = 0; size < attribute->oid_size; size++)
		if (put(reader, oid[size]) < 0)
			return -EINVAL;
	return 0;
}

/* After the `#`: the DER of the value in hexadecimal. */
static int read_der(struct dn_reader *reader, struct embargo_attribute *attribute)
{
	__u8 *der = reader->dn->bytes + reader->dn->used;
	size_t size, start = 2, length, i;
	int byte;

	while (isxdigit((unsigned char)peek(reader))) {
		byte = hex_byte(reader);
		if (byte < 0)
			return fail(reader, "odd number of hexadecimal digits");
		if (put(reader, byte) < 0)
			return -EINVAL;
	}
	size = reader->dn->bytes + reader->dn->used - der;
	if (size < 2 || (der[0] & 0x1f) == 0x1f)
		return fail(reader, "# is not followed by DER");
	length = der[1];
	if (length & 0x80) {
		start += length & 0x7f;
		if (start == 2 || start > 4 || start > size)
			return fail(reader, "# is not followed by DER");
		for (length = 0, i = 2; i < start; i++)
			length = length << 8 | der[i];
	}
	if (length != size - start)
		return fail(reader, "# is not followed by DER of that length");
	attribute->tag = der[0];
	attribute->value = der + start;
	attribute->value_size = length;
	return 0;
}

static int read_escape(struct dn_reader *reader)
{
	int byte = hex_byte(reader);

	if (byte >= 0)
		return put(reader, byte);
	if (!peek(reader) || !strchr(" \"#+,;<=>\\", peek(reader)))
		return fail(reader, "unknown escape");
	return put(reader, reader->text[reader->at++]);
}

/* Ends at a separator; spaces around it are no part of it unless escaped or quoted. */
static int read_string(struct dn_reader *reader, struct embargo_attribute *attribute)
{
	struct embargo_dn *dn = reader->dn;
	size_t start = dn->used, kept = start;
	bool quoted = peek(reader) == '"';
	char c;
	int r;

	reader->at += quoted;
	while ((c = peek(reader)) && (quoted ? c != '"' : !strchr(",;+", c))) {
		reader->at++;
		if (c == '"')
			return fail(reader, "quote within a value: write \\\" (in a policy: \\\\\\\")");
		r = c == '\\' ? read_escape(reader) : put(reader, c);
		if (r < 0)
			return r;
		if (quoted || c != ' ')
			kept = dn->used;
	}
	if (quoted && reader->at++ >= reader->size)
		return fail(reader, "value without a closing quote");
	dn->used = kept;
	attribute->tag = TAG_UTF8_STRING;
	attribute->value = dn->bytes + start;
	attribute->value_size = kept - start;
	if (quoted)
		skip_spaces(reader);
	return 0;
}

static int read_attribute(struct dn_reader *reader, struct embargo_attribute *attribute)
{
	int r;

	r = read_type(reader, attribute);
	if (r < 0)
		return r;
	skip_spaces(reader);
	if (peek(reader) != '#')
		return read_string(reader, attribute);
	reader->at++;
	r = read_der(reader, attribute);
	skip_spaces(reader);
	return r;
}

static void reverse(struct embargo_dn *dn)
{
	struct embargo_attribute attribute;
	bool joined[EMBARGO_DN_ATTRIBUTES] = {};
	size_t i;

	for (i = 0; i < dn->count / 2; i++) {
		attribute = dn->attributes[i];
		dn->attributes[i] = dn->attributes[dn->count - 1 - i];
		dn->attributes[dn->count - 1 - i] = attribute;
	}
	for (i = 0; i + 1 < dn->count; i++)
		joined[dn->count - 2 - i] = dn->joined[i];
	memcpy(dn->joined, joined, sizeof(joined));
}

int embargo_dn_parse(const char *text, size_t size, struct embargo_dn *ret_dn, const char **ret_problem,
		     size_t *ret_offset)
{
	struct dn_reader reader = {.text = text, .size = size, .dn = ret_dn};
	int r = 0;
	char c;

	ret_dn->count = 0;
	ret_dn->used = 0;
	do {
		if (ret_dn->count == EMBARGO_DN_ATTRIBUTES) {
			r = fail(&reader, "too many attributes");
			break;
		}
		r = read_attribute(&reader, &ret_dn->attributes[ret_dn->count]);
		c = peek(&reader);
		if (r == 0 && reader.at < reader.size && c != ',' && c != ';' && c != '+')
			r = fail(&reader, "a comma is expected");
		ret_dn->joined[ret_dn->count++] = c == '+';
	} while (r == 0 && reader.at++ < reader.size);
	if (r < 0) {
		*ret_problem = reader.problem;
		*ret_offset = reader.at;
		return r;
	}
	reverse(ret_dn);
	return 0;
}

const struct embargo_attribute *embargo_dn_attribute(const struct embargo_dn *dn, const char *name)
{
	char own[EMBARGO_ATTRIBUTE_NAME_MAX];
	size_t i;

	for (i = 0; i < dn->count; i++) {
		const struct embargo_attribute *attribute = &dn->attributes[i];

		if (!embargo_name_class(attribute->tag) && attribute->value_size &&
		    !embargo_attribute_name(attribute->oid, attribute->oid_size, own) && !strcmp(own, name))
			return attribute;
	}
	return NULL;
}
