#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154

load ../lib/helpers

setup() {
	common_setup
	HELLO=$(message alice@acme/desk bob@acme/desk Hello)
	SESSION='<session xmlns="urn:cup:session:1" jid="alice@acme/desk"/>'
	ID=019aac21-0000-7000-8000-000000000001
	KEY=$BATS_TEST_TMPDIR/key
	(umask 077 && printf 'sixteen bytes or more' >"$KEY")
}

# withholds WORDS OPTION...: that record, alone on stdin, is named so, let out
# in neither mode, and not answered.
withholds() {
	local words=$1 line mode
	shift
	line=$(cat)
	for mode in '' --records; do
		run --separate-stderr -1 cup-deliver $mode --errors errors "$@" <<<"$line"
		assert_output ''
		assert_regex "$stderr" "^cup-deliver: withheld '$ID': $words"
		assert_equal "$(cat errors)" ''
	done
}

@test "a passed record with a proof comes out as its stanza" {
	run --separate-stderr -0 cup-deliver < <(record send pass "$HELLO" | prove)
	assert_output "$HELLO"
	assert_equal "$stderr" ''
}

@test "a proof made before the decision is as good" {
	run -0 cup-deliver < <(record recv - "$HELLO" | prove | sed 's/\trecv\t-\t/\trecv\tpass\t/')
	assert_output "$HELLO"
}

@test "stanzas come out one a line, in order" {
	run -0 cup-deliver < <(for n in 1 2 3; do
		record send pass "$(message a@x b@x "$n")"
	done | prove)
	assert_output "$(for n in 1 2 3; do message a@x b@x "$n"; echo; done)"
}

@test "what policy refused stays in, and that is no fault" {
	run --separate-stderr -0 cup-deliver < <(for v in hold reject drop; do
		record send $v "$HELLO" r@0
	done | prove)
	assert_output ''
	assert_equal "$stderr" ''
}

@test "an undecided record is withheld" {
	record send - "$HELLO" | prove | withholds 'undecided: '
}

@test "a record that was not journaled is withheld" {
	record send pass "$HELLO" | withholds 'unjournaled: '
	record send reject "$HELLO" | withholds 'unjournaled: '
}

@test "a record that was altered after it was journaled is withheld" {
	record send pass "$HELLO" | prove | sed 's/>Hello</>Hullo</' |
		withholds 'altered after it was journaled$'
	record send reject "$HELLO" | prove | sed 's/\tsend\t/\trecv\t/' |
		withholds 'altered '
	record send pass "$HELLO" | prove | sed 's/#1\t/#2\t/' | withholds 'altered '
}

@test "a verdict that was loosened after it was journaled is withheld" {
	record send reject "$HELLO" | prove | sed 's/\treject\t/\tpass\t/' |
		withholds 'loosened: '
	record send drop "$HELLO" | prove | sed 's/\tdrop\t/\thold\t/' |
		withholds 'loosened: '
}

@test "a verdict that was tightened after it was journaled is withheld too" {
	record send pass "$HELLO" | prove | sed 's/\tpass\t/\treject\t/' |
		withholds 'altered '
}

@test "a record that comes in released is forged" {
	for v in deliver return discard; do
		record send $v "$HELLO" | prove | withholds 'forged: '
		record send $v "$HELLO" | prove | withholds 'forged: ' --key "$KEY"
	done
	run --separate-stderr -1 cup-deliver --no-proof < <(record send deliver "$HELLO")
	assert_output ''
}

@test "with a key only proofs made with it count" {
	record send pass "$HELLO" >journaled
	run -0 cup-deliver --key "$KEY" < <(prove "$KEY" <journaled)
	assert_output "$HELLO"
	prove <journaled | withholds 'unkeyed: ' --key "$KEY"
	prove "$KEY" <journaled | withholds 'keyed: '
	(umask 077 && printf 'another sixteen bytes' >other)
	prove other <journaled | withholds 'altered .*another key$' --key "$KEY"
	prove "$KEY" <journaled | sed 's/Hello/Hullo/' | withholds 'altered ' --key "$KEY"
	record send hold "$HELLO" | prove "$KEY" | sed 's/\thold\t/\tpass\t/' |
		withholds 'loosened: ' --key "$KEY"
}

