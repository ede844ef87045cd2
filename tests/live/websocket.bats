#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Clients that come by WebSocket (RFC 7395), before Prosody, which knows
# nothing of that.

load ../lib/helpers
load ../lib/servers
load ../lib/federation

setup_file() {
	export TOP PATH=$CUP_BIN:$CUP_TESTS:$PATH HOME=$BATS_FILE_TMPDIR
	cd "$BATS_FILE_TMPDIR" || return
	make_authority
	sign_certificate acme.localhost
	printf 'reject secret body matches /secret/ text "no secrets"\npass rest\n' \
		>policy
	start_prosody acme.localhost alice bob
	WS=$(free_port) WSS=$(free_port)
	PIPELINE='cup-filter policy | cup-log --wait journal | cup-deliver --records' \
		start_node --tls optional --domain acme.localhost \
		--listen "ws:127.0.0.1:$WS" --listen "wss:127.0.0.1:$WSS/chat" \
		--web-origin https://chat.example --web-url wss://chat.example/x
	export C2S COMP LOG PORT NODE WS WSS TCP=$PORT
	export PYTHONPATH=$TOP/tests/clients
}

teardown_file() {
	cd "$BATS_FILE_TMPDIR" || return
	stop_all
	sound node.log
}

setup() {
	common_setup
	cd "$BATS_FILE_TMPDIR" || return
}

# web PORT CASE [ARG...]: of web.py.
web() {
	run timeout 60 /usr/bin/python3 "$TOP/tests/clients/web.py" "$@"
	assert_success
	assert_line "all seen"
}

@test "frames are taken, answered and refused as RFC 6455 has it" {
	run timeout 120 /usr/bin/python3 "$TOP/tests/clients/frames.py" "$WS"
	assert_success
	assert_output --regexp "^[0-9]+ cases, 0 failed$"
}

@test "two clients talk; what is refused comes back, and goes nowhere" {
	web "$WS" talk
	run -0 cup-search journal "hello alice"
	assert_line --regexp '	send	pass	'
	run -0 cup-search --event send journal "a secret"
	assert_line --regexp '	send	reject	secret@'
	run -1 cup-search --event recv journal "a secret"
	run -0 cup-search --event login journal
	assert_line --regexp ' transport="websocket"'
}

@test "what is too large comes back, whole or in fragments, and costs itself" {
	web "$WS" oversize
	run -0 cup-search --event send journal
	assert_equal "$(grep -c '	reject	packet-size@node' <<<"$output")" 2
}

@test "a message that is not one element ends the stream, however large" {
	web "$WS" half
}

@test "a session is resumed from WebSocket to TCP, without loss" {
	web "$WS" ws_to_tcp
}

@test "and from TCP to WebSocket" {
	web "$WS" tcp_to_ws
}

@test "a WebSocket closed without <close/> is a connection lost" {
	web "$WS" closed
}

@test "who reads slowly stops nobody else, and gets all" {
	web "$WS" slow
}

@test "wss: has TLS as browsers have it, and offers no STARTTLS" {
	web "$WSS" status /chat
	refute_output --partial "101"
	run timeout 60 /usr/bin/python3 - "$WSS" <<-'END'
		import sys, websocket
		w = websocket.WebSocket(sys.argv[1], tls=True)
		assert w.sock.selected_alpn_protocol() == "http/1.1"
		w.upgrade(websocket.request("/chat")).open()
		assert "starttls" not in w.hear()
	END
	assert_success
}

@test "what asks for no WebSocket gets a short answer" {
	web "$WS" status /xmpp-websocket
	assert_output --partial "101 "
	web "$WS" status /xmpp-websocket Origin=https://chat.example
	assert_output --partial "101 "
	web "$WS" status /xmpp-websocket Origin=https://acme.localhost
	assert_output --partial "403 "
	web "$WS" status /xmpp-websocket Upgrade=
	assert_output --partial "426 "
	web "$WS" status /xmpp-websocket Sec_WebSocket_Protocol=chat
	assert_output --partial "400 "
	web "$WS" status /chat
	assert_output --partial "404 "
	web "$WS" status /.well-known/host-meta
	assert_output --partial "href='wss://chat.example/x'"
	web "$WS" status /.well-known/host-meta.json Connection= Upgrade=
	assert_output --partial '"href":"wss://chat.example/x"'
}

