#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# A pipeline that is killed again and again under load.

load ../lib/helpers
load ../lib/servers
load ../lib/load

setup() {
	common_setup
	STARTED=()
}

teardown() {
	tail -n 40 node.log 2>/dev/null || :
	stop_all
}

# Back up, by itself, and with nothing else left.
back_up() {
	eventually 20 whole
}

# The pipeline is up, and no other one is on its way or finishing.
whole() {
	status_is pipeline up && [ "$(stages | wc -l)" -eq 3 ]
}

# count WORD: of the log's lines.
count() {
	grep -cE "$1" node.log || :
}

down_again() {
	[ "$(count 'pipeline is down')" -gt "$1" ]
}

more_records() {
	[ "$(status records-out)" -ge $(($1 + 300)) ]
}

more_bounced() {
	[ "$(status bounced)" -gt "$1" ]
}

# once FILE...: no line is there twice.
once() {
	local file
	for file; do
		assert_equal "$(uniq -d "$file" | head -n 5)" ""
	done
}

# within FILE FILE: the lines of the first are in the second.
within() {
	assert_equal "$(comm -23 "$1" "$2" | head -n 5)" ""
}

# noticed OUTCOME: "SENDER NUMBER" of the loads' messages, by the notices.
noticed() {
	cup-search --event=done refused | grep -F "outcome=\"$1\"" |
		cut -f 10 | load_ids
}

# all_ids WHAT: of both loads.
all_ids() {
	{ of_ids chat user "$1"; of_ids paced pace "$1"; } | sort
}

# kill_stage NUMBER [STOPPED]: and see that the pipeline is down for it;
# STOPPED: once it has stood still until what is held is bounced.
kill_stage() {
	local down bounced pid
	down=$(count 'pipeline is down')
	bounced=$(status bounced)
	pid=$(stages | sed -n "$(($1 % 3 + 1))p")
	if [ -n "${2-}" ]; then
		kill -STOP "$pid"
		eventually 20 more_bounced "$bounced"
	fi
	kill -9 "$pid"
	eventually 10 down_again "$down"
}

# Under two loads: one has 2,000 messages under way, the other sends whether
# it gets an answer or not.
kill_20_times() {
	local i chat
	begin_load chat --clients 200 --window 10 --seconds 200 --size 100 \
		--wait 40
	chat=$LOAD
	begin_load paced --prefix pace --clients 4 --rate 20 --seconds 200 \
		--size 100 --wait 40
	for i in {1..20}; do
		back_up
		eventually 20 more_records "$(status records-out)"
		kill_stage "$i" "$([ "$i" -ne 10 ] || echo stopped)"
	done
	back_up
	enough_load "$LOAD"
	enough_load "$chat"
	tail -n 1 chat.load paced.load
}

# Each of the messages arrived or was refused, once, and only as journaled.
none_slipped() {
	local name
	for name in chat paced; do
		assert_equal "$(said_of "$name" lost)" 0
		assert_equal "$(said_of "$name" doubled)" 0
	done
	all_ids sent >sent.ids
	all_ids got >got.ids
	all_ids error >error.ids
	judged send >judged-send
	judged recv >judged-recv
	wc -l ./*.ids judged-send judged-recv
	assert [ -s got.ids ]
	assert [ -s error.ids ]
	once got.ids error.ids judged-send judged-recv
	within got.ids judged-send
	within got.ids judged-recv
	# Each has one answer, and only one.
	sort got.ids error.ids >answered
	once answered
	run -0 cmp sent.ids answered
	# An error was on disk before it was sent.
	noticed bounced >noticed.ids
	run -0 cmp error.ids noticed.ids
	run -0 cup-verify journal
	run -0 cup-verify refused
}

@test "a pipeline killed 20 times under 2,000 messages: none slips, doubles or is lost" {
	# shellcheck disable=SC2046
	ARCHIVE='' start_server acme.localhost $(users 200) pace{0..3}
	start_node --tls optional --hold-timeout 500ms
	kill_20_times
	none_slipped
}

@test "nor before ejabberd, with all of a node" {
	load ../lib/through
	# shellcheck disable=SC2046
	ARCHIVE='' start_ejabberd acme.localhost $(users 200) pace{0..3}
	start_node --tls optional --hold-timeout 500ms
	kill_20_times
	none_slipped
}

held_is() {
	[ "$(status held)" -ge "$1" ]
}

@test "what clients were not given yet comes again, or the refused journal names it" {
	# shellcheck disable=SC2046
	ARCHIVE='' start_server acme.localhost $(users 21)
	start_node
	mkfifo in
	PYTHONPATH=$TOP/tests/clients timeout 100 /usr/bin/python3 \
		"$TOP/tests/clients/held.py" "$PORT" "$C2S" <in >held.out 2>&1 3>&- &
	# shellcheck disable=SC2034
	CASE=held CASE_PID=$!
	exec 9>in
	STARTED+=("$CASE_PID")
	said ready
	local log
	log=$(stages | sed -n 2p)
	kill -STOP "$log"
	go_on
	said sent
	eventually 20 held_is 500
	go_on
	said gone
	eventually 20 status_is logged-in 0
	eventually 20 status_is abandoned 500
	kill -9 "$log"
	back_up
	go_on
	end_case
	cat held.out

	cup-search --event=done refused | grep -F 'outcome="abandoned"' >abandoned
	assert_equal "$(wc -l <abandoned)" 500
	# Those who cannot come back are the even ones.
	grep -vF 'again="true"' abandoned | sed 's/.* id="h\([0-9]*-[0-9]*\)".*/\1/' |
		sort >lost
	local i n
	for ((i = 0; i < 20; i += 2)); do
		for ((n = 0; n < 25; n++)); do
			echo "$i-$n"
		done
	done | sort >expected
	run -0 cmp expected lost
	# Nobody got what is not on disk.
	run -0 cup-verify journal
	assert_equal "$(cup-search --event recv --verdict pass journal 'number' |
		sed -n 's/.* id="h\([0-9]*[13579]-[0-9]*\)".*/\1/p' | sort -u | wc -l)" 250
}
