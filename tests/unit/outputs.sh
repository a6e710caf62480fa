#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# No command destroys what it was not asked to write, and none takes it for success that there was nothing to do.
# shellcheck disable=SC2317 # the tests are called by their names
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
cd "$tmp" || exit 1

# fails STATUS WORDS COMMAND…: it exits with STATUS, and what it says on stderr has the words
fails() {
	local want=$1 words=$2 status=0
	shift 2
	"$@" >out 2>err || status=$?
	cat out err
	[[ $status == "$want" ]] || { echo "status $status, not $want: $*"; return 1; }
	grep -qF -- "$words" err || { echo "not said: $words"; return 1; }
}

printf 'policy x\nversion 1\n' >empty.policy
printf '%064d  y\n' 1 >feed
printf '{"loaded":false,"host":"a"}\n' >a.jsonl
printf '\0\1\2binary' >junk
"$embargo" policy import --format sha256sum --output good.policy feed 2>/dev/null
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -subj /CN=test -days 2 2>/dev/null

# Each in the way of a file: none is replaced, by any command that writes one.
not_replaced() {
	local kind make
	for kind in device fifo symlink directory; do
		rm -rf out.$kind
		case $kind in
		device) mknod out.device c 1 3 ;;
		fifo) mkfifo out.fifo ;;
		symlink) ln -s feed out.symlink ;;
		directory) mkdir out.directory ;;
		esac
		make=$(stat -c %F:%i out.$kind)
		fails 1 "cannot write 'out.$kind'" "$embargo" policy import --format sha256sum --output out.$kind good.policy
		fails 1 "cannot write 'out.$kind'" "$embargo" policy import --format sha256sum --report out.$kind good.policy
		fails 1 "cannot write 'out.$kind'" "$embargo" policy sign --key key.pem --cert cert.pem --output out.$kind good.policy
		for option in html csv json plan; do
			fails 1 "cannot write 'out.$kind'" "$embargo" report --$option out.$kind a.jsonl
		done
		[[ $(stat -c %F:%i out.$kind) == "$make" ]]
	done
	[[ $(wc -c <feed) == 68 ]]
}

input_is_no_output() {
	fails 1 "'feed' is read" "$embargo" policy import --format sha256sum --output feed feed
	ln -f feed hard
	fails 1 "'hard' is read" "$embargo" policy import --format sha256sum --output hard feed
	fails 1 "'a.jsonl' is read" "$embargo" report --html a.jsonl a.jsonl
	fails 1 "is the policy itself" "$embargo" policy sign --key key.pem --cert cert.pem --output good.policy good.policy
	[[ $(cat a.jsonl) == '{"loaded":false,"host":"a"}' && $(wc -c <feed) == 68 ]]
}

# Nor is what another option reads or writes, by whatever name.
option_is_no_output() {
	sha256sum key.pem cert.pem good.policy feed >before
	printf '%s\n' a b >hosts
	fails 2 "the file of --key" "$embargo" policy sign --key key.pem --cert cert.pem --output ./key.pem good.policy
	fails 2 "the file of --cert" "$embargo" policy sign --key key.pem --cert cert.pem --output cert.pem good.policy
	fails 2 "the file of --policy" "$embargo" policy import --format sha256sum --policy good.policy --output good.policy feed
	fails 2 "the file of --output" "$embargo" policy import --format sha256sum --report new --output ./new feed
	fails 2 "the file of --policy" "$embargo" scan --policy good.policy --sbom good.policy .
	fails 2 "the file of --hosts" "$embargo" report --hosts hosts --csv "$PWD/hosts" a.jsonl
	fails 2 "the file of --csv" "$embargo" report --html new --csv ./new a.jsonl
	sha256sum --quiet -c before && [[ ! -e new && $(wc -l <hosts) == 2 ]]
}

# What is there stays until all of the new one is on disk; the errno is that of the disk.
full_disk() {
	unshare -m bash -euc '
		mkdir -p full && mount -t tmpfs -o size=32k tmpfs full
		echo old >full/page; chmod 640 full/page
		dd if=/dev/zero of=full/fill bs=1k count=24 2>/dev/null || :
		status=0
		"$1" report --html full/page --csv x.csv a.jsonl || status=$?
		test $status = 1
		test "$(cat full/page)" = old
		rm full/fill
		test "$(ls -A full)" = page
	' - "$embargo" 2>&1 | tee full.said
	grep -q "cannot write 'full/page': No space left on device" full.said
}

