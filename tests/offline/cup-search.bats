#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154

load ../lib/helpers

setup() {
	common_setup
	# Bodies are numbers, so that a search says which it found.
	{
		TIME=2026-11-20T09:00:00.000000Z record login pass '<session xmlns="urn:cup:session:1" jid="alice@acme/desk"/>' default@0a
		TIME=2026-11-20T09:00:01.000000Z record send pass "$(message alice@acme/desk bob@acme 'one falcon')" default@0a
		TIME=2026-11-21T09:00:00.000000Z NODE=node2 record recv pass "$(message bob@acme/home alice@acme/desk 'two Falcons')" default@0b
		TIME=2026-11-22T09:00:00.000000Z record send reject "$(message alice@acme/desk carol@wide/x 'three')" 'pan@0a: card; wall@0b: ethical wall' - "$(message alice@acme/desk carol@wide/x 'three falcon')"
		TIME=2026-11-22T09:00:00.000001Z record recv hold '<message xmlns="jabber:client" from="alice@acme" to="alice@acme/home"><sent xmlns="urn:xmpp:carbons:2"><forwarded xmlns="urn:xmpp:forward:0"><message xmlns="jabber:client" from="alice@acme/desk" to="dave@acme" id="m9"><body>four</body></message></forwarded></sent></message>' outside@0b
		TIME=2026-11-23T09:00:00.000000Z record 'done' - '<done xmlns="urn:cup:session:1" ref="019aac21-0000-7000-8000-000000000009" outcome="bounced"/>'
	} >records
}

# finds LINES ARGUMENT...: the lines of records that it prints, "" for none.
finds() {
	local want=$1 status=0
	shift
	[ "$want" ] || status=1
	run --separate-stderr -"$status" cup-search "$@"
	assert_equal "$stderr" ''
	assert_equal "$output" "$(for n in $want; do sed -n "${n}p" records; done)"
}

@test "without a condition every record is printed as it was journaled" {
	finds '1 2 3 4 5 6' records
	finds '1 2 3 4 5 6' - <records
}

@test "a bare JID is any of its resources, a domain any of its users" {
	finds '2 3' records --with bob@acme
	finds '3' records --with bob@acme/home
	finds '4' records --with wide
	finds '1 2 3 4 5' records --with acme
	finds '' records --with nobody@acme
	finds '' records --with acm
}

@test "JIDs are compared as servers compare them" {
	finds '2 3' records --with BOB@Acme.
	finds '' records --with bob@acme/Home
}

@test "of several people each takes part" {
	finds '2 3' records --with alice@acme --with bob@acme
	finds '' records --with bob@acme --with carol@wide
}

@test "people are found in what is forwarded, and at login" {
	finds '5' records --with dave@acme
	finds '5' records --to dave@acme
	finds '1 2 4 5' records --from alice@acme/desk
}

@test "senders and addressees are told apart, and any of several will do" {
	finds '3' records --from bob@acme
	finds '2' records --to bob@acme
	finds '2 4' records --to bob@acme --to carol@wide
}

@test "a time span is from its first moment to before its last" {
	finds '4 5 6' records --since 2026-11-22
	finds '1 2 3' records --until 2026-11-22T09:00:00Z
	finds '4' records --since 2026-11-22T10:00:00+01:00 --until 2026-11-22T09:00:00.000001Z
	finds '4 5' records --since 2026-11-22 --since 2026-11-01 --until 2026-11-23 --until 2026-12-01
	finds '' records --since 2026-12-01
}

@test "a time before now is a span" {
	TIME=$(date -u -d '-2 hours' +%Y-%m-%dT%H:%M:%S.000000Z) record send pass "$(message a@x b@x late)" >>recent
	run -0 cup-search -c --since -1d recent
	assert_output 1
	run -1 cup-search -c --since -90m recent
	run -1 cup-search -c --until=-1d recent
}

@test "events and verdicts are words with commas between, or given again" {
	finds '2 4' records --event send
	finds '1 6' records --event login,done
	finds '1 6' records --event login --event 'done'
	finds '4 5' records --verdict hold,reject
	finds '6' records --verdict -
	finds '4' records --event send --verdict hold,reject
}

