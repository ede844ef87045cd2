#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The same pipeline under inetd, tcpserver and socat, as cup-serve(1) shows
# it, and under cup-serve with sockets that were passed on.
# shellcheck disable=SC2016,SC2030,SC2031,SC2119,SC2154

load ../lib/helpers
load ../lib/serve

setup() {
	common_setup
	STARTED=()
	cat >policy <<-'END'
		reject mnpi  body matches "secret"
		pass   rest
	END
	cat >pipeline <<-END
		#!/bin/sh
		cd $PWD || exit
		PATH=$PATH
		exec 2>>pipeline.log
		cup-filter policy | cup-log --wait journal
	END
	chmod +x pipeline
	{
		record send - "$(message a@x/1 b@y hello)"
		record send - "$(message a@x/1 b@y 'a secret')"
	} >records
}

teardown() {
	stop_all
}

# A port that nobody has now, below those that the kernel gives out.
free_port() {
	local port
	while :; do
		port=$((10000 + RANDOM % 20000))
		(exec 7<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null ||
			{ echo "$port" && return; }
	done
}

reachable() {
	(exec 7<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null
}

# decides CLIENT...: asked in this way, the pipeline decides and journals.
decides() {
	run -0 "$@" <records
	assert_equal "$(column 6 <<<"$output")" $'pass\nreject'
	assert_equal "$(column 8 <<<"$output" | cut -d : -f 1)" $'sha256\nsha256'
	run -0 cup-verify journal
	run -0 cat pipeline.log
	assert_output ""
}

# two_at_once: the second writer of the journal waits for the first.
two_at_once() {
	tcp <records >first &
	tcp <records >second
	wait $!
	assert_equal "$(cat first second | wc -l)" 4
	run -0 cup-verify journal
}

@test "openbsd-inetd runs the pipeline" {
	PORT=$(free_port)
	echo "127.0.0.1:$PORT stream tcp nowait $(id -un) $PWD/pipeline pipeline" >inetd.conf
	PATH=$PATH:/usr/sbin inetd -i inetd.conf &
	STARTED+=($!)
	eventually 10 reachable
	decides tcp
	two_at_once
}

@test "tcpserver runs the pipeline" {
	PORT=$(free_port)
	tcpserver -v -H -R -l 0 -c 100 127.0.0.1 "$PORT" ./pipeline 2>log &
	STARTED+=($!)
	eventually 10 reachable
	decides tcp
	two_at_once
}

@test "socat runs the pipeline" {
	PORT=$(free_port)
	socat -t 3600 "TCP-LISTEN:$PORT,bind=127.0.0.1,reuseaddr,fork" \
		EXEC:./pipeline &
	STARTED+=($!)
	eventually 10 reachable
	decides tcp
	two_at_once
}

@test "socat runs the pipeline behind TLS" {
	certificates
	PORT=$(free_port)
	cat server.pem server.key >both.pem
	socat -t 3600 "OPENSSL-LISTEN:$PORT,bind=127.0.0.1,reuseaddr,fork,cert=both.pem,cafile=ca.pem,verify=1" \
		EXEC:./pipeline &
	STARTED+=($!)
	eventually 10 reachable
	decides tls cert=node.pem key=node.key
}

@test "cup-serve runs the pipeline" {
	serve tcp:127.0.0.1:0 -- ./pipeline
	decides tcp
	two_at_once
}

# pass NAMES COMMAND...: run it with a listening socket for each of the names,
# as systemd does, their ports in the file ports.
pass() {
	cat >pass.py <<-'END'
		import os, socket, sys
		names = sys.argv[1].split(":")
		keep = [socket.create_server(("127.0.0.1", 0)) for n in names]
		with open("ports", "w") as f:
		    for s in keep:
		        print(s.getsockname()[1], file=f)
		high = [os.dup2(s.fileno(), 100 + i) for i, s in enumerate(keep)]
		for i, fd in enumerate(high):
		    os.dup2(fd, 3 + i)
		os.closerange(3 + len(high), 200)
		os.environ.update(LISTEN_PID=str(os.getpid()),
		    LISTEN_FDS=str(len(names)), LISTEN_FDNAMES=sys.argv[1])
		os.execvp(sys.argv[2], sys.argv[2:])
	END
	/usr/bin/python3 pass.py "$@" 2>log &
	SERVER=$!
	STARTED+=("$SERVER")
	logged 'listening on'
	mapfile -t PORTS <ports
}

@test "sockets that were passed on are served, and not told to commands" {
	pass a:b cup-serve fd: -c 'cat; env | grep ^LISTEN'
	for PORT in "${PORTS[@]}"; do
		run -0 tcp <<<hello
		assert_output hello
	done
	stop_server
}

@test "of sockets that were passed on only the named ones are served" {
	pass a:b cup-serve fd:b -- cat
	PORT=${PORTS[1]}
	run -0 tcp <<<hello
	assert_output hello
	run -0 cat log
	assert_output "cup-serve: listening on tcp:127.0.0.1:$PORT"
}

@test "sockets that were passed on can be served over TLS" {
	certificates
	pass a cup-serve --certificate server.pem --private-key server.key \
		tls-fd:a -- cat
	PORT=${PORTS[0]}
	run -0 tls <<<hello
	assert_output hello
}

@test "that no socket was passed on is told" {
	unset LISTEN_PID LISTEN_FDS
	run --separate-stderr -71 cup-serve fd: -c cat
	assert_equal "$stderr" "cup-serve: cannot listen on 'fd:': no listening socket was passed"
	LISTEN_PID=1 LISTEN_FDS=1 run --separate-stderr -71 cup-serve fd: -c cat
	pass_none() {
		/usr/bin/python3 -c 'import os
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.dup2(0, 3)
os.execvp("cup-serve", ["cup-serve", "fd:", "-c", "cat"])'
	}
	run --separate-stderr -71 pass_none </dev/null
	assert_regex "$stderr" "what was passed is no listening stream socket"
}
