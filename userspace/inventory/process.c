// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Running processes: the programs they are, what they have mapped to execute, and
 * the scripts that they interpret; deleted files too. The open descriptor leads to
 * the very file, whatever stands in its place by now.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "userspace/container/container.h"
#include "userspace/inventory/inventory.h"
#include "userspace/base/root.h"

#define COMMAND_MAX 65536 /* bytes of a command line that are looked through */

struct process {
	struct embargo_inventory *inventory;
	int fd; /* of /proc/PID */
	int pid;
	char comm[64];
	char *unit;	 /* of systemd, or NULL */
	char *container; /* or NULL */
	char *exe;	 /* path of the program */
	struct stat exe_stat;
};

static ssize_t read_small(int directory, const char *name, char *to, size_t size)
{
	_cleanup_close_ int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
	size_t done = 0;
	ssize_t got;

	if (fd < 0)
		return -errno;
	while (done + 1 < size && (got = read(fd, to + done, size - done - 1)) > 0)
		done += got;
	to[done] = '\0';
	return done;
}

/* What the link says, without what the kernel puts behind the name of a deleted file. */
static int read_path(int directory, const char *name, char path[PATH_MAX])
{
	static const char gone[] = " (deleted)";
	ssize_t size = readlinkat(directory, name, path, PATH_MAX - 1);

	if (size < 0)
		return -errno;
	path[size] = '\0';
	if ((size_t)size > strlen(gone) && !strcmp(path + size - strlen(gone), gone))
		path[size - strlen(gone)] = '\0';
	return 0;
}

static void report(struct process *process, enum embargo_finding_kind kind, const char *path,
		   const struct embargo_inventory_file *file)
{
	struct embargo_finding finding = {
		.kind = kind,
		.path = path,
		.pid = process->pid,
		.comm = process->comm,
		.unit = process->unit,
		.container = process->container,
		.active = true,
	};

	embargo_inventory_finding(file, &finding);
	if (embargo_inventory_banned(&finding.result))
		embargo_finding_report(process->inventory->findings, &finding);
}

