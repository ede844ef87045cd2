#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# cup-broker: what reviewers at a compliance server settle.
# shellcheck disable=SC2016,SC2030,SC2031

load ../lib/helpers
load ../lib/serve
load ../lib/broker

RID=019aac21-0000-7000-8000-000000000001
HELD=019aac21-0000-7000-8000-000000000002

setup() {
	broker_setup
}

teardown() {
	broker_teardown
}

# review VERDICT [ATTRIBUTES [STANZA]]: a record of it.
review() {
	local end=/\>
	[ -z "${3-}" ] || end=">$3</review>"
	record review "${GIVEN-pass}" "<review xmlns=\"urn:cup:review:1\" ref=\"${REF-$HELD}\" verdict=\"$1\"${2:+ $2}$end"
}

# A release, as a keeper hands it out.
release() {
	ID=$RID review release 'by="rosa" why="it is fine" event="send" rules="big" time="2026-11-22T21:33:38.000001Z" node="node1"' \
		"$(message a@acme.example/x b@acme.example hello)"
}

# giving NAME: a server at unix:NAME that says what is in NAME.given unasked.
giving() {
	judge "$1" "cat $1.given; cup-filter pass.policy | cup-log --wait $1.journal"
}

outcome() {
	REF=$RID GIVEN=- review "done" 'outcome="sent"'
}

journaled() {
	cup-search --event review "$1" 2>/dev/null | grep -q 'verdict="done"'
}

@test "what is settled at the server comes unasked, and is passed on as it is" {
	release >s.given
	giving s
	broker unix:s
	came 1
	record send - "$(message a@acme.example/x b@acme.example hello)" >&7
	came 2
	broker_end
	assert_equal "$status" 0
	assert_equal "$(head -n 1 out)" "$(<s.given)"
	run ! grep 'does not count' log
}

@test "what became of it is asked like any other record" {
	release >s.given
	giving s
	broker unix:s
	came 1
	outcome >&7
	came 2
	assert_equal "$(tail -n 1 out | column 5,6)" "review	pass"
	journaled s.journal
}

@test "it is asked of nobody but the server that gave the release" {
	: >first.given
	giving first
	release >second.given
	giving second
	SECOND=$JUDGE
	broker unix:first unix:second
	said 'unix:first: is up'
	came 1
	outcome >&7
	came 2
	journaled second.journal
	judge_signal KILL "$SECOND"
	said 'unix:second: is down'
	outcome >told
	cat told >&7
	came 3
	assert_equal "$(tail -n 1 out)" "# unjudged $(column 1 <told)"
	# The others go on.
	record send - "$(message a@acme.example/x b@acme.example hello)" >&7
	came 4
	# Asked again where it is there again, it is answered.
	rm second
	giving second
	came 5
	# What it gives comes before it counts as up.
	eventually 10 bash -c '[ "$(grep -c "unix:second: is up" log)" = 2 ]'
	cat told >&7
	came 6
	assert_equal "$(tail -n 1 out | column 1,6)" "$(column 1 <told)	pass"
	run ! journaled first.journal
}

@test "what came of a review that nobody here gave is put to no server of several" {
	: >first.given
	giving first
	: >second.given
	giving second
	broker unix:first unix:second
	said 'unix:first: is up'
	said 'unix:second: is up'
	outcome >&7
	came 1
	assert_equal "$(head -c 11 out)" '# unjudged '
}

@test "a release is passed on once more from another connection" {
	release >s.given
	giving s
	broker unix:s
	came 1
	said 'is up'
	judge_signal KILL "$JUDGE"
	said 'is down'
	rm s
	giving s
	came 2
	assert_equal "$(uniq out)" "$(<s.given)"
}

@test "nothing that only looks like one is passed on" {
	{
		GIVEN=deliver review release
		review "done" 'outcome="sent"'
		review nonsense
		record review pass '<review xmlns="urn:cup:review:1"/>'
	} >s.given
	giving s
	broker unix:s
	said 'is up'
	record send - "$(message a@acme.example/x b@acme.example hello)" >&7
	came 1
	assert_equal "$(column 5 <out)" send
	assert_equal "$(grep -c 'never asked: it does not count' log)" 4
}

@test "who gets copies only settles nothing" {
	release >s.given
	giving s
	broker --notify unix:s
	said 'is up'
	record send pass "$(message a@acme.example/x b@acme.example hello)" >&7
	came 1
	broker_end
	assert_equal "$(column 5 <out)" send
}
