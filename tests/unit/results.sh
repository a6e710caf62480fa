# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The results of a test script, in KTAP. Source it, say "KTAP version 1", and end with finish. $said: a file with
# what the last command said; its end is shown with a failure.

number=0 failures=0 skips=0

# result STATUS NAME [WHY]
result() {
	number=$((number + 1))
	if [[ $1 == 0 ]]; then
		echo "ok $number $2"
		return
	fi
	failures=$((failures + 1))
	[[ ! -s ${said-} ]] || tail -n 20 "$said" | cut -c1-400 | sed 's/^/# /'
	echo "not ok $number $2${3:+ # ${3//$'\n'/ }}"
}

# check NAME COMMAND…: into $said
check() {
	local name=$1
	shift
	"$@" >"$said" 2>&1 </dev/null
	result $? "$name"
}

# try NAME: the function of that name, up to its first command that fails
try() {
	(set -e; "$1") >"$said" 2>&1
	result $? "$1"
}

skip() { # NAME WHY
	number=$((number + 1)) skips=$((skips + 1))
	echo "ok $number $1 # SKIP $2"
}

finish() {
	echo "1..$number"
	echo "# $((number - failures - skips)) passed, $failures failed, $skips skipped"
	exit $((failures > 0))
}
