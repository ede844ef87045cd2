#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2034,SC2154
# Erasing at somebody's request: the text is gone, everywhere, and the journal
# is whole.

load ../lib/helpers
load ../lib/journal
load ../lib/prune

setup() {
	common_setup
	LOG=
}

teardown() {
	stop_log
}

@test "an erased record is gone from every file, and all heads still verify" {
	ages j
	run -0 cup-prune --erase "$(id 5)" --why 'request 4711' --yes j
	assert_line --regexp '^j: erase [0-9]+ \(1 record\): request 4711$'
	assert_line "j: done: 0 lines pruned, 1 erased, in 1 segments"
	nowhere secret-5. j
	nowhere "$(id 5)" j
	assert_equal "$(ids j)" "$(seq -s ' ' 1 4) $(seq -s ' ' 6 40) "
	run -0 whole_as_before j
	assert_output --regexp '^j: 39 records, 1 erased, head .*, whole$'
	run -0 cup-verify --removed j
	assert_line --regexp '^j: [0-9]+ erased [^ ]+ by [^ ]+: request 4711$'
	run -0 grep -hE '# erased' "j/$SEGMENT_1"
	assert_output --regexp '# erased sha256=[0-9a-f]{64} [^ ]+Z by=[^ ]+ why=request 4711$'
	# Not twice, and what is not there is told.
	run -1 cup-prune --erase "$(id 5)" --why again --yes j
	assert_line "cup-prune: nothing of '$(id 5)' is there"
	run -1 cup-prune --erase "$(id 99)" --why again j
}

@test "what refers to it goes with it, in all journals that are given" {
	ages j
	done_of='<done xmlns="urn:cup:session:1" ref="%s" outcome="bounced"/>'
	# shellcheck disable=SC2059
	{
		TIME=$(ago -1 year)
		record 'done' - "$(printf "$done_of" "$(id 5)")"
		record 'done' - "$(printf "$done_of" "$(id 6)")"
	} | cup-log refused >out
	run -0 cup-prune --erase "$(id 5)" --why asked --yes j refused
	assert_line --partial "j: erase "
	assert_line --partial "refused: erase "
	assert_equal "$(cup-search -c refused)" 1
	nowhere "$(id 5)" refused
	run -0 cup-verify j refused
	# A stanza's id is what its sender calls it.
	run -1 cup-prune --erase-with dave@acme.example --why asked j
}

@test "a record of the segment that is written to is erased, too" {
	ages j
	before=$(find j -name '*.log' | wc -l)
	run -0 cup-prune --erase "$(id 35)" --why asked --yes j
	nowhere secret-35. j
	assert_equal "$(find j -name '*.log' | wc -l)" $((before + 1))
	run -0 whole_as_before j
	group 41 now | cup-log j >out
	run -0 cup-verify j
}

@test "everything with somebody goes" {
	ages j
	{
		said 50 "to carol $PADDING" alice@acme.example/pc carol@acme.example
		said 51 "from carol $PADDING" carol@acme.example/x
		said 52 "not carol $PADDING" carola@acme.example/x
	} | cup-log j >out
	run -0 cup-prune --erase-with carol@acme.example --why 'she has left' --yes j
	assert_line --partial "(2 records): she has left"
	nowhere carol@acme.example j
	assert_equal "$(ids j)" "$(seq -s ' ' 1 40) 52 "
	run -0 whole_as_before j
}

@test "what a crash had left of it goes as well" {
	ages j
	said 5 "secret-5. again" | sed 's/^/99\t'"$(printf '%064d' 0)"'\t/' >j/00000000000000000099.torn
	printf '99\t%s\t%s\t2026' "$(printf '%064d' 0)" "$(id 6)" >j/00000000000000000099.1.torn
	said 7 "secret-7. again" | sed 's/^/99\t'"$(printf '%064d' 0)"'\t/' >j/00000000000000000099.2.torn
	cp j/00000000000000000099.2.torn j/00000000000000000003.torn
	run -0 cup-prune --erase "$(id 5)" --why asked --yes j
	assert_line "j: remove 00000000000000000099.torn, which a crash has left"
	nowhere secret-5. j
	assert_file_exists j/00000000000000000099.1.torn
	run -0 cup-prune --erase "$(id 6)" --why asked --yes j
	assert_file_not_exists j/00000000000000000099.1.torn
	nowhere "$(id 6)" j
	# What is held of it stays.
	echo "case-17 id $(id 7)" >holds
	run -1 cup-prune --erase-with alice@acme.example --why asked --hold-file holds --yes j
	assert_file_exists j/00000000000000000099.2.torn
	# Where lines are pruned, what was torn there goes with them.
	run -0 cup-prune --keep 7y --yes j
	assert_file_not_exists j/00000000000000000003.torn
	assert_file_exists j/00000000000000000099.2.torn
	run -0 whole_as_before j
}

