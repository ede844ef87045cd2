#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# cup-intercept on stanzas in wrappers, and on the times of recordings.
# shellcheck disable=SC2154

load ../lib/helpers

setup() {
	common_setup
	CASES=$TOP/tests/cases
	PIE='urn:xmpp:pie:0'
}

# reads STATUS OPTION...: one line "EVENT FROM ID TIME" a stanza.
reads() {
	local code=$1
	shift
	run --separate-stderr -"$code" cup-intercept --events message "$@"
	[ -z "$output" ] || output=$(cup-print -f event,from,stanza-id,time <<<"$output" |
		tr '\t' ' ' | sed 's/\.000000Z$/Z/')
	mapfile -t lines <<<"$output"
}

# an export of alice's offline messages and archive, as XEP-0227 has it
export_of_alice() {
	cat <<-EOF
		<?xml version='1.0'?>
		<server-data xmlns='$PIE'><host jid='x.example'><user name='alice' password='secret'>
		<query xmlns='jabber:iq:roster'><item jid='bob@x.example'/></query>
		<offline-messages>
		<message xmlns='jabber:client' from='bob@x.example/r' to='alice@x.example' id='1'><body>one</body><delay xmlns='urn:xmpp:delay' stamp='2026-10-01T10:00:00Z'/></message>
		</offline-messages>
		<archive xmlns='$PIE#mam'><result xmlns='urn:xmpp:mam:2' id='a1'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2026-10-02T10:00:00Z'/>
		<message xmlns='jabber:client' from='alice@x.example/d' to='bob@x.example' id='2'><body>two</body></message></forwarded></result>
		<result xmlns='urn:xmpp:mam:2' id='a2'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2026-10-03T10:00:00Z'/><message xmlns='jabber:client' to='bob@x.example' id='3'><body>three</body></message></forwarded></result></archive>
		$1
		</user></host></server-data>
	EOF
}

@test "ejabberd's log of packets is read, with owner, way and time" {
	reads 0 --times "$CASES/mod_logxml.xml"
	assert_output 'send alice@acme.example/desk L1 2026-10-29T07:10:11Z
recv bob@acme.example/x L2 2026-10-29T07:10:12Z'
	assert_equal "$stderr" ''
	head -n 4 "$CASES/mod_logxml.xml" >log # it is being written
	reads 0 log
	assert_output --partial 'send alice@acme.example/desk L1'
	assert_equal "$stderr" ''
}

@test "exports of offline messages and archives are read, with owner and time" {
	reads 0 --times < <(export_of_alice)
	assert_output 'recv bob@x.example/r 1 2026-10-01T10:00:00Z
send alice@x.example/d 2 2026-10-02T10:00:00Z
send alice@x.example 3 2026-10-03T10:00:00Z'
	assert_equal "$stderr" ''
	reads 0 --times --format export < <(export_of_alice | sed "s,$PIE',http://www.xmpp.org/extensions/xep-0227.html#ns',")
	assert_equal "$(wc -l <<<"$output")" 3
	run ! grep -q secret <<<"$output"
}

@test "an export that is cut off is told" {
	reads 65 < <(export_of_alice | head -n 6)
	assert_equal "$(wc -l <<<"$output")" 1
	assert_regex "$stderr" 'the export is cut off before its end$'
}

@test "what users keep is not taken for what they said, but named" {
	reads 65 < <(export_of_alice "<query xmlns='jabber:iq:private'><n xmlns='urn:n'><message xmlns='jabber:client' from='ceo@x.example' id='9'/></n></query>")
	assert_equal "$(wc -l <<<"$output")" 3
	refute_output --partial ceo
	assert_regex "$stderr" ': left out: a stanza inside what is no wrapper of any$'
}

@test "stanzas in a wrapper that nobody knows are read, and it is named" {
	reads 65 <<-'EOF'
		<export by="somebody"><conversation with="bob@x">
		<message xmlns="jabber:client" from="a@x" to="bob@x" id="1"/>
		<message xmlns="jabber:client" from="a@x" to="bob@x" id="2"/>
		</conversation></export>
	EOF
	assert_equal "$(cut -d ' ' -f 1-3 <<<"$output")" $'send a@x 1\nsend a@x 2'
	assert_equal "$stderr" 'cup-intercept: stdin: byte 0: no wrapper that is known, or not ended: 50 bytes are lost'
	reads 65 --as a@x <<<'<messages><chat><day><message to="bob@x" id="1"/></day></chat></messages><message id="2"/>'
	assert_equal "$(cut -d ' ' -f 1-3 <<<"$output")" $'send a@x 1\nsend a@x 2'
	reads 65 --as a@x <<<'<backup><forwarded xmlns="urn:xmpp:forward:0"><message from="b@x" to="a@x" id="1"/></forwarded></backup>'
	assert_equal "$(cut -d ' ' -f 1-3 <<<"$output")" 'recv b@x 1'
	reads 0 --times --as a@x <<<'<forwarded xmlns="urn:xmpp:forward:0"><delay xmlns="urn:xmpp:delay" stamp="2026-10-03T10:00:00+02:00"/><message xmlns="jabber:client" from="b@x" to="a@x" id="1"/></forwarded>'
	assert_output 'recv b@x 1 2026-10-03T08:00:00Z'
}

