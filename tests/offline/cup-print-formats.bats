#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What cup-print prints for other programs, and how it behaves as one.
# shellcheck disable=SC2154

load ../lib/helpers

setup() {
	common_setup
	export LC_ALL=C.UTF-8
}

hello() {
	record send pass "$(message alice@acme/desk bob@acme "${1-Hello}")"
}

# python3 -c with a reader of the format: what it makes of the output.
json() {
	/usr/bin/python3 -c 'import json, sys
for line in sys.stdin:
    print(ascii(json.loads(line)'"$1"'))'
}

csv() {
	/usr/bin/python3 -c 'import csv, sys, io
text = sys.stdin.buffer.read().decode()
for row in csv.reader(io.StringIO(text, newline=""), strict=True):
    print(ascii(row))'
}

@test "json has every field of every record" {
	hello >records
	run -0 bash -c 'cup-print -o json records | /usr/bin/python3 -c "
import json, sys
r = json.load(sys.stdin)
print(len(r), r[\"from\"], r[\"body\"], r[\"reason\"], r[\"stanza-id\"])"'
	assert_output '28 alice@acme/desk Hello None m1'
}

@test "json keeps every character" {
	hello $'q" b\\ &#xA;&#x9;&#xD; \u007f\u0085\u202e\u2028 会 \U1f44d\U10fffd \U000e0041' >records
	run -0 cup-print -o json -f body records
	refute_output --partial $'\u202e'
	run -0 json '["body"]' <<<"$output"
	assert_output "'q\" b\\\\ \\n\\t\\r \\x7f\\x85\\u202e\\u2028 \\u4f1a \\U0001f44d\\U0010fffd \\U000e0041'"
}

@test "csv has a header, and its cells are taken apart again" {
	{ hello 'a,b "c"&#xA;d'; hello plain; } >records
	cup-print -o csv -f event,body,subject,stanza records >out
	run -0 csv <out
	assert_line -n 0 "['event', 'body', 'subject', 'stanza']"
	assert_line -n 1 --partial "['send', 'a,b \"c\"\\nd', '', '<message xmlns=\"jabber:client\""
	assert_line -n 2 --partial "['send', 'plain', '', '<message"
	assert_equal "$(head -n 1 out)" $'event,body,subject,stanza\r'
}

@test "no cell of csv is a formula" {
	for body in '=1+1' '+1' '-1' '@SUM(1)' '&#x9;=1' '&#xD;=1' '&#xA;=1' '=&quot;,' \
		'＝1' '＋1' '－1' '＠SUM(1)' ' =1' '　 =1' '  ＝1' '  @x'; do
		hello "${body//&quot;/\"}" >records
		run -0 bash -c 'cup-print -o csv -f body records | tail -n +2'
		assert_output --regexp "^\"'"
	done
	hello 'a=1' >records
	run -0 cup-print -o csv -f body records
	assert_line -n 1 $'a=1\r'
}

@test "csv names what is not seen, but for the ends of lines" {
	hello $'a\u009b1m\u0085b\u202ec\u200bd&#xA;e' >records
	run -0 cup-print -o csv -f body records
	assert_line -n 1 '"a<U+009B>1m<U+0085>b<U+202E>c<U+200B>d'
	assert_line -n 2 $'e"\r'
}

@test "a format without records is empty, or its header" {
	for format in text tab json; do
		run --separate-stderr -0 cup-print -o $format </dev/null
		assert_output ''
		assert_equal "$stderr" ''
	done
	run -0 cup-print -o csv -f id,body </dev/null
	assert_output $'id,body\r'
}

@test "a stanza that cannot be read is shown as such, and reported" {
	hello | sed 's/<body>/<body >/' >records
	run --separate-stderr -65 cup-print records
	assert_output --regexp '  pass     \[unreadable\]$'
	assert_regex "$stderr" '^cup-print: records:1: its stanza is not in canonical form: '
	run --separate-stderr -65 cup-print -f body,stanza records
	assert_output "-$(printf '\t')$(column 9 <records)"
}

@test "broken lines are reported and left out" {
	run --separate-stderr -65 cup-print -f body < <(
		echo garbage
		echo '# note'
		hello
		hello | sed "s/^[0-9a-f]*-/xyz-/"
		hello | sed $'s/Hello/\xff/'
		head -c 9437184 /dev/zero | tr '\0' x
		echo
		hello | head -c 100
	)
	assert_output Hello
	assert_equal "$stderr" 'cup-print: line 1: has fewer than ten fields
cup-print: line 4: has a bad id
cup-print: line 5: is not UTF-8 or has a control character
cup-print: line 6: is longer than 8 MiB
cup-print: line 7: is cut off'
}

@test "a broken line of a journal is named by its place" {
	mkdir journal
	file=journal/00000000000000000001.log
	{
		printf '1\t%064d\t# cup-journal 1 2026-11-20T08:00:00.000000Z id=x\n' 0
		echo garbage
		printf '2\t%064d\t%s\n' 0 "$(hello)"
	} >$file
	run --separate-stderr -65 cup-print -f seq,body journal
	assert_output $'2\tHello'
	assert_equal "$stderr" "cup-print: $file:2: is no line of a journal"
}

@test "what cannot be opened is reported, and the rest printed" {
	hello >records
	run --separate-stderr -74 cup-print -f body nowhere records
	assert_output Hello
	assert_equal "$stderr" "cup-print: 'nowhere' cannot be opened: No such file or directory"
}

@test "it conducts itself like the others" {
	conducts_itself cup-print
	for bad in '-f nothing' '-f id,' '-f id,body,id' '-f' '-o xml' '--color blue' '-w wide' '-f id -o text'; do
		# shellcheck disable=SC2086
		run --separate-stderr -64 cup-print $bad
		assert_output ''
		assert_regex "$stderr" '^cup-print: option '
	done
}

@test "a full standard output ends it with 74" {
	hello >records
	for format in text tab json csv; do
		run --separate-stderr -74 bash -c "cup-print -o $format records >/dev/full"
		assert_equal "$stderr" 'cup-print: cannot write to standard output: No space left on device'
	done
}

@test "it ends quietly with its reader" {
	hello | awk '{ for (i = 0; i < 5000; i++) print }' >many
	# shellcheck disable=SC2016
	run --separate-stderr -0 bash -c 'cup-print many | head -n 1; [ "${PIPESTATUS[0]}" = 141 ]'
	assert_equal "$stderr" ''
}

@test "a record is shown at once while the input stays open" {
	mkfifo in
	cup-print <in >out &
	pid=$!
	exec {in}>in
	hello >&"$in"
	eventually 5 grep -q Hello out
	kill -TERM $pid
	wait $pid || status=$?
	assert_equal "$status" 143
}

@test "recorded sessions are shown whole" {
	for f in "$STANZAS"/*.c2s.xml; do
		user=$(basename "$f" .c2s.xml)
		cup-intercept --domain acme.localhost \
			--as "${user#*-}@acme.localhost" --events all <"$f" >records
		run --separate-stderr -0 cup-print -f id records
		assert_output "$(column 1 <records)"
		run --separate-stderr -0 cup-print -w 100 records
		assert_equal "$stderr" ''
	done
}
