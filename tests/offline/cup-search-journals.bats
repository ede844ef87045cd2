#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2034,SC2154
# Journals of many segments, with indexes and without, and several at once.

load ../lib/helpers
load ../lib/journal

setup_file() {
	export DATA=$BATS_FILE_TMPDIR PATH=$CUP_BIN:$CUP_TESTS:$PATH
	many_records >"$DATA/records"
	cd "$DATA" || return
	cup-log --compress no --segment-size 256K bare <records >out
	rm -f bare/*.index
	for compress in yes no; do
		cp -r bare "$compress"
		indexed "$compress" --compress "$compress"
	done
	conditions | while read -ra line; do
		status=0
		cup-search "${line[@]}" records || status=$?
		echo "status $status"
	done >want
}

# indexed JOURNAL [ARGS...]: a writer without input makes what is missing.
indexed() {
	start_log cup-log "${@:2}" "$1"
	eventually 60 all_indexed "$1"
	end_log
}

setup() {
	common_setup
	LOG=
}

teardown() {
	stop_log
}

# Of a fortnight, of four nodes and 300 people; some of it forwarded, changed,
# in other scripts, escaped.
many_records() {
	awk 'BEGIN {
		srand(5)
		for (i = 1; i <= 4000; i++) {
			a = int(rand() * 300); b = int(rand() * 300)
			id = sprintf("019aac21-0000-7000-8000-%012x", i)
			time = sprintf("2026-11-%02dT%02d:%02d:%02d.%06dZ", 8 + i / 300, i % 300 / 20, i % 20 * 3, 0, i)
			event = i % 3 ? "send" : "recv"
			verdict = i % 11 ? "pass" : i % 2 ? "reject" : "hold"
			reason = i % 11 ? "default@0a" : "pan" i % 5 "@0b: card; wall@0b: ethical"
			text = i % 97 ? "the draft of the contract " i : i % 2 ? "project fal&#xD;con" : "project ｆalcon"
			if (i % 89 == 0) text = "Project Falcon is late & on \\u0066ire"
			gsub(/&/, "\\&amp;", text); gsub(/&amp;#/, "\\&#", text)
			extra = i % 131 ? "" : "<html xmlns=\"http://jabber.org/protocol/xhtml-im\"><body xmlns=\"http://www.w3.org/1999/xhtml\">fal<b>con</b></body></html>"
			if (i % 53 == 0) extra = extra "<forwarded xmlns=\"urn:xmpp:forward:0\"><message xmlns=\"jabber:client\" from=\"Bücher" i % 7 "@wide.example/x\" to=\"zoe@wide.example\"><body>fwd</body></message></forwarded>"
			to = i % 71 ? "user" b "@acme.example" : "ＵSER" b "@Acme.example/é"
			stanza = "<message xmlns=\"jabber:client\" from=\"user" a "@acme.example/pc\" to=\"" to "\" id=\"m" i "\"><body>" text "</body>" extra "</message>"
			if (i % 61 == 0) stanza = "<message xmlns=\"jabber:client\" from=\"user" a "@acme.example/pc\" to=\"" to "\" id=\"m" i "\"/>"
			original = i % 73 ? "-" : "<message xmlns=\"jabber:client\" from=\"user" a "@acme.example/pc\" to=\"ghost@acme.example\" id=\"m" i "\"><body>secret " i "</body></message>"
			pad = sprintf("%" i % 400 "s", ""); sub(/<body>/, "<body>" pad "x ", stanza)
			printf "%s\t%s\tnode%d\ts%d\t%s\t%s\t%s\t-\t%s\t%s\n", id, time, i % 4, i % 50, event, verdict, reason, stanza, original
		}
	}'
}

# Every kind of condition, alone and with others; one a line.
conditions() {
	cat <<-'END'
		--with user7@acme.example
		--with user7@acme.example/pc
		--with USER7@ACME.example
		--with user7@acme.example --with ghost@acme.example
		--with acme.example --rule pan3
		--with bücher3@wide.example
		--with BÜCHER3@wide.example/x
		--to zoe@wide.example
		--to user7@acme.example/é
		--to ghost@acme.example
		--from user9@acme.example --from user10@acme.example
		--from nobody@acme.example
		--since 2026-11-12 --until 2026-11-13
		--since 2026-11-12T10:00 --with user7@acme.example
		--since 2027-01-01
		--until 2026-11-08T00:10
		--event recv --verdict hold
		--verdict hold,reject --node node3
		--rule wall@0b --session s7
		--rule pan2@0b
		--id m77
		--id 019aac21-0000-7000-8000-000000000123
		--session s3 --node node3
		--node node9
		--words -n 20
		-e falcon
		-e falc* --verdict pass
		-e secret
		-e /Project\sF/
		-e /contract.7/ --with user7@acme.example
		-e ire --since 2026-11-10
		-e project -e falcon
		-c
	END
}

# same_everywhere JOURNAL: what is found there is what is found line by line in
# its records.
same_everywhere() {
	conditions | while read -ra line; do
		status=0
		cup-search "${line[@]}" "$1" 2>>said || status=$?
		echo "status $status"
	done >got
	assert_equal "$(<said)" ''
	cmp "$DATA/want" got
}

@test "a search by indexes finds what one of every line does" {
	[ "$(find "$DATA/no" -name '*.index' | wc -l)" -ge 5 ]
	[ "$(grep -c '^status 0' "$DATA/want")" -ge 25 ]
	same_everywhere "$DATA/no"
}

@test "also where segments are compressed" {
	[ "$(find "$DATA/yes" -name '*.zst' | wc -l)" -ge 5 ]
	same_everywhere "$DATA/yes"
	mkdir j
	cp "$DATA"/yes/*.log* j
	same_everywhere j
}

@test "so does one without" {
	same_everywhere "$DATA/bare"
}

@test "indexes that are no indexes, or of other segments, change nothing" {
	cp -r "$DATA/no" j
	files=(j/*.index)
	mv "${files[0]}" x
	mv "${files[1]}" "${files[0]}"
	mv x "${files[1]}"
	head -c 3000 "${files[2]}" >x
	mv x "${files[2]}"
	head -c 100000 /dev/urandom >"${files[3]}"
	: >"${files[4]}"
	printf x | dd of="${files[5]}" bs=1 seek=40000 conv=notrunc status=none
	rm "${files[6]}"
	mkdir "${files[6]}"
	same_everywhere j
}

@test "what cannot be searched is reported, whatever an index leaves out" {
	sed -e '40s/<body>/<body >/' -e '1500s/<body>/<body >/' "$DATA/records" |
		cup-log --segment-size 256K j >out
	status=0
	cup-search --with user7@acme.example j >want 2>said || status=$?
	assert_equal "$status $(grep -c ': its stanza is not in canonical form$' said)" '65 2'
	indexed j
	status=0
	cup-search --with user7@acme.example j >got 2>again || status=$?
	assert_equal "$status" 65
	cmp want got
	cmp <(sed 's/\.zst:/:/' said) <(sed 's/\.zst:/:/' again)
}

@test "a search while it is written finds all that was there when it began" {
	start_log cup-log --segment-size 256K j
	for part in 1,1000 1001,1100 1101,3000 3001,4000; do
		cup-search -e draft j >before 2>err || :
		sed -n "${part}p" "$DATA/records" >&8
		cup-search -e draft j >during 2>>err || :
		eventually 20 has_lines out "${part#*,}"
		cup-search -e draft j >after 2>>err
		cmp -n "$(wc -c <before)" before during
		cmp -n "$(wc -c <during)" during after
		head -n "${part#*,}" "$DATA/records" >so-far
		cup-search -e draft so-far | cmp - after
	done
	run -0 grep -v 'is no journal\|cannot be opened' err || assert_equal "$(grep -v 'is no journal\|cannot be opened' err)" ''
	end_log
	same_everywhere j
}

@test "several journals are one search, in the order of time" {
	for n in 0 1 2 3; do
		awk -F '\t' -v n="node$n" '$3 == n' "$DATA/records" |
			cup-log --segment-size 64K "j$n" >out
	done
	indexed j2
	sort -t $'\t' -s -k 2,2 "$DATA/records" >sorted
	cup-search j0 j1 j2 j3 | cmp - sorted
	cup-search -e draft j3 j1 j0 j2 >got
	cup-search -e draft sorted | cmp - got
	run -0 cup-search -c j0 j1 j2 j3
	assert_output 4000
	run -0 cup-search -n 3 j0 j1 j2 j3
	assert_output "$(head -n 3 sorted)"
}

@test "of the same time the journal that is named first comes first" {
	for n in 1 2; do
		for text in a b; do
			TIME=2026-11-20T09:00:00.000000Z record send pass "$(message a@x b@x "$n$text")"
		done >"r$n"
		TIME=2026-11-19T09:00:00.000000Z record send pass "$(message a@x b@x "late $n")" >>"r$n"
	done
	run -0 bash -c "cup-search -e '/./' r2 r1 | grep -o '<body>[^<]*' | cut -c 7- | tr '\n' ' '"
	# Each keeps its own order.
	assert_output '2a 2b late 2 1a 1b late 1 '
}

@test "the last operand is a pattern unless it is a journal" {
	mkdir falcon
	run -0 cup-search -c "$DATA/no" falcon
	patterns=$output
	rmdir falcon
	cp -r "$DATA/bare" falcon
	run -0 cup-search -c "$DATA/no" falcon
	assert_output 8000
	run -0 cup-search -c --pattern falcon "$DATA/no"
	assert_output "$patterns"
	run -0 cup-search -c "$DATA/no" falcon falcon -e falcon
	assert_output $((3 * patterns))
	run -0 cup-search -c "$DATA/no" "falcon/$SEGMENT_1" contract
	run --separate-stderr -74 cup-search -e falcon "$DATA/no" nowhere
	assert_equal "$stderr" "cup-search: 'nowhere' cannot be opened: No such file or directory"
}

@test "a short search shows no bar on a terminal" {
	run -0 script -qec "cup-search -c $DATA/no falcon" /dev/null
	refute_output --partial '['
}

@test "a long one shows how far it is, and leaves nothing behind" {
	mkfifo out
	script -qefc "cup-search $DATA/no >out" shown </dev/null >/dev/null &
	exec {out}<out
	begun=$SECONDS
	# It waits for its reader.
	takes_long() { [ $((SECONDS - begun)) -ge 3 ]; }
	eventually 10 takes_long
	head -c 400000 <&"$out" >begun
	eventually 10 grep -q found shown
	cmp "$DATA/records" <(cat begun - <&"$out")
	wait $!
	run -0 cat -v shown
	assert_output --regexp '\[#+\.*\] [0-9]+ %, [0-9]+ found'
	assert_output --regexp '\^M\^\[\[K[^#]*$'
}

@test "an index that is not what its lines make is found by cup-verify --indexes" {
	cp -r "$DATA/yes" j
	run -0 cup-verify --indexes j
	cp -r j altered
	for index in altered/*.index; do
		rm "$index"
		break
	done
	run -0 cup-verify --indexes altered
	for file in altered/*.index; do
		printf x | dd of="$file" bs=1 seek=30000 conv=notrunc status=none
		break
	done
	run --separate-stderr -1 cup-verify --indexes altered
	assert_regex "$stderr" "^cup-verify: journal 'altered': [0-9]{20}.index is not what its segment has"
	run -0 cup-verify altered
}
