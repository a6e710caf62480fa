#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The Debian package: lintian, and its life from installation to purge. dpkg itself installs it, in a throw-away layer
# over this machine's root, with its real scripts; what they would do to a running system is written down instead.
# shellcheck disable=SC2317,SC2016 # functions are called by name; the inner shells expand
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
# shellcheck source=tests/unit/layer.sh
. "$(dirname "$0")/layer.sh"
unset MAKEFLAGS MAKELEVEL MFLAGS MAKEOVERRIDES


builds() {
	local version
	for version in 0.1 0.2; do
		userspace/share/deb/build build "$version" >"$tmp/path" && mv "$(cat "$tmp/path")" "$tmp/$version.deb" || return
	done
}

# The whole, in two folders, is tests/reproducible, which builds twice.
is_the_same_again() {
	(umask 077 && TZ=Pacific/Auckland userspace/share/deb/build build 0.1 >"$tmp/path") && cmp "$(cat "$tmp/path")" "$tmp/0.1.deb" &&
		! grep -aF "$PWD/" build/embargo build/embargo.bpf.o
}

# The released version has its own entry, any other one says what it is.
tells_its_history() {
	dpkg-deb --fsys-tarfile "$tmp/0.1.deb" | tar -xO ./usr/share/doc/embargo/changelog.gz | zcat >"$tmp/changelog" &&
		[[ $(dpkg-parsechangelog -l "$tmp/changelog" -S Version) == 0.1 ]] &&
		[[ $(sed -n 's/^VERSION := //p' Makefile) == $(dpkg-parsechangelog -l userspace/share/deb/changelog -S Version) ]] &&
		grep -qF "embargo $(sed -n 's/^VERSION := //p' Makefile)," userspace/share/NEWS
}

lists_what_it_is_linked_with() {
	userspace/share/sbom build/embargo 0.1 >"$tmp/bom" && userspace/share/sbom build/embargo 0.1 | cmp - "$tmp/bom" &&
		python3 - "$tmp/bom" <<-'END'
			import json, subprocess, sys, urllib.parse
			bom = json.load(open(sys.argv[1]))
			assert bom["bomFormat"] == "CycloneDX" and bom["specVersion"] == "1.5"
			names = {c["bom-ref"] for c in bom["components"]}
			needed = subprocess.run(["objdump", "-p", "build/embargo"], capture_output=True, text=True).stdout
			needed = {l.split()[1] for l in needed.splitlines() if "NEEDED" in l}
			assert needed and needed <= names, needed - names
			tree = {d["ref"]: set(d["dependsOn"]) for d in bom["dependencies"]}
			assert tree["embargo"] == needed and all(d <= names for d in tree.values())
			for c in bom["components"]:
			    package, version = urllib.parse.unquote(c["purl"]).removeprefix("pkg:deb/debian/").split("?")[0].split("@")
			    said = subprocess.run(["dpkg-query", "-W", "-f", "${Version} ", package], capture_output=True, text=True).stdout
			    assert c["version"] in said.split(), c
		END
}

is_clean() { lintian --allow-root --fail-on error "$tmp/0.1.deb"; }

# Of AppArmor; and what is none is refused.
profile_is_parsed() {
	apparmor_parser -QTK userspace/share/apparmor/embargo &&
		! sed 's/capability setgid,/capability nonsense,/' userspace/share/apparmor/embargo | apparmor_parser -QTK
}

# Either name will do: Debian 12 has the one, 13 the other.
depends_on_both() {
	local depends
	depends=$(dpkg-deb -f "$tmp/0.1.deb" Depends)
	echo "$depends"
	[[ $depends == *'libssl3t64'*' | libssl3 '* && $depends == *'libarchive13t64'*' | libarchive13 '* && $depends != *curl* && $depends != *libpq* && $depends == *systemd* ]]
}

