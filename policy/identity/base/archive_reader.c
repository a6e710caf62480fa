// SPDX-License-Identifier: GPL-2.0-or-later
/* libarchive, with only what reads in this process: some of its filters start programs, one format opens
 * files. */
#include <archive.h>
#include <pthread.h>

#include "policy/identity/base/archive_reader.h"

static int (*const filters[])(struct archive *) = {
	archive_read_support_filter_gzip, archive_read_support_filter_bzip2, archive_read_support_filter_xz,
	archive_read_support_filter_lzma, archive_read_support_filter_zstd,  archive_read_support_filter_lz4,
};

#define FILTERS (sizeof(filters) / sizeof(filters[0]))

/* A filter whose library libarchive was built without would run the program instead, and says so by a
 * warning. */
static bool built_in[FILTERS];

static void filters_ask(void)
{
	size_t i;

	for (i = 0; i < FILTERS; i++) {
		struct archive *archive = archive_read_new();

		built_in[i] = archive && filters[i](archive) == ARCHIVE_OK;
		archive_read_free(archive);
	}
}

struct archive *embargo_archive_reader(enum embargo_content content)
{
	static pthread_once_t asked = PTHREAD_ONCE_INIT;
	struct archive *archive = archive_read_new();
	size_t i;

	if (!archive)
		return NULL;
	if (content == EMBARGO_CONTENT_SEEKING) {
		archive_read_support_format_7zip(archive);
		return archive;
	}
	pthread_once(&asked, filters_ask);
	for (i = 0; i < FILTERS; i++)
		if (built_in[i])
			filters[i](archive);
	if (content == EMBARGO_CONTENT_RPM)
		archive_read_support_filter_rpm(archive);
	archive_read_support_format_ar(archive);
	archive_read_support_format_cpio(archive);
	archive_read_support_format_tar(archive);
	archive_read_support_format_cab(archive);
	archive_read_support_format_iso9660(archive);
	archive_read_support_format_zip_streamable(archive); /* the other keeps all names in memory */
	if (content == EMBARGO_CONTENT_FOLDED)
		archive_read_support_format_raw(archive);
	return archive;
}
