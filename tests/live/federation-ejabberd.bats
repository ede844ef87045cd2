#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Two nodes before two federated servers of different makes: red is a Prosody,
# blue an ejabberd.

load ../lib/helpers
load ../lib/servers
load ../lib/federation

setup_file() {
	two_realms federate_ejabberd
}

teardown_file() {
	realms_end
}

setup() {
	in_realms
}

@test "between Prosody and ejabberd messages go both ways, judged and journaled at both" {
	both_ways
}

@test "who is offline at either gets it at the next login, and it is judged then" {
	offline
}

@test "what a sender's node refuses never reaches the server of the other make" {
	says alice bob@blue.localhost "a forbidden word"
	says bob alice@red.localhost "forbidden as well"
	sees alice "error bob@blue.localhost cancel policy-violation not this word"
	sees bob "error alice@red.localhost cancel policy-violation not this word"
	says alice bob@blue.localhost "marker three"
	says bob alice@red.localhost "marker four"
	sees bob "got .* marker three"
	sees alice "got .* marker four"
	journaled red send reject "a forbidden word"
	journaled blue send reject "forbidden as well"
	unheard_of blue "a forbidden word"
	unheard_of red "forbidden as well"
}

@test "what is refused before ejabberd at the login, the sender at Prosody is told" {
	says alice bob@blue.localhost "a secret for you"
	sees alice "error bob@blue.localhost cancel policy-violation refused by policy"
	journaled red send pass "a secret for you"
	journaled blue recv reject "a secret for you"
	says alice bea@blue.localhost "a secret to sleep over"
	says alice bob@blue.localhost "marker five"
	sees bob "got .* marker five"
	unheard_of blue "sleep over"
	come bea blue.localhost "$BLUE"
	sees alice "error bea@blue.localhost cancel policy-violation refused by policy"
	journaled blue recv reject "sleep over"
	run -1 grep secret bob.seen bea.seen
}

@test "both journals are whole, and each server was sure of the other" {
	run -0 cup-verify red.journal blue.journal
	run -0 cat ejabberd/out
	assert_output --partial "Accepted inbound s2s EXTERNAL authentication red.localhost -> blue.localhost"
	assert_output --partial "Accepted outbound s2s EXTERNAL authentication blue.localhost -> red.localhost"
}
