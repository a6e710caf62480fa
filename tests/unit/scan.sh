#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# embargo scan on trees that do what trees do: links, loops, odd names, fifos, files that cannot be read; what it finds
# by each kind of rule; its JSON lines key by key; and what Ctrl-C leaves.
# shellcheck disable=SC2016,SC2317 # the inner bash expands; functions are called through check
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
page=$top/userspace/share/man/embargo.8
wide=
at_exit() { chmod -R u+rwX "$tmp"; rm -rf ${wide:+"$wide"}; }
chmod 755 "$tmp"
cd "$tmp" || exit 1


# same NAME EXPECTED SEEN
same() {
	[[ $2 == "$3" ]]
	result $? "$1" "expected '$2', seen '$3'"
}

# scan ARGUMENT…: exit status, then what was found, sorted
scan() {
	local found
	found=$(timeout 60 "$embargo" scan --policy "$tmp/policy" --policy "$tmp/more" "$@" 2>"$tmp/said" </dev/null)
	echo "$?"
	sed "s|$tmp/||g; s|: rule \"\([a-z]*\)\".*|: \1|" <<<"$found" | sort
}

# json KEY ARGUMENT…: that key of the summary
json() {
	local key=$1
	shift
	timeout 60 "$embargo" scan --json --policy "$tmp/policy" "$@" </dev/null |
		sed -n 's/.*"type":"summary".*"'"$key"'":\([^,}]*\).*/\1/p'
}

as_user() { setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs "$@"; }
[[ $(id -u) == 0 ]] || as_user() { "$@"; }

echo "KTAP version 1"
cp /bin/ls program
printf 'x' >>program
printf '#!/bin/sh\necho banned\n' >script
cp "$(ldd /bin/ls | sed -n 's/.*=> \(.*libc.so[^ ]*\).*/\1/p')" library
printf 'x' >>library
{
	printf 'policy "scan test"\nversion 1\nauthority "court"\n'
	"$embargo" id --rule program script library | grep ^ban
	printf 'ban path prefix="%s/tree/banned/" name="directory" reason="why"\n' "$tmp"
} >policy
printf 'audit hash sha256:%s size=8 name="audited"\n' "$(printf audited. | sha256sum | cut -d' ' -f1)" >./more
mkdir -p tree/a/b tree/banned/deep out
cp program tree/a/kav
cp script tree/a/b/run.sh
cp library tree/libkav.so
cp program out/outside
printf audited. >tree/a/watched
printf 'anything\n' >tree/banned/deep/file
printf 'of the script its size' >tree/a/b/other
ln -s "$tmp/out" tree/link-out
ln -s "$tmp/out/outside" tree/link-file
ln -s .. tree/a/loop
mkfifo tree/fifo
python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("tree/socket")' 2>/dev/null

same finds_each 3$'\n'"audited file tree/a/watched: audited
denied file tree/a/b/run.sh: script
denied file tree/a/kav: program
denied file tree/banned/deep/file: directory
denied file tree/libkav.so: library" "$(scan tree)"
same nothing_on_stderr_but_the_summary 1 "$(wc -l <said)"
same finds_nothing 0 "$(scan tree/a/b/other)"
same file_as_path 3$'\n'"denied file tree/a/kav: program" "$(scan tree/a/kav)"
same link_as_path_is_followed 3$'\n'"denied file out/outside: program" "$(scan tree/link-out)"
same link_to_a_file_as_path 3$'\n'"denied file out/outside: program" "$(scan tree/link-file)"
same missing_path 1 "$(scan missing)"
same missing_path_is_said 1 "$(grep -c 'missing: could not be read: No such file' said)"
same finds_behind_a_missing_path 3$'\n'"denied file tree/a/kav: program" "$(scan missing tree/a/kav)"
same fifo_as_path 1 "$(scan tree/fifo)"
same kernels_own_as_path 1 "$(scan /proc/version)"
same kernels_own_directory 1 "$(scan /proc/self)"
same reads_only_what_could_match 5 "$(json hashed tree)"
same counts_files 6 "$(json files tree)"

# Paths in paths.
same a_path_in_another_is_read_once "6 6" "$(json files tree tree/a) $(json files tree/a/kav tree/a tree tree/)"
same a_path_in_another_is_found_once "$(scan tree)" "$(scan tree tree/a/b tree/a tree/a/kav tree/banned/../a)"

