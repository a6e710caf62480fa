// SPDX-License-Identifier: GPL-2.0-or-later
/* Which format a file has, by what is in it. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "policy/identity/base/content.h"
#include "policy/import/private.h"

static const char *const names[EMBARGO_IMPORT_FORMATS] = {
	[EMBARGO_IMPORT_AUTO] = "auto",		  [EMBARGO_IMPORT_CSV] = "csv",
	[EMBARGO_IMPORT_STIX] = "stix",		  [EMBARGO_IMPORT_MISP] = "misp",
	[EMBARGO_IMPORT_CLAMAV] = "clamav",	  [EMBARGO_IMPORT_LOLDRIVERS] = "loldrivers",
	[EMBARGO_IMPORT_SANTA] = "santa",	  [EMBARGO_IMPORT_APPCONTROL] = "appcontrol",
	[EMBARGO_IMPORT_SHA256SUM] = "sha256sum", [EMBARGO_IMPORT_PACKAGE] = "package",
	[EMBARGO_IMPORT_SBOM] = "sbom",
};

const char *embargo_import_format_name(enum embargo_import_format format)
{
	return format < EMBARGO_IMPORT_FORMATS ? names[format] : NULL;
}

int embargo_import_format_number(const char *name, enum embargo_import_format *ret_format)
{
	int i;

	for (i = 0; i < EMBARGO_IMPORT_FORMATS; i++) {
		if (!strcmp(names[i], name)) {
			*ret_format = i;
			return 0;
		}
	}
	return -EINVAL;
}

static bool begins(const unsigned char *start, size_t size, const char *magic, size_t magic_size)
{
	return size >= magic_size && !memcmp(start, magic, magic_size);
}

#define BEGINS(start, size, magic) begins(start, size, magic, sizeof(magic) - 1)

bool embargo_import_is_package(const unsigned char *start, size_t size)
{
	return BEGINS(start, size, "!<arch>\n") || BEGINS(start, size, "\xed\xab\xee\xdb") ||
	       BEGINS(start, size, "PK\3\4") || BEGINS(start, size, "PK\5\6") || BEGINS(start, size, "#!");
}

/* Is there `"key":` in this JSON text? */
static bool has_key(const char *text, size_t size, const char *key)
{
	const char *at = text, *end = text + size;
	char quoted[48];
	int length = snprintf(quoted, sizeof(quoted), "\"%s\"", key);

	while ((at = memmem(at, end - at, quoted, length))) {
		at += length;
		while (at < end && isspace((unsigned char)*at))
			at++;
		if (at < end && *at == ':')
			return true;
	}
	return false;
}

static enum embargo_import_format detect_json(const char *text, size_t size)
{
	if (has_key(text, size, "KnownVulnerableSamples"))
		return EMBARGO_IMPORT_LOLDRIVERS;
	if (has_key(text, size, "bomFormat") || has_key(text, size, "spdxVersion"))
		return EMBARGO_IMPORT_SBOM;
	if (has_key(text, size, "simple_hash_value") || has_key(text, size, "observable_composition") ||
	    (has_key(text, size, "observables") && has_key(text, size, "properties")) ||
	    has_key(text, size, "spec_version") || has_key(text, size, "objects"))
		return EMBARGO_IMPORT_STIX;
	if (has_key(text, size, "Event") || has_key(text, size, "Attribute"))
		return EMBARGO_IMPORT_MISP;
	if (has_key(text, size, "rule_type") || has_key(text, size, "rules"))
		return EMBARGO_IMPORT_SANTA;
	return EMBARGO_IMPORT_AUTO;
}

static enum embargo_import_format detect_xml(const char *text, size_t size)
{
	if (memmem(text, size, "STIX_Package", 12))
		return EMBARGO_IMPORT_STIX;
	if (memmem(text, size, "<SiPolicy", 9))
		return EMBARGO_IMPORT_APPCONTROL;
	if (memmem(text, size, "<plist", 6))
		return EMBARGO_IMPORT_SANTA;
	return EMBARGO_IMPORT_AUTO;
}

/* Does a later line begin with a hash, and is the first no header of columns? Then prose is before it. */
static bool prose_before_hashes(const char *text, const char *end)
{
	const char *eol = memchr(text, '\n', end - text);
	size_t digits;

	eol = eol ?: end;
	if (memchr(text, ',', eol - text) || memchr(text, ';', eol - text) || memchr(text, '\t', eol - text))
		return false;
	while (eol < end) {
		text = eol + 1;
		eol = memchr(text, '\n', end - text);
		eol = eol ?: end;
		for (digits = 0; text + digits < eol && isxdigit((unsigned char)text[digits]);)
			digits++;
		if (digits == 64 && (text + digits == eol || strchr(" \r", text[digits])))
			return true;
	}
	return false;
}

/* Is the line one word, and one that names a column? */
static bool is_column(const char *text, const char *eol)
{
	char word[32];

	snprintf(word, sizeof(word), "%.*s", (int)(eol - text < 31 ? eol - text : 31), text);
	embargo_import_squeeze(word, word, sizeof(word));
	if (strlen(word) > 14) /* a sentence */
		return false;
	return strstr(word, "sha256") || strstr(word, "hash") || !strcmp(word, "indicator") ||
	       !strcmp(word, "value") || !strcmp(word, "ioc") || !strcmp(word, "digest") ||
	       !strcmp(word, "checksum");
}

