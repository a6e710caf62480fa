// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading the events that were delivered. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "policy/cleanup.h"
#include "userspace/event/event_log.h"

#define TAIL_SIZE 65536 /* the last line is in it: a path has 4096 bytes, each at most twelve in JSON */

const char *embargo_boot_id(void)
{
	static char id[40];
	_cleanup_fclose_ FILE *file = NULL;

	if (*id)
		return id;
	file = fopen("/proc/sys/kernel/random/boot_id", "re");
	if (!file || !fgets(id, sizeof(id), file))
		return "";
	id[strcspn(id, "\n")] = '\0';
	return id;
}

const char *embargo_host_name(void)
{
	static struct utsname name;

	return uname(&name) ? "" : name.nodename;
}

struct embargo_key embargo_event_key(const struct embargo_event *event)
{
	return (struct embargo_key){
		.time_ns = event->time_ns, .generation = event->generation, .pid = event->pid};
}

bool embargo_key_equal(const struct embargo_key *a, const struct embargo_key *b)
{
	return a->time_ns == b->time_ns && a->generation == b->generation && a->pid == b->pid;
}

bool embargo_event_log_key(const json_t *event, struct embargo_key *ret_key)
{
	const char *boot = json_string_value(json_object_get(event, "boot_id"));

	if (!boot || strcmp(boot, embargo_boot_id()) != 0)
		return false;
	ret_key->time_ns = json_integer_value(json_object_get(event, "time_ns"));
	ret_key->generation = json_integer_value(json_object_get(event, "generation"));
	ret_key->pid = json_integer_value(json_object_get(event, "pid"));
	return true;
}

static int lines_read(FILE *file, embargo_event_log_fn call, void *context)
{
	_cleanup_free_ char *line = NULL;
	size_t room = 0;
	json_t *event;
	int r = 0;

	while (!r && getline(&line, &room, file) > 0) {
		line[strcspn(line, "\n")] = '\0';
		/* A line that was cut off by a full disk is passed over. */
		event = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
		if (event)
			r = call(context, event, line);
		json_decref(event);
	}
	return r ?: ferror(file) ? -EIO : 0;
}

int embargo_event_log_read(const char *path, embargo_event_log_fn call, void *context)
{
	_cleanup_fclose_ FILE *newest = NULL, *older = NULL;
	_cleanup_free_ char *rotated = NULL;
	struct stat a, b;
	int r = 0;

	if (asprintf(&rotated, "%s.1", path) < 0)
		return -ENOMEM;
	/* In this order no line is missed when the daemon rotates meanwhile: at worst both are one file. */
	newest = fopen(path, "re");
	if (!newest && errno != ENOENT)
		return -errno;
	older = fopen(rotated, "re");
	if (older && newest && !fstat(fileno(older), &a) && !fstat(fileno(newest), &b) &&
	    a.st_ino == b.st_ino && a.st_dev == b.st_dev)
		r = 0;
	else if (older)
		r = lines_read(older, call, context);
	if (!r && newest)
		r = lines_read(newest, call, context);
	return r;
}

int embargo_event_log_last(const char *path, struct embargo_key *ret_key)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	_cleanup_free_ char *tail = malloc(TAIL_SIZE + 1);
	json_t *event;
	char *line;
	ssize_t got;
	off_t end;
	int r;

	if (fd < 0 || !tail)
		return fd < 0 ? -errno : -ENOMEM;
	end = lseek(fd, 0, SEEK_END);
	got = end < 0 ? -1 : pread(fd, tail, TAIL_SIZE, end > TAIL_SIZE ? end - TAIL_SIZE : 0);
	if (got < 0)
		return -errno;
	tail[got] = '\0';
	if (got && tail[got - 1] == '\n')
		tail[got - 1] = '\0';
	line = strrchr(tail, '\n');
	event = json_loads(line ? line + 1 : tail, 0, NULL);
	r = event && embargo_event_log_key(event, ret_key) ? 0 : -ENOENT;
	json_decref(event);
	return r;
}
