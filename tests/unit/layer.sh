# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What a script does to this machine in a throw-away layer over its root, in a mount namespace that ends with the test.
# Source it after results.sh with the script's own arguments: the script starts itself once more, with --inside, and that
# one takes the steps in $merged and calls layer_steps; the one outside calls layer_run.
# shellcheck disable=SC2154,SC2034 # results.sh has some of the variables, and scripts use the others

if [[ ${1-} == --inside ]]; then
	# The directory of the script outside, which removes it.
	rmdir "$tmp"
	trap - EXIT
	tmp=$2 said=$2/said
fi
merged=$tmp/layer/merged

# 75: it cannot be made here
layer_make() {
	mkdir -p "$tmp/layer" && mount -t tmpfs layer "$tmp/layer" && mkdir "$tmp"/layer/{upper,work,merged} &&
		mount -t overlay -o "lowerdir=/,upperdir=$tmp/layer/upper,workdir=$tmp/layer/work" layer "$merged" || return 75
}

# Inside: results go on where the script outside stopped counting, until layer_end.
layer_begin() { number=$(cat "$tmp/number"); }
layer_end() {
	echo "$number $failures" >"$tmp/counts"
	exit 0
}

# layer_steps STEP…: inside; each is a function, and with the last the script ends
layer_steps() {
	local step
	layer_begin
	for step; do
		check "$step" "$step"
	done
	layer_end
}

# layer_run NAME: outside; what is skipped where no layer can be made is called NAME
layer_run() {
	local more
	echo "$number" >"$tmp/number"
	unshare --mount --propagation private bash "$0" --inside "$tmp" 2>"$tmp/why"
	if [[ -s $tmp/counts ]]; then
		read -r number more <"$tmp/counts"
		failures=$((failures + more))
	else
		skip "$1" "no layer over the root can be made here: $(tail -n 1 "$tmp/why")"
	fi
}

# in_place PATH: it is in the layer, be it a link that leads nowhere
in_place() { [[ -e $merged$1 || -L $merged$1 ]] || { echo "missing: $1" && return 1; }; }
