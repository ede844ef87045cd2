#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# cup-broker with traffic running while servers, or the way to them, fail.
# shellcheck disable=SC2030,SC2031,SC2119,SC2154

load ../lib/helpers
load ../lib/serve
load ../lib/broker

setup() {
	broker_setup
	certificates
}

teardown() {
	[ -z "${PROXY-}" ] || kill -CONT "$PROXY" 2>/dev/null || :
	broker_teardown
}

# All that came out was decided by a server that has it in its journal.
all_journaled() {
	cut -f 1 out | sort >ids
	for j in "$@"; do
		cup-verify "$j.journal" >&2
		cup-search "$j.journal"
	done | cut -f 1 | sort -u >journaled
	assert_equal "$(comm -23 ids journaled | wc -l)" 0
}

OWN=(--ca ca.pem --certificate node.pem --private-key node.key)

@test "a link that is cut without a word is left, nothing is lost or twice" {
	serve tls:127.0.0.1:0 --certificate server.pem --private-key server.key \
		--ca ca.pem -c 'cup-filter pass.policy | cup-log --wait one.journal'
	mv log one.log
	far=$PORT
	socat "TCP-LISTEN:0,bind=127.0.0.1" "TCP:127.0.0.1:$far" 3>&- 2>way.log &
	PROXY=$!
	STARTED+=("$PROXY")
	near() {
		near=$(ss -Hltnp |
			sed -n "s/.*127.0.0.1:\([0-9]*\) .*pid=$PROXY,.*/\1/p")
		[ -n "$near" ]
	}
	eventually 10 near
	judge two
	broker "${OWN[@]}" "tls:localhost:$near" unix:two
	said "tls:localhost:$near: is up"
	said 'unix:two: is up'
	gen-records 60000 3 20000 >records
	cat records >&7 &
	came 5000
	kill -STOP "$PROXY"
	said "tls:localhost:$near: is down: it is silent"
	came 60000 30
	broker_end
	assert_equal "$status" 0
	in_order records
	kill -CONT "$PROXY"
	sleep 1
	all_journaled one two
}

@test "servers that die again and again lose nothing and repeat nothing" {
	judge one
	one=$JUDGE
	judge two
	two=$JUDGE
	broker --balance unix:one unix:two
	gen-records 200000 3 20000 >records
	cat records >&7 &
	for i in 1 2 3; do
		came $((i * 30000)) 30
		judge_signal KILL "$one"
		judge one
		one=$JUDGE
		came $((i * 30000 + 15000)) 30
		judge_signal KILL "$two"
		judge two
		two=$JUDGE
	done
	came 200000 60
	broker_end
	assert_equal "$status" 0
	in_order records
	all_journaled one two
}

@test "memory is bounded while a server stalls" {
	# shellcheck disable=SC2016
	judge one 'while read -r l; do case $l in "#"*) echo "$l"; esac; done'
	broker --answer-timeout 60s --ping-interval 60s unix:one
	said 'is up'
	gen-records 300000 3 >records
	cat records >&7 &
	STARTED+=($!)
	eventually 5 false || :
	rss=$(awk '/VmHWM/ { print $2 }' "/proc/$BROKER/status")
	((rss < 60000)) || fail "$rss KiB"
	assert_equal "$(wc -l <out)" 0
}
