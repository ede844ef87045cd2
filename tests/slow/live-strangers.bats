#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Strangers' clients, as people and scripts use them, directly and through a
# node: log in, chat, correct, meet in a room, carbons, a connection that is
# cut; and what their users see of a refusal.

load ../lib/helpers
load ../lib/servers

setup() {
	common_setup
	# shellcheck disable=SC2034
	STARTED=()
	make_certificate acme.localhost
}

teardown() {
	tail -n 20 node.log 2>/dev/null || :
	stop_all
	tmux -S "$PWD/tmux" kill-server 2>/dev/null || :
}

# all_say PORT [refused]: what became of each client.
all_say() {
	local client
	for client in profanity mcabber; do
		echo "$client"
		rm -rf "home-$client"
		timeout 100 /usr/bin/python3 "$TOP/tests/clients/strangers.py" \
			"$1" "$client" "${@:2}" 2>"$client.err" 3>&- ||
			grep -v '^ *$' "$client.err"
	done
	echo slixmpp
	timeout 60 /usr/bin/python3 "$TOP/tests/clients/stranger.py" "$@" \
		2>slixmpp.err 3>&- || cat slixmpp.err
	echo go-sendxmpp
	by_go "$1"
}

# go-sendxmpp to a user, and to a room.
by_go() {
	local go=(go-sendxmpp -n -u carol@acme.localhost -p pw -j "127.0.0.1:$1")
	timeout 20 /usr/bin/python3 "$TOP/tests/clients/heard.py" "$1" 2 \
		>heard 2>&1 3>&- &
	eventually 10 grep -q ready heard
	timeout 20 "${go[@]}" bob@acme.localhost <<<"to one" 2>&1
	timeout 20 "${go[@]}" -c go@rooms.acme.localhost <<<"to all" 2>&1
	wait "$!"
	cat heard
}

# in_schema: all that the journal has is what im.rng allows.
in_schema() {
	printf 'reject unknown schema !"%s/im.rng"\npass rest\n' "$POLICIES" >strict
	cup-search journal | cup-filter --anew strict >judged
	assert [ -s judged ]
	run grep "unknown@" judged
	assert_output ''
}

# as_directly PORT: the same comes of them through a node, with events by
# default and all.
as_directly() {
	local direct events
	direct=$(all_say "$1")
	echo "$direct"
	assert_equal "$(grep -c ': yes$' <<<"$direct")" 40
	refute_regex "$direct" ': NO'
	assert_regex "$direct" "carol says to one"
	assert_regex "$direct" "go says to all"
	echo "pass rest" >policy
	for events in message,muc,login,logout all; do
		rm -rf journal refused
		start_node --tls optional --events "$events"
		assert_equal "$(all_say "$PORT")" "$direct"
		stop "$NODE"
		run -0 cup-verify journal
		in_schema
	done
	printf '%s\n' 'reject word body matches /forbidden/ text "not this word"' \
		'pass rest' >policy
	start_node --tls optional
	run all_say "$PORT" refused
	refute_output --partial ': NO'
	assert_equal "$(grep -c '^a refusal: yes$' <<<"$output")" 3
	assert_equal "$(grep -c '^a refusal in the room: yes$' <<<"$output")" 3
	run ! grep -E ">forbidden (t?here)<" <(cup-search --event recv journal)
}

@test "before Prosody" {
	mkdir -p prosody/certs
	cp acme.localhost.{crt,key} prosody/certs
	start_prosody acme.localhost alice bob carol
	as_directly "$C2S"
}

@test "before ejabberd" {
	local tls
	tls=$(free_port)
	# shellcheck disable=SC2034
	EJABBERD_LISTEN="{ port: $tls, ip: \"127.0.0.1\", module: ejabberd_c2s, starttls: true, access: all }"
	# shellcheck disable=SC2034
	EJABBERD_SETTINGS="certfiles: [\"$PWD/both.pem\"]"
	cat acme.localhost.{crt,key} >both.pem
	# shellcheck disable=SC2034
	! newer ejabberd 24 || EJABBERD_C2S=', allow_unencrypted_sasl2: true'
	start_ejabberd acme.localhost alice bob carol
	as_directly "$tls"
}