/* Of ClamAV's .crb: NAME;TRUSTED;SUBJECT;SERIAL;KEY;EXPONENT;… with 0 or 1, a SHA-1, and hex. */
static bool is_certificate(const char *text, const char *eol)
{
	const char *field = text, *next;
	int number, digits;

	for (number = 0; number < 6; number++, field = next + 1) {
		next = memchr(field, ';', eol - field);
		if (!next)
			return false;
		for (digits = 0; field + digits < next && isxdigit((unsigned char)field[digits]);)
			digits++;
		if ((number == 1 && (digits != 1 || next - field != 1)) || (number == 2 && digits != 40) ||
		    (number > 2 && digits != next - field))
			return false;
	}
	return true;
}

/* By the first line that is not a comment; the header of CSV may be a comment. */
static enum embargo_import_format detect_lines(const char *text, size_t size)
{
	const char *end = text + size, *eol;
	size_t digits;

	for (; text < end; text = eol + 1) {
		eol = memchr(text, '\n', end - text);
		eol = eol ?: end;
		while (text < eol && isspace((unsigned char)*text))
			text++;
		if (text == eol || *text == '#')
			continue;
		text += *text == '\\';
		for (digits = 0; text + digits < eol && isxdigit((unsigned char)text[digits]);)
			digits++;
		if (digits >= 32 && text + digits < eol && text[digits] == ':')
			return EMBARGO_IMPORT_CLAMAV;
		if (digits >= 32 && (text + digits == eol || strchr(" \r", text[digits])))
			return EMBARGO_IMPORT_SHA256SUM;
		if (eol - text > 8 && memmem(text, eol - text, ") = ", 4) && memchr(text, '(', 10))
			return EMBARGO_IMPORT_SHA256SUM;
		if (is_certificate(text, eol))
			return EMBARGO_IMPORT_AUTO;
		if (!is_column(text, eol) && prose_before_hashes(text, end))
			return EMBARGO_IMPORT_SHA256SUM;
		break;
	}
	return EMBARGO_IMPORT_CSV;
}

static int unknown(struct embargo_import *import, const char *what)
{
	import->line = 0;
	return embargo_import_fail(import, -EINVAL, "%s", what);
}

int embargo_import_detect(struct embargo_feed *feed, enum embargo_import_format *ret_format)
{
	enum embargo_import_format format;
	const char *text, *closed;
	size_t size;
	int r;

	r = embargo_feed_fill(feed);
	if (r < 0)
		return r;
	text = (const char *)feed->at;
	size = feed->end - feed->at;
	if (!size)
		return unknown(feed->import, "the file is empty");
	if (embargo_content_is_archive(feed->at, size)) {
		*ret_format = EMBARGO_IMPORT_PACKAGE;
		return 0;
	}
	if (BEGINS(feed->at, size,
		   "\x7f"
		   "ELF") ||
	    BEGINS(feed->at, size, "MZ"))
		return unknown(feed->import, "is a program; `embargo id --rule FILE' writes its rule");
	if (BEGINS(feed->at, size, "bplist"))
		return unknown(feed->import, "is a binary plist; `plutil -convert xml1' makes it text");
	if (BEGINS(feed->at, size, "ClamAV-VDB:"))
		return unknown(feed->import, "is a whole database; `sigtool --unpack' gives its .hsb");
	if (BEGINS(feed->at, size, "\xff\xfe<") || BEGINS(feed->at, size, "\xfe\xff\0<")) {
		*ret_format = EMBARGO_IMPORT_APPCONTROL; /* UTF-16, as Windows writes it */
		return 0;
	}
	closed = embargo_content_closed(feed->at, size);
	if (closed) {
		feed->import->line = 0;
		return embargo_import_fail(feed->import, -EINVAL,
					   "is %s, which is not opened: unpack it, and give what is in it",
					   closed);
	}
	if (memchr(text, 0, size))
		return unknown(feed->import, "is no feed that is known; --format FORMAT says what it is");
	while (size && isspace((unsigned char)*text)) {
		text++;
		size--;
	}
	if (memmem(text, size, "[[rules]]", 9) && memmem(text, size, "rule_type", 9))
		format = EMBARGO_IMPORT_SANTA; /* TOML */
	else if (size && (*text == '{' || *text == '['))
		format = detect_json(text, size);
	else if (size && *text == '<')
		format = detect_xml(text, size);
	else if ((format = detect_lines(text, size)) == EMBARGO_IMPORT_AUTO)
		return unknown(feed->import,
			       "is ClamAV's list of certificates (.crb): it names signers by the "
			       "SHA-1 of their names, and no rule matches by that");
	if (format == EMBARGO_IMPORT_STIX && *text == '<')
		return unknown(feed->import, "is STIX 1 in XML: `stix2-elevator' makes it STIX 2, and "
					     "python-stix its JSON");
	if (format == EMBARGO_IMPORT_AUTO)
		return unknown(feed->import, "is no feed that is known; --format FORMAT says what it is");
	*ret_format = format;
	return 0;
}
