/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Directories on the file systems that behave differently: see embargo_fs_traits() in
 * bpf/stamp.bpf.h. */
#ifndef EMBARGO_TESTS_GUEST_GUEST_PLACE_H
#define EMBARGO_TESTS_GUEST_GUEST_PLACE_H

#include <sys/mount.h>

#include "tests/guest/guest_policy.h"

enum guest_fs {
	GUEST_TMPFS,
	GUEST_EXT4,    /* a file system of its own on a disk */
	GUEST_OVERLAY, /* over ext4 */
};

struct guest_place {
	enum guest_fs fs;
	char dir[64];  /* where the test puts its files */
	char base[64]; /* what to remove in the end */
};

/* The variants of a fixture that runs on each file system. */
#define GUEST_PLACES(fix)                                                                                    \
	FIXTURE_VARIANT(fix)                                                                                 \
	{                                                                                                    \
		enum guest_fs fs;                                                                            \
	};                                                                                                   \
	FIXTURE_VARIANT_ADD(fix, tmpfs){.fs = GUEST_TMPFS};                                                  \
	FIXTURE_VARIANT_ADD(fix, ext4){.fs = GUEST_EXT4};                                                    \
	FIXTURE_VARIANT_ADD(fix, overlay)                                                                    \
	{                                                                                                    \
		.fs = GUEST_OVERLAY                                                                          \
	}

static inline void guest_place_overlay(struct guest_place *place)
{
	char options[256];

	GUEST_RUN(NULL, "modprobe", "-q", "overlay");
	for (int i = 0; i < 4; i++)
		ASSERT_EQ(0, mkdir(PATH_OF("%s/%s", place->base,
					   (const char *const[]){"lower", "upper", "work", "merged"}[i]),
				   0755));
	snprintf(options, sizeof(options), "lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/work", place->base,
		 place->base, place->base);
	strcpy(place->dir, PATH_OF("%s/merged", place->base));
	ASSERT_EQ(0, mount("overlay", place->dir, "overlay", 0, options))
	{
		TH_LOG("overlay: %m");
	}
}

/* Under whatever policy is in force. */
static inline void guest_place_at(struct guest_place *place, enum guest_fs fs)
{
	place->fs = fs;
	strcpy(place->base, fs == GUEST_TMPFS ? "/tmp/test.XXXXXX" : "/mnt/ext4/test.XXXXXX");
	ASSERT_NOT_NULL(mkdtemp(place->base))
	{
		TH_LOG("%s: %m", place->base);
	}
	chmod(place->base, 0755);
	strcpy(place->dir, place->base);
	if (fs == GUEST_TMPFS)
		ASSERT_EQ(0, mount("tmpfs", place->dir, "tmpfs", 0, "mode=755"));
	if (fs == GUEST_OVERLAY)
		guest_place_overlay(place);
}

/* Nothing that the test's files are is banned when it begins. */
static inline void guest_place_make(struct guest_place *place, enum guest_fs fs)
{
	guest_place_at(place, fs);
	guest_lift();
}

static inline void guest_place_remove(const struct guest_place *place)
{
	if (place->fs != GUEST_EXT4)
		umount2(place->dir, MNT_DETACH);
	GUEST_RUN(NULL, "rm", "-rf", place->base);
}

#endif
