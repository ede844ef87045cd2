#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# A pipeline that stands still with all buffers full, and one client that
# floods.

load helpers
load servers.bash
load load.bash

setup() {
	common_setup
	# shellcheck disable=SC2034
	STARTED=()
}

teardown() {
	tail -n 10 node.log 2>/dev/null || :
	stages | xargs -r kill -CONT 2>/dev/null || :
	stop_all
}

# What cup-intercept may need beside --held-max and what it had before the
# flood: what is under way to the pipeline and back, and what the allocator
# keeps of what was freed.
MARGIN=$((16 * 1024))
HELD_MAX=$((8 * 1024))

# Reading goes on at three quarters of --held-max.
full() {
	[ "$(status held-bytes)" -ge $((HELD_MAX * 768)) ]
}

# Nothing moves any more: two looks at it are alike.
still() {
	local before now
	before=$(status held-bytes)
	read -rt 0.5 <> <(:) || :
	now=$(status held-bytes)
	[ "$before" = "$now" ]
}

@test "each stage stopped in turn under 500 flooding clients: bounded, and all flows again" {
	# shellcheck disable=SC2046
	ARCHIVE='' start_server acme.localhost $(users 500)
	start_node --tls optional --hold-timeout 2m --held-max "${HELD_MAX}K"
	local stage before
	for stage in 1 2 3; do
		before=$(memory "$INTERCEPT")
		# Stopped behind the logins: none of them is decided otherwise.
		begin_load "chat$stage" --clients 500 --window 40 --size 400 \
			--seconds 1 --wait 100
		kill -STOP "$(stages | sed -n "${stage}p")"
		eventually 30 full
		eventually 20 still
		full
		assert [ "$(status held-bytes)" -lt $(((HELD_MAX + 512) * 1024)) ]
		kill -CONT "$(stages | sed -n "${stage}p")"
		end_load
		cat "chat$stage.load"
		echo "before $before, now $(memory "$INTERCEPT"), peak $(peak_memory "$INTERCEPT")"
		assert_equal "$(said_of "chat$stage" lost)" 0
		assert_equal "$(said_of "chat$stage" errors)" 0
		assert_equal "$(said_of "chat$stage" doubled)" 0
		assert_equal "$(said_of "chat$stage" overtaken)" 0
		assert [ "$(said_of "chat$stage" received)" -ge 20000 ]
		assert [ "$(peak_memory "$INTERCEPT")" -lt $((before + HELD_MAX + MARGIN)) ]
		eventually 20 status_is held 0
		eventually 20 status_is clients 0
	done
	run -0 cup-verify journal
}

# others NAME: the middle latency of 20 clients that chat at leisure, in
# microseconds.
others() {
	begin_load "$1" --clients 20 --rate 100 --seconds 4 --size 100
	end_load
	assert_equal "$(said_of "$1" lost)" 0
	said_of "$1" p50_ms | awk '{ print int($1 * 1000) }'
}

@test "one client that floods does not delay the others by more than 2 times" {
	# shellcheck disable=SC2046
	ARCHIVE='' start_server acme.localhost $(users 20) flood0 flood1
	start_node --tls optional
	local i flood
	for i in 1 2 3; do
		others "calm$i" >>calm
		begin_load "flood$i" --prefix flood --one-way --clients 2 \
			--window 2000 --seconds 8 --size 100 --wait 0
		flood=$LOAD
		others "flooded$i" >>flooded
		# It flooded all the while.
		kill -0 "$flood"
		LOAD=$flood end_load
		assert [ "$(said_of "flood$i" rate)" -gt 1000 ]
		eventually 20 status_is held 0
		eventually 20 status_is clients 0
	done
	paste calm flooded
	# Others use this machine too: the best of each.
	run -0 sort -n calm
	local calm=${lines[0]}
	run -0 sort -n flooded
	assert [ "${lines[0]}" -le $((2 * calm)) ]
}

@test "half stanzas in the way: who began first is ended, who waits gets room" {
	ARCHIVE='' start_server acme.localhost alice bob dave
	# shellcheck disable=SC2034
	CASES=xmpp-room.py
	start_node --tls optional --held-max 2M
	begin_case patience
	said half
	# A quarter of it is taken.
	eventually 10 grep -q "wait for peers that do not read" node.log
	go_on
	end_case
	run -0 cup-search -c --event logout journal
	assert_output --regexp '^[45]$'
}
