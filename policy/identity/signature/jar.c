// SPDX-License-Identifier: GPL-2.0-or-later
/* What a JAR or APK says of itself in META-INF: the vendor by its manifest, and who signed it. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "policy/identity/base/content.h"
#include "policy/identity/signature/file_signature.h"
#include "policy/identity/base/zip.h"

#define DIRECTORY "META-INF/"
#define MANIFEST_MAX (4U << 20) /* with a paragraph for each class */
#define SIGNATURE_MAX (1U << 20)
#define SIGNATURES_MAX 16
#define VALUE_MAX 4096

/* In this order of trust; all are claims. */
static const char *const attributes[] = {"Implementation-Vendor", "Bundle-Vendor", "Specification-Vendor"};

#define ATTRIBUTES (sizeof(attributes) / sizeof(attributes[0]))

/* Is this the file of META-INF itself that @name says, or one that ends so? Java does not mind the case. */
static bool is_called(const struct embargo_zip_member *member, const char *name, bool ending)
{
	size_t prefix = strlen(DIRECTORY), size = strlen(name), left;

	if (member->name_size < prefix + size || strncasecmp(member->name, DIRECTORY, prefix) != 0)
		return false;
	left = member->name_size - prefix;
	return (ending ? !memchr(member->name + prefix, '/', left) : left == size) &&
	       !strncasecmp(member->name + member->name_size - size, name, size);
}

/* Long lines go on after a line's end and a space. The value, to be freed, up to VALUE_MAX bytes; NULL: no
 * memory */
static char *value_join(const char *at, const char *end)
{
	char *value = malloc(VALUE_MAX + 1);
	size_t size = 0;

	while (value && at < end && size < VALUE_MAX) {
		if (*at == '\r' || *at == '\n') {
			at += *at == '\r' && end - at > 1 && at[1] == '\n' ? 2 : 1;
			if (at == end || *at != ' ')
				break;
			at++;
			continue;
		}
		if (*at) /* a NUL would end it */
			value[size++] = *at;
		at++;
	}
	if (value)
		value[size] = '\0';
	return value;
}

/* The first paragraph is about all of it. */
static int manifest_vendor(const char *text, size_t size, char **ret_vendor)
{
	const char *end = text + size, *line, *next;
	char *found[ATTRIBUTES] = {NULL};
	size_t i, length;
	int r = 0;

	for (line = text; line < end && *line != '\n' && *line != '\r' && !r; line = next) {
		next = memchr(line, '\n', end - line);
		next = next ? next + 1 : end;
		for (i = 0; i < ATTRIBUTES; i++) {
			length = strlen(attributes[i]);
			if (!found[i] && (size_t)(end - line) > length + 2 &&
			    !strncasecmp(line, attributes[i], length) && !memcmp(line + length, ": ", 2) &&
			    !(found[i] = value_join(line + length + 2, end)))
				r = -ENOMEM;
		}
	}
	for (i = 0; i < ATTRIBUTES; i++) {
		if (!r && found[i] && *found[i] && !*ret_vendor)
			*ret_vendor = TAKE_PTR(found[i]);
		free(found[i]);
	}
	return r;
}

static int member_read(const struct embargo_zip *zip, const struct embargo_zip_member *member,
		       struct embargo_identity *identity)
{
	bool manifest = is_called(member, "MANIFEST.MF", false);
	_cleanup_free_ unsigned char *bytes = NULL;
	size_t size;
	int r;

	r = embargo_zip_read(zip, member, manifest ? MANIFEST_MAX : SIGNATURE_MAX, &bytes, &size);
	if (r == -ENOMEM)
		return r;
	if (r)
		return embargo_identity_warning(identity, manifest ? "its manifest cannot be read"
								   : "a signature in it cannot be read");
	if (manifest)
		return identity->vendor ? 0 : manifest_vendor((char *)bytes, size, &identity->vendor);
	return embargo_file_signatures_read(identity, EMBARGO_FILE_SIGNATURE_JAR, bytes, size, NULL);
}

static bool is_signature(const struct embargo_zip_member *member)
{
	return is_called(member, ".RSA", true) || is_called(member, ".DSA", true) ||
	       is_called(member, ".EC", true);
}

static int members_read(const struct embargo_zip *zip, struct embargo_identity *identity)
{
	struct embargo_zip_member member;
	size_t cursor = 0, signatures = 0, manifests = 0;
	int r = 0;

	while (!r && embargo_zip_next(zip, &cursor, &member)) {
		/* The first: a directory may name a million, each of them a bomb. */
		if (is_called(&member, "MANIFEST.MF", false))
			r = manifests++ ? 0 : member_read(zip, &member, identity);
		else if (is_signature(&member) && ++signatures <= SIGNATURES_MAX)
			r = member_read(zip, &member, identity);
	}
	if (!r && signatures > SIGNATURES_MAX)
		r = embargo_identity_warning(identity, "too many signatures, the rest was not read");
	return r;
}

int embargo_jar_read(int fd, struct embargo_identity *identity)
{
	_cleanup_(embargo_zip_close) struct embargo_zip zip = {.fd = fd};
	unsigned char start[4];
	int r;

	if (identity->format != EMBARGO_FORMAT_OTHER || pread(fd, start, sizeof(start), 0) != sizeof(start) ||
	    embargo_content_of(start, sizeof(start)) != EMBARGO_CONTENT_ZIP)
		return 0;
	r = embargo_zip_open(fd, &zip);
	if (r == -EFBIG)
		return embargo_identity_warning(identity, "too many files are in it to look for a signature");
	if (r)
		return r == -ENOMEM ? r : 0;
	r = members_read(&zip, identity);
	return r ?: embargo_apk_read(&zip, identity);
}
