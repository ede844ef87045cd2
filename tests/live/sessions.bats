#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# A node before a real server (Prosody), with real clients and with streams
# written by hand.

load ../lib/helpers
load ../lib/servers

setup_file() {
	export TOP PATH=$CUP_BIN:$CUP_TESTS:$PATH HOME=$BATS_FILE_TMPDIR
	cd "$BATS_FILE_TMPDIR" || return
	start_prosody acme.localhost alice bob carol
	PIPELINE="$SLOW | $JUDGED" start_node
	export C2S COMP LOG PORT NODE
}

teardown_file() {
	stop_all
}

setup() {
	common_setup
	cd "$BATS_FILE_TMPDIR" || return
}

@test "clients log in by SCRAM over STARTTLS and find all as without a node" {
	run timeout 60 /usr/bin/python3 "$TOP/tests/clients/chat.py" "$PORT"
	assert_success
	assert_line "all seen"
}

@test "the same over direct TLS, on the same port" {
	of_tcp
	run timeout 60 /usr/bin/python3 "$TOP/tests/clients/chat.py" "$PORT" direct
	assert_success
	assert_line "all seen"
}

@test "go-sendxmpp delivers a message" {
	run --separate-stderr -0 go-sendxmpp -n -u alice@acme.localhost -p pw \
		-j "127.0.0.1:$PORT" bob@acme.localhost <<<"by go-sendxmpp"
	eventually 5 bash -c 'cup-search journal go-sendxmpp | grep -q .'
}

@test "before TLS nothing but STARTTLS is taken" {
	of_tcp
	edge tls_required
}

@test "bytes behind <starttls/> are refused" {
	of_tcp
	edge bytes_behind_starttls
}

@test "the server's STARTTLS and compression are not offered, its mechanisms are" {
	edge features
}

@test "comments, instructions, DTDs and entities are restricted XML" {
	edge restricted_xml
}

@test "a stream whose content is not of jabber:client is refused" {
	of_tcp
	edge content_namespace
}

@test "what is not well-formed ends the stream" {
	of_tcp
	edge not_well_formed
}

@test "what is nested too deep comes back, and the stream lives" {
	edge depth
}

@test "a stanza before a resource is bound goes nowhere, before login it ends the stream" {
	edge early_stanza
	run -1 cup-search journal early
}

@test "a false sender is put right, line breaks and TABs survive" {
	edge stamped
}

@test "a refused message comes back with the rule's text and goes nowhere" {
	edge refused
}

@test "XEP-0198 counters stay true where stanzas are refused, over a resume" {
	edge refused_managed
}

@test "XEP-0198 counters stay true where stanzas to the client are refused" {
	edge refused_to_client
}

@test "a session that the node does not know is not resumed" {
	edge resume_unknown
}

@test "a stanza that is too large is refused, and the connection lives on" {
	edge oversize
	run -0 cup-search --rule packet-size journal
	assert_output --partial '<oversize xmlns="urn:cup:session:1" bytes='
}

@test "a refused login is told and ends the stream, what follows is lost" {
	edge login_refused
}

@test "what is held goes on when its sender is gone" {
	edge gone_in_hold
}

@test "<r/> overtakes what is held after a second, and is asked again" {
	edge request_overtakes
}

@test "no stanza overtakes another" {
	edge order
}

@test "half a stanza is nobody's" {
	edge half_stanza
	run -1 cup-search journal half
}

@test "the status socket counts" {
	run -0 status logged-in
	[ "$(status records-in)" -gt 20 ]
	assert_equal "$(status pipeline)" up
	[ "$(status returned)" -gt 3 ]
}

@test "managed streams that break 5 times lose nothing and double nothing" {
	PYTHONPATH=$TOP/tests/clients run timeout 60 /usr/bin/python3 \
		"$TOP/tests/clients/sm.py" "$PORT" 5 7
	assert_success
}

@test "the journal is whole and has what was delivered" {
	run -0 cup-verify journal
	run -0 cup-search journal "hello"
	assert_output --partial "pass"
	judged_there
}
