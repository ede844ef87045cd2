#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154

load ../lib/helpers

setup() {
	common_setup
	export LC_ALL=C.UTF-8
	unset NO_COLOR
	ESC=$'\e'
	CSI=$'\u009b' # a control, eight bits wide
	RLO=$'\u202e'
}

hello() {
	record send pass "$(message alice@acme/desk bob@acme "${1-Hello}")"
}

# prints OPTION...: what it makes of stdin, with nothing on stderr.
prints() {
	run --separate-stderr -0 cup-print "$@"
	assert_equal "$stderr" ''
}

# on_terminal COLUMNS COMMAND: its output on a terminal of that width.
on_terminal() {
	run -0 script -qec "stty cols $1 && $2" /dev/null </dev/null
	output=${output//$'\r'/}
	mapfile -t lines <<<"$output"
}

@test "a record is a line of time, people, verdict and words" {
	hello >records
	prints records
	assert_output '2026-11-22 21:33:38  alice@acme > bob@acme     pass     Hello'
	prints <records
	assert_output --partial '  Hello'
}

@test "lines are aligned, and stay so where addresses get longer" {
	prints < <(
		hello
		record recv pass "$(message a-longer-name@acme/phone bob@acme/home Yes)"
		hello
	)
	assert_line -n 1 '2026-11-22 21:33:38  a-longer-name@acme/phone > bob@acme  pass     Yes'
	assert_line -n 2 '2026-11-22 21:33:38  alice@acme > bob@acme                pass     Hello'
}

@test "what was refused says by which rule and why" {
	prints < <(
		record send reject "$(message a@x b@x Psst)" 'pan@0a: card; wall@0a: ethical wall'
		record send hold "$(message a@x b@x Psst)" outside@0a
		record send drop "$(message a@x b@x Psst)"
	)
	assert_line -n 0 --regexp '  reject   \[wall: ethical wall\] Psst$'
	assert_line -n 1 --regexp '  hold     \[outside\] Psst$'
	assert_line -n 2 --regexp '  drop     Psst$'
}

@test "what was redacted says so" {
	prints < <(record send pass "$(message a@x b@x '[card]')" 'pan@0a: card; iban@0a; default@0a' - "$(message a@x b@x 4111)")
	assert_output --regexp '  pass     \[redacted: pan, iban\] \[card\]$'
}

@test "what is not said in words is in brackets" {
	prints < <(
		record login pass '<session xmlns="urn:cup:session:1" jid="alice@acme/desk" peer="192.0.2.7" tls="TLSv1.3"/>'
		record send pass '<presence xmlns="jabber:client" from="a@x/1"><status>away until 3</status></presence>'
		record send pass '<iq xmlns="jabber:client" from="a@x/1" to="b@x" type="get"><query xmlns="jabber:iq:version"/></iq>'
		record send pass '<message xmlns="jabber:client" from="a@x/1" to="b@x"><composing xmlns="http://jabber.org/protocol/chatstates"/></message>'
		record recv pass '<message xmlns="jabber:client" from="b@x" to="a@x/1" type="error"><body>Hi</body></message>'
	)
	assert_line -n 0 --regexp '^[^ ]* [^ ]*  alice@acme/desk  .*  \[login peer=192.0.2.7 tls=TLSv1.3\]$'
	assert_line -n 1 --regexp '  a@x  .*  \[presence\] away until 3$'
	assert_line -n 2 --regexp '  \[iq get query\]$'
	assert_line -n 3 --regexp '  \[composing\]$'
	assert_line -n 4 --regexp '  b@x > a@x  .*  \[error\] Hi$'
}

@test "all bodies, the subject and forwarded bodies are shown" {
	prints -o text < <(
		record send pass '<message xmlns="jabber:client" from="a@x/1" to="b@x"><subject>Lunch</subject><body>Yes</body><body xml:lang="de">Ja</body></message>'
		record recv pass '<message xmlns="jabber:client" from="a@x" to="a@x/2"><sent xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0"><message xmlns="jabber:client" from="a@x/1" to="b@x"><body>Carbon</body></message></forwarded></sent></message>'
	)
	assert_line -n 0 --regexp '  Subject: Lunch$'
	assert_line -n 1 --regexp '^ {56}Yes$'
	assert_line -n 2 --regexp '^ {56}Ja$'
	assert_line -n 3 --regexp '  \[carbon a@x > b@x\] Carbon$'
}

@test "formatted text that says something else than the body is shown" {
	html() {
		record send pass "$(message a@x b@x "$1" | sed "s|</message>|<html xmlns=\"http://jabber.org/protocol/xhtml-im\"><body xmlns=\"http://www.w3.org/1999/xhtml\"><p>sell <em>all</em></p></body></html></message>|")"
	}
	prints < <(html 'sell all'; html 'good morning')
	assert_line -n 0 --regexp '  sell all$'
	assert_line -n 1 --regexp '  good morning$'
	assert_line -n 2 --regexp '^ {56}\[formatted\] sell all$'
}