/* -EACCES: it is another user's */
static int program_look(struct process *process)
{
	_cleanup_close_ int fd = openat(process->fd, "exe", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	const struct embargo_inventory_file *file;
	char path[PATH_MAX];
	int r;

	if (fd < 0)
		return errno == EPERM ? -EACCES : -errno;
	r = read_path(process->fd, "exe", path);
	if (r || fstat(fd, &process->exe_stat))
		return r;
	process->exe = strdup(path);
	file = embargo_inventory_evaluate(process->inventory, fd, path);
	if (file)
		report(process, EMBARGO_FOUND_PROCESS, path, file);
	return 0;
}

/* One line of maps: what of a file can be executed. */
struct mapping {
	char range[64]; /* as in map_files/ */
	char device[16];
	__u64 inode;
	char path[PATH_MAX];
};

static bool mapping_parse(const char *line, struct mapping *mapping)
{
	unsigned long long from, to, inode;
	char protection[5];
	int end = 0;

	if (sscanf(line, "%llx-%llx %4s %*x %15s %llu %n", &from, &to, protection, mapping->device, &inode,
		   &end) != 5 ||
	    !end || protection[2] != 'x' || !inode)
		return false;
	snprintf(mapping->range, sizeof(mapping->range), "map_files/%llx-%llx", from, to);
	mapping->inode = inode;
	snprintf(mapping->path, sizeof(mapping->path), "%s", line + end);
	return mapping->path[0] == '/';
}

/* Without root map_files/ is closed: by the name then, if the file there is the one that is mapped. */
static int mapping_open(const struct process *process, const struct mapping *mapping)
{
	int fd = openat(process->fd, mapping->range, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd >= 0)
		return fd;
	fd = open(mapping->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0 && (fstat(fd, &st) || st.st_ino != mapping->inode)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static void mapping_look(struct process *process, const struct mapping *mapping)
{
	_cleanup_close_ int fd = mapping_open(process, mapping);
	const struct embargo_inventory_file *file;
	char path[PATH_MAX];
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return;
	/* The program itself has been looked at. */
	if (st.st_dev == process->exe_stat.st_dev && st.st_ino == process->exe_stat.st_ino)
		return;
	if (read_path(process->fd, mapping->range, path))
		snprintf(path, sizeof(path), "%s", mapping->path);
	file = embargo_inventory_evaluate(process->inventory, fd, path);
	if (file)
		report(process, EMBARGO_FOUND_LIBRARY, path, file);
}

/* Several ranges of one file follow each other. */
static void mappings_look(struct process *process)
{
	_cleanup_close_ int fd = openat(process->fd, "maps", O_RDONLY | O_CLOEXEC);
	_cleanup_fclose_ FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	struct mapping mapping = {0}, before = {0};
	_cleanup_free_ char *line = NULL;
	size_t room = 0;

	if (!file)
		return;
	fd = -1; /* the stream's */
	while (getline(&line, &room, file) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!mapping_parse(line, &mapping) ||
		    (mapping.inode == before.inode && !strcmp(mapping.device, before.device)))
			continue;
		mapping_look(process, &mapping);
		before = mapping;
	}
}

static bool is_interpreter(const char *program)
{
	static const char *const names[] = {
		"sh",	"bash", "dash", "ash",	"ksh",	 "mksh",    "zsh",	 "busybox", "python",
		"perl", "ruby", "php",	"node", "lua",	 "java",    "wine",	 "tclsh",   "wish",
		"pwsh", "gawk", "mawk", "deno", "guile", "Rscript", "osascript",
	};
	const char *base = strrchr(program, '/');
	size_t i, length;

	base = base ? base + 1 : program;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		length = strlen(names[i]);
		if (!strncmp(base, names[i], length) &&
		    strspn(base + length, "0123456789.-") == strlen(base + length))
			return true;
	}
	return !strncmp(base, "wine", 4) || !strncmp(base, "qemu-", 5);
}

/* The first argument that names a file: the script, or what `-jar` names. In the process's own root. */
static void script_look(struct process *process)
{
	_cleanup_free_ char *command = malloc(COMMAND_MAX), *root = NULL;
	char path[PATH_MAX], directory[PATH_MAX];
	ssize_t size = command ? read_small(process->fd, "cmdline", command, COMMAND_MAX) : -1;
	const char *argument;

	if (size <= 0 || !process->exe || !is_interpreter(process->exe) ||
	    read_path(process->fd, "cwd", directory) || asprintf(&root, "/proc/%d/root", process->pid) < 0)
		return;
	for (argument = command + strlen(command) + 1; argument < command + size;
	     argument += strlen(argument) + 1) {
		_cleanup_close_ int fd = -1;
		const struct embargo_inventory_file *file;
		char real[PATH_MAX];

		if (!*argument || *argument == '-')
			continue;
		if (snprintf(path, sizeof(path), "%s%s%s", *argument == '/' ? "" : directory,
			     *argument == '/' ? "" : "/", argument) >= (int)sizeof(path))
			return;
		fd = embargo_root_open(root, path, O_RDONLY);
		if (fd < 0)
			continue;
		argument = embargo_root_real_path("/", fd, path, real);
		file = embargo_inventory_evaluate(process->inventory, fd, argument);
		if (file)
			report(process, EMBARGO_FOUND_PROCESS, argument, file);
		return;
	}
}

/* "0::/system.slice/ssh.service": the unit that systemd started it for. */
static void cgroup_look(struct process *process)
{
	char text[4096], *line, *rest = text, *part;
	size_t length;

	if (read_small(process->fd, "cgroup", text, sizeof(text)) <= 0)
		return;
	process->container = embargo_container_of_cgroup("/", text);
	while (!process->unit && (line = strsep(&rest, "\n"))) {
		part = strrchr(line, '/');
		length = part ? strlen(part) : 0;
		if (length > 8 && !strcmp(part + length - 8, ".service"))
			process->unit = strdup(part + 1);
	}
}

static int process_look(struct embargo_inventory *inventory, int proc, const char *name)
{
	struct process process = {.inventory = inventory, .pid = atoi(name)};
	int r;

	process.fd = openat(proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (process.fd < 0)
		return 0;
	if (read_small(process.fd, "comm", process.comm, sizeof(process.comm)) > 0)
		process.comm[strcspn(process.comm, "\n")] = '\0';
	cgroup_look(&process);
	inventory->foreign = process.container;
	r = program_look(&process);
	if (!r) {
		mappings_look(&process);
		script_look(&process);
	}
	inventory->foreign = false;
	free(process.unit);
	free(process.container);
	free(process.exe);
	close(process.fd);
	return r;
}

/* One that ends meanwhile, and a kernel thread, has no program: no error. */
void embargo_inventory_processes(struct embargo_inventory *inventory)
{
	_cleanup_closedir_ DIR *proc = opendir("/proc");
	unsigned int closed = 0;
	struct dirent *entry;
	char why[160];

	while (proc && (entry = readdir(proc)) && !(inventory->stop && *inventory->stop))
		if (isdigit((unsigned char)entry->d_name[0]))
			closed += process_look(inventory, dirfd(proc), entry->d_name) == -EACCES;
	if (!proc)
		embargo_warning_report(inventory->findings, "/proc",
				       "could not be read: no process is known");
	if (!closed)
		return;
	snprintf(why, sizeof(why), "could not be read: %u %s%s", closed,
		 closed == 1 ? "process" : "processes",
		 geteuid() ? " of other users; it needs root: use sudo"
			   : ", which even root may not look at here");
	embargo_warning_report(inventory->findings, "/proc", why);
}
