#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# One style: clang-format 14 with .clang-format over every file of C, licence lines as the kernel writes them, every
# script clean for shellcheck. What is not in git yet is looked at too.
# shellcheck disable=SC2317 # functions are called by name
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
mapfile -t sources < <(git ls-files -co --exclude-standard '*.c' '*.h' | xargs -r ls -d 2>/dev/null)
# Scripts by their first line; the seeds of the fuzzers are none of ours.
mapfile -t scripts < <(git ls-files -co --exclude-standard ':!tests/fuzz/corpus' | xargs -r ls -d 2>/dev/null |
	xargs -d '\n' awk 'FNR == 1 { if (/^#!.*sh$/ || /^# shellcheck shell=/) print FILENAME; nextfile }')

formatted() {
	((${#sources[@]} > 400)) && printf '%s\n' "${sources[@]}" | xargs -P 2 -n 40 clang-format-14 --dry-run -Werror
}

licences() {
	local wrong
	wrong=$(awk 'FNR == 1 {
		licence = FILENAME ~ /^bpf\// ? "GPL-2.0-only" : "GPL-2.0-or-later"
		right = FILENAME ~ /\.c$/ ? "// SPDX-License-Identifier: " licence : "/* SPDX-License-Identifier: " licence " */"
		if ($0 != right)
			print FILENAME ": the first line must be: " right
		nextfile
	}' "${sources[@]}")
	echo "$wrong"
	[[ ! $wrong ]]
}

scripts_are_clean() {
	((${#scripts[@]} > 40)) && shellcheck -x -S warning "${scripts[@]}"
}

# What is not ours to say: the parts in @@, and the functions that they call.
removal_script_is_clean() {
	sed 's/@@[a-z]*@@/:/' userspace/report/script.sh >"$tmp/script.sh"
	shellcheck -S warning -e SC2034 "$tmp/script.sh"
}

echo "KTAP version 1"
check formatted formatted
check licences licences
check scripts_are_clean scripts_are_clean
check removal_script_is_clean removal_script_is_clean
finish
