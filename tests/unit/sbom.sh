#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A bill of materials goes out of a scan and comes back as the same rules.
# shellcheck disable=SC2317 # the tests are called by their names
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
cd "$tmp" || exit 1
hash=$(sha256sum </bin/true | cut -c1-64)
mkdir tree && cp /bin/true tree/banned && cp /bin/true $'tree/no\xffutf8'
printf 'policy x\nversion 1\nauthority "BOD"\nban hash sha256:%s size=%s name="Banned" cpe="cpe:/a:x:y"\n' "$hash" \
	"$(stat -Lc %s /bin/true)" >x.policy

scan_writes_it() {
	SOURCE_DATE_EPOCH=1767225600 "$embargo" scan --sbom out.json --policy x.policy tree || [[ $? == 3 ]]
	python3 - "$hash" <<'END'
import json, re, sys
bom = json.load(open("out.json"))
assert bom["bomFormat"] == "CycloneDX" and bom["specVersion"] == "1.5" and bom["version"] == 1
assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", bom["serialNumber"])
assert bom["metadata"]["timestamp"] == "2026-01-01T00:00:00Z"
assert len(bom["components"]) == 2 and len({c["bom-ref"] for c in bom["components"]}) == 2
for c in bom["components"]:
    assert c["type"] == "file" and c["name"] and c["cpe"] == "cpe:/a:x:y"
    assert c["hashes"] == [{"alg": "SHA-256", "content": sys.argv[1]}]
    assert {"name": "embargo:authority", "value": "BOD"} in c["properties"]
    assert set(c) <= {"type", "bom-ref", "name", "description", "cpe", "hashes", "properties"}
END
	[[ $("$embargo" policy import out.json 2>/dev/null | grep -c "^ban hash sha256:$hash") == 1 ]]
}

nothing_found_is_an_empty_one() {
	printf 'policy x\nversion 1\nban path "/nowhere/"\n' >none.policy
	"$embargo" scan --sbom none.json --policy none.policy tree
	[[ $(python3 -c 'import json; print(json.load(open("none.json"))["components"])') == "[]" ]]
}

no_place_to_write() {
	refuses 1 "cannot write '/proc/x'" "$embargo" scan --sbom /proc/x --policy x.policy tree
}

# Only what falls under the policy is taken.
by_a_policy() {
	printf '{"bomFormat":"CycloneDX","components":[%s,%s]}' \
		"{\"name\":\"a\",\"hashes\":[{\"alg\":\"SHA-256\",\"content\":\"$hash\"}]}" \
		"{\"name\":\"b\",\"hashes\":[{\"alg\":\"SHA-256\",\"content\":\"$(printf %064d 5)\"}]}" >in.json
	"$embargo" policy import --policy x.policy in.json >out 2>err
	[[ $(grep -c '^ban' out) == 1 ]]
	grep -q '1 of the entries: falls under no rule of the policy' err
	refuses 1 "missing.policy" "$embargo" policy import --policy missing.policy in.json
}

echo "KTAP version 1"
for name in scan_writes_it nothing_found_is_an_empty_one no_place_to_write by_a_policy; do
	try $name
done
finish
