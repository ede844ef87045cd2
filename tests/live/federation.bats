#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Two nodes before two federated servers, which know each other by
# certificates: red's tells nobody elsewhere of what it refuses, blue's does.

load ../lib/helpers
load ../lib/servers
load ../lib/federation

setup_file() {
	two_realms federate
}

teardown_file() {
	realms_end
}

setup() {
	in_realms
}

@test "messages go both ways, judged and journaled at both nodes" {
	both_ways
}

@test "who is offline gets it at the next login, and it is judged then" {
	offline
}

@test "what the sender's node refuses never reaches the other server" {
	says alice bob@blue.localhost "a forbidden word"
	sees alice "error bob@blue.localhost cancel policy-violation not this word"
	says alice bob@blue.localhost "marker three"
	sees bob "got .* marker three"
	run -1 grep forbidden bob.seen
	unheard_of blue forbidden
	journaled red send reject forbidden
}

@test "of what the recipient's node refuses the sender is told by a component" {
	says alice bob@blue.localhost "a secret for you"
	sees alice "error bob@blue.localhost cancel policy-violation refused by policy"
	says alice bob@blue.localhost "marker four"
	sees bob "got .* marker four"
	run -1 grep "secret" bob.seen
	journaled red send pass "a secret for you"
	journaled blue recv reject "a secret for you"
}

@test "without one nobody is told, and a notice says so" {
	says bob alice@red.localhost "a secret for alice"
	says bob alice@red.localhost "marker five"
	sees alice "got .* marker five"
	run -1 grep "secret for alice" alice.seen
	journaled blue send pass "secret for alice"
	journaled red recv reject "secret for alice"
	eventually 5 bash -c "cup-search red.journal.refused | grep -q 'sender=\"untold\"'"
	run -1 grep "^error" bob.seen
}

@test "what is refused to who was offline is refused at the login" {
	says alice bea@blue.localhost "a secret to sleep over"
	eventually 5 journaled red send pass "sleep over"
	says alice bob@blue.localhost "marker six"
	sees bob "got .* marker six"
	run -1 grep "error bea" alice.seen
	unheard_of blue "sleep over"
	come bea blue.localhost "$BLUE"
	sees alice "error bea@blue.localhost cancel policy-violation refused by policy"
	journaled blue recv reject "sleep over"
	says alice bea@blue.localhost "marker seven"
	sees bea "got .* marker seven"
	run -1 grep "sleep over" bea.seen
}

@test "while a pipeline is down, what comes from elsewhere waits" {
	local pids
	pids=$(cup-node --status blue | sed -n 's/^stage cup-filter //p')
	kill -STOP "$pids"
	says alice bob@blue.localhost "in the dark"
	eventually 5 journaled red send pass "in the dark"
	eventually 5 bash -c "cup-node --status blue | grep -qx 'held [1-9].*'"
	run -1 grep "in the dark" bob.seen
	kill -CONT "$pids"
	sees bob "got alice@red.localhost/home in the dark"
	journaled blue recv pass "in the dark"
}

@test "both journals are whole" {
	run -0 cup-verify red.journal blue.journal red.journal.refused \
		blue.journal.refused
	assert_output --partial "records"
}

@test "the servers were sure of each other by certificates" {
	# SIGHUP has the server write out its log and open it again.
	kill -HUP "$(<server-red.localhost/pid)"
	eventually 5 grep -q "SASL EXTERNAL with blue.localhost succeeded" server-red.localhost/log
	run -0 grep -q "Accepting SASL EXTERNAL identity from blue.localhost" server-red.localhost/log
}
