#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The package of Fedora, RHEL and SUSE: rpmlint, and its life from installation to removal. rpm itself installs it, in a
# throw-away layer over this machine's root and with a database of its own, with its real scriptlets; what they would do
# to a running system is written down instead.
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
		userspace/share/rpm/build build "$version" >"$tmp/path" && mv "$(cat "$tmp/path")" "$tmp/$version.rpm" || return
	done
}

is_the_same_again() {
	(umask 077 && TZ=Pacific/Auckland userspace/share/rpm/build build 0.1 >"$tmp/path") && cmp "$(cat "$tmp/path")" "$tmp/0.1.rpm"
}

is_clean() {
	rpmlint -c userspace/share/rpm/rpmlintrc.toml "$tmp/0.1.rpm"
	[[ $(rpmlint -c userspace/share/rpm/rpmlintrc.toml "$tmp/0.1.rpm" | grep -c ': E: ') == 0 ]]
}

asks() { rpm -qp --dbpath "$tmp/none" "$@" 2>/dev/null; }

# The same files as Debian's package, but for what is each one's own.
holds_what_the_deb_holds() {
	asks --list "$tmp/0.1.rpm" | sort >"$tmp/rpm.list" &&
		make -s -o all O=build install DESTDIR="$tmp/tree" PREFIX=/usr ZSHDIR=/usr/share/zsh/site-functions &&
		(cd "$tmp/tree" && find . -type f | sed -E 's,^\.,,; s,(/man/.*),\1.gz,' | grep -v initramfs-tools | sort) >"$tmp/tree.list" &&
		! comm -13 "$tmp/rpm.list" "$tmp/tree.list" | grep . &&
		grep -x /usr/lib/systemd/system-preset/85-embargo.preset "$tmp/rpm.list" &&
		grep -x /usr/share/selinux/packages/embargo.pp "$tmp/rpm.list" &&
		grep -x /usr/lib/dracut/modules.d/95embargo/module-setup.sh "$tmp/rpm.list" &&
		diff <(asks --configfiles "$tmp/0.1.rpm" | sort) <(printf '/etc/%s\n' apparmor.d/embargo embargo/embargo.conf embargo/policy.d/site.policy)
}

# Every library by its soname; glibc's version is what says how old a distribution may be: RHEL 9 has 2.34.
asks_for_what_it_is_linked_with() {
	asks --requires "$tmp/0.1.rpm" >"$tmp/requires"
	local name
	objdump -p build/embargo | sed -n 's/^ *NEEDED *//p' >"$tmp/needed" && [[ -s $tmp/needed ]] || return
	while read -r name; do
		grep -qF "$name(" "$tmp/requires" || { echo "not asked for: $name" && return 1; }
	done <"$tmp/needed"
	! grep -oE 'GLIBC_2\.[0-9]+' "$tmp/requires" | sort -uV | awk -F. '$2 > 36' | grep .
}

# --- SELinux ---------------------------------------------------------------------------------------------------
# All that the module asks of a policy is in the one that Debian ships.
fits_a_policy() {
	# The package lists may be old or absent.
	(cd "$tmp" && { apt-get download -qq selinux-policy-default || { apt-get update -qq && apt-get download -qq selinux-policy-default; }; } &&
		dpkg -x selinux-policy-default_*.deb policy) && bunzip2 -c "$tmp/policy/usr/share/selinux/default/base.pp.bz2" >"$tmp/base.pp" &&
		semodule_link -o "$tmp/linked" "$tmp/base.pp" build/rpm/selinux/embargo.pp &&
		sed 's/\<bpf_t\>/no_such_t/g' userspace/share/selinux/embargo.te >"$tmp/embargo.te" &&
		cp userspace/share/selinux/{build,embargo.fc} "$tmp" && "$tmp/build" "$tmp/other" &&
		! semodule_link -o "$tmp/linked" "$tmp/base.pp" "$tmp/other/embargo.pp"
}