@test "a key file that cannot serve is refused" {
	run --separate-stderr -78 cup-deliver --key nowhere </dev/null
	assert_equal "$stderr" "cup-deliver: cannot use key 'nowhere': No such file or directory"
	chmod 644 "$KEY"
	run --separate-stderr -78 cup-deliver --key "$KEY" </dev/null
	assert_regex "$stderr" 'its group or others have access'
	(umask 077 && printf 'fifteen bytes..' >short)
	run -78 cup-deliver --key short </dev/null
}

@test "--no-proof lets out without and with any proof, and says so" {
	run --separate-stderr -0 cup-deliver --no-proof < <(
		record send pass "$HELLO"
		record send pass "$HELLO" | prove "$KEY" | sed 's/#1\t/#2\t/'
	)
	assert_output "$HELLO"$'\n'"$HELLO"
	assert_equal "$stderr" 'cup-deliver: UNSAFE: --no-proof lets out records that are in no journal'
}

@test "one withheld record does not keep the others" {
	run --separate-stderr -1 cup-deliver < <(
		record send pass "$HELLO" | prove
		record send pass "$HELLO"
		record recv pass "$HELLO" | prove
	)
	assert_output "$HELLO"$'\n'"$HELLO"
	assert_equal "${#stderr_lines[@]}" 1
}

@test "what is not one canonical stanza is a malformed record" {
	for bad in "$HELLO$HELLO" "$HELLO " "<message xmlns='jabber:client'/>" \
		'<message xmlns="jabber:client"></message>' \
		'<message xmlns="jabber:client"><body>x</message>' \
		'<message xmlns="jabber:client"/><!-- -->'; do
		record send pass "$bad" >line
		run --separate-stderr -65 cup-deliver --no-proof <line
		assert_output ''
		assert_regex "$stderr" "'$ID': not one canonical stanza|has no stanza"
		sed 's/\tpass\t/\treject\t/' line >refused
		run --separate-stderr -65 cup-deliver --records --no-proof --errors errors <refused
		assert_output ''
		assert_equal "$(cat errors)" ''
	done
}

@test "a stanza must be of its record's event" {
	run --separate-stderr -65 cup-deliver < <(
		record login pass "$HELLO" | prove
		record send pass "$SESSION" | prove
		record send pass '<proceed xmlns="urn:ietf:params:xml:ns:xmpp-tls"/>' | prove
	)
	assert_output ''
	assert_line_count 3 "$stderr" 'not a stanza of its event'
}

# assert_line_count N TEXT REGEX
assert_line_count() {
	assert_equal "$(grep -c "$3" <<<"$2")" "$1"
}

@test "cup's own elements are judged, and not printed as stanzas" {
	run --separate-stderr -1 cup-deliver < <(
		record login pass "$SESSION" | prove
		record logout pass "$SESSION" | prove
		record login pass "$SESSION"
	)
	assert_output ''
	assert_line_count 1 "$stderr" unjournaled
}

@test "--records prints what was judged, released, login and logout too" {
	{
		record send pass "$HELLO" r@0
		record recv hold "$HELLO" r@0
		record send reject "$HELLO" 'r@0: no'
		record send drop "$HELLO" r@0
		record login pass "$SESSION" r@0
		record logout pass "$SESSION" r@0
		record 'done' pass '<done xmlns="urn:cup:session:1" ref="x"/>' r@0
	} | prove >journaled
	run --separate-stderr -0 cup-deliver --records <journaled
	assert_equal "$(column 6 <<<"$output" | tr '\n' ' ')" \
		'deliver return return discard deliver deliver deliver '
	assert_equal "$(cut -f 1-5,7- <<<"$output")" "$(cut -f 1-5,7- journaled)"
	assert_equal "$stderr" ''
}

