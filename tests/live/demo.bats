#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What make run and make demo show.

load ../lib/helpers

setup() {
	common_setup
	mkdir tmp
	export TMPDIR=$PWD/tmp
}

# left: processes that the demonstration started and that are still there.
left() {
	pgrep -f "$PWD/tmp/cup-demo"
}

nothing_left() {
	! left >/dev/null
}

@test "make run shows all of it on one screen, and nothing is left" {
	run --separate-stderr -0 timeout 60 bash "$TOP/tests/demo-live"
	assert_output --partial "bob reads: Lunch at noon?"
	assert_output --partial "My card is [card]."
	assert_output --partial "alice is told (cancel): this will be looked into"
	assert_output --partial "hold alice Our contract is ready."
	assert_output --partial "bob reads: Our contract is ready."
	assert_output --partial "alice reads: Your message to bob@acme.localhost"
	assert_output --partial "bob is told (wait): could not be recorded"
	assert_output --partial "alice reads: Still here?"
	assert_output --partial "send reject alice Keep this іns1der thing"
	assert_output --regexp "journal: [0-9]+ records, head"
	assert_output --regexp "contract.tlog-proof: record [0-9]+ of acme.localhost/"
	assert_output --regexp "All of it has ended\. "
	assert [ "${#lines[@]}" -le 50 ]
	run -1 awk 'length > 80 { print; found = 1 } END { exit !found }' \
		<<<"$output"
	nothing_left
	assert_equal "$(ls tmp)" ""
}

@test "stopped anywhere, it leaves nothing" {
	local word pid status
	for word in "cup-node demo" "Lunch" "Each stage" "Still"; do
		bash "$TOP/tests/demo-live" >out 2>&1 3>&- &
		pid=$! status=0
		eventually 30 grep -q "$word" out
		kill "$pid"
		wait "$pid" || status=$?
		assert_equal "$status" 143
		eventually 5 nothing_left
		assert_equal "$(ls tmp)" ""
	done
}

@test "make demo takes a recorded session through the example policy" {
	run --separate-stderr -0 bash "$TOP/tests/demo"
	assert_output --partial "refused, and the sender told why: "
	# shellcheck disable=SC2154
	assert_equal "$stderr" ""
	assert_equal "$(ls tmp)" ""
}
