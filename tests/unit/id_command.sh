#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# embargo id: what it prints of programs and packages, and that its lines of policy can be loaded.
# shellcheck disable=SC2317 # the tests are called by their names
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
cd "$tmp" || exit 1

# lint FILE…: the lines of --rule, and the proposals in them without their "# why: ", are a policy
lint() {
	{
		printf 'policy x\nversion 1\n'
		"$embargo" id --rule "$@"
	} >x.policy
	cat x.policy
	"$embargo" policy lint x.policy
	sed 's/^# [^:]*: ban/ban/' x.policy >y.policy
	"$embargo" policy lint y.policy
}

package() {
	mkdir -p tree/DEBIAN
	printf '%s\n' 'Package: acme' 'Version: 1:2-3' 'Architecture: all' 'Maintainer: A "B" <a@acme.example>' \
		'Origin: Acme *' 'Description: x' >tree/DEBIAN/control
	dpkg-deb --root-owner-group -b tree x.deb
}

owner_of_a_program() {
	local file owner
	file=$(readlink -f /bin/ls)
	owner=$(dpkg-query -S "$file" 2>/dev/null || dpkg-query -S /bin/ls)
	owner=${owner%%:*}
	"$embargo" id "$file" | grep -E "^  of package +$owner\$"
	"$embargo" id "$file" | grep -E '^    loader +/lib64/ld-linux'
	"$embargo" id --json "$file" | grep -F "\"name\": \"$owner\""
	lint "$file"
	grep -F "ban package name=\"$owner\"" y.policy
}

a_package() {
	package
	"$embargo" id x.deb | grep -E '^  is package +acme$'
	"$embargo" id x.deb | grep -E '^    version +1:2-3$'
	"$embargo" id --json x.deb | grep -F '"maintainer": "A \"B\" <a@acme.example>"'
	lint x.deb
	grep -F 'ban package name="acme"' y.policy
	# A pattern that the package chose itself is not proposed.
	! grep -F 'ban vendor' y.policy
}

a_jar() {
	mkdir -p META-INF
	printf 'Manifest-Version: 1.0\nBundle-Vendor: Acme "Labs"\n' >META-INF/MANIFEST.MF
	zip -q x.jar META-INF/MANIFEST.MF
	"$embargo" id x.jar | grep -E '^  vendor +Acme "Labs"$'
	"$embargo" id --json x.jar | grep -F '"vendor": "Acme \"Labs\""'
	lint x.jar
	grep -F 'ban vendor "Acme \"Labs\""' y.policy
}

echo "KTAP version 1"
try owner_of_a_program
try a_package
try a_jar
finish
