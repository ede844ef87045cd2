#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# cup-serve for several nodes: a journal each, and a link that died silently.
# shellcheck disable=SC2016,SC2030,SC2031,SC2119,SC2154

load helpers
load serve
load broker

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
		'node1/pass node2/- '
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

@test "--replace needs peers that are known" {
	run -64 cup-serve --replace tcp:127.0.0.1:0 -- cat
	assert_output --partial "needs peers that are known"
}
