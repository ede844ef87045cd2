#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The table of faults in cup-node(1), row by row: what users see, what the log
# says, what is journaled. The pipeline, the server and the disk.

load ../lib/helpers
load ../lib/servers
load ../lib/disk
load ../lib/faults

@test "a stage is killed: users wait for a moment, what was asked is on record once" {
	PIPELINE="$SLOW | $JUDGED" start_node
	local n
	for n in 1 2 3 4; do
		begin_case killed
		said ready
		# Stopped, so that all of it is in there.
		kill -STOP "$(stages | sed -n "${n}p")"
		go_on
		said sent
		eventually 10 status_is held 20
		kill -9 "$(stages | sed -n "${n}p")"
		go_on
		end_case
		rm killed.*
		eventually 10 logged "pipeline is down: "
		eventually 10 status_is clients 0
	done
	run -0 cup-verify journal
	assert_equal "$(cup-search --event send -c journal number)" 80
	assert_equal "$(cup-search --event recv -c journal number)" 80
	assert_equal "$(outcomes bounced)" 0
}

@test "a stage is stopped: senders are told in time, which is on record first" {
	start_node --hold-timeout 1s
	local n
	for n in 1 2 3; do
		begin_case stopped
		said ready
		kill -STOP "$(stages | sed -n "${n}p")"
		go_on
		said told
		assert_equal "$(outcomes bounced)" "$n"
		[ "$n" -lt 3 ] || eventually 30 logged "pipeline is silent"
		kill -CONT "$(stages | sed -n "${n}p")"
		# Whatever was decided after that is on record, too.
		eventually 10 logged "came back too late"
		go_on
		end_case
		rm stopped.*
	done
	eventually 10 logged "pipeline answers again"
	eventually 5 outcomes_are late 3
	run -0 cup-verify refused
}

@test "a stage is slow: users wait, no more" {
	PIPELINE="$SLOW | $JUDGED" start_node
	case_of slowed
	assert_equal "$(cup-search --event recv --verdict pass -c journal slow)" 3
	assert_equal "$(outcomes bounced)" 0
}

@test "a sender is told though what it is to receive is held" {
	PIPELINE="mawk -W interactive '/\trecv\t.*slow/ { fflush(); system(\"until [ -e go ]; do sleep 0.1; done\") } { print; fflush() }' | $JUDGED" \
		start_node --hold-timeout 500ms
	# shellcheck disable=SC2034
	local case CASES=told.py
	for case in told_in_hold told_then_cut; do
		begin_case "$case"
		said told
		touch go
		go_on
		end_case
		rm go
	done
	assert_equal "$(outcomes bounced)" 3
}

@test "the server goes: what is held comes back, all are told, and may come again" {
	server_goes
}

@test "the server is stopped: what is held comes back first" {
	server_ends
}

@test "the server is slow: users wait, what it gets is on record before" {
	server_is_slow
}

@test "a full disk: senders are told, nothing goes on, until there is room" {
	small_disk journal
	start_node --hold-timeout 1s
	begin_case stopped
	said ready
	fill_disk
	go_on
	said told
	logged "cup-log: .*: No space left on device"
	# Its pipe breaks at the next record or ping.
	eventually 10 logged "pipeline is down: "
	run -0 cup-search refused
	assert_output --partial 'outcome="bounced"'
	rm disk/fill
	eventually 20 status_is pipeline up
	go_on
	end_case
	run -0 cup-verify journal
	run -1 cup-search journal void
}

@test "a full disk under the refused journal: the log has the notices" {
	small_disk refused
	start_node --hold-timeout 1s
	begin_case stopped
	said ready
	fill_disk
	kill -STOP "$(stages | sed -n 2p)"
	go_on
	said told
	logged "cup-log: .*: No space left on device"
	logged "the refused journal is down: "
	logged 'not in the refused journal: .*outcome="bounced".*into the void'
	# All of it, as there is no other place.
	run -0 grep -c 'not in the refused journal: .*x</body></message>$' node.log
	[ "$(grep 'not in the refused' node.log | head -n 1 | wc -c)" -gt 20000 ]
	kill -CONT "$(stages | sed -n 2p)"
	rm disk/fill
	go_on
	end_case
	eventually 20 outcomes_are bounced 1
}
