#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# A whole node before ejabberd: some of the table of faults in cup-node(1),
# and a stage that makes something else of stanzas.

load ../lib/helpers
load ../lib/servers
load ../lib/through
load ../lib/faults
load ../lib/rewrites

setup_file() {
	export TOP PATH=$CUP_BIN:$PATH HOME=$BATS_FILE_TMPDIR
	cd "$BATS_FILE_TMPDIR" || return
	ARCHIVE='' start_ejabberd acme.localhost alice bob carol dave
	export C2S COMP LOG SERVER_PID
}

teardown_file() {
	stop_all
}

setup() {
	common_setup
	# shellcheck disable=SC2034
	STARTED=() CASES=faults.py MOUNTED=
	ln -s "$BATS_FILE_TMPDIR/ejabberd" ejabberd
}

@test "before ejabberd what a stage made of sent stanzas never reaches the server" {
	tap
	never_reaches send
}

@test "before ejabberd what a stage made of received stanzas never reaches the client" {
	tap
	never_reaches recv
}

@test "before ejabberd clients go: of half a stanza nothing goes on, of a held one all" {
	clients_go
}

@test "ejabberd is slow: users wait, what it gets is on record before" {
	server_is_slow
}

@test "ejabberd goes: what is held comes back, all are told, and may come again" {
	SERVER=ejabberd server_goes
}

@test "the server is stopped: what is held comes back first" {
	# One of its own.
	rm ejabberd
	start_ejabberd acme.localhost alice bob dave frank
	SERVER=ejabberd server_ends
}
