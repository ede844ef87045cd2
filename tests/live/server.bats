#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# A node before a server that does what Prosody and ejabberd of today's
# distributions do not: SASL2 (XEP-0388), redirections.
# shellcheck disable=SC2030,SC2031

load ../lib/helpers
load ../lib/servers

setup_file() {
	export TOP PATH=$CUP_BIN:$CUP_TESTS:$PATH HOME=$BATS_FILE_TMPDIR
	cd "$BATS_FILE_TMPDIR" || return
	C2S=$(free_port)
	start_node --tls optional
	export C2S PORT NODE
}

teardown_file() {
	stop_all
}

setup() {
	common_setup
	cd "$BATS_FILE_TMPDIR" || return
}

teardown() {
	exec 9>&-
	tail -n 5 node.log
	# Its own; the node of all others is another process's.
	stop_all
}

# server CASE...: of server.py.
server() {
	PYTHONPATH=$TOP/tests/clients run timeout 40 /usr/bin/python3 \
		"$TOP/tests/clients/server.py" "$PORT" "$C2S" "$@"
	assert_success
}

@test "mechanisms are offered as they are, what the node does not do is not" {
	server features
}

@test "a login inside SASL2 is held and recorded, counters are true behind it" {
	server bind2
	run -0 cup-search --event login journal
	assert_output --partial 'jid="alice@acme.localhost/r1"'
}

@test "stream management begins inside SASL2" {
	server inline_enable
}

@test "a session is resumed inside SASL2, of one that is known" {
	server inline_resume inline_resumed inline_not_resumed
	run -0 cup-search --event login journal
	assert_output --partial ' resumed="'
}

@test "what was not resumed, or bound besides, lets nobody in" {
	server inline_resumed_unasked
}

@test "a server that begins it unasked lets nobody in" {
	local before
	before=$(cup-search --event login -c journal || :)
	server server_insists
	run cup-search --event login -c journal
	assert_output "$before"
}

@test "answers of a server to what nobody asked end that session alone" {
	server nonsense
	server features
}

@test "a redirection by the server is not passed on, and is named in the log" {
	server elsewhere
	run -0 grep -c "to another host (xmpp2.acme.localhost:5222)" node.log
}

@test "white space goes on while a stanza is held" {
	of_tcp
	mkdir alive
	cd alive
	local NODE log
	start_node --tls optional
	mkfifo in
	PYTHONPATH=$TOP/tests/clients timeout 40 /usr/bin/python3 \
		"$TOP/tests/clients/server.py" "$PORT" "$C2S" keepalive >out 2>&1 \
		<in 3>&- &
	local client=$!
	STARTED+=("$client")
	exec 9>in
	eventually 10 grep -q ready out
	log=$(stages | sed -n 2p)
	kill -STOP "$log"
	echo >&9
	eventually 10 grep -q alive out
	kill -CONT "$log"
	echo >&9
	exec 9>&-
	wait "$client" || fail "$(cat out)"
	stop "$NODE"
}

@test "a new password goes to the server and into no record" {
	local NODE
	mkdir passwords
	cd passwords
	start_node --tls optional --events all
	server password
	stop "$NODE"
	run -0 cup-search --event send journal
	assert_line --partial \
		'<username>alice</username><password>***</password>'
	# What goes to another user could be anything.
	assert_line --partial '<password>tell2</password>'
	run -1 grep -r hunter2 .
}

@test "no credentials are written anywhere" {
	# "\0alice\0pw", as it was sent above.
	run -1 grep -rl "AGFsaWNlAHB3" journal refused node.log
}
