#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The manual pages say what the program does: every command and option of --help is there and the other way round, and
# so are the fields of events, the causes of on-error with their defaults, and the words of the language. Examples load.
# shellcheck disable=SC2001 # sed marks every line
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
page=${EMBARGO_MAN:-userspace/share/man}/embargo.8
language=${EMBARGO_MAN:-userspace/share/man}/embargo.policy.5
settings=${EMBARGO_MAN:-userspace/share/man}/embargo.conf.5
report() { result $? "$1"; } # NAME: the status of the last command

# same WHAT LIST LIST: of words; what is in one only is shown
same() {
	local difference
	difference=$(diff <(tr ' ' '\n' <<<"$2" | grep . | sort -u) <(tr ' ' '\n' <<<"$3" | grep . | sort -u) | grep '^[<>]')
	[[ ! $difference && $2 ]] && return
	sed "s/^</# $1, not in the page:/; s/^>/# $1, only in the page:/" <<<"${difference:-< nothing at all}"
	return 1
}

# help_commands COMMAND…: what it has, whole; those of a command of commands instead of it
help_commands() {
	local name
	"$embargo" "$@" --help </dev/null | sed -n '/^commands:/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p' | while read -r name; do
		if "$embargo" "$@" "$name" --help </dev/null | grep -q '^commands:'; then
			help_commands "$@" "$name"
		else
			echo "$*${*:+ }$name"
		fi
	done
}

