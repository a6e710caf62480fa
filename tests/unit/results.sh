# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The head of a test script and its results, in KTAP. Source it first: then we are in the top directory, $embargo is the
# program, and $tmp a directory that is gone at the end, after at_exit. Say "KTAP version 1", and end with finish.
# $said: a file with what the last command said; its end is shown with a failure.
export LC_ALL=C.UTF-8
top=$(realpath "${BASH_SOURCE[0]%/*}/../..")
cd "$top" || exit 1
# shellcheck disable=SC2034 # for those who source this
embargo=$(realpath "${EMBARGO:-build/embargo}")
tmp=$(mktemp -d) || exit 1
said=$tmp/said
# shellcheck disable=SC2317 # called by the trap
at_exit() { :; } # what a script has to undo, in a function of its own of this name
trap 'at_exit; rm -rf "$tmp"' EXIT

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

# exits NAME STATUS WORDS COMMAND…: exits with STATUS and says WORDS on stdout or stderr
exits() {
	local name=$1 status=$2 words=$3 seen
	shift 3
	"$@" >"$said" 2>&1 </dev/null
	seen=$?
	[[ $seen == "$status" && $(<"$said") == *"$words"* ]]
	result $? "$name" "status $seen, expected $status and '$words'"
}

# refuses STATUS PART COMMAND…: exits so, and says so; for use in a test
refuses() {
	local status=$1 part=$2 said got=0
	shift 2
	said=$("$@" </dev/null 2>&1) || got=$?
	echo "$got: $said"
	[[ $got == "$status" && $said == *"$part"* ]]
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