@test "a body of several lines goes on below, indented" {
	prints < <(hello 'one&#xA;&#xA;  two&#xA;a&#x9;b')
	assert_equal "$output" "2026-11-22 21:33:38  alice@acme > bob@acme     pass     one

$(printf '%56s  two\n%56sa       b' '' '')"
}

@test "long lines are broken between words, and within those that are too long" {
	prints -w 80 < <(hello "several words that need two lines $(printf 'x%.0s' {1..30})")
	assert_line -n 0 --regexp '  several words that need$'
	assert_line -n 1 --regexp '^ {56}two lines$'
	assert_line -n 2 --regexp '^ {56}x{24}$'
	assert_line -n 3 --regexp '^ {56}x{6}$'
}

@test "wide characters count for two columns" {
	prints -w 80 < <(hello '会議は十五時からです。資料を送りました')
	assert_line -n 0 --regexp '  会議は十五時からです。資$'
	assert_line -n 1 --regexp '^ {56}料を送りました$'
}

@test "where there is little room the words begin on a line of their own" {
	prints -w 60 < <(hello 'Hello and welcome to a terminal that is rather narrow, Bob')
	assert_line -n 0 '2026-11-22 21:33:38  alice@acme > bob@acme     pass'
	assert_line -n 1 '    Hello and welcome to a terminal that is rather narrow,'
	assert_line -n 2 '    Bob'
}

@test "where there is less the people flow too" {
	prints -w 40 --color always < <(record recv hold \
		"$(message "$(printf 'a%.0s' {1..20})@acme/desk" bob@acme/1 'Hello and welcome to all of you')" late@0a)
	assert_line -n 0 '2026-11-22 21:33:38'
	assert_line -n 1 '    aaaaaaaaaaaaaaaaaaaa@acme/desk >'
	assert_line -n 2 "    bob@acme${ESC}[33m  hold${ESC}[0m"
	assert_line -n 3 "${ESC}[33m    [late]${ESC}[0m Hello and welcome to all of"
	assert_line -n 4 '    you'
}

@test "nothing acts on the terminal" {
	prints < <(
		hello "${CSI}31m ${RLO}txt.exe $(printf '\x7f') zero​width"
		record send reject "$(message "a$CSI@x" "b@x/$RLO" x)" "r@0: ${CSI}2J"
	)
	assert_line -n 0 --partial '<U+009B>31m <U+202E>txt.exe <U+007F> zero<U+200B>width'
	assert_line -n 1 --partial 'a<U+009B>@x'
	assert_line -n 1 --partial 'b@x/<U+202E>'
	assert_line -n 1 --partial '[r: <U+009B>2J]'
	refute_output --partial "$CSI"
	refute_output --partial "$RLO"
}

@test "on a terminal fields and cells are as harmless" {
	hello "${CSI}31m" >records
	for format in tab csv json; do
		on_terminal 80 "cup-print -o $format records"
		refute_output --partial "$CSI"
	done
	prints -f body records
	assert_output "${CSI}31m"
}

