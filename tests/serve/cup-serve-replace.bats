#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# cup-serve for several nodes: a journal each, and a link that died silently.
# shellcheck disable=SC2016,SC2030,SC2031,SC2119,SC2154

load ../lib/helpers
load ../lib/serve
load ../lib/broker

setup() {
	broker_setup
	certificates
	certificate ca two '/O=Acme, Inc./CN=node2'
}

teardown() {
	broker_teardown
}

# node NAME: the options of cup-broker for that node.
node() {
	echo --ca ca.pem --certificate "$1.pem" --private-key "$1.key" \
		"tls:localhost:$PORT"
}

# A server with a journal for each node.
serve_nodes() {
	serve "$@" tls:127.0.0.1:0 --certificate server.pem \
		--private-key server.key --ca ca.pem -c '
		cup-filter pass.policy |
		cup-log --wait --node "$SSL_CLIENT_CN" "journal.$SSL_CLIENT_CN"'
	mv log serve.log
}

@test "each node writes its own journal, and nobody else's" {
	serve_nodes
	record send - "$(message a@x/1 b@x one)" >records
	NODE=node2 record send - "$(message a@x/1 b@x two)" >>records
	# shellcheck disable=SC2046
	run -75 --separate-stderr cup-broker --answer-timeout 300ms \
		$(node node) <records
	assert_equal "$(column 3,6 <<<"$output" | tr '\t\n' '/ ')" \
		'node1/pass '
	assert_equal "$(cup-search -c journal.node1)" 1
	# shellcheck disable=SC2046
	run -75 --separate-stderr cup-broker --answer-timeout 300ms \
		$(node two) <records
	assert_equal "$(cup-search -c journal.node2)" 1
	grep -q "line .: is of node 'node2', not of 'node1'" serve.log
}

@test "a new connection takes the journal over from a dead one" {
	serve_nodes --replace
	# shellcheck disable=SC2046
	broker $(node node)
	said 'is up'
	kill -STOP "$BROKER"
	record send - "$(message a@x/1 b@x one)" >records
	# shellcheck disable=SC2046
	run -0 --separate-stderr timeout 10 cup-broker $(node node) <records
	assert_equal "$(column 6 <<<"$output")" pass
	grep -q 'CN=node1,O=Acme.*takes over from 1' serve.log
	kill -CONT "$BROKER"
	said 'is down'
	broker_end
	cup-verify journal.node1
}

@test "another node's connection is left alone" {
	serve_nodes --replace
	# shellcheck disable=SC2046
	broker $(node node)
	said 'is up'
	NODE=node2 record send - "$(message a@x/1 b@x one)" >records
	# shellcheck disable=SC2046
	run -0 cup-broker $(node two) <records
	record send - "$(message a@x/1 b@x one)" >&7
	came 1
	run ! grep 'is down' log
	broker_end
	assert_equal "$status" 0
}

# connect NAME [COMMAND...]: to unix:here by that command, and stay; NAME.in is
# a FIFO whose lines are sent, what comes is in NAME.out.
connect() {
	mkfifo "$1.in"
	"${@:2}" socat - UNIX-CONNECT:here <"$1.in" >"$1.out" 3>&- 8>&- &
	STARTED+=($!)
}

answered() {
	[ "$(wc -l <"$1.out")" -eq "$2" ]
}

# Only root can be two users; for another this is half a test.
@test "a user's new connection takes over from that user's only" {
	serve --replace unix:here -c 'cup-log --wait "j.$UNIXREMOTEEUID"'
	chmod 711 .
	chmod 666 here
	record send - "$(message a@x/1 b@x one)" >1st
	record send - "$(message a@x/1 b@x two)" >2nd
	connect mine
	exec 7>mine.in
	cat 1st >&7
	eventually 10 answered mine 1
	kill -STOP "${STARTED[-1]}"
	if [ "$EUID" -eq 0 ]; then
		connect other setpriv --reuid 65534 --clear-groups
		exec 8>other.in
		cat 1st >&8
		eventually 10 answered other 1
		run ! grep 'takes over' log
	fi
	run -0 timeout 10 socat -t 9 - UNIX-CONNECT:here <2nd
	assert_equal "$(cup-search -c "j.$EUID")" 2
	grep -q "unix user $EUID .*takes over from 1 before" log
	if [ "$EUID" -eq 0 ]; then
		cat 2nd >&8
		eventually 10 answered other 2
	fi
	kill -CONT "${STARTED[@]}"
	exec 7>&- 8>&-
}

@test "--replace needs peers that are known" {
	run -64 cup-serve --replace tcp:127.0.0.1:0 -- cat
	assert_output --partial "needs peers that are known"
}
