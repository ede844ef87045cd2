#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# cup-ship before a real cluster of three, of which servers fail: what went on is
# in the stream, in its order, and nothing else.
# shellcheck disable=SC2034,SC2154

load ../lib/helpers
load ../lib/journal
load ../lib/nats

setup() {
	common_setup
	NATS_PID=()
	DIR=$(mktemp -d /tmp/cup-nats.XXXXXX)
	SHIP='' FEED=''
	eventually 1 true # sets NOTHING
}

teardown() {
	cat err 2>/dev/null || :
	# shellcheck disable=SC2086
	[ -z "$SHIP$FEED" ] || kill -KILL $SHIP $FEED 2>/dev/null || :
	stop_nats
	[ -z "${MOUNTED-}" ] || eventually 10 umount "$MOUNTED" 2>/dev/null
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

# two_of_three K L: of three servers two are there, K one of them; as soon as they
# have a leader records go on; then L comes as well. Those of nats-server 2.9 may
# not find a leader where one had yet to get what it missed: then L comes first.
two_of_three() {
	local third=
	eventually 20 nats_leads "$1" node1 ||
		{ third=$2 && start_nats_server "$2"; }
	eventually 20 nats_leads "$1" node1
	eventually 20 more_than "$n"
	[ -n "$third" ] || start_nats_server "$2"
}

# all_healthy: all servers have what the others have. One that is still getting
# it when its leader is killed elects no other (nats-server 2.9).
all_healthy() {
	local i
	for i in 0 1 2; do
		eventually 20 nats_healthy "$i"
	done
}

more_than() {
	[ "$(wc -l <out)" -gt "$1" ]
}

# held_up: that it is not available is told once more than the $TOLD times before.
held_up() {
	[ "$(grep -c "stream 'node1' is not available" err)" -gt "$TOLD" ]
}

# before_it_is_held_up: what held_up counts from.
before_it_is_held_up() {
	TOLD=$(grep -c "stream 'node1' is not available" err) || :
}

goes_on() {
	eventually 15 more_than "$(wc -l <out)"
}

ended() {
	! kill -0 "$SHIP" 2>/dev/null
}

# once FILE: its records, each where it is first: that one is there a second
# time, as it was asked about again, is known by its id.
once() {
	awk -F'\t' '!seen[$1]++' "$1"
}

# All that was journaled went on, and the stream has it, and nothing else.
all_is_well() {
	eventually 60 ended
	wait "$SHIP"
	cmp logged out
	eventually 10 stream node1
	cmp logged stream
}

@test "killed, stopped, one by one and two at once: all that goes on is in the stream, and in order" {
	start_nats "$DIR" 3
	feed 1000000 200
	all_healthy
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
	before_it_is_held_up
	kill_nats_server 0
	kill_nats_server 1
	eventually 15 held_up
	n=$(wc -l <out)
	start_nats_server 0
	two_of_three 0 1
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
	# Not of the leader, of which nats-server 2.9 makes one that is silent: it
	# begins anew, as another is there to lead.
	kill_nats_server 1
	goes_on
	start_nats_server 1
	eventually 60 more_than 39999
	eventually 20 is_full
	# Nor is it asked for what it has not.
	kill_nats_server 1
	all_is_well
}

is_full() {
	[ "$(df --output=avail "$DIR/small" | tail -n 1)" -lt 600 ]
}

@test "one of three that is cut off and comes back, and one that fails meanwhile" {
	far_nats || skip "needs network namespaces"
	# Else servers wait for each other as long as TCP does.
	NATS_CONF='ping_interval: "1s"
		ping_max: 2
		write_deadline: "2s"'
	start_nats "$DIR" 3
	feed 1000000 200
	all_healthy
	cut_nats down
	goes_on
	eventually 20 nats_healthy 0
	# Without a quorum nothing goes on.
	before_it_is_held_up
	kill_nats_server 1
	eventually 15 held_up
	cut_nats up
	n=$(wc -l <out)
	two_of_three 0 1
	eventually 20 nats_healthy 1
	cut_nats down
	goes_on
	cut_nats up
	eventually 20 nats_healthy 2
	goes_on
	kill "$FEED"
	all_is_well
}

# instant: how long to wait, up to half as long again as takes what WHOLE (of
# microseconds) was measured of.
instant() {
	printf '0.%06d' "$((RANDOM * WHOLE * 3 / 65536 % 1000000))"
}

# kills COMMAND...: do it 200 times, and kill it at a random instant; what goes
# before it is not.
kills() {
	local i
	for ((i = 0; i < 200; i++)); do
		"before_$1"
		"$@" &
		SHIP=$!
		read -rt "$(instant)" -u "$NOTHING" || :
		kill -KILL "$SHIP" 2>/dev/null || :
		wait "$SHIP" 2>/dev/null || :
	done
	SHIP=
}

# measure COMMAND...: what WHOLE is.
measure() {
	local began=${EPOCHREALTIME/./}
	"$@"
	WHOLE=$((${EPOCHREALTIME/./} - began))
}

# A line of which it wrote a part only did not go on.
before_a_stage() {
	awk 'NR > 1 { print last } { last = $0 }' part >>out
	tail -n "+$(($(wc -l <out) + 1))" logged | head -n 300 >rest
}

a_stage() {
	exec cup-ship --stage "$NATS" --stream node1 <rest >part 2>>err 3>&-
}

@test "a stage killed at 200 random instants: what went on is in the stream, and its journal has each once" {
	start_nats "$DIR" 3
	gen-records 60000 2 | cup-log j >logged
	head -n 1 logged | cup-ship --stage "$NATS" --stream node1 >out
	: >part
	head -n 300 logged >rest
	measure cup-ship --stage "$NATS" --stream first <rest >/dev/null
	kills a_stage
	before_a_stage
	more_than 1000
	tail -n "+$(($(wc -l <out) + 1))" logged >rest
	cup-ship --stage "$NATS" --stream node1 <rest >>out
	cmp logged out
	eventually 10 stream node1
	cmp logged <(once stream)
	cup-log central <stream >made 2>made.err
	assert_equal "$(cat made.err)" ""
	cup-verify -q central
	cmp <(cut -f 1 logged) <(awk -F'\t' '$3 !~ /^#/ { print $3 }' central/*.log)
}

before_journals() {
	:
}

journals() {
	exec cup-ship "$NATS" --stream all j k 2>>err 3>&-
}

# What makes a journal of the stream is killed with it.
central() {
	exec 3>&-
	cup-ship --from "$NATS" --stream all central 2>>err |
		cup-log --compress no central >/dev/null 2>>err
}

# kill_both: what central has started.
both() {
	set -m
	central &
	read -rt "$(instant)" -u "$NOTHING" || :
	kill -KILL -- "-$!" 2>/dev/null || :
	wait "$!" 2>/dev/null || :
	set +m
}

@test "journals brought to a stream, and one made of it, by what is killed at 200 random instants: each is there once, in order" {
	start_nats "$DIR" 3
	gen-records 50000 3 | cup-log --segment-size 1M j >/dev/null
	gen-records 50000 4 | sed 's/\tnode1\t/\tnode2\t/' |
		cup-log --segment-size 1M k >/dev/null
	record send pass "$(message a@b/c d@e one)" | cup-log first >/dev/null
	cup-ship "$NATS" --stream all first
	measure cup-ship "$NATS" --stream all first
	kills journals
	cup-ship "$NATS" --stream all j k
	eventually 10 stream all
	for node in node1 node2; do
		grep -P "\t$node\t" stream >"$node"
	done
	cmp node1 <(cat <(records first) <(records j))
	cmp node2 <(records k)
	for ((i = 0; i < 100; i++)); do
		both
	done
	# The last one that was killed may still be there.
	cup-ship --from "$NATS" --stream all central |
		cup-log --wait central >/dev/null
	cup-verify -q central
	cmp stream <(records central | sed 's/\tstream=all:[0-9]*$//')
}

# records JOURNAL: without what is the journal's own.
records() {
	journal_texts "$1" | grep -v "^#"
}
