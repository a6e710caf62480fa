#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# README.md and tests/README.md are true: targets, files, commands and options that they name are there, and the commands that
# load nothing are run. What loads is run by guest tests.
# shellcheck disable=SC2317,SC2016 # functions are called by name; a backtick is one
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
unset MAKEFLAGS MAKELEVEL MFLAGS MAKEOVERRIDES
pages=(README.md tests/README.md)

short() { (($(wc -l <README.md) <= 150)); }

targets() {
	local target missing=0 count=0
	while read -r target; do
		count=$((count + 1))
		grep -q "^$target:" Makefile || { echo "no target: make $target" && missing=1; }
	done < <(grep -ohE '(^    |`|&& )make [a-z0-9-]+' "${pages[@]}" | sed 's/.*make //')
	((count > 8 && !missing))
}

# Words in backticks that begin with a folder of ours; NAME stands for what a reader chooses.
files() {
	local file missing=0 count=0
	while read -r file; do
		count=$((count + 1))
		[[ $file == *NAME* || -e $file ]] || { echo "no file: $file" && missing=1; }
	done < <(grep -oh '`[^`]*`' "${pages[@]}" | tr -d '`' | grep -oE '^(bpf|loader|policy|userspace|tests)/[A-Za-z0-9_./-]*')
	((count > 20 && !missing))
}

# Commands in the blocks: what --help has.
commands() {
	local line words word help missing=0 count=0
	while read -r line; do
		count=$((count + 1))
		read -ra words <<<"${line%%  *}"
		help=$("$embargo" "${words[1]}" --help) || { echo "no command: $line" && return 1; }
		if [[ $help == *"$(printf '\ncommands:\n')"* ]]; then
			help=$("$embargo" "${words[1]}" "${words[2]}" --help) || return
		fi
		for word in "${words[@]:2}"; do
			[[ $word != --* ]] || grep -q "^  $word " <<<"$help" || { echo "no option: $word in $line" && missing=1; }
		done
	done < <(sed -n 's/^    \(embargo [a-z].*\)/\1/p' README.md)
	((count > 8 && !missing))
}

# The way from a file to a rule, as the page has it.
rules_from_files() {
	cp /bin/true "$tmp/banned"
	printf 'policy my\nversion 1\n' >"$tmp/my.policy"
	"$embargo" id --rule "$tmp/banned" >>"$tmp/my.policy"
	"$embargo" policy lint --no-host "$tmp/my.policy"
	local status=0
	"$embargo" scan --policy "$tmp/my.policy" --json "$tmp" >"$tmp/host.jsonl" || status=$?
	[[ $status == 3 ]]
	grep -q "\"path\":\"$tmp/banned\"" "$tmp/host.jsonl"
}

doctor() { # it says what is missing here, or that nothing is
	local status=0
	"$embargo" doctor || status=$?
	((status <= 1))
}

echo "KTAP version 1"
check short short
check targets targets
check files files
check commands commands
try rules_from_files
check doctor doctor
finish
