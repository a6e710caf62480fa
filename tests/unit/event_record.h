/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An event with every field filled in, for the tests of how events are told. */
#ifndef EMBARGO_TESTS_UNIT_EVENT_RECORD_H
#define EMBARGO_TESTS_UNIT_EVENT_RECORD_H

#include "tests/harness.h"
#include "userspace/event/event.h"
#include "userspace/sink/sink.h"

static struct embargo_event sample_event __attribute__((unused)) = {
	.version = EMBARGO_ABI_VERSION,
	.time_ns = 6853351605,
	.generation = 4,
	.file_size = 45264,
	.inode = 77,
	.cgroup_id = 1234,
	.device = 8 << 20 | 1,
	.mount_ns = 4026531841,
	.pid = 124,
	.tgid = 123,
	.parent_tgid = 100,
	.uid = 1000,
	.gid = 1001,
	.loginuid = 1002,
	.session = 3,
	.rule = 0,
	.error = 0,
	.flags = EMBARGO_EVENT_SHA256,
	.format = EMBARGO_FORMAT_ELF,
	.hook = EMBARGO_HOOK_EXEC,
	.verdict = EMBARGO_DENIED,
	.mode = EMBARGO_MODE_ENFORCE,
	.action = EMBARGO_ACTION_BAN,
	.kind = EMBARGO_KIND_HASH,
	.sha256 = {0xab, 0xcd},
	.comm = "bash",
	.parent_comm = "sshd",
};

/* A rule to go with it. The policy is never freed: a test is a process of its own. */
static inline const struct embargo_ruleset *sample_rules(void)
{
	static const char text[] =
		"authority \"BOD 17-01\"\n"
		"ban hash sha256:abcd000000000000000000000000000000000000000000000000000000000000"
		" name=\"agent\" reason=\"banned [\\\"x\\\"]\" source=\"https://example.org/1\"\n";
	struct embargo_policy *policy = embargo_policy_new();

	ASSERT_NOT_NULL(policy);
	ASSERT_EQ(0, embargo_policy_read_buffer(policy, "/etc/embargo/a.policy", text, sizeof(text) - 1, 0));
	ASSERT_EQ(0, embargo_policy_check(policy, 0));
	return &policy->set;
}

static inline struct embargo_record sample_record(const char *path)
{
	const struct embargo_ruleset *set = sample_rules();

	return (struct embargo_record){
		.event = &sample_event,
		.path = path,
		.time = {.tv_sec = 1782902096, .tv_nsec = 123456789},
		.set = set,
		.rule = &set->rules[0],
	};
}

/* What one sink makes of one thing to be told. */
static inline int syslog_event(struct embargo_syslog *syslog, const struct embargo_record *record)
{
	struct embargo_entry entry;
	int r;

	embargo_entry_event(&entry, record);
	r = embargo_syslog_take(syslog, &entry);
	embargo_entry_clear(&entry);
	return r;
}

static inline int syslog_lost(struct embargo_syslog *syslog, uint64_t lost, uint64_t total)
{
	struct embargo_entry entry;
	int r;

	embargo_entry_lost(&entry, lost, total);
	r = embargo_syslog_take(syslog, &entry);
	embargo_entry_clear(&entry);
	return r;
}

static inline char *syslog_format_event(const struct embargo_syslog *syslog,
					const struct embargo_record *record, size_t limit)
{
	struct embargo_entry entry;
	char *datagram;

	embargo_entry_event(&entry, record);
	datagram = embargo_syslog_format(syslog, &entry, limit);
	embargo_entry_clear(&entry);
	return datagram;
}

static inline char *syslog_format_lost(const struct embargo_syslog *syslog, uint64_t lost, uint64_t total,
				       const struct timespec *time)
{
	struct embargo_entry entry;
	char *datagram;

	embargo_entry_lost(&entry, lost, total);
	entry.time = *time;
	datagram = embargo_syslog_format(syslog, &entry, EMBARGO_SYSLOG_SIZE);
	embargo_entry_clear(&entry);
	return datagram;
}

static inline char *syslog_format_message(const struct embargo_syslog *syslog,
					  const struct embargo_log_message *message,
					  const struct timespec *time)
{
	struct embargo_entry entry;
	char *datagram;

	embargo_entry_message(&entry, message);
	entry.time = *time;
	datagram = embargo_syslog_format(syslog, &entry, EMBARGO_SYSLOG_SIZE);
	embargo_entry_clear(&entry);
	return datagram;
}

static inline int journal_event(struct embargo_journal *journal, const struct embargo_record *record)
{
	struct embargo_entry entry;
	int r;

	embargo_entry_event(&entry, record);
	r = embargo_journal_take(journal, &entry);
	embargo_entry_clear(&entry);
	return r;
}

static inline int journal_lost(struct embargo_journal *journal, uint64_t lost, uint64_t total)
{
	struct embargo_entry entry;
	int r;

	embargo_entry_lost(&entry, lost, total);
	r = embargo_journal_take(journal, &entry);
	embargo_entry_clear(&entry);
	return r;
}

static inline int journal_message(struct embargo_journal *journal, const struct embargo_log_message *message)
{
	struct embargo_entry entry;
	int r;

	embargo_entry_message(&entry, message);
	r = embargo_journal_take(journal, &entry);
	embargo_entry_clear(&entry);
	return r;
}

static inline char *audit_text(const struct embargo_record *record)
{
	struct embargo_entry entry;
	char *text;

	embargo_entry_event(&entry, record);
	text = embargo_audit_text(&entry);
	embargo_entry_clear(&entry);
	return text;
}

/* To all of them. */
static inline int sinks_event(struct embargo_sinks *sinks, const struct embargo_record *record)
{
	struct embargo_entry entry;
	int r;

	embargo_entry_event(&entry, record);
	r = embargo_sinks_take(sinks, &entry, false);
	embargo_entry_clear(&entry);
	return r;
}

#endif
