/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration of a daemon that runs. */
#include "userspace/daemon.h"
#include "userspace/log.h"

void embargo_daemon_configure(struct embargo_daemon *daemon)
{
	embargo_syslog_close(&daemon->syslog);
	daemon->syslog.path = daemon->config.syslog_socket;
	daemon->spool.limit = daemon->config.history_size;
}

void embargo_daemon_reload(struct embargo_daemon *daemon)
{
	struct embargo_config config;

	if (embargo_config_read(daemon->config_path, &config)) {
		embargo_log_error("the configuration was not read again; what it was before stays");
		return;
	}
	embargo_config_clear(&daemon->config);
	daemon->config = config;
	embargo_daemon_configure(daemon);
	embargo_log_note("the configuration was read again");
}
