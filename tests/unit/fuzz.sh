#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A short run of every fuzz target: all seeds, then a fixed number of inputs made from them.
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
sources=(tests/fuzz/*_fuzz.c)
log=$tmp/log
echo "KTAP version 1"
echo "1..${#sources[@]}"
number=0
for source in "${sources[@]}"; do
	name=${source##*/} name=${name%_fuzz.c} number=$((number + 1))
	mkdir "$tmp/$name" # the first folder is where what it finds is written
	if "build/fuzz/${name}_fuzz" -seed=1 -runs=3000 -timeout=25 -rss_limit_mb=2048 -artifact_prefix="build/fuzz/short-$name-" \
		"$tmp/$name" "tests/fuzz/corpus/$name" >"$log" 2>&1 </dev/null; then
		echo "ok $number $name"
	else
		tail -n 30 "$log" | sed 's/^/# /'
		echo "not ok $number $name"
	fi
done
