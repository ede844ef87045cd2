#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# No text goes on unjudged because it looks like something that need not be,
# before Prosody or, with SERVER=ejabberd, before that.

load ../lib/helpers
load ../lib/servers

setup_file() {
	export TOP PATH=$CUP_BIN:$CUP_TESTS:$PATH HOME=$BATS_FILE_TMPDIR
	cd "$BATS_FILE_TMPDIR" || return
	start_server acme.localhost alice bob
	start_node --events all
	export PORT NODE
}

teardown_file() {
	stop_all
}

setup() {
	common_setup
	cd "$BATS_FILE_TMPDIR" || return
}

@test "what reaches another client was judged, wherever it was hidden" {
	PYTHONPATH=$TOP/tests/clients run timeout 100 /usr/bin/python3 \
		"$TOP/tests/clients/hidden.py" "$PORT"
	assert_success
	assert_output --regexp "[1-9][0-9]* of [0-9]+ reached another client"
}
