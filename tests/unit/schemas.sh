#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Real output is valid by the shipped JSON schemas, and has no key that they do not know; what report writes as OSCAL is
# what NIST's schema asks for, as far as we use it. Events and a loaded state: schema_test.c.
# shellcheck disable=SC2317 # the tests are called by their names
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
schema=$top/userspace/share/schema
cd "$tmp" || exit 1
valid() { "$top"/tests/schema-check "$schema/$1.schema.json" "$2"; }

scan_is_valid() {
	mkdir -p tree
	cp /bin/true tree/banned
	cp /bin/true $'tree/no\xffutf8'
	tar cf tree/x.tar -C tree banned
	printf 'policy x\nversion 1\nauthority "BOD"\nban hash sha256:%s size=%s cpe="cpe:/a:x:y" scope=use effective=2020-01-01\n' \
		"$(sha256sum </bin/true | cut -c1-64)" "$(stat -Lc %s /bin/true)" >x.policy
	"$embargo" scan --json --archives --policy x.policy tree >scan.jsonl || [[ $? == 3 ]]
	[[ $(grep -c '"type":"finding"' scan.jsonl) == 3 ]]
	grep -q '"cpe":"cpe:/a:x:y"' scan.jsonl
	valid scan scan.jsonl
}

status_is_valid() {
	"$embargo" status --json >status.json || :
	valid status status.json
}

doctor_is_valid() {
	"$embargo" doctor --json >doctor.json || :
	valid doctor doctor.json
}

report_is_valid() {
	"$top"/tests/report/fleet 12 5 >all
	cat scan.jsonl >>all
	"$embargo" report --since 2026-08-01 --now 2026-10-20 --json report.json all >/dev/null
	valid report report.json
	grep -q '"cpe":"cpe:/a:x:y"' report.json
}

# A schema that lets everything pass would be none.
schemas_can_fail() {
	sed 's/"kind":"file"/"kind":"fish"/' scan.jsonl >bad
	! valid scan bad
	sed 's/"path":/"paht":/' scan.jsonl >bad
	! valid scan bad
	sed 's/"not_tried": [0-9]*/"not_tried": "no"/' doctor.json >bad
	! valid doctor bad
}

# What OSCAL 1.1.2 asks for of what is written: identifiers, required keys, no empty list, references that lead somewhere.
oscal_is_valid() {
	"$embargo" report --since 2026-08-01 --now 2026-10-20 --oscal results.json --poam poam.json all >/dev/null
	"$embargo" report --since 2026-08-01 --now 2026-10-20 --oscal - all | cmp - results.json
	"$embargo" report --since 2026-08-01 --now 2026-10-20 --poam - all | cmp - poam.json
	python3 - <<'END'
import json, re
uuid = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
need = {
    "observations": "uuid description methods collected subjects", "findings": "uuid title description target",
    "inventory-items": "uuid description", "props": "name value", "risks": "uuid title description statement status",
    "remediations": "uuid lifecycle title description", "tasks": "uuid type title", "poam-items": "uuid title description",
    "results": "uuid title description start reviewed-controls",
}
made, used = set(), set()
def walk(value, key=""):
    if isinstance(value, list):
        assert value, f"{key} is empty"
        for v in value:
            assert not isinstance(v, dict) or not set(need.get(key, "").split()) - set(v), (key, v)
            walk(v, key)
    elif isinstance(value, dict):
        for k, v in value.items():
            if k == "uuid":
                assert uuid.fullmatch(v) and v not in made, v
                made.add(v)
            elif k.endswith("-uuid"):
                used.add(v)
            walk(v, k)
    elif isinstance(value, str):
        assert re.fullmatch(r"\S(.*\S)?", value, re.S), (key, value)
for name, top in ("results.json", "assessment-results"), ("poam.json", "plan-of-action-and-milestones"):
    made.clear(), used.clear()
    document = json.load(open(name))
    assert list(document) == [top]
    assert not {"title", "last-modified", "version", "oscal-version"} - set(document[top]["metadata"])
    walk(document)
    assert used and used <= made, used - made
results = json.load(open("results.json"))["assessment-results"]
assert results["import-ap"]["href"][1:] == results["back-matter"]["resources"][0]["uuid"]
states = [f["target"]["status"]["state"] for f in results["results"][0]["findings"]]
assert "satisfied" in states and "not-satisfied" in states
assert any(p["name"] == "cpe" for o in results["results"][0]["observations"] for p in o["props"])
risks = json.load(open("poam.json"))["plan-of-action-and-milestones"]["risks"]
assert all(r["deadline"] == "2026-10-30T00:00:00Z" and r["remediations"][0]["tasks"] for r in risks)
END
}

# Other inputs, another organisation or directive: another document, by its identifier.
oscal_identifiers_follow_from_content() {
	echo '{"loaded":false,"host":"a"}' >a.jsonl
	echo '{"loaded":false,"host":"b"}' >b.jsonl
	local words=("a.jsonl" "b.jsonl" "a.jsonl --organisation X" "a.jsonl --directive Y") one
	for one in "${words[@]}" "a.jsonl"; do
		# shellcheck disable=SC2086 # options
		"$embargo" report --now 2026-10-20 --oscal - $one |
			python3 -c 'import json, sys; print(json.load(sys.stdin)["assessment-results"]["uuid"])'
	done >ids
	[[ $(sort -u ids | wc -l) == 4 && $(head -n 1 ids) == $(tail -n 1 ids) ]]
	"$embargo" report --now 2026-10-20 --organisation X --directive Y --poam - a.jsonl |
		python3 -c 'import json, sys
metadata = json.load(sys.stdin)["plan-of-action-and-milestones"]["metadata"]
assert metadata["parties"][0]["name"] == "X"
assert metadata["responsible-parties"][0]["party-uuids"] == [metadata["parties"][0]["uuid"]]
assert {"name": "directive", "ns": "urn:embargo", "value": "Y"} in metadata["props"]'
}

nothing_to_do_is_a_plan() {
	echo '{"loaded":false,"host":"a"}' >a.jsonl
	"$embargo" report --now 2026-10-20 --poam poam.json --oscal results.json a.jsonl >/dev/null
	grep -q 'Nothing was found' poam.json
	grep -q '"not-satisfied"' results.json # nobody looked
	python3 -c 'import json; [json.load(open(f)) for f in ("poam.json", "results.json")]'
}

echo "KTAP version 1"
for name in scan_is_valid status_is_valid doctor_is_valid report_is_valid schemas_can_fail oscal_is_valid oscal_identifiers_follow_from_content \
	nothing_to_do_is_a_plan; do
	try $name
done
finish
