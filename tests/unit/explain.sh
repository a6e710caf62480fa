#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `embargo policy explain`: of every way to match, whether the kernel does it or userspace resolves it.
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
hash=$(printf '%064d' 1)

# WHERE RULE: one rule of each kind, and of each way in which a kind matches
rules="kernel hash sha256:$hash size=1
kernel signer issuer=\"CN=a\" serial=01
kernel signer skid=01
resolved signer cert-sha256=$hash
resolved signer tbs-sha256=$hash
resolved signer spki-sha256=$hash
resolved signer subject.o=\"AO Kaspersky Lab\"
kernel module name=klflt
kernel module unsigned
kernel path prefix=\"/opt/kaspersky/\"
kernel interpreter path=\"/usr/bin/python3\"
kernel interpreter sha256:$hash size=2
resolved package name=kesl
resolved vendor name=\"AO Kaspersky Lab\"
resolved build-id id=0123456789abcdef0123456789abcdef01234567"

echo "KTAP version 1"
while read -r where rule; do
	printf 'policy test\nversion 1\nban %s\n' "$rule" >"$tmp/one.policy"
	output=$("$embargo" policy explain "$tmp/one.policy" 2>&1 </dev/null)
	status=$?
	words="where       in the kernel"
	[[ $where == kernel ]] || words="where       resolved"
	[[ $status == 0 && $output == *"$words"* ]]
	result $? "${rule%%[:=]*}_$where" "status $status: $output"
done <<<"$rules"
finish
