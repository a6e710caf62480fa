#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `embargo report` by its command line: what it reads, what it says of bad input, and that equal input gives equal output.
# shellcheck disable=SC2016 # the inner shells expand
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
fleet=$top/tests/report/fleet page=$top/userspace/share/man/embargo.8
export TMPDIR=$tmp
cd "$tmp" || exit 1

check() { exits "$@"; }
# shellcheck disable=SC2317 # called by exits
same() { cmp -s "$1" "$2"; }

echo "KTAP version 1"
check no_input 2 "an argument is missing" "$embargo" report
check bad_date 2 "--since 'yesterday' is no date" "$embargo" report --since yesterday x
check two_on_standard_output 2 "only one of" "$embargo" report --html - --json - x
: >empty.jsonl
check empty_file 1 "nothing was read that tells of a host" "$embargo" report empty.jsonl
echo some-host >hosts
check empty_page 0 "</html>" "$embargo" report --hosts hosts --html - empty.jsonl
check missing_input 1 "cannot read 'missing': No such file" "$embargo" report missing
check missing_input_is_in_the_report 1 "missing: No such file" "$embargo" report --json - missing
check unwritable_output 1 "cannot write '/proc/x'" "$embargo" report --hosts hosts --html /proc/x empty.jsonl
check full_disk 1 "cannot write" bash -c '"$1" report --hosts hosts --html - empty.jsonl >/dev/full' _ "$embargo"
check no_temporary_directory 1 "temporary file" env TMPDIR=/proc/none "$embargo" report empty.jsonl
check missing_list_of_hosts 1 "cannot read 'none'" "$embargo" report --hosts none empty.jsonl

mkdir -p in/deep/web7
"$fleet" 30 5 >all
split -n l/3 --additional-suffix=.jsonl all in/part-
# A part of a stream lacks the first line of its scan: the parts are made anew, a host each.
rm in/part-*
awk '{ if ($0 ~ /^{"type":"scan"/) { match($0, /"host":"[^"]*"/); file = "in/" substr($0, RSTART + 8, RLENGTH - 9) ".jsonl" } print > file }' all
check directory 0 "of 30 hosts" "$embargo" report --json a.json --csv a.csv --html a.html --now 2026-10-20 in
head -n 1 said >headline
# shellcheck disable=SC2012,SC2046 # names of ours
check order_of_files_is_nothing 0 "" "$embargo" report --json b.json --csv b.csv --html b.html --now 2026-10-20 \
	$(ls -r in/*.jsonl)
sed -i '/csv/d' a.html b.html # which names the file
check equal_input_equal_page 0 "" same a.html b.html
check equal_input_equal_csv 0 "" same a.csv b.csv
check equal_input_equal_json 0 "" same a.json b.json
check date_of_the_environment 0 '"date": "2026-10-20"' env SOURCE_DATE_EPOCH=1792454400 "$embargo" report --json - in
check standard_input 0 "$(<headline)" bash -c 'cat in/*.jsonl | "$1" report -' _ "$embargo"
check given_twice_counts_once 0 "$(<headline)" "$embargo" report in in
for tool in gzip xz "zstd -q"; do
	# shellcheck disable=SC2086 # a command and its option
	$tool <all >folded
	check "folded_by_${tool%% *}" 0 "$(<headline)" "$embargo" report folded
done
head -c -20 folded >./cut
check cut_off_archive 1 "cannot read 'cut'" "$embargo" report cut

echo '{"time":"2026-09-03T10:00:00Z","verdict":"denied","path":"/x"}' >in/deep/web7/events.jsonl
echo "no JSON at all" >in/deep/README
check host_by_its_directory 0 '"host":"web7"' "$embargo" report --json - in
check other_files_are_passed_over 0 "1 file was passed over" "$embargo" report in
check nobody_s_events 1 "events.jsonl:1: it is not known of which host" bash -c 'cd in/deep/web7 && "$1" report events.jsonl' _ "$embargo"
"$embargo" status --json >state.json
check state_of_this_host 0 "Hosts: 1;" "$embargo" report state.json
printf '{\n"loaded":true,\n{"type":"host","host":"x"}\nx\n{\n' >unfinished
check unfinished_objects 0 "unfinished:1: an object that has no end" "$embargo" report unfinished
check the_last_unfinished_object 0 "unfinished:5: an object that has no end" "$embargo" report unfinished
check bad_line_has_its_number 0 "unfinished:4: no JSON object" "$embargo" report unfinished

# What scan prints is read.
printf 'policy "p"\nversion 1\nban path "%s/banned"\n' "$tmp" >p.policy
mkdir tree && cp /bin/true tree/x && "$embargo" id --rule tree/x >>p.policy
check scan_finds 3 "" bash -c '"$1" scan --policy p.policy --json "$2/tree" >scan.jsonl' _ "$embargo" "$tmp"
check what_scan_prints_is_read 0 "present on 1 of 1 host" "$embargo" report --json scan.json scan.jsonl
check its_own_json_is_no_host 1 "report --json' wrote, not what a host said" "$embargo" report scan.json
check all_of_it 0 '"bad_lines": []' cat scan.json

# The examples of the manual, as they stand there.
mkdir -p example/hosts bin && ln -s "$embargo" bin/embargo
sed 's/db0003/web1/g' all >example/hosts/fleet.jsonl
sed -n '/^\.Sh EXAMPLES/,/^\.Sh UNDOING/p' "$page" | sed -n '/^embargo report/p; /^sh removal/p' >examples
while read -r line; do
	check "example: $line" 0 "" env PATH="$tmp/bin:$PATH" SOURCE_DATE_EPOCH=1792454400 \
		bash -c 'cd example && eval "$1"' _ "$line"
done <examples
check examples_made_what_they_say 0 "" test -s example/fleet.html -a -s example/fleet.csv -a -s example/removal.csv \
	-a "$(grep -c . examples)" -ge 3

finish
