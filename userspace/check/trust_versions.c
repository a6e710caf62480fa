// SPDX-License-Identifier: GPL-2.0-or-later
/* The highest version of each policy that was ever loaded: text, one policy a line. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "policy/array.h"
#include "userspace/check/trust.h"

#define SIZE_MAX_READ (16UL << 20)

static const char heading[] =
	"# The highest version of each policy that was ever loaded, the SHA-256 of its file, and its name.\n"
	"# Where certificates are trusted, embargo load refuses older versions. Remove a line to go back.\n";

void embargo_versions_clear(struct embargo_versions *versions)
{
	size_t i;

	for (i = 0; i < versions->count; i++)
		free(versions->list[i].name);
	free(versions->list);
	*versions = (struct embargo_versions){0};
}

struct embargo_version *embargo_versions_find(const struct embargo_versions *versions, const char *name)
{
	size_t i;

	for (i = 0; i < versions->count; i++)
		if (!strcmp(versions->list[i].name, name))
			return &versions->list[i];
	return NULL;
}

int embargo_versions_put(struct embargo_versions *versions, const char *name, uint64_t version,
			 const char sha256[EMBARGO_SHA256_SIZE * 2 + 1])
{
	struct embargo_version *known = embargo_versions_find(versions, name);

	if (!known) {
		if (embargo_array_grow(&versions->list, &versions->capacity, versions->count, sizeof(*known)))
			return -ENOMEM;
		known = &versions->list[versions->count];
		known->name = strdup(name);
		if (!known->name)
			return -ENOMEM;
		versions->count++;
	}
	known->version = version;
	memcpy(known->sha256, sha256, sizeof(known->sha256));
	return 0;
}

int embargo_versions_merge(struct embargo_versions *versions, const struct embargo_versions *other)
{
	const struct embargo_version *from, *known;
	int changed = 0;
	size_t i;

	for (i = 0; i < other->count; i++) {
		from = &other->list[i];
		known = embargo_versions_find(versions, from->name);
		if (known && (known->version > from->version ||
			      (known->version == from->version && !strcmp(known->sha256, from->sha256))))
			continue;
		if (embargo_versions_put(versions, from->name, from->version, from->sha256))
			return -ENOMEM;
		changed = 1;
	}
	return changed;
}

/* `VERSION SHA256 NAME`; names may have spaces within. */
static int line_read(struct embargo_versions *versions, const char *line)
{
	char sha256[EMBARGO_SHA256_SIZE * 2 + 1];
	uint64_t version;
	char *end;

	if (!*line || *line == '#')
		return 0;
	errno = 0;
	version = strtoull(line, &end, 10);
	if (*line < '0' || *line > '9' || errno || !version || *end != ' ')
		return -EBADMSG;
	line = end + 1;
	if (strspn(line, "0123456789abcdef") != sizeof(sha256) - 1 || line[sizeof(sha256) - 1] != ' ')
		return -EBADMSG;
	memcpy(sha256, line, sizeof(sha256) - 1);
	sha256[sizeof(sha256) - 1] = '\0';
	line += sizeof(sha256);
	if (!*line || embargo_versions_find(versions, line))
		return -EBADMSG;
	return embargo_versions_put(versions, line, version, sha256);
}

int embargo_versions_read(const char *path, struct embargo_versions *versions, struct embargo_reason *reason)
{
	struct embargo_reason why = {""};
	_cleanup_free_ void *data = NULL;
	_cleanup_free_ char *text = NULL;
	char *line, *rest;
	size_t size, number = 0;
	int r;

	r = embargo_sign_file_read(path, SIZE_MAX_READ, false, &data, &size, &why);
	if (r == -ENOENT)
		return 0;
	if (r) {
		snprintf(reason->text, sizeof(reason->text), "%s", why.text);
		return r;
	}
	text = strndup(data, size);
	if (!text) {
		snprintf(reason->text, sizeof(reason->text), "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	/* Cut off, or with a NUL in it: some versions would be forgotten. */
	if (strlen(text) != size || (size && text[size - 1] != '\n'))
		r = -EBADMSG;
	for (rest = text; !r && (line = strsep(&rest, "\n")); number++)
		r = line_read(versions, line);
	if (r == -EBADMSG && !number)
		snprintf(reason->text, sizeof(reason->text),
			 "is damaged: its end is cut off, or a NUL is in it");
	else if (r == -EBADMSG)
		snprintf(reason->text, sizeof(reason->text), "is damaged: mend or remove line %zu", number);
	else if (r)
		snprintf(reason->text, sizeof(reason->text), "%s", strerror(-r));
	return r;
}

char *embargo_versions_text(const struct embargo_versions *versions, size_t *ret_size)
{
	_cleanup_free_ char *text = NULL;
	FILE *out = open_memstream(&text, ret_size);
	size_t i;

	if (!out)
		return NULL;
	fputs(heading, out);
	for (i = 0; i < versions->count; i++)
		fprintf(out, "%" PRIu64 " %s %s\n", versions->list[i].version, versions->list[i].sha256,
			versions->list[i].name);
	return fclose(out) ? NULL : TAKE_PTR(text);
}
