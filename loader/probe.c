// SPDX-License-Identifier: GPL-2.0-or-later
/* What this kernel can do for embargo; see probe.h. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <sys/vfs.h>

#include "loader/boot_line.h"
#include "loader/internal.h"
#include "loader/probe.h"
#include "loader/requirements.h"
#include "policy/cleanup.h"
#include "bpf/abi.h"
#include "probe.skel.h"

EMBARGO_CLEANUP(struct embargo_probe, embargo_probe__destroy);
EMBARGO_CLEANUP(struct btf, btf__free);

/* Of the kernel alone, no errno of userspace: what this architecture cannot do. */
#define ENOTSUPP 524

struct probes {
	struct embargo_probe_result *results;
	size_t count;
	struct btf *btf;
};

static void add(struct probes *probes, const char *name, enum embargo_finding_level level, const char *remedy,
		const char *format, ...) __attribute__((format(printf, 5, 6)));

static void add(struct probes *probes, const char *name, enum embargo_finding_level level, const char *remedy,
		const char *format, ...)
{
	struct embargo_probe_result *result = &probes->results[probes->count];
	va_list arguments;

	if (probes->count == EMBARGO_PROBES_COUNT)
		return;
	probes->count++;
	result->name = name;
	result->level = level;
	snprintf(result->remedy, sizeof(result->remedy), "%s", remedy);
	va_start(arguments, format);
	vsnprintf(result->found, sizeof(result->found), format, arguments);
	va_end(arguments);
}

/* The beginning of a file. False: cannot be read. */
static bool read_text(const char *path, char *text, size_t size)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, text, size - 1);

	if (length < 0)
		return false;
	text[length] = 0;
	return true;
}

/* The first line of a small file, without its newline. */
static bool read_line(const char *path, char *text, size_t size)
{
	if (!read_text(path, text, size))
		return false;
	text[strcspn(text, "\n")] = 0;
	return true;
}

static bool has_function(const struct probes *probes, const char *name)
{
	return probes->btf && btf__find_by_name_kind(probes->btf, name, BTF_KIND_FUNC) >= 0;
}

/* Its release is told, and decides nothing: what counts is tried. */
static void probe_kernel(struct probes *probes)
{
	struct utsname name;

	uname(&name);
	add(probes, "kernel", EMBARGO_PROBE_OK, "", "%s %s", name.release, name.machine);
}

static void probe_btf(struct probes *probes)
{
	probes->btf = btf__load_vmlinux_btf();
	if (probes->btf)
		add(probes, "btf", EMBARGO_PROBE_OK, "", "/sys/kernel/btf/vmlinux");
	else
		add(probes, "btf", EMBARGO_PROBE_MISSING, "run a kernel built with CONFIG_DEBUG_INFO_BTF=y",
		    "the kernel's types cannot be read: %s", strerror(errno));
}

/* The list of active LSMs; the remedy is the very line to write. */
static void probe_lsm_list(struct probes *probes)
{
	char list[128], padded[134], remedy[256], release[4096];

	if (!read_line("/sys/kernel/security/lsm", list, sizeof(list))) {
		add(probes, "lsm", EMBARGO_PROBE_UNKNOWN,
		    "mount -t securityfs securityfs /sys/kernel/security",
		    "/sys/kernel/security/lsm cannot be read: %s", strerror(errno));
		return;
	}
	snprintf(padded, sizeof(padded), ",%s,", list);
	if (strstr(padded, ",bpf,")) {
		add(probes, "lsm", EMBARGO_PROBE_OK, "", "%s", list);
		return;
	}
	if (probes->btf && !has_function(probes, "bpf_lsm_file_open")) {
		add(probes, "lsm", EMBARGO_PROBE_MISSING, "run a kernel built with CONFIG_BPF_LSM=y",
		    "this kernel has no BPF LSM (active: %s)", list);
		return;
	}
	snprintf(padded, sizeof(padded), "%s%sbpf", list, *list ? "," : "");
	if (!read_text("/etc/os-release", release, sizeof(release)) &&
	    !read_text("/usr/lib/os-release", release, sizeof(release)))
		release[0] = 0;
	embargo_boot_line(release, padded, remedy, sizeof(remedy));
	add(probes, "lsm", EMBARGO_PROBE_MISSING, remedy, "bpf is not among the active LSMs: %s", list);
}

static void probe_hooks(struct probes *probes)
{
	struct embargo_lack lack;

	if (!probes->btf || embargo_hooks_lacking(probes->btf, &lack))
		return;
	if (lack.missing)
		add(probes, "hooks", EMBARGO_PROBE_MISSING, "run a kernel built with CONFIG_BPF_LSM=y",
		    "missing:%s", lack.names);
	else
		add(probes, "hooks", EMBARGO_PROBE_OK, "", "all %zu", lack.asked);
}

