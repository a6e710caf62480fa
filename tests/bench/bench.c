// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bench WORKLOAD COUNT [PATH]: do one thing COUNT times, print nanoseconds each.
 * In a guest with -icount a nanosecond is an instruction. Five blocks are
 * measured and the smallest counts: what disturbs a block only adds to it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BLOCKS 5
#define MAPPING (64 << 10)

static const char *path;
static int file = -1;

static void die(const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void run(char *const argv[])
{
	int status;
	pid_t child = vfork();

	if (child < 0)
		die("vfork");
	if (!child) {
		execv(path, argv);
		_exit(127);
	}
	if (waitpid(child, &status, 0) < 0 || !WIFEXITED(status) || WEXITSTATUS(status))
		die("the program that is measured did not run");
}

static void do_exec(void)
{
	run((char *[]){"prog", "nothing", NULL});
}

static void do_shell(void)
{
	run((char *[]){"sh", "-c", ":", NULL});
}

static void do_open(void)
{
	int fd = open(path, O_RDONLY);

	if (fd < 0)
		die(path);
	close(fd);
}

static void map(int prot, int flags, int fd)
{
	void *memory = mmap(NULL, MAPPING, prot, flags, fd, 0);

	if (memory == MAP_FAILED)
		die("mmap");
	munmap(memory, MAPPING);
}

static void do_anonymous(void)
{
	map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

static void do_map(void)
{
	map(PROT_READ, MAP_PRIVATE, file);
}

static void do_map_exec(void)
{
	map(PROT_READ | PROT_EXEC, MAP_PRIVATE, file);
}

/* Load and unload: the driver of a network card that does nothing. */
static void do_module(void)
{
	if (syscall(SYS_finit_module, file, "numdummies=0", 0) ||
	    syscall(SYS_delete_module, "dummy", O_NONBLOCK))
		die("the module that is measured did not load and unload");
}

static const struct {
	const char *name;
	void (*run)(void);
} workloads[] = {
	{"exec", do_exec}, {"shell", do_shell},	      {"open", do_open},     {"anonymous", do_anonymous},
	{"map", do_map},   {"map-exec", do_map_exec}, {"module", do_module},
};

static unsigned long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

int main(int argc, char **argv)
{
	unsigned long long best = ~0ULL, start, taken;
	void (*workload)(void) = NULL;
	int blocks = BLOCKS, count, i;

	if (argc == 2 && !strcmp(argv[1], "nothing"))
		return 0;
	for (size_t w = 0; argc > 2 && w < sizeof(workloads) / sizeof(*workloads); w++)
		if (!strcmp(argv[1], workloads[w].name))
			workload = workloads[w].run;
	if (!workload) {
		fprintf(stderr, "usage: bench exec|shell|open|anonymous|map|map-exec|module COUNT [PATH]\n");
		return 2;
	}
	count = atoi(argv[2]);
	path = argc > 3 ? argv[3] : NULL;
	if (path)
		file = open(path, O_RDONLY | O_CLOEXEC);
	if (count == 1)
		blocks = 1; /* cold: there is no second time */
	while (blocks--) {
		start = now();
		for (i = 0; i < count; i++)
			workload();
		taken = (now() - start) / count;
		if (taken < best)
			best = taken;
	}
	printf("%llu\n", best);
	return 0;
}
