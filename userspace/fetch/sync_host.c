// SPDX-License-Identifier: GPL-2.0-or-later
/* What a host says of itself, in the words of the protocol. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include <systemd/sd-id128.h>

#include "userspace/event/event_log.h"
#include "userspace/fetch/sync_private.h"

int embargo_sync_machine(struct embargo_sync_job *job)
{
	sd_id128_t id;
	int r = sd_id128_get_machine(&id);

	if (r < 0)
		return embargo_fetch_fail(&job->result->fetch, EMBARGO_FETCH_HOST, r,
					  "this host has no machine-id: %s", strerror(-r));
	/* As a Mac has it. */
	snprintf(job->machine, sizeof(job->machine),
		 "%02X%02X%02X%02X-%02X%02X-%02X%02X-%02X%02X-%02X%02X%02X%02X%02X%02X", id.bytes[0],
		 id.bytes[1], id.bytes[2], id.bytes[3], id.bytes[4], id.bytes[5], id.bytes[6], id.bytes[7],
		 id.bytes[8], id.bytes[9], id.bytes[10], id.bytes[11], id.bytes[12], id.bytes[13],
		 id.bytes[14], id.bytes[15]);
	return 0;
}

/* The first line of @path, or of it what follows @key; @otherwise if there is none. To be released. */
static json_t *line_of(const char *path, const char *key, const char *otherwise)
{
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	char line[256];
	json_t *text;

	while (file && fgets(line, sizeof(line), file)) {
		char *at = line + strlen(key);

		if (strncmp(line, key, strlen(key)) != 0)
			continue;
		at += strspn(at, "\"' ");
		at[strcspn(at, "\"'\n")] = '\0';
		text = *at ? json_string(at) : NULL; /* NULL too: not UTF-8 */
		return text ?: json_string(otherwise);
	}
	return json_string(otherwise);
}

json_t *embargo_sync_host(const struct embargo_sync_job *job)
{
	const struct embargo_sync_rules *rules = &job->rules;
	struct utsname kernel = {0};

	uname(&kernel);
	return json_pack(
		"{s:o, s:s, s:o, s:s, s:o, s:s, s:s, s:s, s:b, s:I, s:I, s:i, s:i, s:i, s:i, s:i, s:s}",
		"serial_num", line_of("/sys/class/dmi/id/product_serial", "", job->machine), "hostname",
		embargo_host_name(), "os_version", line_of("/etc/os-release", "VERSION_ID=", "unknown"),
		"os_build", kernel.release, "model_identifier",
		line_of("/sys/class/dmi/id/product_name", "", kernel.machine), "santa_version",
		EMBARGO_VERSION, "primary_user", "", "client_mode",
		embargo_sync_mode_name(job->sync->mode == EMBARGO_MODE_ENFORCE ? EMBARGO_SYNC_LOCKDOWN
									       : EMBARGO_SYNC_MONITOR),
		"request_clean_sync", job->clean, "binary_rule_count",
		(json_int_t)embargo_sync_rules_count(rules, EMBARGO_SYNC_BINARY), "certificate_rule_count",
		(json_int_t)embargo_sync_rules_count(rules, EMBARGO_SYNC_CERTIFICATE), "compiler_rule_count",
		0, "transitive_rule_count", 0, "teamid_rule_count", 0, "signingid_rule_count", 0,
		"cdhash_rule_count", 0, "machine_id", job->machine);
}