/* Before anything that a setting could mend: nothing mends this one. */
static void probe_helpers(struct probes *probes)
{
	struct embargo_lack lack;

	if (!probes->btf || embargo_helpers_lacking(probes->btf, &lack))
		return;
	if (lack.missing)
		add(probes, "helpers", EMBARGO_PROBE_MISSING,
		    "run Linux 6.1 or newer, or a kernel that these were carried back to", "missing:%s",
		    lack.names);
	else
		add(probes, "helpers", EMBARGO_PROBE_OK, "", "all %zu", lack.asked);
}

static const char *algorithm_name(long algorithm)
{
	/* enum hash_algo of include/uapi/linux/hash_info.h, those that IMA is configured with */
	switch (algorithm) {
	case 1:
		return "md5";
	case 2:
		return "sha1";
	case 4:
		return "sha256";
	case 5:
		return "sha384";
	case 6:
		return "sha512";
	case 13:
		return "sm3";
	}
	return "unknown";
}

/* With one in force IMA keeps hashes itself, until who writes has closed the file. */
static void probe_ima_policy(struct probes *probes, struct embargo_probe *skeleton)
{
	LIBBPF_OPTS(bpf_test_run_opts, options);

	bpf_prog_test_run_opts(bpf_program__fd(skeleton->progs.embargo_probe_ima), &options);
	if (!skeleton->bss->embargo_probe_ima_known)
		add(probes, "ima-policy", EMBARGO_PROBE_NOTE, "",
		    "whether IMA has a policy in force cannot be seen here (kernel.kptr_restrict=2?)");
	else if (skeleton->bss->embargo_probe_ima_policy)
		add(probes, "ima-policy", EMBARGO_PROBE_NOTE,
		    "see stale-hash in embargo.policy(5), or boot without ima_policy=",
		    "IMA has a policy in force: what is open for writing is refused where a hash rule could "
		    "match");
	else
		add(probes, "ima-policy", EMBARGO_PROBE_OK, "", "IMA has none in force");
}

/* A program that runs for this process only, and the hash of this binary as the kernel makes it. */
static void probe_program(struct probes *probes)
{
	_cleanup_(embargo_probe__destroyp) struct embargo_probe *skeleton = NULL;
	_cleanup_close_ int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	long algorithm;
	void *mapping;
	int r;

	if (geteuid()) {
		add(probes, "program", EMBARGO_PROBE_UNKNOWN, "it needs root: use sudo", "not tried");
		add(probes, "ima-hash", EMBARGO_PROBE_UNKNOWN, "it needs root: use sudo", "not tried");
		return;
	}
	skeleton = embargo_probe__open_and_load();
	r = skeleton ? embargo_probe__attach(skeleton) : -errno;
	if (r == -ENOTSUPP) {
		add(probes, "program", EMBARGO_PROBE_MISSING, "run Linux 6.1 or newer, on arm64 6.4 or newer",
		    "this kernel has no trampolines on which BPF LSM programs could hang");
		return;
	}
	if (r < 0) {
		add(probes, "program", EMBARGO_PROBE_MISSING,
		    "allow root bpf(2) here (container, lockdown, seccomp?), on a kernel with "
		    "CONFIG_BPF_LSM=y and CONFIG_IMA=y",
		    "a BPF LSM program cannot be %s: %s", skeleton ? "attached" : "loaded", strerror(-r));
		return;
	}
	skeleton->bss->embargo_probe_tgid = getpid();
	mapping = mmap(NULL, 1, PROT_READ, MAP_PRIVATE, fd, 0);
	skeleton->bss->embargo_probe_tgid = 0;
	if (mapping != MAP_FAILED)
		munmap(mapping, 1);
	if (!skeleton->bss->embargo_probe_ran) {
		add(probes, "program", EMBARGO_PROBE_MISSING,
		    "see lsm: bpf must be in the list of active LSMs",
		    "a BPF LSM program loads and attaches, but the kernel never calls it");
		return;
	}
	add(probes, "program", EMBARGO_PROBE_OK, "", "a BPF LSM program loads, attaches and runs");
	probe_ima_policy(probes, skeleton);
	algorithm = skeleton->bss->embargo_probe_algorithm;
	if (algorithm == EMBARGO_HASH_ALGO_SHA256)
		add(probes, "ima-hash", EMBARGO_PROBE_OK, "", "bpf_ima_file_hash gives SHA-256");
	else if (algorithm < 0)
		add(probes, "ima-hash", EMBARGO_PROBE_MISSING, "run a kernel built with CONFIG_IMA=y",
		    "bpf_ima_file_hash fails: %s", strerror(-algorithm));
	else
		add(probes, "ima-hash", EMBARGO_PROBE_MISSING,
		    "remove ima_hash= from the kernel's command line, or write ima_hash=sha256, and reboot",
		    "bpf_ima_file_hash gives %s (%ld), not SHA-256", algorithm_name(algorithm), algorithm);
}

