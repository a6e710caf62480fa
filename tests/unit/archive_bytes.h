/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Archives and programs made in memory. Include tests/harness.h first. */
#ifndef EMBARGO_TESTS_UNIT_ARCHIVE_BYTES_H
#define EMBARGO_TESTS_UNIT_ARCHIVE_BYTES_H

#include <archive.h>
#include <archive_entry.h>
#include <openssl/evp.h>

struct bytes {
	char *data;
	size_t size;
};

struct member {
	const char *name; /* "NAME -> TARGET": a symbolic link */
	struct bytes bytes;
};

static inline la_ssize_t bytes_append(struct archive *archive, void *context, const void *data, size_t size)
{
	struct bytes *bytes = context;

	(void)archive;
	bytes->data = realloc(bytes->data, bytes->size + size + 1);
	memcpy(bytes->data + bytes->size, data, size);
	bytes->size += size;
	return size;
}

static inline struct bytes bytes_text(const char *text)
{
	return (struct bytes){(char *)text, strlen(text)};
}

static inline struct bytes bytes_join(struct bytes a, struct bytes b)
{
	struct bytes joined = {malloc(a.size + b.size + 1), a.size + b.size};

	memcpy(joined.data, a.data, a.size);
	memcpy(joined.data + a.size, b.data, b.size);
	return joined;
}

static inline void archive_put(struct archive *archive, const struct member *member)
{
	struct archive_entry *entry = archive_entry_new();
	char *name = strdup(member->name), *arrow = strstr(name, " -> ");

	if (arrow)
		*arrow = 0;
	archive_entry_set_pathname(entry, name);
	archive_entry_set_filetype(entry, arrow ? AE_IFLNK : AE_IFREG);
	archive_entry_set_perm(entry, 0755);
	if (arrow)
		archive_entry_set_symlink(entry, arrow + 4);
	else
		archive_entry_set_size(entry, member->bytes.size);
	ASSERT_LE(ARCHIVE_WARN, archive_write_header(archive, entry))
	{
		TH_LOG("%s", archive_error_string(archive));
	}
	if (member->bytes.size)
		ASSERT_EQ(member->bytes.size,
			  archive_write_data(archive, member->bytes.data, member->bytes.size));
	archive_entry_free(entry);
	free(name);
}

/* @members end with one without a name. @format: ARCHIVE_FORMAT_…, @filter: ARCHIVE_FILTER_… */
static inline struct bytes archive_bytes(int format, int filter, const char *options,
					 const struct member *members)
{
	struct archive *archive = archive_write_new();
	struct bytes bytes = {};

	ASSERT_EQ(ARCHIVE_OK, format == ARCHIVE_FORMAT_AR ? archive_write_set_format_ar_svr4(archive)
							  : archive_write_set_format(archive, format));
	ASSERT_EQ(ARCHIVE_OK, archive_write_add_filter(archive, filter));
	if (options) {
		ASSERT_EQ(ARCHIVE_OK, archive_write_set_options(archive, options));
		archive_write_set_passphrase(archive, "secret");
	}
	archive_write_set_bytes_in_last_block(archive, 1);
	ASSERT_EQ(ARCHIVE_OK, archive_write_open(archive, &bytes, NULL, bytes_append, NULL));
	for (; members->name; members++)
		archive_put(archive, members);
	ASSERT_EQ(ARCHIVE_OK, archive_write_close(archive));
	archive_write_free(archive);
	return bytes;
}

#define MEMBERS(...) ((const struct member[]){__VA_ARGS__, {}})
#define TAR(filter, ...)                                                                                     \
	archive_bytes(ARCHIVE_FORMAT_TAR_GNUTAR, ARCHIVE_FILTER_##filter, NULL, MEMBERS(__VA_ARGS__))
#define AR(...) archive_bytes(ARCHIVE_FORMAT_AR, ARCHIVE_FILTER_NONE, NULL, MEMBERS(__VA_ARGS__))
#define ZIP(...) archive_bytes(ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, NULL, MEMBERS(__VA_ARGS__))
#define FOLDED(filter, bytes)                                                                                \
	archive_bytes(ARCHIVE_FORMAT_RAW, ARCHIVE_FILTER_##filter, NULL, MEMBERS({"data", bytes}))

static inline struct bytes deb_bytes(struct bytes control, struct bytes data)
{
	return AR({"debian-binary", bytes_text("2.0\n")}, {"control.tar.gz", control}, {"data.tar.xz", data});
}

/* A lead, an empty signature header and an empty header: all that stands before the payload. */
static inline struct bytes rpm_bytes(struct bytes payload)
{
	static const char header[16] = "\x8e\xad\xe8\x01\0\0\0\0\0\0\0\0\0\0\0\0";
	struct bytes start = {calloc(1, 128), 128};

	memcpy(start.data, "\xed\xab\xee\xdb\x03\0\0\0", 8);
	memcpy(start.data + 96, header, 16);
	memcpy(start.data + 112, header, 16);
	return bytes_join(start, payload);
}

/* @type: 1 a relocatable object, 3 a library; @salt makes it unlike others. */
static inline struct bytes elf_bytes(int type, char salt, size_t size)
{
	struct bytes bytes = {calloc(1, size), size};

	memcpy(bytes.data,
	       "\x7f"
	       "ELF\2\1\1",
	       7);
	bytes.data[16] = type;
	bytes.data[size - 1] = salt;
	return bytes;
}

/* Its ".modinfo" begins at @at. */
static inline struct bytes module_bytes(char salt, size_t size, size_t at)
{
	struct bytes bytes = elf_bytes(1, salt, size);

	strcpy(bytes.data + at, ".modinfo");
	return bytes;
}

static inline void bytes_hex(struct bytes bytes, char hex[65])
{
	unsigned char digest[32];
	int i;

	ASSERT_TRUE(EVP_Digest(bytes.data, bytes.size, digest, NULL, EVP_sha256(), NULL));
	for (i = 0; i < 32; i++)
		sprintf(hex + 2 * i, "%02x", digest[i]);
}

#endif
