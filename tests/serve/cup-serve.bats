#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# One pipeline for each connection: addresses, limits, environment, ends.
# shellcheck disable=SC2016,SC2030,SC2031,SC2119,SC2154,SC2317

load ../lib/helpers
load ../lib/serve

setup() {
	common_setup
	STARTED=()
}

teardown() {
	stop_all
}

@test "cup-serve conducts itself as every program does" {
	conducts_itself cup-serve tcp:127.0.0.1:0 -c cat
}

@test "cup-serve refuses wrong calls" {
	run --separate-stderr -64 cup-serve
	assert_regex "$stderr" "^cup-serve: no address"
	run --separate-stderr -64 cup-serve tcp:127.0.0.1:0
	assert_regex "$stderr" "^cup-serve: no command"
	run --separate-stderr -64 cup-serve tcp:127.0.0.1:0 -c cat -- cat
	assert_regex "$stderr" "^cup-serve: both -c and a command"
	run --separate-stderr -64 cup-serve localhost:0 -c cat
	assert_regex "$stderr" "^cup-serve: address 'localhost:0': "
	run --separate-stderr -64 cup-serve tcp:127.0.0.1:99999 -c cat
	assert_regex "$stderr" ": bad port"
	run --separate-stderr -64 cup-serve --max-connections 0 unix:x -c cat
	run --separate-stderr -64 cup-serve --max-connections x unix:x -c cat
	run --separate-stderr -64 cup-serve --max-per-peer -1 unix:x -c cat
	run --separate-stderr -64 cup-serve --ca x tcp:127.0.0.1:0 -c cat
	assert_regex "$stderr" "takes no certificates"
	run --separate-stderr -64 cup-serve tls:127.0.0.1:0 -c cat
	assert_regex "$stderr" "needs a --certificate"
}

@test "an address in use is refused with the reason" {
	serve tcp:127.0.0.1:0 -c cat
	run --separate-stderr -71 cup-serve "tcp:127.0.0.1:$PORT" -c cat
	assert_regex "$stderr" "^cup-serve: cannot listen on 'tcp:127.0.0.1:$PORT': Address already in use"
	serve unix:s -c cat
	run --separate-stderr -71 cup-serve unix:s -c cat
	assert_regex "$stderr" "cannot listen on 'unix:s': another process listens there"
	echo mine >file
	run --separate-stderr -71 cup-serve unix:file -c cat
	assert_regex "$stderr" "there is something else at that path"
	assert_equal "$(cat file)" mine
}

@test "a command of the shell and one as it is both have the connection" {
	serve tcp:127.0.0.1:0 -c 'tr a-z A-Z | rev'
	run -0 tcp <<<hello
	assert_output OLLEH
	serve tcp:127.0.0.1:0 -- sed -u 's/$/ $HOME;/'
	run -0 tcp <<<'a b'
	# shellcheck disable=SC2016
	assert_output 'a b $HOME;'
}

@test "IPv6 is served, beside IPv4 and alone" {
	serve 'tcp:*:0' -c 'echo $TCPREMOTEIP $TCPLOCALIP'
	run -0 socat -t 20 - "TCP6:[::1]:$PORT" </dev/null
	assert_output '::1 ::1'
	run -0 tcp </dev/null
	assert_output '127.0.0.1 127.0.0.1'
	serve 'tcp:[::1]:0' -c 'echo $TCPREMOTEIP'
	run -0 socat -t 20 - "TCP6:[::1]:$PORT" </dev/null
	assert_output '::1'
	run -1 socat -t 20 - "TCP4:127.0.0.1:$PORT" </dev/null
}

@test "a unix socket has mode 0660, tells of its peer, and goes at the end" {
	serve unix:s -c 'echo $PROTO $UNIXREMOTEEUID $UNIXREMOTEEGID $UNIXLOCALPATH; echo $UNIXREMOTEPID >pid'
	assert_equal "$(stat -c %a s)" 660
	run -0 socat -t 20 - UNIX:s </dev/null
	assert_output "UNIX $(id -u) $(id -g) s"
	eventually 5 test -s pid
	stop_server
	assert_not_exist s
}

@test "a unix socket that a killed server left behind is replaced" {
	serve unix:s -c cat
	kill -9 "$SERVER"
	wait "$SERVER" || :
	assert_exist s
	serve unix:s -c cat
	run -0 socat -t 20 - UNIX:s <<<again
	assert_output again
}

@test "the environment tells of the connection, and of none before it" {
	export TCPREMOTEHOST=evil TCPREMOTEINFO=evil SSL_CLIENT_CN=evil
	export SSL_CLIENT_S_DN=evil UNIXREMOTEEUID=0 NOTIFY_SOCKET=/evil
	export REMOTEHOST=evil PROTO=evil LISTEN_FDS=3 LISTEN_PID=1 KEPT=kept
	serve tcp:127.0.0.1:0 -- env
	run -0 tcp </dev/null
	refute_output --partial evil
	assert_line PROTO=TCP
	assert_line TCPREMOTEIP=127.0.0.1
	assert_line TCPLOCALIP=127.0.0.1
	assert_line "TCPLOCALPORT=$PORT"
	assert_line --regexp '^TCPREMOTEPORT=[1-9][0-9]*$'
	assert_line KEPT=kept
	refute_line --regexp '^(SSL|UNIX|LISTEN)'
}

@test "the peer's end is the command's, whose answer still comes" {
	serve tcp:127.0.0.1:0 -c 'sort'
	run -0 tcp <<<$'b\na'
	assert_output $'a\nb'
}

