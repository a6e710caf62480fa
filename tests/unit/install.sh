#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What `make install` puts down, and that `make uninstall` takes all of it away; the units, by systemd's own judgement.
# shellcheck disable=SC2317 # functions are called by name
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
unset MAKEFLAGS MAKELEVEL MFLAGS MAKEOVERRIDES
root=$tmp/root said=$tmp/said
units=$root/usr/lib/systemd/system


# What is built is taken as it is.
run_make() { make -s -o all "$@"; }
files() { find "$1" ! -type d -printf '%P\n' | sort; }

everything_is_there() {
	run_make install DESTDIR="$root" || return
	local file wrong=0
	for file in usr/{sbin/embargo,lib/embargo/embargo-initramfs} etc/embargo/embargo.conf usr/lib/systemd/catalog/embargo.catalog \
		usr/lib/systemd/system/embargo{{,-load,-fetch}.service,-metrics.socket,-fetch.timer} usr/share/man/man8/embargo.8 usr/share/man/man5/embargo.conf.5 \
		usr/share/initramfs-tools/hooks/embargo usr/lib/dracut/modules.d/95embargo/module-setup.sh \
		usr/share/doc/embargo/grafana/embargo.json usr/share/embargo/lists/kaspersky-branded.policy \
		usr/share/embargo/sql/schema.sql; do
		[[ -s $root/$file ]] || { echo "missing: $file" && wrong=1; }
	done
	! grep -r '@[A-Z]*DIR@' "$root"/usr/lib "$root"/usr/share/initramfs-tools || wrong=1
	return "$wrong"
}

# What an initramfs does not have already by those that every one has: compressed it is less than half of it.
initramfs_grows_little() {
	local library size grown there
	there=$(ldd /usr/bin/kmod /usr/bin/udevadm 2>/dev/null)
	grown=$(stat -Lc %s "$root/usr/lib/embargo/embargo-initramfs")
	while read -r library; do
		[[ $there != *" $library "* ]] || continue
		size=$(stat -Lc %s "$library")
		echo "$library: $size"
		grown=$((grown + size))
	done < <(ldd "$root/usr/lib/embargo/embargo-initramfs" | sed -n 's/.* => \(\/[^ ]*\) .*/\1/p')
	echo "grows by $grown bytes"
	((grown < 2 << 20))
}

uninstall_leaves_nothing() {
	run_make uninstall DESTDIR="$root" || return
	! files "$root" | grep . && [[ ! -e $root/etc/embargo && ! -e $root/usr/share/doc/embargo ]]
}

changed_settings_stay() {
	run_make install DESTDIR="$root" && echo "mode = audit" >>"$root/etc/embargo/embargo.conf" &&
		echo 'policy mine' >"$root/etc/embargo/policy.d/my.policy" && run_make install DESTDIR="$root" &&
		grep 'mode = audit' "$root/etc/embargo/embargo.conf" && run_make uninstall DESTDIR="$root" || return
	diff <(files "$root") <(printf 'etc/embargo/%s\n' embargo.conf policy.d/my.policy)
}

units_follow_the_prefix() {
	run_make install DESTDIR="$tmp/local" PREFIX=/usr/local &&
		grep -x 'ExecStart=/usr/local/sbin/embargo run' "$tmp/local/usr/local/lib/systemd/system/embargo.service"
}

# Every line of the sample is a setting at its default: nothing is wrong with it but the line that is added here.
sample_is_right() {
	sed 's/^#\([a-z-]* =\)/\1/' userspace/share/embargo.conf >"$tmp/embargo.conf"
	echo 'none = 1' >>"$tmp/embargo.conf"
	"${EMBARGO:-build/embargo}" run --config "$tmp/embargo.conf" >"$tmp/complaints" 2>&1
	grep -v ":$(wc -l <"$tmp/embargo.conf"):1: unknown key 'none'" "$tmp/complaints" && return 1
	(($(grep -c ' = ' "$tmp/embargo.conf") > 10))
}

# At most 2.5, as systemd counts.
service_is_exposed_little() { systemd-analyze security --offline=true --threshold=25 "$units/embargo.service"; }

units_verify() {
	# Executables are looked for on the host, where they need not be.
	sed -i "s,/usr/sbin/embargo,/bin/true," "$units"/embargo*.service
	systemd-analyze verify --man=no "$units"/embargo.service "$units"/embargo-load.service \
		"$units"/embargo-metrics.socket "$units"/embargo-fetch.{service,timer} >"$tmp/verify" 2>&1
	! grep embargo "$tmp/verify"
}

# In one order, without a cycle: the policy is in force before what ends with sysinit.target.
load_comes_early() {
	grep -x 'DefaultDependencies=no' "$units/embargo-load.service" && grep -x 'Before=sysinit.target' "$units/embargo-load.service" &&
		! grep '^ExecStop\|^Conflicts' "$units/embargo-load.service"
}

scripts_parse() {
	local file
	for file in hook init-bottom load dracut-hook.sh; do dash -n "userspace/share/initramfs/$file" || return; done
	bash -n userspace/share/initramfs/dracut-module
}

echo "KTAP version 1"
check everything_is_there everything_is_there
check initramfs_grows_little initramfs_grows_little
check uninstall_leaves_nothing uninstall_leaves_nothing
check changed_settings_stay changed_settings_stay
check units_follow_the_prefix units_follow_the_prefix
check sample_is_right sample_is_right
run_make install DESTDIR="$root" >/dev/null
check load_comes_early load_comes_early
check scripts_parse scripts_parse
if command -v systemd-analyze >/dev/null; then
	check service_is_exposed_little service_is_exposed_little
	check units_verify units_verify
else
	skip service_is_exposed_little "systemd-analyze is not installed"
	skip units_verify "systemd-analyze is not installed"
fi
finish
