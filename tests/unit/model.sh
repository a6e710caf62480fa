#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The protocol by which verdicts are kept (bpf/README), in every order of its steps: tests/model/verdict.pml by spin.
# shellcheck disable=SC2317 # functions are called through check
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
model=$PWD/tests/model/verdict.pml

# explore [-DMISTAKE]: exits 0 if the assertion holds in each state
explore() {
	rm -rf "$tmp/model"
	mkdir "$tmp/model"
	(
		cd "$tmp/model" || exit 2
		spin -a ${1+"$1"} "$model" >spin.log && gcc -O1 -w -DSAFETY -o pan pan.c || exit 2
		./pan -m100000 >pan.log || exit 2
		grep -E 'errors:|truncated' pan.log
		grep -q 'errors: 0$' pan.log && ! grep -q 'max search depth too small' pan.log
	)
}

every_order_is_right() { explore; }
mistake_is_found() {
	local status=0
	explore "$1" || status=$?
	[[ $status == 1 ]] # 2: it was not explored at all
}

echo "KTAP version 1"
if command -v spin >/dev/null; then
	check every_order_is_right every_order_is_right
	for mistake in ASKED_AFTER WRITERS_FIRST ENTRY_LAST; do
		check "mistake_is_found.$mistake" mistake_is_found "-D$mistake"
	done
else
	skip every_order_is_right "spin is missing"
fi
finish
