#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# cup-node: what dies, hangs or goes wrong in a running node.

load ../lib/helpers
load ../lib/node

setup() {
	common_setup
	node_setup
}

teardown() {
	node_teardown
	[ -z "${LISTENER-}" ] || kill "$LISTENER" 2>/dev/null || :
}

@test "a stage that dies takes its pipeline with it, and a fresh one comes" {
	start_node
	for program in cup-filter cup-log cup-deliver; do
		filter=$(stage cup-filter) log=$(stage cup-log)
		deliver=$(stage cup-deliver)
		kill -9 "$(stage $program)"
		eventually 5 gone "$filter"
		eventually 5 gone "$log"
		eventually 5 gone "$deliver"
		eventually 5 other stage ""
		eventually 5 judged_once "hello" deliver
		logged "n1: $program was killed by signal 9, again in 0\.[0-9] s"
	done
	assert_equal "$(status intercept-starts)" 1
	assert_equal "$(status failure | sed 's/0\.[0-9]/0.x/')" \
		"cup-deliver was killed by signal 9, again in 0.x s"
}

@test "pauses grow when a stage dies again and again" {
	cup-config n1 pipeline='exit 70' >/dev/null
	launch_node
	eventually 10 logged 'again in (0\.[6-9]|1\.[0-9]) s'
	run -0 grep -c 'sh exited with 70, again in' node.log
	((output >= 8 && output <= 14))
	state degraded
}

@test "a stage that would fail again is not started again until a reload" {
	echo nonsense >p.policy
	launch_node
	eventually 5 logged 'n1: cup-filter exited with 78, not started again'
	logged "cup-filter: $PWD/p.policy:1: "
	eventually 5 state failed
	run -1 cup-node --status n1
	assert_line "failure cup-filter exited with 78, not started again"
	starts=$(status pipeline-starts)
	ask "held"
	# The stand-in asks to be let in time and again.
	run ! eventually 1 other pipeline-starts "$starts"
	refute [ -n "$(stage cup-log)" ]
	echo 'pass all' >p.policy
	run -0 cup-node --reload n1
	eventually 5 state up
	eventually 5 judged_once "hello" deliver
}

@test "a policy that is being written is judged by only once it is reloaded" {
	printf 'table t file "t.txt"\nreject t body matches <t>\npass all\n' \
		>p.policy
	echo forbidden >t.txt
	start_node
	judged "forbidden" return
	for half in 'pass all' '' nonsense; do
		echo "$half" >p.policy
		: >t.txt
		starts=$(status pipeline-starts)
		kill -9 "$(stage cup-filter)"
		eventually 5 other pipeline-starts "$starts"
		eventually 5 state up
		eventually 5 judged_once "forbidden" return
	done
	run -78 cup-node --reload n1
	judged "forbidden" return
	echo 'pass all' >p.policy
	run -0 cup-node --reload n1
	eventually 5 judged_once "forbidden" deliver
}

@test "a pipeline that ends while it is asked for is broken, not finished" {
	cup-config n1 pipeline='head -n 1' >/dev/null
	launch_node
	eventually 5 logged 'n1: sh ended before its input did, again in'
}

@test "a program that is gone is not looked for again and again" {
	start_node
	judged "hello" deliver
	rm bin/cup-deliver
	kill -9 "$(stage cup-filter)"
	eventually 5 logged \
		'cup-deliver cannot be started: No such file or directory, not'
	eventually 5 state failed
}

@test "a fresh pipeline that fails leaves the earlier one at work" {
	start_node
	# As when the file is damaged after it was checked.
	cup-config n1 pipeline='exit 78' >/dev/null
	kill -STOP "$(status intercept-pid)"
	run -0 cup-node --reload n1
	filter=$(stage cup-filter)
	[ -n "$filter" ]
	kill -CONT "$(status intercept-pid)"
	eventually 5 logged 'sh exited with 78, not started again'
}

@test "cup-intercept is started again, and meanwhile clients wait" {
	start_node
	pid=$(status intercept-pid)
	port=$(status listen | sed 's/.*://')
	kill -9 "$pid"
	eventually 5 logged 'cup-intercept was killed by signal 9, again in 0\.'
	run -0 bash -c ": <>/dev/tcp/127.0.0.1/$port"
	eventually 5 state up
	assert_not_equal "$(status intercept-pid)" "$pid"
	assert_equal "$(status intercept-starts)" 2
	judged "hello" deliver
}

