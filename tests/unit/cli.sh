#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The command line: usage errors, exit statuses, help, and what bad input gets. Nothing here loads a policy: where it
# could come to that, the caller is not root.
# shellcheck disable=SC2016,SC2317 # the inner bash expands; functions are called through check
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
chmod 755 "$tmp"
cd "$tmp" || exit 1


check() { exits "$@"; }

# as_user COMMAND…: without any right
as_user() { setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs "$@"; }
[[ $(id -u) == 0 ]] || as_user() { "$@"; }

commands=(load unload mode seal status run events id check scan report doctor selftest "policy lint" "policy show" "policy diff" "policy explain" "policy import")

echo "KTAP version 1"
cp /bin/ls program
printf 'x' >>program

# Usage.
check no_command 2 "a command is missing" "$embargo"
check unknown_command 2 "unknown command 'frobnicate'" "$embargo" frobnicate
check unknown_subcommand 2 "unknown command 'frobnicate'" "$embargo" policy frobnicate
check help 0 "usage: embargo COMMAND" "$embargo" --help
check version 0 "embargo " "$embargo" --version
for command in "${commands[@]}"; do
	read -ra words <<<"$command"
	check "help_${command/ /_}" 0 "usage: embargo $command" "$embargo" "${words[@]}" --help
	check "version_${command/ /_}" 0 "embargo " "$embargo" "${words[@]}" --version
	check "unknown_option_${command/ /_}" 2 "unknown option '--frobnicate'" "$embargo" "${words[@]}" --frobnicate
	# Every option of the usage line is explained, and the exit status too.
	help=$("$embargo" "${words[@]}" --help)
	missing=
	for option in $(head -n 1 <<<"$help" | grep -oE -- '--[a-z-]+'); do
		tail -n +2 <<<"$help" | grep -q -- "^  $option" || missing+=" $option"
	done
	[[ $help == *$'exit status:\n  0  done'* ]] || missing+=" exit status"
	result "$([[ ! $missing ]]; echo $?)" "help_is_whole_${command/ /_}" "missing:$missing"
done
check help_of_a_command 0 "usage: embargo policy import" "$embargo" help policy import
check help_of_commands 0 "usage: embargo policy COMMAND" "$embargo" help policy
check help_of_nothing 2 "did you mean \`scan'?" "$embargo" help sacn
check command_that_was_meant 2 "unknown command 'laod'; did you mean \`load'?" "$embargo" laod
check option_that_was_meant 2 "unknown option '--enfore'; did you mean \`enforce'?" "$embargo" load --enfore x
# Whatever the terminal, no line is wider than it; and 80 where nobody says.
for columns in 0 60 100; do
	for name in "" load scan report "policy import" events; do
		# shellcheck disable=SC2086 # words
		COLUMNS=$columns "$embargo" $name --help
	done | LC_ALL=C.UTF-8 wc -L >"$tmp/widest"
	read -r widest <"$tmp/widest"
	check "help_fits_$columns" 0 "" test "$widest" -le $((columns ? columns : 80)) -a "$widest" -gt 50
done
check help_is_on_stdout 0 "" bash -c '[[ ! $("$1" load --help 2>&1 >/dev/null) ]]' _ "$embargo"
check errors_are_on_stderr 0 "" bash -c '[[ ! $("$1" load 2>/dev/null) ]]' _ "$embargo"
check load_without_policy 2 "an argument is missing" "$embargo" load
check load_both_modes 2 "--audit and --enforce exclude each other" "$embargo" load --audit --enforce x
check load_twice_the_same 2 "--audit was given twice" "$embargo" load --audit --audit x
check option_with_value_it_takes_none 2 "takes no value" "$embargo" load --audit=yes x
check option_without_its_value 2 "needs a value" "$embargo" check program --policy
check mode_unknown 2 "unknown mode 'off'" "$embargo" mode off
check mode_missing 2 "an argument is missing" "$embargo" mode
check mode_two 2 "unexpected argument 'enforce'" "$embargo" mode audit enforce
check status_with_argument 2 "unexpected argument" "$embargo" status x
check id_json_and_rule 2 "exclude each other" "$embargo" id --json --rule program
check check_without_file 2 "an argument is missing" "$embargo" check
check diff_of_three 2 "unexpected argument" "$embargo" policy diff a b c
check output_that_cannot_be_written 1 "cannot write to standard output" bash -c '"$1" --help >/dev/full' _ "$embargo"

