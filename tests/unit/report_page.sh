#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The page of `embargo report` in a real browser: it draws, in light and dark, the numbers are there, nothing is
# refused or complained of, and what hosts say never becomes markup.
set -uo pipefail
# shellcheck source=tests/unit/results.sh
. "$(dirname "$0")/results.sh"
for tool in chromium pngtopnm ppmhist; do
	command -v "$tool" >/dev/null || { echo "1..0 # SKIP $tool is not installed"; exit 4; }
done
export TMPDIR=$tmp HOME=$tmp

check() { result $? "$1"; } # NAME: the status of the last command

# browse ARGUMENT… PAGE: what it logs is in $tmp/said
browse() {
	timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars \
		--force-device-scale-factor=1 --user-data-dir="$tmp/profile" --no-first-run --disable-extensions \
		--disable-background-networking --disable-component-update --enable-logging=stderr "$@" 2>"$tmp/said" </dev/null
}

# colours FILE: how many a screenshot has; colour FILE: the commonest, as three numbers
colours() { pngtopnm "$1" 2>/dev/null | ppmhist -noheader 2>/dev/null | grep -c .; }
colour() { pngtopnm "$1" 2>/dev/null | ppmhist -noheader 2>/dev/null | awk 'NR == 1 { print $1, $2, $3 }'; }

