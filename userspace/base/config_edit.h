/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changing one key of embargo.conf, and nothing else in it. */
#ifndef EMBARGO_USERSPACE_BASE_CONFIG_EDIT_H
#define EMBARGO_USERSPACE_BASE_CONFIG_EDIT_H

/*
 * Have `KEY = VALUE` in the configuration @path (NULL: EMBARGO_CONFIG): in the place of the line that has the
 * key, else behind the comment that shows its default, else at the end. Comments and all other lines stay as
 * they are. The file is replaced whole, and only if what comes of it can be read. -errno, reported.
 */
int embargo_config_edit(const char *path, const char *key, const char *value);

#endif
