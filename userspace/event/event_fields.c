// SPDX-License-Identifier: GPL-2.0-or-later
/* The fields of an event, by name, each once. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "loader/loader.h"
#include "loader/seal.h"
#include "userspace/event/event.h"

#define NS_PER_S 1000000000LL
#define UNSET 0xffffffffU /* loginuid and session of a task that nobody logged in */

void embargo_time_format(const struct timespec *time, char text[EMBARGO_TIME_SIZE])
{
	struct tm tm = {0};
	char zone[8], day[24];

	localtime_r(&time->tv_sec, &tm);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	strftime(zone, sizeof(zone), "%z", &tm);
	snprintf(text, EMBARGO_TIME_SIZE, "%s.%06u%.3s:%.2s", day,
		 (unsigned int)(time->tv_nsec / 1000) % 1000000, zone, zone + 3);
}

/* Events carry the clock that counts since boot, and through suspend. */
static struct timespec time_real(uint64_t boot_ns)
{
	struct timespec real, boot;
	int64_t ns;

	clock_gettime(CLOCK_REALTIME, &real);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	ns = (int64_t)boot_ns + (real.tv_sec - boot.tv_sec) * NS_PER_S + real.tv_nsec - boot.tv_nsec;
	return (struct timespec){.tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S};
}

void embargo_record_make(struct embargo_record *record, const struct embargo_event *event, const char *path,
			 struct embargo_policydb_cache *policydbs)
{
	*record = (struct embargo_record){.event = event,
					  .path = path,
					  .time = time_real(event->time_ns),
					  .container = embargo_container_by_cgroup(event->cgroup_id)};
	if (event->rule == EMBARGO_NO_RULE)
		return;
	record->set = embargo_policydb_cache_find(policydbs, event->generation);
	if (record->set && event->rule < record->set->rule_count)
		record->rule = &record->set->rules[event->rule];
}

bool embargo_record_selftest(const struct embargo_record *record)
{
	return record->rule && !strcmp(embargo_rule_file(record->set, record->rule), EMBARGO_SELFTEST_FILE);
}

static void put(struct embargo_fields *fields, struct embargo_field field)
{
	if (fields->count < EMBARGO_FIELDS_MAX)
		fields->list[fields->count++] = field;
}

static void put_number(struct embargo_fields *fields, const char *name, int64_t number)
{
	put(fields, (struct embargo_field){.name = name, .type = EMBARGO_FIELD_NUMBER, .number = number});
}

static void put_number_if(struct embargo_fields *fields, const char *name, bool given, int64_t number)
{
	put(fields, (struct embargo_field){.name = name,
					   .type = given ? EMBARGO_FIELD_NUMBER : EMBARGO_FIELD_ABSENT,
					   .number = number});
}

static void put_bool(struct embargo_fields *fields, const char *name, bool value)
{
	put(fields, (struct embargo_field){.name = name, .type = EMBARGO_FIELD_BOOL, .number = value});
}

static void put_text(struct embargo_fields *fields, const char *name, const char *text)
{
	bool given = text && *text;

	put(fields, (struct embargo_field){.name = name,
					   .type = given ? EMBARGO_FIELD_TEXT : EMBARGO_FIELD_ABSENT,
					   .bytes = given ? text : NULL});
}

static const char *hex(const __u8 *bytes, size_t size, char *text)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < size; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	text[2 * i] = '\0';
	return text;
}

/* The kernel's strings end with NUL; that they do is not taken on trust. */
static const char *name(const char *bytes, size_t size, char *text)
{
	memcpy(text, bytes, size);
	text[size] = '\0';
	return text;
}

static void put_remark(struct embargo_fields *fields, const char *key, const struct embargo_record *record,
		       char text[EMBARGO_REMARK_SIZE])
{
	char value[EMBARGO_VALUE_MAX];

	*text = 0;
	if (record->rule)
		snprintf(text, EMBARGO_REMARK_SIZE, "%.*s", EMBARGO_REMARK_SIZE - 1,
			 embargo_rule_remark(record->set, record->rule, key, value));
	put_text(fields, key, text);
}

static void put_rule(struct embargo_fields *fields, const struct embargo_record *record)
{
	const struct embargo_event *event = record->event;
	const struct embargo_rule *rule = record->rule;
	bool ruled = event->rule != EMBARGO_NO_RULE, tamper = event->flags & EMBARGO_EVENT_TAMPER;

	put_number_if(fields, "rule", ruled, event->rule);
	put_text(fields, "kind", ruled ? embargo_kind_name(event->kind) : tamper ? "tamper" : NULL);
	put_text(fields, "rule_name", rule ? embargo_string(record->set, rule->name) : NULL);
	put_text(fields, "reason",
		 rule	  ? embargo_string(record->set, rule->reason)
		 : tamper ? embargo_tamper_meaning(event->kind)
			  : NULL);
	put_text(fields, "authority", rule ? embargo_rule_authority(record->set, rule) : NULL);
	put_remark(fields, "scope", record, fields->scope);
	put_remark(fields, "effective", record, fields->effective);
	put_remark(fields, "cpe", record, fields->cpe);
	put_text(fields, "source", rule ? embargo_string(record->set, rule->source) : NULL);
	put_text(fields, "policy_file", rule ? embargo_rule_file(record->set, rule) : NULL);
	put_number_if(fields, "policy_line", rule, rule ? rule->line : 0);
	put_bool(fields, "selftest", embargo_record_selftest(record));
}

