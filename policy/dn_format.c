// SPDX-License-Identifier: GPL-2.0-or-later
/* Distinguished names -> RFC 4514 text. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "policy/names.h"
#include "policy/policy.h"
#include "policy/text.h"

static void put_hex(FILE *out, const __u8 *bytes, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		fprintf(out, "%02x", bytes[i]);
}

static void put_string(FILE *out, const char *text, size_t size)
{
	uint32_t character;
	size_t i, length;

	for (i = 0; i < size; i += length) {
		length = embargo_utf8_next(text + i, size - i, &character);
		if (!length || embargo_character_hides(character)) {
			length = 1;
			fprintf(out, "\\%02X", (unsigned char)text[i]);
		} else if (strchr("\"+,;<>\\", text[i]) || (text[i] == ' ' && (!i || i + 1 == size)) ||
			   (text[i] == '#' && !i)) {
			fprintf(out, "\\%c", text[i]);
		} else {
			fwrite(text + i, 1, length, out);
		}
	}
}

static void put_der(FILE *out, const struct embargo_attribute *attribute)
{
	fprintf(out, "#%02x", attribute->tag);
	if (attribute->value_size > 255)
		fprintf(out, "82%04zx", attribute->value_size);
	else if (attribute->value_size > 127)
		fprintf(out, "81%02zx", attribute->value_size);
	else
		fprintf(out, "%02zx", attribute->value_size);
	put_hex(out, attribute->value, attribute->value_size);
}

static int put_attribute(FILE *out, const struct embargo_attribute *attribute)
{
	char name[EMBARGO_ATTRIBUTE_NAME_MAX];
	size_t i;
	int r;

	r = embargo_attribute_name(attribute->oid, attribute->oid_size, name);
	if (r < 0)
		return r;
	/* Two-letter names are written large by everybody. */
	for (i = 0; name[i]; i++)
		if (!islower((unsigned char)name[i]))
			break;
	if (!name[i] && i <= 3)
		for (i = 0; name[i]; i++)
			name[i] = toupper((unsigned char)name[i]);
	fprintf(out, "%s=", name);
	if (embargo_name_class(attribute->tag))
		put_der(out, attribute);
	else
		put_string(out, (const char *)attribute->value, attribute->value_size);
	return 0;
}

int embargo_dn_format(const struct embargo_dn *dn, FILE *out)
{
	size_t i = dn->count;
	int r = 0;

	while (i-- > 0 && r == 0) {
		r = put_attribute(out, &dn->attributes[i]);
		if (i)
			fputc(dn->joined[i - 1] ? '+' : ',', out);
	}
	return r;
}
