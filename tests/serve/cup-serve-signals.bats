#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# How cup-serve ends, and how it goes on.
# shellcheck disable=SC2016,SC2030,SC2031,SC2119,SC2154

load ../lib/helpers
load ../lib/serve

setup() {
	common_setup
	STARTED=()
}

teardown() {
	stop_all
}

gone() {
	! kill -0 "$1" 2>/dev/null
}

@test "SIGTERM ends the input of commands, which answer what they have read" {
	serve tcp:127.0.0.1:0 -c 'cat; echo the end'
	exec 7<>"/dev/tcp/127.0.0.1/$PORT"
	echo hello >&7
	read -rt 5 line <&7
	assert_equal "$line" hello
	kill "$SERVER"
	read -rt 5 line <&7
	assert_equal "$line" "the end"
	run ! read -rt 5 line <&7
	exec 7>&-
	wait "$SERVER"
	logged 'stopping; 1 connections end'
	run -1 socat - "TCP:127.0.0.1:$PORT" </dev/null
}

@test "a second SIGTERM ends commands that do not, with what they started" {
	serve tcp:127.0.0.1:0 -c 'trap "" TERM; sleep 60 & echo $!; wait; sleep 60'
	exec 7<>"/dev/tcp/127.0.0.1/$PORT"
	read -rt 5 sleeper <&7
	kill "$SERVER"
	logged 'stopping; 1 connections end'
	kill "$SERVER"
	exec 7>&-
	wait "$SERVER"
	eventually 5 gone "$sleeper"
	logged 'ended: signal 9 (Killed)'
}

@test "SIGINT is as SIGTERM" {
	# A shell that is not interactive has its children ignore SIGINT.
	cup_serve() {
		exec /usr/bin/python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])' cup-serve "$@"
	}
	cup_serve unix:s -c cat 2>log &
	SERVER=$!
	STARTED+=("$SERVER")
	logged 'listening on unix:s'
	kill -INT "$SERVER"
	wait "$SERVER"
}

@test "SIGHUP without TLS changes nothing" {
	serve tcp:127.0.0.1:0 -c cat
	kill -HUP "$SERVER"
	run -0 tcp <<<hello
	assert_output hello
}

@test "commands have the signals as they are by default" {
	serve tcp:127.0.0.1:0 -- sh -c 'grep -E "^Sig(Blk|Ign)" /proc/self/status'
	run -0 tcp </dev/null
	assert_line --regexp 'SigBlk:.0+$'
	# 32 and 33 are libc's own, and no program can change them.
	assert_line --regexp 'SigIgn:.(0{16}|0{7}180000000)$'
}

@test "SIGKILL of the server lets connections end as they do" {
	serve tcp:127.0.0.1:0 -c 'cat; echo the end'
	exec 7<>"/dev/tcp/127.0.0.1/$PORT"
	echo hello >&7
	read -rt 5 line <&7
	kill -9 "$SERVER"
	wait "$SERVER" || :
	echo still >&7
	read -rt 5 line <&7
	assert_equal "$line" still
	exec 7>&-
}