static void put_task(struct embargo_fields *fields, const struct embargo_record *record)
{
	const struct embargo_container *container = record->container;
	const struct embargo_event *event = record->event;

	put_number(fields, "pid", event->pid);
	put_number(fields, "tgid", event->tgid);
	put_text(fields, "comm", name(event->comm, EMBARGO_COMM_SIZE, fields->comm));
	put_number(fields, "parent_tgid", event->parent_tgid);
	put_text(fields, "parent_comm", name(event->parent_comm, EMBARGO_COMM_SIZE, fields->parent_comm));
	put_number(fields, "uid", event->uid);
	put_number(fields, "gid", event->gid);
	put_number_if(fields, "loginuid", event->loginuid != UNSET, event->loginuid);
	put_number_if(fields, "session", event->session != UNSET, event->session);
	put_number(fields, "cgroup_id", event->cgroup_id);
	put_text(fields, "container", container ? container->text : NULL);
	put_text(fields, "container_id", container ? container->id : NULL);
	put_text(fields, "pod_uid", container ? container->pod : NULL);
	put_number(fields, "mount_ns", event->mount_ns);
}

static void put_module(struct embargo_fields *fields, const struct embargo_event *event)
{
	size_t size = event->serial_size < EMBARGO_SERIAL_SIZE ? event->serial_size : EMBARGO_SERIAL_SIZE;
	bool keyid = event->flags & EMBARGO_EVENT_KEYID;

	put_text(fields, "origin", embargo_origin_name(event->origin));
	/* Of a seal that was tampered with it is the name that is the path. */
	put_text(fields, "module",
		 event->flags & EMBARGO_EVENT_TAMPER
			 ? NULL
			 : name(event->module, EMBARGO_NAME_SIZE, fields->module));
	put_bool(fields, "unsigned", event->flags & EMBARGO_EVENT_UNSIGNED);
	put_text(fields, "signer", name(event->signer, EMBARGO_SIGNER_SIZE, fields->signer));
	hex(event->serial, size, fields->serial);
	put_text(fields, "serial", keyid ? NULL : fields->serial);
	put_text(fields, "key_id", keyid ? fields->serial : NULL);
	put_number_if(fields, "request_tgid", event->request_tgid, event->request_tgid);
}

void embargo_record_fields(const struct embargo_record *record, struct embargo_fields *ret_fields)
{
	const struct embargo_event *event = record->event;
	struct embargo_fields *fields = ret_fields;
	bool hashed = event->flags & EMBARGO_EVENT_SHA256, tamper = event->flags & EMBARGO_EVENT_TAMPER;

	fields->count = 0;
	embargo_time_format(&record->time, fields->time);
	put_text(fields, "time", fields->time);
	put_number(fields, "time_ns", event->time_ns);
	put_number(fields, "version", event->version);
	put_text(fields, "verdict", embargo_verdict_name(event->verdict));
	put_number_if(fields, "repeated", record->repeated, record->repeated);
	put_text(fields, "hook", tamper ? "seal" : embargo_hook_name(event->hook));
	put_text(fields, "mode", embargo_mode_name(event->mode));
	put_text(fields, "path",
		 tamper ? name(event->module, EMBARGO_NAME_SIZE, fields->module) : record->path);
	put_bool(fields, "path_partial", event->flags & EMBARGO_EVENT_PATH_PARTIAL);
	put_text(fields, "sha256", hashed ? hex(event->sha256, EMBARGO_SHA256_SIZE, fields->sha256) : NULL);
	put_number(fields, "file_size", event->file_size);
	put_text(fields, "format", embargo_formats_text(event->format, fields->format));
	snprintf(fields->device, sizeof(fields->device), "%u:%u", event->device >> 20,
		 event->device & 0xfffff);
	put_text(fields, "device", fields->device);
	put_number(fields, "inode", event->inode);
	put_number(fields, "generation", event->generation);
	put_text(fields, "action", embargo_action_name(event->action) ?: "none");
	put_text(fields, "cause", embargo_cause_name(event->cause) ?: "none");
	put_number(fields, "error", event->error);
	put_rule(fields, record);
	put_task(fields, record);
	put_module(fields, event);
}
