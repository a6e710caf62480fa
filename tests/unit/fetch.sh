#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# embargo fetch, from a real nginx and from a medium, in name spaces of its own: a host that has nothing yet, and a
# loopback that nobody else has. Nothing is loaded (--no-load): what would be is in /etc/embargo/policy.d.
# shellcheck disable=SC2317 # the tests are called by their names
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
if [[ ${1-} != --inside ]]; then
	why=
	((EUID == 0)) && unshare --mount --net true 2>/dev/null || why="needs root and name spaces"
	[[ -x /usr/sbin/nginx ]] || why="nginx is not installed"
	if [[ $why ]]; then
		echo "KTAP version 1"
		skip fetch "$why"
		finish
	fi
	unshare --mount --net --propagation private bash "$0" --inside
	exit
fi
# Readable for nginx' workers and for the worker that fetches.
chmod 755 "$tmp"
cd "$tmp" || exit 1
at_exit() {
	local file
	for file in "$tmp"/*.pid; do
		[[ ! -s $file ]] || kill "$(<"$file")"
	done
}

ip link set lo up
for directory in /etc/embargo /var/lib/embargo /run/embargo; do
	[[ -d $directory ]] || { mkdir -p "$directory" && made="${made-} $directory"; }
	mount -t tmpfs -o mode=755 tmpfs "$directory"
done
echo 0123456789abcdef0123456789abcdef >machine-id # place 2086 for the policy 'site'
[[ -e /etc/machine-id ]] || touch /etc/machine-id
mount --bind machine-id /etc/machine-id
mkdir -p /etc/embargo/policy.d /etc/embargo/trust www

# authority NAME; certificate NAME AUTHORITY [OPTION…]: a server's or a client's
authority() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$1.key" -out "$1.crt" \
		-subj "/CN=$1" -days 9 2>/dev/null
}
certificate() {
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$1.key" -out "$1.csr" \
		-subj "/CN=$1" 2>/dev/null
	mkdir -p ca && : >ca/index && echo "$((++certificates + 4096))" >ca/serial
	printf '[ca]\ndefault_ca=a\n[a]\ndatabase=ca/index\nserial=ca/serial\nnew_certs_dir=ca\ndefault_md=sha256\npolicy=p\nx509_extensions=x\nunique_subject=no\n[p]\ncommonName=supplied\n[x]\nsubjectAltName=DNS:localhost\n' >ca/conf
	openssl ca -batch -config ca/conf -in "$1.csr" -out "$1.crt" -cert "$2.crt" -keyfile "$2.key" -notext "${@:3}" 2>/dev/null
}
certificates=0
authority authority
authority stranger
certificate good authority -days 3
certificate old authority -startdate 20200101000000Z -enddate 20200201000000Z
certificate strange stranger -days 3
certificate client authority -days 3
cp authority.crt /etc/embargo/ca.pem
for part in crt key; do cp client.$part /etc/embargo/client.$part; done

openssl ecparam -name prime256v1 -genkey -noout -out signer.key 2>/dev/null
openssl req -x509 -new -key signer.key -subj "/CN=Fleet signer" -days 9 -out signer.crt -addext extendedKeyUsage=codeSigning 2>/dev/null
cp signer.crt /etc/embargo/trust/

# policy VERSION [RULE]: in www/vVERSION, signed
policy() {
	mkdir -p "www/v$1"
	printf 'policy list\nversion 3\nban path "/opt/banned/"\n' >"www/v$1/list.policy"
	printf 'policy site\nversion %s\ninclude "list.policy"\n%s\n' "$1" "${2-}" >"www/v$1/site.policy"
	"$embargo" policy sign --key signer.key --cert signer.crt "www/v$1/site.policy" "www/v$1/list.policy"
}
# channel SERIAL RING…: in www
channel() {
	(cd www && "$embargo" policy channel make --serial "$1" --output channel.json "${@:2}" &&
		"$embargo" policy channel sign --key ../signer.key --cert ../signer.crt channel.json &&
		touch -d "@$((1700000000 + $1))" channel.json) >/dev/null # nginx makes ETags of whole seconds
}
# conf URL [LINE…]
conf() {
	printf '%s\n' "fetch-url = $1" "fetch-ca = /etc/embargo/ca.pem" "syslog = local" "journal = off" "syslog-socket = $tmp/log" \
		"${@:2}" >/etc/embargo/embargo.conf
}
fetch() { "$embargo" fetch --no-load "$@"; }
state() { sed -n "s/^ *\"$1\": \"\?\([^\",]*\)\"\?,\?$/\1/p" /var/lib/embargo/fetch/state.json; }
# failing CAUSE WORDS [OPTION…]: and nothing of what is in place changes
failing() {
	local before after
	before=$(find /etc/embargo/policy.d -type f -exec sha256sum {} +)
	refuses 1 "$2" fetch "${@:3}"
	after=$(find /etc/embargo/policy.d -type f -exec sha256sum {} +)
	[[ $before == "$after" && $(state cause) == "$1" ]]
}
# A host that never fetched, and a server with policy 4 in the narrow ring and 3 in the wide one.
fresh() {
	rm -rf /var/lib/embargo/* /etc/embargo/policy.d/* www/*
	policy 3
	policy 4 'ban path "/opt/more/"'
	channel 7 25:v4/site.policy 100:v3/site.policy
	conf https://localhost/channel.json
}

truncate -s 1T endless
cat >nginx.conf <<END
user nobody nogroup;
pid $tmp/nginx.pid;
error_log $tmp/nginx.error;
events { }
http {
	access_log $tmp/access;
	client_body_temp_path $tmp/body; proxy_temp_path $tmp/proxy; fastcgi_temp_path $tmp/f; uwsgi_temp_path $tmp/u; scgi_temp_path $tmp/s;
	default_type application/octet-stream;
	ssl_certificate $tmp/good.crt;
	ssl_certificate_key $tmp/good.key;
	server {
		listen 443 ssl;
		root $tmp/www;
		location /broken/ { return 500; }
		location /page/ { alias $tmp/www/; default_type text/html; types { } }
		location /slow/ { alias $tmp/www/; limit_rate 20; }
		location /endless/ { alias $tmp/; sub_filter_types *; sub_filter one two; }
		location /large/ { alias $tmp/; }
		location /plain/ { return 302 http://localhost/channel.json; }
		location /elsewhere/ { rewrite ^/elsewhere/(.*) https://localhost:4434/\$1 redirect; }
	}
	server { listen 80; root $tmp/www; }
	server { listen 4431 ssl; root $tmp/www; ssl_certificate $tmp/old.crt; ssl_certificate_key $tmp/old.key; }
	server { listen 4432 ssl; root $tmp/www; ssl_certificate $tmp/strange.crt; ssl_certificate_key $tmp/strange.key; }
	server { listen 4433 ssl; root $tmp/www; ssl_client_certificate $tmp/authority.crt; ssl_verify_client on; }
	server { listen 4434 ssl; root $tmp/www; }
}
END

the_ring_of_this_host_is_fetched() {
	fresh
	fetch --help >/dev/null
	fetch | grep -Fx "channel 7: version 4 of policy 'site', which the next boot puts in force"
	cmp www/v4/site.policy /etc/embargo/policy.d/site.policy
	cmp www/v4/list.policy.p7s /etc/embargo/policy.d/list.policy.p7s
	[[ $(state serial) == 7 && $(state cause) == none && $(state failures) == 0 && $(state success) -gt 0 ]]
	"$embargo" policy lint --no-host /etc/embargo/policy.d
}

what_has_not_changed_is_not_sent_again() {
	fresh
	fetch
	: >access
	fetch | grep -F "as it is here already"
	[[ $(wc -l <access) == 1 ]] && grep ' 304 ' access
	# Of a changed policy only what changed: what it includes is here.
	policy 5 'ban path "/opt/yet/more/"'
	channel 8 100:v5/site.policy
	: >access
	fetch
	grep '/v5/site.policy ' access && ! grep '/v5/list.policy ' access
	# What was lost on the host comes back, though the server says that nothing changed.
	rm /etc/embargo/policy.d/site.policy
	fetch
	cmp www/v5/site.policy /etc/embargo/policy.d/site.policy
}

a_ring_can_be_pinned() {
	fresh
	conf https://localhost/channel.json "fetch-ring = 2"
	fetch | grep -F "version 3 of policy 'site'"
	channel 8 20:v4/site.policy
	conf https://localhost/channel.json
	fetch | grep -F 'no ring of it covers this host'
	cmp www/v3/site.policy /etc/embargo/policy.d/site.policy
}

a_ring_that_was_pulled_back_needs_a_higher_version() {
	fresh
	fetch
	channel 8 5:v4/site.policy 100:v3/site.policy
	failing rollback "version 3 of policy 'site', and 4 was here before"
	policy 6
	channel 9 5:v4/site.policy 100:v6/site.policy
	fetch
	cmp www/v6/site.policy /etc/embargo/policy.d/site.policy
}

dry_runs_change_nothing() {
	fresh
	"$embargo" fetch --dry-run | grep -F "version 4 of policy 'site', which could be put in force"
	[[ ! -e /etc/embargo/policy.d/site.policy && ! -e /var/lib/embargo/fetch/state.json && ! -e /var/lib/embargo/fetch/dry-run ]]
	policy 4 'ban path "/usr/bin/"'
	channel 7 25:v4/site.policy
	refuses 1 'bans what this host needs' "$embargo" fetch --dry-run
}

a_medium_serves_too() {
	fresh
	conf "file://$tmp/www/channel.json"
	fetch
	cmp www/v4/site.policy /etc/embargo/policy.d/site.policy
	chmod 700 www
	failing host "Couldn't open file" || { chmod 755 www && false; }
	chmod 755 www
}

servers_that_say_no() {
	fresh
	fetch
	channel 8 100:v4/site.policy
	conf https://localhost/none/channel.json && failing http 'status 404'
	conf https://localhost/broken/channel.json && failing http 'status 500'
	conf https://localhost/page/channel.json && failing type 'sends a page'
	conf https://localhost/plain/channel.json && failing redirect 'fetch-redirects is off'
	conf https://localhost/plain/channel.json "fetch-redirects = on" && failing redirect 'http'
	conf https://localhost/elsewhere/channel.json && failing redirect 'fetch-redirects is off'
	conf https://localhost/elsewhere/channel.json "fetch-redirects = on" && fetch
	conf https://localhost:1/channel.json && failing network 'connect'
	conf https://nobody.invalid/channel.json && failing network 'resolve'
	conf https://localhost/channel.json "fetch-proxy = http://localhost:1" && failing network 'localhost port 1'
}

bodies_that_do_not_end() {
	fresh
	fetch
	channel 8 100:v4/site.policy
	conf https://localhost/endless/endless && failing size 'more than 1048576 bytes'
	conf https://localhost/large/endless && failing size 'more than 1048576 bytes'
	conf https://localhost/slow/channel.json "fetch-timeout = 1" && failing timeout 'timed out'
}

bodies_that_end_early() {
	fresh
	printf 'HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n{"embargo' >cut.json
	openssl s_server -accept 4435 -cert good.crt -key good.key -HTTP -quiet >server.said 2>&1 &
	echo $! >s_server.pid
	until openssl s_client -connect localhost:4435 </dev/null >/dev/null 2>&1; do :; done
	conf https://localhost:4435/cut.json
	failing truncated ''
	fresh
	truncate -s -9 www/v4/list.policy
	failing truncated 'fewer bytes than the channel says'
}

servers_who_are_not_who_they_should_be() {
	fresh
	fetch
	conf https://localhost:4431/channel.json && failing tls 'expired'
	conf https://localhost:4432/channel.json && failing tls 'certificate'
	conf https://127.0.0.1/channel.json && failing tls 'subject name'
	conf https://localhost:4433/channel.json && failing http '400'
	conf https://localhost:4433/channel.json "fetch-cert = /etc/embargo/client.crt" "fetch-key = /etc/embargo/client.key" && fetch
	conf https://localhost/channel.json "fetch-cert = /etc/embargo/client.crt" && failing host 'go together'
	printf 'fetch-url = http://localhost/channel.json\n' >/etc/embargo/embargo.conf
	refuses 1 "it is https://HOST/PATH or file:///PATH" fetch
}

channels_that_are_not_to_be_believed() {
	fresh
	fetch
	channel 6 100:v4/site.policy
	failing rollback 'serial 6, and 7 was here before'
	channel 7 100:v3/site.policy
	failing rollback 'as another one had'
	channel 8 100:v3/site.policy
	sed -i 's/"percent": 100/"percent": 99/' www/channel.json
	failing signature 'not what CN=Fleet signer'
	rm www/channel.json.p7s
	failing signature 'status 404'
	sed 's/"issued": "2[0-9]*/"issued": "2020/; s/"expires": "2[0-9]*/"expires": "2021/' -i www/channel.json
	(cd www && openssl cms -sign -binary -outform DER -in channel.json -signer ../signer.crt -inkey ../signer.key -out channel.json.p7s)
	failing expired 'has expired'
	echo '{}' >www/channel.json
	(cd www && openssl cms -sign -binary -outform DER -in channel.json -signer ../signer.crt -inkey ../signer.key -out channel.json.p7s)
	failing channel 'has no "embargo-channel"'
	[[ $(state serial) == 7 && $(state failures) == 6 ]]
	mv /etc/embargo/trust /etc/embargo/trust.away
	refuses 1 'there is no certificate' fetch || { mv /etc/embargo/trust.away /etc/embargo/trust && false; }
	mv /etc/embargo/trust.away /etc/embargo/trust
}

