// SPDX-License-Identifier: GPL-2.0-or-later
/* Paragraphs of "Field: value" lines, as dpkg writes them, as a package. */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "policy/identity/base/parts.h"
#include "policy/identity/package/package.h"

#define VALUE_MAX 4096

/* The field's place in the package; NULL: one that says nothing here. */
static char **place_of(struct embargo_package *package, const char *name, size_t size)
{
	const struct {
		const char *name;
		char **place;
	} fields[] = {
		{"Package", &package->name},
		{"Version", &package->version},
		{"Architecture", &package->architecture},
		{"Maintainer", &package->maintainer},
		{"Vendor", &package->vendor},
		{"Origin", &package->vendor},
	};
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strlen(fields[i].name) == size && !strncasecmp(fields[i].name, name, size))
			return fields[i].place;
	return NULL;
}

int embargo_package_field(struct embargo_package *package, const char *line, size_t size)
{
	const char *colon = memchr(line, ':', size), *value, *end = line + size;
	char **place;

	if (!colon)
		return 0;
	place = place_of(package, line, colon - line);
	if (!place || *place)
		return 0;
	for (value = colon + 1; value < end && isspace((unsigned char)*value); value++)
		;
	while (end > value && isspace((unsigned char)end[-1]))
		end--;
	if (end == value)
		return 0;
	size = end - value < VALUE_MAX ? end - value : VALUE_MAX;
	*place = strndup(value, size);
	return *place ? 0 : -ENOMEM;
}

int embargo_package_fields(struct embargo_package *package, const char *text, size_t size)
{
	const char *end = text + size, *next;
	int r = 0;

	for (; text < end && !r; text = next + 1) {
		next = memchr(text, '\n', end - text) ?: end;
		if (next > text && !isspace((unsigned char)*text))
			r = embargo_package_field(package, text, next - text);
	}
	return r;
}

static int copy(char **ret_text, const char *text)
{
	*ret_text = text ? strdup(text) : NULL;
	return text && !*ret_text;
}

struct embargo_package *embargo_package_copy(const struct embargo_package *package)
{
	_cleanup_(embargo_package_freep) struct embargo_package *made = calloc(1, sizeof(*made));

	if (!made || copy(&made->manager, package->manager) || copy(&made->name, package->name) ||
	    copy(&made->version, package->version) || copy(&made->architecture, package->architecture) ||
	    copy(&made->vendor, package->vendor) || copy(&made->maintainer, package->maintainer) ||
	    copy(&made->key_id, package->key_id))
		return NULL;
	return TAKE_PTR(made);
}