@test "a command that reads nothing ends its connection with all it wrote" {
	serve tcp:127.0.0.1:0 -c 'head -c 3000000 /dev/zero'
	# What it does not read must not cost the end of what it wrote.
	run -0 /usr/bin/python3 - "$PORT" <<-'END'
		import socket, sys
		s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 20)
		s.sendall(bytes(200000))
		n = 0
		while got := s.recv(65536):
		    n += len(got)
		print(n)
	END
	assert_output 3000000
}

@test "what a command leaves behind has no connection" {
	serve tcp:127.0.0.1:0 -c 'sleep 30 & echo $! >left; echo done'
	run -0 timeout 10 socat -t 20 - "TCP:127.0.0.1:$PORT" </dev/null
	assert_output "done"
	kill "$(cat left)"
}

@test "a peer that vanishes in the middle of a line ends the command" {
	serve -v tcp:127.0.0.1:0 -c 'cat >got; echo ended >>got'
	exec 7<>"/dev/tcp/127.0.0.1/$PORT"
	printf 'half a li' >&7
	exec 7>&-
	eventually 5 grep -q ended got
	assert_equal "$(cat got)" "half a liended"
}

@test "exit statuses are told, those of success only on request" {
	serve tcp:127.0.0.1:0 -c 'read x; exit $x'
	tcp <<<0
	tcp <<<3
	logged 'ended: exit status 3'
	run ! grep -q 'status 0' log
	serve -v tcp:127.0.0.1:0 -c 'kill -9 $$'
	tcp </dev/null
	logged 'ended: signal 9 (Killed)'
	logged ' connected (process '
	serve -v tcp:127.0.0.1:0 -c true
	tcp </dev/null
	logged 'ended: exit status 0'
	serve tcp:127.0.0.1:0 -- ./no-such-program
	tcp </dev/null
	logged 'ended: exit status 127 (not found)'
}

@test "one more than --max-connections is closed and told, then there is room" {
	serve --max-connections 2 tcp:127.0.0.1:0 -- cat
	exec 7<>"/dev/tcp/127.0.0.1/$PORT" 8<>"/dev/tcp/127.0.0.1/$PORT"
	echo 3 >&7
	echo 4 >&8
	read -rt 5 a <&7
	read -rt 5 b <&8
	assert_equal "$a$b" 34
	run -0 tcp </dev/null
	assert_output ""
	logged 'refused 127.0.0.1:'
	logged ': too many connections'
	exec 7>&-
	answered() { [ "$(tcp <<<room)" = room ]; }
	eventually 10 answered
	exec 8>&-
}

@test "one more than --max-per-peer is closed, others are not" {
	serve --max-per-peer 1 tcp:127.0.0.1:0 -- cat
	exec 7<>"/dev/tcp/127.0.0.1/$PORT"
	echo 3 >&7
	read -rt 5 a <&7
	assert_equal "$a" 3
	run -0 tcp </dev/null
	logged ': too many connections from there'
	run -0 socat -t 20 - "TCP:127.0.0.1:$PORT,bind=127.0.0.2" <<<other
	assert_output other
	exec 7>&-
}

@test "200 connections at a time each have their own pipeline" {
	serve --max-connections 300 tcp:127.0.0.1:0 -c 'cat | cat'
	for i in $(seq 200); do
		echo "$i" | tcp >"got.$i" &
	done
	for i in $(seq 200); do
		wait -n || fail "a connection of 200: $(cat log)"
	done
	for i in $(seq 200); do
		assert_equal "$(cat "got.$i")" "$i"
	done
}

@test "without descriptors for more it goes on, and takes up again" {
	(ulimit -n 12; exec cup-serve tcp:127.0.0.1:0 -- cat) 2>log &
	SERVER=$!
	STARTED+=("$SERVER")
	logged 'listening on'
	PORT=$(sed -n 's/.*:\([0-9]*\)$/\1/p' log)
	for fd in $(seq 20 40); do
		eval "exec $fd<>/dev/tcp/127.0.0.1/$PORT"
	done
	logged 'cannot accept connections: Too many open files'
	for fd in $(seq 20 40); do
		eval "exec $fd>&-"
	done
	answered() { [ "$(tcp <<<room)" = room ]; }
	eventually 10 answered
}

@test "--quiet tells faults only" {
	cup-serve -q unix:s -c 'exit 5' 2>log &
	SERVER=$!
	STARTED+=("$SERVER")
	eventually 5 test -S s
	socat -t 20 - UNIX:s </dev/null
	logged 'exit status 5'
	stop_server
	run -0 cat log
	assert_output --regexp '^cup-serve: command of unix user [0-9]+ \(process [0-9]+\) ended: exit status 5$'
}

@test "no other connection is left to a command" {
	serve tcp:127.0.0.1:0 -c 'read x; ls -l /proc/self/fd'
	exec 7<>"/dev/tcp/127.0.0.1/$PORT"
	run -0 tcp </dev/null
	refute_output --regexp ' ([2-9]|[0-9]{2,}) -> socket'
	assert_output --regexp ' 0 -> socket'
	exec 7>&-
}

@test "with its standard descriptors closed it serves all the same" {
	cup-serve tcp:127.0.0.1:0 -c cat <&- >&- 2>log &
	SERVER=$!
	STARTED+=("$SERVER")
	eventually 5 grep -q listening log
	PORT=$(sed -n 's/.*:\([0-9]*\)$/\1/p' log)
	run -0 tcp <<<hello
	assert_output hello
}
