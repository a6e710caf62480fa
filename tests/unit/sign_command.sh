#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# embargo policy sign and verify by their command line, and that openssl understands and makes the same signatures.
# shellcheck disable=SC2317 # the tests are called by their names
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
of_results=$(declare -F | sed 's/^declare -f //')
cd "$tmp" || exit 1

sign() { "$embargo" policy sign --key signer.key --cert signer.crt "$@" </dev/null; }
verify() { "$embargo" policy verify --trust trust "$@" </dev/null; }

mkdir trust
openssl ecparam -name prime256v1 -genkey -noout -out signer.key 2>/dev/null
openssl req -x509 -new -key signer.key -subj "/O=Example/CN=Policy signer" -days 9 -out signer.crt \
	-addext extendedKeyUsage=codeSigning 2>/dev/null
cp signer.crt trust/
policy() { printf 'policy %s\nversion %s\nban vendor "Example*" source=here\n' "$1" "$2" >"$1.policy"; }

signed_files_verify() {
	sign one.policy two.policy
	[[ $(verify one.policy two.policy | grep -cx '  signed by   CN=Policy signer,O=Example') == 2 ]]
	[[ $(stat -c %a one.policy.p7s) == 644 ]]
	# Nothing else is left beside them.
	[[ $(find . -name '*.p7s*' | wc -l) == 2 ]]
}

changed_files_do_not() {
	sign one.policy
	echo '# more' >>one.policy
	refuses 1 'not what CN=Policy signer' verify one.policy
	sign one.policy
	verify one.policy
	rm one.policy.p7s
	refuses 1 'one.policy.p7s, is missing' verify one.policy
}

included_files_are_verified() {
	printf 'policy site\nversion 1\ninclude "two.policy"\n' >site.policy
	refuses 0 "'two.policy', which is included, has no signature yet" sign site.policy
	refuses 1 'two.policy: NOT VALID' verify site.policy
	sign two.policy
	verify site.policy
}

output_goes_elsewhere() {
	sign --output elsewhere one.policy
	[[ ! -e one.policy.p7s ]]
	mv elsewhere one.policy.p7s
	verify one.policy
	refuses 2 'with one POLICY only' sign --output elsewhere one.policy two.policy
	refuses 1 "cannot write 'nowhere/elsewhere'" sign --output nowhere/elsewhere one.policy
}

keys_may_have_a_passphrase() {
	printf 'correct horse\nbattery\n' >good
	echo wrong >bad
	openssl pkcs8 -topk8 -in signer.key -passout pass:'correct horse' -out locked.key
	sign=("$embargo" policy sign --key locked.key --cert signer.crt)
	"${sign[@]}" --passphrase good one.policy </dev/null
	verify one.policy
	refuses 1 'is the passphrase right' "${sign[@]}" --passphrase bad one.policy
	refuses 1 'missing: is missing' "${sign[@]}" --passphrase missing one.policy
	# Nobody there to ask.
	refuses 1 'cannot be opened' setsid -w "${sign[@]}" one.policy
}

what_hosts_would_refuse_is_not_signed() {
	printf 'policy x\nban path "/x/"\n' >x.policy
	refuses 1 "has no \`version N'" sign x.policy
	printf 'version 1\nban path "/x/"\n' >x.policy
	refuses 1 "has no \`policy NAME'" sign x.policy
	printf 'policy x\nversion 1\nbna hash\n' >x.policy
	refuses 1 'x.policy:3:1: error: unknown word' sign x.policy
	refuses 1 'No such file' sign missing.policy
	[[ ! -e x.policy.p7s && ! -e missing.policy.p7s ]]
	# The others of the same command are.
	refuses 1 'x.policy' sign x.policy one.policy
	verify one.policy
	openssl req -x509 -newkey rsa:1024 -nodes -keyout weak.key -out weak.crt -subj /CN=Weak 2>/dev/null
	refuses 1 'too weak' "$embargo" policy sign --key weak.key --cert weak.crt one.policy
	refuses 1 'not the certificate of the key' "$embargo" policy sign --key weak.key --cert signer.crt one.policy
	openssl req -x509 -newkey ed25519 -nodes -keyout ed.key -out ed.crt -subj /CN=Ed 2>/dev/null
	refuses 1 'use an RSA or ECDSA key' "$embargo" policy sign --key ed.key --cert ed.crt one.policy
	refuses 2 'are needed' "$embargo" policy sign --key signer.key one.policy
	refuses 2 'an argument is missing' "$embargo" policy sign --key signer.key --cert signer.crt
}