@test "an id that comes again after its record was erased is a conflict" {
	start_log cup-log --ids 1000 j
	said 1 "secret-1." >&8
	said 2 "secret-2." >&8
	eventually 5 has_lines out 2
	run -0 cup-prune --erase "$(id 1)" --why asked --yes j
	said 1 "secret-1." >&8
	eventually 5 has_lines out 3
	assert_equal "$(tail -1 out | cut -f 6)" reject
	tail -1 out | cut -f 7 | grep -q 'conflict@journal: id already journaled as 3 which has been removed'
	end_log
	run -0 cup-verify j
}

@test "what somebody who was killed had half made of it goes as well" {
	ages j
	for made in zst.tmp index.tmp; do
		echo "what is of secret-5." >"j/${SEGMENT_1%.log}.$made"
	done
	run -0 cup-prune --erase "$(id 5)" --why asked --yes j
	nowhere secret-5. j
	run -0 whole_as_before j
}

@test "what was torn of somebody goes, however the JID is written there" {
	ages j
	printf '99\t%s\t<message from="Carol@ACME.example/x"' "$(printf '%064d' 0)" >j/00000000000000000099.torn
	printf '99\t%s\t<message from="bob@acme.example/x"' "$(printf '%064d' 0)" >j/00000000000000000099.1.torn
	run -0 cup-prune --erase-with carol@acme.example --why asked --yes j
	assert_file_not_exists j/00000000000000000099.torn
	assert_file_exists j/00000000000000000099.1.torn
}

@test "who takes part is whom cup-search finds: carbons, invitations, copies" {
	local c=carol@acme.example
	ages j
	export ID
	{
		ID=$(id 50) record recv pass "<message xmlns=\"jabber:client\" from=\"bob@acme.example\" to=\"bob@acme.example/pc\"><sent xmlns=\"urn:xmpp:carbons:2\"><forwarded xmlns=\"urn:xmpp:forward:0\"><message xmlns=\"jabber:client\" from=\"bob@acme.example/x\" to=\"Carol@ACME.example\"><body>one</body></message></forwarded></sent></message>"
		ID=$(id 51) record send pass "<message xmlns=\"jabber:client\" from=\"bob@acme.example/x\" to=\"room@muc.example\"><x xmlns=\"http://jabber.org/protocol/muc#user\"><invite to=\"$c\"/></x></message>"
		ID=$(id 52) record send pass "<message xmlns=\"jabber:client\" from=\"bob@acme.example/x\" to=\"multicast.example\"><addresses xmlns=\"http://jabber.org/protocol/address\"><address type=\"bcc\" jid=\"$c/y\"/></addresses><body>two</body></message>"
		ID=$(id 53) record send reject "$(message bob@acme.example/x dave@acme.example gone)" - - "$(message bob@acme.example/x "$c" was)"
		ID=$(id 54) record send pass "$(message bob@acme.example/x dave@acme.example "about $c")"
	} | cup-log j >out
	found=$(cup-search --with "$c" j | cut -f 1 | tr '\n' ' ')
	assert_equal "$found" "$(id 50) $(id 51) $(id 52) $(id 53) "
	run -0 cup-prune --erase-with "$c" --why asked --yes j
	assert_line --partial "(4 records): asked"
	assert_equal "$(cup-search --with "$c" -c j || :)" 0
	assert_equal "$(ids j)" "$(seq -s ' ' 1 40) 54 "
	run -0 whole_as_before j
}

@test "the file of an upload that is erased stays, and is named" {
	ages j
	record upload pass '<file xmlns="urn:cup:file:1" from="carol@acme.example/x" name="a.txt" size="1" sha256="00" url="https://files.example/a.txt" path="/store/content/00/00 &amp;1"/>' | cup-log j >out
	run -0 cup-prune --erase-with carol@acme.example --why asked j
	assert_line "j: '/store/content/00/00 &1', which was uploaded, is not removed"
	run -0 cup-prune --erase-with carol@acme.example --why asked --yes j
	assert_line "j: '/store/content/00/00 &1', which was uploaded, is not removed"
	nowhere carol@acme.example j
}

@test "every record of a message, as its page has it" {
	ages j
	{
		ID=$(id 50) record send pass "$(message alice@acme.example/pc carol@acme.example "a word")"
		ID=$(id 51) record recv pass "$(message alice@acme.example/pc carol@acme.example "a word")"
		ID=$(id 52) record send pass "$(message alice@acme.example/pc carol@acme.example "no word")"
	} | cup-log j >out
	awk '/^cup-search --unique/ { take = 1 } /^\.Ed/ { take = 0 } take' \
		"$TOP/man/cup-prune.1" | sed "s/ID/$(id 50)/;s/ journal/ j/" >example
	run -0 bash -e -o pipefail example
	assert_equal "$(ids j)" "$(seq -s ' ' 1 40) 52 "
}
