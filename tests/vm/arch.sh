# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: GPL-2.0-or-later
#
# To be sourced: what differs between processors. EMBARGO_ARCH is amd64 (the default) or arm64, Debian's names.
#
#   arch              Debian's name
#   triplet           of its libraries' directories and of its compiler's tools
#   loader            the file name of its dynamic loader
#   build             where the Makefile builds for it, from the top of the checkout
#   foreign           empty, or what goes before names in the cache
case ${EMBARGO_ARCH:-amd64} in
amd64)
	arch=amd64 triplet=x86_64-linux-gnu loader=ld-linux-x86-64.so.2 build=build foreign='' ;;
arm64)
	arch=arm64 triplet=aarch64-linux-gnu loader=ld-linux-aarch64.so.1 build=build/arm64 foreign=arm64- ;;
*)
	echo "EMBARGO_ARCH: amd64 or arm64, not ${EMBARGO_ARCH}" >&2
	exit 1
	;;
esac
