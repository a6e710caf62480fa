/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * File systems that are made in the guest, on a disk of memory: what lies on a loop device is never kept
 * (bpf/stamp.bpf.h), so these need a device of their own.
 */
#ifndef EMBARGO_TESTS_GUEST_GUEST_BLOCK_H
#define EMBARGO_TESTS_GUEST_GUEST_BLOCK_H

#include <sys/mount.h>

#include "tests/guest/guest_policy.h"

#define GUEST_BLOCK "/dev/ram0"
#define GUEST_BLOCK_KIB                                                                                      \
	"327680" /* the least that mkfs.xfs takes is 300 MiB; only what is written takes memory */
#define GUEST_MAKE_FS GUEST_TESTS "/files/filesystem/"

/* An empty disk. */
static inline void guest_block_make(void)
{
	GUEST_RUN(NULL, "modprobe", "-q", "-r", "brd");
	ASSERT_EQ(0, GUEST_RUN(NULL, "modprobe", "brd", "rd_nr=1", "rd_size=" GUEST_BLOCK_KIB));
	for (int i = 0; i < 100 && access(GUEST_BLOCK, F_OK); i++)
		usleep(10000);
	ASSERT_EQ(0, access(GUEST_BLOCK, F_OK));
}

/* An image's bytes onto the disk. */
static inline void guest_block_fill(const char *image)
{
	int from = open(image, O_RDONLY | O_CLOEXEC), to = open(GUEST_BLOCK, O_WRONLY | O_CLOEXEC);

	ASSERT_LE(0, from);
	ASSERT_LE(0, to);
	ASSERT_EQ(0, attempt_copy(from, to));
	ASSERT_EQ(0, fsync(to));
	close(from);
	close(to);
}

/* @type: xfs or btrfs. */
static inline void guest_block_format(const char *type)
{
	char *output = NULL;
	int status;

	if (!strcmp(type, "xfs"))
		status = GUEST_RUN(&output, GUEST_MAKE_FS "mkfs.xfs", "-q", "-K", "-f", "-i",
				   guest_kernel_since(6, 10) ? "exchange=1" : "exchange=0", GUEST_BLOCK);
	else
		status = GUEST_RUN(&output, GUEST_MAKE_FS "mkfs.btrfs", "-q", "-K", "-f", "-m", "single",
				   GUEST_BLOCK);
	ASSERT_EQ(0, status)
	{
		TH_LOG("%s", output);
	}
	free(output);
}

static inline void guest_block_mount(const char *type, const char *where, unsigned long flags)
{
	GUEST_RUN(NULL, "modprobe", "-q", type);
	ASSERT_EQ(0, mount(GUEST_BLOCK, where, type, flags, NULL))
	{
		TH_LOG("%s on %s: %m", type, where);
	}
}

static inline void guest_overlay_mount(const char *where, const char *lower, const char *writable)
{
	GUEST_RUN(NULL, "modprobe", "-q", "overlay");
	ASSERT_EQ(0, mkdir(PATH_OF("%s/upper", writable), 0755));
	ASSERT_EQ(0, mkdir(PATH_OF("%s/work", writable), 0755));
	ASSERT_EQ(0,
		  mount("overlay", where, "overlay", 0,
			PATH_OF("lowerdir=%s,upperdir=%s/upper,workdir=%s/work", lower, writable, writable)))
	{
		TH_LOG("overlay: %m");
	}
}

#endif
