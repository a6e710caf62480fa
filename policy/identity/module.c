// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a module says of itself. Its sections are found by the code that the
 * kernel runs (bpf/modinfo.h), not by libelf: what is shown here is what rules see.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bpf/module.h"
#include "policy/identity/private.h"
#include "policy/identity/signature/signature.h"

/* A module that is being filled in, and how long its lists are. */
struct reading {
	struct embargo_module *module;
	size_t authors;
	size_t aliases;
};

static int list_add(char ***list, size_t *count, const char *text, size_t size)
{
	char **more;

	/* Room is doubled whenever the count is a power of two. */
	if (!(*count & (*count - 1))) {
		more = realloc(*list, (*count ? 2 * *count + 1 : 2) * sizeof(*more));
		if (!more)
			return -ENOMEM;
		*list = more;
	}
	(*list)[*count] = strndup(text, size);
	if (!(*list)[*count])
		return -ENOMEM;
	(*list)[++*count] = NULL;
	return 0;
}

/* The first of several that says something, as events have it. */
static int field_set(char **field, const char *text, size_t size)
{
	if (*field && **field)
		return 0;
	free(*field);
	*field = strndup(text, size);
	return *field ? 0 : -ENOMEM;
}

static int string_read(struct reading *reading, const char *text, size_t size)
{
	struct embargo_module *module = reading->module;
	const struct {
		const char *key;
		char **field;
		char ***list;
		size_t *count;
	} keys[] = {
		{.key = "name=", .field = &module->name},
		{.key = "description=", .field = &module->description},
		{.key = "license=", .field = &module->license},
		{.key = "srcversion=", .field = &module->srcversion},
		{.key = "vermagic=", .field = &module->vermagic},
		{.key = "author=", .list = &module->authors, .count = &reading->authors},
		{.key = "alias=", .list = &module->aliases, .count = &reading->aliases},
	};
	size_t i, length;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		length = strlen(keys[i].key);
		if (size < length || memcmp(text, keys[i].key, length))
			continue;
		if (keys[i].field)
			return field_set(keys[i].field, text + length, size - length);
		return list_add(keys[i].list, keys[i].count, text + length, size - length);
	}
	return 0;
}

static int section_read(struct reading *reading, const char *text, size_t size)
{
	const char *end = text + size;
	size_t length;
	int r = 0;

	for (; text < end && !r; text += length + 1) {
		length = strnlen(text, end - text);
		r = string_read(reading, text, length);
	}
	return r;
}

/* Returns 1 if something lies, 0 if not, or -errno. */
static int modinfo_read(struct embargo_walk *walk, struct embargo_module *module)
{
	struct reading reading = {.module = module};
	int count = embargo_sections_open(&walk->bytes, walk->state), found, lies = 0, any = 0, i, r = 0;

	if (count < 0)
		return -ENOENT;
	walk->state->left = EMBARGO_MODINFO_MAX;
	for (i = 1; i < count && !r; i++) {
		found = embargo_section_find(&walk->bytes, walk->state, i);
		if (found < 0)
			lies = 1;
		if (found <= 0)
			continue;
		any = 1;
		r = section_read(&reading, (const char *)walk->bytes.data + walk->state->section,
				 walk->state->size);
	}
	if (!r && !any)
		r = -ENOENT;
	return r ?: lies;
}

static int signature_read(struct embargo_walk *walk, struct embargo_module *module, const char **ret_warning)
{
	struct embargo_image_header header = {};
	struct embargo_span pkcs7 = {};
	int r;

	/* The kernel's walk says whether the signature can be read; libcrypto says it in words. */
	walk->header = &header;
	walk->image = &header;
	module->signature = embargo_signature_walk(walk);
	if (module->signature == EMBARGO_SIGNATURE_UNREADABLE)
		*ret_warning = "the module's signature cannot be read";
	if (module->signature != EMBARGO_SIGNATURE_READ)
		return 0;
	(void)embargo_trailer_read(&walk->bytes, &pkcs7);
	r = embargo_signers_read(walk->bytes.data + pkcs7.at, pkcs7.end - pkcs7.at, &module->signers,
				 &module->signer_count);
	if (r == -ENOMEM)
		return r;
	if (r)
		*ret_warning = "libcrypto cannot read the module's signature";
	return 0;
}

int embargo_module_read(const void *bytes, size_t size, struct embargo_module **ret_module,
			char **ret_warning)
{
	_cleanup_(embargo_module_freep) struct embargo_module *module = calloc(1, sizeof(*module));
	_cleanup_free_ struct embargo_module_state *state = calloc(1, sizeof(*state));
	struct embargo_walk walk = {.state = state, .bytes = {bytes, size}};
	const char *signature_warning = NULL;
	int lies, r;

	if (!module || !state)
		return -ENOMEM;
	lies = modinfo_read(&walk, module);
	if (lies < 0)
		return lies;
	r = signature_read(&walk, module, &signature_warning);
	if (r)
		return r;
	if (lies || signature_warning) {
		*ret_warning = strdup(signature_warning ?: "the module's section headers lie");
		if (!*ret_warning)
			return -ENOMEM;
	}
	*ret_module = TAKE_PTR(module);
	return 0;
}
