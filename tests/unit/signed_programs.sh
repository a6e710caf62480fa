#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Programs that others signed, read by embargo and by osslsigncode, sbverify and openssl: all say the same. Then rules
# for their signers, by check and policy explain.
# shellcheck disable=SC2317 # functions are called through check
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
same() { # NAME EXPECTED SEEN: not empty
	[[ $2 && $2 == "$3" ]]
	result $? "$1" "expected '${2//$'\n'/ }', seen '${3//$'\n'/ }'"
}
has() { # NAME TEXT OUTPUT
	[[ $3 == *"$2"* ]]
	result $? "$1" "expected '$2' in '${3//$'\n'/ }'"
}

echo "KTAP version 1"
if ! files=$(tests/signed/fetch 2>"$tmp/log"); then
	tail -n 20 "$tmp/log" | sed 's/^/# /'
	result 1 fetch "tests/signed/fetch failed"
	finish
fi

# certificates PKCS7…: the SHA-256 of each certificate in them, in their order
certificates() {
	local one signature
	for signature in "$@"; do
		rm -f "$tmp"/one.*
		openssl pkcs7 -inform DER -in "$signature" -print_certs | csplit -sz -f "$tmp/one." - '/^subject/' '{*}'
		for one in "$tmp"/one.*; do openssl x509 -in "$one" -noout -fingerprint -sha256; done
	done | sed 's/.*=//; s/://g' | tr A-F a-f
}
field() { sed -nE "s/^ *$1 +(.*)/\1/p" <<<"$id"; } # of what embargo says, all of that name

# extract FILE: the signatures of its table, as far as the tools can take them out
extract() {
	local i
	rm -f "$tmp"/p7.*
	for i in 1 2; do
		sbattach --detach "$tmp/p7.$i" --signum "$i" "$1" >/dev/null 2>&1
		[[ -s $tmp/p7.$i ]] || rm -f "$tmp/p7.$i"
	done
	! cmp -s "$tmp/p7.1" "$tmp/p7.2" || rm "$tmp/p7.2" # no second: the first again
}

for name in shim.efi grub.efi rfc3161.exe sha1.exe; do
	file=$files/$name
	[[ -e $file ]] || { skip "$name" "npm is not here" && continue; }
	id=$("$embargo" id "$file")
	extract "$file"
	same "$name.certificates" "$(certificates "$tmp"/p7.*)" "$(sed -nE 's/^    sha256 +//p' <<<"$id")"
	same "$name.subjects" "$(sbverify --list "$file" 2>/dev/null | grep -c '^ - subject')" "$(grep -c '^  certificate' <<<"$id")"
	has "$name.fits" "Authenticode, fits the file" "$id"
	[[ $id != *"does not fit"* && $id != *trouble* ]]
	result $? "$name.no_trouble" "$(grep -E 'trouble|does not fit' <<<"$id")"
done

# osslsigncode reads no table of more than one entry. It would ask for revocations: nobody need wait for that.
for name in grub.efi rfc3161.exe sha1.exe; do
	file=$files/$name
	[[ -e $file ]] || continue
	id=$("$embargo" id "$file")
	said=$(timeout 20 osslsigncode verify -in "$file" 2>&1 </dev/null)
	digest=$(sed -nE 's/^Calculated message digest : *([0-9A-F]+).*/\1/p' <<<"$said" | head -n 1 | tr A-F a-f)
	case ${#digest} in
	40) same "$name.hash" "$digest" "$(field sha1 | head -n 1)" ;;
	*) same "$name.hash" "$digest" "$(field authenticode)" ;;
	esac
	same "$name.serial" "$(sed -nE 's/^[[:space:]]*Serial : *([0-9A-F]+).*/\1/p' <<<"$said" | head -n 1 | tr A-F a-f)" \
		"$(field serial | head -n 1)"
	time=$(sed '1,/^Countersignatures/d' <<<"$said" | sed -nE 's/^[[:space:]]*(Timestamp|Signing) time: *(.*)/\2/p' | head -n 1)
	[[ ! $time ]] || same "$name.time" "$(date -u -d "$time" +%Y-%m-%dT%H:%M:%SZ)" "$(field time)"
done

if [[ -e $files/sha1.exe ]]; then
	id=$("$embargo" id "$files/sha1.exe")
	same version.company "$(strings -el "$files/sha1.exe" | grep -A1 '^CompanyName$' | tail -n 1)" "$(field company)"
	same version.original "$(strings -el "$files/sha1.exe" | grep -A1 '^OriginalFilename$' | tail -n 1)" "$(field original)"
	same version.file "$(strings -el "$files/sha1.exe" | grep -A1 '^FileVersion$' | tail -n 1)" "$(field version)"
fi

# Every rule that id proposes reads back, and hits the file it was made from, but no other program.
"$embargo" id --rule "$files/grub.efi" | sed -nE 's/^# [^:]*: //p' >"$tmp/proposed"
same proposals "2" "$(wc -l <"$tmp/proposed")"
while read -r rule; do
	printf 'policy t\nversion 1\n%s\n' "$rule" >"$tmp/p.policy"
	what=${rule#ban signer } what=${what%%=*}
	output=$("$embargo" check --policy "$tmp/p.policy" "$files/grub.efi")
	same "rule.$what.status" 3 $?
	has "rule.$what.pending" "when executed, and elsewhere once resolved by scan --enforce" "$output"
	has "rule.$what.ground" "by certificate " "$output"
	output=$("$embargo" check --policy "$tmp/p.policy" "$files/shim.efi" /bin/ls)
	same "rule.$what.others" 0 $?
done <"$tmp/proposed"

# On its level: below an exemption of the hash, above a path.
sha256=$(sha256sum "$files/grub.efi") sha256=${sha256%% *}
real=$(realpath "$files")
policy() { printf '%s\n' "policy t" "version 1" "$@" >"$tmp/p.policy"; }
verdict() { "$embargo" check --policy "$tmp/p.policy" "$files/grub.efi"; }
signer='signer subject.cn="Debian Secure Boot Signer 2022 - grub2"'
policy "ban $signer" "allow hash sha256:$sha256"
output=$(verdict)
has below_a_hash "exempted $files/grub.efi" "$output"
[[ $output != *"once resolved"* ]]
result $? below_a_hash.now "$output"
policy "allow $signer" "ban path $real/"
has above_a_path "exempted $files/grub.efi" "$(verdict)"
policy "ban $signer" "audit signer skid=$("$embargo" id "$files/grub.efi" | sed -nE '/^  certificate/,$s/^ +key id +//p' | head -n 1)"
has audit_before_ban "audited $files/grub.efi" "$(verdict)"
policy "ban $signer" "on-error unclassified deny"
has unclassified "denied $files/grub.efi" "$(verdict)"
policy "ban $signer"
has explained_in_kernel "in the kernel, for what is executed" "$("$embargo" policy explain "$tmp/p.policy")"
has explained "resolved: becomes hash + size when found" "$("$embargo" policy explain "$tmp/p.policy")"
has explained_file "when executed, and elsewhere once resolved" "$("$embargo" policy explain --policy "$tmp/p.policy" "$files/grub.efi")"

json=$("$embargo" id --json "$files/shim.efi")
same json.seals 2 "$(grep -c '"kind": "Authenticode"' <<<"$json")"
same json.verified 2 "$(grep -c '"verified": "yes"' <<<"$json")"
has json.pe '"authenticode_sha256"' "$json"

finish
