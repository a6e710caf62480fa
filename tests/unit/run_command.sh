#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The daemon from outside: its configuration, what it tells systemd, its sockets, its end. Nothing is loaded here.
# shellcheck disable=SC2317 # functions are called by until_true
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
said=said # where we will be
daemon=
at_exit() { [[ ! $daemon ]] || kill -9 "$daemon" 2>/dev/null; }
cd "$tmp" || exit 1


# until COMMAND…: within ten seconds
until_true() {
	local end=$((SECONDS + 10))
	until "$@" 2>/dev/null; do
		((SECONDS < end)) || return 1
		read -rt 0.02 <> <(:) || :
	done
}
says() { grep -qF -- "$1" said; }

echo "KTAP version 1"
if [[ $(id -u) != 0 ]]; then
	echo "1..0 # SKIP the daemon runs as root"
	echo "# 0 passed, 0 failed, 1 skipped"
	exit 4
fi
cat >good.conf <<END
syslog-socket = $tmp/log
journal = off
metrics-socket = $tmp/metrics.sock
END

printf 'syslog = of\nfoo = 1\n' >bad.conf
timeout 10 "$embargo" run --config bad.conf >said 2>&1 </dev/null
[[ $? == 1 ]] && says "bad.conf:1:10: 'of' is no value of 'syslog'" && says "bad.conf:2:1: unknown key 'foo'"
result $? wrong_configuration_does_not_start

timeout 10 "$embargo" run --config nothing.conf >said 2>&1 </dev/null
[[ $? == 1 ]] && says "cannot read 'nothing.conf'"
result $? missing_configuration_does_not_start

cp good.conf my.conf
"$embargo" run --config "$tmp/my.conf" >said 2>&1 </dev/null &
daemon=$!
pid_is() { [[ $(cat /run/embargo/run.lock) == "$daemon" ]]; }
until_true pid_is
result $? starts

cp bad.conf my.conf
kill -HUP "$daemon" && until_true says "what it was before stays" && says "my.conf:2:1: unknown key 'foo'" && kill -0 "$daemon"
result $? wrong_configuration_is_not_taken_on_reload

cp good.conf my.conf
kill -HUP "$daemon" && until_true says "the configuration was read again"
result $? configuration_is_read_again

curl -sSf --max-time 10 --unix-socket metrics.sock http://localhost/metrics >metrics 2>said &&
	grep -qx 'embargo_loaded [01]' metrics && [[ $(stat -c %a metrics.sock) == 660 ]]
result $? metrics_by_curl

[[ $(curl -s --max-time 10 -o /dev/null -w '%{http_code}' --unix-socket metrics.sock http://localhost/policy) == 404 ]] &&
	[[ $(curl -s --max-time 10 -o /dev/null -w '%{http_code}' --unix-socket metrics.sock -X DELETE http://localhost/metrics) == 405 ]]
result $? nothing_but_metrics_is_answered

# Whoever connects and is silent, or talks without end, is dropped, and keeps nobody from being answered.
mkfifo pipe
exec 3<>pipe
for _ in 1 2 3 4 5 6 7 8 9 10; do curl -s --max-time 20 --unix-socket metrics.sock -T - http://localhost/ <&3 >/dev/null 2>&1 & done
head -c 100000 /dev/zero | tr '\0' a | curl -s --max-time 10 --unix-socket metrics.sock --data-binary @- http://localhost/metrics >/dev/null 2>&1
curl -sSf --max-time 10 --unix-socket metrics.sock http://localhost/metrics >metrics 2>said && grep -q '^embargo_build_info{' metrics
result $? rude_clients_hold_nobody_up
exec 3>&-

cat good.conf - >my.conf <<END
metrics-file = $tmp/embargo.prom
metrics-interval = 1
END
kill -HUP "$daemon" && until_true test -s embargo.prom && ! grep -v '^embargo_\|^# [HT][EY][LP][PE] embargo_' embargo.prom && [[ $(stat -c %a embargo.prom) == 644 ]]
result $? metrics_in_a_file

kill -TERM "$daemon"
wait "$daemon"
result $? ends_at_sigterm
daemon=

finish