@test "cup-intercept that would fail again is not started again" {
	echo 78 >stand-in/exit
	launch_node
	eventually 5 state failed
	logged 'n1: cup-intercept exited with 78, not started again'
	assert_equal "$(status intercept)" failed
	rm stand-in/exit
	run -0 cup-node --reload n1
	eventually 5 state up
	echo 70 >stand-in/exit
	kill "$(status intercept-pid)"
	eventually 5 logged 'cup-intercept exited with 70, again in'
	rm stand-in/exit
	eventually 10 state up
}

@test "the stages of a connection that was given up do not stay behind" {
	start_node
	filter=$(stage cup-filter) log=$(stage cup-log)
	kill -STOP "$log"
	kill -USR1 "$(status intercept-pid)"
	# The journal has one writer: the fresh one waits for the stopped one.
	eventually 15 gone "$log"
	gone "$filter"
	eventually 5 judged_once "hello" deliver
}

@test "the status is answered while cup-intercept is not able to" {
	start_node
	kill -STOP "$(status intercept-pid)"
	run -0 cup-node --status n1
	assert_line "pipeline unknown"
	refute_line --regexp '^clients'
	kill -CONT "$(status intercept-pid)"
	state up
}

@test "with cup-node killed all ends, and it starts anew" {
	start_node
	pids=$(status stage | cut -d ' ' -f 2; status intercept-pid)
	kill -9 "$NODE_PID"
	for pid in $pids; do
		eventually 5 gone "$pid"
	done
	run -1 cup-node --status n1
	start_node
	judged "hello" deliver
}

@test "what does not end is killed, at a second signal at once" {
	cup-config n1 hold-timeout=10m >/dev/null
	start_node
	pids=$(status stage | cut -d ' ' -f 2; status intercept-pid)
	touch stand-in/deaf
	kill "$NODE_PID"
	eventually 5 logged ': is stopping'
	kill "$NODE_PID"
	wait "$NODE_PID"
	for pid in $pids; do
		eventually 5 gone "$pid"
	done
}

@test "what hangs beyond its time is killed" {
	cup-config n1 hold-timeout=100ms >/dev/null
	start_node
	pid=$(status intercept-pid)
	touch stand-in/deaf
	run -0 cup-node --stop n1
	logged 'cup-intercept does not end, and is killed'
	gone "$pid"
}

# notifications: to notices, as systemd gets them.
notifications() {
	/usr/bin/python3 -c 'import socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("notify")
while True:
    print(s.recv(4096).decode().replace("\n", " "), flush=True)' >notices 3>&- &
	LISTENER=$!
	eventually 10 test -S notify
}

noticed() {
	grep -qE -- "$1" notices
}

@test "systemd is told how it goes" {
	notifications
	start_node env NOTIFY_SOCKET="$PWD/notify" WATCHDOG_USEC=200000
	eventually 5 noticed "^READY=1"
	eventually 5 noticed '^STATUS=up$'
	eventually 5 noticed '^WATCHDOG=1$'
	run -0 cup-node --reload n1
	eventually 5 noticed '^RELOADING=1 MONOTONIC_USEC=[0-9]+$'
	assert_equal "$(grep -c '^READY=1' notices)" 2
	run -0 cup-node --stop n1
	eventually 5 noticed '^STOPPING=1$'
}

@test "systemd is not kept waiting by what is not started again" {
	notifications
	echo 78 >stand-in/exit
	launch_node env NOTIFY_SOCKET="$PWD/notify"
	eventually 5 noticed "^READY=1"
	eventually 5 noticed '^STATUS=failed: cup-intercept exited with 78, not started again$'
}

@test "root becomes the node's user, whose files are its own" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	cup-config n1 user=nobody >/dev/null
	assert_equal "$(stat -c '%a %G' etc/n1.conf)" \
		"640 $(id -gn nobody)"
	mkdir journal
	chown nobody journal
	mkfifo stand-in/fifo
	chown -R nobody stand-in .
	let_others_in
	start_node
	judged "hello" deliver
	for pid in "$NODE_PID" "$(status intercept-pid)" \
		"$(stage cup-log)"; do
		run -0 grep -E '^(Uid|Gid|Groups):' "/proc/$pid/status"
		assert_line --regexp "^Uid:(	$(id -u nobody)){4}$"
		assert_line --regexp "^Gid:(	$(id -g nobody)){4}$"
		assert_line --regexp '^Groups:	 *$'
	done
	assert_equal "$(stat -c '%a %U' run/n1/key)" "600 nobody"
	assert_equal "$(stat -c '%a %U' run/n1)" "711 nobody"
	# root asks, and the node reads its settings again as its user.
	run -0 cup-node --reload n1
	run -0 cup-node --stop n1
	# As systemd starts it again.
	chown -R root etc
	start_node setpriv --bounding-set \
		-all,+setuid,+setgid,+chown,+net_bind_service
}
