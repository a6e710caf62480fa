#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The removal script of `embargo report --scripts`: what hosts say of names and paths never becomes a command. It is run
# by sh, with stubs for whatever would change the machine; processes and files are real, and below a directory of ours.
# shellcheck disable=SC2016 # what is not expanded here must not be expanded there either
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
export TMPDIR=$tmp SOURCE_DATE_EPOCH=1790000000

check() { result $? "$1"; } # NAME: the status of the last command
has() { grep -qF -- "$1" "$tmp/said"; }

# json TEXT: as a string of JSON
json() {
	local text=$1
	text=${text//\\/\\\\} text=${text//\"/\\\"} text=${text//$'\n'/\\n} text=${text//$'\t'/\\t} text=${text//$'\e'/\\u001b}
	printf '"%s"' "$text"
}
finding() { # KIND PATH [MORE]
	printf '{"type":"finding","kind":"%s","verdict":"denied","path":%s,"rule_name":"Evil %s","rule_kind":"hash"%s}\n' \
		"$1" "$(json "$2")" "Agent 1.0" "${3-}"
}

mkdir "$tmp/bin" "$tmp/root"
for name in systemctl modprobe dpkg rpm embargo dpkg-query; do
	cat >"$tmp/bin/$name" <<-'END'
		#!/bin/sh
		{
			printf '%s' "${0##*/}"
			for word; do printf ' <%s>' "$word"; done
			echo
		} >>"$LOG"
		[ "${0##*/}" != dpkg-query ] || [ "$2" != of-rpm ]
	END
done
printf '#!/bin/sh\necho "${NAME-host'"'"'s}"\n' >"$tmp/bin/uname"
printf '#!/bin/sh\necho "${ID-0}"\n' >"$tmp/bin/id"
chmod +x "$tmp"/bin/*
export LOG=$tmp/log

odd=(
	"$tmp/root/it's"
	"$tmp/root/\$(touch $tmp/pwned)"
	"$tmp/root/\`touch $tmp/pwned\`"
	"$tmp/root/a;touch $tmp/pwned;#"
	"$tmp/root/new"$'\n'"touch $tmp/pwned"$'\n'
	"$tmp/root/'; touch $tmp/pwned; '"
	"$tmp/root/back\\slash \"quoted\" "$'\t\e[31m'
	"$tmp/root/-rf"
	"$tmp/root/*"
	"$tmp/root/bytes"$'\xff\xfe'
)
printf 'keep' >"$tmp/root/kept"
{
	printf '{"type":"scan","host":"host'"'"'s","time":"2026-09-01T00:00:00Z","mode":"audit","paths":["/"],"kernel":"6.1.0-1-amd64"}\n'
	for path in "${odd[@]}"; do
		mkdir -p "$(dirname "$path")"
		printf '%s' "$path" >"$path"
		sum=$(sha256sum <"$path")
		if [[ $path == *$'\xff'* ]]; then
			hex=$(printf '%s' "$path" | od -An -v -tx1 | tr -d ' \n')
			printf '{"type":"finding","kind":"file","verdict":"denied","path":"bytes","path_hex":"%s","sha256":"%s","rule_name":"Evil"}\n' \
				"$hex" "${sum%% *}"
		else
			finding file "$path" ",\"sha256\":\"${sum%% *}\",\"size\":7,\"format\":\"elf\""
		fi
	done
	# Changed since, a link, gone, not absolute.
	finding file "$tmp/root/kept" ',"sha256":"'"$(printf 'a%.0s' {1..64})"'"'
	ln -s kept "$tmp/root/link"
	finding file "$tmp/root/link" ',"sha256":"'"$(sha256sum <"$tmp/root/kept" | cut -c1-64)"'"'
	finding file "$tmp/root/gone" ',"sha256":"'"$(printf 'b%.0s' {1..64})"'"'
	finding file "relative" ',"sha256":"'"$(printf 'c%.0s' {1..64})"'"'
	finding unit /x/agent.service ',"unit":"agent.service"'
	finding unit '/x/$(touch '"$tmp"'/pwned).service'
	finding unit /x/-x.service ',"unit":"--now"'
	finding module /lib/modules/6.1/kernel/nonsense-x.ko.xz
	finding module '/lib/modules/6.1/kernel/$(touch x).ko'
	finding package '' ',"package":"agent"'
	finding package '' ',"package":"agent-data"'
	finding package '' ',"package":"of-rpm"'
	finding package '' ',"package":"-e; touch '"$tmp"'/pwned"'
	finding cron '/etc/cron.d/agent'
	finding member '/srv/backup.tar' ',"member":"opt/'"'"'agent"'
	finding file '/var/lib/x' ',"container":"docker 4f5e"'
	finding library "/opt/agent/lib.so" ',"comm":"sshd","pid":1'
	finding process "$tmp/root/it's running"$'\n' ',"pid":1'
	printf '{"type":"finding","kind":"file","verdict":"denied","path":"/y","rule":"END_OF_RULES\\ntouch %s/pwned","rule_name":"%s"}\n' \
		"$tmp" "'\$(touch $tmp/pwned)\\n"
	printf '{"type":"finding","kind":"file","verdict":"denied","path":"/y","rule":"ban path \\"/y/\\"","rule_name":"x"}\n'
	printf '{"type":"summary","findings":1,"complete":true}\n'
} >"$tmp/host.jsonl"

echo "KTAP version 1"
"$embargo" report --scripts "$tmp/scripts" --plan "$tmp/plan.csv" "$tmp/host.jsonl" >"$tmp/said" 2>&1
check report_is_made
# A command of the plan is to be pasted: it names the very file.
python3 - "$tmp/plan.csv" "${odd[@]}" >"$tmp/said" 2>&1 <<'END'
import csv, subprocess, sys, os
rows = [r for r in csv.DictReader(open(sys.argv[1])) if r["command"].startswith("rm ")]
words = {subprocess.run(["bash", "-c", r["command"].replace("rm ", "printf %s ", 1)], capture_output=True, check=True).stdout for r in rows}
missing = [p for p in map(os.fsencode, sys.argv[2:]) if p not in words]
sys.exit(f"{missing} of {words}" if missing else 0)
END
check commands_of_the_plan_name_the_file
script=$tmp/scripts/host%27s.sh
[[ -f $script && $(find "$tmp/scripts" -type f | wc -l) == 1 && ! -x $script ]]
check one_script_that_is_not_executable
sh -n "$script" >"$tmp/said" 2>&1
check it_is_a_script

run() { # [NAME=VALUE]… ARGUMENT…: what it says is in $tmp/said, what it called in $tmp/log
	: >"$LOG"
	env PATH="$tmp/bin:$PATH" timeout 60 sh "$script" "$@" >"$tmp/said" 2>&1 </dev/null
}
run
check without_an_argument_it_ends_well
[[ ! -s $LOG && -f ${odd[0]} ]] && has 'nothing is done without --yes'
check without_an_argument_it_does_nothing
has 'systemctl disable --now agent.service' && has 'by hand: take the lines that start it out of /etc/cron.d/agent' &&
	has "by hand: delete the archive, or take out of it what is banned: /srv/backup.tar holds 'opt/'\\''agent'"
check without_an_argument_it_says_what_it_would_do
! grep -q $'\e' "$tmp/said" && ! grep -q '^touch' "$tmp/said"
check no_control_character_is_shown
run --no; [[ $? == 2 && ! -s $LOG ]]
check unknown_argument_is_refused
NAME=other run --yes; [[ $? == 1 && ! -s $LOG && -f ${odd[0]} ]] && has 'not the host of this plan'
check another_host_is_refused
ID=1000 run --yes; [[ $? == 1 && ! -s $LOG && -f ${odd[0]} ]] && has 'needs root'
check another_user_is_refused

run --rules
cp "$tmp/said" "$tmp/rules.policy"
"$embargo" policy lint --no-host "$tmp/rules.policy" >"$tmp/said" 2>&1 && grep -q "^ban hash sha256:$(printf '%s' "${odd[0]}" | sha256sum | cut -c1-64) size=7 format=elf name=\"Evil Agent\"" "$tmp/rules.policy" &&
	grep -qx 'ban path "/y/"' "$tmp/rules.policy" && ! grep -q 'END_OF' "$tmp/rules.policy"
check rules_are_a_policy

# A process that runs a banned program, of a name that is hard to quote.
cp "$(command -v sleep)" "$tmp/root/it's running"$'\n'
# shellcheck disable=SC2289 # that is its name
"$tmp/root/it's running"$'\n' 300 &
victim=$!
run --yes
status=$?
cp "$tmp/said" "$tmp/first"
[[ $status == 1 ]]
check what_failed_makes_it_fail
wait "$victim" 2>/dev/null
[[ $? == 143 ]]
check process_is_ended
left=0
for path in "${odd[@]}"; do [[ ! -e $path ]] || left=1; done
[[ $left == 0 ]]
check odd_files_are_deleted
[[ $(cat "$tmp/root/kept") == keep && -L $tmp/root/link ]] && grep -q 'left: it has changed' "$tmp/first" && grep -q 'left: no regular file' "$tmp/first"
check changed_files_and_links_are_left
[[ ! -e $tmp/pwned ]]
check nothing_of_it_was_run
cp "$LOG" "$tmp/said"
grep -qxF 'systemctl <disable> <--now> <--> <agent.service>' "$LOG" && [[ $(grep -c '^systemctl <disable>' "$LOG") == 1 ]]
check unit_is_disabled_and_stopped
grep -qxF 'dpkg <--purge> <agent> <agent-data>' "$LOG" && grep -qxF 'rpm <-e> <of-rpm>' "$LOG"
check packages_are_purged_together_by_the_manager_that_has_them
! grep -q '^modprobe' "$LOG"
check module_that_is_not_loaded_needs_no_unloading
grep -qxF 'embargo <mode> <enforce>' "$LOG"
check then_it_enforces
cp "$tmp/first" "$tmp/said"
has '9 left to do by hand'
check what_is_left_is_counted

# A stranger with the same name.
sed 's/"host":"host/"machine_id":"00000000000000000000000000000001","host":"host/' "$tmp/host.jsonl" >"$tmp/named.jsonl"
"$embargo" report --scripts "$tmp/scripts" "$tmp/named.jsonl" >/dev/null 2>&1
run --yes; [[ $? == 1 && ! -s $LOG ]] && has 'machine-id'
check another_machine_of_the_name_is_refused

# The modules of this machine are its own: the step is asked for, of one that is surely there.
module=$(find /sys/module -mindepth 1 -maxdepth 1 -printf '%f\n' | grep -x '[a-z_]*' | sort | head -n 1)
printf '{"type":"scan","host":"host'"'"'s","time":"2026-09-01T00:00:00Z","paths":["/"]}\n%s\n' \
	"$(finding module "$module")" >"$tmp/module.jsonl"
"$embargo" report --scripts "$tmp/scripts" "$tmp/module.jsonl" >/dev/null 2>&1
run --yes && grep -qxF "modprobe <-r> <--> <$module>" "$LOG"
check module_is_unloaded

finish
