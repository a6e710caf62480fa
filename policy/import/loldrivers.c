// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * LOLDrivers: hashes of vulnerable and malicious Windows drivers. The certificates
 * listed with them signed the vendor's sound drivers too: a rule for one would reach
 * further than the entry.
 */
#include <errno.h>
#include <string.h>

#include "policy/import/json.h"
#include "policy/names.h"

/* How a name in `C=US, O=Example, Inc., CN=Example CA' goes on: at the next `, ATTRIBUTE='. */
static size_t part_size(const char *text)
{
	char name[EMBARGO_ATTRIBUTE_NAME_MAX];
	__u8 oid[EMBARGO_OID_MAX];
	const char *comma = text;
	size_t size, oid_size;

	while ((comma = strstr(comma, ", "))) {
		comma += 2;
		size = strcspn(comma, "=, ");
		if (comma[size] != '=' || !size || size >= sizeof(name))
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)size, comma);
		if (!embargo_attribute_oid(name, oid, &oid_size))
			return comma - 2 - text;
	}
	return strlen(text);
}

static void write_part(FILE *out, const char *text, size_t size)
{
	size_t name = strcspn(text, "="), i;

	fprintf(out, "%.*s=", (int)name, text);
	for (i = name + 1; i < size; i++) {
		if (text[i] == '\\' && i + 1 < size)
			i++; /* some commas are escaped, most are not */
		if (strchr(",+\"\\<>;=", text[i]) || (text[i] == '#' && i == name + 1))
			fputc('\\', out);
		fputc(text[i], out);
	}
}

/* That text, general parts first and commas bare -> `issuer="CN=…,O=…"' */
static char *issuer_text(const char *text)
{
	const char *parts[EMBARGO_DN_ATTRIBUTES];
	size_t sizes[EMBARGO_DN_ATTRIBUTES], count = 0, size = 0;
	struct embargo_dn *dn = malloc(sizeof(*dn));
	_cleanup_free_ char *name = NULL;
	char *quoted = NULL;
	const char *problem;
	FILE *out = open_memstream(&name, &size);
	bool good = dn && out;

	while (good && *text && count < EMBARGO_DN_ATTRIBUTES) {
		parts[count] = text;
		sizes[count] = part_size(text);
		text += sizes[count++];
		text += strspn(text, ", ");
	}
	good = good && count && !*text;
	for (; good && count; count--) {
		write_part(out, parts[count - 1], sizes[count - 1]);
		if (count > 1)
			fputc(',', out);
	}
	good = out && !fclose(out) && good && !embargo_dn_parse(name, size, dn, &problem, &count);
	free(dn);
	out = good ? open_memstream(&quoted, &size) : NULL;
	if (!out)
		return NULL;
	fputs("issuer=", out);
	embargo_quote(out, name, strlen(name));
	if (!fclose(out))
		return quoted;
	free(quoted);
	return NULL;
}

/* The TBS hash of the certificate with that serial number, or NULL. */
static const char *signer_tbs(const json_t *signature, const char *serial)
{
	const json_t *certificates = json_object_get(signature, "Certificates"), *certificate;
	const char *sha256;
	size_t i;

	for (i = 0; i < json_array_size(certificates); i++) {
		certificate = json_array_get(certificates, i);
		sha256 = embargo_json_text(json_object_get(certificate, "TBS"), "SHA256");
		if (*serial && !strcasecmp(embargo_json_text(certificate, "SerialNumber"), serial) &&
		    embargo_import_digits(sha256) == 64)
			return sha256;
	}
	return NULL;
}

static int import_signer(struct embargo_import *import, const json_t *signature, const json_t *signer,
			 const struct embargo_import_entry *entry)
{
	const char *serial = embargo_json_text(signer, "SerialNumber"), *tbs = signer_tbs(signature, serial);
	_cleanup_free_ char *issuer = NULL, *match = NULL;
	size_t digits = embargo_import_digits(serial);

	embargo_import_entry_read(import);
	if (tbs) {
		if (asprintf(&match, "tbs-sha256=%.64s", tbs + strspn(tbs, " \t\r\n")) < 0)
			match = NULL;
		return match ? embargo_import_signer(import, match, true, entry) : -ENOMEM;
	}
	issuer = issuer_text(embargo_json_text(signer, "Issuer"));
	if (!issuer || !digits || digits != strlen(serial) || digits > EMBARGO_SERIAL_SIZE * 2) {
		embargo_import_skip(import, EMBARGO_IMPORT_MALFORMED, serial);
		return 0;
	}
	if (asprintf(&match, "%s serial=%s", issuer, serial) < 0)
		match = NULL;
	return match ? embargo_import_signer(import, match, true, entry) : -ENOMEM;
}

static int import_signatures(struct embargo_import *import, const json_t *sample, const char *id)
{
	const json_t *signatures = json_object_get(sample, "Signatures"), *signers;
	struct embargo_import_entry entry = {
		.name = embargo_json_text(sample, "Publisher"),
		.source = id,
	};
	size_t i, j;
	int r = 0;

	for (i = 0; i < json_array_size(signatures) && !r; i++) {
		signers = json_object_get(json_array_get(signatures, i), "Signer");
		for (j = 0; j < json_array_size(signers) && !r; j++)
			r = import_signer(import, json_array_get(signatures, i), json_array_get(signers, j),
					  &entry);
	}
	return r;
}

static int import_sample(struct embargo_import *import, const json_t *driver, const json_t *sample)
{
	const char *name = embargo_json_text(sample, "Filename"), *id = embargo_json_text(driver, "Id");
	const char *sha256 = embargo_json_text(sample, "SHA256"), *other;
	struct embargo_import_entry entry = {
		.reason = embargo_json_text(driver, "Category"),
		.source = id,
		.bytes = EMBARGO_SIZE_UNKNOWN,
		.formats = EMBARGO_FORMAT_PE,
	};
	int r = 0;

	if (!*name)
		name = embargo_json_text(sample, "OriginalFilename");
	if (!*name)
		name = json_string_value(json_array_get(json_object_get(driver, "Tags"), 0)) ?: "";
	entry.name = name;
	embargo_import_entry_read(import);
	if (*sha256) {
		r = embargo_import_file_hash(import, sha256, &entry);
	} else {
		other = embargo_json_text(sample, "SHA1");
		other = *other ? other : embargo_json_text(sample, "MD5");
		embargo_import_skip(import, *other ? EMBARGO_IMPORT_WEAK : EMBARGO_IMPORT_NO_HASH,
				    *other ? other : name);
	}
	return r ?: import_signatures(import, sample, id);
}

static int import_driver(void *context, const char *path, json_t *driver)
{
	const json_t *samples = json_object_get(driver, "KnownVulnerableSamples");
	struct embargo_import *import = context;
	size_t i;
	int r = 0;

	if (strcmp(path, "/*") || !json_is_array(samples)) {
		embargo_import_entry_read(import);
		embargo_import_skip(import, EMBARGO_IMPORT_MALFORMED, embargo_json_text(driver, "Id"));
		return 0;
	}
	for (i = 0; i < json_array_size(samples) && !r; i++)
		r = import_sample(import, driver, json_array_get(samples, i));
	if (r == -ENOMEM)
		return embargo_import_fail(import, r, "%s", strerror(ENOMEM));
	return r;
}

static bool enter(const char *path)
{
	(void)path;
	return false; /* the list itself only */
}

int embargo_import_loldrivers(struct embargo_feed *feed)
{
	static const struct embargo_json_visitor visitor = {.enter = enter, .value = import_driver};

	return embargo_json_walk(feed, &visitor, feed->import);
}