static void probe_map(struct probes *probes, const char *name, enum bpf_map_type type)
{
	int r;

	if (geteuid()) {
		add(probes, name, EMBARGO_PROBE_UNKNOWN, "it needs root: use sudo", "not tried");
		return;
	}
	r = libbpf_probe_bpf_map_type(type, NULL);
	if (r > 0)
		add(probes, name, EMBARGO_PROBE_OK, "", "yes");
	else
		add(probes, name, EMBARGO_PROBE_MISSING, "run Linux 6.1 or newer with CONFIG_BPF_SYSCALL=y",
		    "cannot be created%s%s", r < 0 ? ": " : "", r < 0 ? strerror(-r) : "");
}

/* How the programs that are attached read who signed what is executed, or else how they would. */
static void probe_signers(struct probes *probes)
{
	if (!probes->btf)
		return;
	switch (embargo_files_way_live(embargo_files_way_of(probes->btf))) {
	case EMBARGO_FILES_DYNPTR:
		add(probes, "program-signers", EMBARGO_PROBE_OK, "",
		    "read out of the file (bpf_dynptr_from_file)");
		break;
	case EMBARGO_FILES_PAGE_CACHE:
		add(probes, "program-signers", EMBARGO_PROBE_OK, "",
		    "read out of the page cache (no bpf_dynptr_from_file, which came with 6.19)");
		break;
	default:
		add(probes, "program-signers", EMBARGO_PROBE_NOTE, "",
		    "not read by this kernel: signers of programs are resolved by scanning");
	}
}

static void probe_bpffs(struct probes *probes)
{
	struct statfs fs;

	if (statfs("/sys/fs/bpf", &fs) == 0 && fs.f_type == BPF_FS_MAGIC)
		add(probes, "bpffs", EMBARGO_PROBE_OK, "", "/sys/fs/bpf");
	else
		add(probes, "bpffs", EMBARGO_PROBE_NOTE, "mount -t bpf bpf /sys/fs/bpf",
		    "/sys/fs/bpf is not mounted (load tries to)");
}

static void probe_lockdown(struct probes *probes)
{
	char line[128];

	if (!read_line("/sys/kernel/security/lockdown", line, sizeof(line)))
		return;
	if (strstr(line, "[confidentiality]"))
		add(probes, "lockdown", EMBARGO_PROBE_MISSING,
		    "boot with lockdown=integrity, or none: BPF may not read kernel memory under "
		    "confidentiality",
		    "%s", line);
	else
		add(probes, "lockdown", EMBARGO_PROBE_OK, "", "%s", line);
}

/* A switch that whoever traces kernels may turn: attached programs are then not called, on kernels
 * before 7.3. */
static void probe_ftrace(struct probes *probes)
{
	char line[8];

	if (!read_line("/proc/sys/kernel/ftrace_enabled", line, sizeof(line)))
		return;
	if (line[0] == '0')
		add(probes, "ftrace", EMBARGO_PROBE_MISSING,
		    "sysctl kernel.ftrace_enabled=1, and find who set it: /etc/sysctl.d, a tracing tool",
		    "kernel.ftrace_enabled is 0: attached programs are not called");
	else
		add(probes, "ftrace", EMBARGO_PROBE_OK, "", "kernel.ftrace_enabled is %s", line);
}

/* From 5.11 on BPF memory is charged to the memory cgroup. */
static void probe_memory(struct probes *probes)
{
	char line[256] = "", path[320], limit[64] = "";
	const char *group = NULL;

	if (read_line("/proc/self/cgroup", line, sizeof(line)) && !strncmp(line, "0::", 3))
		group = line + 3;
	if (group) {
		snprintf(path, sizeof(path), "/sys/fs/cgroup%s/memory.max", group);
		read_line(path, limit, sizeof(limit));
	}
	if (limit[0] && strcmp(limit, "max"))
		add(probes, "memory", EMBARGO_PROBE_NOTE, "",
		    "memory.max of this cgroup is %s bytes; a policy takes about 52 bytes a rule", limit);
	else
		add(probes, "memory", EMBARGO_PROBE_OK, "",
		    "no limit by cgroup; a policy takes about 52 bytes a rule");
}

static int quiet(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level, (void)format, (void)arguments;
	return 0;
}

size_t embargo_probe(struct embargo_probe_result *results)
{
	struct probes probes = {.results = results};
	libbpf_print_fn_t before = libbpf_set_print(quiet);

	probe_kernel(&probes);
	probe_btf(&probes);
	probe_helpers(&probes);
	probe_lsm_list(&probes);
	probe_hooks(&probes);
	probe_program(&probes);
	probe_map(&probes, "ring-buffer", BPF_MAP_TYPE_RINGBUF);
	probe_map(&probes, "inode-storage", BPF_MAP_TYPE_INODE_STORAGE);
	probe_map(&probes, "task-storage", BPF_MAP_TYPE_TASK_STORAGE);
	probe_signers(&probes);
	probe_bpffs(&probes);
	probe_lockdown(&probes);
	probe_ftrace(&probes);
	probe_memory(&probes);
	btf__free(probes.btf);
	libbpf_set_print(before);
	return probes.count;
}

const struct embargo_probe_result *embargo_probe_obstacle(const struct embargo_probe_result *results,
							  size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (results[i].level == EMBARGO_PROBE_MISSING)
			return &results[i];
	return NULL;
}
