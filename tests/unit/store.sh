#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The schema of the store, in a real PostgreSQL that listens on a UNIX socket only, as an unprivileged user.
# shellcheck disable=SC2317 # the tests are called by their names
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
echo "KTAP version 1"
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
at_exit() {
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
schema() { sql --single-transaction -f - <"$top/userspace/share/sql/schema.sql"; }

# scan DAY COMPLETE PATHS FILE…: lines of a scan
scan() {
	local day=$1 complete=$2 paths=$3 file
	shift 3
	echo '{"type":"scan","schema":1,"host":"one","machine_id":"abc","time":"2026-11-'"$day"'T08:00:00Z","embargo":"0.1","kernel":"6.1","mode":"audit","policies":[],"paths":'"$paths"',"present":false,"archives":false}'
	for file; do
		# shellcheck disable=SC2028 # the escapes are of JSON
		echo '{"type":"finding","kind":"file","verdict":"denied","path":"'"$file"'","member":null,"container":null,"format":"elf","size":9,"sha256":"00","rule":"ban path \"/opt/\"","rule_name":"x\ty","active":true}'
	done
	echo '{"type":"summary","complete":'"$complete"'}'
}
# take BATCH: a scan on standard input, as a collector may
take() {
	sed "s/\\\\/\\\\\\\\/g; s/^/$1\t/" | role=collector sql -c "copy embargo.incoming (batch, line) from stdin" &&
		role=collector sql -F ' ' -c "select * from embargo.take('$1')"
}
open() { sql -c "select count(*) from embargo.finding where gone is null"; }

the_schema_can_be_made_again() {
	schema && schema
	sql -c "create role collector login in role embargo_collector; create role auditor login in role embargo_auditor"
	[[ $(sql -c "select max(version) from embargo.schema_version") == 1 ]]
}

what_is_gone_is_marked() {
	[[ $(scan 10 true '["/"]' /opt/a /opt/b /srv/c | take 1) == '3 0 t' ]]
	[[ $(scan 11 true '["/opt"]' /opt/a | take 2) == '1 1 t' ]]
	# Twice, and an older one.
	[[ $(scan 11 true '["/opt"]' /opt/a | take 3) == '0 0 f' ]]
	[[ $(scan 9 true '["/"]' | take 4) == '0 0 f' ]]
	[[ $(open) == 2 ]]
	# An interrupted scan does not say that anything is gone, and it may come back.
	[[ $(scan 12 false '["/"]' | take 5) == '0 0 t' ]]
	[[ $(scan 13 true '["/"]' /opt/b | take 6) == '1 2 t' ]]
	[[ $(open) == 1 && $(sql -c "select count(*) from embargo.incoming") == 0 ]]
	[[ $(sql -c "select first_seen at time zone 'UTC' from embargo.finding where path = '/opt/b'") == '2026-11-10 08:00:00' ]]
	[[ $(sql -c "select name from embargo.rule") == $'x\ty' ]]
}

the_views_answer() {
	[[ $(sql -c "select hosts, scanned, not_scanned from embargo.day_30") == '1|1|0' ]]
	[[ $(sql -c "select findings, hosts from embargo.day_60") == '1|1' ]]
	[[ $(sql -c "select open, clean, not_enforcing from embargo.day_90") == '1|f|t' ]]
	[[ $(sql -c "select string_agg(day || ' ' || open, ',' order by day) from embargo.burn_down") == *'2026-11-13 1' ]]
	scan 14 true '["/"]' | take 7
	[[ $(sql -c "select open, clean from embargo.day_90") == '0|t' ]]
}

# broken BATCH PART LINES: refused, and says so
broken() {
	local said status=0
	said=$(take "$1" <<<"$3" 2>&1) || status=$?
	echo "$status: $said"
	[[ $status != 0 && $said == *"$2"* ]]
}

broken_batches_change_nothing() {
	broken 8 'is not one scan' '{"type":"finding"}'
	broken 9 'is not one scan' "$(scan 15 true '["/"]' && scan 16 true '["/"]')"
	broken 10 'invalid input syntax for type json' 'not JSON'
	broken 11 'does not say which host' "$(scan 17 true '["/"]' | sed 's/"abc"/null/')"
	[[ $(sql -c "select last_seen at time zone 'UTC' from embargo.host") == '2026-11-14 08:00:00' ]]
}

# refused ROLE SQL: permission denied
refused() {
	local said status=0
	said=$(role=$1 sql -c "$2" 2>&1) || status=$?
	echo "$1: $2: $status: $said"
	[[ $status != 0 && $said == *'permission denied'* ]]
}

roles_may_do_only_that() {
	refused collector "select * from embargo.incoming"
	refused collector "delete from embargo.incoming"
	refused collector "select * from embargo.finding"
	refused collector "insert into embargo.host (machine_id, first_seen, last_seen) values ('x', now(), now())"
	refused auditor "insert into embargo.incoming (batch, line) values ('x', 'x')"
	refused auditor "select * from embargo.take('x')"
	refused auditor "update embargo.finding set gone = now()"
	role=auditor sql -c "select * from embargo.day_90"
}

# What the program itself prints, with a name that JSON and COPY both escape.
scans_of_the_program_are_taken() {
	mkdir "$tmp/banned"
	echo a >"$tmp/banned/"$'a\\b\tc"d'
	printf 'policy t\nversion 1\nban path "%s/"\n' "$tmp/banned" >"$tmp/t.policy"
	"$embargo" scan --json --policy "$tmp/t.policy" "$tmp/banned" >"$tmp/scan" || (($? == 3))
	# Where this runs there may be no machine-id.
	sed -i 's/"machine_id":[^,]*/"machine_id":"real"/' "$tmp/scan"
	[[ $(take 12 <"$tmp/scan") == '1 0 t' ]]
	[[ $(sql -c "select path from embargo.finding join embargo.host using (host_id) where machine_id = 'real'") == *'/banned/a'*'b'*'c"d' ]]
	[[ $(sql -c "select policies->0->>'name' from embargo.host where machine_id = 'real'") == t ]]
}

for test in the_schema_can_be_made_again what_is_gone_is_marked the_views_answer broken_batches_change_nothing roles_may_do_only_that \
	scans_of_the_program_are_taken; do
	try "$test"
done
finish
