#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# embargo policy channel by its command line: make, sign, verify and show.
# shellcheck disable=SC2317 # the tests are called by their names
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
of_results=$(declare -F | sed 's/^declare -f //')
cd "$tmp" || exit 1

channel() { "$embargo" policy channel "$@" </dev/null; }
sign() { channel sign --key signer.key --cert signer.crt "$@"; }
verify() { channel verify --trust trust "$@"; }

mkdir trust old new
openssl ecparam -name prime256v1 -genkey -noout -out signer.key 2>/dev/null
openssl req -x509 -new -key signer.key -subj "/CN=Channel signer" -days 9 -out signer.crt \
	-addext extendedKeyUsage=codeSigning 2>/dev/null
cp signer.crt trust/
for version in old new; do
	printf 'policy list\nversion 3\nban path "/opt/x/"\n' >$version/list.policy
	printf 'policy site\nversion %s\ninclude "list.policy"\n' "$([[ $version == old ]] && echo 4 || echo 5)" >$version/site.policy
done

made_channels_say_what_is_in_the_files() {
	channel make --serial 7 --days 2 --output c.json 5:new/site.policy 12.5:old/site.policy 3:new/list.policy
	channel show c.json
	[[ $(channel show c.json | grep -c '^  ring ') == 3 ]]
	channel show c.json | grep -F "to 12.50 %, version 4 of policy 'site', 2 files"
	grep -F "$(sha256sum new/site.policy | cut -d ' ' -f 1)" c.json
	grep -F '"url": "new/site.policy"' c.json
}

a_host_has_a_place() {
	channel make --serial 7 --output c.json 12.5:new/site.policy 100:old/site.policy
	# sha256("ID site"), its first 8 bytes as a number, mod 10000
	local id=0123456789abcdef0123456789abcdef number
	number=$(printf '%s' "$id site" | sha256sum | cut -c 1-16)
	number=$(printf '%llu' "0x$number")
	channel show --host "$id" c.json | grep -F "place $((10#${number: -4})) takes ring"
}

signed_channels_verify() {
	channel make --serial 7 --output c.json 5:new/site.policy
	refuses 1 'c.json.p7s, is missing' verify c.json
	sign c.json
	verify c.json | grep -x '  signed   CN=Channel signer'
	sed -i 's/"percent": 5/"percent": 50/' c.json
	refuses 1 'not what CN=Channel signer' verify c.json
	mkdir -p empty
	sign c.json
	refuses 1 'whom no trusted certificate vouches for' channel verify --trust empty c.json
}

what_hosts_would_refuse_is_not_made() {
	refuses 1 'not wider than ring 1' channel make --serial 1 5:new/site.policy 5:old/site.policy
	refuses 1 'not PERCENT:POLICY' channel make --serial 1 0:new/site.policy
	refuses 1 'not PERCENT:POLICY' channel make --serial 1 100.01:new/site.policy
	refuses 1 'not PERCENT:POLICY' channel make --serial 1 5.005:new/site.policy
	refuses 1 'not PERCENT:POLICY' channel make --serial 1 new/site.policy
	refuses 1 '--serial is a number' channel make --serial 0 5:new/site.policy
	refuses 1 '--days is a number' channel make --serial 1 --days 0 5:new/site.policy
	refuses 2 '--serial is needed' channel make 5:new/site.policy
	refuses 1 'relative to the channel' channel make --serial 1 "5:$PWD/new/site.policy"
	cp old/list.policy elsewhere.policy
	printf 'policy site\nversion 5\ninclude "../elsewhere.policy"\n' >new/far.policy
	refuses 1 'does not lie beside' channel make --serial 1 5:new/far.policy
	printf 'ban path "/x/"\n' >nameless.policy
	refuses 1 "has no \`policy NAME'" channel make --serial 1 5:nameless.policy
	refuses 2 'are needed' channel sign --key signer.key c.json
	echo '{' >broken.json
	refuses 1 'broken.json: line' sign broken.json
	[[ ! -e broken.json.p7s ]]
}

expired_channels_are_refused() {
	channel make --serial 7 --output c.json 5:new/site.policy
	sed -i 's/"issued": "2[0-9]*/"issued": "2020/; s/"expires": "2[0-9]*/"expires": "2021/' c.json
	refuses 1 'has expired' sign c.json
	openssl cms -sign -binary -outform DER -in c.json -signer signer.crt -inkey signer.key -out c.json.p7s
	refuses 1 'has expired' verify c.json
}

tests=$(declare -F | sed 's/^declare -f //' | grep -vx 'sign\|verify\|channel' | grep -vxF "$of_results")
echo "KTAP version 1"
for test in $tests; do
	rm -f ./*.json ./*.p7s
	try "$test"
done
finish
