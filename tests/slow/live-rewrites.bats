#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# A stage behind the gate that makes something else of a stanza: nothing of it
# reaches the server or a client, in either direction, and the log names it.

load ../lib/helpers
load ../lib/servers
load ../lib/rewrites

setup_file() {
	export TOP PATH=$CUP_BIN:$PATH HOME=$BATS_FILE_TMPDIR
	cd "$BATS_FILE_TMPDIR" || return
	ARCHIVE='' start_server acme.localhost alice bob carol dave
	export C2S
}

teardown_file() {
	stop_all
}

setup() {
	common_setup
	# shellcheck disable=SC2034
	STARTED=()
	tap
}

teardown() {
	cat node.log 2>/dev/null || :
	stop_all
}

@test "what a stage made of sent stanzas never reaches the server" {
	never_reaches send
}

@test "what a stage made of received stanzas never reaches the client" {
	never_reaches recv
}

@test "an answer that comes twice, or to no question, goes nowhere" {
	PIPELINE="$JUDGED | mawk -W interactive '{ print } /mangle/ { print; sub(/^......../, \"00000000\"); print } { fflush() }'" \
		start_node
	PYTHONPATH=$TOP/tests/clients run /usr/bin/python3 - "$PORT" <<-'EOF2'
		import sys
		from xmpp_raw import DOMAIN, Raw
		b = Raw(int(sys.argv[1])).login("bob", "home", presence=False)
		a = Raw(int(sys.argv[1])).login("alice", "desk", presence=False)
		a.chat(f"bob@{DOMAIN}/home", "mangle one", "m1")
		a.chat(f"bob@{DOMAIN}/home", "the last", "m2")
		b.expect("the last")
		assert b.log.count("mangle") == 1, b.log
	EOF2
	assert_success
	assert_equal "$(grep -ao 'mangle one' up | wc -l)" 1
	run -0 cat node.log
	assert_output --partial "came back too late, or was never asked: it is not released"
}
