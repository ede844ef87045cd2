#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Managed streams (XEP-0198) that break, 60 times before each server. They
# have the machine for themselves: a busy ejabberd loses what comes for a
# client while it resumes, with a node before it or without.

load ../lib/helpers
load ../lib/servers

setup() {
	common_setup
	STARTED=()
	make_certificate acme.localhost
}

teardown() {
	cat node.log 2>/dev/null || :
	stop_all
}

# broken_streams SEED [loose]: 60 of them, by two pairs of clients at a time.
broken_streams() {
	local i clients=()
	for i in 0 1; do
		PYTHONPATH=$TOP/tests/clients timeout 300 /usr/bin/python3 \
			"$TOP/tests/clients/sm.py" "$PORT" 30 "$(($1 + 30 * i))" \
			"a$i" "b$i" "${@:2}" >"streams.$i" 2>&1 3>&- &
		clients+=($!)
	done
	STARTED+=("${clients[@]}")
	for i in 0 1; do
		wait "${clients[i]}" || fail "$(cat "streams.$i")"
	done
	cat streams.*
	(($(cat streams.* | grep -c "server forgot") <= 4))
}

@test "before ejabberd 60 managed streams break, nothing is lost or doubled" {
	start_ejabberd acme.localhost {a,b}{0,1}
	start_node
	broken_streams 4711 loose
}

@test "before Prosody 60 managed streams break, nothing is lost or doubled" {
	start_prosody acme.localhost {a,b}{0,1}
	start_node
	broken_streams 4711
}