@test "a recording's own times are the records'" {
	while IFS='|' read -r prefix time; do
		reads 0 --times --as a@x --day 2026-02-28 <<<"$prefix<message id='1'/>"
		assert_output "send a@x 1 $time" || fail "$prefix"
		assert_equal "$stderr" ''
	done <<-'EOF'
		2026-10-07T04:09:48Z SENT: |2026-10-07T04:09:48Z
		2026-10-07 04:09:48,250 DEBUG SENT: |2026-10-07T04:09:48.250000Z
		[2026/10/07 04:09:48 +0200] SENT: |2026-10-07T02:09:48Z
		Oct 07 2025 04:09:48 SENT: |2025-10-07T04:09:48Z
		Wed Oct  7 04:09:48 2026 SENT: |2026-10-07T04:09:48Z
		[07/Oct/2026:04:09:48 -0130] SENT: |2026-10-07T05:39:48Z
		1791346188.5 SENT: |2026-10-07T04:09:48.500000Z
		1791346188500 SENT: |2026-10-07T04:09:48.500000Z
		(11:09:48 PM) SENT: |2026-02-28T23:09:48Z
		<!-- Out 04:09:48 (a@x) -->|2026-02-28T04:09:48Z
	EOF
	reads 0 --times --zone +02:00 --as a@x <<<"2026-10-07 04:09:48 SENT: <message id='1'/>"
	assert_output 'send a@x 1 2026-10-07T02:09:48Z'
	TZ=XYZ-9 reads 0 --times --zone local --as a@x <<<"2026-10-07 04:09:48 SENT: <message id='1'/>"
	assert_output 'send a@x 1 2026-10-06T19:09:48Z'
}

@test "of a time without a year or a day the input's own tells" {
	echo "Dec 30 01:00:00 SENT: <message id='1'/>" >in
	echo "Jan 02 01:00:00 SENT: <message id='2'/>" >>in
	touch -d 2025-01-03T00:00:00Z in
	reads 0 --times --as a@x in
	assert_output $'send a@x 1 2024-12-30T01:00:00Z\nsend a@x 2 2025-01-02T01:00:00Z'
	printf '23:59:59 SENT: <message id="%d"/>\n00:00:01 SENT: <message id="%d"/>\n' 1 2 3 4 >in
	touch -d 2025-01-03T00:00:00Z in
	reads 0 --times --as a@x in
	assert_line -n 0 'send a@x 1 2025-01-03T23:59:59Z'
	assert_line -n 3 'send a@x 4 2025-01-05T00:00:01Z'
	assert_equal "$stderr" 'cup-intercept: in: byte 15: no date: taken for that of the input: see --day'
}

@test "a delay is a stanza's time where there is no other; none is told" {
	reads 0 --times --as a@x <<-'EOF'
		<message from="b@x" to="a@x" id="1"><delay xmlns="urn:xmpp:delay" stamp="2026-10-01T10:00:00Z"/></message>
		<message from="b@x" to="a@x" id="2"><x xmlns="jabber:x:delay" stamp="20261001T10:00:01"/></message>
		<message from="b@x" to="a@x" id="3"/>
	EOF
	assert_line -n 0 'recv b@x 1 2026-10-01T10:00:00Z'
	assert_line -n 1 'recv b@x 2 2026-10-01T10:00:01Z'
	assert_line -n 2 --regexp '^recv b@x 3 20'
	assert_equal "$stderr" 'cup-intercept: stdin: byte 207: no time: it has the present one'
}

@test "last month's log is found by its times" {
	cup-intercept --times "$CASES/ejabberd-debug.log" >records
	run -0 cup-search -c --since 2026-10-30T10:00:02Z --until 2026-10-31 records
	assert_output 1
	echo 'pass all' >p
	cup-filter p <records | cup-log journal >/dev/null
	run -0 cup-verify journal
	run -0 cup-search -c --since 2026-10-30 --until 2026-10-31 journal
	assert_output 2
}
