#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# cup-serve over TLS: who gets in, what the command is told, and both ends.
# shellcheck disable=SC2016,SC2030,SC2031,SC2119,SC2154

load ../lib/helpers
load ../lib/serve

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	source "$TOP/tests/lib/serve.bash"
	certificates
	authority other
	certificate other stranger /CN=node1
}

setup() {
	common_setup
	STARTED=()
	cp "$BATS_FILE_TMPDIR"/* .
}

teardown() {
	stop_all
}

OWN=(--certificate server.pem --private-key server.key)

@test "what goes through TLS comes out the same, both ways" {
	serve "${OWN[@]}" tls:127.0.0.1:0 -- cat
	head -c 20000000 /dev/urandom >want
	tls <want >got
	cmp want got
}

@test "a client without a certificate gets nothing where --ca asks for one" {
	serve "${OWN[@]}" --ca ca.pem tls:127.0.0.1:0 -c 'touch ran; echo secret'
	run tls </dev/null
	refute_output --partial secret
	logged 'no service for 127.0.0.1:'
	logged 'peer did not return a certificate'
	assert_not_exist ran
}

@test "a client whose certificate is of another authority gets nothing" {
	serve "${OWN[@]}" --ca ca.pem tls:127.0.0.1:0 -c 'touch ran; echo secret'
	run tls cert=stranger.pem key=stranger.key </dev/null
	refute_output --partial secret
	logged 'certificate verify failed'
	assert_not_exist ran
}

@test "a client with a good certificate is named to the command" {
	export SSL_CLIENT_S_DN=evil
	serve "${OWN[@]}" --ca ca.pem tls:127.0.0.1:0 -- env
	run -0 tls cert=node.pem key=node.key </dev/null
	assert_line PROTO=SSL
	assert_line SSL_CLIENT_CN=node1
	assert_line 'SSL_CLIENT_S_DN=CN=node1,O=Acme\, Inc.'
	assert_line SSL_PROTOCOL=TLSv1.3
	assert_line --regexp '^SSL_CIPHER=TLS_'
	assert_line TCPREMOTEIP=127.0.0.1
	assert_line "TCPLOCALPORT=$PORT"
	refute_output --partial evil
}

@test "without --ca nobody has a name" {
	serve "${OWN[@]}" tls:127.0.0.1:0 -- env
	run -0 tls cert=node.pem key=node.key </dev/null
	refute_line --regexp '^SSL_CLIENT'
}

@test "odd subjects are told without a line break or a second name" {
	certificate ca odd "/O=x
TCPREMOTEIP=evil/CN=Zoë"
	certificate ca two "/CN=node1/CN=node2"
	certificate ca ctrl "/CN=node1
"
	serve "${OWN[@]}" --ca ca.pem tls:127.0.0.1:0 -- env
	run -0 tls cert=odd.pem key=odd.key </dev/null
	refute_line --regexp '^SSL_CLIENT_CN'
	logged "certificate of 'Zoë': no node has such a name"
	assert_line 'SSL_CLIENT_S_DN=CN=Zo\C3\AB,O=x\0ATCPREMOTEIP=evil'
	refute_line TCPREMOTEIP=evil
	run -0 tls cert=two.pem key=two.key </dev/null
	refute_line --regexp '^SSL_CLIENT_CN'
	assert_line 'SSL_CLIENT_S_DN=CN=node2,CN=node1'
	run -0 tls cert=ctrl.pem key=ctrl.key </dev/null
	refute_line --regexp '^SSL_CLIENT_CN'
}

@test "the name of a certificate leads nowhere but to its own journal" {
	local n=0 name
	# As in cup(7).
	serve "${OWN[@]}" --ca ca.pem tls:127.0.0.1:0 -c 'touch ran
		cup-log --wait --node "${SSL_CLIENT_CN:?}" "journal.${SSL_CLIENT_CN:?}"'
	for name in 'x --node node2' 'node1\/..\/journal.node2' '..' '.x' \
		'-x' '$(touch got)' ';touch got' '*' 'a b'; do
		certificate ca "bad$((++n))" "/CN=$name"
		run tls cert="bad$n.pem" key="bad$n.key" </dev/null
		logged "no node has such a name"
		: >log
	done
	assert_not_exist got
	run -0 find . -name 'journal*'
	assert_output ""
	record send - "$(M)" >in
	run -0 tls cert=node.pem key=node.key <in
	assert_dir_exist journal.node1
}

@test "100 that show no certificate do not keep out a node that has one" {
	serve "${OWN[@]}" --ca ca.pem --max-connections 8 tls:127.0.0.1:0 -- cat
	/usr/bin/python3 - "$PORT" >idle 3>&- <<-'EOF' &
		import signal, socket, sys
		all = [socket.create_connection(("127.0.0.1", int(sys.argv[1])))
		       for _ in range(150)]
		print("idle", flush=True)
		signal.pause()
	EOF
	local idle=$!
	STARTED+=("$idle")
	eventually 10 grep -q idle idle
	for _ in 1 2 3; do
		SECONDS=0
		run -0 tls cert=node.pem key=node.key <<<hello
		assert_output hello
		((SECONDS < 5))
	done
	kill "$idle"
	logged 'too many whose handshake is not done'
}

@test "of nodes with a certificate one address has three quarters" {
	serve "${OWN[@]}" --ca ca.pem --max-connections 8 tls:127.0.0.1:0 -- cat
	local fd held=()
	for _ in {1..6}; do
		coproc HOLD { tls cert=node.pem key=node.key 3>&-; }
		held+=("$HOLD_PID")
		eval "exec {fd}>&${HOLD[1]}"
		echo here >&"$fd"
		read -rt 10 _ <&"${HOLD[0]}"
	done
	run tls cert=node.pem key=node.key <<<hello
	refute_output --partial hello
	logged 'too many connections from there'
	run -0 tls cert=node.pem key=node.key bind=127.0.0.2 <<<other
	assert_output other
	kill "${held[@]}"
}

@test "TLS 1.1 is refused, 1.2 is not" {
	serve "${OWN[@]}" tls:127.0.0.1:0 -c 'echo $SSL_PROTOCOL'
	run -0 openssl s_client -connect "127.0.0.1:$PORT" -tls1_2 -quiet \
		-CAfile ca.pem </dev/null
	assert_line TLSv1.2
	run -1 openssl s_client -connect "127.0.0.1:$PORT" -tls1_1 -quiet \
		-cipher DEFAULT@SECLEVEL=0 -CAfile ca.pem </dev/null
	logged 'no service for 127.0.0.1:'
	logged 'unsupported protocol'
}

@test "who speaks no TLS runs no command" {
	serve "${OWN[@]}" tls:127.0.0.1:0 -c 'touch ran'
	run -0 tcp <<<'GET / HTTP/1.0'
	logged 'no service for 127.0.0.1:'
	assert_not_exist ran
}

@test "a key that others can read is refused" {
	local mode
	for mode in 640 604 660 644; do
		chmod "$mode" server.key
		run --separate-stderr -78 cup-serve "${OWN[@]}" tls:127.0.0.1:0 -c cat
		assert_equal "$stderr" "cup-serve: private key 'server.key': its group or others have access (chmod 600)"
	done
	# The same where the certificate's file holds the key.
	cat server.pem server.key >both.pem
	chmod 644 both.pem
	run --separate-stderr -78 cup-serve --certificate both.pem tls:127.0.0.1:0 -c cat
	chmod 600 both.pem
	serve --certificate both.pem tls:127.0.0.1:0 -- cat
	run -0 tls <<<hello
	assert_output hello
}

@test "a certificate, key or authority that cannot be used is named" {
	refused() {
		run --separate-stderr -78 cup-serve "$@" tls:127.0.0.1:0 -c cat
	}
	refused --certificate none.pem
	assert_equal "$stderr" "cup-serve: certificate 'none.pem': No such file or directory"
	refused --certificate server.pem --private-key node.key
	assert_regex "$stderr" "private key 'node.key': does not belong to the certificate"
	refused --certificate server.key --private-key server.key
	assert_regex "$stderr" "certificate 'server.key': has no certificate"
	refused --certificate . --private-key server.key
	assert_regex "$stderr" "is not a regular file"
	refused "${OWN[@]}" --ca server.key
	assert_regex "$stderr" "authority 'server.key': has no certificate"
	{ cat server.pem; sed '5d' ca.pem; } >broken.pem
	refused --certificate broken.pem --private-key server.key
	assert_regex "$stderr" "certificate 'broken.pem': has a broken chain"
	openssl pkey -in server.key -aes256 -passout pass:x -out locked.key
	chmod 600 locked.key
	refused --certificate server.pem --private-key locked.key </dev/null
	assert_regex "$stderr" "'locked.key': is protected by a passphrase"
}

@test "SIGHUP takes up a new certificate, and keeps the old one for a bad one" {
	shown() {
		openssl s_client -connect "127.0.0.1:$PORT" </dev/null 2>/dev/null |
			openssl x509 -noout -subject -nameopt RFC2253
	}
	serve "${OWN[@]}" tls:127.0.0.1:0 -- cat
	assert_equal "$(shown)" "subject=CN=localhost"
	certificate ca server /CN=renewed
	kill -HUP "$SERVER"
	logged 'certificates were read again'
	assert_equal "$(shown)" "subject=CN=renewed"
	chmod 644 server.key
	kill -HUP "$SERVER"
	logged 'its group or others have access (chmod 600); going on with what was there'
	assert_equal "$(shown)" "subject=CN=renewed"
}
