/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files below a root: "/", that of a container, or a tree made for a test. */
#ifndef EMBARGO_USERSPACE_BASE_ROOT_H
#define EMBARGO_USERSPACE_BASE_ROOT_H

#include <dirent.h>
#include <limits.h>
#include <stdio.h>

/* A file below @root, whose links do not lead out of it. Returns a descriptor or -errno. */
int embargo_root_open(const char *root, const char *path, int flags);
/* A regular file of settings; NULL: errno, EFBIG for one that no program would read as that. */
FILE *embargo_root_file_open(const char *root, const char *path);
DIR *embargo_root_directory_open(const char *root, const char *path); /* NULL: errno */
/* The path of what @fd has open below @root, without links; @path if that is not known. */
const char *embargo_root_real_path(const char *root, int fd, const char *path, char real[PATH_MAX]);

#endif
