/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small tree of modules in the place of the guest's own, for modprobe and for the kernel that calls it. */
#ifndef EMBARGO_TESTS_GUEST_DRIVER_TREE_H
#define EMBARGO_TESTS_GUEST_DRIVER_TREE_H

#include <sys/mount.h>

#include "tests/guest/driver_event.h"

#define DRIVER_TREE "/run/driver-tree"

static inline void driver_tree_put(const char *from, const char *name)
{
	ASSERT_EQ(0, GUEST_RUN(NULL, "cp", from, PATH_OF(DRIVER_TREE "/%s", name)));
}

/* Over /lib/modules/RELEASE; the files of modules/ in the corpus are in it, as this Debian has them. */
static inline void driver_tree_make(void)
{
	struct utsname system;

	uname(&system);
	mkdir(DRIVER_TREE, 0755);
	ASSERT_EQ(0,
		  GUEST_RUN(NULL, "sh", "-c",
			    PATH_OF("cp /lib/modules/%s/modules.[bo]* " DRIVER_TREE "; cp %s/* " DRIVER_TREE,
				    system.release, driver_path("modules"))));
	ASSERT_EQ(0, mount(DRIVER_TREE, PATH_OF("/lib/modules/%s", system.release), NULL, MS_BIND, NULL));
}

static inline void driver_tree_index(void)
{
	ASSERT_EQ(0, GUEST_RUN(NULL, "depmod", "-a"));
}

static inline void driver_tree_remove(void)
{
	struct utsname system;

	uname(&system);
	EXPECT_EQ(0, umount2(PATH_OF("/lib/modules/%s", system.release), MNT_DETACH));
	GUEST_RUN(NULL, "rm", "-rf", DRIVER_TREE);
}

#endif