# Names.
odd=$'odd \n"name"\\\xff\xe2\x80\xae'
mkdir "tree/$odd"
cp program "tree/$odd/$odd"
same any_bytes_in_names 3$'\n''denied file tree/odd \x0a"name"\x5c\xff\xe2\x80\xae/odd \x0a"name"\x5c\xff\xe2\x80\xae: program' \
	"$(scan "tree/$odd")"
rm -r "tree/$odd"

# 10,000 bytes of path, 200 directories deep: more than can be open at once, and deeper than any path can name.
name=$(printf 'd%.0s' {1..50})
mkdir deep
(
	cd deep || exit
	for ((i = 0; i < 200; i++)); do mkdir "$name" side && cp "$tmp/script" side/s && cd -P "$name"; done
	cp "$tmp/program" bottom
) 2>/dev/null
scan deep >found
same deeper_than_any_path "200 1" "$(grep -c 'script$' found) $(grep -c 'bottom: program$' found)"
same whole_path_is_shown 1 "$(grep -c "^denied file deep\(/$name\)\{200\}/bottom: program$" found)"
same deep_paths_without_rule_for_paths_are_no_trouble 1 "$(grep -vc 'no-path' said)"
(cd deep && find . -delete) 2>/dev/null

# Hard links: read once, found by each name.
mkdir hard
cp program hard/one
ln hard/one hard/two
ln hard/one hard/three
same hard_links_are_found 3$'\n'"denied file hard/one: program
denied file hard/three: program
denied file hard/two: program" "$(scan hard)"
same hard_links_are_read_once 1 "$(json hashed hard)"
mkdir clean
printf 'of the script its size' >clean/one
ln clean/one clean/two
same clean_hard_links_are_read_once 1 "$(json hashed clean)"
ln hard/one tree/banned/one
same hard_link_in_a_banned_directory 3$'\n'"denied file hard/one: program
denied file hard/three: program
denied file hard/two: program
denied file tree/banned/deep/file: directory
denied file tree/banned/one: program" "$(scan hard tree/banned)"
rm tree/banned/one

# What cannot be read.
mkdir -p closed/dir
cp program closed/secret
cp program closed/dir/inside
cp program closed/open
chmod 000 closed/secret closed/dir
chmod 644 policy more
as_user "$embargo" scan --json --policy "$tmp/policy" closed >found 2>&1
same unreadable_does_not_hide_others 3 $?
if [[ $(as_user cat closed/secret 2>&1) == *denied* ]]; then
	same unreadable_is_told 2 "$(grep -c '"type":"trouble".*Permission denied' found)"
	mkdir locked && cp other locked/ 2>/dev/null
	chmod 000 locked
	as_user "$embargo" scan --policy "$tmp/policy" locked >found 2>&1
	same unreadable_path 1 $?
fi
chmod -R u+rwX closed

# An object file is no module that lacks something, unless its name says that it is one.
mkdir -p objects
cp "$(gcc -print-file-name=crtn.o)" objects/part.o
printf 'policy modules\nversion 1\nban module name=embargo_none\nban vendor name=none\n' >modules.policy
same object_is_no_trouble 0 "$("$embargo" scan --json --policy modules.policy objects </dev/null 2>/dev/null | grep -c '"type":"trouble"')"
cp objects/part.o objects/part.ko
same unreadable_module_is_told "\"$tmp/objects/part.ko\"" "$("$embargo" scan --json --policy modules.policy objects </dev/null 2>/dev/null |
	sed -n 's/.*"type":"trouble","path":\([^,]*\),.*/\1/p')"

# The command line.
same jobs_wrong 2 "$("$embargo" scan --jobs 0 tree >/dev/null 2>&1; echo $?)"
same nice_wrong 2 "$("$embargo" scan --nice x tree >/dev/null 2>&1; echo $?)"
same one_job 6 "$(scan --jobs 1 tree | wc -l)"
same many_jobs 6 "$(scan --jobs 16 tree | wc -l)"

# Any file may matter once a rule for a hash gives no size.
{
	cat policy
	printf 'ban hash sha256:%064d name="none"\n' 0
} >unsized
same reads_everything_without_sizes "$(find tree -type f | wc -l)" \
	"$("$embargo" scan --json --policy unsized tree </dev/null | sed -n 's/.*"hashed":\([0-9]*\).*/\1/p')"