# What is confined writes its own files alone; pins and the watch are allowed.
confines() {
	local pp
	for pp in /usr/libexec/selinux/hll/pp /usr/lib/selinux/hll/pp; do
		[[ ! -x $pp ]] || break
	done
	"$pp" build/rpm/selinux/embargo.pp "$tmp/embargo.cil" || return
	grep '^(allow embargo_t bpf_t (file .*create' "$tmp/embargo.cil" && grep '^(allow embargo_t self (bpf (.*prog_load' "$tmp/embargo.cil" &&
		grep '^(allow embargo_t file_type (dir .*watch' "$tmp/embargo.cil" &&
		grep '^(typetransition init_t embargo_exec_t process embargo_t)' "$tmp/embargo.cil" &&
		! grep -E '^\(allow embargo_t file_type \((file|lnk_file|sock_file) .*(write|create|unlink|append)' "$tmp/embargo.cil" &&
		! grep -iE 'permissive|unconfined' "$tmp/embargo.cil"
}

# --- with rpm, in the layer ------------------------------------------------------------------------------------
inside() {
	layer_make || return
	mkdir -p "$merged"/{run/systemd/system,stub,packages,rpmdb}
	cp "$tmp"/*.rpm "$merged/packages"
	local name
	for name in journalctl dracut semodule restorecon selinuxenabled; do
		printf '#!/bin/sh\necho "%s $*" >>/calls\n' "$name" >"$merged/stub/$name"
	done
	# Links can be made without a systemd that runs.
	printf '#!/bin/sh\necho "systemctl $*" >>/calls\ncase $* in *preset*|*is-enabled*|*disable*) exec /usr/bin/systemctl --root=/ $(echo "$@" | sed s/--now//) ;; esac\n' \
		>"$merged/stub/systemctl"
	printf '#!/bin/sh\necho "embargo $*" >>/calls\n[ "$1" != status ] || cat /status\n' >"$merged/stub/embargo"
	chmod +x "$merged"/stub/*
	: >"$merged/status"
}

# rpm_does ARGUMENT…: what it needs is installed by dpkg here, which rpm does not know
rpm_does() {
	: >"$merged/calls"
	chroot "$merged" env PATH=/stub:/usr/sbin:/usr/bin:/sbin:/bin rpm --dbpath /rpmdb --nodeps --define '_install_script_path /stub:/usr/sbin:/usr/bin:/sbin:/bin' "$@"
}
calls() { cat "$merged/calls"; }

installs() {
	rpm_does -i /packages/0.1.rpm || return
	calls
	in_place /etc/systemd/system/sysinit.target.wants/embargo-load.service &&
		in_place /etc/systemd/system/multi-user.target.wants/embargo.service &&
		! in_place /etc/systemd/system/sockets.target.wants/embargo-metrics.socket &&
		calls | grep -x 'systemctl start embargo.service' && calls | grep 'semodule .*embargo.pp' &&
		calls | grep '^dracut ' && ! calls | grep enforce && grep '^embargo:' "$merged/etc/group" &&
		chroot "$merged" /usr/sbin/embargo policy lint --no-host /etc/embargo/policy.d
}

upgrades_without_a_gap() {
	printf 'mode        enforce\n' >"$merged/status"
	echo '# ours' >>"$merged/etc/embargo/embargo.conf"
	rpm_does -U /packages/0.2.rpm || return
	calls
	! calls | grep 'unload\|disable' && grep -x '# ours' "$merged/etc/embargo/embargo.conf" &&
		diff - <(calls | grep 'embargo load\|systemctl st.* embargo.service') <<-END
			systemctl stop embargo.service
			embargo load --enforce /etc/embargo/policy.d
			systemctl start embargo.service
		END
}

removes() {
	mkdir -p "$merged"/var/lib/embargo
	echo x >"$merged/var/lib/embargo/events.jsonl"
	rpm_does -e embargo || return
	calls
	calls | grep -x 'embargo unload' && calls | grep 'semodule .*-r embargo' && ! in_place /usr/sbin/embargo &&
		! in_place /etc/systemd/system/sysinit.target.wants/embargo-load.service &&
		in_place /var/lib/embargo/events.jsonl && # evidence
		in_place /etc/embargo/embargo.conf.rpmsave
}

if [[ ${1-} == --inside ]]; then
	inside || exit
	layer_steps installs upgrades_without_a_gap removes
fi

echo "KTAP version 1"
for step in builds is_clean is_the_same_again holds_what_the_deb_holds asks_for_what_it_is_linked_with fits_a_policy confines; do
	check "$step" "$step"
done
if [[ $(id -u) != 0 ]]; then
	skip lives_and_dies "rpm needs root"
	finish
fi
layer_run lives_and_dies
finish
