#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154

load ../lib/helpers
load ../lib/journal
load ../lib/tmux

setup() {
	common_setup
	{
		TIME=2026-11-20T09:00:00.000000Z record login pass '<session xmlns="urn:cup:session:1" jid="alice@acme/desk"/>' default@0a
		TIME=2026-11-20T23:30:01.000000Z record send pass "$(message alice@acme/desk bob@acme one)" default@0a
		TIME=2026-11-20T23:30:02.000000Z NODE=node2 record recv pass "$(message ALICE@Acme/desk bob@acme one)" default@0b
		TIME=2026-11-22T09:00:00.000000Z record send reject "$(message alice@acme/desk carol@wide/x three)" 'pan@0a: card; wall@0b: ethical wall; pan@0a: card' - "$(message alice@acme/desk carol@wide/x 'three falcon')"
		TIME=2026-11-22T09:00:00.000001Z record recv hold '<message xmlns="jabber:client" from="room@muc.acme/dave" to="alice@acme/home"><x xmlns="http://jabber.org/protocol/muc#user"><item jid="dave@acme/x" affiliation="none" role="none"/></x><body>from="four"</body></message>' outside@0b
		TIME=2026-11-22T10:59:59.999999Z record send drop "$(message erin@acme/x bob@acme five)" 'wall@0c: ethical wall'
		TIME=2026-11-23T09:00:00.000000Z record 'done' - '<done xmlns="urn:cup:session:1" ref="019aac21-0000-7000-8000-000000000009" outcome="bounced"/>'
	} >records
}

teardown() {
	stop_log
	leaves
}

# counts ROWS ARGUMENT...: the rows, of what is printed the columns asked for.
counts() {
	local rows=$1
	shift
	run --separate-stderr -0 cup-stats "$@"
	assert_equal "$stderr" ''
	assert_equal "$output" "$(tr ' ' '\t' <<<"$rows")"
}

@test "days in their order, with what was held and refused and their shares" {
	counts '2026-11-20 3 42.9 0 0 0.0
2026-11-22 3 42.9 1 2 100.0
2026-11-23 1 14.3 0 0 0.0' records
}

@test "records come from standard input, from files, and from journals" {
	cup-log journal <records >/dev/null
	cup-stats records >wanted
	run -0 cup-stats - <records
	assert_output "$(<wanted)"
	run -0 cup-stats journal
	assert_output "$(<wanted)"
	run -0 cup-stats -n 1 journal records - < <(cat records)
	assert_output "$(printf '2026-11-20\t9\t42.9\t0\t0\t0.0')"
}

@test "days and hours are those of a zone" {
	counts '09 4 57.1 1 1 50.0
10 1 14.3 0 1 100.0
23 2 28.6 0 0 0.0' --by hour records
	counts '2026-11-20 1 14.3 0 0 0.0
2026-11-21 2 28.6 0 0 0.0
2026-11-22 3 42.9 1 2 100.0
2026-11-23 1 14.3 0 0 0.0' --zone Europe/Berlin records
	run -64 cup-stats --zone Mars/Olympus records
	assert_output --partial "option '--zone': bad value 'Mars/Olympus'"
}

@test "a record counts once under each rule of its reasons" {
	counts 'default 3 42.9 0 0 0.0
wall 2 28.6 0 2 100.0
- 1 14.3 0 0 0.0
outside 1 14.3 1 0 100.0
pan 1 14.3 0 1 100.0' --by rule records
}

@test "verdicts, nodes and events" {
	counts '- 1 14.3 0 0 0.0
pass 3 42.9 0 0 0.0
hold 1 14.3 1 0 100.0
reject 1 14.3 0 1 100.0
drop 1 14.3 0 1 100.0' --by verdict records
	counts 'node1 6 85.7 1 2 50.0
node2 1 14.3 0 0 0.0' --by node records
	counts 'send 3 42.9 0 2 66.7
recv 2 28.6 1 0 50.0
login 1 14.3 0 0 0.0
done 1 14.3 0 0 0.0' --by event records
}

@test "users are who sends it, as servers compare them" {
	counts "alice@acme 4 57.1 0 1 25.0
- 1 14.3 0 0 0.0
dave@acme 1 14.3 1 0 100.0
erin@acme 1 14.3 0 1 100.0
room@muc.acme 1 14.3 1 0 100.0" --by user records
}

