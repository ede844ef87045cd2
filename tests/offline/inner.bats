#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Whose words a record has, when they were said, and what they are about: in
# cup-print's transcript and fields, and for cup-search.
# shellcheck disable=SC2154

load ../lib/helpers

setup() {
	common_setup
	CASES=$TOP/tests/cases
	ALICE=alice@example.com
	BOB=bob@research.example.com
	cup-intercept --domain example.com --events all "$CASES/forward.xml" >forward
	cup-intercept --domain acme.example "$CASES/conv.xml" >conv
}

# label ID: the line of that stanza in the transcript, from its words on
label() {
	grep -h " id=\"$1\"" "${2-forward}" | head -n 1 | cup-print | cut -c 21- | sed 's/^.*  -  *//'
}

inside() {
	printf '<message xmlns="jabber:client" from="%s" to="%s">%s</message>' "$1" "$2" "$3"
}

forwarded() {
	printf '<forwarded xmlns="urn:xmpp:forward:0"><delay xmlns="urn:xmpp:delay" stamp="%s"/>%s</forwarded>' "$1" "$2"
}

@test "the transcript says whose words they are, and when they were said" {
	assert_equal "$(label c2)" "[carbon $ALICE > $BOB] carbon to bob"
	assert_equal "$(label c1)" "[carbon $ALICE > $ALICE] note to self: carbon without to"
	assert_equal "$(label m1)" "[archive 2019-07-10 23:08 $BOB/x > $ALICE] old secret from archive"
	assert_equal "$(label m2)" "[archive 2019-07-10 23:08 room@muc.example.com/bobnick > $ALICE] room archive"
	assert_equal "$(label h1)" "[history 2026-10-01 10:00 $BOB/x] history line"
	record recv pass "$(inside bob@x a@x/1 '<body>late</body><delay xmlns="urn:xmpp:delay" stamp="2026-10-01T10:00:00Z"/>')" >late
	TZ=XYZ-9 run -0 cup-print --local late
	assert_output --partial '[delayed 2026-10-01 19:00] late'
	record send pass "$(inside a@x/1 bob@x "<body>see</body>$(forwarded 2026-10-01T12:00:00+02:00 "$(inside carol@x a@x '<body>secret</body>')")")" >shown
	run -0 cup-print shown
	assert_output --partial '[forwards 2026-10-01 10:00 carol@x > a@x] see'
	assert_equal "$(cup-print -f author,addressee shown)" $'a@x/1\tbob@x'
}

@test "nobody's words are another's by a carbon or archive that is forged" {
	assert_equal "$(label sp1)" '[forged carbon room@muc.other.net/groot > room@muc.other.net] I am groot.'
	for how in '<received xmlns="urn:xmpp:carbons:2">%s</received>' '<result xmlns="urn:xmpp:mam:2">%s</result>'; do
		# shellcheck disable=SC2059
		record recv pass "$(inside evil@y/z a@x/1 "$(printf "$how" "$(forwarded 2026-10-01T10:00:00Z "$(inside ceo@x a@x '<body>sell</body>')")")")" >forged
		run -0 cup-print forged
		assert_output --partial '[forged '
		assert_equal "$(cup-print -f author,addressee forged)" $'evil@y/z\ta@x/1'
	done
}

@test "fields have author, addressee and time" {
	run -0 cup-print -f stanza-id,author,addressee,said forward
	assert_line "sp1	room@muc.other.net/balu	georg@example.com/poezio	-"
	assert_line "c1	$ALICE/desk	$ALICE	-"
	assert_line "c2	$ALICE/desk	$BOB	-"
	assert_line "m1	$BOB/x	$ALICE	2019-07-10T23:08:25.000000Z"
	assert_line "h1	room@muc.example.com/bobnick	$ALICE/b	2026-10-01T10:00:00.000000Z"
	run -0 cup-print -f author,addressee conv
	assert_line -n 0 'alice@acme.example/d	bob@acme.example'
	run -0 cup-print -f author < <(record login - '<session xmlns="urn:cup:session:1" jid="a@x/1"/>')
	assert_output 'a@x/1'
}

@test "what a message is about is said, by its id" {
	assert_equal "$(label 4 conv)" '[correction of 3] thanks!'
	assert_equal "$(label 7 conv)" '[received 2]'
	run -0 cup-print -f replaces,refers conv
	assert_line -n 3 $'3\t-'
	assert_line -n 6 $'-\t2'
	while IFS='|' read -r xml words; do
		record send pass "$(inside a@x/1 b@x "$xml")" >one
		assert_equal "$(cup-print one | sed 's/^.*  pass  *//')" "$words"
		assert_equal "$(cup-print -f refers one)" X
	done <<-'EOF'
		<retract xmlns="urn:xmpp:message-retract:1" id="X"/>|[retracts X]
		<apply-to xmlns="urn:xmpp:fasten:0" id="X"><retract xmlns="urn:xmpp:message-retract:0"/></apply-to>|[retracts X]
		<reactions xmlns="urn:xmpp:reactions:0" id="X"><reaction>ok</reaction></reactions>|[reaction to X] ok
		<reply xmlns="urn:xmpp:reply:0" id="X" to="b@x"/><body>yes</body>|[reply to X] yes
		<displayed xmlns="urn:xmpp:chat-markers:0" id="X"/>|[displayed X]
	EOF
	record recv pass "$(inside a@x a@x/1 "<sent xmlns=\"urn:xmpp:carbons:2\"><forwarded xmlns=\"urn:xmpp:forward:0\">$(inside a@x/2 b@x '<body>no</body><replace xmlns="urn:xmpp:message-correct:0" id="Y"/>')</forwarded></sent>")" >one
	assert_equal "$(cup-print one | sed 's/^.*  pass  *//')" '[carbon a@x > b@x] [correction of Y] no'
}

