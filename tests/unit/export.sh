#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `embargo policy export`: what each format holds is what the policy says, by the tools that read it and by our own
# importer; what a format cannot say is told and counted.
# shellcheck disable=SC2317 # the tests are called by their names
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
cd "$tmp" || exit 1
export SOURCE_DATE_EPOCH=1767225600

seed=19
echo "KTAP version 1"
echo "# random rules of seed $seed"

# 300 hashes with and without each thing that can be said of one, texts with every mark that a format could trip over.
python3 - $seed >random.policy <<'END'
import random, sys
r = random.Random(int(sys.argv[1]))
words = ["a", "Ä€漢", "x;y", "a,b", "<tag>", "&amp;", "'q'", "\\\\", '\\"', "50%s", "#n", "{}", "colon:", "=1", "]]>", "tab\\tbed"]
text = lambda: " ".join(r.choice(words) for _ in range(r.randint(1, 5)))
print('policy random\nversion 1\nauthority "BOD 17-01"')
for i in range(300):
    line = "ban hash sha256:%064x" % r.getrandbits(256)
    if r.random() < .6: line += " size=%d" % r.choice([1, r.randint(1, 1 << 30), (1 << 63)])
    if r.random() < .5: line += " format=" + r.choice(["elf", "pe", "elf,script", "module", "firmware", "kexec", "other"])
    for key in "name", "reason", "source": 
        if r.random() < .5: line += ' %s="%s"' % (key, text())
    if r.random() < .3: line += " scope=" + r.choice(["use", "supply"])
    if r.random() < .3: line += " effective=2020-0%d-11" % r.randint(1, 9)
    if r.random() < .3: line += ' cpe="cpe:2.3:a:example:%s:*:*:*:*:*:*:*:*"' % r.choice(["a", "b_c"])
    if r.random() < .2: line += " expires=2099-0%d-11" % r.randint(1, 9)
    print(line)
for i in range(20):
    print('ban signer tbs-sha256=%064x name="%s"' % (r.getrandbits(256), text()))
    print('ban signer cert-sha256=%064x name="%s"' % (r.getrandbits(256), text()))
END

# rules POLICY PART…: its rules, each cut to what is asked for
rules() {
	local policy=$1
	shift
	"$embargo" policy show "$policy" | grep '^ban' >lines || return
	# A feed is text of one line: what is a tab in a policy comes back as a blank.
	python3 - lines "$@" <<'END'
import re, sys
for line in open(sys.argv[1]):
    print(*sorted(m.group(0).replace("\\t", " ") for m in re.finditer(r'(\S+?)[=:]("(?:[^"\\]|\\.)*"|\S+)', line)
                  if m.group(1) in sys.argv[2:]))
END
}

# round FORMAT PATTERN PART…: rules that have PATTERN come back from the format with all PARTs
round() {
	local format=$1 pattern=$2
	shift 2
	"$embargo" policy export --format "$format" --output "out.$format" random.policy
	"$embargo" policy import --format "$format" --output back.policy "out.$format"
	grep -E "^policy|^version|^authority|$pattern" random.policy >part.policy
	rules part.policy "$@" | sort >want
	rules back.policy "$@" | sort >have
	[[ $(wc -l <want) -ge 20 ]]
	diff want have
}

csv_round() { round csv 'ban hash' sha256 size format name reason authority expires scope effective cpe; }
stix_round() { round stix 'ban hash' sha256 size format name reason authority expires scope effective cpe; }
clamav_round() { round clamav 'ban hash' sha256 size; }
santa_round() { round santa 'ban hash|cert-sha256' sha256 cert-sha256; }
appcontrol_round() { round appcontrol 'tbs-sha256' tbs-sha256; }

# The bundle is one by the rules of STIX: identifiers, times, and the same ones again.
stix_is_stix() {
	"$embargo" policy export --format stix random.policy >a.json
	"$embargo" policy export --format stix random.policy | cmp - a.json
	python3 - <<'END'
import json, re
bundle = json.load(open("a.json"))
uuid = r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
time = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"
assert bundle["type"] == "bundle" and re.fullmatch("bundle--" + uuid, bundle["id"])
seen = set()
for o in bundle["objects"]:
    assert re.fullmatch(o["type"] + "--" + uuid, o["id"]) and o["id"] not in seen and o["spec_version"] == "2.1"
    seen.add(o["id"])
    assert re.fullmatch(time, o["created"]) and re.fullmatch(time, o["modified"])
    if o["type"] == "indicator":
        assert o["pattern_type"] == "stix" and re.fullmatch(time, o["valid_from"])
        assert o.get("valid_until", "9") > o["valid_from"]
assert len(seen) == 301
END
}

