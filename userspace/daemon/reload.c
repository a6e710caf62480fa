// SPDX-License-Identifier: GPL-2.0-or-later
/* The configuration of a daemon that runs. */
#include <time.h>

#include "userspace/daemon/daemon.h"
#include "userspace/base/log.h"
#include "userspace/daemon/metrics.h"

void embargo_daemon_configure(struct embargo_daemon *daemon)
{
	const struct embargo_config *config = &daemon->config;

	daemon->metrics.reload_failed = false;
	daemon->metrics.reload_since = time(NULL);
	embargo_sinks_configure(&daemon->sinks);
	daemon->metrics.due = 0;
	embargo_metrics_listen(daemon);
	/* What was held back is told by the old rules. What syslog does not take now waits for it. */
	if (embargo_daemon_dispatch_repeated(daemon, true)) {
		embargo_limit_change(&daemon->limit, config->rate_limit, config->rate_bucket);
		return;
	}
	embargo_limit_clear(&daemon->limit);
	if (embargo_limit_init(&daemon->limit, config->rate_limit, config->rate_bucket, config->rate_memory))
		embargo_log_warning("out of memory: events are told without a limit");
}

void embargo_daemon_reload(struct embargo_daemon *daemon)
{
	struct embargo_config config;

	embargo_sd_notify_reload(true);
	if (embargo_config_read(daemon->config_path, &config)) {
		daemon->metrics.reload_failed = true;
		embargo_sd_notify_reload(false);
		embargo_log_error("the configuration was not read again; what it was before stays");
		return;
	}
	embargo_config_clear(&daemon->config);
	daemon->config = config;
	embargo_daemon_configure(daemon);
	embargo_watch_configure(&daemon->new_files, config.watch, config.watch_queue);
	embargo_sd_notify_reload(false);
	embargo_log_note("the configuration was read again");
}
