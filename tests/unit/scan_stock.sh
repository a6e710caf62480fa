#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The shipped lists raise no false alarm: a scan of a stock Debian root finds nothing, by each list and by both. The
# root is a few dozen packages, unpacked, that guest tests need anyway.
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
branded=policy/lists/kaspersky-branded.policy embedded=policy/lists/kaspersky-embedded.policy

# check NAME STATUS WORDS COMMAND…: exits with STATUS and says WORDS (a pattern)
check() {
	local name=$1 expected=$2 words=$3 output status
	shift 3
	output=$("$@" 2>&1 </dev/null)
	status=$?
	# shellcheck disable=SC2053 # a pattern it is
	[[ $status == "$expected" && $output == $words ]]
	result $? "$name" "status $status: $output"
}

echo "KTAP version 1"
root=$(tests/vm/fetch-userland bookworm systemd udev) || exit 1
check nothing_by_the_branded_list 0 "*0 found; [1-9]*" "$embargo" scan --policy "$branded" "$root"
check nothing_by_the_embedded_list 0 "*0 found; [1-9]*" "$embargo" scan --policy "$embedded" "$root"
check nothing_by_both 0 "*0 found; [1-9]*" "$embargo" scan --policy "$branded" --policy "$embedded" "$root"

# It does look: with one of the files banned, that is found.
{
	printf 'policy control\nversion 1\n'
	"$embargo" id --rule "$root/bin/udevadm"
} >"$tmp/control.policy"
check finds_what_is_banned 3 "*/bin/udevadm*1 found*" "$embargo" scan --policy "$tmp/control.policy" "$root"

check lint_is_clean 0 "here it hits 0 files *" "$embargo" policy lint "$branded" "$embedded"
finish
