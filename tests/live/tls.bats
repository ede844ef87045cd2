#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# TLS at a live node, towards its clients and towards its server.
# shellcheck disable=SC2030,SC2031

load ../lib/helpers
load ../lib/servers
load ../lib/options

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

@test "--tls optional: TLS begins with nothing left of before" {
	start_node --tls optional
	option optional_at_once
}

@test "--tls none neither offers nor takes it" {
	start_node --tls none
	option none
}

@test "a tls: listener takes direct TLS only, and must have it" {
	local direct
	direct=$(free_port)
	start_node --listen "tls:127.0.0.1:$direct"
	PORT=$direct option direct_only
	run -64 cup-intercept --listen tls:127.0.0.1:0 --server tcp:x:1 \
		--certificate acme.localhost.crt \
		--private-key acme.localhost.key --tls none -c cat
	assert_output --partial "needs a '--tls' other than none"
}

@test "TLS 1.1 is refused, direct and by STARTTLS" {
	start_node
	option old_tls
}

# tls_server NAME: in place of $C2S one that speaks TLS, whose certificate is
# NAME's.
tls_server() {
	local behind=$C2S
	C2S=$(free_port)
	socat "OPENSSL-LISTEN:$C2S,fork,reuseaddr,bind=127.0.0.1,verify=0,cert=$1.crt,key=$1.key" \
		"TCP:127.0.0.1:$behind" 2>/dev/null 3>&- &
	STARTED+=($!)
	eventually 10 listens "$C2S"
}

@test "a server behind TLS is believed by the domain that was asked for" {
	tls_server acme.localhost
	start_node --server "tls:127.0.0.1:$C2S" --server-ca acme.localhost.crt
	option chat
}

@test "so is Prosody's own listener for direct TLS, and --check agrees" {
	start_node --server "tls:127.0.0.1:$C2S_TLS" \
		--server-ca acme.localhost.crt
	option chat
	export CUP_CONFIG_DIR=$PWD/etc
	local node=("server=tls:127.0.0.1:$C2S_TLS" listen=tcp:127.0.0.1:0
		tls=none policy="$PWD/policy"
		"server-ca=$PWD/all.crt")
	mkdir etc
	cat acme.localhost.crt other.localhost.crt >all.crt
	run -0 cup-config good domain=acme.localhost journal="$PWD/j1" "${node[@]}"
	run cup-config good --check
	assert_output --regexp \
		"server tls:127.0.0.1:$C2S_TLS: (answers for|offers channel)"
	# It knows no such domain, and is asked for it by name.
	run -0 cup-config bad domain=other.localhost journal="$PWD/j2" "${node[@]}"
	run -1 cup-config bad --check
	assert_line --regexp "^wrong: .*asked for other.localhost: .*unrecognized name"
}

@test "and not by another domain's certificate, nor by its address's" {
	make_certificate localhost
	cat acme.localhost.crt localhost.crt >authorities
	tls_server localhost
	start_node --server "tls:localhost:$C2S" --server-ca authorities
	option unreachable
	run -0 cat node.log
	assert_output --partial "cannot reach the server"
	assert_output --partial "hostname mismatch"
}

@test "nor by one that nobody trusted has signed" {
	tls_server acme.localhost
	start_node --server "tls:127.0.0.1:$C2S" --server-ca other.localhost.crt
	option unreachable
	run -0 cat node.log
	assert_output --partial "self-signed certificate"
}

@test "what a certificate cannot be for is no domain" {
	tls_server acme.localhost
	start_node --server "tls:127.0.0.1:$C2S" --server-ca acme.localhost.crt
	option strange_domains chat
}
