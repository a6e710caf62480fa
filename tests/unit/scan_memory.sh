#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A scan remembers what it found clean: the second one reads only what changed, finds the same, and trusts nothing that
# is in doubt. In a mount name space, with a host's directories that are empty.
# shellcheck disable=SC2317 # the tests are called by their names
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
if [[ ${1-} != --inside ]]; then
	if ((EUID != 0)) || ! unshare --mount true 2>/dev/null; then
		echo "KTAP version 1"
		skip scan_memory "needs root and name spaces"
		finish
	fi
	unshare --mount --propagation private bash "$0" --inside
	exit
fi
cd "$tmp" || exit 1
for directory in /etc/embargo /var/lib/embargo /run/embargo; do
	mkdir -p "$directory" && mount -t tmpfs -o mode=755 tmpfs "$directory" || exit 1
done
mkdir /etc/embargo/policy.d tree
policy=/etc/embargo/policy.d/site.policy
# Without sizes every file is read.
printf 'policy site\nversion 1\nban hash sha256:%s name="agent"\n' "$(printf 'banned\n' | sha256sum | cut -c -64)" >$policy
for i in {1..200}; do echo "$i" >"tree/$i"; done
echo banned >tree/agent
ln tree/7 tree/seven
# What changed just now is never remembered: ctime is no time that could be set, so the clock of the files is waited for.
until (($(date +%s) > $(stat -c %Z tree/seven) + 3)); do :; done

scan() { "$embargo" scan --json "$@" "$tmp/tree" 2>/dev/null || (($? == 3)); }
number() { sed -n "s/.*\"type\": *\"summary\".*\"$1\": *\([0-9]*\).*/\1/p"; }
findings() { grep '"type": *"finding"' | sort; }

the_second_scan_reads_what_changed() {
	rm -f /var/lib/embargo/scanned
	scan >first
	[[ $(number remembered <first) == 0 && $(number findings <first) == 1 && -s /var/lib/embargo/scanned ]]
	scan >second
	diff <(findings <first) <(findings <second)
	[[ $(number remembered <second) == 201 && $(number files <second) == 202 ]]
	# 5 % of the reads, and no more: that which is banned is told each time.
	(($(number hashed <second) * 20 <= $(number hashed <first)))
	echo banned >tree/9
	scan >third
	[[ $(number remembered <third) == 200 && $(number findings <third) == 2 ]]
	echo 9 >tree/9
	mv tree/11 tree/eleven
	scan >fourth
	[[ $(number remembered <fourth) == 199 && $(number findings <fourth) == 1 ]]
	mv tree/eleven tree/11
	("$embargo" scan "$tmp/tree" 2>&1 || :) | grep -F 'files were not read again'
}

full_reads_everything() {
	scan --full >full
	[[ $(number remembered <full) == 0 && $(number findings <full) == 1 ]]
}

# forgets WHY: nothing is remembered the next time
forgets() {
	scan >after
	echo "$1: $(number remembered <after)"
	[[ $(number remembered <after) == 0 ]]
	scan >/dev/null
}

doubt_forgets() {
	scan >/dev/null
	scan >again
	[[ $(number remembered <again) -gt 150 ]]
	sed -i 's/version 1/version 2\nban path "\/nowhere\/"/' $policy
	forgets "another policy"
	cp /var/lib/embargo/scanned copy && rm /var/lib/embargo/scanned && cp copy /var/lib/embargo/scanned
	forgets "a copy, as of a restored image"
	printf x | dd of=/var/lib/embargo/scanned bs=1 seek=300 conv=notrunc 2>/dev/null
	forgets "a damaged file"
	truncate -s -16 /var/lib/embargo/scanned
	forgets "a short file"
	chmod 666 /var/lib/embargo/scanned
	forgets "a file that others can write"
	scan --archives >archives
	[[ $(number remembered <archives) == 0 ]]
}

other_policies_are_not_remembered() {
	scan >/dev/null
	sum=$(sha256sum /var/lib/embargo/scanned)
	scan --policy $policy >other
	[[ $(number remembered <other) == 0 && $(sha256sum /var/lib/embargo/scanned) == "$sum" ]]
}

echo "KTAP version 1"
for test in the_second_scan_reads_what_changed full_reads_everything doubt_forgets other_policies_are_not_remembered; do
	try "$test"
done
finish
