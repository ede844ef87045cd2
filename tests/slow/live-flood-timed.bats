#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# One client that floods, and how long the others wait for it.

load ../lib/helpers
load ../lib/servers
load ../lib/load

setup_file() {
	export TOP PATH=$CUP_BIN:$PATH HOME=$BATS_FILE_TMPDIR
	cd "$BATS_FILE_TMPDIR" || return
	# shellcheck disable=SC2046
	ARCHIVE='' start_server acme.localhost $(users 20) flood0 flood1
	export C2S
}

teardown_file() {
	stop_all
}

setup() {
	common_setup
	# shellcheck disable=SC2034
	STARTED=()
	: >calm
	: >flooded
}

teardown() {
	tail -n 10 node.log 2>/dev/null || :
	stop_all
}

# others NAME: the middle latency of 20 clients that chat at leisure, in
# microseconds, into the file of that name.
# shellcheck disable=SC2094
others() {
	begin_load "$1" --clients 20 --rate 100 --seconds 2 --size 100
	end_load
	assert_equal "$(said_of "$1" lost)" 0
	said_of "$1" p50_ms | awk '{ print int($1 * 1000) }' >>"$1"
}

# round: the others without a flood and in one.
round() {
	local flood
	others calm
	begin_load flood --prefix flood --one-way --clients 2 --window 2000 \
		--seconds 100 --size 100 --wait 0
	flood=$LOAD
	others flooded
	enough_load "$flood"
	tail -n 1 ./*.load
	eventually 20 status_is held 0
	eventually 20 status_is clients 0
}

# delayed TIMES: at most so much longer, by the best round so far, as others use
# this machine too; and not counting what it takes to be given one of its
# cores while all are in use.
delayed() {
	local calm flooded cores=5000
	calm=$(sort -n calm | head -n 1)
	flooded=$(sort -n flooded | head -n 1)
	[ "$flooded" -le $(($1 * calm + cores)) ]
}

@test "one client that floods does not delay the others by more than 2 times" {
	start_node --tls optional
	for _ in {1..5}; do
		round
		assert [ "$(said_of flood rate)" -gt 1000 ]
		! delayed 2 || break
	done
	paste calm flooded
	delayed 2
}

@test "nor by much where each record takes its time" {
	cat >dawdle.py <<-'EOF'
		import sys, time
		for line in sys.stdin:
		    if line[0] != "#":
		        time.sleep(0.0002)
		    print(line, end="", flush=True)
	EOF
	PIPELINE="/usr/bin/python3 dawdle.py | $JUDGED" start_node --tls optional
	round
	paste calm flooded
	# A third of a millisecond, by 64 before each record, would be 30 times.
	delayed 12
}
