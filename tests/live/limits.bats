#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Limits and rules of XML: what breaks one costs itself, and nobody's session.
# Before Prosody or, with SERVER=ejabberd, before that.

load ../lib/helpers
load ../lib/servers

setup_file() {
	export TOP PATH=$CUP_BIN:$CUP_TESTS:$PATH HOME=$BATS_FILE_TMPDIR
	cd "$BATS_FILE_TMPDIR" || return
	PROSODY_SETTINGS='c2s_stanza_size_limit = 3000000' \
		EJABBERD_STANZA=3000000 start_server acme.localhost alice bob carol dave
	write_policy | sed '/carol/d' >policy
	start_node
	export C2S PORT NODE
}

teardown_file() {
	stop_all
}

setup() {
	common_setup
	cd "$BATS_FILE_TMPDIR" || return
}

# limits CASE: of limits.py.
limits() {
	PYTHONPATH=$TOP/tests/clients run timeout 300 /usr/bin/python3 \
		"$TOP/tests/clients/limits.py" "$PORT" "$C2S" "$1"
	assert_success
}

@test "a bad stanza of a sender beside the node harms nobody who is online" {
	limits from_beside
	run -0 cup-search --verdict reject --event recv journal
	# Prosody keeps to itself what is deeper than 128.
	for kind in attributes name size \
		$([ "${SERVER-prosody}" = prosody ] || echo deep scopes); do
		assert_output --partial "id=\"bad-$kind\""
	done
	assert_output --partial "limit@node: more than 256 attributes in a tag"
	[ "${SERVER-prosody}" = prosody ] || assert_output --partial \
		"limit@node: nested deeper than 128 elements"
	assert_output --partial "limit@node: name longer than 1024 bytes"
}

@test "nor who was offline, nor who asks the archive" {
	limits offline
}

@test "nor who is copied by carbons" {
	limits carbons
}

@test "a client's own bad stanza is refused, told, and costs it nothing else" {
	limits own
	run -0 cup-search --verdict reject --event send journal
	assert_output --partial "limit@node: more than 120 attributes in a tag"
}

@test "who waits for an answer that is bad gets an error in its place" {
	limits answer
}

@test "what passed up passes down, with all that servers add" {
	limits margin
	# What is bad now was named by the tests before.
	run cup-search --verdict reject --event recv journal
	refute_output --partial 'id="margin'
	run cup-search --verdict reject --event recv --from alice journal
	refute_output --partial "@node"
}

@test "of what is no XML from a server a stanza is skipped whose end is known" {
	mkdir other
	cd other || return
	C2S=$(free_port)
	start_node
	PYTHONPATH=$TOP/tests/clients run timeout 100 /usr/bin/python3 \
		"$TOP/tests/clients/bytes.py" "$PORT" "$C2S"
	kill "$NODE"
	assert_success
	run -0 cup-search --verdict reject journal
	assert_output --partial 'bad-xml@node: comment'
	assert_output --partial 'bad-xml@node: undeclared prefix'
}
