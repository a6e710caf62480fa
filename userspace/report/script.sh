#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What removes the banned software that was found on @@name@@.
# Made by embargo report on @@date@@ from what the host said; embargo never runs it.
#
# READ IT FIRST. Without --yes it only says what it would do. Every step is shown before it
# is done; one that fails is counted, and the others go on. --rules prints the lines of policy
# that keep out what was found.
set -eu
host=@@host@@
machine=@@machine@@

@@rules@@
usage() {
	echo "usage: sh $0 [--yes | --rules]" >&2
	exit 2
}
[ $# -le 1 ] || usage
act=
case ${1-} in
'') echo "# nothing is done without --yes; on $host this would be done:" ;;
--yes) act=1 ;;
--rules) rules; exit ;;
*) usage ;;
esac

if [ "$act" ]; then
	if [ "$(uname -n)" != "$host" ]; then
		echo "refused: this is not the host of this plan" >&2
		exit 1
	fi
	seen=
	[ ! -r /etc/machine-id ] || read -r seen </etc/machine-id || :
	if [ "$machine" ] && [ "$seen" != "$machine" ]; then
		echo "refused: this host has the name of the plan's, but is another (machine-id)" >&2
		exit 1
	fi
	if [ "$(id -u)" != 0 ]; then
		echo "refused: it needs root" >&2
		exit 1
	fi
fi

number=0 failed=0 left=0

# step WORDS COMMAND...: say it, then do it
step() {
	number=$((number + 1))
	printf '%s. %s\n' "$number" "$1"
	shift
	[ "$act" ] || return 0
	"$@" || {
		failed=$((failed + 1))
		echo "   step $number failed" >&2
	}
}

by_hand() {
	number=$((number + 1)) left=$((left + 1))
	printf '%s. by hand: %s\n' "$number" "$1"
}

gone() { echo '   is gone already'; }

disable_unit() {
	systemctl cat -- "$1" >/dev/null 2>&1 || { gone; return 0; }
	systemctl disable --now -- "$1"
}

# runs PID FILE: is FILE its program, deleted or not? The x keeps a newline at the end.
runs() {
	exe=$(readlink -n "/proc/$1/exe" 2>/dev/null && echo x) || return 1
	exe=${exe%x}
	[ "$exe" = "$2" ] || [ "$exe" = "$2 (deleted)" ]
}

end_process() {
	for at in /proc/[0-9]*; do
		pid=${at#/proc/}
		runs "$pid" "$1" || continue
		echo "   ends process $pid"
		kill "$pid" 2>/dev/null || :
		for try in 1 2 3 4 5 6 7 8 9 10; do
			runs "$pid" "$1" || break
			sleep 1
			[ "$try" != 9 ] || kill -9 "$pid" 2>/dev/null || :
		done
		! runs "$pid" "$1" || return 1
	done
}

unload_module() {
	[ -e "/sys/module/$1" ] || { gone; return 0; }
	modprobe -r -- "$1"
}

# Together: they may need each other. Neither manager takes others with them.
purge_packages() {
	dpkg_has='' rpm_has=''
	for package; do
		if dpkg-query -W "$package" >/dev/null 2>&1; then
			dpkg_has="$dpkg_has $package"
		elif rpm -q "$package" >/dev/null 2>&1; then
			rpm_has="$rpm_has $package"
		else
			echo "   $package is gone already"
		fi
	done
	# shellcheck disable=SC2086 # lists of plain words
	[ ! "$dpkg_has" ] || dpkg --purge $dpkg_has || return 1
	# shellcheck disable=SC2086
	[ ! "$rpm_has" ] || rpm -e $rpm_has
}

# delete_file SHA256 FILE: only what was found; '' where no hash was taken
delete_file() {
	[ -e "$2" ] || [ -L "$2" ] || { gone; return 0; }
	if [ -L "$2" ] || [ ! -f "$2" ]; then
		echo '   left: no regular file any more' >&2
		return 1
	fi
	if [ "$1" ]; then
		seen=$(sha256sum <"$2") || return 1
		if [ "${seen%% *}" != "$1" ]; then
			echo '   left: it has changed since it was found; scan again' >&2
			return 1
		fi
	fi
	rm -f -- "$2"
}

@@steps@@
[ "$act" ] || exit 0
echo "$number steps: $failed failed, $left left to do by hand"
[ "$failed" = 0 ]
