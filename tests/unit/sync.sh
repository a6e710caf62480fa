#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# embargo fetch with sync-url, against a server that holds every request against the published protobuf. Name spaces of
# its own, as in fetch.sh, and nothing is loaded (--no-load).
# shellcheck disable=SC2317 # the tests are called by their names
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
if [[ ${1-} != --inside ]]; then
	why=
	((EUID == 0)) && unshare --mount --net true 2>/dev/null || why="needs root and name spaces"
	if [[ $why ]]; then
		echo "KTAP version 1"
		skip sync "$why"
		finish
	fi
	unshare --mount --net --propagation private bash "$0" --inside
	exit
fi
chmod 755 "$tmp"
cd "$tmp" || exit 1
at_exit() { [[ ! ${server-} ]] || kill "$server"; }
ip link set lo up
for directory in /etc/embargo /var/lib/embargo /run/embargo /sys/fs/bpf; do
	mkdir -p "$directory"
	mount -t tmpfs -o mode=755 tmpfs "$directory"
done
echo 0123456789abcdef0123456789abcdef >machine-id
machine=01234567-89AB-CDEF-0123-456789ABCDEF
[[ -e /etc/machine-id ]] || touch /etc/machine-id
mount --bind machine-id /etc/machine-id
mkdir -p /etc/embargo/policy.d server

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout server.key -out server.crt -subj "/CN=localhost" \
	-addext subjectAltName=DNS:localhost -days 9 2>/dev/null
cp server.crt /etc/embargo/ca.pem
python3 "$top/tests/unit/sync_server.py" server server.crt server.key &
server=$!
for ((i = 0; i < 3000; i++)); do
	[[ ! -s server/port ]] && kill -0 "$server" || break
	read -rt 0.02 <> <(:) || :
done
url=https://localhost:$(<server/port)/santa
policy=/etc/embargo/policy.d/santa.policy

A=642fe51e78f53e031ad6929a942a6fe9fcd4c26d8252660f0bc1aa1f3b206788
B=76c7b7040df1797a11fafb682d006c930f1b5ebd7e13af04a631b3ff32071426
C=5f3a1c0e9b7d2846a1c3e5f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b

