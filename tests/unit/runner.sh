#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What judges the tests must not take a failure for a pass: tests/ktap is fed with what goes wrong, check-log with logs.
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"

# check NAME EXPECTED SEEN
check() {
	[[ $2 == "$3" ]]
	result $? "$1" "expected '$2', seen '$3'"
}

# judged SCOPE LINE…: the counts for a program "p" that prints the lines
judged() {
	local scope=$1
	shift
	printf '%s\n' '@suite begin p' "$@" | tests/ktap "$scope" "$tmp" >"$tmp/out"
	cat "$tmp/$scope.counts"
}

echo "KTAP version 1"

check pass "2 0 0" "$(judged 6.1 "KTAP version 1" 1..2 "ok 1 a" "ok 2 - b" "@suite end p 0")"
check failed_test "1 1 0" "$(judged 6.1 1..2 "ok 1 a" "not ok 2 b # x.c:1: why" "@suite end p 1")"
check failed_test_keeps_why "not ok 6.1: p: b # x.c:1: why" "$(grep ^not "$tmp/6.1.failed")"
check failed_test_keeps_diagnostics "    # said" \
	"$(judged 6.1 1..1 "# said" "not ok 1 a" "@suite end p 1" >/dev/null; grep said "$tmp/6.1.failed")"
check no_plan "1 1 0" "$(judged 6.1 "ok 1 a" "@suite end p 0")"
check nothing_printed "0 1 0" "$(judged 6.1 "@suite end p 0")"
check short_of_plan "1 1 0" "$(judged 6.1 1..2 "ok 1 a" "@suite end p 0")"
check beyond_plan "2 1 0" "$(judged 6.1 1..1 "ok 1 a" "ok 2 b" "@suite end p 0")"
check crash_after_all_passed "1 1 0" "$(judged 6.1 1..1 "ok 1 a" "@suite end p 139")"
check status_hides_failure "0 2 0" "$(judged 6.1 1..1 "not ok 1 a" "@suite end p 0")"
check timeout "1 1 0" "$(judged 6.1 1..2 "ok 1 a" "@suite end p 124")"
check never_ended "1 1 0" "$(judged 6.1 1..1 "ok 1 a")"
check skip_in_guest_fails "0 1 0" "$(judged 6.1 1..1 "ok 1 a # SKIP no b" "@suite end p 4")"
check skip_of_program_in_guest_fails "0 1 0" "$(judged 6.1 "1..0 # SKIP no c" "@suite end p 4")"
check skip_in_unit "0 0 1" "$(judged unit 1..1 "ok 1 a # SKIP no b" "@suite end p 4")"
check nested_results_do_not_count "1 0 0" "$(judged 6.1 1..1 "    ok 1 x" "# not ok 2 y" "ok 1 a" "@suite end p 0")"
check crlf "1 0 0" "$(judged 6.1 $'1..1\r' $'ok 1 a\r' "@suite end p 0")"

# log_status TEXT: what check-log says of a kernel log with it
log_status() {
	printf '[ 0.0] Linux version 6.1\n%s\n' "$1" >"$tmp/log"
	tests/vm/check-log "$tmp/log" >/dev/null 2>&1
	echo $?
}
check log_clean 0 "$(log_status "[ 1.0] EXT4-fs (vda): mounted filesystem")"
check log_oops 1 "$(log_status "[ 1.0] Oops: int3: 0000 [#1] SMP")"
check log_warning 1 "$(log_status "[ 1.0] WARNING: CPU: 0 PID: 1 at kernel/bpf/core.c:1")"
check log_stall 1 "$(log_status "[ 1.0] rcu: INFO: rcu_preempt self-detected stall on CPU")"
check log_lockup 1 "$(log_status "[ 1.0] watchdog: BUG: soft lockup - CPU#0 stuck for 22s!")"
check log_user_crash_is_none 0 "$(log_status "[ 1.0] traps: x[9] general protection fault ip:1 sp:2 error:0")"
: >"$tmp/log"
check log_empty_is_not_clean 2 "$(tests/vm/check-log "$tmp/log" >/dev/null 2>&1; echo $?)"

finish
