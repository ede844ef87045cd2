#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# cup-broker when servers fail, or answer what they should not.
# shellcheck disable=SC2016,SC2030,SC2031,SC2119,SC2154

load ../lib/helpers
load ../lib/serve
load ../lib/broker

setup() {
	broker_setup
}

teardown() {
	broker_teardown
}

M() {
	message "${1-a@acme.example/x}" "${2-b@acme.example}" "${3-hello}"
}

# wrong AWK: a server that does this to what it is asked.
wrong() {
	judge bad "mawk -W interactive -F '\t' -v OFS='\t' '/^#/ { print; next } { $1 }'"
}

# refused TEXT [ARGS...]: the answer does not count, and the next server is
# asked.
refused() {
	judge good
	broker "${@:2}" unix:bad unix:good
	said 'unix:good: is up'
	said 'unix:bad: is up'
	record send - "$(M)" >&7
	said "$1"
	came 1
	assert_equal "$(column 6 <out)" pass
	assert_equal "$(column 8 <out | cut -c 1-7)" sha256:
	broker_end
	assert_equal "$status" 0
}

@test "an unknown id is named and does not count" {
	wrong '$1 = "019aac21-ffff-7000-8000-000000000000"; $6 = "pass"; print'
	refused 'unix:bad: the answer to 019aac21-ffff-7000-8000-000000000000 answers what was never asked'
}

@test "the record of another node does not count" {
	wrong '$3 = "other"; $6 = "pass"; print'
	refused 'is of another node'
}

@test "another session, time or event does not count" {
	wrong '$4 = "s2"; $6 = "pass"; print'
	refused 'is of another session'
}

@test "a released verdict does not count" {
	wrong '$6 = "deliver"; print'
	refused 'has a verdict that only the gate gives'
}

@test "a looser verdict does not count" {
	wrong '$6 = "pass"; print'
	judge good
	broker unix:bad unix:good
	said 'unix:bad: is up'
	said 'unix:good: is up'
	record send reject "$(M)" 'wall@x' >&7
	said 'has a looser verdict than it was asked with'
	came 1
	assert_equal "$(column 6 <out)" reject
}

@test "a changed stanza does not count with --judge-only" {
	wrong '$6 = "pass"; sub("hello", "hullo", $9); print'
	refused 'has another stanza, where it may only judge' --judge-only
}

@test "a stanza that goes elsewhere does not count" {
	wrong '$6 = "pass"; sub("b@acme", "eve@acme", $9); print'
	refused 'is another one'
}

@test "a stanza that is not canonical does not count" {
	wrong '$6 = "pass"; sub("<body>", "<body >", $9); print'
	refused 'it does not count'
}

@test "garbage is named, and in the end the connection is dropped" {
	wrong 'for (i = 0; i < 10; i++) print "garbage"'
	refused 'a line has fewer than ten fields'
	said 'unix:bad: is down: it answers wrongly'
}

@test "an endless line ends the connection" {
	judge bad 'read -r l; echo "$l"; read -r l; yes | tr -d "\n"'
	refused 'unix:bad: is down: a line is longer than 8 MiB'
}

@test "an answer that comes twice counts once" {
	judge bad "mawk -W interactive -F '\t' -v OFS='\t' '/^#/ { print; next } { \$6 = \"pass\"; print; print }'"
	broker unix:bad
	said 'is up'
	record send - "$(M)" >&7
	said 'comes twice'
	record send - "$(M)" >&7
	came 2
	broker_end
	assert_equal "$(wc -l <out)" 2
}

@test "a record that is never answered does not go on, others do not wait" {
	judge bad "mawk -W interactive -F '\t' -v OFS='\t' '/poison/ { next } /^#/ { print; next } { \$6 = \"pass\"; print }'"
	broker --answer-timeout 300ms unix:bad
	said 'is up'
	record send - "$(M a@x/1 b@x poison)" >records
	record send - "$(M a@x/1 b@x fine)" | sed 's/\ts1\t/\ts2\t/' >>records
	cat records >&7
	came 1 1
	said ': no server answers it as it should; it does not go on'
	broker_end
	assert_equal "$(column 6 <out | head -n 1)" pass
	# Whoever holds it is told.
	assert_equal "$(tail -n +2 out)" "# unjudged $(head -n 1 records | column 1)"
	assert_equal "$status" 75
}

