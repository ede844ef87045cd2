#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2154
# cup-review -i: going through what is held, at a terminal and by a script,
# with a keeper and without one.

load ../lib/helpers
load ../lib/review
load ../lib/tmux

setup() {
	review_setup
	unset NO_COLOR
	export TERM=xterm-256color
	{
		held 1 alice@acme.example/desk 'the secret plan'
		record send pass "$(message bob@acme.example/1 alice@acme.example 'Which plan?' | sed 's/m1/m2/')"
		held 2 eve@acme.example/x $'the merger' terms=reviewers:2
		held 3 carol@acme.example/x $'nothing much'
	} | journal_held
}

teardown() {
	leaves
	review_teardown
}

at_keeper() {
	sits_before "$1" 40 "cup-review -i --socket $SOCKET ${2-journal}"
	sees '^\(1/3\) settle it'
}

@test "at a terminal each is settled by a key and a reason" {
	start_keeper
	at_keeper 80
	shows 'the secret plan'
	shows 'Which plan\?'
	shows '^held by words@0123abcd: mind your words$'
	presses r
	sees '^Why release it\?$'
	types 'quoted from the web'
	sees '^ *released$'
	sees '^\(2/3\) settle it'
	presses r
	sees '^Why release it\?$'
	types 'so be it'
	sees '^ *released: another reviewer has to release it, too$'
	sees '^\(3/3\) settle it'
	presses f
	sees '^Why forbid it\?$'
	types 'not by IM'
	sees '^ended: 0$'
	run -0 reviews release
	assert_line --partial "by=\"$(id -un)\" why=\"quoted from the web\" event=\"send\""
	assert_line --partial "by=\"$(id -un)\" why=\"so be it\"/>"
	run -0 reviews refuse
	assert_line --partial 'why="not by IM" event="send"'
}

@test "in a narrow and in a wide one; what was said before is shown, nothing acts" {
	start_keeper
	cup-review --note --why 'ask legal' --socket "$SOCKET" "$(held_id 1)"
	at_keeper 40 ''
	shows 'legal'
	[ "$(wc -L <screen)" -le 40 ]
	presses q
	sees '^ended: 0$'
	leaves
	at_keeper 200 ''
	shows 'noted: ask legal'
	presses s
	sees '^\(2/3\) settle it'
	presses q
	sees '^ended: 0$'
}

@test "who may not settle is told at each, and what is left stays held" {
	start_keeper --group nogroup
	cup-review --escalate nobody --socket "$SOCKET" "$(held_id 1)"
	run -1 cup-review -i --socket "$SOCKET" journal < <(printf 'r\nmine\ns\nq\n')
	assert_output --partial "not done: '$(held_id 1)' is escalated to 'nobody'"
	run -0 ask '# status'
	assert_line 'held 3'
}

@test "a keeper that ends meanwhile is no end of the person's work" {
	start_keeper
	at_keeper 80
	kill_keeper
	presses r
	sees '^Why release it\?$'
	types 'quoted from the web'
	sees '^ *not done: '
	presses q
	sees '^ended: 1$'
}

@test "without a keeper what is released is printed, and the person is at standard error" {
	run --separate-stderr -0 bash -c 'printf "r\nfine\ns\nf\nnever\n" |
		cup-review -i --to reviews journal | cup-deliver'
	assert_output --partial '<body>the secret plan</body><delay '
	assert_equal "${#lines[@]}" 1
	assert_regex "$stderr" '\(1/3\) settle it'
	run -0 cup-review --to reviews journal
	assert_equal "$(column 1 <<<"$output")" "$(held_id 2)"
}

@test "a policy that was changed since is named to the person" {
	echo 'hold others body matches /secret/' >p
	run -0 cup-review -i --to reviews --policy p journal < <(echo q)
	assert_output --partial "policy words@0123abcd: now $(cup-filter --check p | sed 's/.*tag //'), without that rule"
}

@test "where nothing is held there is nothing to go through" {
	record send pass "$(message a@b/c d@e hello)" | cup-log other >/dev/null
	run -0 cup-review -i --to reviews other </dev/null
}
