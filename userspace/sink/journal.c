// SPDX-License-Identifier: GPL-2.0-or-later
/* What is told -> entries of the journal. */
#include <ctype.h>
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>

#include "userspace/sink/journal.h"

const char embargo_journal_id_lost[] = "522417b0df27452592071ba13ac77b85";

const char *embargo_journal_id(unsigned int verdict, bool repeated)
{
	if (repeated)
		return "3d6b3d3be4ee40a28e6ba03e0ff9af40";
	switch (verdict) {
	case EMBARGO_DENIED:
		return "1eb83a55788442c083f902c74684bfcb";
	case EMBARGO_WOULD_DENY:
		return "4840d35a37b4403bb5444b2562bb8e30";
	case EMBARGO_AUDITED:
		return "d1a5fd0ecbf94e7e81c7e58037679f3a";
	}
	return "";
}

const char *embargo_journal_id_message(const char *id)
{
	if (!strcmp(id, "pinned"))
		return "8c0a5b7a1f0e4d6f9a52c3b1d7e84f10";
	if (!strcmp(id, "refused"))
		return "6d1f0a3c5be94b7fa1c2e8d97f40b365";
	if (!strcmp(id, "loaded"))
		return "3f0a7c5e9b1d4e62a8f4d07b6c92e1a5";
	if (!strcmp(id, "load-failed"))
		return "a47d2e9063bf4c1d9e58b70f13c6d284";
	if (!strcmp(id, "unloaded"))
		return "5be1c8f27a0946d3b2914ed86fa7c03e";
	if (!strcmp(id, "mode"))
		return "e92f4b6d108c47a5bd37f1c05a8e69b2";
	if (!strcmp(id, "fetched"))
		return "c6a0b8d4f2174e3c9b5d07e1a83f6429";
	if (!strcmp(id, "fetch-failed"))
		return "7d3e915ab06c48f2b1e4c9d2505f8a37";
	if (!strcmp(id, "watch-lost"))
		return "b1f2e7c94c7b4e0a8d3f5a6e21c90d47";
	return "";
}

void embargo_journal_close(struct embargo_journal *journal)
{
	if (journal->fd >= 0)
		close(journal->fd);
	journal->fd = -1;
}

static int journal_connect(struct embargo_journal *journal)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	_cleanup_close_ int fd = -1;

	if (journal->fd >= 0)
		return 0;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", journal->path ?: EMBARGO_JOURNAL_PATH);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return -errno;
	journal->fd = TAKE_FD(fd);
	return 0;
}

static int journal_send(struct embargo_journal *journal, const char *entry, size_t size)
{
	int r = journal_connect(journal);

	if (r)
		return r;
	if (send(journal->fd, entry, size, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return 0;
	r = -errno;
	/* Restarted, it listens at another socket of the same name. */
	if (r != -EAGAIN && r != -EMSGSIZE && r != -EINTR)
		embargo_journal_close(journal);
	return r;
}

static void put(FILE *out, const char *key, const char *value)
{
	size_t length = strlen(value);
	uint64_t size = htole64(length);

	if (!strchr(value, '\n')) {
		fprintf(out, "%s=%s\n", key, value);
		return;
	}
	fprintf(out, "%s\n", key);
	fwrite(&size, sizeof(size), 1, out);
	fprintf(out, "%s\n", value);
}

static void put_number(FILE *out, const char *key, int64_t number)
{
	fprintf(out, "%s=%" PRId64 "\n", key, number);
}

static void put_head(FILE *out, const struct embargo_journal *journal, int severity, const char *id,
		     const char *message)
{
	put(out, "MESSAGE", message);
	if (*id)
		put(out, "MESSAGE_ID", id);
	put(out, "SYSLOG_IDENTIFIER", "embargo");
	put_number(out, "SYSLOG_FACILITY", LOG_FAC(journal->facility ?: LOG_AUTHPRIV));
	put_number(out, "PRIORITY", severity);
}

static const char *key_of(const char *name)
{
	static char key[64] = "EMBARGO_";
	size_t i;

	for (i = 0; name[i] && i < sizeof(key) - 9; i++)
		key[8 + i] = toupper((unsigned char)name[i]);
	key[8 + i] = '\0';
	return key;
}

static void put_field(FILE *out, const struct embargo_field *field)
{
	const char *key = key_of(field->name);

	if (field->type == EMBARGO_FIELD_TEXT || field->type == EMBARGO_FIELD_PRINTABLE)
		put(out, key, field->bytes);
	else if (field->type == EMBARGO_FIELD_BOOL)
		put(out, key, field->number ? "true" : "false");
	else if (field->type == EMBARGO_FIELD_NUMBER)
		put_number(out, key, field->number);
}

/* Catalogues know no field with a digit in its name: `journalctl -x` shows @EMBARGO_SHA256@ as it stands. */
static void put_alias(FILE *out, const struct embargo_fields *fields)
{
	size_t i;

	for (i = 0; i < fields->count; i++)
		if (!strcmp(fields->list[i].name, "sha256") && fields->list[i].type == EMBARGO_FIELD_TEXT)
			put(out, "EMBARGO_HASH", fields->list[i].bytes);
}

static const char *id_of(const struct embargo_entry *entry)
{
	if (entry->record)
		return embargo_journal_id(entry->record->event->verdict, entry->record->repeated);
	return entry->message ? embargo_journal_id_message(entry->id) : embargo_journal_id_lost;
}

int embargo_journal_take(struct embargo_journal *journal, struct embargo_entry *entry)
{
	const char *sentence = embargo_entry_sentence(entry);
	const struct embargo_fields *fields = embargo_entry_fields(entry);
	_cleanup_free_ char *datagram = NULL;
	size_t size, i;
	FILE *out = sentence ? open_memstream(&datagram, &size) : NULL;
	int r;

	if (!out)
		return -ENOMEM;
	put_head(out, journal, entry->severity, id_of(entry), sentence);
	put_alias(out, fields);
	for (i = 0; i < fields->count; i++)
		put_field(out, &fields->list[i]);
	r = fclose(out) ? -ENOMEM : journal_send(journal, datagram, size);
	journal->known |= !r;
	return r;
}