@test "with TLS required a web proxy is believed who asks, and that TLS was" {
	local ws said
	ws=$(free_port)
	cup-intercept --listen "ws:127.0.0.1:$ws" --server "tcp:127.0.0.1:$C2S" \
		--certificate acme.localhost.crt --private-key acme.localhost.key \
		--accept-proxy 127.0.0.1 -c 'cup-filter policy |
			cup-log proxied | cup-deliver --records' \
		2>proxied.log </dev/null 3>&- &
	STARTED+=("$!")
	eventually 10 listens "$ws"
	web "$ws" status /xmpp-websocket X-Forwarded-Proto=http
	assert_output --partial "403 "
	web "$ws" proxied "" X-Forwarded-For=10.0.0.1
	web "$ws" proxied "PROXY TCP4 192.0.2.7 10.0.0.1 1234 80\r\n"
	web "$ws" proxied "" "Forwarded=for=192.0.2.8;proto=https"
	web "$ws" proxied "PROXY TCP4 192.0.2.9 10.0.0.1 9 80\r\n" \
		X-Forwarded-For=1.2.3.4
	run -0 cup-search --event login proxied
	for said in 10.0.0.1:0 192.0.2.7:1234 192.0.2.8:0 192.0.2.9:9; do
		assert_line --partial "peer=\"$said\""
	done
	refute_output --partial 1.2.3.4
	stop_all
}

# nginx_before WS: with the lines of cup(7) as they stand there, but for the
# node's port; in plain text at $WEB.
nginx_before() {
	WEB=$(free_port)
	mkdir nginx
	{
		printf 'daemon off; master_process off; pid %s/pid;
			error_log %s/err; events { worker_connections 64; }
			http { access_log off; server { listen 127.0.0.1:%s;\n' \
			"$PWD/nginx" "$PWD/nginx" "$WEB"
		sed -n '/^location .xmpp-websocket/,/^\.Ed/p' "$TOP/man/cup.7" |
			sed "/^\.Ed/d; s/127\.0\.0\.1:5280/127.0.0.1:$1/"
		echo '} }'
	} >nginx/conf
	nginx -c "$PWD/nginx/conf" >nginx/out 2>&1 </dev/null 3>&- &
	STARTED+=("$!")
	eventually 10 listens "$WEB"
}

@test "nginx before it, as in cup(7), says whose connection it is" {
	local ws
	ws=$(free_port)
	cup-intercept --listen "ws:127.0.0.1:$ws" --server "tcp:127.0.0.1:$C2S" \
		--tls none --accept-proxy 127.0.0.1 -c 'cup-filter policy |
			cup-log by-nginx | cup-deliver --records' \
		2>by-nginx.log </dev/null 3>&- &
	STARTED+=("$!")
	eventually 10 listens "$ws"
	nginx_before "$ws"
	web "$WEB" talk
	run -0 curl -s "http://127.0.0.1:$WEB/.well-known/host-meta"
	assert_output --partial "/xmpp-websocket"
	run -0 cup-search by-nginx "hello alice"
	run -0 cup-search --event login by-nginx
	assert_line --partial 'peer="127.0.0.1:0"'
	stop_all
}

@test "with TLS required ws: is for web proxies only" {
	run -64 cup-intercept --listen "ws:127.0.0.1:0" \
		--server "tcp:127.0.0.1:$C2S" --certificate acme.localhost.crt \
		--private-key acme.localhost.key -c cat
	assert_output --partial "'ws:127.0.0.1:0' needs a '--tls' other than"
	run -64 cup-intercept --listen "ws:127.0.0.1:0/a?b" \
		--server "tcp:127.0.0.1:$C2S" -c cat
	assert_output --partial "bad path of a WebSocket"
	run -64 cup-intercept --listen "tcp:127.0.0.1:0" --web-origin chat.example
	assert_output --partial "is no origin"
	run -64 cup-intercept --listen "tcp:127.0.0.1:0" --web-url https://x
	assert_output --partial "is no ws:// or wss:// URL"
}

@test "a whole node serves them at a path of its settings" {
	local ws
	export CUP_CONFIG_DIR=$PWD/etc CUP_RUN_DIR=$PWD/run
	cp policy n1.policy
	ws=$(free_port)
	place_node n1 acme.localhost tls=optional "listen=tcp:127.0.0.1:0" \
		"listen=ws:127.0.0.1:$ws/chat" web-url=wss://chat.example/chat
	web "$ws" status /chat
	assert_output --partial "101 "
	web "$ws" status /.well-known/host-meta
	assert_output --partial "href='wss://chat.example/chat'"
	WEB_PATH=/chat web "$ws" talk
	run -0 cup-search n1.journal "hello alice"
	run -0 cup-node --status n1
	assert_line "listen ws:127.0.0.1:$ws/chat"
	stop_all
	sound n1.log
}