@test "colour is for terminals that want it, or where it is asked for" {
	hello >records
	prints records
	refute_output --partial "$ESC"
	prints --color always records
	assert_output --partial "${ESC}[32mpass${ESC}[0m     Hello"
	TERM=xterm on_terminal 100 'cup-print records'
	assert_output --partial "${ESC}[32mpass"
	for quiet in 'TERM=dumb' 'TERM=xterm NO_COLOR=1' 'TERM='; do
		on_terminal 100 "env $quiet cup-print records"
		refute_output --partial "$ESC"
	done
	TERM=xterm on_terminal 100 'cup-print --color never records'
	refute_output --partial "$ESC"
}

@test "the terminal's width is kept" {
	hello "several words that need two lines" >records
	on_terminal 80 'TERM=dumb cup-print records'
	assert_line -n 1 --regexp '^ {56}two lines$'
}

@test "times are in UTC, or with --local of this place" {
	hello >records
	TZ=Asia/Tokyo prints records
	assert_output --regexp '^2026-11-22 21:33:38 '
	TZ=XYZ-9 prints --local records
	assert_output --regexp '^2026-11-23 06:33:38 '
}

@test "--fields prints them in order, with a TAB between" {
	record send reject "$(message alice@acme/desk bob@acme Hello)" 'pan@0a: card; wall@0a: ethical wall' >records
	prints -f verdict,rule,text,kind,type,from,to,stanza-id,body,subject,seq,proof records
	assert_output $'reject\twall\tethical wall\tmessage\tchat\talice@acme/desk\tbob@acme\tm1\tHello\t-\t-\t-'
	prints -f id,time,node,session,event,verdict,reason,proof,stanza,original records
	assert_output "$(cat records)"
}

@test "a value keeps to its place on the line" {
	prints -f body,event < <(hello 'a&#x9;b&#xA;c\d&#xD;'; hello -)
	assert_line -n 0 $'a\\tb\\nc\\\\d\\r\tsend'
	assert_line -n 1 $'\\-\tsend'
}

@test "the sequence number is there where a journal is read" {
	hello >record
	printf '7\t%064d\t%s\n' 0 "$(cat record)" >segment
	prints -f seq,body segment
	assert_output $'7\tHello'
	prints -o json -f seq segment
	assert_output '{"seq":7}'
}

@test "several inputs are printed one after the other" {
	hello one >a
	hello two >b
	prints -f body a - b < <(hello stdin)
	assert_output $'one\nstdin\ntwo'
}

@test "a file that is sent, and one that is linked to: name, size and digest" {
	local sha
	sha=$(printf x | sha256sum | cut -c 1-64)
	record upload pass "<file xmlns=\"urn:cup:file:1\" from=\"a@acme.localhost/x\" name=\"plan &amp;.pdf\" size=\"81920\" type=\"text/plain\" content=\"application/pdf\" sha256=\"$sha\" url=\"https://f/1\" path=\"/s\"><text>the merger</text></file>" >records
	record send pass "$(message a@acme.localhost/x b@acme.localhost "see https://f/1")" |
		sed "s/\$/\tfile=$sha 81920 plan%20\&.pdf\tfile=$sha 5 b/" >>records
	run -0 cup-print records
	assert_line --index 0 --regexp "a@acme\.localhost  +pass +\[upload plan &\.pdf, 81920 bytes, application/pdf, sha256 $sha\] the merger\$"
	assert_line --index 1 --partial "[file plan &.pdf, 81920 bytes, sha256 $sha] [file b, 5 bytes, sha256 $sha] see https://f/1"
	run -0 cup-print -f from,file records
	assert_line --index 0 "$(printf 'a@acme.localhost/x\t%s 81920 plan &.pdf' "$sha")"
	assert_line --index 1 "$(printf 'a@acme.localhost/x\t%s 81920 plan &.pdf\\n%s 5 b' "$sha" "$sha")"
}
