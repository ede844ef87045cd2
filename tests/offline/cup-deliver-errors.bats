#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154

load ../lib/helpers

setup() {
	common_setup
	HELLO=$(message alice@acme/desk bob@acme/desk 'Hello &lt;secret>')
}

# answers VERDICT STANZA [REASON]: what --errors takes for it.
answers() {
	rm -f errors
	run --separate-stderr -0 cup-deliver --errors errors < <(record send "$1" "$2" "${3:-r@0}" | prove)
	assert_output ''
	assert_equal "$stderr" ''
	cat errors
}

# refusal KIND ATTRIBUTES TEXT
refusal() {
	printf '<%s xmlns="jabber:client" %s type="error"><error type="cancel"><policy-violation xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/><text xmlns="urn:ietf:params:xml:ns:xmpp-stanzas" xml:lang="en">%s</text></error></%s>' "$1" "$2" "$3" "$1"
}

@test "the sender of a refused message is told, with the rule's text" {
	run -0 answers reject "$HELLO" 'wall@0a: ethical wall'
	assert_output "$(refusal message \
		'from="bob@acme/desk" to="alice@acme/desk" id="m1"' 'ethical wall')"
}

@test "the text is that of the last reason, escaped" {
	run -0 answers reject "$HELLO" 'pan@0a: card; wall@0a: a <b> & "c" ]]>'
	assert_output --partial '>a &lt;b> &amp; "c" ]]&gt;</text>'
	refute_output --partial card
}

@test "without a text there is one for each verdict" {
	run -0 answers reject "$HELLO" 'pan@0a: card; wall@0a'
	assert_output --partial '>refused by policy</text>'
	run -0 answers reject "$HELLO" -
	assert_output --partial '>refused by policy</text>'
	run -0 answers hold "$HELLO" wall@0a
	assert_output --partial '>held for review, do not resend</text>'
	run -0 answers hold "$HELLO" 'wall@0a: ask Mary'
	assert_output --partial '>ask Mary</text>'
}

@test "nothing of the refused stanza is quoted" {
	run -0 answers reject "$HELLO"
	refute_output --partial secret
	refute_output --partial body
}

@test "a presence with an addressee and an iq that asks are answered" {
	run -0 answers reject '<presence xmlns="jabber:client" from="alice@acme/desk" to="room@muc/al" id="p1"><status>secret</status></presence>'
	assert_output "$(refusal presence \
		'from="room@muc/al" to="alice@acme/desk" id="p1"' 'refused by policy')"
	for type in get set; do
		run -0 answers reject '<iq xmlns="jabber:client" from="alice@acme/desk" to="bob@acme/desk" id="&quot;q&#x9;&amp;" type="'$type'"><query xmlns="x"/></iq>'
		assert_output "$(refusal iq \
			'from="bob@acme/desk" to="alice@acme/desk" id="&quot;q&#x9;&amp;"' 'refused by policy')"
	done
}

@test "an error is itself canonical" {
	answers reject "$HELLO" 'wall@0a: a <b> & "c" ]]>' >answer
	run --separate-stderr -0 cup-deliver --no-proof < <(record send pass "$(cat answer)")
	assert_output "$(cat answer)"
}

@test "a stanza without an addressee is answered from the sender's account" {
	run -0 answers reject '<message xmlns="jabber:client" from="alice@acme/desk"><body>x</body></message>'
	assert_output "$(refusal message 'from="alice@acme" to="alice@acme/desk"' 'refused by policy')"
}

@test "a prefixed stanza is answered in its own namespace" {
	run -0 answers reject '<c:message xmlns:c="jabber:client" from="alice@acme/desk" to="bob@acme"/>'
	assert_output "$(refusal message 'from="bob@acme" to="alice@acme/desk"' 'refused by policy')"
}

@test "no error answers an error, a result, a broadcast, or nobody" {
	for stanza in \
		'<message xmlns="jabber:client" from="a@x/1" to="b@x" type="error"/>' \
		'<presence xmlns="jabber:client" from="a@x/1" to="b@x" type="error"/>' \
		'<iq xmlns="jabber:client" from="a@x/1" to="b@x" type="error"/>' \
		'<iq xmlns="jabber:client" from="a@x/1" to="b@x" type="result"/>' \
		'<iq xmlns="jabber:client" from="a@x/1" to="b@x"/>' \
		'<presence xmlns="jabber:client" from="a@x/1"/>' \
		'<message xmlns="jabber:client" to="b@x"><body>x</body></message>'; do
		for verdict in hold reject; do
			run -0 answers $verdict "$stanza"
			assert_output ''
		done
	done
}

@test "what is dropped, and cup's own elements, are not answered" {
	run -0 answers drop "$HELLO" 'wall@0a: text'
	assert_output ''
	run --separate-stderr -0 cup-deliver --errors errors < <(record login reject '<session xmlns="urn:cup:session:1" jid="a@x/1"/>' | prove)
	assert_equal "$(cat errors)" ''
}

@test "--errors appends, and makes a file for its owner only" {
	record send reject "$HELLO" | prove >line
	umask 022
	cup-deliver --errors errors <line
	cup-deliver --errors errors --records <line >released
	assert_equal "$(wc -l <errors)" 2
	assert_equal "$(stat -c %a errors)" 600
	assert_equal "$(column 6 <released)" return
}

@test "--errors takes a FIFO, /dev/stderr and /dev/fd" {
	record send reject "$HELLO" | prove >line
	mkfifo fifo
	cat fifo >got &
	cup-deliver --errors fifo <line
	wait $!
	assert_equal "$(wc -l <got)" 1
	run --separate-stderr -0 cup-deliver --errors /dev/stderr <line
	assert_regex "$stderr" '^<message '
	cup-deliver --errors /dev/fd/7 <line 7>seven
	assert_equal "$(wc -l <seven)" 1
}

@test "an error flows out at once while the input stays open" {
	mkfifo in
	cup-deliver --errors errors <in &
	exec {in}>in
	record send reject "$HELLO" | prove >&"$in"
	eventually 5 grep -qs policy-violation errors
	exec {in}>&-
	wait $!
}

@test "errors that cannot be written end it with 74, after what passed" {
	{
		record send reject "$HELLO"
		record send pass "$HELLO"
	} | prove >lines
	run --separate-stderr -74 cup-deliver --errors /dev/full <lines
	assert_output "$HELLO"
	assert_equal "$stderr" "cup-deliver: cannot write to '/dev/full': No space left on device"
	run --separate-stderr -74 cup-deliver --errors nowhere/errors <lines
	assert_output ''
	assert_equal "$stderr" "cup-deliver: cannot open 'nowhere/errors': No such file or directory"
}

@test "errors whose reader has gone end it with 74" {
	record send reject "$HELLO" | prove >line
	mkfifo gone
	exec {hold}<>gone
	exec {out}>gone
	exec {hold}<&-
	run --separate-stderr -74 cup-deliver --errors "/dev/fd/$out" <line
	assert_regex "$stderr" "cannot write to '/dev/fd/$out'"
}