# Policies that must not be loaded. Root reads them, and goes no further.
cat >bad.policy <<-END
	policy "bad"
	ban hash sha256:1234
	ban hush sha256:1234
END
check load_reports_every_error 1 "bad.policy:3:" as_user "$embargo" policy lint bad.policy
check load_gives_line_and_column 1 "bad.policy:2:17: error: wrong length" as_user "$embargo" policy lint bad.policy
printf 'policy a\nversion 1\nban vendor "Kas\xd8\x9cpersky"\n' >hidden.policy # U+061C, which no screen shows
check lint_shows_what_hides 1 "hidden.policy:3:16: error: invisible character" as_user "$embargo" policy lint hidden.policy
if [[ $(id -u) == 0 ]]; then
	check load_refuses_bad_policy 1 "2 errors in the policy" "$embargo" load bad.policy
	check load_refuses_missing_file 1 "missing.policy" "$embargo" load missing.policy
	mkdir empty
	check load_refuses_empty_directory 1 "no *.policy file in" "$embargo" load empty
	"$embargo" id --rule program >open.policy
	chmod 666 open.policy
	check load_refuses_world_writable 1 "chmod go-w" "$embargo" load open.policy
	chmod 620 open.policy
	check load_refuses_group_writable 1 "chmod go-w" "$embargo" load open.policy
	chmod 600 open.policy
	chown 65534 open.policy
	check load_refuses_foreign_owner 1 "own" "$embargo" load open.policy
	chown 0 open.policy
fi

# Not root.
"$embargo" id --rule program >good.policy
chmod 644 good.policy
for command in "load good.policy" unload "mode audit" seal run selftest; do
	read -ra words <<<"$command"
	check "not_root_${words[0]}" 1 "needs root" as_user "$embargo" "${words[@]}"
done

# id, and what it prints is a policy.
sum=$(sha256sum <program)
check id_prints_hash 0 "${sum%% *}" as_user "$embargo" id program
check id_prints_size 0 "$(stat -c %s program)" as_user "$embargo" id program
check id_unreadable 1 "missing: " as_user "$embargo" id missing program
check id_goes_on_after_unreadable 1 "${sum%% *}" as_user "$embargo" id missing program
check id_directory 1 "not a regular file" as_user "$embargo" id .
check id_rule 0 "ban hash sha256:${sum%% *} size=$(stat -c %s program) format=elf name=\"program\"" \
	as_user "$embargo" id --rule program
check id_json 0 '"sha256": "'"${sum%% *}"'"' as_user "$embargo" id --json program
read -r old _ < <(sha1sum program)
check id_sha1 0 "$old" as_user "$embargo" id --old-hashes program
read -r old _ < <(md5sum program)
check id_md5 0 '"md5": "'"$old"'"' as_user "$embargo" id --json --old-hashes program
odd=$'odd \n"name"\\\xff\xe2\x80\xae'
cp program "$odd"
"$embargo" id --rule "$odd" >odd.policy
check id_rule_of_odd_name_is_a_policy 3 "denied program" as_user "$embargo" check --policy odd.policy program
check id_of_odd_name_is_one_line 0 'odd \x0a"name"\x5c\xff\xe2\x80\xae' as_user "$embargo" id "$odd"

# check
check check_banned 3 'denied program: rule "program" at good.policy:1' as_user "$embargo" check --policy good.policy program
check check_allowed 0 "allowed /bin/ls" as_user "$embargo" check --policy good.policy /bin/ls
check check_unreadable 1 "missing: " as_user "$embargo" check --policy good.policy missing /bin/ls
check check_finds_behind_unreadable 3 "denied program" as_user "$embargo" check --policy good.policy missing program
check check_bad_policy 1 "2 errors in the policy" as_user "$embargo" check --policy bad.policy program
sed 's/^ban/audit/' good.policy >audit.policy
sed 's/^ban/allow/' good.policy >allow.policy
check check_audited 0 "audited program" as_user "$embargo" check --policy audit.policy program
check check_exempted 0 "exempted program" as_user "$embargo" check --policy allow.policy program
check check_several_policies 0 "exempted program" \
	as_user "$embargo" check --policy good.policy --policy allow.policy program
