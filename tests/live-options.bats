#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What the options of a live node change, seen at a real server (Prosody).

load helpers
load servers.bash

setup_file() {
	export TOP PATH=$CUP_BIN:$CUP_TESTS:$PATH HOME=$BATS_FILE_TMPDIR
	cd "$BATS_FILE_TMPDIR" || return
	make_certificate acme.localhost
	make_certificate other.localhost
	mkdir -p prosody/certs
	cp acme.localhost.* prosody/certs
	DIRECT=$(free_port)
	PROSODY_SETTINGS="c2s_direct_tls_ports = { $DIRECT }" \
		start_prosody acme.localhost alice bob
	export C2S COMP LOG DIRECT
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

@test "--max-clients: one more is told so" {
	start_node --max-clients 2
	eventually 5 status_is clients 0
	option two_at_most
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
	start_node --server "tls:127.0.0.1:$DIRECT" \
		--server-ca acme.localhost.crt
	option chat
	export CUP_CONFIG_DIR=$PWD/etc
	local node=("server=tls:127.0.0.1:$DIRECT" listen=tcp:127.0.0.1:0
		tls=none policy="$PWD/policy"
		"server-ca=$PWD/all.crt")
	mkdir etc
	cat acme.localhost.crt other.localhost.crt >all.crt
	run -0 cup-config good domain=acme.localhost journal="$PWD/j1" "${node[@]}"
	run cup-config good --check
	assert_output --regexp \
		"server tls:127.0.0.1:$DIRECT: (answers for|offers channel)"
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

@test "--on-failure hold waits as long as it takes" {
	start_node --hold-timeout 500ms --on-failure hold
	mkfifo in
	PYTHONPATH=$TOP/tests timeout 40 /usr/bin/python3 \
		"$TOP/tests/xmpp-options.py" "$PORT" hold >hold.out 2>&1 <in \
		3>&- &
	local client=$! log
	STARTED+=("$client")
	exec 9>in
	eventually 10 grep -q ready hold.out
	log=$(stages | sed -n 2p)
	kill -STOP "$log"
	echo >&9
	eventually 15 grep -q held hold.out
	kill -CONT "$log"
	echo >&9
	wait "$client" || fail "$(cat hold.out)"
	assert_equal "$(status bounced)" 0
}

# Policies that tell the kinds of stanzas apart.
strict_policy() {
	cat >policy <<-'EOF'
		reject word  event send xpath "//*[contains(., 'forbidden')]" text "not this word"
		reject block event send xpath "//*[contains(., 'c2VjcmV0')]" text "no files"
		pass all
	EOF
}

@test "--events presence: a refused presence has one error" {
	strict_policy
	start_node --events message,presence,login
	option presence
	run -0 cup-search journal forbidden
	assert_equal "${#lines[@]}" 1
}

@test "--events iq: a refused request has one error, an answer none" {
	strict_policy
	start_node --events iq
	option iq ibb
	run -0 cup-search journal c2VjcmV0
	assert_equal "${#lines[@]}" 1
}

@test "--events all: everything is on record" {
	strict_policy
	start_node --events all
	option chat presence iq ibb
	cup-search journal | cut -f 9 >stanzas
	local kind
	for kind in message presence iq; do
		run -0 grep -q "^<$kind " stanzas
	done
	run -0 cup-verify journal
}

@test "the sender of what a client may not receive is told once" {
	printf 'secret\n' >secret
	chmod 600 secret
	cat >policy <<-'EOF'
		reject secret event recv xpath "//*[contains(., 'secret')]"
		pass all
	EOF
	start_node --events all --return-component "tcp:127.0.0.1:$COMP" \
		--return-domain returns.acme.localhost --return-secret secret
	eventually 10 status_is return-component up
	option told_once room
}

@test "a secret that others can read is none" {
	printf 'secret\n' >secret
	chmod 640 secret
	run -64 cup-intercept --listen tcp:127.0.0.1:0 --server tcp:x:1 \
		-c cat --return-component tcp:127.0.0.1:1 --return-domain x \
		--return-secret secret
	assert_output --partial "others than its owner may read"
}

@test "--domain takes its own and no others" {
	start_node --domain acme.localhost
	option domain
}