@test "people are found wherever a policy's from and to look" {
	run -0 cup-search --with "$BOB" forward
	assert_equal "$(cup-print -f stanza-id <<<"$output" | paste -sd ' ')" 'c2 m1 m2 h1 - i1 i2 mc'
	run -0 cup-search --to research.example.com forward
	assert_equal "$(cup-print -f stanza-id <<<"$output" | paste -sd ' ')" 'c2 i1 i2 mc'
	run -0 cup-search --from "$BOB/x" forward
	assert_equal "$(cup-print -f stanza-id <<<"$output" | paste -sd ' ')" 'm1 m2 h1 -'
	printf 'table r { *@research.example.com }\nreject sent from <r>\nreject got to <r>\npass all\n' >wall
	cup-filter wall <forward | cup-search --verdict reject - | cut -f 9 >refused
	assert_equal "$(cat refused)" "$(cup-search --with "$BOB" forward | cut -f 9)"
}

@test "--words leaves out what has none" {
	run -0 cup-search --words conv
	assert_equal "$(cup-print -f stanza-id <<<"$output" | paste -sd ' ')" '1 2 3 4 5'
	record recv pass "$(inside b@x a@x '<thread>5f</thread><active xmlns="http://jabber.org/protocol/chatstates"/><delay xmlns="urn:xmpp:delay">Offline</delay>')" >one
	run -1 cup-search --words one
	record recv pass "$(inside b@x a@x '<reactions xmlns="urn:xmpp:reactions:0" id="1"><reaction>ok</reaction></reactions>')" >one
	run -0 cup-search -c --words one
	assert_output 1
}

# said FROM TO [ID [BODY [EXTRA]]]
said() {
	printf '<message xmlns="jabber:client" from="%s" to="%s" id="%s" type="%s"><body>%s</body>%s</message>' \
		"$1" "$2" "${3-m1}" "${TYPE-chat}" "${4-hi}" "${5-}"
}

@test "--unique shows a message once, with the ids of its copies" {
	{
		record send pass "$(said a@x/1 b@x)"
		record recv pass "$(said a@x/1 b@x)"
		record recv pass "$(inside a@x a@x/2 "<sent xmlns=\"urn:xmpp:carbons:2\"><forwarded xmlns=\"urn:xmpp:forward:0\">$(said a@x/1 b@x)</forwarded></sent>")"
		record recv pass "$(inside b@x b@x/1 "<result xmlns=\"urn:xmpp:mam:2\">$(forwarded 2026-10-01T10:00:00Z "$(said a@x/1 b@x)")</result>")"
		record send pass "$(said a@x/1 b@x m2)"
	} >all
	run -0 cup-search --unique all
	assert_equal "${#lines[@]}" 2
	assert_equal "$(cup-print -f copies <<<"${lines[0]}")" "$(sed -n 2,4p all | column 1 | paste -sd ,)"
	assert_equal "$(column 1-10 <<<"${lines[0]}")" "$(head -n 1 all)"
	assert_equal "${lines[1]}" "$(tail -n 1 all)"
	run -0 cup-search --unique -c all
	assert_output 2
	run -0 cup-search --unique -n 1 all
	assert_equal "${#lines[@]}" 1
}

@test "--unique knows reflections and history of a room, and keeps nicks apart" {
	export TYPE=groupchat
	{
		record send pass "$(said a@x/1 r@muc)"
		record recv pass "$(said r@muc/al a@x/1)"
		record recv pass "$(said r@muc/al c@x/1)"
		record recv pass "$(said r@muc/al d@x/1 m1 hi '<delay xmlns="urn:xmpp:delay" stamp="2026-10-01T10:00:00Z"/>')"
		record recv pass "$(said r@muc/bo a@x/1)"
		record recv pass "$(said r@muc/bo c@x/1)"
	} >all
	run -0 cup-search --unique all
	assert_equal "$(cup-print -f from,copies <<<"$output")" "a@x/1	$(sed -n 2,4p all | column 1 | paste -sd ,)
r@muc/bo	$(sed -n 6p all | column 1)"
}

@test "--unique takes for a copy only what says the same" {
	{
		record send pass "$(said a@x/1 b@x)"
		record send pass "$(said a@x/1 b@x m1 ho)"
		record send pass "$(said a@x/1 c@x)"
		record send pass "$(said e@x/1 b@x)"
		record send pass "$(said a@x/1 b@x '')"
		record send pass "$(said a@x/1 b@x '')"
		record recv pass "$(inside evil@y a@x/1 "<received xmlns=\"urn:xmpp:carbons:2\"><forwarded xmlns=\"urn:xmpp:forward:0\">$(said a@x/1 b@x)</forwarded></received>")"
		record login pass '<session xmlns="urn:cup:session:1" jid="a@x/1"/>'
		record login pass '<session xmlns="urn:cup:session:1" jid="a@x/1"/>'
	} >all
	run -0 cup-search --unique all
	assert_output "$(cat all)"
}
