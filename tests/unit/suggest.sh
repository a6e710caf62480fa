#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `embargo policy suggest` and what `policy explain` says of signers, with programs signed here.
# shellcheck disable=SC2317 # the tests are called by their names
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
cd "$tmp" || exit 1

# sign NAME SUBJECT IN OUT: with a new key and certificate of that subject
sign() {
	[[ -e $1.pem ]] || openssl req -x509 -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.pem" -days 30 -subj "$2" 2>/dev/null
	osslsigncode sign -certs "$1.pem" -key "$1.key" -in "$3" -out "$4" >/dev/null
}

# A PE file that osslsigncode takes, each with a byte of its own: the smallest that has a header of sections.
pe() { # NUMBER FILE
	python3 - "$1" "$2" <<'END'
import struct, sys
n, path = int(sys.argv[1]), sys.argv[2]
pe = bytearray(1024)
pe[0:2] = b"MZ"
struct.pack_into("<I", pe, 60, 64)
pe[64:68] = b"PE\0\0"
struct.pack_into("<HHIIIHH", pe, 68, 0x8664, 1, 0, 0, 0, 240, 0x22)
struct.pack_into("<HBBIIIIIQIIHHHHHHIIIIHHQQQQII", pe, 88, 0x20B, 0, 0, 512, 0, 0, 4096, 4096, 0x140000000, 4096, 512, 6, 0, 0, 0, 6,
                 0, 0, 8192, 512, 0, 3, 0, 1 << 20, 4096, 1 << 20, 4096, 0, 16)
struct.pack_into("<8sIIIIIIHHI", pe, 88 + 240, b".text", 512, 4096, 512, 512, 0, 0, 0, 0, 0x60000020)
pe[512] = n
open(path, "wb").write(pe)
END
}

mkdir -p samples/deep host
pe 1 a.exe && pe 2 b.exe && pe 3 c.exe && pe 4 d.exe && pe 5 e.exe
# Two names of one company, one number.
sign old '/C=XX/O=Old Name/serialNumber=4711/CN=Old Name' a.exe samples/a.exe
sign new '/C=XX/O=New Name/serialNumber=4711/CN=New Name' b.exe samples/deep/b.exe
sign other '/C=XX/O=Other Lab/CN=Other Lab' c.exe samples/c.exe
cp d.exe samples/unsigned.exe
sign new '' e.exe host/elsewhere.exe

fewest() {
	"$embargo" policy suggest samples >out
	grep '^ban' out >rules
	[[ $(wc -l <rules) == 3 ]]
	grep -qx 'ban signer subject.serialNumber="4711"' rules
	grep -qx 'ban signer subject.o="Other Lab"' rules
	grep -qx "ban hash sha256:$(sha256sum <samples/unsigned.exe | cut -c1-64) size=1024 format=pe" rules
	grep -q '^# 3 rules cover 4 samples' out
	(echo 'policy x'; echo 'version 1'; cat out) >x.policy
	"$embargo" policy lint --no-host x.policy
	for file in samples/*.exe samples/deep/b.exe; do
		"$embargo" check --policy x.policy "$file" || [[ $? == 3 ]]
		! "$embargo" check --policy x.policy "$file" >/dev/null
	done
}

what_it_would_hit() {
	"$embargo" policy suggest --host "$tmp/host" --host "$tmp/samples" samples >out
	grep -A1 '^# would hit 1 other file here; one is .*/host/elsewhere.exe' out | grep -q 'serialNumber="4711"'
	[[ $(grep -c 'would hit 0 other' out) == 2 ]]
}

nothing_to_cover() {
	mkdir empty
	refuses 1 "there is no sample" "$embargo" policy suggest empty
	refuses 1 "missing" "$embargo" policy suggest missing
}

# What is not there would be said to be hit by nothing.
hosts_and_lists_that_are_not_there() {
	refuses 1 "cannot look at 'gone'" "$embargo" policy suggest --host "$tmp/host" --host gone samples
	printf 'policy none\nversion 1\nban path "/nowhere/"\n' >none.policy
	refuses 1 "cannot read the lists in 'gone'" "$embargo" policy explain --policy none.policy --lists gone samples/deep/b.exe
	mkdir -p bare
	refuses 1 "no *.policy file in 'bare'" "$embargo" policy explain --policy none.policy --lists bare samples/deep/b.exe
}

# Which of the lists' rules a renamed company still meets, and what to go by.
explain_signer() {
	mkdir lists
	printf 'policy l\nversion 1\nauthority "BOD"\nban signer subject.serialNumber=4711\nban signer subject.o="Old Name"\n' >lists/l.policy
	printf 'policy none\nversion 1\nban path "/nowhere/"\n' >none.policy
	"$embargo" policy explain --policy none.policy --lists lists samples/deep/b.exe >out
	grep -q 'ban signer subject.serialNumber="4711" authority="BOD"' out
	! grep -q 'ban signer subject.o="Old Name"' out
	grep -q 'choose ban signer subject.serialNumber="4711"' out
	"$embargo" policy explain --policy none.policy --lists lists old.pem >out
	[[ $(grep -c ' at lists/l.policy' out) == 2 ]]
	grep -q 'choose ban signer subject.serialNumber="4711"' out
	"$embargo" policy explain --policy none.policy --lists lists other.pem >out
	grep -qx '    none' out
	grep -q 'choose ban signer subject.o="Other Lab"' out
}

echo "KTAP version 1"
for name in fewest what_it_would_hit nothing_to_cover hosts_and_lists_that_are_not_there explain_signer; do
	try $name
done
finish
