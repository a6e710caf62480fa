/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walk a tree: every regular file below a path, whatever the tree does meanwhile.
 * Symbolic links are not followed, and nothing but directories is opened.
 */
#ifndef EMBARGO_USERSPACE_SCAN_WALK_H
#define EMBARGO_USERSPACE_SCAN_WALK_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

/* One file. Valid while the call lasts. */
struct embargo_walk_file {
	int directory;	  /* that it is in */
	const char *name; /* there */
	const char *path; /* whole, without links, of any length */
	__u64 size;
	__u64 device, inode;
	__u64 changed; /* ctime, ns */
	__u64 made;    /* when it was born, ns; 0: the file system does not know */
	__u32 links;
};

struct embargo_walk_settings {
	bool all_filesystems; /* enter what is mounted below; never pseudo file systems */
	bool network;	      /* those of the network and FUSE too */
	bool keep_atime;      /* O_NOATIME; for root */
	/* Anything but 0 ends the walk, which returns it. */
	int (*file)(void *context, const struct embargo_walk_file *file);
	void (*warning)(void *context, const char *path, const char *why);
	/* A directory, or a file, on another file system */
	void (*not_entered)(void *context, const char *path);
	/* Is the directory @path to be passed over in silence? */
	bool (*leave_out)(void *context, const char *path);
	void *context;
};

/* -errno: @path itself cannot be had. What cannot be read below it is trouble. */
int embargo_walk(const struct embargo_walk_settings *walk, const char *path);
/* Open a file of the walk for reading. -ENOENT: it is gone, or is something else now. */
int embargo_walk_open(const struct embargo_walk_settings *walk, const struct embargo_walk_file *file);

/* filesystem.c */
enum embargo_filesystem {
	EMBARGO_FILESYSTEM_LOCAL,
	EMBARGO_FILESYSTEM_PSEUDO, /* shows the kernel's own: /proc, /sys, … */
	EMBARGO_FILESYSTEM_NETWORK,
};

/* What holds the directory or file that is open at @fd. */
enum embargo_filesystem embargo_filesystem_of(int fd);

#endif
