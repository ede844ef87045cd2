#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154
# cup-export: what belongs together, and how it conducts itself.

load ../lib/helpers
load ../lib/export

setup_file() {
	exported_records >"$BATS_FILE_TMPDIR/records"
}

setup() {
	common_setup
	cp "$BATS_FILE_TMPDIR/records" .
}

# transcript ARGS...: the texts of all mails.
transcript() {
	cup-export -o mbox "$@" >out.mbox || return
	read_back mail out.mbox
}

@test "a message is shown once, with all its records, and with what was made of it" {
	run -0 transcript records
	assert_line '10:00:00  alice@acme.example: Grüße, <script>alert(1)</script>'
	assert_line '          corrected 2026-11-22 10:02:00 by alice@acme.example: Hello, corrected'
	assert_line '          reaction 2026-11-22 10:03:00 by bob@acme.example: 👍'
	assert_equal "$(grep -c 'Grüße' <<<"$output")" 1
	while read -r id; do
		assert_line --partial "$id"
	done < <(head -5 records | cut -f 1)
}

@test "what was refused or held is marked with rule and text" {
	run -0 transcript records
	assert_line '          ** sent: refused by wall: ethical wall'
	assert_line '          ** sent: held by outside: to be looked at'
}

@test "a room is one conversation, whoever sent and got it" {
	run -0 transcript records
	assert_line 'Subject: room dev@conf.example, 2026-11-22'
	assert_line '          reaction 2026-11-22 10:06:00 by Bo: 🎉 👍'
	assert_line '          retracted 2026-11-22 10:08:00 by Bo'
	assert_equal "$(grep -c 'room words' <<<"$output")" 1
}

@test "archived words stand under their own author, at their own time" {
	run -0 transcript records
	assert_line 'Subject: alice@acme.example and bob@acme.example, 2019-07-10, recorded later 09:00:00'
	assert_line '09:00:00  bob@acme.example: archived words'
}

@test "nobody corrects or retracts the words of another" {
	{
		at 10:00:00 send pass "$(said "$ALICE" "$BOB" m1 '<body>mine</body>')"
		at 10:01:00 send pass "$(said "$BOB/pc" alice@acme.example m2 '<body>yours</body><replace xmlns="urn:xmpp:message-correct:0" id="m1"/>')"
		at 10:02:00 send pass "$(said "$BOB/pc" alice@acme.example m3 '<retract xmlns="urn:xmpp:message-retract:1" id="m1"/>')"
	} >records
	run -0 transcript records
	assert_line '10:00:00  alice@acme.example: mine'
	assert_line '10:01:00  bob@acme.example: [correction of m1] yours'
	assert_line '10:02:00  bob@acme.example: [retracts m1]'
}

@test "a correction that was refused is not taken for one" {
	{
		at 10:00:00 send pass "$(said "$ALICE" "$BOB" m1 '<body>first</body>')"
		at 10:01:00 send reject "$(said "$ALICE" "$BOB" m2 '<body>second</body><replace xmlns="urn:xmpp:message-correct:0" id="m1"/>')" 'wall@ab12: no'
	} >records
	run -0 transcript records
	refute_line --partial 'corrected'
	assert_line '10:01:00  alice@acme.example: [correction of m1] second'
	assert_line '          ** sent: refused by wall: no'
}

@test "a copy that was refused elsewhere marks the message" {
	{
		at 10:00:00 send pass "$(said "$ALICE" "$BOB" m1 '<body>words</body>')"
		at 10:00:01 recv reject "$(said "$ALICE" "$BOB" m1 '<body>words</body>')" 'wall@ab12: no'
	} >records
	run -0 transcript records
	assert_line '          ** received: refused by wall: no'
}

@test "nothing that somebody says is left out, and with --all nothing at all" {
	run -0 transcript records
	refute_line --partial composing
	run -0 transcript --all records
	assert_line --partial '[composing]'
	cut -f 1 records >ids
	assert_equal "$(grep -owFf ids <<<"$output" | sort -u | wc -l)" "$(wc -l <ids)"
}

@test "days begin and end in the zone that is asked for" {
	{
		at 22:30:00 send pass "$(said "$ALICE" "$BOB" m1 '<body>late</body>')"
		at 23:30:00 send pass "$(said "$ALICE" "$BOB" m2 '<body>later</body>')"
	} >records
	run -0 transcript --zone Europe/Berlin records
	assert_line 'Date: Sun, 22 Nov 2026 23:30:00 +0100'
	assert_line 'Date: Mon, 23 Nov 2026 00:30:00 +0100'
	run -64 cup-export -o mbox --zone Europe/Nowhere records
}

@test "one for each day, conversation or message" {
	DAY=2026-11-23 at 09:00:00 send pass "$(said "$ALICE" "$BOB" m9 '<body>next day</body>')" >>records
	for per in day:5 conversation:3 message:7; do
		cup-export -o mbox --per "${per%:*}" records >out.mbox
		assert_equal "$per $(grep -c '^From ' out.mbox)" "$per ${per#*:}"
	done
}

