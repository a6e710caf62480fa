// SPDX-License-Identifier: GPL-2.0-or-later
/* From a denied process to its terminal. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "policy/cleanup.h"
#include "userspace/sink/tty_notice.h"
#include "userspace/base/label.h"
#include "userspace/base/text.h"

/* Major numbers of Linux, fixed: Documentation/admin-guide/devices.txt. */
#define MAJOR_CONSOLE 4 /* minors below 64 */
#define MAJOR_PTS_FIRST 136
#define MAJOR_PTS_LAST 143

/* Controlling terminal of @pid if it is older than the event, else its number was given to another. */
static int terminal_of(const char *proc, unsigned int pid, uint64_t time_ns, unsigned int *ret_tty)
{
	char path[256], line[1024], *fields;
	_cleanup_fclose_ FILE *file = NULL;
	unsigned long long start;
	int tty;

	snprintf(path, sizeof(path), "%s/%u/stat", proc, pid);
	file = pid ? fopen(path, "re") : NULL;
	if (!file || !fgets(line, sizeof(line), file))
		return -ESRCH;
	/* The name, in parentheses, may hold parentheses. */
	fields = strrchr(line, ')');
	if (!fields ||
	    sscanf(fields + 1,
		   " %*c %*d %*d %*d %d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &tty,
		   &start) != 2)
		return -ESRCH;
	if (start * (1000000000ULL / sysconf(_SC_CLK_TCK)) > time_ns)
		return -ESRCH;
	if (!tty)
		return -ENOTTY;
	*ret_tty = tty;
	return 0;
}

/* As the kernel packs it in /proc/PID/stat. */
static dev_t device(unsigned int tty)
{
	return makedev(tty >> 8 & 0xfff, (tty & 0xff) | (tty >> 12 & 0xfff00));
}

static int device_path(dev_t dev, char path[64])
{
	if (major(dev) >= MAJOR_PTS_FIRST && major(dev) <= MAJOR_PTS_LAST)
		snprintf(path, 64, "/dev/pts/%u", (major(dev) - MAJOR_PTS_FIRST) * 256 + minor(dev));
	else if (major(dev) == MAJOR_CONSOLE && minor(dev) < 64)
		snprintf(path, 64, "/dev/tty%u", minor(dev));
	else
		return -ENOTTY;
	return 0;
}

/*
 * A container has terminals of its own with the same numbers as ours; the owner tells
 * them apart. With sudo the terminal is that of who logged in.
 */
static int terminal_open(const struct embargo_event *event, unsigned int tty, int *ret_fd)
{
	_cleanup_close_ int fd = -1;
	struct stat st;
	char path[64];

	if (device_path(device(tty), path))
		return -ENOTTY;
	fd = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT || errno == ENXIO ? -ENOTTY : -errno;
	if (fstat(fd, &st) || !S_ISCHR(st.st_mode) || st.st_rdev != device(tty) || !isatty(fd))
		return -ENOTTY;
	if ((st.st_uid != event->uid && st.st_uid != event->loginuid) || !(st.st_mode & S_IWGRP))
		return -EPERM;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

/* Whoever starts a thousand different programs shall still be able to use the terminal. */
static bool terminal_may(struct embargo_tty_notices *notices, unsigned int tty, int64_t now)
{
	unsigned int i, oldest = 0;

	for (i = 0; i < EMBARGO_NOTICES_KEPT; i++) {
		if (notices->kept[i].tty == tty)
			break;
		if (notices->kept[i].begin < notices->kept[oldest].begin)
			oldest = i;
	}
	if (i == EMBARGO_NOTICES_KEPT) {
		i = oldest;
		notices->kept[i].tty = 0;
	}
	if (notices->kept[i].tty != tty || now - notices->kept[i].begin >= EMBARGO_NOTICES_WINDOW_MS) {
		notices->kept[i].tty = tty;
		notices->kept[i].told = 0;
		notices->kept[i].begin = now;
	}
	return notices->kept[i].told++ < EMBARGO_NOTICES_LIMIT;
}

char *embargo_tty_notice_text(const struct embargo_record *record, const char *text)
{
	const char *what = *record->path ? record->path : record->event->module;
	size_t size = *record->path ? strlen(what) : strnlen(what, EMBARGO_NAME_SIZE);
	_cleanup_free_ char *label =
		record->rule ? embargo_rule_label(record->set, record->rule, false) : NULL;
	_cleanup_free_ char *name = embargo_text(what, size),
			    *safe = embargo_text_escape(text, strlen(text), "");
	char *notice = NULL;

	if (!name || !safe ||
	    asprintf(&notice, "\r\nembargo: \"%s\" was not allowed to run: %s\r\n%s%s%s", name,
		     label ?: "whether it is banned could not be found out", *safe ? "embargo: " : "", safe,
		     *safe ? "\r\n" : "") < 0)
		return NULL;
	return notice;
}

int embargo_tty_notice(struct embargo_tty_notices *notices, const struct embargo_record *record, int64_t now)
{
	const struct embargo_event *event = record->event;
	const char *proc = notices->proc ?: "/proc";
	_cleanup_free_ char *notice = NULL;
	_cleanup_close_ int fd = -1;
	unsigned int tty;
	int r;

	r = terminal_of(proc, event->tgid, event->time_ns, &tty);
	if (r)
		r = terminal_of(proc, event->parent_tgid, event->time_ns, &tty);
	if (r)
		return -ENOTTY;
	r = terminal_open(event, tty, &fd);
	if (r)
		return r;
	if (!terminal_may(notices, tty, now))
		return -EBUSY;
	notice = embargo_tty_notice_text(record, notices->text ?: "");
	if (!notice)
		return -ENOMEM;
	/* A terminal that is stopped takes nothing, or a part. */
	return write(fd, notice, strlen(notice)) < 0 ? -errno : 0;
}
