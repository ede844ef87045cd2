#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154
# body resembles ... across N: words over several messages.

load ../lib/helpers

setup() {
	common_setup
	printf 'table w { insider "price fixing" /\\bsecret\\b/ }\nreject w body resembles <w> across 3\npass r\n' >p
	EVENT=send SESSION=s1 COUNT=0
}

# says TIME FROM TO BODY [MORE [TYPE]]: one more record of the conversation, in
# the file in; its stanza's id is mN, for the Nth.
says() {
	COUNT=$((COUNT + 1))
	printf '019aac21-0001-7000-8000-%012d\t2026-11-22T%s.000001Z\tnode1\t%s\t%s\t-\t-\t-\t<message xmlns="jabber:client" from="%s" to="%s" id="m%d" type="%s"><body>%s</body>%s</message>\t-\n' \
		"$COUNT" "$1" "$SESSION" "$EVENT" "$2" "$3" "$COUNT" "${6:-chat}" "$4" "${5-}" >>in
}

corrects() {
	printf '<replace xmlns="urn:xmpp:message-correct:0" id="%s"/>' "$1"
}

# The verdicts of all records.
verdicts() {
	cup-filter p <in | column 6 | paste -sd ' '
}

# come_to VERDICTS
come_to() {
	run -0 verdicts
	assert_output "$1"
	rm in
	COUNT=0
}

@test "a word over two messages, with and without a blank, is refused where it ends" {
	says 10:00:01 a@x/1 b@x 'the ins'
	says 10:00:02 a@x/2 B@X/r 'ider knows'
	run -0 cup-filter p <in
	assert_output --partial '"ins" + "ider" read as insider, over 019aac21-0001-7000-8000-000000000001, 019aac21-0001-7000-8000-000000000002'
	come_to 'pass reject'
	says 10:00:01 a@x b@x price
	says 10:00:02 a@x b@x fixing
	come_to 'pass reject'
	says 10:00:01 a@x b@x 'a sec'
	says 10:00:02 a@x b@x 'ret.'
	come_to 'pass reject'
	says 10:00:01 a@x b@x 'the і̶ns '
	says 10:00:02 a@x b@x ' 1d3r'
	come_to 'pass reject'
}

@test "over at most so many, with what has no words between them" {
	for part in in si d er; do
		says 10:00:01 a@x b@x $part
	done
	come_to 'pass pass pass pass'
	for part in in sid er; do
		says 10:00:01 a@x b@x $part
	done
	come_to 'pass pass reject'
	says 10:00:01 a@x b@x in
	printf '%s\n' "$(record send - '<message xmlns="jabber:client" from="a@x" to="b@x"><composing xmlns="http://jabber.org/protocol/chatstates"/></message>')" >>in
	says 10:00:02 a@x b@x sid
	says 10:00:03 a@x b@x er
	come_to 'pass pass pass reject'
	printf 'reject w body resembles insider across 8\npass r\n' >p
	for part in i n s i d e r; do
		says 10:00:01 a@x b@x $part
	done
	come_to 'pass pass pass pass pass pass reject'
}

@test "within five minutes by the records' time" {
	says 10:00:00 a@x b@x ins
	says 10:05:00 a@x b@x ider
	come_to 'pass reject'
	says 10:00:00 a@x b@x ins
	says 10:05:01 a@x b@x ider
	come_to 'pass pass'
}

@test "of one sender to one addressee" {
	says 10:00:01 a@x b@x ins
	says 10:00:01 a@x c@x ider
	says 10:00:01 d@x b@x ider
	says 10:00:01 b@x a@x ider
	says 10:00:02 a@x b@x ider
	come_to 'pass pass pass pass reject'
}

@test "in a room, of whoever it is there" {
	says 10:00:01 a@x room@muc.x ins '' groupchat
	says 10:00:02 a@x room@muc.x ider '' groupchat
	come_to 'pass reject'
	EVENT=recv
	says 10:00:01 room@muc.x/ann b@x/1 ins '' groupchat
	says 10:00:02 room@muc.x/eve b@x/1 ider '' groupchat
	says 10:00:03 room@muc.x/ann b@x/1 ider '' groupchat
	come_to 'pass pass reject'
}

@test "what is sent and what is received of it are apart" {
	says 10:00:01 a@x/1 b@x ins
	EVENT=recv SESSION=s2 says 10:00:01 a@x/1 b@x/9 ins
	EVENT=recv SESSION=s3 says 10:00:01 a@x/1 b@x/8 ins
	says 10:00:02 a@x/1 b@x ider
	EVENT=recv SESSION=s2 says 10:00:02 a@x/1 b@x/9 ider
	come_to 'pass pass pass reject reject'
}

