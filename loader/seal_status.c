// SPDX-License-Identifier: GPL-2.0-or-later
/* Is this host sealed, by whom, since when, and what was tried. */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "loader/internal.h"
#include "loader/seal.h"

static int pinned(const char *path)
{
	LIBBPF_OPTS(bpf_obj_get_opts, reading, .file_flags = BPF_F_RDONLY);

	return bpf_obj_get_opts(path, &reading);
}

static bool config_read(struct embargo_seal_config *ret_config)
{
	_cleanup_close_ int fd = -1;
	__u32 zero = 0;

	if (access(EMBARGO_SEAL "/embargo_seal_config", F_OK))
		return false;
	fd = pinned(EMBARGO_SEAL "/embargo_seal_config");
	return fd >= 0 && !bpf_map_lookup_elem(fd, &zero, ret_config) && ret_config->sealed;
}

bool embargo_seal_holds(void)
{
	static bool holds; /* it never ends while this process lives */
	struct embargo_seal_config config;

	if (!__atomic_load_n(&holds, __ATOMIC_RELAXED) && config_read(&config))
		__atomic_store_n(&holds, true, __ATOMIC_RELAXED);
	return __atomic_load_n(&holds, __ATOMIC_RELAXED);
}

void embargo_seal_read(struct embargo_seal_status *ret_status)
{
	struct embargo_seal_status status = {0};
	struct embargo_seal_state state;
	_cleanup_close_ int fd = -1;
	__u32 zero = 0;

	*ret_status = status;
	if (!config_read(&status.config))
		return;
	status.sealed = true;
	fd = pinned(EMBARGO_SEAL "/embargo_seal_state");
	status.policy_version = status.config.policy_version;
	if (fd >= 0 && !bpf_map_lookup_elem(fd, &zero, &state)) {
		memcpy(status.refused, state.refused, sizeof(status.refused));
		status.updates = state.updates;
		if (state.policy_version)
			status.policy_version = state.policy_version;
	}
	for (size_t i = 0; i < EMBARGO_TAMPER_MAX; i++)
		status.refused_all += status.refused[i];
	*ret_status = status;
}

static const struct {
	const char *name, *meaning;
} tampers[] = {
	[EMBARGO_TAMPER_NONE] = {"none", "nothing"},
	[EMBARGO_TAMPER_MAP] = {"map", "a map of embargo was to be changed"},
	[EMBARGO_TAMPER_PROGRAM] = {"program", "a program of embargo was asked for, as who replaces it does"},
	[EMBARGO_TAMPER_LINK] = {"link", "a program of embargo was to be detached"},
	[EMBARGO_TAMPER_RETURN] = {"return", "a BPF program that answers for the kernel's security hooks"},
	[EMBARGO_TAMPER_PIN] = {"pin", "a pin of embargo was to be removed, renamed or added"},
	[EMBARGO_TAMPER_MOUNT] = {"mount",
				  "the file system of embargo's pins was to be unmounted or covered"},
	[EMBARGO_TAMPER_FTRACE] = {"ftrace", "kernel.ftrace_enabled was opened for writing"},
	[EMBARGO_TAMPER_KERNEL] = {"kernel",
				   "the kernel was to be changed: its memory, ports, kexec, an unsigned "
				   "module"},
	[EMBARGO_TAMPER_KEY] = {"key", "the keyring of the seal was touched"},
	[EMBARGO_TAMPER_USE] = {"use", "a BPF program was to be loaded that could write to a map of embargo"},
	[EMBARGO_TAMPER_UPDATE] = {"update", "a policy was offered as a signed update that may not be one"},
};

const char *embargo_tamper_name(unsigned int what)
{
	return what < sizeof(tampers) / sizeof(*tampers) ? tampers[what].name : NULL;
}

const char *embargo_tamper_meaning(unsigned int what)
{
	return what < sizeof(tampers) / sizeof(*tampers) ? tampers[what].meaning : NULL;
}