@test "a rule is found in any reason, with its policy's tag too" {
	finds '4' records --rule pan
	finds '4' records --rule wall
	finds '3' records --rule default@0b
	finds '4 5' records --rule outside --rule wall
	finds '' records --rule ethical
}

@test "an id is the record's, the stanza's, or the one that is referred to" {
	finds '2' records --id "$(sed -n 2p records | column 1)"
	finds '2 3 4' records --id m1
	finds '6' records --id 019aac21-0000-7000-8000-000000000009
	finds '' records --id m9x
}

@test "nodes and sessions" {
	finds '3' records --node node2
	finds '1 2 3 4 5 6' records --session s1
	finds '' records --session s2
}

@test "a pattern is words without case, in the texts and the original" {
	finds '2 4' records FALCON
	finds '4' records three
	finds '4' records 'Three; falcon'
	finds '5' records four
	finds '' records alice
}

@test "a pattern can be a regular expression" {
	finds '2 3 4' records '/falcons?\b/i'
	finds '3' records '/Falcon/'
	finds '' records '/^falcon/'
}

@test "conditions of different kinds all hold" {
	finds '3' records --with bob@acme --since 2026-11-21 --event recv --verdict pass /two/
	finds '' records --with bob@acme --since 2026-11-21 --event recv --verdict pass /one/
}

@test "--count and --limit" {
	run -0 cup-search -c records
	assert_output 6
	run -1 cup-search --count records --with nobody@acme
	assert_output 0
	finds '1 2' -n 2 records
	run -0 cup-search -c -n 4 records
	assert_output 4
}

# as_segment: records as the lines of a journal's segment, with a note before.
as_segment() {
	{ echo "# cup-journal 1 2026-11-20T08:00:00.000000Z id=x"; cat; } |
		awk '{ printf "%d\t%064d\t%s\n", NR, 0, $0 }'
}

@test "a journal's directory and a single segment of it can be searched" {
	mkdir journal
	head -n 3 records | as_segment >journal/00000000000000000001.log
	as_segment <records >segment
	finds '2' journal one
	finds '4 5' segment --verdict hold,reject
	finds '1 2 3' journal/00000000000000000001.log
}

@test "a broken line of a journal is reported and the rest found" {
	mkdir journal
	file=00000000000000000001.log
	as_segment <records | sed -e '3s/.*/garbage/' -e '5s/\tsend\t/\tsond\t/' >journal/$file
	run --separate-stderr -65 cup-search journal
	assert_equal "$output" "$(sed -e 2d -e 4d records)"
	assert_equal "$stderr" "cup-search: journal/$file:3: is no line of a journal
cup-search: journal/$file:5: has an unknown event"
}

@test "broken records are reported and the rest found" {
	run --separate-stderr -65 cup-search - < <(
		echo garbage
		cat records
		sed -n 2p records | sed $'s/one/\xff/'
		head -c 9437184 /dev/zero | tr '\0' x
	)
	assert_equal "$output" "$(cat records)"
	assert_equal "$stderr" 'cup-search: line 1: has fewer than ten fields
cup-search: line 8: is not UTF-8 or has a control character
cup-search: line 9: is longer than 8 MiB'
	sed 's/<body>/<body >/' records >bent
	run --separate-stderr -65 cup-search --with acme bent
	assert_equal "$output" "$(sed -n 1p records)"
	assert_line_matches "$stderr" '^cup-search: bent:2: its stanza is not in canonical form'
}

assert_line_matches() {
	grep -q "$2" <<<"$1" || fail "no line like $2 in: $1"
}

@test "where a pattern meets its limits the record is shown and named" {
	record send pass "$(message a@x b@x "$(head -c 60000 /dev/zero | tr '\0' a)")" >hard
	run --separate-stderr -0 cup-search -c hard '/(a*)*(a*)*(a*)*[^a]$/'
	assert_output 1
	assert_equal "$stderr" 'cup-search: hard:1: shown, but the pattern met its limits here'
}