# Files larger than the policy lets the kernel hash are named, not read.
{
	cat unsized
	echo 'max-hash-size 1M'
} >small
mkdir large
truncate -s 2M large/file
"$embargo" scan --policy small large </dev/null >found 2>&1
same too_large_is_told "0 1" "$? $(grep -c "large/file: not read: larger than the policy's max-hash-size" found)"

# Archives.
mkdir archives
(cd tree && tar -cf ../archives/plain.tar a/kav)
tar -czf archives/nested.tar.gz -C archives plain.tar
tar -cf archives/by-path.tar --transform "s|^|${tmp#/}/tree/banned/|" -C tree a/b/other
rm -rf tree/a/b/none
same archives_stay_closed 0 "$(scan archives)"
same archives_are_looked_into 3$'\n'"denied member archives/by-path.tar: ${tmp#/}/tree/banned/a/b/other: directory
denied member archives/nested.tar.gz: plain.tar/a/kav: program
denied member archives/plain.tar: a/kav: program" "$(scan --archives archives | sed "s|: [^ ]*/tree/ba|: ${tmp#/}/tree/ba|")"
head -c 600 archives/nested.tar.gz >archives/cut.tar.gz
scan --archives archives/cut.tar.gz >/dev/null
same damaged_archive_is_told 1 "$(grep -c 'cut.tar.gz: .*could not be read' said)"

# JSON, key by key.
"$embargo" scan --json --policy policy tree archives --archives </dev/null >lines 2>said
same json_says_nothing_on_stderr 0 "$(wc -c <said)"
if command -v python3 >/dev/null; then
	python3 - "$page" >wrong <<-'END'
		import json, os, re, sys
		lines = [json.loads(l) for l in open('lines')]
		kinds = {'scan': {}, 'finding': {}, 'trouble': {}, 'summary': {}}
		text, number, flag = (str, type(None)), (int, type(None)), (bool,)
		kinds['scan'] = dict(schema=int, host=text, machine_id=text, boot_id=text, time=str, embargo=str, kernel=str,
		    mode=text, policies=list, paths=list, present=bool,
		    archives=bool, all_filesystems=bool, network=bool)
		kinds['finding'] = dict(kind=str, verdict=str, path=str, member=text, container=text, format=text, size=number,
		    sha256=text, rule=text, rule_name=text, rule_kind=text, reason=text, authority=text, scope=text, effective=text, cpe=text, source=text,
		    policy_file=text, policy_line=number, resolved=bool, ground=text, package=text, package_version=text,
		    vendor=text, signer=text, pid=number, comm=text, unit=text, active=bool)
		if lines[0]['paths'] != [os.path.realpath(p) for p in ('tree', 'archives')] or lines[0]['present']:
		    print('scan:', lines[0])
		kinds['trouble'] = dict(path=str, why=str)
		kinds['summary'] = dict(time=str, files=int, bytes=int, hashed=int, hashed_bytes=int, remembered=int, seconds=float, findings=int,
		    troubles=int, complete=bool, pinned=int, not_entered=list)
		for line in lines:
		    keys = kinds[line.pop('type')]
		    if set(keys) != {k for k in line if not k.endswith('_hex')}:
		        print('keys:', set(keys) ^ set(line))
		    for key, value in line.items():
		        if key in keys and not isinstance(value, keys[key]):
		            print('type:', key, value)
		if [bool('schema' in l) for l in lines] != [True] + [False] * (len(lines) - 1) or 'complete' not in lines[-1]:
		    print('order')
		found = {(l['path'].split('/tree/')[-1].split('/archives/')[-1], l.get('member')): l for l in lines if 'kind' in l}
		kav = found[('a/kav', None)]
		import hashlib
		body = open('program', 'rb').read()
		want = dict(kind='file', verdict='denied', format='elf', size=len(body), sha256=hashlib.sha256(body).hexdigest(),
		    rule_name='program', rule_kind='hash', authority='court', resolved=False, active=False, pid=None,
		    policy_line=4)
		for key in want:
		    if kav[key] != want[key]:
		        print('value:', key, kav[key])
		if not kav['path'].startswith('/') or not kav['rule'].startswith('ban hash sha256:'):
		    print('path or rule')
		member = found[('plain.tar', 'a/kav')]
		if member['kind'] != 'member' or member['sha256'] != want['sha256']:
		    print('member', member)
		if found[('banned/deep/file', None)]['sha256'] is None or lines[-1]['findings'] != len(found):
		    print('path rule, or count')
		# The manual has these keys, and no other.
		page = open(sys.argv[1]).read()
		page = page[page.index('.Sh SCANS'):page.index('.Sh FILES')]
		told = set()
		for line in re.findall(r'^\.(?:It )?Cm (.*)$', page, re.M):
		    told |= {w for w in line.split() if w != ','}
		named = set().union(*kinds.values()) | {'type', 'name', 'version', 'file', 'scan'}
		if told - {'Fl', '-json'} != named:
		    print('manual:', told ^ named)
	END
	same json_lines "" "$(cat wrong)"