# The disk that lines wait on is full: it is that one which is named.
full_temporary() {
	"$top/tests/report/fleet" 50 40 >many.jsonl
	unshare -m bash -euc '
		mkdir -p waits && mount -t tmpfs -o size=64k tmpfs waits
		status=0
		TMPDIR=$PWD/waits "$1" report --json all.json many.jsonl || status=$?
		test $status = 1
	' - "$embargo" 2>&1 | tee waits.said
	grep -q "cannot write in '$PWD/waits', where lines wait: No space left on device" waits.said && [[ ! -e all.json ]]
}

mode_is_kept() {
	echo old >page && chmod 600 page
	"$embargo" report --html page a.jsonl >/dev/null
	[[ $(stat -c %a page) == 600 ]] && grep -q '<html' page
}

no_rule() {
	fails 1 "there is no rule in it" "$embargo" policy lint empty.policy
	fails 1 "there is no rule in it" "$embargo" policy show empty.policy
	fails 1 "there is no rule in it" "$embargo" check --policy empty.policy feed
	fails 1 "there is no rule in it" "$embargo" scan --policy empty.policy .
}

nothing_to_report() {
	mkdir -p none
	for input in none /dev/null junk; do
		fails 1 "nothing was read that tells of a host" "$embargo" report --html page.none "$input"
		[[ ! -e page.none ]]
	done
	# A list of hosts is something to tell of.
	echo b >hosts
	"$embargo" report --hosts hosts none
	fails 1 "line 1, column 1: a control character" "$embargo" report --hosts junk a.jsonl
	fails 2 "is after the day" "$embargo" report --since 2026-02-01 --now 2026-01-01 a.jsonl
}

standard_output() {
	local status=0
	"$embargo" --help >/dev/full 2>err || status=$?
	cat err
	[[ $status == 1 ]] && grep -q 'No space left on device' err
	# More than a buffer: it is an early write that fails.
	status=0
	for ((i = 0; i < 200; i++)); do cp good.policy "f$i"; echo "f$i" >>"f$i"; done
	"$embargo" id f* >/dev/full 2>err || status=$?
	cat err
	[[ $status == 1 ]] && grep -q 'No space left on device' err
	rm f*[0-9]
}

diff_has_an_exit_code() {
	"$embargo" policy diff --exit-code good.policy good.policy
	sed 's/name="y"/name="z"/' good.policy >other.policy
	"$embargo" policy diff good.policy other.policy
	! "$embargo" policy diff --exit-code good.policy other.policy
}

standard_input() {
	"$embargo" policy lint --no-host - <good.policy
	"$embargo" policy lint --no-host /dev/stdin <good.policy
}

# As many bytes as come, not as many as one read gives.
policy_from_a_pipe() {
	{ cat good.policy && printf '# %d\n' {1..30000}; } >long.policy
	cat long.policy | "$embargo" policy show - >piped
	"$embargo" policy show long.policy >whole
	grep -q ^ban piped && grep -v "^#" piped | cmp - <(grep -v "^#" whole)
	rm long.policy
}

nothing_happened_is_said() {
	"$embargo" events >out 2>err
	[[ ! -s out ]] && grep -q 'nothing is loaded, and the daemon has delivered nothing' err
}

binary_policy() {
	fails 1 "control character" "$embargo" policy lint /bin/true
	[[ $(wc -l <err) -lt 14 ]]
}

# A size that the kernel would not hash is not hashed here: it would take minutes.
sparse_file() {
	truncate -s 1T sparse
	timeout 20 "$embargo" check --policy good.policy sparse >out
	rm sparse
	grep -q 'too-large' out
}

# Nor are its hashes shown without somebody asking for minutes of reading.
sparse_file_has_no_identity() {
	truncate -s 40G sparse
	timeout 20 "$embargo" id sparse >out 2>err && return 1
	rm sparse
	cat out err
	[[ ! -s out ]] && grep -q 'sparse: not read: 40.0 GiB would take minutes to hash; --any-size' err
	"$embargo" id --any-size good.policy >out && grep -q sha256 out
}

same_content() {
	cp /bin/true one && ln -f one two
	{ cat empty.policy && "$embargo" id --rule one two; } >same.policy
	cat same.policy
	"$embargo" policy lint --no-host same.policy
	[[ $(grep -c '^ban hash' same.policy) == 1 ]] && grep -q '^# "two" is the same as "one"' same.policy
}

usage() {
	fails 2 "--network goes with --all-filesystems" "$embargo" scan --policy good.policy --network .
	fails 1 "'nowhere': No such file" "$embargo" policy verify --trust nowhere good.policy
}

echo "KTAP version 1"
for name in not_replaced input_is_no_output option_is_no_output full_disk full_temporary mode_is_kept no_rule nothing_to_report standard_output \
	diff_has_an_exit_code standard_input policy_from_a_pipe nothing_happened_is_said binary_policy sparse_file sparse_file_has_no_identity same_content usage; do
	try $name
done
finish
