#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A folder's code uses only the folders below it, by symbols (nm of the objects) and by #include; a private header stays
# in its folder; a header compiles alone; files do not go round in circles; external symbols begin with embargo_.
# shellcheck disable=SC2317 # functions are called through check
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"

# Each may use those above it in this list.
order=(
	bpf                       # what the kernel runs, and what userspace compiles of it
	bpf/seal                  # the same of a sealed host
	policy                    # the policy in memory
	policy/image              # rules to the kernel's image
	policy/language           # text to rules
	policy/identity/base      # bytes of a file: hashes, first bytes, decompression
	policy/identity/signature # who signed it
	policy/identity/package   # which package it is, or owns it
	policy/identity           # all of that, for one file
	policy/identity/archive   # for each member of an archive
	policy/sign               # signatures of policies
	policy/import             # foreign formats
	policy/export             # to foreign formats
	policy/channel            # which policy each host of a fleet has
	policy/sync               # what a server for Santa says
	loader                    # load, attach, pin, publish
	userspace/base            # text, log, output, clock, configuration, sandbox
	userspace/container       # which image or container a path is of
	userspace/event           # an event in words, and on disk
	userspace/check           # verdicts without the kernel
	userspace/scan            # files on disk
	userspace/inventory       # what runs, is loaded, starts or is installed
	userspace/sink            # who is told
	userspace/watch           # new files
	userspace/report          # what many hosts have
	userspace/store           # the same in a database
	userspace/fetch           # a policy from a server
	userspace/daemon          # the loop
	userspace/cli             # commands
	userspace                 # main()
)

# Honest recursion, "CALLER CALLEE" without .c: an archive in an archive, a policy that includes another.
recursion=(
	"policy/identity/archive/unpack policy/identity/archive/archive"
	"policy/language/read policy/language/parse"
)

# Tests that look behind a door, "TEST HEADER".
guests=(
	"tests/fuzz/module_fuzz.c policy/identity/private.h"
	"tests/unit/sync_test.c userspace/fetch/sync_private.h"
)

shopt -s globstar nullglob
sources=(loader/**/*.c policy/**/*.c userspace/**/*.c)
headers=({bpf,loader,policy,userspace}/**/*.h)

# Objects of what is there now: the build may hold some of files that were moved.
objects=("${sources[@]/#/build/}")
objects=("${objects[@]/%.c/.o}")
nm -A "${objects[@]}" >"$tmp/nm" 2>"$tmp/errors" || { cat "$tmp/errors" >&2; exit 1; }
sed -i 's,^build/,,; s,\.o:, ,' "$tmp/nm"

# FROM TO SYMBOL, a line for each symbol that one file has from another
awk '
	$NF ~ /^[A-Za-z_]/ && $(NF - 1) ~ /^[A-TV-Z]$/ { owner[$NF] = $1 }
	$(NF - 1) == "U" { uses[++count] = $1 " " $NF }
	END {
		for (i = 1; i <= count; i++) {
			split(uses[i], part, " ")
			if (part[2] in owner && owner[part[2]] != part[1])
				print part[1], owner[part[2]], part[2]
		}
	}' "$tmp/nm" >"$tmp/arrows"

# FROM TO, a line for each #include of a header of ours
grep -oE '^#include "[^"]+"' "${sources[@]}" "${headers[@]}" bpf/*.c /dev/null |
	sed -E 's/:#include "/ /; s/"$//' | grep -E ' (bpf|loader|policy|userspace)/' >"$tmp/includes"

# only_down FILE: its lines "FROM TO …" that lead up, or come from or lead to a folder that is not in the table
only_down() {
	printf '%s\n' "${order[@]}" | awk '
		function folder(file) { sub("/[^/]*$", "", file); return file }
		NR == FNR { rank[$1] = NR; next }
		!(folder($1) in rank) || !(folder($2) in rank) || rank[folder($2)] > rank[folder($1)] { print; bad = 1 }
		END { exit bad }' - "$1"
}

private_stays() {
	local bad=0 from to entry
	while read -r from to; do
		[[ $to =~ (^|[/_])(private|internal)\.h$ && ${from%/*} != "${to%/*}" ]] || continue
		for entry in "${guests[@]}"; do
			[[ $entry != "$from $to" ]] || continue 2
		done
		echo "$from includes $to"
		bad=1
	done < <(cat "$tmp/includes" "$tmp/test_includes")
	return "$bad"
}
grep -roE '^#include "[^"]+"' tests --include=*.[ch] | sed -E 's/:#include "/ /; s/"$//' >"$tmp/test_includes"

# What is left when the honest recursion is taken out goes one way: tsort names the files of a circle.
no_circles() {
	local edge
	awk '{ print $1, $2 }' "$tmp/arrows" | sort -u >"$tmp/edges"
	for edge in "${recursion[@]}"; do
		grep -qxF "$edge" "$tmp/edges" || { echo "no recursion: $edge"; return 1; }
	done
	printf '%s\n' "${recursion[@]}" | grep -vxFf - "$tmp/edges" | tsort >/dev/null
}

# compiles COMPILER FLAG… HEADER
compiles() {
	"${@:1:$#-1}" -x c -fsyntax-only -w "${!#}" || { echo "alone it does not compile: ${!#}"; return 1; }
}
export -f compiles

headers_alone() {
	local packages flags
	packages=$(sed -nE 's/^(PACKAGES|OPENED) := //p' Makefile)
	# shellcheck disable=SC2086 # words
	flags="-I. -Ibuild -D_GNU_SOURCE -DEMBARGO_VERSION=\"0\" -std=gnu17 $(pkg-config --cflags $packages)"
	printf '%s\n' "${headers[@]}" | grep -v '\.bpf\.h$' | xargs -P "$(nproc)" -I{} bash -c "compiles gcc $flags {}" &&
		printf '%s\n' bpf/*.bpf.h |
		xargs -P "$(nproc)" -I{} bash -c "compiles clang -target bpf -I. -idirafter /usr/include/$(gcc -print-multiarch) {}"
}

prefixed() {
	! awk '$(NF - 1) ~ /^[A-TV-Z]$/ && $NF !~ /^embargo_/ && $NF != "main" { print $1 ": " $NF }' "$tmp/nm" | grep .
}

echo "KTAP version 1"
check objects_are_read test -s "$tmp/arrows" -a -s "$tmp/includes"
check symbols_from_below only_down "$tmp/arrows"
check includes_from_below only_down "$tmp/includes"
check private_headers_stay private_stays
check files_in_no_circle no_circles
check headers_compile_alone headers_alone
check external_symbols_have_prefix prefixed
finish