@test "an address is found however it is spelt" {
	for to in mallory@xn--bcher-kva.example 'mallory@BÜCHER.example/אx' mallory@bücher.example/ \
		'mallory@bücher。example/r'; do
		record send pass "$(message a@x "$to" hi)"
	done >records
	for who in mallory@bücher.example mallory@xn--bcher-kva.example Bücher.example; do
		run -0 cup-search -c --to "$who" records
		assert_output 4
	done
	run -1 cup-search -c --with 'mallory@[2001:db8::1]' records
	record send pass "$(message a@x 'mallory@[2001:DB8:0::1]/d' hi)" >>records
	run -0 cup-search -c --with 'mallory@[2001:db8::1]' records
	assert_output 1
}

@test "times are read as people write them, and a right one is shown" {
	TIME=$(date -u -d '-30 hours' +%FT%T.000000Z) record send pass "$(message a@x b@x old)" >recent
	TIME=$(date -u -d '-1 minute' +%FT%T.000000Z) record send pass "$(message a@x b@x new)" >>recent
	for time in -2d '2 days ago' -1M -1y "$(date -u -d '-2 days' +%F)" "@$(date -d '-2 days' +%s)" \
		"$(date -u -d '-2 days' +%FT%H:%M)"; do
		run -0 cup-search -c --since "$time" recent
		assert_output 2
	done
	for time in -1d '1 hour ago' -90min "$(date -u -d '-1 hour' +'%F %H:%M:%S')"; do
		run -0 cup-search -c --since "$time" recent
		assert_output 1
	done
	run -0 cup-search -c --since yesterday --until now recent
	run -64 cup-search --since Monday recent
	assert_output "cup-search: option '--since': bad value 'Monday': no time, such as 2026-11-22T10:00, 2026-11-22, yesterday or -1d (try 'cup-search --help')"
}

@test "it conducts itself like the others" {
	conducts_itself cup-search records
	run --separate-stderr -64 cup-search
	assert_regex "$stderr" 'no journal given'
	for bad in '--since Monday' '--until 2026-13-01' '--event sent' '--event send,' \
		'--verdict maybe' '--with @' '--from /x' '--limit 0' '--id' '--rule='; do
		# shellcheck disable=SC2086
		run --separate-stderr -64 cup-search records $bad
		assert_output ''
		assert_regex "$stderr" '^cup-search: option '
	done
	run --separate-stderr -64 cup-search records '/(/'
	assert_regex "$stderr" "^cup-search: bad pattern '/\\(/': "
}

@test "what cannot be read ends it with 74" {
	run --separate-stderr -74 cup-search nowhere
	assert_equal "$stderr" "cup-search: 'nowhere' cannot be opened: No such file or directory"
	mkdir empty
	run --separate-stderr -74 cup-search empty
	assert_regex "$stderr" "^cup-search: 'empty' is no journal"
}

@test "nothing is found in nothing" {
	run --separate-stderr -1 cup-search - </dev/null
	assert_output ''
	assert_equal "$stderr" ''
}

@test "a full standard output ends it with 74" {
	run --separate-stderr -74 bash -c 'cup-search records >/dev/full'
	assert_equal "$stderr" 'cup-search: cannot write to standard output: No space left on device'
	run -74 bash -c 'cup-search -c records >/dev/full'
}

@test "it ends quietly with its reader" {
	awk '{ line[n++] = $0 }
		END { for (i = 0; i < 2000 * n; i++) print line[i % n] }' records >many
	# shellcheck disable=SC2016
	run --separate-stderr -0 bash -c 'cup-search many | head -n 1; [ "${PIPESTATUS[0]}" = 141 ]'
	assert_equal "$stderr" ''
}

@test "what is found flows through at once while the input stays open" {
	mkfifo in
	cup-search - two <in >out &
	pid=$!
	exec {in}>in
	cat records >&"$in"
	eventually 5 grep -q Falcons out
	record send pass "$(message a@x b@x 'two of them')" >&"$in"
	eventually 5 grep -q 'of them' out
	kill -TERM $pid
	wait $pid || status=$?
	assert_equal "$status" 143
}
