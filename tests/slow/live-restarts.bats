#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# cup-intercept killed again and again under managed clients (XEP-0198), and for
# comparison the same clients at the server alone, who cut themselves off.

load ../lib/helpers
load ../lib/servers

setup() {
	common_setup
	STARTED=()
	printf 'reject w body matches /forbidden/ text "not this word"\npass all\n' >policy
	make_certificate acme.localhost
}

teardown() {
	tail -n 10 node.log 2>/dev/null || :
	stop_all
}

# clients OPTION...: in the background.
clients() {
	PYTHONPATH=$TOP/tests/clients timeout 300 /usr/bin/python3 \
		"$TOP/tests/clients/kills.py" "$@" >clients.out 2>&1 3>&- &
	CLIENTS=$!
	STARTED+=("$CLIENTS")
}

# The node, and later ones, at the same port.
again() {
	free_port() { echo "$PORT"; }
	start_node --tls optional
}

kill_all_the_time() {
	start_node --tls optional
	clients "$PORT" 200
	for _ in {1..12}; do
		eventually 20 busy
		kill -9 "$NODE"
		wait "$NODE" || :
		again
	done
	kill -HUP "$CLIENTS"
	wait "$CLIENTS" || { cat clients.out; return 1; }
	cat clients.out
	# What the server lost had gone to it.
	cup-search --event send --verdict pass journal >sent
	sed -n 's/^lost //p' clients.out | while read -r id; do
		grep -qF " id=\"$id\"" sent || echo "$id never went on"
	done >held
	assert_equal "$(<held)" ""
	run -0 cup-verify journal
}

# So many records have come back since the start.
busy() {
	[ "$(status records-out 2>/dev/null || echo 0)" -gt 1000 ]
}

compare() {
	start_server acme.localhost k{0..5}
	clients "$C2S" 20 cut
	wait "$CLIENTS" || { cat clients.out; return 1; }
	echo "# without a node: $(tail -n 1 clients.out)" >&3
	kill_all_the_time
	echo "# with one: $(tail -n 1 clients.out)" >&3
}

@test "each message that was acknowledged came, or was refused to its sender's face" {
	ARCHIVE='' compare
}

@test "before ejabberd, too" {
	SERVER=ejabberd ARCHIVE='' compare
}
