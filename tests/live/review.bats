#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What was held is released: it reaches its recipient once, as from its sender.
# Before Prosody or, with SERVER=ejabberd, before that.

load ../lib/helpers
load ../lib/servers
load ../lib/release

setup_file() {
	export TOP PATH=$CUP_BIN:$CUP_TESTS:$PATH HOME=$BATS_FILE_TMPDIR
	cd "$BATS_FILE_TMPDIR" || return
	PROSODY_SETTINGS='max_archive_query_results = 200' \
		start_server acme.localhost alice bob carol
	make_certificate acme.localhost
	make_mark_key
	export C2S COMP LOG
}

teardown_file() {
	stop_all
}

setup() {
	common_setup
	# shellcheck disable=SC2034
	STARTED=() CASES=release.py
	cp "$BATS_FILE_TMPDIR"/acme.localhost.* .
	write_review_policy >policy
}

teardown() {
	exec 9>&-
	cat node.log keeper.log 2>/dev/null || :
	stop_all
}

# lines_of N PATTERN FILE
lines_of() {
	[ "$(grep -cE "$2" "$3")" -ge "$1" ]
}

@test "held on its way out, it comes as from its sender, with its time" {
	start_review
	release out_online out_offline
	run -0 cup-verify journal journal.review
}

@test "held on its way in, it comes though a rule holds it" {
	start_review
	release in_online in_offline both
	run -0 cup-verify journal journal.review
}

@test "slixmpp takes it for a late message of its sender" {
	start_review --tls optional
	release later
	release_all
	eventually 20 status_is releases-pending 0
	late_for bob "hold me later 0" "hold me later 9"
}

@test "whatever a message may have, its mark is good and comes off" {
	start_review
	release rich
}

@test "no carbon and no archive shows a mark" {
	start_review
	release copies
}

@test "a refusal is told by an error, or in words" {
	start_review
	release refused expired
}

@test "nobody is told with --review-tell no" {
	start_review --review-tell no
	release untold
}

@test "a good mark in somebody else's wrapping lets nothing out" {
	start_review
	release wrapped
}

@test "what is too much for a mark is refused, and its sender told" {
	start_review
	release crowded
}

@test "a forged mark is refused and named, from a client and from outside" {
	start_review
	release forged replayed
	run -0 grep -c "the client sent a mark" node.log
	assert_output 2
	run -0 grep -c "the server sent a mark" node.log
	assert_output 3
}

@test "a wall that was put up since refuses it, and its sender is told" {
	start_review
	begin_release wall
	said ready
	{
		echo 'reject wall event send body matches /walled/ xpath "not(contains(., '\''in-walled'\''))" text "a wall since"'
		echo 'reject wall2 event recv body matches /in-walled/ text "another wall"'
		cat policy
	} >policy.new
	mv policy.new policy
	kill -HUP "$NODE"
	eventually 10 lines_of 2 "pipeline (is up|was renewed)" node.log
	go_on
	end_case
}

@test "to a room it goes as its occupant, if he is still there" {
	start_review
	release room
}

@test "where nobody has that account the sender is told by the server" {
	start_review
	release gone
}

@test "the component's link is cut before the server's word: it comes once" {
	start_review_through one-way
	release later
	begin_release lost
	said ready
	kill -USR1 "$WAY"
	go_on
	said there
	kill -USR2 "$WAY"
	eventually 20 lines_of 2 "return component is up" node.log
	kill -USR1 "$WAY"
	go_on
	said offline
	eventually 10 lines_of 2 lost way.out
	kill -USR2 "$WAY"
	go_on
	end_case
	run -0 grep -c "a second copy of what review" node.log
}

@test "cup-intercept is killed between sending and its report: never twice" {
	start_review_through one-way
	# The archive has what other tests released.
	export LATER="hold me often"
	release later
	kill -USR1 "$WAY"
	release_all
	local round
	for round in 1 2 3; do
		# All are at the server, and the node does not know.
		eventually 20 lines_of $((10 * round)) lost way.out
		stop "$NODE" KILL || :
		start_node "${REVIEW[@]}"
		reviewing
	done
	kill -USR2 "$WAY"
	eventually 20 status_is releases-pending 0
	release arrived
	run -0 grep -c "a second copy of what review" node.log
	[ "$output" -ge 30 ]
	# What has arrived the next one knows from the keeper.
	stop "$NODE" KILL || :
	start_node "${REVIEW[@]}"
	reviewing
	release archived
	run -0 cup-verify journal journal.review
}

@test "killed at any instant, the node and its keeper release each once" {
	start_review
	release later
	kill_while_releasing
	release arrived
	run -0 cup-verify journal journal.review
}

@test "what may have gone to another server is not sent again, and in doubt" {
	start_review
	begin_release far
	said ready
	stop "$NODE" KILL || :
	release_all
	start_node "${REVIEW[@]}"
	reviewing
	# Where that is now.
	echo "$PORT" >&9
	end_case
}

@test "what it must have, and wrong words, are named" {
	local all=(--listen tcp:127.0.0.1:0 --server tcp:127.0.0.1:1 -c cat)
	run -64 cup-intercept "${all[@]}" --review-tell perhaps
	assert_output --partial "option '--review-tell': 'perhaps': is none of its words"
	run -64 cup-intercept "${all[@]}" --review unix:/r
	assert_output --partial "'--review' needs '--review-key'"
	run -64 cup-intercept "${all[@]}" --review tcp:127.0.0.1:1 --review-key /k
	assert_output --partial "only unix: is spoken there"
	run -64 cup-intercept "${all[@]}" --review-key /k
	assert_output --partial "'--review-key' needs '--return-component'"
	printf 'secret\n' >secret
	chmod 600 secret
	all+=(--return-component tcp:127.0.0.1:1 --return-domain x
		--return-secret secret)
	run -64 cup-intercept "${all[@]}" --review-key /k
	assert_output --partial "'--review-key' needs '--domain'"
	run -78 cup-intercept "${all[@]}" --review-key "$PWD/k" --domain a.example
	assert_output --partial "cannot use '$PWD/k': "
}