@test "records in any order are exported whole" {
	shuf --random-source=records records >shuffled
	cup-export -o mbox --per conversation records >a
	cup-export -o mbox --per conversation shuffled >b
	run -0 cmp a b
}

@test "the same records make the same files, whatever the place" {
	exported_store
	for f in eml rsmf html vcon; do
		TZ=UTC cup-export -o $f --files store -d a records
		TZ=America/New_York LC_ALL=C cup-export -o $f --files store -d b records
	done
	run -0 diff -r a b
	run -0 bash -c 'ls a | wc -l'
	assert_output 16
}

@test "names and addresses come from the map, whose mistakes are named" {
	printf 'jid,mail,name\r\nALICE@acme.example,a.smith@mail.example,"Alice ""Al"" Müller"\r\nbob@acme.example,,Bob\n' >map
	run -0 transcript --map map records
	assert_line 'From: "Alice \"Al\" Müller" <a.smith@mail.example>'
	assert_line 'To: Bob <bob@acme.example>'
	for bad in 'a@b,no address' 'a@b,a@b.example>x' '"a@b' 'a@b,,c,d' '@,a@b.example' $'a@b,,\xff'; do
		printf 'jid\n%s\n' "$bad" >map
		run --separate-stderr -78 cup-export -o mbox --map map records
		assert_regex "$stderr" '^cup-export: map:2: '
	done
}

@test "an address that is none of mail is made one" {
	at 10:00:00 send pass "$(said "$ALICE" 'jürgen,b@müller.example' m1 '<body>words</body>')" >records
	run -0 transcript records
	assert_line --partial '<j=C3=BCrgen=2Cb@xn--mller-kva.example>'
}

@test "a line that is none, and a stanza that is not canonical, are named" {
	{
		echo garbage
		at 10:00:00 send pass '<message xmlns="jabber:client" ><body>x</body></message>'
		cat "$BATS_FILE_TMPDIR/records"
	} >records
	run --separate-stderr -65 transcript records
	assert_regex "${stderr_lines[0]}" '^cup-export: records:1: '
	assert_regex "${stderr_lines[1]}" '^cup-export: records:2: its stanza is not in canonical form'
	assert_equal "$(grep -c '^From ' out.mbox)" 4
}

@test "a journal's id and the SEQ of its records are told" {
	cup-log journal <records >/dev/null
	cup-export -o mbox journal >out.mbox
	id=$(sed -n '1s/.* id=\([^ ]*\).*/\1/p' journal/*.log | head -1)
	run -0 grep -h '^X-Cup-Journal: ' out.mbox
	assert_line --regexp "^X-Cup-Journal: $id [0-9]+-[0-9]+\$"
}

@test "more than a part holds goes into the next" {
	awk 'BEGIN { for (i = 0; i < 10050; i++)
		printf "019aac21-7d1b-7000-8000-%012d\t2026-11-22T10:00:00.%06dZ\tn\ts\tsend\tpass\t-\t-\t" \
			"<message xmlns=\"jabber:client\" from=\"a@x.example/1\" to=\"b@x.example\" id=\"m%d\">" \
			"<body>word %d</body></message>\t-\n", i, i, i, i }' >records
	cup-export -o rsmf -d out records
	run -0 bash -c 'ls out | wc -l'
	assert_output 2
	read_back rsmf out/* >all
	assert_equal "$(grep -o '"word [0-9]*"' all | sort -u | wc -l)" 10050
}

@test "it conducts itself like the others" {
	conducts_itself cup-export -o mbox records
	for bad in '' '-o nothing' '-o eml' '-o mbox -d x' '-o rsmf -d x --per conversation' '-o mbox --per year' \
		'-o mbox --clear' '--smtp smtp://h' '--smtp http://h --rcpt a@b --cursor c' \
		'--smtp smtp://h --rcpt a --cursor c' '--smtp smtp://u:p@h --rcpt a@b --cursor c'; do
		# shellcheck disable=SC2086
		run --separate-stderr -64 cup-export $bad records
		assert_output ''
		assert_regex "$stderr" '^cup-export: '
	done
	assert_not_exists x
	run --separate-stderr -74 cup-export -o mbox nowhere
	assert_regex "$stderr" "^cup-export: 'nowhere' cannot be opened"
	run --separate-stderr -0 cup-export -o mbox /dev/null
	assert_output ''
}

@test "a full standard output or folder ends it with 74" {
	for format in mbox html vcon; do
		run --separate-stderr -74 bash -c "cup-export -o $format records >/dev/full"
		assert_equal "$stderr" 'cup-export: cannot write to standard output: No space left on device'
	done
	mkdir -p out
	run --separate-stderr -74 bash -c 'trap "" XFSZ; ulimit -f 0; cup-export -o eml -d out records'
	run -0 bash -c 'ls -A out'
	assert_output ''
}