hostile='<script>document.title=1</script><img src=x onerror=alert(1)>'"'"'&amp;"'
{
	tests/report/fleet 200 20
	json=${hostile//\"/\\\"}
	printf '{"type":"scan","host":"%s","time":"2026-09-09T00:00:00Z","mode":"audit","paths":["/"]}\n' "$json"
	printf '{"type":"finding","kind":"process","verdict":"denied","path":"/%s","rule_name":"%s","rule_kind":"path","authority":"%s","source":"javascript:alert(1)","unit":"%s","package":"%s","active":true,"pid":1}\n' \
		"$json" "$json" "$json" "$json" "$json"
	printf '{"type":"trouble","path":"%s","why":"%s"}\n{"type":"summary","complete":true}\n%s\n' "$json" "$json" "$hostile"
} >"$tmp/fleet.jsonl"
(seq -f 'missing%g' 3; echo "# none") >"$tmp/hosts"

echo "KTAP version 1"
"$embargo" report --html "$tmp/page.html" --json "$tmp/all.json" --since 2026-09-01 --now 2026-10-20 --hosts "$tmp/hosts" \
	--title "Fleet $hostile" "$tmp/fleet.jsonl" >"$tmp/said" 2>&1
check page_is_made
grep -q "could not be read\|no JSON object" "$tmp/said"
check bad_line_is_told

browse --window-size=1280,3000 --screenshot="$tmp/light.png" "file://$tmp/page.html"
[[ -s $tmp/light.png && $(colours "$tmp/light.png") -gt 100 ]]
check screenshot_is_not_blank
[[ $(colour "$tmp/light.png") == "255 255 255" ]]
check light_is_light
! grep 'CONSOLE\|Refused\|violates' "$tmp/said"
check nothing_is_complained_of
browse --window-size=1280,3000 --blink-settings=preferredColorScheme=0 --screenshot="$tmp/dark.png" "file://$tmp/page.html"
read -r red green blue < <(colour "$tmp/dark.png")
((red < 60 && green < 60 && blue < 60 && $(colours "$tmp/dark.png") > 100))
check dark_is_dark

browse --dump-dom "file://$tmp/page.html" >"$tmp/dom"
cp "$tmp/dom" "$tmp/said"
headline=$(sed -n 's/^ "headline": "\(.*\)",$/\1/p' "$tmp/all.json")
[[ $headline == "Banned software is in use on "*" of 201 hosts, and present on "*" more" ]] && grep -qF ">$headline.<" "$tmp/dom"
check headline
number_of() { sed -n "s/^ *\"$1\": \([0-9]*\),\?$/\1/p" "$tmp/all.json" | head -n 1; }
missing=
for key in hosts with_findings findings denied would_deny enforce audit not_seen; do
	grep -q "<b>$(number_of "$key" | sed ':a;s/\B[0-9]\{3\}\>/,&/;ta')</b>" "$tmp/dom" || missing+=" $key"
done
echo "missing:$missing" >"$tmp/said"
[[ ! $missing ]]
check numbers_are_those_of_the_json
# One script, the page's own, which is at its end.
[[ $(grep -c '<script' "$tmp/page.html") == 1 ]] && ! grep -q '<img\|onerror=alert(1)>' "$tmp/dom" &&
	grep -q 'Fleet &lt;script&gt;' "$tmp/dom"
check data_is_no_markup
grep -q 'day 49' "$tmp/dom" && grep -q 'Not seen: 3' "$tmp/dom" && grep -q 'Lines that could not be read: 1<' "$tmp/dom"
check timeline_missing_hosts_and_bad_lines
! grep -q 'url(\|@import\|http://\|https://\|<link\|<iframe\|<object\|<base' "$tmp/page.html"
check nothing_from_elsewhere

# The policy of the page itself: a style that is not its own is refused, so the hash is right and in force.
sed 's/<body>/<body><style>body{display:none}<\/style>/' "$tmp/page.html" >"$tmp/changed.html"
browse --dump-dom "file://$tmp/changed.html" >/dev/null
grep -q 'Content Security Policy' "$tmp/said"
check other_styles_are_refused
sed 's/<body>/<body><script>document.title="ran"<\/script>/' "$tmp/page.html" >"$tmp/changed.html"
browse --dump-dom "file://$tmp/changed.html" >"$tmp/dom"
grep -q 'Content Security Policy' "$tmp/said" && ! grep -q '<title>ran' "$tmp/dom"
check other_scripts_are_refused

# Its own one finds hosts: the tests' words are put behind it, in a page without the policy.
{
	sed 's/<meta http-equiv[^>]*>//; s/<\/body>.*//' "$tmp/page.html"
	cat <<-'END'
		<pre id="out"></pre><script>
		const shown = () => Array.from(document.querySelectorAll('#all-hosts tbody tr')).filter(row => !row.hidden);
		const set = (id, value) => { const field = document.getElementById(id); field.value = value; field.dispatchEvent(new Event('input')); };
		const column = at => shown().map(row => Number(row.cells[at].textContent.replaceAll(',', '')));
		const said = ['all ' + shown().length];
		set('find', 'WEB00');
		said.push('web ' + (shown().length > 0 && shown().every(row => row.cells[0].textContent.includes('web00'))));
		set('find', '');
		set('mode', 'enforce');
		said.push('mode ' + (shown().length > 0 && shown().every(row => row.cells[1].textContent === 'enforce')));
		set('mode', '');
		const button = document.querySelectorAll('#all-hosts thead button')[3];
		button.click();
		said.push('down ' + column(3).every((n, at, all) => !at || all[at - 1] >= n));
		button.click();
		said.push('up ' + column(3).every((n, at, all) => !at || all[at - 1] <= n));
		said.push('links ' + Array.from(document.querySelectorAll('a[href^="#"]')).every(a => document.getElementById(a.hash.slice(1))));
		document.getElementById('out').textContent = said.join('; ');
		</script></body></html>
	END
} >"$tmp/script.html"
browse --dump-dom "file://$tmp/script.html" | sed -n 's/.*<pre id="out">\(.*\)<\/pre>.*/\1/p' >"$tmp/found"
cp "$tmp/found" "$tmp/said"
[[ $(cat "$tmp/found") == "all 204; web true; mode true; down true; up true; links true" ]]
check hosts_are_found_and_sorted
browse --print-to-pdf="$tmp/print.pdf" "file://$tmp/page.html"
(($(grep -ac '/Type */Page$' "$tmp/print.pdf") <= 2))
check print_ends_with_the_first_page

# Nobody is said to have done what nobody has: an empty fleet, and a plan that nobody stands for.
touch "$tmp/none.txt" && echo '# none' >"$tmp/nohosts"
"$embargo" report --html "$tmp/empty.html" --hosts "$tmp/nohosts" - </dev/null >"$tmp/said" 2>&1
grep -q 'Nothing is known of any host' "$tmp/empty.html" && ! grep -q 'Every host' "$tmp/empty.html" && ! grep -q 'href="#plan"' "$tmp/empty.html"
check of_no_host_nothing_is_said
card() { sed -n '/Plan by day 60/,/<\/li>/p' "$1"; }
"$embargo" report --html "$tmp/approved.html" --before "$tmp/all.json" --approve 'A <Chief>' --organisation 'Agency' --directive 'BOD 17-01' \
	--since 2026-09-01 --now 2026-10-21 "$tmp/fleet.jsonl" >"$tmp/said" 2>&1
! card "$tmp/page.html" | grep -q '>met<' && card "$tmp/approved.html" | grep -q '>met<' && grep -q 'approved by A &lt;Chief&gt;' "$tmp/approved.html"
check plan_counts_when_it_is_approved
grep -q 'Since the report of 2026-10-20' "$tmp/approved.html" && grep -q "$(sha256sum "$tmp/fleet.jsonl" | cut -c-64)" "$tmp/approved.html" &&
	grep -q "$(sha256sum "$tmp/fleet.jsonl" | cut -c-64 | sha256sum | cut -c-64)" "$tmp/approved.html" && grep -q '<dd>Agency' "$tmp/approved.html"
check attestation_and_trend

# Every selector and declaration of the style is one that a browser knows, and every colour that is used is defined.
{
	cat <<-'END'
		<!DOCTYPE html><meta charset="utf-8"><pre id="out"></pre><script type="text/plain" id="css">
	END
	cat userspace/report/style.css
	cat <<-'END'
		</script><script>
		const css = document.getElementById('css').textContent.trim().replace(/\/\*.*?\*\//gs, '');
		const wrong = [], defined = new Set(css.match(/--[\w-]+(?=:)/g));
		let declarations = 0;
		for (const line of css.split('\n').map(line => line.trim()).filter(Boolean)) {
			const selector = line.match(/^([^@].*?)(?: \{|,)$/), declaration = line.match(/^([\w-]+): (.*);$/);
			if (declaration)
				declarations++;
			if (declaration ? !CSS.supports(declaration[1], declaration[2]) :
			    selector ? !CSS.supports('selector(' + selector[1] + ')') : !/^@media .* \{$|^\}$/.test(line))
				wrong.push(line);
		}
		for (const [, name] of css.matchAll(/var\((--[\w-]+)\)/g))
			if (!defined.has(name))
				wrong.push(name + ' is not defined');
		document.getElementById('out').textContent =
			wrong.join('\n') + '\n' + declarations + ' declarations, ' + wrong.length + ' wrong';
		</script>
	END
} >"$tmp/style.html"
browse --dump-dom "file://$tmp/style.html" >"$tmp/dom"
sed -n '/<pre/,/<\/pre>/p' "$tmp/dom" >"$tmp/said"
grep -q '^[1-9][0-9][0-9]* declarations, 0 wrong' "$tmp/said"
check style_is_known_to_a_browser

finish