@test "a correction is in the place of what it corrects" {
	says 10:00:01 a@x b@x hello
	says 10:00:02 a@x b@x ider
	says 10:00:03 a@x b@x ins "$(corrects m1)"
	come_to 'pass pass reject'
	says 10:00:01 a@x b@x ins
	says 10:00:02 a@x b@x hello
	says 10:00:03 a@x b@x ider "$(corrects m2)"
	come_to 'pass pass reject'
	# What was corrected is not there any more.
	says 10:00:01 a@x b@x ins
	says 10:00:02 a@x b@x hello "$(corrects m1)"
	says 10:00:03 a@x b@x ider
	come_to 'pass pass pass'
	# Corrected twice, by the first id and by that of the correction.
	says 10:00:01 a@x b@x hello
	says 10:00:02 a@x b@x there "$(corrects m1)"
	says 10:00:03 a@x b@x ins "$(corrects m1)"
	says 10:00:04 a@x b@x ider
	come_to 'pass pass pass reject'
}

@test "what is refused is not remembered, what is held is" {
	printf 'reject no body matches ins\nreject w body resembles insider across 2\npass r\n' >p
	says 10:00:01 a@x b@x ins
	says 10:00:02 a@x b@x ider
	come_to 'reject pass'
	printf 'hold no body matches ins\nreject w body resembles insider across 2\npass r\n' >p
	says 10:00:01 a@x b@x ins
	says 10:00:02 a@x b@x ider
	come_to 'hold reject'
}

@test "a word that was found is not found again by what follows" {
	printf 'hold w body resembles insider across 3\npass r\n' >p
	says 10:00:01 a@x b@x 'an insider'
	says 10:00:02 a@x b@x 'yes'
	says 10:00:03 a@x b@x 'really'
	come_to 'hold pass pass'
}

@test "a question that is asked again has the same answer" {
	says 10:00:01 a@x b@x ins
	says 10:00:02 a@x b@x other
	cp in again
	says 10:00:03 a@x b@x ider
	cat again in >both
	mv both in
	run -0 verdicts
	assert_output 'pass pass pass pass pass'
	cat again >in
	head -n 1 again >>in
	COUNT=5
	says 10:00:04 a@x b@x 'xins'
	come_to 'pass pass pass pass'
}

@test "a journal that is decided again is decided so again" {
	for i in 1 2 3 4 5 6; do
		says "10:00:0$i" a@x b@x ins
		says "10:00:0$i" c@x d@x 'sec'
		says "10:00:0$i" a@x b@x ider
		says "10:00:0$i" c@x d@x 'ret'
	done
	cup-filter p <in | cup-log j | cut -f 1,6,7 >first
	cup-search j | cut -f 1-5,8- | awk -F '\t' -v OFS='\t' '{ $5 = $5 OFS "-" OFS "-" } 1' |
		cup-filter p | cut -f 1,6,7 >second
	run -0 diff first second
	assert_equal "$(grep -c reject first)" 12
}

@test "redact takes out what stands in the message at hand" {
	printf 'redact w body resembles insider across 3 with "[x]"\npass r\n' >p
	says 10:00:01 a@x b@x 'the ins'
	says 10:00:02 a@x b@x 'ider knows'
	says 10:00:03 a@x b@x 'more'
	run -0 cup-filter p <in
	assert_line --index 1 --partial '<body>[x] knows</body>'
	assert_line --index 1 --partial 'read as insider, over 019aac21-0001-7000-8000-000000000001, 019aac21-0001-7000-8000-000000000002; w@'
	assert_line --index 2 --partial '<body>more</body>'
	refute_line --index 2 --partial 'w@'
}

@test "long messages are remembered by their ends, and nothing is made up" {
	local long
	long=$(printf 'word %.0s' {1..200})
	says 10:00:01 a@x b@x "${long}ins"
	says 10:00:02 a@x b@x "ider $long"
	come_to 'pass reject'
	says 10:00:01 a@x b@x ins
	says 10:00:02 a@x b@x "x${long}ider"
	says 10:00:03 a@x b@x "$long"
	come_to 'pass pass pass'
	# The part of it that is kept begins with what would fit.
	says 10:00:01 a@x b@x ins
	says 10:00:02 a@x b@x "$(printf '%0400d' 0)$(printf 'ider %0251d' 0)"
	says 10:00:03 a@x b@x more
	come_to 'pass pass pass'
}

@test "the condition may be turned round, and its number is checked" {
	printf 'hold w body resembles !insider across 2\npass r\n' >p
	says 10:00:01 a@x b@x ins
	says 10:00:02 a@x b@x ider
	come_to 'hold pass'
	for n in 1 9 x 99999999999999999999; do
		printf 'reject w body resembles insider across %s\n' "$n" >p
		run --separate-stderr -78 cup-filter --check p
		assert_equal "$stderr" "cup-filter: p:1: '$n' is no number from 2 to 8"
	done
	printf 'reject w body resembles insider across\n' >p
	run --separate-stderr -78 cup-filter --check p
	assert_equal "$stderr" "cup-filter: p:1: expected a number, not the end of the line"
	printf 'reject w body matches insider across 2\n' >p
	run --separate-stderr -78 cup-filter --check p
	assert_equal "$stderr" "cup-filter: p:1: expected a condition, 'text' or 'with', not 'across'"
	printf 'reject w body resembles across 2 insider across 3\n' >p
	run --separate-stderr -78 cup-filter --check p
	assert_equal "$stderr" "cup-filter: p:1: a second 'across'"
}
