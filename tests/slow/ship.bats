#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# cup-ship before a real cluster of three, of which servers fail: what went on is
# in the stream, in its order, and nothing else.
# shellcheck disable=SC2034,SC2154

load ../lib/helpers
load ../lib/nats

setup() {
	common_setup
	NATS_PID=()
	DIR=$(mktemp -d /tmp/cup-nats.XXXXXX)
	SHIP='' FEED=''
}

teardown() {
	cat err 2>/dev/null || :
	# shellcheck disable=SC2086
	[ -z "$SHIP$FEED" ] || kill -KILL $SHIP $FEED 2>/dev/null || :
	stop_nats
	[ -z "${MOUNTED-}" ] || umount "$MOUNTED"
	rm -rf "$DIR"
}

# feed COUNT RATE: journaled records through cup-ship, what comes out in out.
feed() {
	mkfifo recorded journaled
	gen-records "$1" 1 "$2" >recorded 3>&- &
	FEED=$!
	cup-log j <recorded 3>&- | tee logged >journaled 3>&- &
	cup-ship --stage "$NATS" --stream node1 <journaled >out 2>err 3>&- &
	SHIP=$!
	eventually 20 more_than 100
}

more_than() {
	[ "$(wc -l <out)" -gt "$1" ]
}

goes_on() {
	eventually 15 more_than "$(wc -l <out)"
}

# The stream, by whichever server answers.
stream() {
	local port
	for port in "${NATS_PORT[@]}"; do
		timeout 60 python3 "$TOP/tests/clients/stream.py" "$port" node1 \
			>stream 2>stream.err && return
	done
	return 1
}

ended() {
	! kill -0 "$SHIP" 2>/dev/null
}

# once FILE: its records, each where it is first: that one is there a second
# time, as where a server has forgotten its id, is known by that.
once() {
	awk -F'\t' '!seen[$1]++' "$1"
}

all_is_well() {
	eventually 60 ended
	wait "$SHIP"
	cmp logged out
	eventually 10 stream
	cmp logged <(once stream)
}


@test "killed, stopped, one by one and two at once: all that goes on is in the stream, and in order" {
	start_nats "$DIR" 3
	feed 1000000 200
	for i in 0 1 2; do
		kill_nats_server "$i"
		goes_on
		start_nats_server "$i"
		eventually 20 nats_healthy "$i"
		goes_on
	done
	for i in 0 1 2; do
		kill_nats_server "$i" STOP
		goes_on
		kill_nats_server "$i" CONT
		eventually 20 nats_healthy "$i"
		goes_on
	done
	# Without a quorum nothing goes on.
	kill_nats_server 0
	kill_nats_server 1
	eventually 15 grep -q "stream 'node1' is not available" err
	n=$(wc -l <out)
	start_nats_server 0
	eventually 20 more_than "$n"
	start_nats_server 1
	kill "$FEED"
	all_is_well
}

@test "a full disk at one of three holds nothing up" {
	mkdir "$DIR/small"
	mount -t tmpfs -o size=6m tmpfs "$DIR/small" || skip "needs to mount"
	MOUNTED=$DIR/small
	NATS_STORE_1=$DIR/small
	start_nats "$DIR" 3
	feed 40000 8000
	eventually 60 more_than 39999
	all_is_well
	[ "$(df --output=avail "$DIR/small" | tail -n 1)" -lt 600 ]
}

@test "cup-ship killed at 60 random instants: what went on is in the stream, and its journal has each once" {
	start_nats "$DIR" 3
	gen-records 30000 2 | cup-log j >logged
	eventually 1 true
	: >out
	for ((i = 0; i < 60; i++)); do
		tail -n "+$(($(wc -l <out) + 1))" logged >rest
		cup-ship --stage "$NATS" --stream node1 <rest >part 2>>err 3>&- &
		SHIP=$!
		read -rt "0.$((RANDOM % 4))$((RANDOM % 10))" -u "$NOTHING" || :
		kill -KILL "$SHIP" 2>/dev/null || :
		wait "$SHIP" || :
		# A line of which it wrote a part only did not go on.
		awk 'NR > 1 { print last } { last = $0 }' part >>out
	done
	tail -n "+$(($(wc -l <out) + 1))" logged >rest
	cup-ship --stage "$NATS" --stream node1 <rest >>out
	cmp logged out
	eventually 10 stream
	cup-log central <stream >made 2>made.err
	assert_equal "$(cat made.err)" ""
	cup-verify -q central
	cmp <(cut -f 1 logged) <(awk -F'\t' '$3 !~ /^#/ { print $3 }' central/*.log)
}
