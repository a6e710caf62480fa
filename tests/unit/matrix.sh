#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The manual's table of ways past a ban is what the tests saw, as tests/matrix/run has collected it.
# shellcheck disable=SC2317 # functions are called through check
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
echo "KTAP version 1"
results=tests/matrix/results

page_is_what_was_seen() {
	diff <(tests/matrix/page $results) userspace/share/man/embargo-evasions.7
}

ninety_ways_at_least() {
	(($(cut -f3,4 $results | sort -u | wc -l) >= 90))
}

# Each way was tried on every kernel of KERNELS, under the name that a test has for it still.
every_kernel() {
	local kernel missing=0
	while read -r kernel; do
		grep -q "^${kernel//./\\.}	" $results || { echo "nothing of $kernel" && missing=1; }
	done < <(awk '!/^#/ && NF { print $1 }' tests/vm/KERNELS | sort -u)
	return "$missing"
}

ways_of_tests_that_are() {
	local way missing=0
	while read -r way; do
		grep -qF -- "${way//\"/\\\"}" tests/guest/*.c || { echo "no test tries: $way" && missing=1; }
	done < <(cut -f4 $results | sort -u)
	return "$missing"
}

check page_is_what_was_seen
check ninety_ways_at_least
check every_kernel
check ways_of_tests_that_are
finish