policies_that_are_not_taken() {
	fresh
	fetch
	policy 5 'ban path "/opt/x/"'
	channel 8 100:v5/site.policy
	sed -i 's,/opt/x/,/opt/y/,' www/v5/site.policy
	failing hash 'not the file of the channel'
	policy 5 'ban path "/opt/x/"'
	rm www/v5/site.policy.p7s
	failing signature '404'
	cp www/v4/site.policy.p7s www/v5/
	failing signature "not what CN=Fleet signer"
	mkdir -p www/v6
	cp www/v5/list.policy* www/v6
	printf 'policy site\nversion 6\ninclude "list.policy"\nban nonsense\n' >www/v6/site.policy
	openssl cms -sign -binary -outform DER -in www/v6/site.policy -signer signer.crt -inkey signer.key -out www/v6/site.policy.p7s
	cat >www/channel.json <<-END
		{"embargo-channel": 1, "serial": 9, "issued": "2026-01-01T00:00:00Z", "expires": "2126-01-01T00:00:00Z", "rings": [
		{"percent": 100, "policy": "site", "version": 6, "files": [
		{"name": "site.policy", "url": "v6/site.policy", "size": $(stat -c %s www/v6/site.policy), "sha256": "$(sha256sum www/v6/site.policy | cut -c -64)"},
		{"name": "list.policy", "url": "v6/list.policy", "size": $(stat -c %s www/v6/list.policy), "sha256": "$(sha256sum www/v6/list.policy | cut -c -64)"}]}]}
	END
	"$embargo" policy channel sign --key signer.key --cert signer.crt www/channel.json
	failing policy 'has errors'
	policy 7 'ban path "/usr/bin/"'
	channel 10 100:v7/site.policy
	failing lock-out 'bans what this host needs'
	policy 8
	channel 11 100:v8/site.policy
	fetch
	cmp www/v8/site.policy /etc/embargo/policy.d/site.policy
}

