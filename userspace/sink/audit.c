// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events -> records of the audit log. Texts are as auditd wants them: in quotes, or
 * in hexadecimal if there is a blank, a quote or a control character in them.
 */
#include <errno.h>
#include <libaudit.h>
#include <stdio.h>
#include <string.h>

#include "loader/loader.h"
#include "userspace/sink/audit.h"
#include "userspace/base/log.h"

#define TEXT_MAX 1024 /* bytes of one text: a record has 8970, and hexadecimal doubles */

void embargo_audit_close(struct embargo_audit *audit)
{
	if (audit->fd >= 0)
		audit_close(audit->fd);
	audit->fd = -1;
}

/* Names as ausearch knows them, where it does. */
static const struct {
	const char *field, *name;
} names[] = {
	{"hook", "hook"},
	{"mode", "mode"},
	{"generation", "gen"},
	{"kind", "kind"},
	{"rule_name", "rule"},
	{"reason", "reason"},
	{"authority", "authority"},
	{"cause", "cause"},
	{"path", "path"},
	{"sha256", "sha256"},
	{"device", "odev"},
	{"inode", "inode"},
	{"tgid", "opid"},
	{"uid", "ouid"},
	{"loginuid", "oauid"},
	{"session", "oses"},
	{"comm", "ocomm"},
	{"module", "module"},
	{"repeated", "repeated"},
	{"from_mode", "old-mode"},
	{"from_generation", "old-gen"},
	{"files", "files"},
	{"tty", "tty"},
};

bool embargo_audit_wants(const struct embargo_entry *entry)
{
	static const char *const ids[] = {"loaded", "load-failed", "unloaded", "mode", "refused"};
	size_t i;

	for (i = 0; entry->message && i < sizeof(ids) / sizeof(*ids); i++)
		if (!strcmp(entry->id, ids[i]))
			return true;
	return entry->record;
}

static void put_text(FILE *out, const char *name, const char *bytes)
{
	size_t size = strnlen(bytes, TEXT_MAX), i;

	fprintf(out, " %s=", name);
	if (!audit_value_needs_encoding(bytes, size)) {
		fprintf(out, "\"%.*s\"", (int)size, bytes);
		return;
	}
	for (i = 0; i < size; i++)
		fprintf(out, "%02X", (unsigned char)bytes[i]);
}

static void put_field(FILE *out, const char *name, const struct embargo_field *field)
{
	if (field->type == EMBARGO_FIELD_TEXT || field->type == EMBARGO_FIELD_PRINTABLE)
		put_text(out, name, field->bytes);
	else if (field->type == EMBARGO_FIELD_NUMBER)
		fprintf(out, " %s=%lld", name, (long long)field->number);
}

char *embargo_audit_text(struct embargo_entry *entry)
{
	_cleanup_free_ char *text = NULL;
	const struct embargo_fields *fields = embargo_entry_fields(entry);
	size_t size, i, j;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fprintf(out, "op=embargo-%s", entry->id);
	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		for (j = 0; j < fields->count; j++)
			if (!strcmp(fields->list[j].name, names[i].field))
				put_field(out, names[i].name, &fields->list[j]);
	return fclose(out) ? NULL : TAKE_PTR(text);
}

/* The kernel's field res=: was done what was asked for? */
static int success_of(const struct embargo_entry *entry)
{
	if (entry->record)
		return entry->record->event->verdict != EMBARGO_DENIED;
	return strcmp(entry->id, "load-failed") != 0 && strcmp(entry->id, "refused") != 0;
}

int embargo_audit_take(struct embargo_audit *audit, struct embargo_entry *entry)
{
	_cleanup_free_ char *text = embargo_audit_text(entry);
	int r = text ? 0 : -ENOMEM;

	if (!r && audit->fd < 0) {
		audit->fd = audit_open();
		r = audit->fd < 0 ? -errno : 0;
	}
	if (!r && audit_log_user_message(audit->fd, AUDIT_TRUSTED_APP, text, NULL, NULL, NULL,
					 success_of(entry)) <= 0) {
		r = -errno ?: -EIO;
		embargo_audit_close(audit);
	}
	if (r && !audit->failing)
		embargo_log_errno(r, "cannot write to the audit log; every other receiver is told");
	audit->failing = r;
	return r;
}
