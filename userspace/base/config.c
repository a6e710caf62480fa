// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading embargo.conf. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>

#include "loader/loader.h"
#include "policy/policy.h"
#include "userspace/base/config.h"
#include "userspace/base/log.h"

#define CONFIG_SIZE_MAX 65536

int embargo_config_default(struct embargo_config *ret_config)
{
	struct embargo_config config = {
		.mode = EMBARGO_MODE_MAX,
		.syslog_facility = LOG_AUTHPRIV,
		.syslog_socket = strdup(EMBARGO_SYSLOG_PATH),
		.journal = true,
		.notices = true,
		.notice_text = strdup(""),
		.rate_limit = 5,
		.rate_bucket = 60,
		.rate_memory = 1024,
		.metrics_socket = strdup(EMBARGO_RUN_DIR "/metrics.sock"),
		.metrics_file = strdup(""),
		.metrics_interval = 15,
		.event_log_size = EMBARGO_EVENT_LOG_SIZE,
		.watch = EMBARGO_WATCH_AUTO,
		.watch_queue = 16384,
		.fetch_url = strdup(""),
		.fetch_ca = strdup(""),
		.fetch_cert = strdup(""),
		.fetch_key = strdup(""),
		.fetch_proxy = strdup(""),
		.fetch_timeout = 300,
		.sync_url = strdup(""),
	};

	if (!config.syslog_socket || !config.notice_text || !config.metrics_socket || !config.metrics_file ||
	    !config.fetch_url || !config.fetch_ca || !config.fetch_cert || !config.fetch_key ||
	    !config.fetch_proxy || !config.sync_url) {
		embargo_config_clear(&config);
		return -ENOMEM;
	}
	*ret_config = config;
	return 0;
}

void embargo_config_clear(struct embargo_config *config)
{
	free(config->syslog_socket);
	free(config->notice_text);
	free(config->metrics_socket);
	free(config->metrics_file);
	free(config->fetch_url);
	free(config->fetch_ca);
	free(config->fetch_cert);
	free(config->fetch_key);
	free(config->fetch_proxy);
	free(config->sync_url);
	*config = (struct embargo_config){0};
}

/*
 * Whoever may write it decides what is told and what is not: it must be root's, or ours.
 * 1: there is none, and none is @needed.
 */
static int config_open(const char *path, bool needed, int *ret_fd)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 && errno == ENOENT && !needed)
		return 1;
	if (fd < 0 || fstat(fd, &st))
		return embargo_log_errno(-errno, "cannot read '%s'", path);
	if (!S_ISREG(st.st_mode) || (st.st_uid && st.st_uid != geteuid()) || st.st_mode & 022) {
		embargo_log_error("'%s' must be a file that only root can write: chown root, chmod go-w",
				  path);
		return -EPERM;
	}
	if (st.st_size > CONFIG_SIZE_MAX)
		return embargo_log_errno(-EFBIG, "cannot read '%s'", path);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

static int line_take(struct embargo_config *config, const char *path, unsigned int number, char *text,
		     size_t size, unsigned int *seen)
{
	struct embargo_config_line line;
	char hint[128], why[256] = "";
	int r = embargo_config_line(text, size, &line), key;

	if (r < 0)
		embargo_log_error("%s:%u:%zu: %s", path, number, line.wrong_column, line.wrong);
	if (r <= 0)
		return r;
	key = embargo_config_key(line.key, hint, sizeof(hint));
	if (key < 0) {
		embargo_log_error("%s:%u:%zu: unknown key '%s'%s%s", path, number, line.key_column, line.key,
				  *hint ? "; " : "", hint);
		return -EINVAL;
	}
	if (seen[key]) {
		embargo_log_error("%s:%u:%zu: '%s' was given in line %u already", path, number,
				  line.key_column, line.key, seen[key]);
		return -EINVAL;
	}
	seen[key] = number;
	r = embargo_config_set(config, key, line.value, why, sizeof(why));
	if (r)
		embargo_log_error("%s:%u:%zu: '%s' is no value of '%s': %s", path, number, line.value_column,
				  line.value, line.key, *why ? why : strerror(-r));
	return r;
}

static int lines_read(struct embargo_config *config, const char *path, FILE *file)
{
	unsigned int number = 0, seen[EMBARGO_CONFIG_KEYS] = {0};
	_cleanup_free_ char *text = NULL;
	size_t room = 0;
	ssize_t size;
	int error = 0, r;

	/* One error does not hide the next. */
	while ((size = getline(&text, &room, file)) > 0) {
		if (text[size - 1] == '\n')
			text[--size] = '\0';
		r = line_take(config, path, ++number, text, size, seen);
		error = error ?: r;
	}
	return ferror(file) ? embargo_log_errno(-EIO, "cannot read '%s'", path) : error;
}

int embargo_config_read(const char *path, struct embargo_config *ret_config)
{
	_cleanup_fclose_ FILE *file = NULL;
	struct embargo_config config;
	_cleanup_close_ int fd = -1;
	int r;

	r = config_open(path ?: EMBARGO_CONFIG, path, &fd);
	if (r < 0)
		return r;
	if (embargo_config_default(&config))
		return embargo_log_errno(-ENOMEM, "cannot read the configuration");
	if (!r) {
		file = fdopen(fd, "r");
		if (file)
			TAKE_FD(fd);
		r = file ? lines_read(&config, path ?: EMBARGO_CONFIG, file)
			 : embargo_log_errno(-errno, "cannot read the configuration");
		if (r) {
			embargo_config_clear(&config);
			return r;
		}
	}
	*ret_config = config;
	return 0;
}

void embargo_config_on_error(const struct embargo_config *config, struct embargo_policy *policy)
{
	unsigned int cause;

	for (cause = 0; cause < EMBARGO_CAUSE_MAX; cause++)
		embargo_policy_default_on_error(policy, cause, config->on_error[cause]);
}