[[ -e /run/embargo/policy || -e /etc/embargo/policy.d ]] ||
	check check_without_any_policy 1 "name one with --policy" as_user "$embargo" check program

# policy
check scan_enforce_is_by_the_policy_in_force 2 "--enforce exclude each other" "$embargo" scan --policy good.policy --enforce /
check scan_enforce_by_its_former_name 2 "--enforce exclude each other" "$embargo" scan --policy good.policy --pin /
check former_name_is_the_same_option 2 "--enforce was given twice" "$embargo" scan --pin --enforce /
check former_name_is_not_offered 1 "" bash -c '"$1" scan --help | grep -e --pin' _ "$embargo"
check lint_good 0 "does not say where it comes from" as_user "$embargo" policy lint good.policy
"$embargo" id --rule /bin/sh >shell.policy
check lint_says_lock_out 1 "which this host needs, would be refused" as_user "$embargo" policy lint shell.policy
check lint_no_host 0 "" as_user "$embargo" policy lint --no-host shell.policy
# On a terminal verdicts have colours; NO_COLOR and what is no terminal have none.
on_terminal() { script -qec "$*" /dev/null </dev/null; }
if command -v script >/dev/null; then
	check colours_on_a_terminal 0 $'\e[31mdenied\e[0m' env TERM=xterm bash -c "$(declare -f on_terminal); on_terminal $embargo check --policy good.policy program || true"
	check no_colours_for_who_wants_none 0 "denied" bash -c "$(declare -f on_terminal); ! TERM=xterm NO_COLOR=1 on_terminal $embargo check --policy good.policy program | tee /dev/stderr | grep $'\\e'"
fi
check no_colours_in_a_file 3 "denied program" env TERM=xterm "$embargo" check --policy good.policy program
lint_of() { # LINE: of a policy with just that
	printf 'policy x\nversion 1\n%s\n' "$1" >line.policy
	as_user "$embargo" policy lint "${@:2}" line.policy
}
ln -sfn /opt alias && chmod 755 .
check lint_counts_what_it_hits 0 "here it hits 0 files" as_user "$embargo" policy lint good.policy
check lint_of_everything 1 "a ban of / bans every program" lint_of 'ban path prefix="/"'
check lint_of_a_beginning 1 "say /opt/x/, or ban the one file by its hash" lint_of 'ban path prefix="/opt/x"' --no-host
check lint_of_an_alias 1 "say /opt/program/" lint_of "ban path prefix=\"$PWD/alias/program/\""
check lint_of_an_alias_elsewhere 0 "" lint_of "ban path prefix=\"$PWD/alias/program/\"" --no-host
check lint_of_an_interpreter 1 "never matches here" lint_of "ban interpreter path=\"$PWD/alias/sh\""
check lint_of_a_directory 0 "" lint_of 'ban path prefix="/opt/none-such/"'
"$embargo" policy show good.policy >shown.policy
check show_reads_back 0 "" bash -c '[[ ! $("$1" policy diff good.policy shown.policy) ]]' _ "$embargo"
check diff_shows_what_goes 0 "- ban hash sha256:${sum%% *}" as_user "$embargo" policy diff good.policy allow.policy
check diff_shows_what_comes 0 "+ allow hash sha256:${sum%% *}" as_user "$embargo" policy diff good.policy allow.policy
check explain_policy 0 "in the kernel" as_user "$embargo" policy explain good.policy
check explain_file 0 "denied: rule \"program\"" as_user "$embargo" policy explain --policy good.policy program

# Nothing loaded.
if [[ ! -e /sys/fs/bpf/embargo ]]; then
	check status_of_nothing 0 "nothing is loaded" as_user "$embargo" status
	check status_of_nothing_json 0 '"loaded": false' as_user "$embargo" status --json
fi

finish
