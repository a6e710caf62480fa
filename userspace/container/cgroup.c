// SPDX-License-Identifier: GPL-2.0-or-later
/* The number of a cgroup -> its path -> whose container it is. */
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "policy/cleanup.h"
#include "userspace/container/container.h"
#include "userspace/container/private.h"

#define REMEMBERED 256
#define WALKS 10 /* a second: who makes many cgroups shall not keep the daemon from its events */
#define PLACE "/sys/fs/cgroup"

static struct {
	uint64_t id; /* 0: empty */
	struct embargo_container container;
} remembered[REMEMBERED];

/* nftw() passes nothing on. */
static uint64_t wanted;
static char *found;

static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)ftw;
	if (type != FTW_D || st->st_ino != wanted)
		return 0;
	found = strdup(path + strlen(PLACE));
	return 1;
}

static char *path_of(uint64_t id)
{
	wanted = id;
	found = NULL;
	nftw(PLACE, visit, 16, FTW_PHYS | FTW_MOUNT);
	return found;
}

static bool may_walk(void)
{
	static time_t second;
	static unsigned int walks;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	walks = now.tv_sec == second ? walks + 1 : 1;
	second = now.tv_sec;
	return walks <= WALKS;
}

/* "…pod1f2e_…" or "…pod1f2e-…": systemd has no - in the names of slices. */
static void pod_take(const char *path, char pod[64])
{
	const char *at = strstr(path, "kubepods") ? strstr(path, "pod") : NULL;
	size_t size, i;

	*pod = 0;
	for (; at; at = strstr(at + 3, "pod")) {
		size = strspn(at + 3, "0123456789abcdefABCDEF-_");
		if (size != 36 && size != 32)
			continue;
		for (i = 0; i < size; i++)
			pod[i] = at[3 + i] == '_' ? '-' : at[3 + i];
		pod[size] = 0;
		return;
	}
}

/* "machine-web.scope", "lxc.payload.web": these have names, no ids. */
static char *of_names(const char *path)
{
	static const char *const kinds[][3] = {
		{"/machine-", ".scope", "systemd-nspawn container"},
		{"/systemd-nspawn@", ".service", "systemd-nspawn container"},
		{"/lxc.payload.", "", "lxc container"},
	};
	char *text = NULL;
	size_t i, size;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const char *at = strstr(path, kinds[i][0]), *end;

		if (!at)
			continue;
		at += strlen(kinds[i][0]);
		end = *kinds[i][1] ? strstr(at, kinds[i][1]) : NULL;
		size = end ? (size_t)(end - at) : strcspn(at, "/");
		return asprintf(&text, "%s %.*s", kinds[i][2], (int)(size < 128 ? size : 128), at) < 0 ? NULL
												       : text;
	}
	return NULL;
}

void embargo_container_by_path(const char *root, const char *path, struct embargo_container *ret_container)
{
	const char *id;

	*ret_container = (struct embargo_container){.text = embargo_container_of_cgroup(root, path)};
	pod_take(path, ret_container->pod);
	/* What has a text has an id: that is where the text is from. */
	id = ret_container->text ? embargo_container_id_find(path) : NULL;
	snprintf(ret_container->id, sizeof(ret_container->id), "%s", id ?: "");
	if (!ret_container->text)
		ret_container->text = of_names(path);
}

void embargo_container_clear(struct embargo_container *container)
{
	free(container->text);
	*container = (struct embargo_container){0};
}

const struct embargo_container *embargo_container_by_cgroup(uint64_t id)
{
	struct embargo_container *container = &remembered[id % REMEMBERED].container;
	_cleanup_free_ char *path = NULL;

	if (!id)
		return NULL;
	if (remembered[id % REMEMBERED].id != id) {
		if (!may_walk())
			return NULL;
		path = path_of(id);
		embargo_container_clear(container);
		if (path)
			embargo_container_by_path("/", path, container);
		remembered[id % REMEMBERED].id = id;
	}
	return container->text ? container : NULL;
}
