#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# A suite for clients of TCP, whose clients come by WebSocket
# (tests/clients/over-websocket.py).

load ../lib/helpers

@test "order, holding and refusal" {
	TRANSPORT=websocket run bats "$TOP/tests/live/orders.bats"
	assert_success
	refute_output --partial "# skip"
}
