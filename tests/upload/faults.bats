#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# cup-upload when a client, the server, the pipeline or the disk fails.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154

load ../lib/helpers
load ../lib/disk
load ../lib/upload

setup() {
	common_setup
	STARTED=()
	MOUNTED=
	printf 'a plan\n' >plan.txt
}

teardown() {
	cat gate.log 2>/dev/null || :
	stop_all
	[ -z "$MOUNTED" ] || umount "$MOUNTED"
}

# left_behind N: so many files are known, and none is on its way.
nothing_left() {
	incoming 0 && [ -z "$(find store/url -type f)" ]
}

@test "a client that goes away while it sends leaves nothing but its slot" {
	start_nginx
	start_gate
	slot /a 7
	exec 8> >(upload leave /a 7 3 >left)
	eventually 5 incoming 1
	exec 8>&-
	eventually 5 nothing_left
	run -0 put plan.txt /a
	assert_output 201
}

@test "a client that goes away before it is decided: it may try again" {
	start_nginx
	hold_records
	start_gate
	slot /a 7
	exec 8> >(upload leave /a 7 7 >left)
	eventually 10 test -e asked
	# Its slot is not free yet.
	run -0 put plan.txt /a
	assert_output 409
	exec 8>&-
	: >go
	released() {
		[ "$(state /a)" = granted ]
	}
	eventually 10 released
	assert_file_not_exists www/a
	run -0 put plan.txt /a
	assert_output 201
	assert_file_exists www/a
}

@test "the server goes away before, while or after it has the file: 502, again" {
	for mode in dies-early dies-late; do
		rm -rf store journal
		start_odd "$mode"
		start_gate
		slot /a 7
		run -0 put plan.txt /a
		assert_output 502
		gate_said 1 'cannot forward a file'
		run -0 put plan.txt /a
		assert_output 502
		stop "$ODD" || :
		run -0 put plan.txt /a
		assert_output 502
		stop "$GATE" || :
	done
}

@test "a server that does not answer in time: 504" {
	start_odd silent
	start_gate --timeout 1s
	slot /a 7
	run -0 put plan.txt /a
	assert_output 504
	run -0 curl -s "$URL/" -o answer -w '%{http_code}'
	assert_output 504
}

@test "what the server answers is what the client hears" {
	start_odd full
	start_gate
	slot /a 7
	run -0 put plan.txt /a
	assert_output 507
	assert_equal "$(<answer)" 'said by it'
}

@test "an answer that breaks off is cut off for the client, too" {
	start_odd half
	start_gate
	run -18 curl -s -o got "$URL/"
	assert_equal "$(stat -c %s got)" 50000
	start_odd closes
	stop "$GATE" || :
	start_gate
	run -0 curl -s -o got -w '%{http_code}' "$URL/"
	assert_output 502
}

@test "a pipeline that dies: the fresh one is asked, and the file goes on" {
	start_nginx
	PIPELINE="mawk -W interactive '/\tupload\t/ && system(\"test -e died\") {
		system(\"touch died\"); exit } { print }' | $RELEASED"
	start_gate
	run -0 send plan.txt /a
	assert_output 201
	gate_said 2 'pipeline is up'
	run -0 cup-search journal --count
}

@test "a pipeline that is away: 503" {
	start_nginx
	cup-upload --listen tcp:127.0.0.1:0 --server "http://127.0.0.1:$HTTP" \
		--store store --slots "unix:$PWD/slots" --hold-timeout 1s \
		-c false 2>gate.log 3>&- &
	GATE=$!
	STARTED+=("$GATE")
	eventually 10 grep -q listening gate.log
	PORT=$(sed -n 's/.*listening on .*:\([0-9]*\)$/\1/p' gate.log)
	URL=http://127.0.0.1:$PORT
	run -0 send plan.txt /a
	assert_output 503
	assert_file_not_exists www/a
}

@test "a full store: 507, said once, until there is room again" {
	start_nginx
	small_disk store
	start_gate
	head -c 700000 /dev/zero >large
	fill_disk
	run -0 send plan.txt /a
	assert_output 507
	run -0 send large /b
	assert_output 507
	gate_said 1 'is full: no file is taken'
	incoming 0
	rm disk/fill
	run -0 put plan.txt /a
	assert_output 201
	run -0 put large /b
	assert_output 201
	run -0 send large /c
	assert_output 507
	gate_said 2 'is full: no file is taken'
}

@test "a disk that is full in the middle of a file: 507, when it is whole" {
	start_nginx
	start_gate
	head -c 3000000 /dev/zero >large
	stop "$GATE" || :
	(
		ulimit -f 2000
		start_gate >/dev/null
		echo "$GATE $PORT" >started
	)
	read -r GATE PORT <started
	STARTED+=("$GATE")
	URL=http://127.0.0.1:$PORT
	run -0 send large /a
	assert_output 507
	incoming 0
	assert_file_not_exists www/a
}

@test "whatever bytes come, it serves on" {
	start_nginx
	start_gate
	slot /a 7
	run -0 upload noise /a 300
	head -c 100000 /dev/urandom | socat -u - UNIX-CONNECT:slots
	run -0 send plan.txt /b
	assert_output 201
	eventually 5 incoming 0
}

@test "SIGTERM while the server is silent: it ends all the same" {
	start_odd silent
	start_gate --hold-timeout 1s
	slot /a 7
	put plan.txt /a >status &
	local client=$!
	eventually 10 grep -q silent odd.log
	kill "$GATE"
	wait "$GATE"
	wait "$client" || :
	refute [ "$(<status)" = 201 ]
}

@test "200 at a time: each is judged, on disk, and there" {
	start_nginx
	start_gate
	for n in $(seq 0 199); do
		slot "/many$n" 80000
	done
	run -0 upload many /many 200 80000
	assert_output '201 200'
	assert_equal "$(find www -type f | wc -l)" 200
	assert_equal "$(records upload | wc -l)" 200
	assert_equal "$(find store/content -type f | wc -l)" 200
	incoming 0
}
