#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2034,SC2154
# The numbers of a node; tests/live/metrics.bats has those of cup-intercept.

load ../lib/helpers
load ../lib/serve
load ../lib/broker
load ../lib/node

setup() {
	broker_setup
	node_setup
	cup-config n1 metrics=tcp:127.0.0.1:0 >/dev/null
}

teardown() {
	node_teardown
	broker_teardown
}

# scrape [OPTION...]: as curl gets them.
scrape() {
	[ -n "${WHERE-}" ] || WHERE=$(status metrics | sed s/^tcp://)
	curl -sS --max-time 10 "$@" "http://$WHERE/metrics"
}

# has NAME VALUE: that sample, with its labels, is there by now.
has() {
	scrape | grep -qxF -- "$1 $2"
}

# spoken BYTES: the first line of what is answered to them.
spoken() {
	[ -n "${WHERE-}" ] || WHERE=$(status metrics | sed s/^tcp://)
	printf '%b' "$1" | timeout 10 socat -t 5 - "tcp:$WHERE" | head -n 1 |
		tr -d '\r'
}

@test "promtool finds nothing to say about them, in the format of Prometheus" {
	start_node
	judged hello deliver
	judged secret return
	eventually 5 has 'cup_journal_seq{pipeline="messages",stage="1"}' 4
	scrape -D head >numbers
	assert_file_contains head '^Content-Type: text/plain; version=0.0.4; charset=utf-8'
	run -0 promtool check metrics <numbers
	assert_output ''
	run -0 cat numbers
	assert_line 'cup_node_state{node="n1",state="up"} 1'
	assert_line 'cup_node_state{node="n1",state="degraded"} 0'
	assert_line 'cup_program_up{program="pipeline"} 1'
	assert_line 'cup_program_starts_total{program="cup-intercept"} 1'
	assert_line 'cup_clients 3'
	assert_line 'cup_stanzas_total{outcome="sent"} 7'
	assert_line 'cup_journal_lines_total{pipeline="messages",stage="1"} 4'
	assert_line "cup_journal_bytes_total{pipeline=\"messages\",stage=\"1\"} $(cat journal/*.log | tr -s '\n' | wc -c)"
	assert_line --regexp '^cup_journal_flush_seconds_bucket\{pipeline="messages",stage="1",le="\+Inf"\} [1-4]$'
}

# A real Prometheus reads it in tests/live/metrics.bats.
@test "who accepts OpenMetrics gets that" {
	start_node
	scrape -D head -H 'Accept: text/plain;q=0.5, application/openmetrics-text;version=1.0.0' >numbers
	assert_file_contains head '^Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8'
	assert_equal "$(tail -n 1 numbers)" '# EOF'
	assert_file_contains numbers '^# TYPE cup_stanzas counter$'
}

# What a database that is up has is tests/ship's.
@test "an archive that cup-ship keeps is shown with how far it is behind" {
	cp "$CUP_BIN/cup-ship" bin
	start_node
	judged hello deliver
	run ! grep -q cup_ship <(scrape)
	cup-ship --follow --status run/n1/ship-archive \
		"postgresql:///x?host=$PWD" journal 2>/dev/null 3>&- &
	SHIP=$!
	eventually 5 has 'cup_ship_up{archive="archive"}' 0
	run -0 scrape
	assert_line 'cup_ship_lag_records{archive="archive"} 0'
	assert_line --regexp '^cup_ship_lag_seconds\{archive="archive"\} [0-9.]+$'
	run -0 promtool check metrics <<<"$output"
	run -0 status ship
	assert_output --regexp '^archive down 0 [0-9]+\.[0-9]$'
	# One that was killed says nothing any more.
	kill -KILL "$SHIP"
	wait "$SHIP" || :
	sed -i 's/down/up/' run/n1/ship-archive
	eventually 5 has 'cup_ship_up{archive="archive"}' 1
	touch -d '-1 minute' run/n1/ship-archive
	eventually 5 has 'cup_ship_up{archive="archive"}' 0
}

@test "what is no request for them is refused, and nobody can hold the node up" {
	start_node
	assert_equal "$(spoken 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')" 'HTTP/1.1 404 Not Found'
	assert_equal "$(spoken 'POST /metrics HTTP/1.1\r\nHost: x\r\n\r\n')" 'HTTP/1.1 405 Method Not Allowed'
	assert_equal "$(spoken 'GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello')" 'HTTP/1.1 400 Bad Request'
	assert_equal "$(spoken '\x16\x03\x01\x02\x00')" 'HTTP/1.1 400 Bad Request'
	assert_equal "$(spoken "GET /metrics HTTP/1.1\r\nHost: x\r\nA: $(printf '%09000d' 0)\r\n\r\n")" \
		'HTTP/1.1 431 Request Header Fields Too Large'
	assert_equal "$(spoken 'HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n')" 'HTTP/1.1 200 OK'
	run -0 scrape -I
	assert_line --regexp 'Content-Length: [1-9]'
	# Sixteen who say nothing have all the places, for five seconds.
	for _ in {1..16}; do
		timeout 20 socat -u "tcp:$WHERE" - 3>&- &
	done
	eventually 15 has cup_clients 3
	judged hello deliver
}

@test "compliance servers and whether they answer, restarts, and what is unjudged" {
	judge one 'cup-filter p.policy'
	cup-config n1 compliance=third-party ping-interval=200ms \
		answer-timeout=500ms connect-timeout=500ms \
		compliance-server="unix:$PWD/one" \
		compliance-server="http://me:word@127.0.0.1:9/judge?key=1" >/dev/null
	start_node
	judged hello deliver
	eventually 5 has "cup_compliance_server_up{pipeline=\"messages\",stage=\"0\",server=\"unix:$PWD/one\"}" 1
	eventually 5 has "cup_compliance_server_answers_total{pipeline=\"messages\",stage=\"0\",server=\"unix:$PWD/one\"}" 1
	has 'cup_compliance_server_up{pipeline="messages",stage="0",server="http://127.0.0.1:9"}' 0
	scrape >numbers
	run -0 promtool check metrics <numbers
	refute grep -e word -e key= numbers
	judge_signal KILL "$JUDGE"
	eventually 10 has "cup_compliance_server_up{pipeline=\"messages\",stage=\"0\",server=\"unix:$PWD/one\"}" 0
	kill -9 "$(stage cup-log)"
	eventually 10 has 'cup_program_starts_total{program="pipeline"}' 2
}

@test "where they are told: by the settings, or by who starts it" {
	for bad in tcp::9100 tls:127.0.0.1:9 fd: 127.0.0.1:9; do
		run -78 cup-config n1 metrics="$bad"
		run -64 cup-node --metrics "$bad" n1
	done
	run -64 cup-node --metrics tcp:127.0.0.1:0 --status n1
	cup-config n1 metrics= >/dev/null
	cup-node --metrics "unix:$PWD/numbers" n1 2>>node.log 3>&- &
	NODE_PID=$!
	eventually 10 state up
	assert_equal "$(status metrics)" "unix:$PWD/numbers"
	run -0 curl -sS --unix-socket numbers http://n1/metrics
	assert_line 'cup_clients 3'
	node_end
	assert_not_exists numbers
	run bash -c 'ls run/n1/*stage*'
	assert_output --partial 'No such file'
}
