// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a report was made of, so that somebody can make it again and compare: the SHA-256 of every input as it
 * was stored, and one of their sorted list, for in which order they were read says nothing. The list waits in
 * a temporary file; there may be many.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "policy/identity/identity.h"
#include "policy/whole_file.h"
#include "userspace/report/inputs.h"

int embargo_report_inputs_begin(struct embargo_report_inputs *inputs, const char *directory)
{
	int fd = embargo_temporary_file(directory, NULL);

	if (fd < 0)
		return fd;
	inputs->file = fdopen(fd, "w+");
	if (!inputs->file)
		close(fd);
	return inputs->file ? 0 : -ENOMEM;
}

void embargo_report_inputs_clear(struct embargo_report_inputs *inputs)
{
	size_t i;

	if (inputs->file)
		fclose(inputs->file);
	for (i = 0; inputs->list && i < inputs->count; i++)
		free(inputs->list[i]);
	free(inputs->list);
	*inputs = (struct embargo_report_inputs){0};
}

static void hex(const unsigned char *digest, char text[EMBARGO_REPORT_HEX])
{
	for (int i = 0; i < EMBARGO_SHA256_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

int embargo_report_inputs_add(struct embargo_report_inputs *inputs, const char *name, EVP_MD_CTX *digest)
{
	unsigned char bytes[EVP_MAX_MD_SIZE];
	char text[EMBARGO_REPORT_HEX];

	if (EVP_DigestFinal_ex(digest, bytes, NULL) != 1)
		return -ENOMEM;
	hex(bytes, text);
	/* A name may hold a newline; with a NUL behind it the list can be read again. */
	if (fprintf(inputs->file, "%s %s", text, name) < 0 || fputc('\0', inputs->file) == EOF)
		return -errno;
	inputs->count++;
	return 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int embargo_report_inputs_sort(struct embargo_report_inputs *inputs)
{
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	unsigned char bytes[EVP_MAX_MD_SIZE];
	size_t i, room;
	int r = 0;

	inputs->list = calloc(inputs->count + 1, sizeof(*inputs->list));
	if (!digest || !inputs->list || EVP_DigestInit_ex(digest, EVP_sha256(), NULL) != 1)
		r = -ENOMEM;
	rewind(inputs->file);
	for (i = 0; !r && i < inputs->count; i++) {
		room = 0;
		if (getdelim(&inputs->list[i], &room, '\0', inputs->file) <= EMBARGO_REPORT_HEX)
			r = -EIO;
	}
	if (!r)
		qsort(inputs->list, inputs->count, sizeof(*inputs->list), by_text);
	for (i = 0; !r && i < inputs->count; i++) {
		EVP_DigestUpdate(digest, inputs->list[i], EMBARGO_REPORT_HEX - 1);
		EVP_DigestUpdate(digest, "\n", 1);
	}
	if (!r && EVP_DigestFinal_ex(digest, bytes, NULL) != 1)
		r = -ENOMEM;
	if (!r)
		hex(bytes, inputs->manifest);
	EVP_MD_CTX_free(digest);
	return r;
}
