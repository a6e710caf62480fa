#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# embargo-cookbook.7, line by line, in a throw-away layer over this machine's root. What would load BPF is written down
# and judged by its usage; all else is done by the real program.
# shellcheck disable=SC2317,SC2016 # functions are called by name; the inner shells expand
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
# shellcheck source=tests/unit/layer.sh
. "$(dirname "$0")/layer.sh"
page=$top/userspace/share/man/embargo-cookbook.7

inside() {
	layer_make || return
	mount -t proc proc "$merged/proc" && mount --rbind /dev "$merged/dev" || return 75
	rm -rf "$merged/etc/embargo" "$merged/var/lib/embargo"
	mkdir -p "$merged"/{stub,etc/embargo/policy.d,etc/embargo/trust,var/lib/embargo,opt/example,usr/share/embargo/kit}
	cp "$embargo" "$merged/stub/embargo.real" && cp "$top/userspace/share/kit/embargo-kit" "$merged/usr/share/embargo/kit/"
	cat >"$merged/stub/embargo" <<-'END'
		#!/bin/bash
		# Only of these is what they would do not done; their words must be right all the same.
		case $1 in
		load | mode | unload | selftest)
			usage=$(/stub/embargo.real "$1" --help) || exit
			for word; do [[ $word != --* || $usage == *"$word"* ]] || exit 2; done
			[[ $1 != load ]] || exec /stub/embargo.real policy lint --no-host "${@: -1}"
			exit 0 ;;
		esac
		exec /stub/embargo.real "$@"
	END
	printf '#!/bin/sh\nshift\nexec sh -c "$*"\n' >"$merged/stub/on-host"
	chmod +x "$merged"/stub/*
	cp /bin/true "$merged/opt/example/agent" && echo agent >>"$merged/opt/example/agent"
	cp /bin/true "$merged/opt/example/helper" && echo helper >>"$merged/opt/example/helper"
	openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -out "$merged/opt/example/signer.crt" -subj "/O=Example/CN=Signer" -days 9 2>/dev/null
}
in_layer() {
	chroot "$merged" env -i PATH=/stub:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 EMBARGO_SSH=on-host "$@"
}

if [[ ${1-} == --inside ]]; then
	inside || exit
	layer_begin
	while IFS= read -r line; do
		in_layer bash -euo pipefail -c "$line" >"$said" 2>&1 </dev/null
		result $? "${line:0:100}"
	done < <(awk '/^\.Ed/ { inside = 0 } inside { gsub(/\\e/, "\\"); print } /^\.Bd -literal/ { inside = 1 }' "$page")
	[[ -s $merged/root/day60.html && -s $merged/root/plan.csv && -s $merged/root/fleet.html ]] &&
		grep -q 'approved by J. Doe' "$merged/root/day60.html" && [[ -s $merged/etc/embargo/policy.d/site.policy.p7s ]]
	result $? "what they say is there"
	layer_end
fi

echo "KTAP version 1"
layer_run line_by_line
finish
