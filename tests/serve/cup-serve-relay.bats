#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Between TLS and a command: each direction flows and ends by itself.
# shellcheck disable=SC2016,SC2030,SC2031,SC2119,SC2154

load ../lib/helpers
load ../lib/serve

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	source "$TOP/tests/lib/serve.bash"
	certificates
}

setup() {
	common_setup
	STARTED=()
	cp "$BATS_FILE_TMPDIR"/* .
}

teardown() {
	stop_all
}

tls_serve() {
	serve --certificate server.pem --private-key server.key \
		--max-connections 300 "$@"
}

@test "the peer's end is the command's, whose answer still comes" {
	tls_serve tls:127.0.0.1:0 -c 'sort; echo the end'
	run -0 tls <<<$'b\na'
	assert_output $'a\nb\nthe end'
}

@test "records flow at once, nothing waits for the end" {
	tls_serve tls:127.0.0.1:0 -- sed -u 's/^/got /'
	mkfifo in
	tls <in >out &
	STARTED+=($!)
	exec 7>in
	for i in 1 2 3; do
		echo "$i" >&7
		eventually 5 grep -qx "got $i" out
	done
	exec 7>&-
}

@test "a command that does not read does not stop what it writes" {
	tls_serve tls:127.0.0.1:0 -c 'head -c 8000000 /dev/zero; sleep 1; cat >rest'
	head -c 8000000 /dev/zero >want
	head -c 8000000 /dev/urandom >sent
	tls <sent >got
	cmp want got
	eventually 10 cmp -s sent rest
}

@test "a peer that does not read does not stop what it sends" {
	tls_serve tls:127.0.0.1:0 -c 'head -c 8000000 /dev/zero & cat >rest; wait'
	head -c 8000000 /dev/urandom >sent
	run -0 /usr/bin/python3 - "$PORT" <<-'END'
		import socket, ssl, sys
		s = ssl.create_default_context(cafile="ca.pem").wrap_socket(
		    socket.create_connection(("127.0.0.1", int(sys.argv[1]))),
		    server_hostname="localhost")
		s.sendall(open("sent", "rb").read())
		n = 0
		while n < 8000000:
		    n += len(s.recv(65536))
		print(n)
	END
	assert_output 8000000
	eventually 10 cmp -s sent rest
}

@test "a command that closes its output reads on" {
	tls_serve tls:127.0.0.1:0 -c 'echo bye; exec >&-; cat >rest'
	mkfifo in
	tls <in >out &
	client=$!
	STARTED+=("$client")
	exec 7>in
	eventually 5 grep -qx bye out
	echo more >&7
	eventually 5 grep -qx more rest
	exec 7>&-
	wait "$client"
}

@test "a command that closes its input lets the peer's end be seen" {
	tls_serve -v tls:127.0.0.1:0 -c 'exec <&-; echo ready; sleep 0.5; echo bye'
	head -c 3000000 /dev/zero >sent
	run -0 tls <sent
	assert_output $'ready\nbye'
	logged 'ended: exit status 0'
}

@test "the command's end ends the connection, though it left work behind" {
	tls_serve tls:127.0.0.1:0 -c 'sleep 30 & echo $! >left; head -c 1000000 /dev/zero'
	mkfifo in
	exec 7<>in
	timeout 15 "${SOCAT[@]}" -t 20 - "OPENSSL:127.0.0.1:$PORT,cafile=ca.pem" \
		</dev/null | wc -c >got
	assert_equal "$(cat got)" 1000000
	exec 7>&-
	kill "$(cat left)"
}

@test "a peer that is killed in the middle of a line ends the command" {
	tls_serve -v tls:127.0.0.1:0 -c 'cat >got; echo ended >>got'
	mkfifo in
	tls <in &
	client=$!
	exec 7>in
	printf 'half a li' >&7
	eventually 5 grep -q half got
	kill -9 "$client"
	pkill -9 -P "$client" || :
	wait "$client" || :
	exec 7>&-
	eventually 5 grep -q ended got
	assert_equal "$(cat got)" "half a liended"
}

@test "a command that writes for ever ends when its peer has gone" {
	tls_serve tls:127.0.0.1:0 -- yes
	tls </dev/null | head -n 1
	logged 'command of 127.0.0.1:'
	logged 'ended: signal 13'
}

@test "the exit status of a command behind TLS is told" {
	tls_serve tls:127.0.0.1:0 -c 'cat; exit 7'
	run -0 tls </dev/null
	logged 'ended: exit status 7'
}

@test "SIGTERM ends a command's input behind TLS too" {
	tls_serve tls:127.0.0.1:0 -c 'cat; echo the end'
	mkfifo in
	tls <in >out &
	exec 7>in
	echo hello >&7
	eventually 5 grep -qx hello out
	kill "$SERVER"
	eventually 5 grep -qx 'the end' out
	exec 7>&-
	wait "$SERVER"
}

@test "200 TLS connections at a time each have their own pipeline" {
	tls_serve tls:127.0.0.1:0 -c 'cat | cat'
	cat >many.py <<-'END'
		import socket, ssl, sys
		context = ssl.create_default_context(cafile="ca.pem")
		many = [context.wrap_socket(
		    socket.create_connection(("127.0.0.1", int(sys.argv[1]))),
		    server_hostname="localhost") for i in range(200)]
		for i, s in enumerate(many):
		    s.sendall(b"%d\n" % i * 1000)
		for i, s in enumerate(many):
		    want = b"%d\n" % i * 1000
		    got = b""
		    while len(got) < len(want):
		        got += s.recv(65536)
		    assert got == want
		print("same")
	END
	run -0 timeout 60 /usr/bin/python3 many.py "$PORT"
	assert_output same
}

@test "records go through filter, journal and gate behind a connection" {
	cat >policy <<-'END'
		reject mnpi  body matches "secret"
		pass   rest
	END
	cup-filter --check policy
	tls_serve --ca ca.pem tls:127.0.0.1:0 \
		-c 'cup-filter policy | cup-log --wait "$SSL_CLIENT_CN" | cup-deliver --records'
	{
		record send - "$(message a@x/1 b@y hello)"
		record send - "$(message a@x/1 b@y 'a secret')"
	} >records
	run -0 tls cert=node.pem key=node.key <records
	assert_equal "$(cut -f 6 <<<"$output")" $'deliver\nreturn'
	run -0 cup-verify node1
}
