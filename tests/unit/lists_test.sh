#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The shipped lists are what their data says, and the generator refuses what it must.
# Prints KTAP. Works on a copy: nothing of the checkout is touched.
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
lists=$top/policy/lists work=$tmp/work
mkdir "$work"

# A fresh copy of the data, without the lists.
fresh() {
	rm -rf "${work:?}"/*
	cp "$lists"/* "$work"/
	rm -f "$work"/*.policy
}

# refused WHAT MESSAGE: the generator must fail with it, and leave no list behind
refused() {
	local output
	output=$("$work"/generate 2>&1)
	[[ $? -ne 0 && $output == *"$2"* && ! $(ls "$work"/*.policy* 2>/dev/null) ]]
	result $? "$1"
	[[ $output == *"$2"* ]] || echo "# it says: $output"
}

echo "KTAP version 1"

fresh
"$work"/generate && cmp "$work"/kaspersky-branded.policy "$lists"/kaspersky-branded.policy >&2 &&
	cmp "$work"/kaspersky-embedded.policy "$lists"/kaspersky-embedded.policy >&2 &&
	cmp "$work"/kaspersky-supply.policy "$lists"/kaspersky-supply.policy >&2 &&
	cmp "$work"/acronis-fascsa.policy "$lists"/acronis-fascsa.policy >&2
result $? "regenerated lists are the same"

fresh
awk=$(command -v busybox) && sed -i "s|\bawk -|$awk awk -|" "$work"/generate && "$work"/generate &&
	cmp "$work"/kaspersky-branded.policy "$lists"/kaspersky-branded.policy >&2
result $? "another awk makes the same"

for list in kaspersky-branded kaspersky-embedded kaspersky-supply acronis-fascsa; do
	! grep '^\(# \)\?ban' "$lists/$list.policy" | grep -v ' source="[^"].* scope=\(use\|supply\) effective=20' >&2
	result $? "every rule of $list has a source, a scope and a day"
done

grep -q '^ban' "$lists"/kaspersky-embedded.policy && ! grep '^ban' "$lists"/kaspersky-embedded.policy | grep -v ' reason="' >&2
result $? "every rule of the embedded list has a reason"

for data in tiers hashes signers names weak authenticode; do
	fresh
	sed -i '2s/,[^,]*$/,/' "$work/$data.csv"
	refused "a row of $data.csv without a source" "$data.csv:2: an entry without a source"
done

# What must stay out, whatever kept it out before: this list is the test's own.
held='e983ae9f6fe2e527c799277c96550048cf84d7ea6702e8c5a0e7755c8002afc2
40921b7262e1136c85ae1de03fabde0eb138adbffa98badbb508e2b914c40c92
0f9d91c6aba86f4e54cbb9ef57e68346
07f9d80b85ceff7ee3f58dc594fe66b6
07be8f83f4455021f4e24fb021fca24a
3c92c9274ab6d3dd520b13029a2490c4a1d98bc0
bf9254919794c1075ea027889c5d304f1121c653
30f505c955e9b503416e64f05325bfa6cb6e2dff
6afe173577c4cbd621df217fd093435aa3ed2c4a
redirfs
avflt
kavmon
plarium
2y8xe5cq94
lockbit
ransomhub'
! cat "$lists"/*.policy "$lists"/hashes.csv "$lists"/signers.csv "$lists"/names.csv "$lists"/weak.csv |
	grep -viE '/opt/kav/5\.6/kavmilter' | grep -iF "$held" >&2
result $? "nothing that is not verified is in"
while read -r text; do
	grep -qiF "$text" "$lists"/held-back.csv || echo "$text"
done <<<"$held" | { ! grep . >&2; }
result $? "the generator knows all of that"

fresh
sed -i 's/klnagent64,,/KlNagent64 redirfs.ko,,/' "$work"/names.csv
refused "a fact that is held back" "held back is \`redirfs'"

fresh
sed -i '5s/^branded/brandet/' "$work"/hashes.csv
refused "a row of no tier" "hashes.csv:5: no tier"

fresh
sed -i '4s/.*/branded,"signer,subject.o,x,,,y/' "$work"/names.csv
refused "a quote that is never closed" "names.csv:4: a quote that is never closed"

finish
