# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# Suites of the table of faults in cup-node(1): load servers.bash and disk.bash first.

setup() {
	common_setup
	# shellcheck disable=SC2034
	STARTED=() CASES=faults.py MOUNTED=
	ARCHIVE='' start_server acme.localhost alice bob dave frank
}

teardown() {
	exec 9>&-
	tail -n 20 node.log 2>/dev/null || :
	stages | xargs -r kill -CONT 2>/dev/null || :
	kill -CONT "$SERVER_PID" 2>/dev/null || :
	stop_all
	[ -z "$MOUNTED" ] || umount "$MOUNTED"
}

logged() {
	grep -qE -- "$1" node.log
}

# case_of CASE: one that needs nothing done.
case_of() {
	begin_case "$1"
	end_case
}

# logouts REASON: how many are on record.
logouts() {
	cup-search --event logout journal | grep -cF " reason=\"$1\"" || :
}

# outcomes WORD: how many notices of that outcome there are.
outcomes() {
	cup-search --event=done refused | grep -cF "outcome=\"$1\"" || :
}

outcomes_are() {
	[ "$(outcomes "$1")" = "$2" ]
}

# logouts_are N: in all.
logouts_are() {
	[ "$(cup-search --event logout -c journal)" = "$1" ]
}

# What is asked before either server.

clients_go() {
	PIPELINE="$SLOW | $JUDGED" start_node
	case_of gone
	run -1 cup-search journal half
	assert_equal "$(cup-search --event send -c journal 'but whole')" 1
	eventually 10 logouts_are 3
	assert_equal "$(logouts 'connection lost')" 2
}

server_goes() {
	start_node
	begin_case server_gone
	said ready
	kill -STOP "$(stages | sed -n 2p)"
	go_on
	said sent
	eventually 10 status_is held 1
	kill -9 "$SERVER_PID"
	go_on
	end_case
	logged "session [^ ]*: the server broke the connection"
	run -0 cup-search --event=done refused
	assert_output --partial 'outcome="bounced" why="server gone"'
	kill -CONT "$(stages | sed -n 2p)"
	CASES='' edge unreachable
	logged "cannot reach the server 'tcp:127.0.0.1:$C2S': Connection refused"
	restart_server
	rm server_gone.*
	case_of gone
	eventually 10 logouts_are 5
	assert_equal "$(logouts 'connection to the server lost')" 2
}

server_ends() {
	start_node
	begin_case server_ended
	said ready
	kill -STOP "$(stages | sed -n 2p)"
	go_on
	said sent
	eventually 10 status_is held 1
	kill -TERM "$SERVER_PID"
	go_on
	end_case
	run -0 cup-search --event=done refused
	assert_output --partial 'outcome="bounced" why="server gone"'
}

server_is_slow() {
	start_node --hold-timeout 1s
	begin_case server_slow
	said ready
	kill -STOP "$SERVER_PID"
	go_on
	said sent
	eventually 20 status_is sent 50
	assert_equal "$(cup-search --event send -c journal number)" 50
	assert_equal "$(cup-search --event recv -c journal number)" 0
	kill -CONT "$SERVER_PID"
	go_on
	end_case
	assert_equal "$(outcomes bounced)" 0
}