@test "--records keeps extra fields, and lines with # in their place" {
	record send pass "$HELLO" | prove | sed 's/$/\textra\tmore/' >line
	run -0 cup-deliver --records < <(echo '# ping 1'; cat line; echo '# ping 2')
	assert_line -n 0 '# ping 1'
	assert_line -n 1 --regexp $'\t-\textra\tmore$'
	assert_line -n 2 '# ping 2'
}

@test "stanzas are not mixed with lines with #" {
	run -0 cup-deliver < <(echo '# ping 1'; record send pass "$HELLO" | prove)
	assert_output "$HELLO"
}

@test "malformed lines are reported, the rest goes on, and 65 goes before 1" {
	head -c 9437184 /dev/zero | tr '\0' x >long
	run --separate-stderr -65 cup-deliver < <(
		echo 'too few fields'
		record send pass "$HELLO" | prove | sed "s/^$ID/not-an-id/"
		record send pass "$HELLO" | prove | sed $'s/Hello/\xff/'
		cat long; echo
		record send pass "$HELLO" | prove
		record send pass "$HELLO"
		record send pass "$HELLO" | prove | head -c 200
	)
	assert_output "$HELLO"
	assert_line_count 5 "$stderr" '^cup-deliver: line [0-9]*: '
	assert_regex "$stderr" 'line 4: is longer than 8 MiB'
	assert_regex "$stderr" 'line 7: is cut off'
	assert_regex "$stderr" "withheld '$ID': unjournaled"
}

@test "a stanza of 256 KiB and more passes" {
	record send pass "$(message a@x b@x "$(head -c 300000 /dev/zero | tr '\0' x)")" | prove >big
	run -0 cup-deliver <big
	assert_equal "$output" "$(column 9 <big)"
}

@test "no input is no fault" {
	run --separate-stderr -0 cup-deliver </dev/null
	assert_output ''
	assert_equal "$stderr" ''
}

@test "it conducts itself like the others" {
	conducts_itself cup-deliver
	run --separate-stderr -64 cup-deliver operand
	assert_regex "$stderr" "unexpected operand 'operand'"
	run -64 cup-deliver --key "$KEY" --no-proof
}

@test "a full standard output ends it with 74" {
	record send pass "$HELLO" | prove >line
	for mode in '' --records; do
		run --separate-stderr -74 bash -c "cup-deliver $mode <line >/dev/full"
		assert_equal "$stderr" 'cup-deliver: cannot write to standard output: No space left on device'
	done
}

@test "a reader that has gone ends it with 74, and it says so" {
	record send pass "$HELLO" | prove >line
	mkfifo gone
	exec {hold}<>gone
	exec {out}>gone
	exec {hold}<&-
	run --separate-stderr -74 bash -c "cup-deliver <line >&$out"
	assert_equal "$stderr" 'cup-deliver: cannot write to standard output: Broken pipe'
}

@test "a stanza flows through at once while the input stays open" {
	mkfifo in
	cup-deliver <in >out &
	exec {in}>in
	record send pass "$HELLO" | prove >&"$in"
	eventually 5 grep -q Hello out
	exec {in}>&-
	wait $!
}

@test "SIGTERM in the middle lets no half stanza out" {
	mkfifo in
	cup-deliver <in >out &
	pid=$!
	exec {in}>in
	record send pass "$HELLO" | prove >&"$in"
	record send pass "$HELLO" | prove | head -c 300 >&"$in"
	eventually 5 grep -q Hello out
	kill -TERM $pid
	wait $pid || status=$?
	assert_equal "$status" 143
	assert_equal "$(cat out)" "$HELLO"
}

@test "with stdout closed no stanza gets into the file of errors" {
	record send pass "$(message a@x b@x hi)" | prove >in
	run -74 bash -c 'cup-deliver --errors errors <in >&- 2>/dev/null'
	assert_file_empty errors
}