# For sealed hosts: what the kernel verifies is what openssl verifies.
sealed_hosts_get_an_image() {
	sign --sealed one.policy | tee out
	grep -Fx "one.policy.seal: version 1 of policy 'one', signed by CN=Policy signer,O=Example" out
	head -c 256 one.policy.seal >manifest
	[[ $(head -c 8 manifest) == $'\x7fEMBSEAL' ]]
	size=$(od -An -t u4 -j 256 -N 4 one.policy.seal)
	tail -c +265 one.policy.seal | head -c "$size" >manifest.p7s
	openssl cms -verify -binary -inform DER -in manifest.p7s -content manifest \
		-CAfile signer.crt -purpose any -certfile signer.crt -out /dev/null
	[[ $(tail -c +$((265 + size)) one.policy.seal | sha256sum | head -c 64) == \
		$(od -An -v -t x1 -j 24 -N 32 manifest | tr -d ' \n') ]]
	[[ $(od -An -v -t x1 -j 56 -N 32 manifest | tr -d ' \n') == $(sha256sum <one.policy | head -c 64) ]]
	# Without being asked for, there is none.
	sign two.policy
	[[ ! -e two.policy.seal ]]
}

# There is no way back from it before a reboot.
what_locks_out_is_not_for_sealed_hosts() {
	printf 'policy x\nversion 1\nban hash sha256:%s\n' "$(sha256sum "$(realpath /bin/sh)" | head -c 64)" >x.policy
	sign x.policy
	refuses 1 /bin/ sign --sealed x.policy
	[[ ! -e x.policy.seal ]]
}

openssl_verifies_it() {
	sign one.policy
	openssl cms -verify -binary -inform DER -in one.policy.p7s -content one.policy -CAfile signer.crt -purpose any \
		-out /dev/null
}

openssl_makes_it() {
	openssl cms -sign -binary -outform DER -in one.policy -signer signer.crt -inkey signer.key -out one.policy.p7s
	verify one.policy
	openssl cms -sign -binary -outform DER -in one.policy -signer signer.crt -inkey signer.key -md sha512 \
		-out one.policy.p7s
	refuses 1 'another hash than SHA-256' verify one.policy
	openssl cms -sign -binary -outform PEM -in one.policy -signer signer.crt -inkey signer.key -out one.policy.p7s
	refuses 1 'not CMS signed data in DER' verify one.policy
}

nobody_is_trusted() {
	sign one.policy
	mkdir -p empty
	refuses 1 'whom no trusted certificate vouches for' "$embargo" policy verify --trust empty one.policy
	touch empty/signer.txt
	refuses 1 'holds files but no certificate' "$embargo" policy verify --trust empty one.policy
}

# No byte of a name may command the terminal.
names_are_escaped() {
	printf 'policy "\\x1b[31m"\nversion 1\nban path "/x/"\n' >$'\e[31m.policy'
	sign $'\e[31m.policy' | tee out
	verify $'\e[31m.policy' | tee -a out
	grep -F "policy '\\x1b[31m'" out
	! grep $'\e' out
}

tests=$(declare -F | sed 's/^declare -f //' | grep -vx 'sign\|verify\|policy' | grep -vxF "$of_results")
echo "KTAP version 1"
for test in $tests; do
	rm -f ./*.p7s ./*.policy ./*.seal
	policy one 1
	policy two 1
	try "$test"
done
finish
