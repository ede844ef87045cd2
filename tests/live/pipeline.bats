#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The processes of a node's pipeline: how soon their end is noticed, and that
# none is left. Nobody logs in, so there is no server.
# shellcheck disable=SC2030,SC2031

load ../lib/helpers
load ../lib/servers

setup() {
	common_setup
	STARTED=()
	C2S=$(free_port)
}

teardown() {
	cat node.log 2>/dev/null || :
	kill -CONT "${LEFT[@]}" 2>/dev/null || :
	kill -9 "${LEFT[@]}" 2>/dev/null || :
	stop_all
}

# ups N: so often the pipeline has come up.
ups() {
	[ "$(grep -c "pipeline is up" node.log)" = "$1" ]
}

# all_gone PID...: none is left.
all_gone() {
	local pid
	for pid; do
		gone "$pid" || return 1
	done
}

@test "whichever stage dies in an idle node: it is noticed at once" {
	start_node
	local n
	for n in 1 2 3; do
		kill -9 "$(stages | sed -n "${n}p")"
		# Far less than the 5 s after which an idle pipeline is pinged.
		eventually 4 ups $((n + 1))
		assert_equal "$(grep -c "pipeline is down: " node.log)" "$n"
		assert_equal "$(stages | wc -l)" 3
	done
}

@test "what ends beside the stages, and is none, does no harm" {
	PIPELINE="sleep 1000 & $JUDGED" start_node
	local before beside
	before=$(stages)
	beside=$(pgrep -P "$(pgrep -P "$NODE" -x sh)" -x sleep)
	kill "$beside"
	eventually 5 gone "$beside"
	status_is pipeline up
	ups 1
	# The shell collects it when it likes.
	assert_equal "$(stages | grep -vx "$beside")" \
		"$(grep -vx "$beside" <<<"$before")"
}

# give_up: a node whose pipeline was given up, and stands still; GIVING.
give_up() {
	cup-intercept --listen tcp:127.0.0.1:0 --server "tcp:127.0.0.1:$C2S" \
		-c 'head -c 9000000 /dev/zero | tr "\0" x; kill -STOP $$' \
		2>given.log </dev/null 3>&- &
	GIVING=$!
	STARTED+=("$GIVING")
	eventually 10 grep -q "does not start: a line is longer" given.log
}

@test "SIGTERM while a stage is stopped, or one that was given up: all ends" {
	start_node --hold-timeout 1s
	give_up
	mapfile -t LEFT < <(stages; pgrep -P "$NODE"; pgrep -P "$GIVING")
	assert [ "${#LEFT[@]}" -ge 6 ]
	kill -STOP "${LEFT[1]}"
	kill "$NODE" "$GIVING"
	wait "$NODE"
	wait "$GIVING"
	eventually 4 all_gone "${LEFT[@]}"
	run -0 cat node.log
	assert_output --partial "pipeline does not end, and is ended"
	run -0 cup-verify refused
}

@test "SIGTERM while an old pipeline is stopped and a fresh one waits for it" {
	start_node --hold-timeout 1s
	kill -STOP "$(stages | sed -n 2p)"
	kill -HUP "$NODE"
	eventually 5 status_is pipeline starting
	mapfile -t LEFT < <(stages; pgrep -P "$NODE")
	assert [ "${#LEFT[@]}" -ge 8 ]
	kill "$NODE"
	wait "$NODE"
	eventually 4 all_gone "${LEFT[@]}"
}

# whole: it is up, with its own stages and no others.
whole() {
	status_is pipeline up && [ "$(stages | wc -l)" -eq 3 ]
}

@test "eight kills of all stages: each time the pipeline is back soon" {
	start_node
	local n pids
	for n in {1..8}; do
		mapfile -t pids < <(stages)
		kill -9 "${pids[@]}"
		# Pauses that doubled from the first on would be 12 s by now.
		eventually 5 ups $((n + 1))
	done
}

@test "what dies at birth is started again more and more slowly" {
	cup-intercept --listen tcp:127.0.0.1:0 --server "tcp:127.0.0.1:$C2S" \
		-c 'date +%s%N >>births; exit 1' 2>node.log </dev/null 3>&- &
	STARTED+=("$!")
	born_10_times() {
		[ -e births ] && [ "$(wc -l <births)" -ge 10 ]
	}
	eventually 20 born_10_times
	mapfile -t births <births
	# A tenth of a second at first; then twice as long each time, a quarter
	# more or less.
	assert [ $(((births[6] - births[0]) / 1000000)) -ge 400 ]
	assert [ $(((births[9] - births[6]) / 1000000)) -ge 500 ]
}

@test "asked for again while it comes up: the last one runs, none is left" {
	echo first >generation
	PIPELINE="cat generation >>begun; $JUDGED" start_node
	local log name
	log=$(stages | sed -n 2p)
	kill -STOP "$log"
	# Each of these waits for the journal that the stopped one has.
	for name in second third fourth; do
		echo "$name" >generation
		kill -HUP "$NODE"
		eventually 5 grep -q "$name" begun
	done
	kill -9 "$log"
	eventually 10 whole
	run -0 cat begun
	assert_output $'first\nsecond\nthird\nfourth'
	for name in {1..5}; do
		kill -HUP "$NODE"
	done
	eventually 10 whole
}

# log_ends WORD: cup-node's last word of itself.
log_ends() {
	[ "$(grep ': n1: is ' node.log | tail -n 1)" = "cup-node: n1: is $1" ]
}

@test "the last that a node says of itself is that it is up" {
	# shellcheck source=tests/lib/through.bash
	. "$TOP/tests/lib/through.bash"
	local n log
	for n in {1..3}; do
		rm -f node.log
		start_node
		# Far less than the 10 s after which its counters are read.
		eventually 4 log_ends up
		run ! grep 'is degraded' node.log
		kill -9 "$(stages | sed -n 2p)"
		eventually 4 status_is pipeline-starts 2
		eventually 4 log_ends up
		log=$(stages | sed -n 2p)
		kill -STOP "$log"
		cup-node --reload n1
		eventually 5 log_ends starting
		kill -CONT "$log"
		eventually 4 log_ends up
		cup-node --stop n1
	done
}