# section NAME: its lines, long ones joined
section() { sed -e ':a' -e '/\\$/{N; s/\\\n//; ta' -e '}' "$page" | awk -v want="$1" '
	/^\.S[hs]/ { inside = ($0 ~ "^\\.Ss embargo " want "( [A-Z].*|$)") } inside'; }

lint() {
	local said
	if ! command -v mandoc >/dev/null; then
		skip "${1##*/} is clean" "mandoc is not installed"
		return
	fi
	# Whether other pages are installed here is not the page's fault.
	# A bare .Os would say that the page is of the system that shows it.
	said=$(mandoc -T lint "$1" 2>/dev/null | grep -v 'referenced manual not found\|Os embargo (')
	[[ ! $said ]] || sed 's/^/# /' <<<"$said"
	[[ ! $said ]]
	report "${1##*/} is clean"
}

mapfile -t commands < <(help_commands)
echo "KTAP version 1"

lint "$page"
lint "$language"
lint "$settings"

same command "$(help_commands | tr ' ' _)" \
	"$(sed -n 's/^\.Ss embargo \([a-z ]*[a-z]\).*/\1/p' "$page" | tr ' ' _)"
report "embargo.8 has every command, and no other"

for command in "${commands[@]}"; do
	# shellcheck disable=SC2086 # a command and its command
	options=$("$embargo" $command --help </dev/null | sed -n 's/^  --\([a-z-]*\).*/\1/p' | tr '\n' ' ')
	{
		same option "$options-" "$(section "$command" | sed -n 's/^\.It Fl -\([a-z-]*\).*/\1/p' | tr '\n' ' ')-" &&
			same "option in the usage" "$options-" \
				"$(section "$command" | head -n 1 | grep -o 'Fl -[a-z-]*' | sed 's/Fl -//' | tr '\n' ' ')-"
	}
	report "embargo.8 has every option of $command, and no other"
done

# Events, by the source: what has no value in an event is printed as null all the same.
same field "$(sed -n 's/.*put_[a-z_]*(fields, "\([a-z0-9_]*\)".*/\1/p' userspace/event/event_fields.c) host boot_id message" \
	"$(sed -n '/^\.Sh EVENTS/,/^\.Sh SCANS/s/^\.It Cm //p' "$page" | sed 's/ , / /g' | tr '\n' ' ')"
report "embargo.8 has every field of an event, and no other"

causes=$(sed -n 's/.*\[EMBARGO_CAUSE_\([A-Z_]*\)\] = "\([a-z-]*\)".*/\1 \2/p' policy/language/words.c | while read -r symbol name; do
	if sed -n '/^static enum embargo_action default_on_error/,/^}/p' policy/policy.c | grep -q "CAUSE_$symbol\\b"; then
		echo "$name=allow"
	else
		echo "$name=deny"
	fi
done)
same cause "$causes" \
	"$(sed -n '/^\.Sh ON-ERROR/,/^\.Sh KERNEL/s/^\.It Cm \([a-z-]*\) Pq \([a-z]*\)/\1=\2/p' "$language")"
report "embargo.policy.5 has every cause of on-error with its default, and no other"

same kind "$(sed -n '/embargo_kind_words\[\]/,/};/s/.*= "\([a-z-]*\)".*/\1/p' policy/language/words.c)" \
	"$(sed -n '/^\.Sh RULES/,/^\.Sh PRECEDENCE/s/^\.It Ic \([a-z-]*\).*/\1/p' "$language")"
report "embargo.policy.5 has every kind of rule, and no other"

rules=$(sed -n '/^\.Sh RULES/,/^\.Sh PRECEDENCE/p' "$language" | sed 's/subject\./subject /g')
missing=$(sed -n '/^} keys\[/,/^};/s/.*= {"\([a-z0-9-]*\)".*/\1/p' policy/language/rule.c | while read -r key; do
	grep -qw -- "Cm $key" <<<"$rules" || grep -q -- "Oo $key\|Op $key" <<<"$rules" || echo "# key, not in the page: $key"
done
sed -n '/embargo_format_words\[\]/,/};/p' policy/language/words.c | grep -o '"[a-z]*"' | tr -d '"' | while read -r format; do
	grep -q "^\.Cm $format\\b" <<<"$rules" || echo "# format, not in the page: $format"
done
sed -n '/^const char \*const embargo_words\[\]/,/};/p' policy/language/words.c | grep -o '"[a-z-]*"' | tr -d '"' | while read -r word; do
	grep -q "^\.\(It \|D1 \)\?Ic.*\\b$word\\b" "$language" || echo "# word, not in the page: $word"
done)
[[ ! $missing ]] || echo "$missing"
[[ ! $missing ]]
report "embargo.policy.5 has every key, format and word"

same key "$(sed -n '/^static const struct key keys/,/^};/s/^\tKEY("\([a-z-]*\)".*/\1/p' userspace/base/config_keys.c) on-error-" \
	"$(sed -n 's/^\.It Ic \([a-z-]*\) .*/\1/p' "$settings" | tr '\n' ' ')"
report "embargo.conf.5 has every key, and no other"

# Every error is told: with one of ours at the end there must be no other.
sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/p' "$settings" | sed -n '/^\.Bd/,/^\.Ed/p' | grep -v '^\.' >"$tmp/embargo.conf"
wanted=$(wc -l <"$tmp/embargo.conf")
echo 'none = 1' >>"$tmp/embargo.conf"
"$embargo" run --config "$tmp/embargo.conf" >"$tmp/said" 2>&1 </dev/null
grep -v "embargo.conf:$((wanted + 1)):1: unknown key 'none'" "$tmp/said" | sed 's/^/# /' | grep . || ((wanted > 3))
report "the example of embargo.conf.5 has no errors"

# Each example is a file of the name that stands above it; they include each other by it.
mkdir "$tmp/examples"
sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/p' "$language" | awk -v dir="$tmp/examples/" '
	/^\.It Pa / { file = dir $3 }
	/^\.Ed/ { inside = 0 }
	inside { gsub(/\\e/, "\\"); print > file }
	/^\.Bd -literal/ { inside = 1 }'
wrong=0
for file in "$tmp"/examples/*; do
	if ! "$embargo" policy lint --no-host "$file" </dev/null >"$tmp/said" 2>&1 || grep -q 'warning:\|error:' "$tmp/said"; then
		wrong=1
		sed "s/^/# ${file##*/}: /" "$tmp/said"
	fi
	"$embargo" check --policy "$file" /bin/true </dev/null >"$tmp/said" 2>&1 || { wrong=1 && sed 's/^/# /' "$tmp/said"; }
done
((wrong == 0)) && (($(find "$tmp/examples" -type f | wc -l) >= 3))
report "the examples of embargo.policy.5 are policies without errors or warnings"

# What the page tells people to type exists.
said=$(sed -n '/^\.Sh EXAMPLES/,/^\.Sh UNDOING/p' "$page" | grep -o 'embargo [a-z]\+[a-z -]*' | grep -v "^embargo policy my" |
	while read -r _ line; do
		words=${line%% -*}
		words=${words%% site*}
		words=${words%% my*}
		[[ $words == mode* ]] && words=mode
		for command in "${commands[@]}"; do [[ $words != "$command" ]] || continue 2; done
		echo "# no such command: $words"
	done)
[[ ! $said ]] || echo "$said"
[[ ! $said ]]
report "the examples of embargo.8 use commands that exist"

finish
