#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The completions of bash, and of zsh and fish where they are installed, offer what --help has: every command, every
# option of each, words where words are asked for, and files elsewhere.
# shellcheck disable=SC2317 # offer_… are called by the name of the shell
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
completions=${EMBARGO_COMPLETIONS:-$top/userspace/share/completions}
mkdir "$tmp/bin" "$tmp/home" "$tmp/here"
ln -s "$embargo" "$tmp/bin/embargo"
export PATH="$tmp/bin:$PATH" HOME="$tmp/home"
cd "$tmp/here" || exit 1
mkdir folder
: >file.policy

cat >"$tmp/offer.bash" <<'END'
source "$1"
shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
_embargo
printf '%s\n' "${COMPREPLY[@]}"
END
# What the completion system would be told to offer.
cat >"$tmp/offer.zsh" <<'END'
_describe() { local -a list; list=("${(@P)2}"); print -rl -- ${list[@]%%:*} }
_files() { [[ $1 == -/ ]] && print -rl -- *(/) || print -rl -- * }
file=$1
shift
words=("$@") CURRENT=$# PREFIX=$words[-1]
source $file $words 2>/dev/null
END
cat >"$tmp/offer.fish" <<'END'
source $argv[1]
complete -C (string join ' ' -- $argv[2..-1]) | string replace -r '\t.*' '' | string replace -r '/$' ''
END

offer_bash() { bash "$tmp/offer.bash" "$completions/bash" embargo "$@"; }
offer_zsh() { zsh -f "$tmp/offer.zsh" "$completions/zsh" embargo "$@"; }
offer_fish() { fish --no-config "$tmp/offer.fish" "$completions/fish" embargo "$@"; }

# expect SHELL WANTED WORD…: exactly these are offered for the last word; --help and --version may be there too
expect() {
	local shell=$1 wanted=$2 seen
	shift 2
	seen=$("offer_$shell" "$@" </dev/null 2>"$tmp/errors" | grep -vx -e --help -e --version | sort | tr '\n' ' ')
	wanted=$(tr ' ' '\n' <<<"$wanted" | grep . | sort | tr '\n' ' ')
	[[ $seen == "$wanted" ]] && return
	echo "# embargo $*: expected $wanted, seen $seen"
	sed 's/^/# /' "$tmp/errors"
	failed=1
}

commands_of() { "$embargo" "$@" --help </dev/null | sed -n '/^commands:/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p'; }

# Every command, and every option of it; commands of commands too.
walk() {
	local shell=$1 name
	shift
	if [[ $(commands_of "$@") ]]; then
		expect "$shell" "$(commands_of "$@")" "$@" ''
		for name in $(commands_of "$@"); do walk "$shell" "$@" "$name"; done
	else
		expect "$shell" "$("$embargo" "$@" --help </dev/null | sed -n 's/^  \(--[a-z-]*\).*/\1/p')" "$@" --
	fi
}

echo "KTAP version 1"
for shell in bash zsh fish; do
	failed=0
	if ! command -v "$shell" >/dev/null; then
		skip "$shell" "$shell is not installed"
		continue
	fi
	walk "$shell"
	expect "$shell" "audit enforce" mode ''
	expect "$shell" "json cee ecs ocsf cef" events --format ''
	expect "$shell" "oval yara clamav santa appcontrol stix csv" policy export --format ''
	expect "$shell" "csv stix misp clamav loldrivers santa appcontrol sha256sum package sbom" policy import --format ''
	expect "$shell" "elf pe script other module firmware kexec" policy import --formats ''
	expect "$shell" "file.policy folder" report --hosts ''
	expect "$shell" "folder" policy verify --trust ''
	expect "$shell" "file.policy folder" policy sign --key ''
	expect "$shell" "file.policy folder" load --audit ''
	result "$failed" "$shell"
done
finish