files_of_the_administrator_stay() {
	fresh
	printf 'policy own\nversion 1\nban path "/opt/own/"\n' >/etc/embargo/policy.d/site.policy
	failing host 'did not come by a fetch'
	mv /etc/embargo/policy.d/site.policy /etc/embargo/policy.d/own.policy
	failing signature 'own.policy.p7s, is missing'
	"$embargo" policy sign --key signer.key --cert signer.crt /etc/embargo/policy.d/own.policy
	fetch
	[[ -e /etc/embargo/policy.d/own.policy && -e /etc/embargo/policy.d/site.policy ]]
	# What a new version does not include any more goes.
	mkdir -p www/v9
	printf 'policy site\nversion 9\nban path "/opt/nine/"\n' >www/v9/site.policy
	"$embargo" policy sign --key signer.key --cert signer.crt www/v9/site.policy
	channel 12 100:v9/site.policy
	fetch
	[[ -e /etc/embargo/policy.d/own.policy && ! -e /etc/embargo/policy.d/list.policy && ! -e /etc/embargo/policy.d/list.policy.p7s ]]
	[[ $(find /var/lib/embargo/fetch/files -name '*.p7s' | wc -l) == 1 ]]
}

syslog_hears_why() {
	fresh
	if [[ ! -x /usr/sbin/rsyslogd ]]; then
		echo "rsyslog is not installed"
		return
	fi
	printf 'module(load="imuxsock" SysSock.Use="off")\ninput(type="imuxsock" Socket="%s/log")\n*.* action(type="omfile" file="%s/lines")\n' "$tmp" "$tmp" >rsyslog.conf
	: >lines
	/usr/sbin/rsyslogd -n -f "$tmp/rsyslog.conf" -i "$tmp/rsyslog.pid" &
	until [[ -S log ]]; do :; done
	fetch
	conf https://localhost/none/channel.json
	fetch || :
	timeout 60 grep -q 'fetched version 4 of policy' <(tail -n +1 -F lines)
	timeout 60 grep -q 'no policy was fetched.*status 404' <(tail -n +1 -F lines)
	[[ $(grep -c embargo lines) == 2 ]]
}

echo "KTAP version 1"
/usr/sbin/nginx -p "$tmp" -c "$tmp/nginx.conf" 2>"$said"
result $? "nginx starts"
for test in the_ring_of_this_host_is_fetched what_has_not_changed_is_not_sent_again a_ring_can_be_pinned \
	a_ring_that_was_pulled_back_needs_a_higher_version dry_runs_change_nothing a_medium_serves_too servers_that_say_no \
	bodies_that_do_not_end bodies_that_end_early servers_who_are_not_who_they_should_be channels_that_are_not_to_be_believed \
	policies_that_are_not_taken files_of_the_administrator_stay syslog_hears_why; do
	try "$test"
done
finish
