// SPDX-License-Identifier: GPL-2.0-or-later
/* Who changed what is in force. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "policy/cleanup.h"
#include "policy/plural.h"
#include "userspace/base/config.h"
#include "userspace/base/log.h"
#include "userspace/cli/change.h"
#include "userspace/sink/sink.h"

#define UNSET 4294967295LL /* nobody logged in: a boot, a service */

void embargo_change_begin(struct embargo_change *ret_change)
{
	struct embargo_error error = {""};
	struct embargo_status status;

	*ret_change = (struct embargo_change){0};
	if (embargo_get_status(&status, &error) || !status.loaded)
		return;
	*ret_change = (struct embargo_change){true, status.mode, status.header.generation};
}

static void put_who(struct embargo_log_message *message)
{
	_cleanup_fclose_ FILE *file = fopen("/proc/self/loginuid", "re");
	long long loginuid = UNSET;
	const char *tty = ttyname(STDIN_FILENO);

	if (file && fscanf(file, "%lld", &loginuid) != 1)
		loginuid = UNSET;
	if (loginuid != UNSET)
		embargo_log_message_number(message, "loginuid", loginuid);
	embargo_log_message_number(message, "uid", getuid());
	embargo_log_message_number(message, "pid", getpid());
	if (tty)
		embargo_log_message_text(message, "tty", tty);
}

static void put_before(struct embargo_log_message *message, const struct embargo_change *before)
{
	embargo_log_message_text(message, "from_mode",
				 before->loaded ? embargo_mode_name(before->mode) : "none");
	embargo_log_message_number(message, "from_generation", (int64_t)before->generation);
}

static void tell(struct embargo_log_message *message)
{
	struct embargo_config config;

	put_who(message);
	if (!message->object) {
		embargo_log_errno(-ENOMEM, "no log could be told of this");
		return;
	}
	/* A configuration that is broken was reported, and must not keep this from being told. */
	if (!embargo_config_read(NULL, &config) || !embargo_config_default(&config)) {
		if (embargo_sinks_tell(&config, message) &&
		    embargo_log_kernel(LOG_NOTICE, embargo_log_message_message(message)))
			embargo_log_warning("no log could be told of this");
		embargo_config_clear(&config);
	}
	embargo_log_message_clear(message);
}

void embargo_change_loaded(const struct embargo_change *before, const char *files)
{
	struct embargo_log_message message;
	struct embargo_error error = {""};
	struct embargo_status status;

	if (embargo_get_status(&status, &error))
		return;
	embargo_log_message_new(
		&message, LOG_NOTICE, "loaded", "a policy of %u %s is in force, generation %llu, %s: %s",
		status.header.rules, embargo_plural(status.header.rules, "rule", "rules"),
		(unsigned long long)status.header.generation, embargo_mode_name(status.mode), files ?: "?");
	embargo_log_message_text(&message, "mode", embargo_mode_name(status.mode));
	embargo_log_message_number(&message, "generation", (int64_t)status.header.generation);
	put_before(&message, before);
	embargo_log_message_text(&message, "files", files ?: "?");
	tell(&message);
}

void embargo_change_unloaded(const struct embargo_change *before)
{
	struct embargo_log_message message;

	if (!before->loaded)
		return;
	embargo_log_message_new(&message, LOG_WARNING, "unloaded",
				"the policy was taken out of force: nothing is blocked any more");
	put_before(&message, before);
	tell(&message);
}

void embargo_change_mode(const struct embargo_change *before, enum embargo_mode mode)
{
	struct embargo_log_message message;

	if (before->loaded && before->mode == mode)
		return;
	embargo_log_message_new(&message, mode == EMBARGO_MODE_AUDIT ? LOG_WARNING : LOG_NOTICE, "mode",
				"the mode was changed from %s to %s", embargo_mode_name(before->mode),
				embargo_mode_name(mode));
	embargo_log_message_text(&message, "mode", embargo_mode_name(mode));
	put_before(&message, before);
	tell(&message);
}

void embargo_change_sealed(const char *first, size_t keys)
{
	struct embargo_log_message message;

	embargo_log_message_new(&message, LOG_NOTICE, "sealed",
				"what is in force is sealed until reboot; certificate of %s%s", first,
				keys > 1 ? " and others" : "");
	embargo_log_message_text(&message, "certificate", first);
	embargo_log_message_number(&message, "certificates", (int64_t)keys);
	tell(&message);
}

void embargo_change_failed(const struct embargo_change *before, const char *files)
{
	struct embargo_log_message message;

	embargo_log_message_new(&message, LOG_WARNING, "load-failed",
				"a policy could not be put in force, and nothing was changed: %s",
				files ?: "?");
	put_before(&message, before);
	embargo_log_message_text(&message, "files", files ?: "?");
	tell(&message);
}

char *embargo_change_files(char *const *paths)
{
	_cleanup_free_ char *text = NULL;
	size_t size, i;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (i = 0; paths && paths[i]; i++)
		fprintf(out, "%s%s", i ? ", " : "", paths[i]);
	return fclose(out) ? NULL : TAKE_PTR(text);
}
