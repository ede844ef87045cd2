#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Elements of stream management in odd orders, before Prosody or, with
# SERVER=ejabberd, before that.

load ../lib/helpers
load ../lib/servers

setup_file() {
	export TOP PATH=$CUP_BIN:$CUP_TESTS:$PATH HOME=$BATS_FILE_TMPDIR
	cd "$BATS_FILE_TMPDIR" || return
	start_server acme.localhost alice bob dave
	PIPELINE="/usr/bin/python3 $TOP/tests/clients/late.py | $JUDGED" start_node
	export PORT NODE
}

teardown_file() {
	stop_all
}

setup() {
	common_setup
	cd "$BATS_FILE_TMPDIR" || return
}

# orders CASE: of orders.py; nobody else is harmed.
orders() {
	PYTHONPATH=$TOP/tests/clients run timeout 60 /usr/bin/python3 \
		"$TOP/tests/clients/orders.py" "$PORT" "$1"
	assert_success
	assert_equal "$(status pipeline)" up
	run ! gone "$NODE"
}

@test "a second <enable/> is answered, though messages are held and refused" {
	orders second_enable
}

@test "stream management out of place is turned down, and the stream lives" {
	orders misplaced
}

@test "a second bind is the server's to answer" {
	orders second_bind
}

@test "a refused message is acknowledged once its error is written, not before" {
	orders acknowledged_when_told
}

@test "an error that came before its turn is had but once after a resumption" {
	orders early_then_resumed
}