rule() { printf '{"rule_type": "%s", "policy": "%s", "identifier": "%s"%s}' "$1" "$2" "$3" "${4-}"; } # TYPE POLICY IDENTIFIER [MORE]
# page NAME CURSOR RULE…
page() {
	local name=$1 cursor=$2 list
	shift 2
	list=$(printf ', %s' "$@")
	printf '{"rules": [%s], "cursor": "%s"}\n' "${list:2}" "$cursor" >"server/rules-$name"
}
conf() { printf '%s\n' "sync-url = $url" "fetch-ca = /etc/embargo/ca.pem" "syslog = off" "journal = off" "$@" >/etc/embargo/embargo.conf; }
fetch() { "$embargo" fetch --no-load; }
asked() { jq -c "select(.stage == \"$1\") | $2" server/requests; }
lines() { tail -n +5 "$policy"; }
fresh() {
	find /var/lib/embargo /etc/embargo/policy.d -mindepth 1 -delete
	rm -rf /etc/embargo/trust
	find server -type f ! -name port -delete
	: >server/requests
	echo '{"client_mode": "LOCKDOWN", "sync_type": "NORMAL", "batch_size": 2}' >server/preflight
	page '' '' "$(rule BINARY BLOCKLIST $A)"
	conf
}
# failing CAUSE WORDS: and the policy stays
failing() {
	local before
	before=$(sha256sum /etc/embargo/policy.d/* 2>/dev/null) || :
	refuses 1 "$2" fetch
	[[ $(sha256sum /etc/embargo/policy.d/* 2>/dev/null) == "$before" && $(jq -r .cause /var/lib/embargo/fetch/state.json) == "$1" ]]
}

four_stages_in_order() {
	fresh
	fetch | tee out
	grep -F '1 rule of files, 0 of certificates, which the next boot puts in force' out
	grep -F 'the server has this host in LOCKDOWN' out
	[[ $(jq -r .stage server/requests | tr '\n' ' ') == 'preflight ruledownload postflight ' && ! -e server/wrong ]]
	[[ $(asked preflight .machine_id) == "\"$machine\"" && $(asked preflight .request_clean_sync) == true ]]
	[[ $(asked postflight '[.rules_received, .rules_processed, .sync_type]') == '[1,1,"NORMAL"]' ]]
	[[ $(lines) == "ban hash sha256:$A source=\"$url\"" ]]
	"$embargo" policy lint --no-host "$policy"
	[[ $(jq .failures /var/lib/embargo/fetch/state.json) == 0 && $(jq .success /var/lib/embargo/fetch/state.json) -gt 0 ]]
}

rules_come_in_pages_and_of_every_kind() {
	fresh
	page '' 'two' "$(rule BINARY BLOCKLIST $A ', "custom_msg": "not \"here\"\n"')" "$(rule TEAMID BLOCKLIST EQHXZ8M8AV)" \
		"$(rule BINARY CEL $B)"
	page two three "$(rule CERTIFICATE SILENT_BLOCKLIST $C)" "$(rule BINARY BLOCKLIST abc)" \
		"$(rule BINARY BLOCKLIST e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855)"
	page three '' "{\"ruleType\": \"BINARY\", \"policy\": \"WHITELIST\", \"sha256\": \"$B\"}"
	fetch | tee out
	[[ $(asked ruledownload '.cursor // ""' | tr '\n' ' ') == '"" "two" "three" ' ]]
	grep -Fx "ban hash sha256:$A reason=\"not \\\"here\\\"\" source=\"$url\"" "$policy"
	grep -Fx "allow hash sha256:$B source=\"$url\"" "$policy"
	grep -Fx "ban signer cert-sha256=$C source=\"$url\"" "$policy"
	[[ $(lines | wc -l) == 3 ]]
	grep -F '1 rule was left out, of a kind that only another system has' out && grep -Fx '  TEAMID EQHXZ8M8AV' out
	grep -F '1 rule was left out, that ask for what is not known' out && grep -Fx "  CEL $B" out
	grep -F '1 rule was left out, without a SHA-256' out
	grep -F '1 rule was left out, for a file that every host has' out
	[[ $(asked postflight '[.rules_received, .rules_processed]') == '[7,3]' ]]
}

what_is_new_comes_on_top() {
	fresh
	page '' '' "$(rule BINARY BLOCKLIST $A)" "$(rule CERTIFICATE BLOCKLIST $C)"
	fetch
	page '' '' "$(rule BINARY BLOCKLIST $B)" "$(rule CERTIFICATE REMOVE $C)"
	: >server/requests
	fetch
	[[ $(asked preflight '[.request_clean_sync, .binary_rule_count, .certificate_rule_count]') == '[false,1,1]' ]]
	[[ $(lines | wc -l) == 2 ]] && grep -q $A "$policy" && grep -q $B "$policy"
	page '' ''
	version=$(sed -n 3p "$policy")
	fetch | grep -F 'as they are here already'
	[[ $(sed -n 3p "$policy") == "$version" ]]
	# All anew: what is not said again is gone.
	echo '{"syncType": "clean"}' >server/preflight
	page '' '' "$(rule BINARY BLOCKLIST $B)"
	fetch
	[[ $(lines | wc -l) == 1 ]] && grep -q $B "$policy"
	page '' '' "$(rule BINARY REMOVE $B)"
	fetch
	[[ ! -e $policy ]]
}

# event BOOT NANOSECONDS VERDICT KIND SHA256 [MORE]
event() {
	printf '{"time": "2026-07-01T12:34:56.500000+02:00", "boot_id": "%s", "time_ns": %s, "generation": 1, "pid": 7, "tgid": 7, "parent_tgid": 1, "parent_comm": "bash", "uid": 0, "verdict": "%s", "kind": "%s", "sha256": %s, "path": "/opt/a/tool"%s}\n' "${@:1:5}" "${6-}" >>/var/lib/embargo/events.jsonl
}

denials_go_up_once() {
	fresh
	event x 1 denied hash "\"$A\""
	event x 2 would-deny signer "\"$B\""
	event x 3 denied signer "\"$B\""
	event x 4 audited hash "\"$A\""
	event x 5 denied path null
	event x 6 denied hash "\"$A\"" ', "selftest": true'
	fetch | grep -F '3 events went up, 1 without a SHA-256 did not'
	[[ $(asked eventupload '.events | length' | tr '\n' ' ') == '2 1 ' && ! -e server/wrong ]]
	[[ $(asked eventupload '.events[].decision' | tr '\n' ' ') == '"BLOCK_BINARY" "ALLOW_UNKNOWN" "BLOCK_CERTIFICATE" ' ]]
	[[ $(asked eventupload '.events[0] | [.file_sha256, .file_path, .file_name, .executing_user, .execution_time, .pid, .ppid]' | head -n 1) == "[\"$A\",\"/opt/a\",\"tool\",\"root\",1782902096.5,7,1]" ]]
	: >server/requests
	fetch
	[[ ! $(asked eventupload .) ]]
	event y 1 denied hash "\"$A\""
	# A server that does not take it gets it again.
	echo 500 >server/eventupload.status
	failing http 'eventupload'
	rm server/eventupload.status
	fetch | grep -F '1 event went up'
	# What is older than the last one was, and was rotated away, does not matter.
	rm /var/lib/embargo/events.jsonl
	event z 1 denied hash "\"$A\""
	fetch | grep -F '1 event went up'
}

what_would_have_been_blocked_can_stay_here() {
	fresh
	echo '{"disableUnknownEventUpload": true}' >server/preflight
	event x 1 would-deny hash "\"$A\""
	fetch
	[[ ! $(asked eventupload .) ]]
}

servers_that_say_no() {
	fresh
	fetch
	for stage in preflight ruledownload postflight; do
		echo 403 >server/$stage.status
		failing http 'status 403'
		rm server/$stage.status
	done
	: >server/requests
	fetch
	[[ $(asked preflight .request_clean_sync) == true ]] # for nobody knows what the server took for done
	for raw in '[]' '{' '{"rules": 3}' '{"rules": [3]}' '{"cursor": "same"}'; do
		echo "$raw" >server/ruledownload.raw
		failing channel 'what it answers to ruledownload'
	done
	rm server/ruledownload.raw
	echo 'no' >server/preflight
	failing channel 'is not JSON (line 1, column '
	printf '%s\n' 'sync-url = https://localhost:1/' >/etc/embargo/embargo.conf
	failing network 'localhost'
	printf '%s\n' 'sync-url = http://localhost/' >/etc/embargo/embargo.conf
	refuses 1 'it is https://HOST/PATH, or off' fetch
}

rules_that_would_lock_out() {
	fresh
	fetch
	page '' '' "$(rule BINARY BLOCKLIST "$(sha256sum /bin/bash | cut -c -64)")"
	failing lock-out 'ban what this host needs'
	page '' '' "$(rule BINARY BLOCKLIST $B)"
	: >server/requests
	fetch
	[[ $(asked preflight .request_clean_sync) == true && $(lines | wc -l) == 1 ]]
}

nobody_signed_them() {
	fresh
	mkdir -p /sys/fs/bpf/embargo/seal
	: >/sys/fs/bpf/embargo/seal/embargo_seal_config
	failing signature 'this host is sealed' || { rm -r /sys/fs/bpf/embargo/seal && false; }
	rm -r /sys/fs/bpf/embargo/seal
	mkdir /etc/embargo/trust && cp server.crt /etc/embargo/trust/
	failing signature 'only signed policies count here'
	rm -r /etc/embargo/trust
	conf "fetch-url = https://localhost/channel.json"
	failing host 'exclude each other'
	[[ ! -s server/requests ]]
}

files_of_the_administrator_stay() {
	fresh
	printf 'policy own\nversion 1\nban path "/opt/own/"\n' >"$policy"
	failing host 'did not come from sync-url'
	mv "$policy" /etc/embargo/policy.d/own.policy
	fetch
	grep -q /opt/own/ /etc/embargo/policy.d/own.policy && [[ -e $policy ]]
}

dry_runs_tell_nobody() {
	fresh
	event x 1 denied hash "\"$A\""
	"$embargo" fetch --dry-run | grep -F 'which could be put in force'
	[[ $(jq -r .stage server/requests | tr '\n' ' ') == 'preflight ruledownload ' && ! -e $policy ]]
	[[ ! $(find /var/lib/embargo/fetch -type f) ]]
}

another_server_begins_anew() {
	fresh
	fetch
	url=https://localhost:$(<server/port)/santa/ conf
	: >server/requests
	page '' '' "$(rule BINARY BLOCKLIST $B)"
	fetch
	[[ $(asked preflight .request_clean_sync) == true && $(lines | wc -l) == 1 ]]
}

echo "KTAP version 1"
for test in four_stages_in_order rules_come_in_pages_and_of_every_kind what_is_new_comes_on_top denials_go_up_once \
	what_would_have_been_blocked_can_stay_here servers_that_say_no rules_that_would_lock_out nobody_signed_them \
	files_of_the_administrator_stay dry_runs_tell_nobody another_server_begins_anew; do
	try "$test"
done
finish
