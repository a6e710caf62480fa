#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The schema of the store, in a real PostgreSQL that listens on a UNIX socket only, as an unprivileged user.
# shellcheck disable=SC2317 # the tests are called by their names
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
echo "KTAP version 1"
# shellcheck source=tests/unit/postgres.sh
. "$top/tests/unit/postgres.sh"
at_exit() { postgres_end; }
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
	[[ $(sql -c "select max(version) from embargo.schema_version") == 2 ]]
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

# The program as a person of that role, by the same socket.
report() { "$embargo" report "$@" </dev/null; }
url() { echo "postgresql://$1@/postgres?host=$place"; }

the_program_makes_the_schema() {
	sql -c "drop schema embargo cascade"
	refuses 1 'schema_version' report --from "$(url owner)" --json "$tmp/none.json"
	report --to "$(url owner)" --init-db
	report --to "$(url owner)" --init-db
	refuses 1 'permission denied' report --to "$(url collector)" --init-db
	refuses 1 'nothing was read' report --from "$(url auditor)" --json "$tmp/none.json"
	refuses 2 'go with --to' report --init-db "$tmp/x"
	refuses 2 '--to is an address' report --to "$tmp/x" "$tmp/x"
	refuses 1 'the database: ' report --to "postgresql:///postgres?host=$place/none" "$tmp/x"
}

# A report without what is of its inputs and of no host: how many lines and files that were, and their hashes.
of_hosts() {
	sed -E 's/[0-9]+ (lines|files)//g; s/"(lines|files)": *[0-9]+//; /SHA-256 of every input/,/<\/details>/d
		s,<dt>SHA-256 of the inputs</dt><dd>.*,,' "$1"
}
# Two hosts as files and as rows: one report.
the_same_report_comes_out() {
	rm -rf "$tmp/hosts" && mkdir "$tmp/hosts"
	for host in one two; do
		sed 's/"machine_id":"real"/"machine_id":"'$host'"/; s/"host":"[^"]*"/"host":"'$host'"/' "$tmp/scan" >"$tmp/hosts/$host.jsonl"
	done
	now=$(date -u +%Y-%m-%dT%H:%M:%S)
	for number in 1 2 3; do
		echo '{"time":"'"$now"'.00000'$number'Z","time_ns":'$number',"verdict":"denied","hook":"exec","mode":"enforce","repeated":null,"host":"one","boot_id":"b","path":"/opt/a","rule":"ban path \"/opt/\"","rule_name":"opt","pid":7}'
	done >"$tmp/hosts/one.events.jsonl"
	report --to "$(url collector)" "$tmp/hosts" | grep -F '2 scans with 2 findings, 0 gone, 3 events'
	report --to "$(url collector)" "$tmp/hosts" | grep -F '0 scans with 0 findings, 0 gone, 3 events; 2 scans were passed over'
	[[ $(sql -c "select count(*) from embargo.event") == 3 ]]
	for kind in json csv plan html; do
		report --now 2026-12-01 --$kind "$tmp/by-files.$kind" "$tmp/hosts" >"$tmp/by-files"
		report --now 2026-12-01 --$kind "$tmp/by-rows.$kind" --from "$(url auditor)" >"$tmp/by-rows"
		diff "$tmp/by-files" "$tmp/by-rows"
		diff <(of_hosts "$tmp/by-files.$kind") <(of_hosts "$tmp/by-rows.$kind")
	done
	report --now 2026-12-01 --scripts "$tmp/scripts-files" "$tmp/hosts"
	report --now 2026-12-01 --scripts "$tmp/scripts-rows" --from "$(url auditor)"
	diff -r "$tmp/scripts-files" "$tmp/scripts-rows"
}

# What one host says wrongly does not cost the others, and the exit status says that something was wrong.
bad_lines_cost_nobody_else() {
	{
		scan 20 true '["/"]' /opt/a | sed 's/"abc"/null/'
		scan 20 true '["/"]' /opt/b | sed 's/"abc"/"fourth"/'
		echo '{"loaded":true,"host":"x"}'
		echo 'nonsense'
	} >"$tmp/mixed.jsonl"
	refuses 1 'does not say which host' report --to "$(url collector)" "$tmp/mixed.jsonl"
	[[ $(sql -c "select count(*) from embargo.host where machine_id = 'fourth'") == 1 ]]
	printf '%s\n' '@cee: {"verdict":"denied","time":"'"$(date -u +%FT%TZ)"'","host":"x","repeated":5}' 'nonsense' '{"verdict":"denied","time":"1999-01-01T00:00:00Z"}' |
		role=collector sql -c "copy embargo.incoming_event (line) from stdin"
	[[ $(sql -c "select count from embargo.event where host = 'x'") == 5 ]]
	[[ $(sql -c "select count(*) from embargo.rejected_event") == 2 ]]
}

denials_are_told_by_version_and_rule() {
	[[ $(sql -c "select versions, rule_name, events, hosts from embargo.denials where rule_name = 'opt'") == 't 1|opt|3|1' ]]
	[[ $(sql -c "select count(*) from embargo.burn_down_product") -ge 1 ]]
	# The place of a host in a fleet is no business of the database; stale is who has an older version than others.
	sql -c "update embargo.host set policies = '[{\"name\":\"t\",\"version\":2}]' where machine_id = 'two'"
	[[ $(sql -c "select string_agg(name, ',') from embargo.day_90 where stale") == one ]]
}

what_is_over_is_purged() {
	sql -c "update embargo.finding set gone = '2026-01-01' where host_id = (select host_id from embargo.host where machine_id = 'two')"
	refuses 2 'is no date' report --to "$(url owner)" --purge-before yesterday
	refuses 1 'permission denied' report --to "$(url collector)" --purge-before 2026-02-01
	report --to "$(url owner)" --purge-before 2026-02-01 | grep -F '0 days of events and 1 finding that was gone'
	report --to "$(url owner)" --purge-before 2100-01-01 | grep -F '1 day of events'
	[[ $(sql -c "select count(*) from embargo.event") == 0 ]]
}

for test in the_schema_can_be_made_again what_is_gone_is_marked the_views_answer broken_batches_change_nothing roles_may_do_only_that \
	scans_of_the_program_are_taken the_program_makes_the_schema the_same_report_comes_out bad_lines_cost_nobody_else \
	denials_are_told_by_version_and_rule what_is_over_is_purged; do
	try "$test"
done
finish
