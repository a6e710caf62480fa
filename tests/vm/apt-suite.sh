# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# To be sourced: packages of any Debian suite, by this machine's own mirror and keyring, on an apt state of one's own.
# The caller has set -euo pipefail and a function die, and calls suite_open, or suite_begin and suite_read, before the others. For the processor EMBARGO_ARCH.

# shellcheck source=tests/vm/arch.sh
. "$(dirname "${BASH_SOURCE[0]}")/arch.sh"

# suite_open SUITE DIR: read the suite's list of packages; everything is kept in DIR
suite_open() {
	suite_begin "$2"
	suite_read "$1" || die "cannot read the package list of $1"
}

# suite_begin DIR, then suite_read SUITE, of one suite after another: 1: its list cannot be read
suite_begin() {
	local codename
	suite_dir=$1
	mkdir -p "$suite_dir"/{lists/partial,cache/archives/partial,debs}
	touch "$suite_dir/status"
	# shellcheck source=/dev/null
	codename=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
	read -r suite_source suite_mirror < <(suite_own_source "$codename") ||
		die "apt's sources name no mirror of this machine's suite ('$codename')"
}

suite_read() {
	local mirror=$suite_mirror
	# Debian keeps security suites in an archive of their own, beside the other.
	[[ $1 != *-security ]] || mirror=${mirror%/}-security
	echo "deb [signed-by=$(suite_keyring "$suite_source")] $mirror $1 main" >"$suite_dir/sources.list"
	# Without Error-Mode=any apt takes a failed download of a list for a warning.
	suite_try suite_apt apt-get update -o APT::Update::Error-Mode=any
}

# The source that gives this machine its own suite: "FILE:N ADDRESS", N a stanza in a .sources file, a line in a .list.
suite_own_source() {
	apt-get indextargets -o Dir::State::Lists="$suite_dir/lists" -o APT::Get::IndexTargets::ReleaseInfo=false \
		--format "\$(RELEASE) \$(SOURCESENTRY) \$(REPO_URI)" 'Created-By: Packages' |
		awk -v suite="$1" '$1 == suite { print $2, $3; exit }'
}

# The keyring that a source names, else Debian's own.
suite_keyring() {
	local file=${1%:*} n=${1##*:} keyring
	case $file in
	*.sources) keyring=$(awk -v RS= -v n="$n" 'NR == n' "$file" | sed -nE 's/^Signed-By:[[:space:]]*(\/.*)$/\1/Ip') ;;
	*) keyring=$(sed -nE "${n}s/.*\[.*signed-by=([^] ]+).*/\1/Ip" "$file") ;;
	esac
	echo "${keyring:-/usr/share/keyrings/debian-archive-keyring.gpg}"
}

# suite_apt TOOL ARGUMENT…, on the private state
suite_apt() {
	local tool=$1
	shift
	"$tool" -q -o Dir::State::Lists="$suite_dir/lists" -o Dir::State::status="$suite_dir/status" \
		-o Dir::Cache="$suite_dir/cache" -o Dir::Etc::sourcelist="$suite_dir/sources.list" \
		-o Dir::Etc::sourceparts=/dev/null -o Dir::Etc::preferences=/dev/null \
		-o Dir::Etc::preferencesparts=/dev/null -o APT::Architecture="$arch" -o APT::Architectures::="$arch" \
		-o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none -o Acquire::Retries=3 "$@"
}

# suite_try COMMAND…, three times; its output is shown when all fail
suite_try() {
	local i
	for i in 1 2 3; do
		"$@" >"$suite_dir/out" 2>&1 && return
		sleep $((i * 2))
	done
	cat "$suite_dir/out" >&2
	return 1
}

# suite_closure PACKAGE…: these and all that they depend on, one a line; of alternatives the first. A name that no
# package has, but that some provide, is passed over. Of a package's versions the first that apt shows counts.
suite_closure() {
	suite_apt apt-cache dumpavail | awk -v wanted="$*" '
		/^Package: / { name = $2; new = !(name in known); known[name] = 1 }
		/^(Pre-)?Depends: / && new {
			sub(/^[^:]*: /, "")
			depends[name] = depends[name] "," $0
		}
		END {
			count = split(wanted, todo, " ")
			for (i = 1; i <= count; i++) {
				name = todo[i]
				if (!(name in known) || name in done)
					continue
				done[name] = 1
				print name
				n = split(depends[name], list, ",")
				for (j = 1; j <= n; j++) {
					sub(/^ */, "", list[j])
					sub(/[ |:(].*/, "", list[j])
					if (list[j] != "")
						todo[++count] = list[j]
				}
			}
		}'
}

# suite_unpack ROOT PACKAGE…
suite_unpack() {
	local root=$1 deb
	shift
	(cd "$suite_dir/debs" && suite_try suite_apt apt-get download "$@") || die "cannot download $*"
	for deb in "$suite_dir"/debs/*.deb; do
		dpkg -x "$deb" "$root"
	done
}
