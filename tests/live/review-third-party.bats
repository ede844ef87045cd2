#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What a compliance server holds, and its reviewers release: the node delivers
# it.

load ../lib/helpers
load ../lib/servers
load ../lib/through
load ../lib/reviewers

setup_file() {
	export TOP PATH=$CUP_BIN:$CUP_TESTS:$PATH HOME=$BATS_FILE_TMPDIR
	cd "$BATS_FILE_TMPDIR" || return
	ARCHIVE='' start_server acme.localhost alice bob
	export C2S COMP LOG
}

teardown_file() {
	stop_all
}

setup() {
	common_setup
	STARTED=()
	JOURNAL=$PWD/there.journal REVIEW=$PWD/there.review
	write_reviewed_policy
	start_keeper
	start_there
	reviewed_node --compliance third-party \
		--compliance-server "unix:$PWD/there" --ping-interval 200ms \
		--answer-timeout 1s --connect-timeout 500ms
	come alice
	come bob
}

teardown() {
	stop_all
	tail -n 20 ./*.log ./*.seen 2>/dev/null || :
	! grep -A 20 -E 'Sanitizer|runtime error' ./*.log
}

start_keeper() {
	rm -f keeper
	cup-review --serve "unix:$PWD/keeper" --to "$REVIEW" "$JOURNAL" \
		2>>keeper.log 3>&- &
	KEEPER=$!
	STARTED+=("$KEEPER")
	eventually 10 test -S keeper
}

# The compliance server.
start_there() {
	rm -f there
	setsid cup-serve -q "unix:$PWD/there" -c "cup-filter policy |
		cup-log --wait $JOURNAL | cup-review --stage unix:$PWD/keeper" \
		2>>there.log 3>&- &
	THERE=$!
	STARTED+=("$THERE")
	eventually 10 test -S there
}

# As kill does, all of it.
kill_there() {
	local pid children
	children=$(pgrep -P "$THERE" || :)
	kill -9 "$THERE"
	for pid in $children; do
		kill -9 -- "-$pid" 2>/dev/null || :
	done
}

settle() {
	cup-review --socket "unix:$PWD/keeper" "$@"
}

# came_once TEXT: bob has read it, and all that could come behind it came.
came_once() {
	sees bob "late alice@acme.localhost/desk $1" "${2-15}"
	eventually 10 outcome "$ID"
	says alice bob "after $ID"
	sees bob "got alice@acme.localhost/desk after $ID"
	assert_equal "$(saw bob "late .* $1")" 1
}

@test "what is released there is delivered here, once, and on record" {
	holds alice bob "the contract"
	run -0 cup-review --to "$REVIEW" "$JOURNAL"
	assert_output --partial 'the contract'
	settle --release "$ID" --why 'it is signed'
	came_once "the contract"
	run -1 cup-review --to "$REVIEW" "$JOURNAL"
	assert_output ""
	run -0 bash -c 'cup-search --event recv --verdict pass journal "the contract" | cut -f 7'
	assert_output --regexp 'released@review: by [a-z]+ for contract \('
	sees alice 'got acme.localhost '
}

@test "what is refused there comes back, with the reviewer's words" {
	holds alice bob "the contract"
	settle --refuse "$ID" --why 'not before Monday'
	sees alice 'error bob@acme.localhost.* not before Monday'
	eventually 10 outcome "$ID" told
	assert_equal "$(saw bob "late .*")" 0
}

@test "what is released while there is no link is delivered once there is one" {
	holds alice bob "the contract"
	kill_there
	eventually 10 grep -q 'is down' node.log
	settle --release "$ID" --why 'it is signed'
	start_there
	came_once "the contract"
}

@test "a link cut again and again delivers each once" {
	local n ids=()
	for n in {1..6}; do
		holds alice bob "contract number $n"
		ids+=("$ID")
	done
	for n in {1..6}; do
		settle --release "${ids[n - 1]}" --why 'it is signed'
		case $((n % 3)) in
		0) kill_there && start_there ;;
		1) kill -9 "$(stages | head -n 1)" ;;
		2) kill -9 "$KEEPER"; wait "$KEEPER" || :; start_keeper ;;
		esac
	done
	for n in {1..6}; do
		ID=${ids[n - 1]} came_once "contract number $n" 30
	done
}
