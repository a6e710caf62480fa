// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an .rpm says of itself: a few tags of its two headers, each read from its
 * place in the file. librpm is not asked: it opens its settings, macros, keyring
 * and databases for that, which no sandbox should allow for a stranger's file.
 */
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "policy/identity/base/parts.h"
#include "policy/identity/package/package.h"
#include "policy/identity/signature/signature.h"

#define LEAD_SIZE 96
#define ENTRIES_MAX 65536U /* as rpm itself has it */
#define DATA_MAX (256U << 20)
#define STRING_MAX 4096
#define SIGNATURE_MAX (64U << 10)

enum {
	SIGNATURE_DSA = 267, /* of the header alone */
	SIGNATURE_RSA = 268,
	SIGNATURE_PGP = 1002, /* of header and payload */
	SIGNATURE_GPG = 1005,
	TAG_NAME = 1000,
	TAG_VERSION = 1001,
	TAG_RELEASE = 1002,
	TAG_EPOCH = 1003,
	TAG_VENDOR = 1011,
	TAG_PACKAGER = 1015,
	TAG_ARCH = 1022,
};

enum { TYPE_INT32 = 4, TYPE_STRING = 6, TYPE_BINARY = 7, TYPE_I18N = 9 };

struct header {
	int fd;
	off_t index; /* where its entries begin */
	off_t data;
	off_t end;
	__u32 entries;
};

struct entry {
	__u32 tag, type, offset, count;
};

static int whole_pread(int fd, void *to, size_t size, off_t at)
{
	ssize_t got = pread(fd, to, size, at);

	return got == (ssize_t)size ? 0 : got < 0 ? -errno : -EBADMSG;
}

static int header_find(int fd, off_t at, struct header *ret_header)
{
	unsigned char start[16];
	__u32 entries, size;
	int r = whole_pread(fd, start, sizeof(start), at);

	if (r)
		return r;
	memcpy(&entries, start + 8, sizeof(entries));
	memcpy(&size, start + 12, sizeof(size));
	entries = be32toh(entries);
	size = be32toh(size);
	if (memcmp(start, "\x8e\xad\xe8\x01", 4) != 0 || entries > ENTRIES_MAX || size > DATA_MAX)
		return -EBADMSG;
	*ret_header = (struct header){
		.fd = fd,
		.index = at + (off_t)sizeof(start),
		.data = at + (off_t)sizeof(start) + (off_t)(entries * sizeof(struct entry)),
		.entries = entries,
	};
	ret_header->end = ret_header->data + size;
	return 0;
}

/* -ENOENT: there is no such tag. */
static int entry_find(const struct header *header, __u32 tag, struct entry *ret_entry)
{
	struct entry chunk[256];
	__u32 i, count;
	int r;

	for (i = 0; i < header->entries; i++) {
		if (!(i % 256)) {
			count = header->entries - i < 256 ? header->entries - i : 256;
			r = whole_pread(header->fd, chunk, count * sizeof(*chunk),
					header->index + (off_t)(i * sizeof(*chunk)));
			if (r)
				return r;
		}
		if (be32toh(chunk[i % 256].tag) != tag)
			continue;
		ret_entry->tag = tag;
		ret_entry->type = be32toh(chunk[i % 256].type);
		ret_entry->offset = be32toh(chunk[i % 256].offset);
		ret_entry->count = be32toh(chunk[i % 256].count);
		return ret_entry->offset < header->end - header->data ? 0 : -EBADMSG;
	}
	return -ENOENT;
}

/* Absent and empty ones are no error, and leave @ret_text alone. */
static int string_read(const struct header *header, __u32 tag, char **ret_text)
{
	char buffer[STRING_MAX];
	struct entry entry;
	size_t room;
	ssize_t got;
	int r = entry_find(header, tag, &entry);

	if (r)
		return r == -ENOENT ? 0 : r;
	if (entry.type != TYPE_STRING && entry.type != TYPE_I18N)
		return -EBADMSG;
	room = header->end - header->data - entry.offset;
	got = pread(header->fd, buffer, room < sizeof(buffer) ? room : sizeof(buffer),
		    header->data + entry.offset);
	if (got <= 0 || !memchr(buffer, 0, got))
		return -EBADMSG;
	if (!*buffer)
		return 0;
	*ret_text = strdup(buffer);
	return *ret_text ? 0 : -ENOMEM;
}

static int epoch_read(const struct header *header, char ret_epoch[16])
{
	struct entry entry;
	__u32 epoch;
	int r = entry_find(header, TAG_EPOCH, &entry);

	*ret_epoch = '\0';
	if (r)
		return r == -ENOENT ? 0 : r;
	if (entry.type != TYPE_INT32 || !entry.count ||
	    whole_pread(header->fd, &epoch, sizeof(epoch), header->data + entry.offset))
		return -EBADMSG;
	snprintf(ret_epoch, 16, "%" PRIu32 ":", be32toh(epoch));
	return 0;
}

/* "epoch:version-release", as rpm shows it */
static int version_read(const struct header *header, char **ret_version)
{
	_cleanup_free_ char *version = NULL, *release = NULL;
	char epoch[16];
	int r = string_read(header, TAG_VERSION, &version);

	if (!r)
		r = string_read(header, TAG_RELEASE, &release);
	if (!r)
		r = epoch_read(header, epoch);
	if (r || !version)
		return r;
	if (asprintf(ret_version, "%s%s%s%s", epoch, version, release ? "-" : "", release ?: "") < 0) {
		*ret_version = NULL;
		return -ENOMEM;
	}
	return 0;
}

static int signature_read(const struct header *header, __u32 tag, char **ret_key_id)
{
	_cleanup_free_ unsigned char *bytes = NULL;
	struct entry entry;
	int r = entry_find(header, tag, &entry);

	if (r)
		return r;
	if (entry.type != TYPE_BINARY || !entry.count || entry.count > SIGNATURE_MAX ||
	    entry.count > header->end - header->data - entry.offset)
		return -EBADMSG;
	bytes = malloc(entry.count);
	if (!bytes)
		return -ENOMEM;
	r = whole_pread(header->fd, bytes, entry.count, header->data + entry.offset);
	return r ?: embargo_openpgp_key_id(bytes, entry.count, ret_key_id);
}

/* The first that names a key; what cannot be read names none. */
static int key_id_read(const struct header *header, char **ret_key_id)
{
	static const __u32 tags[] = {SIGNATURE_RSA, SIGNATURE_DSA, SIGNATURE_PGP, SIGNATURE_GPG};
	int r = -ENOENT;
	size_t i;

	for (i = 0; i < sizeof(tags) / sizeof(tags[0]) && r && r != -ENOMEM; i++)
		r = signature_read(header, tags[i], ret_key_id);
	return r == -ENOMEM ? r : 0;
}

int embargo_package_rpm(int fd, struct embargo_package *package)
{
	struct header signature, header;
	int r = header_find(fd, LEAD_SIZE, &signature);

	if (!r)
		r = key_id_read(&signature, &package->key_id);
	if (!r)
		r = header_find(fd, (signature.end + 7) & ~(off_t)7, &header);
	if (!r)
		r = string_read(&header, TAG_NAME, &package->name);
	if (!r)
		r = version_read(&header, &package->version);
	if (!r)
		r = string_read(&header, TAG_ARCH, &package->architecture);
	if (!r)
		r = string_read(&header, TAG_VENDOR, &package->vendor);
	if (!r)
		r = string_read(&header, TAG_PACKAGER, &package->maintainer);
	return r;
}
