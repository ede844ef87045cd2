#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# A pipeline that stands still with all buffers full.

load ../lib/helpers
load ../lib/servers
load ../lib/load

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

@test "half stanzas in the way: who began first is ended, who waits gets room" {
	ARCHIVE='' start_server acme.localhost alice bob dave
	# shellcheck disable=SC2034
	CASES=room.py
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
