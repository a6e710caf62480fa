# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # for those who source it, after results.sh
#
# A real PostgreSQL for a test, as an unprivileged user, that listens on a UNIX socket in $place only. Source it after
# results.sh; where it is not installed the test is skipped. sql … runs psql, as $role, else as the owner; postgres_end
# belongs into at_exit.
programs=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
if [[ ! -x $programs/initdb ]]; then
	skip store "postgresql is not installed"
	finish
	exit
fi
# The name of a socket has few bytes, and a home may be closed to others.
place=$(mktemp -d /tmp/store.XXXXXX) || exit 1
as() { "$@"; }
if ((EUID == 0)); then
	as() { setpriv --reuid nobody --regid nogroup --clear-groups "$@"; }
	chown nobody:nogroup "$place"
fi
postgres_end() {
	as "$programs/pg_ctl" -D "$place/data" -m immediate stop >/dev/null 2>&1
	rm -rf "$place"
}
cd "$place" || exit 1
as "$programs/initdb" -D "$place/data" -U owner -A trust -E UTF8 --locale C --no-sync >"$place/log" 2>&1 &&
	as "$programs/pg_ctl" -D "$place/data" -w -l "$place/server" \
		-o "-c listen_addresses='' -c unix_socket_directories='$place' -c fsync=off" start >>"$place/log" 2>&1
result $? "postgresql starts" || cat "$place/log"

export PGOPTIONS='-c client_min_messages=warning'
sql() { as "$programs/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h "$place" -U "${role:-owner}" -d postgres "$@"; }
