/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What Prometheus collects, in its text format 0.0.4: on a UNIX socket that
 * answers GET /metrics, and as a file for node_exporter. Names are never changed;
 * new ones may come.
 */
#ifndef EMBARGO_USERSPACE_DAEMON_METRICS_H
#define EMBARGO_USERSPACE_DAEMON_METRICS_H

#include <stdio.h>

#include "userspace/daemon/daemon.h"
#include "userspace/fetch/fetch.h"

/* What is exposed. */
struct embargo_metrics {
	const struct embargo_status *status;
	const struct embargo_policydb *policydb; /* of the policy in force, or NULL */
	int64_t loaded_at;			 /* CLOCK_BOOTTIME, s; 0: not known */
	int64_t now;				 /* the same clock */
	const struct embargo_sinks *sinks;
	const struct embargo_tally *tally;
	const struct embargo_watch_shared *watch; /* NULL: off */
	bool broken;	      /* the last good policy is in force in place of the host's own */
	bool reload_failed;   /* of the configuration, the last time */
	int64_t reload_since; /* CLOCK_REALTIME, s: it was read without an error */
	int64_t real;	      /* CLOCK_REALTIME, s, at .now */
	const struct embargo_fetch_state *fetch; /* NULL: this host fetches nothing */
};

/* metrics_host.c: states of the host that alerts ask for, and histograms */
void embargo_metrics_host(const struct embargo_metrics *metrics, FILE *out);

/* metrics.c: the whole text, to be freed. NULL: no memory. */
char *embargo_metrics_text(const struct embargo_metrics *metrics);
/* A policy came, or was there when the daemon started: note since when it is in force. */
void embargo_metrics_note_policy(struct embargo_daemon *daemon);
/* Of a daemon, now. */
char *embargo_daemon_metrics(struct embargo_daemon *daemon);

/* metrics_serve.c: failures are reported, and cost nothing but the metrics. */
void embargo_metrics_listen(struct embargo_daemon *daemon);
void embargo_metrics_close(struct embargo_daemon *daemon);
/* @fd, which epoll showed, is the socket or a client; answer. false: it is neither. */
bool embargo_metrics_serve(struct embargo_daemon *daemon, int fd);
/* Write the file, if it is time to, and drop clients that are slow. */
void embargo_metrics_tick(struct embargo_daemon *daemon);
/* One answer to what a client sent, or to a part of it: to be freed. NULL: it is not complete, or no memory.
 */
char *embargo_metrics_answer(struct embargo_daemon *daemon, const char *request);

#endif