@test "what is counted is what cup-search finds" {
	local gen key
	gen-records 100 >mass
	# Who sends is not seen at the first glance.
	{
		record send pass '<message xmlns="jabber:client" id=" from=" type="x" from="alice@acme/desk" to="bob@acme"><body>jid="eve@acme"</body></message>' default@0a
		record send pass '<message xmlns="jabber:client" from="" to="bob@acme"/>' default@0a
		record send pass '<message xmlns="jabber:client" to="bob@acme"/>' default@0a
		record recv pass '<message xmlns="jabber:client" from="zed@acme" to="bob@acme"><addresses xmlns="http://jabber.org/protocol/address"><address jid="carol@acme" type="ofrom"/></addresses></message>' default@0a
		record recv pass '<message xmlns="jabber:client" from="d&lt;a@acme/x" to="bob@acme"/>' default@0a
		record recv pass '<m:message xmlns:m="jabber:client" from="Heinz@Acme/x" to="bob@acme"/>' default@0a
		record recv pass '<message xmlns="jabber:client" from="HEINZ@acme/y" to="bob@acme"><x xmlns="x" from="Über@acme"/></message>' default@0a
		record recv pass '<message xmlns="jabber:client" from="ÜBER@acme/y" to="bob@acme"/>' default@0a
	} >odd
	run -0 cup-stats --by user odd
	assert_line --regexp '^heinz@acme.2'
	assert_line --regexp '^über@acme.1'
	cat mass odd records >all
	for key in rule:--rule user:--from verdict:--verdict node:--node event:--event; do
		cup-stats --by "${key%:*}" all | while IFS=$'\t' read -r value n _; do
			[[ $value != - && $value != *"&"* ]] || continue
			assert_equal "$value $n" \
				"$value $(cup-search -c "${key#*:}" "$value" all)"
		done
	done
	gen=$(cup-search -c --since 2026-11-21 --until 2026-11-23 all)
	run -0 cup-stats --since 2026-11-21 --until 2026-11-23 --by node all
	assert_equal "$(awk '{ n += $2 } END { print n }' <<<"$output")" "$gen"
}

@test "times and events narrow what is counted" {
	counts '2026-11-20 2 100.0 0 0 0.0' --event send,recv --until 2026-11-21 records
	counts '2026-11-23 1 100.0 0 0 0.0' --since 2026-11-22T11:00 records
	counts '' --since 2027-01-01 records
	run -64 cup-stats --since noon-ish records
	assert_output --partial "option '--since': bad value 'noon-ish'"
	run -64 cup-stats --event sent records
	assert_output --partial "option '--event': bad value 'sent'"
}

@test "each message counts once where its copies shall not" {
	counts 'send 3 60.0 0 2 66.7
recv 2 40.0 1 0 50.0' --by event --event send,recv records
	counts 'send 3 75.0 0 2 66.7
recv 1 25.0 1 0 100.0' --by event --event send,recv --unique records
	run -0 cup-search -c --unique --event send,recv records
	assert_output 4
}

@test "two keys make a row of each pair" {
	counts '2026-11-20 pass 3 42.9 0 0 0.0
2026-11-22 hold 1 14.3 1 0 100.0
2026-11-22 reject 1 14.3 0 1 100.0
2026-11-22 drop 1 14.3 0 1 100.0
2026-11-23 - 1 14.3 0 0 0.0' --by day,verdict records
	for by in day,day day,rule,node week ''; do
		run -64 cup-stats --by "$by" records
		assert_output --partial "option '--by'"
	done
}

@test "csv and json have names, and are read by others" {
	run -0 cup-stats --by user,rule -o csv records
	assert_line --index 0 $'user,rule,records,share,held,refused,stopped\r'
	assert_line $'alice@acme,wall,1,14.3,0,1,100.0\r'
	cup-stats --by user,rule -o json records >rows
	run -0 jq -r 'select(.rule == "wall") | "\(.user) \(.refused) \(.share + 0)"' rows
	assert_line "erin@acme 1 14.3"
	run -0 jq -rs 'map(select(.user == null)) | length' rows
	assert_output 1
}

@test "a formula in a name does nothing in a spreadsheet" {
	record send pass "$(message '=cmd()@acme' bob@acme one)" default@0a >formula
	run -0 cup-stats --by user -o csv formula
	assert_line --partial $'"\'=cmd()@acme",1,'
}

@test "a table has bars of eighths, as wide as it is told" {
	run -0 cup-stats -o table -w 60 records
	assert_line --index 0 'day         records  share  held  refused  stopped'
	assert_line '2026-11-20        3   42.9     0        0      0.0  ████████'
	assert_line '2026-11-23        1   14.3     0        0      0.0  ██▋'
	assert_line 'all               7  100.0     1        2     42.9'
	run -0 cup-stats -o table -w 40 records
	refute_output --partial █
	run -0 cup-stats -o table -w 62 --by day,verdict records
	assert_line --partial '            reject '
}

@test "colours are there on demand, and show what was stopped" {
	run -0 cup-stats -o table --color always -w 80 records
	assert_output --partial $'\e[31m█'
	assert_output --partial $'\e[33m█'
	run -0 cup-stats -o table --color never records
	refute_output --partial $'\e'
	run -64 cup-stats --color blue records
	assert_output --partial "option '--color': bad value 'blue'"
}

@test "on a terminal it is a table of its width, and nothing acts" {
	record send pass "$(message $'a\u202eb@acme' bob@acme one)" default@0a >>records
	TERM=xterm-256color sits_before 100 20 'cup-stats --by user records'
	sees '^ended: 0'
	shows '^user +records +share +held +refused +stopped'
	shows '^alice@acme +4 .* █{30,}$'
	shows '^a<U\+202E>b@acme'
}

@test "broken lines are named, and the rest is counted" {
	sed '2s/send/sent/; 5s/<item /<item  /' records >broken
	run --separate-stderr -65 cup-stats --by user broken
	assert_regex "$stderr" "broken:2: has an unknown event"
	assert_regex "$stderr" "broken:5: its stanza is not in canonical form"
	assert_line --regexp '^alice@acme.3.60\.0'
	cup-log journal <records >/dev/null
	sed -i $'0,/\trecv\t/s//\tsent\t/' journal/*.log
	run --separate-stderr -65 cup-stats journal
	assert_regex "$stderr" "journal/0+1\.log:[5-7]: has an unknown event"
	printf 'no record' | run --separate-stderr -65 cup-stats -
	run --separate-stderr -74 cup-stats records nowhere
	assert_regex "$stderr" "'nowhere' cannot be opened"
	assert_line --regexp '^2026-11-20.3'
}

@test "all segments of a journal are counted, by whatever number of threads" {
	gen-records 20000 >many
	cup-log --segment-size 1M journal <many >/dev/null
	assert [ "$(find journal -name '*.log*' | wc -l)" -gt 3 ]
	cup-stats --by user many >wanted
	run -0 cup-stats --by user journal
	assert_output "$(<wanted)"
	run -0 taskset -c 0 cup-stats --by user journal
	assert_output "$(<wanted)"
	run -0 cup-stats --unique --by event journal
	assert_output --regexp "^send.$(cup-search --unique -c journal)."
}

@test "what indexes show to be of another time or event is not read" {
	local how first
	gen-records 16000 | awk -F '\t' -v OFS='\t' '{
		sub(/^....-..-../, sprintf("2026-11-%02d", 18 + NR / 4000), $2)
		if (NR == 9000)
			$5 = "logout"
		print
	}' >many
	start_log cup-log --segment-size 3M journal
	cat many >&8
	eventually 20 has_lines out 16000
	eventually 60 all_indexed journal
	end_log
	for how in '--since 2026-11-20' '--until 2026-11-19' '--event logout' \
		'--since 2026-11-19 --until 2026-11-20' '--since 2030-01-01' \
		'--until 2026-11-20 --event logout' '--until 1970-01-01'; do
		# shellcheck disable=SC2086
		cup-stats $how --by user many >wanted
		# shellcheck disable=SC2086
		run -0 cup-stats $how --by user journal
		assert_output "$(<wanted)"
	done
	# Where only its first line is read nobody finds what is damaged there.
	first=$(find journal -name '*.zst' | sort | head -1)
	flip "$first" $(($(stat -c %s "$first") / 2))
	run -0 cup-stats --since 2026-11-21 journal
	run -65 cup-stats --until 2026-11-19 journal
	rm "${first%.log.zst}.index"
	run -65 cup-stats --since 2026-11-21 journal
}

@test "the examples of its page, as they stand there" {
	local now
	cup-log other.journal <records >/dev/null
	now=$(date -u -d yesterday +%F)
	sed "s/2026-11-2[0-3]/$now/" records | cup-log journal >/dev/null
	awk '/^\.Sh / { here = /EXAMPLES/ }
		here && /^\.Dl/ { sub(/^\.Dl /, ""); print }
		here && /^\.Ed/ { take = 0 }
		take { gsub(/\\e/, "\\"); print }
		here && /^\.Bd/ { take = 1 }' "$TOP/man/cup-stats.1" >examples
	assert [ "$(grep -c 'cup-stats' examples)" -ge 8 ]
	run --separate-stderr -0 bash -e -o pipefail examples
	assert_equal "$stderr" ''
	assert_line --regexp "^$now.7.100\.0.1.2.42\.9"
	assert_line --regexp '^pan.1.33\.3'
	assert_line --regexp "^erin@acme.1"
	assert_line "$now 42.9%"
	assert_file_contains rules.csv "$now,wall,2,"
}

@test "it conducts itself as all programs do" {
	conducts_itself cup-stats records
	run -64 cup-stats
	assert_output --partial 'no journal given'
	run -64 cup-stats -o xml records
	assert_output --partial "option '--output': bad value 'xml'"
	run --separate-stderr -74 bash -c 'cup-stats records >/dev/full'
	assert_regex "$stderr" 'cannot write to standard output'
}