# What must not be shipped, and what must be for conffiles.
holds_the_right() {
	dpkg-deb -c "$tmp/0.1.deb" >"$tmp/list" && ! grep -E ' \./(run|var|usr/local)' "$tmp/list" &&
		! grep -vE ' root/root ' "$tmp/list" && dpkg-deb -I "$tmp/0.1.deb" conffiles >"$tmp/conffiles" &&
		diff "$tmp/conffiles" <(printf '/etc/%s\n' apparmor.d/embargo embargo/embargo.conf embargo/policy.d/site.policy) &&
		dpkg-deb -I "$tmp/0.1.deb" triggers | grep -x 'activate-noawait update-initramfs'
}

# --- with dpkg, in the layer -----------------------------------------------------------------------------------
# Everything in one mount namespace, which ends with the test.
inside() {
	layer_make || return
	mkdir -p "$merged"/{run/systemd/system,stub,packages}
	cp "$tmp"/*.deb "$merged/packages"
	local name
	for name in deb-systemd-invoke journalctl; do
		printf '#!/bin/sh\necho "%s $*" >>/calls\n' "$name" >"$merged/stub/$name"
	done
	# Links can be made without a systemd that runs.
	printf '#!/bin/sh\necho "systemctl $*" >>/calls\ncase $* in *preset*) exec /usr/bin/systemctl "$@" ;; esac\n' \
		>"$merged/stub/systemctl"
	printf '#!/bin/sh\necho "embargo $*" >>/calls\n[ "$1" != status ] || cat /status\n' >"$merged/stub/embargo"
	chmod +x "$merged"/stub/*
	: >"$merged/status"
}

# dpkg_does ARGUMENT…, and nothing but what follows is asked of the system
dpkg_does() {
	: >"$merged/calls"
	chroot "$merged" env PATH=/stub:/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive dpkg --no-triggers "$@"
}
calls() { cat "$merged/calls"; }

installs() {
	dpkg_does -i packages/0.1.deb || return
	calls
	in_place /etc/systemd/system/sysinit.target.wants/embargo-load.service &&
		in_place /etc/systemd/system/multi-user.target.wants/embargo.service &&
		calls | grep -x 'deb-systemd-invoke start embargo-load.service embargo.service' &&
		! in_place /etc/systemd/system/sockets.target.wants/embargo-metrics.socket &&
		! calls | grep 'enforce' && grep '^embargo:' "$merged/etc/group" &&
		chroot "$merged" /usr/sbin/embargo policy lint --no-host /etc/embargo/policy.d
}

# Only the daemon is stopped, while the programs change; what is in force is not.
upgrades_without_a_gap() {
	printf 'mode        enforce\n' >"$merged/status"
	dpkg_does -i packages/0.2.deb || return
	calls
	! calls | grep unload && diff - <(calls | grep 'embargo load\|invoke .* embargo.service') <<-END
		deb-systemd-invoke stop embargo.service
		embargo load --enforce /etc/embargo/policy.d
		deb-systemd-invoke start embargo.service
	END
}

upgrade_leaves_unloaded() {
	: >"$merged/status"
	dpkg_does -i packages/0.1.deb || return
	calls
	! calls | grep 'embargo load\|unload'
}

keeps_what_was_chosen() {
	chroot "$merged" /usr/bin/systemctl --root=/ disable embargo.service
	chroot "$merged" /usr/bin/systemctl --root=/ enable embargo-metrics.socket
	dpkg_does -i packages/0.2.deb && ! in_place /etc/systemd/system/multi-user.target.wants/embargo.service &&
		in_place /etc/systemd/system/sockets.target.wants/embargo-metrics.socket
}

removes() {
	mkdir -p "$merged"/{var/lib/embargo,run/embargo}
	mkdir -p "$merged/var/lib/metrics"
	echo 'metrics-file = "/var/lib/metrics/host.prom" # of embargo' >>"$merged/etc/embargo/embargo.conf"
	echo x | tee "$merged"/{var/lib/metrics/host.prom,var/lib/embargo/events.jsonl,run/embargo/lock,etc/embargo/policy.d/own.policy} >/dev/null
	dpkg_does -r embargo || return
	calls
	calls | grep -x 'embargo unload' && calls | grep -A1 'stop embargo-metrics.socket' | grep 'stop embargo.service' && in_place /etc/embargo/embargo.conf &&
		! in_place /usr/sbin/embargo && ! in_place /var/lib/metrics/host.prom
}

# As it was before, though dpkg takes it for an upgrade: removing masks the units.
comes_back() {
	in_place /etc/systemd/system/embargo-load.service || return # the mask
	dpkg_does -i packages/0.1.deb || return
	calls
	calls | grep -x 'deb-systemd-invoke start embargo-load.service embargo.service' &&
		! in_place /etc/systemd/system/embargo-load.service && ! in_place /etc/systemd/system/embargo.service &&
		in_place /etc/systemd/system/sysinit.target.wants/embargo-load.service &&
		! in_place /etc/systemd/system/embargo-metrics.socket &&
		in_place /etc/systemd/system/sockets.target.wants/embargo-metrics.socket && # it was enabled
		! in_place /etc/systemd/system/multi-user.target.wants/embargo.service || return # it was disabled
	dpkg_does -P embargo && dpkg_does -i packages/0.2.deb || return
	calls
	calls | grep -x 'deb-systemd-invoke start embargo-load.service embargo.service' &&
		in_place /etc/systemd/system/multi-user.target.wants/embargo.service &&
		! in_place /etc/systemd/system/sockets.target.wants/embargo-metrics.socket
}

purges() {
	dpkg_does -P embargo || return
	rm -r "$merged"/{packages,stub,calls,status}
	# What is left in the layer and was not below it; dpkg's own records of what it did stay.
	(cd "$tmp/layer/upper" && find . -iname '*embargo*' ! -type c) | grep . && return 1
	! grep embargo "$merged/etc/group" && ! chroot "$merged" dpkg -s embargo
}

# A system that is being put together: nothing of the one that runs is touched.
chrootless() {
	local root=$tmp/other
	mkdir -p "$root/var/lib/dpkg" "$tmp/stub"
	: >"$root/var/lib/dpkg/status"
	printf '#!/bin/sh\necho "$0 $*" >>%s/touched\n' "$tmp" >"$tmp/stub/systemctl"
	chmod +x "$tmp/stub/systemctl"
	ln -sf systemctl "$tmp/stub/embargo"
	ln -sf systemctl "$tmp/stub/systemd-sysusers"
	PATH=$tmp/stub:$PATH dpkg --root="$root" --force-script-chrootless --force-depends --log=/dev/null -i "$tmp/0.1.deb" &&
		[[ -L $root/etc/systemd/system/sysinit.target.wants/embargo-load.service ]] &&
		PATH=$tmp/stub:$PATH dpkg --root="$root" --force-script-chrootless --log=/dev/null -P embargo || return
	find "$root" -iname '*embargo*' | grep . && return 1
	! cat "$tmp/touched"
}

if [[ ${1-} == --inside ]]; then
	inside || exit
	layer_steps installs upgrades_without_a_gap upgrade_leaves_unloaded keeps_what_was_chosen removes comes_back purges
fi

echo "KTAP version 1"
check builds builds
if command -v lintian >/dev/null; then
	check is_clean is_clean
else
	skip is_clean "lintian is not installed"
fi
check is_the_same_again is_the_same_again
check tells_its_history tells_its_history
check lists_what_it_is_linked_with lists_what_it_is_linked_with
check profile_is_parsed profile_is_parsed
check depends_on_both depends_on_both
check holds_the_right holds_the_right
if [[ $(id -u) != 0 ]]; then
	skip lives_and_dies "dpkg needs root"
	finish
fi
check chrootless chrootless
layer_run lives_and_dies
finish
