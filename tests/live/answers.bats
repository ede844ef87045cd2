#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# An answer to an iq that is refused: who asked gets an error in its place, and
# waits for nothing. Before Prosody or, with SERVER=ejabberd, before that.

load ../lib/helpers
load ../lib/servers

setup_file() {
	export TOP PATH=$CUP_BIN:$CUP_TESTS:$PATH HOME=$BATS_FILE_TMPDIR
	cd "$BATS_FILE_TMPDIR" || return
	PROSODY_SETTINGS='c2s_stanza_size_limit = 3000000' \
		EJABBERD_STANZA=3000000 start_server acme.localhost alice bob carol dave
	printf '%s\n' 'reject large kind iq type result size > 2K text "too large"' \
		'pass rest' >policy
	start_node --events all
	export C2S PORT NODE
}

teardown_file() {
	stop_all
}

setup() {
	common_setup
	cd "$BATS_FILE_TMPDIR" || return
}

answers() {
	PYTHONPATH=$TOP/tests/clients run timeout 90 /usr/bin/python3 \
		"$TOP/tests/clients/limits.py" "$PORT" "$C2S" "$1"
	assert_success
}

@test "a roster that is refused is an error for who asked, and the session goes on" {
	answers roster
	run -0 cup-search --verdict reject --event recv journal
	assert_output --partial 'large@'
}

@test "an answer of one's own that is refused is an error for who asked" {
	answers own_answer
	run -0 cup-search --verdict reject --event send journal
	assert_output --partial 'large@'
}
