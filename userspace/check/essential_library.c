// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The libraries of what this host needs, and theirs, as the dynamic loader would find them: no process that
 * runs has mapped those of sudo or of a shell that nobody uses now.
 */
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <glob.h>
#include <libelf.h>
#include <limits.h>
#include <string.h>

#include "policy/cleanup.h"
#include "userspace/check/guard.h"
#include "userspace/check/library_cache.h"

#define CACHE "/etc/ld.so.cache"
#define FILES_MAX 8192 /* far more than any host has */
#define MACHINE_BYTES 20

static const char *const directories[] = {"/lib64", "/usr/lib64", "/lib/*-linux-*", "/usr/lib/*-linux-*",
					  "/lib",   "/usr/lib",	  "/usr/local/lib"};

/* One file while its libraries are looked for. */
struct user {
	struct embargo_essential_files *essential;
	const struct embargo_library_cache *cache;
	const char *path;
	char machine[MACHINE_BYTES]; /* the beginning of the file */
	const char *run_path;	     /* NULL: it has none */
};

static void elf_endp(Elf **elf)
{
	elf_end(*elf);
}

static bool machine_read(const char *path, char machine[MACHINE_BYTES])
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	return fd >= 0 && read(fd, machine, MACHINE_BYTES) == MACHINE_BYTES &&
	       !memcmp(machine, ELFMAG, SELFMAG);
}

/* The loader passes over libraries of other machines: class and byte order, then e_machine. 1: it was added.
 */
static int library_add(const struct user *user, const char *path)
{
	char machine[MACHINE_BYTES];
	int r;

	if (!machine_read(path, machine) || memcmp(machine + EI_CLASS, user->machine + EI_CLASS, 2) != 0 ||
	    memcmp(machine + 18, user->machine + 18, 2) != 0)
		return 0;
	r = embargo_essential_add(user->essential, path);
	return r ?: 1;
}

/* In the directories of RUNPATH or RPATH, of which $ORIGIN is that of the file itself. */
static int run_path_search(const struct user *user, const char *name)
{
	static const char *const origins[] = {"$ORIGIN", "${ORIGIN}"};
	_cleanup_free_ char *copy = strdup(user->run_path);
	int here = strrchr(user->path, '/') - user->path, r = copy ? 0 : -ENOMEM;
	char *cursor = copy, *directory;
	char path[PATH_MAX];

	while (!r && (directory = strsep(&cursor, ":"))) {
		const char *rest = directory;

		for (size_t i = 0; rest == directory && i < 2; i++)
			if (!strncmp(directory, origins[i], strlen(origins[i])))
				rest += strlen(origins[i]);
		if (snprintf(path, sizeof(path), "%.*s%s/%s", rest == directory ? 0 : here, user->path, rest,
			     name) < (int)sizeof(path) &&
		    path[0] == '/')
			r = library_add(user, path);
	}
	return r;
}

static int cache_search(const struct user *user, const char *name)
{
	uint32_t cursor = 0;
	const char *path;
	int found = 0, r;

	/* All of them: which one it is depends on what the processor can do. */
	while ((path = embargo_library_cache_next(user->cache, name, &cursor))) {
		r = library_add(user, path);
		if (r < 0)
			return r;
		found |= r;
	}
	return found;
}

static int directories_search(const struct user *user, const char *name)
{
	char path[PATH_MAX];
	glob_t found;
	size_t i, j;
	int r = 0;

	for (i = 0; !r && i < sizeof(directories) / sizeof(*directories); i++) {
		if (snprintf(path, sizeof(path), "%s/%s", directories[i], name) >= (int)sizeof(path) ||
		    glob(path, GLOB_NOSORT, NULL, &found))
			continue;
		for (j = 0; !r && j < found.gl_pathc; j++)
			r = library_add(user, found.gl_pathv[j]);
		globfree(&found);
	}
	return r;
}

static int library_search(const struct user *user, const char *name)
{
	int r = 0;

	if (strchr(name, '/'))
		return name[0] == '/' ? library_add(user, name) : 0;
	if (user->run_path)
		r = run_path_search(user, name);
	r = r ?: cache_search(user, name);
	return r ?: directories_search(user, name);
}

/* What the loader reads of a file, by way of its sections: no distribution strips these. */
static int dynamic_walk(struct user *user, Elf *elf, Elf_Scn *section, size_t strings)
{
	Elf_Data *data = elf_getdata(section, NULL);
	const char *text;
	GElf_Dyn dyn;
	int i, r = 0;

	for (i = 0; data && gelf_getdyn(data, i, &dyn); i++)
		if (dyn.d_tag == DT_RUNPATH || (dyn.d_tag == DT_RPATH && !user->run_path))
			user->run_path = elf_strptr(elf, strings, dyn.d_un.d_val);
	for (i = 0; r >= 0 && data && gelf_getdyn(data, i, &dyn) && dyn.d_tag != DT_NULL; i++) {
		text = dyn.d_tag == DT_NEEDED ? elf_strptr(elf, strings, dyn.d_un.d_val) : NULL;
		if (text)
			r = library_search(user, text);
	}
	return r < 0 ? r : 0;
}

static int libraries_add(struct embargo_essential_files *essential, const struct embargo_library_cache *cache,
			 const char *path)
{
	struct user user = {.essential = essential, .cache = cache, .path = path};
	_cleanup_close_ int fd = -1;
	_cleanup_(elf_endp) Elf *elf = NULL;
	Elf_Scn *section = NULL;
	GElf_Shdr header;

	if (!machine_read(path, user.machine))
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	elf = fd < 0 ? NULL : elf_begin(fd, ELF_C_READ_MMAP, NULL);
	while (elf && (section = elf_nextscn(elf, section)))
		if (gelf_getshdr(section, &header) && header.sh_type == SHT_DYNAMIC)
			return dynamic_walk(&user, elf, section, header.sh_link);
	return 0;
}

int embargo_essential_libraries(struct embargo_essential_files *essential)
{
	struct embargo_library_cache cache;
	size_t i;
	int r = elf_version(EV_CURRENT) == EV_NONE ? -ENOTSUP : 0;

	embargo_library_cache_open(CACHE, &cache);
	/* Those that are found come to the end of the list, and so have their turn. */
	for (i = 0; !r && i < essential->count && i < FILES_MAX; i++)
		r = libraries_add(essential, &cache, essential->paths[i]);
	embargo_library_cache_close(&cache);
	return r;
}