# What oscap says of files that are there and are not, of packages and of paths.
oval_evaluates() {
	mkdir -p files/sub other
	cp "$embargo" files/sub/banned
	cp /bin/true other/elsewhere
	cat >host.policy <<END
policy host
version 1
ban hash sha256:$(sha256sum <files/sub/banned | cut -c1-64) size=$(stat -c %s files/sub/banned) name="there & <so>" cpe="cpe:/a:example:banned"
ban hash sha256:$(sha256sum <other/elsewhere | cut -c1-64) name="not in the directory"
ban package name=coreutils
ban package name="coreuti*"
ban package name=no-such-package
ban package name="no-such*"
ban path "$tmp/files/su"
ban path "$tmp/nothing/"
END
	"$embargo" policy export --format oval --namespace org.example.x --directory "$tmp/files" --output host.oval host.policy
	oscap oval validate host.oval
	oscap oval eval host.oval | sort -V >verdicts
	printf 'Definition oval:org.example.x:def:%s\n' '1: true' '2: false' '3: true' '4: true' '5: false' '6: false' \
		'7: true' '8: false' | diff - <(grep '^Definition' verdicts)
	grep -q 'ref_id="cpe:/a:example:banned"' host.oval
}

oval_of_texts() {
	"$embargo" policy export --format oval --output random.oval random.policy
	oscap oval validate random.oval
}

# YARA itself finds the file, and one that names the vendor.
yara_finds() {
	cp "$embargo" banned
	cat >yara.policy <<END
policy yara
version 1
ban hash sha256:$(sha256sum <banned | cut -c1-64) size=$(stat -c %s banned) name="b \"q\" \\\\ Ä"
ban hash sha256:$(sha256sum </bin/true | cut -c1-64) size=1
ban vendor "Example \"Lab\"*"
END
	"$embargo" policy export --format yara --output x.yara yara.policy
	[[ $(yara x.yara banned) == "Banned_$(sha256sum <banned | cut -c1-64) banned" ]]
	[[ ! $(yara x.yara /bin/true) ]]
	"$embargo" policy export --format yara --output random.yara random.policy
	[[ ! $(yara random.yara /bin/true) ]]
}

# Every rule is written or left out, and what is left out is listed with its line.
all_are_counted() {
	local format
	for format in oval yara clamav santa appcontrol stix csv; do
		"$embargo" policy export --format $format "$top"/policy/lists/kaspersky-branded.policy >out 2>err
		python3 - <<'END'
import re
text = open("err").read()
rules, written, left = map(int, re.search(r"(\d+) rules: (\d+) written, (\d+) left out", text).groups())
assert rules == written + left == 2076 and written > 0, text
assert left == sum(map(int, re.findall(r"(\d+) of the rules: left out", text))), text
END
		grep -q 'branded.policy:[0-9]*: ban ' err
	done
}

only_bans() {
	printf 'policy x\nversion 1\nallow hash sha256:%064d\naudit hash sha256:%064d\nban hash sha256:%064d\n' 1 2 3 >x.policy
	"$embargo" policy export --format clamav x.policy >out 2>err
	[[ $(wc -l <out) == 1 ]]
	grep -q '2 of the rules: left out: they allow or only watch' err
}

nothing_is_no_export() {
	printf 'policy x\nversion 1\nban build-id 0123456789abcdef\n' >x.policy
	echo old >kept
	refuses 1 "no rule can be written" "$embargo" policy export --format clamav --output kept x.policy
	[[ $(<kept) == old ]]
	refuses 1 "is read, so it cannot be written" "$embargo" policy export --format csv --output x.policy x.policy
	refuses 2 "unknown format 'pdf'" "$embargo" policy export --format pdf x.policy
	refuses 2 "--format is needed" "$embargo" policy export x.policy
	refuses 2 "are for --format oval" "$embargo" policy export --format csv --directory / x.policy
	refuses 2 "--namespace" "$embargo" policy export --format oval --namespace 'a"b' x.policy
}

for name in csv_round stix_round clamav_round santa_round appcontrol_round stix_is_stix oval_evaluates oval_of_texts yara_finds \
	all_are_counted only_bans nothing_is_no_export; do
	try $name
done
finish
