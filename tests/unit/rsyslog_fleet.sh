#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The pieces of configuration for a fleet, by rsyslogd's own judgement, and events of a host on their way: to a
# collector that is down, by RELP and TLS, from the queue on disk into PostgreSQL, each once. On a loopback of its own.
# shellcheck disable=SC2317 # the tests are called by their names
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
if [[ ${1-} != --inside ]]; then
	why=
	((EUID == 0)) && unshare --net true 2>/dev/null || why="needs root and name spaces"
	for module in omrelp imrelp ompgsql omkafka omelasticsearch; do
		[[ -e $(echo /usr/lib/*/rsyslog/$module.so) ]] || why="rsyslog's $module is not installed"
	done
	if [[ $why ]]; then
		echo "KTAP version 1"
		skip rsyslog_fleet "$why"
		finish
	fi
	unshare --net bash "$0" --inside
	exit
fi
echo "KTAP version 1"
ip link set lo up
# shellcheck source=tests/unit/postgres.sh
. "$top/tests/unit/postgres.sh"
at_exit() {
	local file
	for file in "$tmp"/*.pid; do
		[[ ! -s $file ]] || kill -9 "$(<"$file")"
	done
	postgres_end
}
EVENTS=${EVENTS:-300}

chmod 755 "$tmp"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$tmp/ca.key" -out "$tmp/ca.pem" -subj /CN=fleet -days 9 2>/dev/null
for name in host collector; do
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$tmp/$name.key" -subj "/CN=$name.example.org" 2>/dev/null |
		openssl x509 -req -CA "$tmp/ca.pem" -CAkey "$tmp/ca.key" -CAcreateserial -days 9 -out "$tmp/$name.pem" \
			-extfile <(echo "subjectAltName=DNS:$name.example.org") 2>/dev/null
done

# configuration FILE: as it is shipped, with paths and names of the test's
configuration() {
	printf 'module(load="imuxsock" SysSock.Use="off")\ninput(type="imuxsock" Socket="%s/%s" RateLimit.Interval="0")\n' "$tmp" "$(basename "$1" .conf).sock"
	sed "s,/etc/embargo/rsyslog/,$tmp/,g; s,/var/spool/rsyslog,$tmp/spool-$(basename "$1" .conf),; s,target=\"[^\"]*\",target=\"127.0.0.1\",
		s,@/embargo?host=/run/postgresql,@/postgres?host=$place,; s/resumeInterval=\"5\"/resumeInterval=\"1\"/; s/resumeIntervalMax=\"300\"/resumeIntervalMax=\"1\"/" \
		"$top/userspace/share/rsyslog/$1"
}

configurations_are_right() {
	local file said
	for file in "$top"/userspace/share/rsyslog/*.conf; do
		configuration "$(basename "$file")" | sed "s,/run/embargo/syslog,$tmp/syslog," >"$tmp/one.conf"
		mkdir -p "$tmp/spool-$(basename "$file" .conf)"
		said=$(/usr/sbin/rsyslogd -N1 -f "$tmp/one.conf" 2>&1) || { echo "$file: $said" && return 1; }
		! grep -i 'error\|warning' <<<"$said"
	done
	# It would say so.
	echo 'action(type="omrelp" nonsense="1")' >>"$tmp/one.conf"
	! /usr/sbin/rsyslogd -N1 -f "$tmp/one.conf" >/dev/null 2>&1
}

# start NAME: in the background; its process id is in $!
start() {
	mkdir -p "$tmp/spool-$1"
	configuration "$1.conf" >"$tmp/$1.conf"
	/usr/sbin/rsyslogd -n -f "$tmp/$1.conf" -i "$tmp/$1.pid" >>"$tmp/$1.log" 2>&1 &
}

# Lines as the daemon writes them with `syslog = cee`; the same number is the same event.
events() { # FROM TO
	local i now
	now=$(date -u +%Y-%m-%dT%H:%M:%S)
	for ((i = $1; i <= $2; i++)); do
		printf '@cee: {"time":"%s.%06dZ","time_ns":%d,"verdict":"denied","hook":"exec","host":"one","boot_id":"b-1","pid":%d,"rule":"ban path \\"/opt/\\"","rule_name":"it'"'"'s; drop table","path":"/opt/a"}\n' "$now" "$i" "$i" "$i"
	done
}
# Each line is a datagram, and none is passed over: a socket that is full is waited for.
send() { logger --socket "$tmp/fleet-host.sock" --tag embargo --priority authpriv.warning; }
count() { sql -c "select count(*) from embargo.event"; }
# until_count NUMBER: when so many are there, or, after minutes, never
until_count() {
	local until=$((SECONDS + 300))
	until (($(count) >= $1)); do
		((SECONDS < until)) || { count && return 1; }
	done
}

nothing_is_lost_and_nothing_twice() {
	"$embargo" report --to "postgresql://owner@/postgres?host=$place" --init-db
	sql -c "create role collector login in role embargo_collector"
	start fleet-host
	host=$!
	until [[ -S $tmp/fleet-host.sock ]]; do :; done
	# Nobody listens.
	events 1 "$EVENTS" >"$tmp/lines"
	send <"$tmp/lines"
	events $((EVENTS + 1)) $((EVENTS + 1)) | send
	until grep -rqs "\"time_ns\":$((EVENTS + 1))," "$tmp/spool-fleet-host"; do :; done
	# It crashes, too. What is in its queue is there when it is back; where that ends it notes after each event, so of
	# the last one it may not know.
	kill -9 "$host"
	wait "$host" 2>/dev/null || :
	rm -f "$tmp/fleet-host.pid" "$tmp/fleet-host.sock"
	[[ $(count) == 0 ]]
	start fleet-collector
	start fleet-host
	until [[ -S $tmp/fleet-host.sock ]]; do :; done
	until_count "$EVENTS"
	# All of it again, and one more: only that is new.
	send <"$tmp/lines"
	events $((EVENTS + 1)) $((EVENTS + 1)) | send
	until_count "$((EVENTS + 1))"
	[[ $(count) == "$((EVENTS + 1))" ]]
	[[ $(sql -c "select count(*) from embargo.rejected_event") == 0 ]]
	[[ $(sql -c "select distinct rule_name from embargo.event") == "it's; drop table" ]]
	[[ $(sql -c "select events from embargo.denials") == "$((EVENTS + 1))" ]]
	# What the database kept makes a page.
	"$embargo" report --from "postgresql://owner@/postgres?host=$place" --json - | grep -q '"denied": *'"$((EVENTS + 1))"
}

for test in configurations_are_right nothing_is_lost_and_nothing_twice; do
	try "$test"
done
finish
