#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# dracut reads its hooks into its own shell: what ends itself must be a process of its own.
/usr/lib/embargo/initramfs-load "${NEWROOT:-/sysroot}"
