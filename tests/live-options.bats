#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What the options of a live node change, seen at a real server (Prosody).

load helpers
load servers.bash

setup_file() {
	export TOP PATH=$CUP_BIN:$CUP_TESTS:$PATH HOME=$BATS_FILE_TMPDIR
	cd "$BATS_FILE_TMPDIR" || return
	start_prosody acme.localhost alice bob
	make_certificate acme.localhost
	make_certificate other.localhost
	export C2S COMP LOG
}

teardown_file() {
	stop_all
}

setup() {
	common_setup
	STARTED=()
	cp "$BATS_FILE_TMPDIR"/*.localhost.* .
}

teardown() {
	exec 9>&-
	cat node.log 2>/dev/null || :
	stop_all
}

# option CASE...: of xmpp-options.py, against the node at $PORT.
option() {
	PYTHONPATH=$TOP/tests run timeout 40 /usr/bin/python3 \
		"$TOP/tests/xmpp-options.py" "${AT-}$PORT" "$@"
	assert_success
}

# proxied_server: something that wants a PROXY header before $C2S.
proxied_server() {
	local behind=$C2S
	C2S=$(free_port)
	/usr/bin/python3 "$TOP/tests/proxy-header.py" "$C2S" "$behind" \
		>headers 2>/dev/null 3>&- &
	STARTED+=($!)
	eventually 10 listens "$C2S"
}

@test "--send-proxy v1 tells the server the client's address" {
	proxied_server
	start_node --send-proxy v1
	option chat
	run -0 grep -cE "^v1 PROXY TCP4 127\.0\.0\.1 127\.0\.0\.1 [1-9][0-9]* $PORT\$" headers
	assert_output 2
}

@test "--send-proxy v2 as well, of IPv6 too" {
	proxied_server
	local six
	six=$(free_port)
	start_node --send-proxy v2 --listen "tcp:[::1]:$six"
	option chat
	AT=6: PORT=$six option chat
	run -0 grep -cE "^v2 21 127\.0\.0\.1 127\.0\.0\.1 [1-9][0-9]* $PORT\$" headers
	assert_output 2
	run -0 grep -cE "^v2 21 ::1 ::1 [1-9][0-9]* $six\$" headers
	assert_output 2
	run -0 cup-search --event login journal
	assert_output --partial 'peer="[::1]:'
}

@test "a server and a pipeline at unix sockets" {
	local pipe server=$C2S
	socat "UNIX-LISTEN:$PWD/server,fork" "TCP:127.0.0.1:$server" 3>&- &
	STARTED+=($!)
	write_policy >policy
	cup-serve "unix:$PWD/pipe" -c "$JUDGED" 2>serve.log 3>&- &
	pipe=$!
	STARTED+=("$pipe")
	eventually 10 test -S pipe
	eventually 10 test -S server
	PORT=$(free_port)
	cup-intercept --listen "tcp:127.0.0.1:$PORT" \
		--server "unix:$PWD/server" --pipeline "unix:$PWD/pipe" \
		--certificate acme.localhost.crt \
		--private-key acme.localhost.key \
		--status "unix:$PWD/status" 2>>node.log </dev/null 3>&- &
	STARTED+=($!)
	eventually 10 listens "$PORT"
	eventually 10 status_is pipeline up
	option chat
	run -0 cup-search journal "as ever"
	assert_equal "${#lines[@]}" 2
}

# shown NAME [ARG...]: the subject of the certificate that is shown.
shown() {
	local name=$1
	shift
	timeout 20 openssl s_client -connect "127.0.0.1:$PORT" \
		-servername "$name" "$@" </dev/null 2>/dev/null |
		openssl x509 -noout -subject | tr -d ' '
}

@test "of two certificates the one that was asked for is shown" {
	start_node --certificate other.localhost.crt \
		--private-key other.localhost.key
	local name way=(-starttls xmpp -xmpphost)
	for name in acme other; do
		run -0 shown "$name.localhost" "${way[@]}" "$name.localhost"
		assert_output "subject=CN=$name.localhost"
		run -0 shown "$name.localhost" -alpn xmpp-client
		assert_output "subject=CN=$name.localhost"
	done
	run -0 shown third.localhost -alpn xmpp-client
	assert_output "subject=CN=acme.localhost"
}

@test "direct TLS agrees on xmpp-client, and on nothing else" {
	start_node
	run -0 timeout 20 openssl s_client -connect "127.0.0.1:$PORT" \
		-alpn xmpp-client </dev/null
	assert_output --partial "ALPN protocol: xmpp-client"
	run ! timeout 20 openssl s_client -connect "127.0.0.1:$PORT" \
		-alpn http/1.1 </dev/null
	assert_output --partial "no application protocol"
}

@test "--tls optional offers it, and takes those who come without" {
	start_node --tls optional
	option optional
	run -0 cup-search --event login journal
	assert_equal "$(grep -c 'tls="TLSv1' <<<"$output")" 1
}

@test "--tls none neither offers nor takes it" {
	start_node --tls none
	option none
}

@test "TLS 1.1 is refused, direct and by STARTTLS" {
	start_node
	option old_tls
}
