// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Programs of ours that hang on hooks, and whose pins nobody sees: another BPF file system lies over them, or
 * this is another mount namespace. What is pinned is not all that is in the kernel: it is asked by number.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "loader/internal.h"

#define OURS "embargo_"
#define OF_DOCTOR "embargo_probe" /* hangs there for a moment */
#define TRIES 20		  /* a link that was let go of is gone some milliseconds later */
#define PAUSE_MS 25

static bool is_ours(__u32 program, bool on_hook)
{
	_cleanup_close_ int fd = bpf_prog_get_fd_by_id(program);
	struct bpf_prog_info info = {0};
	__u32 size = sizeof(info);

	/* Sealed ones are shown to nobody, and only these are kept from root. */
	if (fd == -EPERM && on_hook && !geteuid())
		return true;
	return fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &size) && info.type == BPF_PROG_TYPE_LSM &&
	       !strncmp(info.name, OURS, strlen(OURS)) &&
	       strncmp(info.name, OF_DOCTOR, strlen(OF_DOCTOR)) != 0;
}

/* Links of programs of ours, whoever holds them. 0 also where nobody may ask. */
static unsigned int attached(void)
{
	unsigned int count = 0;
	__u32 id = 0;

	while (!bpf_link_get_next_id(id, &id)) {
		_cleanup_close_ int fd = bpf_link_get_fd_by_id(id);
		struct bpf_link_info info = {0};
		__u32 size = sizeof(info);

		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &size) &&
		    info.type == BPF_LINK_TYPE_TRACING)
			count += is_ours(info.prog_id, info.tracing.attach_type == BPF_LSM_MAC);
	}
	return count;
}

unsigned int embargo_pins_hidden(void)
{
	unsigned int count = 0, i;

	for (i = 0; i < TRIES; i++) {
		if (embargo_pins_exist(EMBARGO_LIVE) || embargo_pins_exist(EMBARGO_NEXT))
			return 0;
		count = attached();
		if (!count)
			return 0;
		poll(NULL, 0, PAUSE_MS);
	}
	return count;
}

/* How many file systems are mounted on EMBARGO_BPF_MOUNT, one over the other. */
static unsigned int mounts(void)
{
	_cleanup_fclose_ FILE *file = fopen("/proc/self/mountinfo", "re");
	_cleanup_free_ char *line = NULL;
	unsigned int count = 0;
	char place[256];
	size_t room = 0;

	while (file && getline(&line, &room, file) > 0)
		count += sscanf(line, "%*s %*s %*s %*s %255s", place) == 1 &&
			 !strcmp(place, EMBARGO_BPF_MOUNT);
	return count;
}

int embargo_pins_hidden_fail(unsigned int hidden, struct embargo_error *error)
{
	unsigned int mounted = mounts();

	if (mounted > 1)
		return embargo_fail(
			error, -EBUSY,
			"%u programs of embargo enforce, but another BPF file system is mounted over their "
			"pins on " EMBARGO_BPF_MOUNT ": umount " EMBARGO_BPF_MOUNT,
			hidden);
	return embargo_fail(
		error, -EBUSY,
		"%u programs of embargo enforce, but their pins are not in " EMBARGO_PIN_DIR
		": they are in another mount namespace, perhaps that of the host (nsenter -t 1 -m), or the "
		"BPF file system was unmounted",
		hidden);
}
