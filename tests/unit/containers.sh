#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Files that hold others: opened by scan --archives, or named as recognised and not opened. None is passed over.
# shellcheck disable=SC2317 # the tests are called by their names
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
cd "$tmp" || exit 1
cp /bin/true prog
printf 'policy p\nversion 1\nban hash sha256:%s\n' "$(sha256sum prog | cut -c1-64)" >p.policy

opened() { # FILE
	"$embargo" scan --archives --policy p.policy "$1" >out 2>err || [[ $? == 3 ]]
	grep -q "^denied member" out
}

closed() { # FILE WHAT
	"$embargo" scan --archives --policy p.policy "$1" >out 2>err || [[ $? == 3 ]]
	cat out err
	grep -qF "$2: recognised, not opened" err
}

ar_without_types() { ar rcS a.a prog && opened a.a; }
tar_of_version_7() { tar --format=v7 -cf a.tar prog && opened a.tar; }
cpio_binary() { cpio --quiet -o -H bin <<<prog >a.cpio && opened a.cpio; }

binary_cpio_of_the_other_order() {
	python3 - <<'END'
import struct
data = open("prog", "rb").read()
entry = lambda name, data, mode: (struct.pack(">13H", 0x71c7, 0, 1, mode, 0, 0, 1, 0, 0, 0, len(name) + 1, len(data) >> 16, len(data) & 0xffff)
    + name + b"\0" * (2 - len(name) % 2) + data + b"\0" * (len(data) % 2))
open("b.cpio", "wb").write(entry(b"prog", data, 0o100755) + entry(b"TRAILER!!!", b"", 0))
END
	opened b.cpio
}

squashfs_is_named() {
	(printf hsqs; head -c 1000 /dev/zero) >a.snap
	closed a.snap "a squashfs image or snap"
}

appimage_is_named() {
	(head -c 8 prog; printf 'AI\2'; tail -c +12 prog) >a.AppImage
	closed a.AppImage "an AppImage"
}

zip_behind_a_program_is_named() {
	zip -q a.zip prog
	cat /bin/ls a.zip >a.run
	closed a.run "a program with a zip archive behind it"
}

base64_script_is_named() {
	tar cz prog | base64 >text
	(printf '#!/bin/sh\nsed 1,3d "$0" | base64 -d | tar xz\nexit\n'; cat text) >a.sh
	closed a.sh "a script with an archive in base64"
	printf '#!/bin/sh\necho x | base64 -d\n' >b.sh
	! closed b.sh "a script with an archive in base64"
}

long_base64_is_named() {
	printf '#!/bin/sh\necho %s | base64 -d >x\n' "$(base64 -w0 prog)" >long.sh
	closed long.sh "a script with an archive in base64"
	printf '#!/bin/sh\necho aGVsbG8K | base64 -d\n' >short.sh
	"$embargo" scan --archives --policy p.policy short.sh >out 2>err
	! grep -q recognised err
}

uuencoded_is_named() {
	python3 -c 'import binascii, sys
data = open("prog", "rb").read()
sys.stdout.write("begin 755 prog\n")
for i in range(0, len(data), 45): sys.stdout.write(binascii.b2a_uu(data[i:i + 45]).decode())
sys.stdout.write("`\nend\n")' >prog.uu
	closed prog.uu "a file in text by uuencode"
	{ printf '#!/bin/sh\nuudecode <<END\n'; cat prog.uu; echo END; } >uu.sh
	closed uu.sh "a script with an archive in base64"
	echo 'begin by reading this' >plain.txt
	"$embargo" scan --archives --policy p.policy plain.txt >out 2>err
	! grep -q recognised err
}

bare_base64_is_named() {
	local kind
	tar cf bare.tar prog && zip -q bare.zip prog
	for kind in prog bare.tar bare.zip; do
		base64 "$kind" >bare.b64 && closed bare.b64 "a file in text by base64"
		base64 -w0 "$kind" >bare.b64 && closed bare.b64 "a file in text by base64"
		openssl base64 -in "$kind" | sed 's/$/\r/' >bare.b64 && closed bare.b64 "a file in text by base64"
	done
	refuses 1 "is a file in text by base64, which is not opened" "$embargo" policy import bare.b64
	# Text is text, whatever its letters.
	{ head -c 4000 /dev/zero | base64 && echo hello; } >zeros.b64
	printf 'AAAA%.0s' {1..40} >letters
	"$embargo" scan --archives --policy p.policy zeros.b64 letters >out 2>err
	! grep -q recognised err
}

lzma_is_named() {
	tar cf - prog | xz --format=lzma >prog.tar.lzma
	closed prog.tar.lzma "a file compressed by lzma, without a container"
}

within_an_archive_too() {
	tar cf outer.tar a.snap a.AppImage a.sh
	closed outer.tar "a squashfs image or snap"
	[[ $(grep -c 'recognised, not opened' err) == 3 ]]
}

import_counts_it() {
	mkdir -p pkg/DEBIAN pkg/opt && cp a.AppImage prog pkg/opt
	printf 'Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n' >pkg/DEBIAN/control
	dpkg-deb --root-owner-group -b pkg x.deb
	"$embargo" policy import x.deb >out 2>err
	grep -q '1 of the entries: encrypted, damaged, nested too deep, or recognised and not opened' err
	[[ $(grep -c ^ban out) -ge 2 ]]
}

echo "KTAP version 1"
for name in ar_without_types tar_of_version_7 cpio_binary binary_cpio_of_the_other_order squashfs_is_named appimage_is_named \
	zip_behind_a_program_is_named base64_script_is_named long_base64_is_named uuencoded_is_named bare_base64_is_named \
	lzma_is_named within_an_archive_too import_counts_it; do
	try $name
done
finish