fi
cp script $'tree/\xff'
same json_bytes '"path_hex":"' \
	"$("$embargo" scan --json --policy policy $'tree/\xff' </dev/null | grep -o '"path_hex":"')"
rm $'tree/\xff'

# Ctrl-C when the first line is out: the lines so far are whole, and the summary says that it is not complete.
mkdir many
for ((i = 0; i < 300; i++)); do ln script "many/$i" 2>/dev/null || cp script "many/$i"; done
mkfifo lines.fifo
"$embargo" scan --json --jobs 1 --policy unsized many /usr /lib /etc </dev/null >lines.fifo 2>said &
scanner=$!
exec 3<lines.fifo
read -r first <&3
read -r second <&3
nice=$(cut -d" " -f19 "/proc/$scanner/stat")
kill -INT "$scanner"
cat <&3 >rest
exec 3<&-
wait "$scanner"
same interrupted_status 3 $?
same low_priority 10 "$nice"
same interrupted_first_lines "scan finding" "$(grep -o '"type":"[a-z]*"' <<<"$first$second" | cut -d'"' -f4 | xargs)"
same interrupted_summary 1 "$(tail -n 1 rest | grep -c '"type":"summary".*"complete":false')"
same interrupted_is_said 1 "$(grep -c interrupted said)"
rm -r many

# One file system.
if [[ $(id -u) == 0 ]] && unshare -m true 2>/dev/null; then
	mkdir -p mounts/tmpfs mounts/again mounts/proc mounts/a
	cp program mounts/a/kav
	unshare -m bash -c '
		mount -t tmpfs none mounts/tmpfs && cp program mounts/tmpfs/kav && mount -t proc none mounts/proc &&
			mount --bind mounts mounts/again || exit 9
		"$1" scan --json --policy policy mounts >one 2>&1
		"$1" scan --json --all-filesystems --policy policy mounts >all 2>&1
		"$1" scan --json --policy policy mounts/tmpfs >inside 2>&1
		mount --bind mounts/a/kav mounts/again/a 2>/dev/null
		: >mounts/tmpfs/over && mount --bind mounts/a/kav mounts/tmpfs/over
		"$1" scan --json --policy policy mounts/tmpfs >over 2>&1' _ "$embargo" </dev/null
	same other_file_systems_are_not_entered "1 mounts/tmpfs" \
		"$(grep -c '"kind"' one) $(sed -n 's|.*"not_entered":\["'"$tmp"'/\([^"]*\)"\].*|\1|p' one)"
	same other_file_systems_if_told "2 []" "$(grep -c '"kind"' all) $(sed -n 's/.*"not_entered":\([^}]*\)}/\1/p' all)"
	same a_mount_as_path 1 "$(grep -c '"kind"' inside)"
	same a_file_mounted_over_another "1 mounts/tmpfs/over" \
		"$(grep -c '"kind"' over) $(sed -n 's|.*"not_entered":\["'"$tmp"'/\([^"]*\)"\].*|\1|p' over)"
else
	for name in other_file_systems_are_not_entered other_file_systems_if_told a_mount_as_path a_file_mounted_over_another; do
		skip "$name" "needs root and mounts"
	done
fi

# Memory stays where it is in a directory of 100,000 names.
wide=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d -p "$tmp")
(cd "$wide" && seq 100000 | xargs touch)
same wide_directory 100000 "$(json files "$wide")"
"$embargo" scan --policy unsized "$wide" >/dev/null 2>&1 </dev/null &
scanner=$!
peak=0
while kill -0 "$scanner" 2>/dev/null; do
	now=$(sed -n 's/^VmHWM:\s*\([0-9]*\).*/\1/p' "/proc/$scanner/status" 2>/dev/null)
	[[ ! $now ]] || peak=$now
done
wait "$scanner"
rm -rf "$wide"
result "$((peak == 0 || peak > 65536))" wide_directory_in_bounded_memory "$peak kB"

finish
