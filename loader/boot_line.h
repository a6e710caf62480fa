/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a distribution writes the kernel's command line. */
#ifndef EMBARGO_LOADER_BOOT_LINE_H
#define EMBARGO_LOADER_BOOT_LINE_H

#include <stddef.h>

/*
 * Into @text: what to do on the distribution of which @os_release (the text of os-release(5), "" if there is
 * none) is, so that the next boot has lsm=@lsms, with its own tool.
 */
void embargo_boot_line(const char *os_release, const char *lsms, char *text, size_t size);

#endif
