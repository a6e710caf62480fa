#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What comes for those who run many hosts: alerts, by Prometheus's own tool; rules for a SIEM against what is really
# logged; the role for Ansible and the kit for ssh, run against this machine in a throw-away layer over its root.
# shellcheck disable=SC2317,SC2016 # functions are called by name; the inner shells expand
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
# shellcheck source=tests/unit/layer.sh
. "$(dirname "$0")/layer.sh"
share=$top/userspace/share
alerts_are_right() {
	local promtool
	promtool=$(tests/system/promtool) || return
	cp "$share/prometheus/embargo.rules.yml" tests/monitoring/rules_test.yml "$tmp/" &&
		"$promtool" check rules "$tmp/embargo.rules.yml" && "$promtool" test rules "$tmp/rules_test.yml"
}

# Each rule has what a SIEM's converter wants, an id of its own, and looks for words that our logs have.
sigma_rules_are_right() {
	python3 - "$share"/sigma/*.yml <<-'END'
		import glob, sys, uuid, yaml
		source = "".join(open(f).read() for f in glob.glob("userspace/*/*.c"))
		source = source.replace('"\n\t\t\t\t"', "").replace("from %s to %s", "from enforce to audit")
		ids = set()
		for path in sys.argv[1:]:
		    rule = yaml.safe_load(open(path))
		    for key in "title id status description logsource detection level falsepositives".split():
		        assert rule.get(key), (path, key)
		    ids.add(str(uuid.UUID(rule["id"])))
		    condition = rule["detection"].pop("condition")
		    assert condition and rule["level"] in ("low", "medium", "high", "critical"), path
		    for name, wanted in rule["detection"].items():
		        assert name in condition or name.split("_")[0] + "_*" in condition, (path, name)
		        for word in [w for item in wanted for w in (item["|all"] if isinstance(item, dict) else [item])] \
		                if rule["logsource"].get("service") == "syslog" else []:
		            assert word in source or word in ("embargo", "denied ", " by pid "), (path, word)
		assert len(ids) == len(sys.argv) - 1
	END
}

role_is_clean() { (cd "$share/ansible" && ansible-lint --offline -q site.yml); }

# Where a host's embargo would be: its words are written down, and its policies judged by the real one.
inside() {
	layer_make || return
	mount -t proc proc "$merged/proc" && mount --rbind /dev "$merged/dev" || return 75
	rm -rf "$merged/etc/embargo" "$merged/var/lib/embargo"
	mkdir -p "$merged"/{stub,site,var/lib/embargo}
	cp -r "$share"/ansible/. "$merged/site/" && cp "$share/kit/embargo-kit" "$merged/site/" && cp "$embargo" "$merged/stub/embargo.real"
	install -m 644 "$share"/systemd/embargo* -t "$merged/etc/systemd/system/"
	cat >"$merged/stub/embargo" <<-'END'
		#!/bin/sh
		echo "embargo $*" >>/calls
		case $1 in
		policy) exec /stub/embargo.real "$@" ;;
		status) echo '{"loaded": true, "mode": "audit", "host": "here"}' ;;
		esac
	END
	cat >"$merged/stub/systemctl" <<-'END'
		#!/bin/sh
		echo "systemctl $*" >>/calls
		exec /usr/bin/systemctl --root=/ "$@"
	END
	# what the kit would reach by ssh
	printf '#!/bin/sh\nhost=$1\nshift\n[ "$host" != down ] || exit 255\nexec sh -c "$*"\n' >"$merged/stub/on-host"
	chmod +x "$merged"/stub/*
	printf 'policy mine\nversion 1\nban path /opt/x/\n' >"$merged/site/mine.policy"
	echo '{"type":"scan"}' >"$merged/var/lib/embargo/scan.jsonl"
}
in_layer() {
	chroot "$merged" env -i PATH=/stub:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 TMPDIR=/tmp \
		ANSIBLE_LOCALHOST_WARNING=false ANSIBLE_NOCOLOR=1 EMBARGO_SSH=on-host "$@"
}
play() {
	in_layer ansible-playbook -i localhost, -c local /site/site.yml -e embargo_start=false \
		-e '{"embargo_policies": ["/site/mine.policy"], "embargo_mode": "enforce", "embargo_collect": "/site/collected"}' \
		-e '{"embargo_settings": {"rate-limit": "3/60"}}'
}

kit_makes_keys_and_signs() {
	in_layer /site/embargo-kit keys /site/keys && [[ $(stat -c %a "$merged/site/keys/signer.key") == 600 ]] &&
		in_layer /site/embargo-kit sign /site/keys /site/mine.policy && [[ -s $merged/site/mine.policy.p7s ]] &&
		in_layer embargo policy verify --trust /site/keys /site/mine.policy && ! in_layer /site/embargo-kit keys /site/keys
}

kit_pushes_and_collects() {
	: >"$merged/calls"
	in_layer /site/embargo-kit push /site/keys here -- /site/mine.policy &&
		cmp "$merged/site/mine.policy" "$merged/etc/embargo/policy.d/mine.policy" &&
		grep -x 'embargo load --replace /etc/embargo/policy.d' "$merged/calls" &&
		[[ -s $merged/etc/embargo/trust/signer.crt && ! -e $merged/etc/embargo/trust/signer.key ]] || return
	in_layer /site/embargo-kit collect /site/kit-collected down here && return 1 # one does not answer
	[[ $(cat "$merged/site/kit-collected/here/scan.jsonl") == '{"type":"scan"}' ]] &&
		[[ -s $merged/site/kit-collected/here/status.json && ! -e $merged/site/kit-collected/down/status.json ]] &&
		! in_layer /site/embargo-kit push /site/keys here -- '/site/a b.policy'
}

role_brings_a_host_there() {
	rm -rf "$merged/etc/embargo/policy.d"
	play && cmp "$merged/site/mine.policy" "$merged/etc/embargo/policy.d/mine.policy" &&
		grep -x 'mode = enforce' "$merged/etc/embargo/embargo.conf" && grep -x 'rate-limit = 3/60' "$merged/etc/embargo/embargo.conf" &&
		[[ -L $merged/etc/systemd/system/timers.target.wants/embargo-scan.timer ]] &&
		[[ $(cat "$merged/site/collected/localhost/scan.jsonl") == '{"type":"scan"}' ]]
}

role_changes_nothing_twice() { play | tee "$tmp/twice" && grep -E 'localhost .* changed=0 ' "$tmp/twice"; }

# A policy that is wrong stays where it is, and what the host has stays too.
role_refuses_what_is_wrong() {
	printf 'policy mine\nversion 2\nban nonsense\n' >"$merged/site/mine.policy"
	! play && grep -x 'version 1' "$merged/etc/embargo/policy.d/mine.policy"
}

if [[ ${1-} == --inside ]]; then
	inside || exit
	layer_steps kit_makes_keys_and_signs kit_pushes_and_collects role_brings_a_host_there role_changes_nothing_twice role_refuses_what_is_wrong
fi

echo "KTAP version 1"
check alerts_are_right alerts_are_right
check sigma_rules_are_right sigma_rules_are_right
check role_is_clean role_is_clean
layer_run runs_here
finish
