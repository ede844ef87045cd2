#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Suites for clients of TCP, whose clients come by WebSocket
# (tests/clients/over-websocket.py).

load ../lib/helpers

# over_websocket_runs SKIPPED SUITE...: of their tests that many are about TCP.
over_websocket_runs() {
	local skipped=$1
	shift
	TRANSPORT=websocket run bats --tap "${@/#/$TOP/tests/live/}"
	assert_success
	assert_equal "$(grep -c '^ok .* # skip' <<<"$output")" "$skipped"
}

@test "order, holding and refusal" {
	over_websocket_runs 0 orders.bats notice.bats
}

@test "what is held, limits, and nonzas in odd places" {
	over_websocket_runs 0 limits.bats misplaced.bats poison.bats
}

@test "sessions" {
	over_websocket_runs 5 sessions.bats
}