@test "what one link of a chain has not decided, the next cannot let through" {
	judge wall "mawk -W interactive -F '\t' -v OFS='\t' '/poison/ { next } /^#/ { print; next } { \$6 = \"pass\"; print }'"
	judge archive
	record send - "$(M a@x/1 b@x poison)" >records
	record send - "$(M a@x/1 b@x fine)" >>records
	for chain in 'wall archive' 'archive wall'; do
		# shellcheck disable=SC2086
		set -- $chain
		cup-broker --answer-timeout 300ms "unix:$1" <records |
			cup-broker --answer-timeout 300ms "unix:$2" >out || :
		assert_equal "$(grep -c '' out)" 1
		grep -q fine out
	done
}

@test "an answer that comes when another server was asked does not count" {
	judge bad "mawk -W interactive -F '\t' -v OFS='\t' '/^#/ { print; next }
		/late/ { kept = \$0; next } { \$6 = \"pass\"; print }
		/now/ { \$0 = kept; \$6 = \"pass\"; print }'"
	judge good
	broker --answer-timeout 300ms unix:bad unix:good
	said 'unix:bad: is up'
	said 'unix:good: is up'
	record send - "$(M a@x/1 b@x late)" >&7
	record send - "$(M a@x/1 b@x fine)" | sed 's/\ts1\t/\ts2\t/' >&7
	said 'has not answered'
	came 2
	record send - "$(M a@x/1 b@x now)" >&7
	said ' is late'
	came 3
	broker_end
	assert_equal "$(wc -l <out)" 3
	run -0 cup-search -c good.journal late
}

@test "a stage that keeps # lines back is named, and gets no traffic" {
	judge bad 'grep --line-buffered -v "^#"'
	broker unix:bad
	record send - "$(M)" >&7
	said "cannot be used: it does not send back '# ping': a stage buffers or drops lines"
	assert_equal "$(wc -l <out)" 0
}

@test "a killed server's questions are asked of the next, none lost or twice" {
	judge one
	one=$JUDGE
	judge two
	broker unix:one unix:two
	said 'unix:one: is up'
	said 'unix:two: is up'
	gen-records 30000 3 20000 >records
	cat records >&7 &
	came 2000
	judge_signal KILL "$one"
	came 30000
	said 'unix:one: is down'
	broker_end
	assert_equal "$status" 0
	in_order records
	assert_equal "$(column 6 <out | sort -u)" pass
	cup-verify two.journal
}

@test "a stopped server is left within two ping intervals" {
	judge one
	one=$JUDGE
	judge two
	broker --ping-interval 500ms --answer-timeout 10s unix:one unix:two
	said 'unix:one: is up'
	said 'unix:two: is up'
	record send - "$(M)" >&7
	came 1
	judge_signal STOP "$one"
	record send - "$(M)" >&7
	start=$(date +%s%N)
	came 2
	((($(date +%s%N) - start) / 1000000 < 1400))
	said 'unix:one: is down: it is silent'
	judge_signal CONT "$one"
}

@test "a preferred server that is back is asked again" {
	judge two
	broker unix:one unix:two
	record send - "$(M)" >&7
	came 1
	judge one
	said 'unix:one: is up'
	record send - "$(M)" >&7
	came 2
	run -0 cup-search -c one.journal
	assert_output 1
	run -0 cup-search -c two.journal
	assert_output 1
}

@test "a server that comes back is asked what it left unanswered, once" {
	judge one
	one=$JUDGE
	broker unix:one
	said 'is up'
	gen-records 20000 3 20000 >records
	cat records >&7 &
	came 1000
	judge_signal KILL "$one"
	said 'is down'
	judge one
	came 20000 20
	broker_end
	assert_equal "$status" 0
	in_order records
	cup-verify one.journal
	run -0 cup-search -c one.journal
	assert_output 20000
}

@test "--balance keeps a conversation on one server, either way round" {
	judge one
	judge two
	broker --balance unix:one unix:two
	said 'unix:one: is up'
	said 'unix:two: is up'
	for i in {1..20}; do
		record send - "$(M "u$i@x/1" 'B@x')"
		record recv - "$(M b@x/2 "u$i@x/3")"
		record send - "$(M "u$i@x/1" 'room@x' | sed 's/"chat"/"groupchat"/')"
		record recv - "$(M room@x/nick "u$i@x/3" | sed 's/"chat"/"groupchat"/')"
	done >&7
	came 80
	broker_end
	for j in one two; do
		cup-search "$j.journal" >"$j.tab" || :
	done
	run -0 grep -c . one.tab
	((output > 8 && output < 72))
	for i in {1..20}; do
		run grep -lE "u$i@x/[13]\" ?.*b@x|[Bb]@x.*u$i@x/" one.tab two.tab
		assert_equal "${#lines[@]}" 1
	done
	run grep -l room@x one.tab two.tab
	assert_equal "${#lines[@]}" 1
}
