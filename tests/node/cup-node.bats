#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# cup-node: starting, asking, reloading and stopping a node.

load ../lib/helpers
load ../lib/node

setup() {
	common_setup
	node_setup
}

teardown() {
	node_teardown
}

@test "it conducts itself like the other programs" {
	conducts_itself cup-node n1
}

@test "a wrong call is a wrong call" {
	run -64 cup-node
	assert_output --partial "no node given"
	run -64 cup-node n1 n2
	run -64 cup-node ../n1
	run -64 cup-node --json n1
	run -64 cup-node --stop --reload n1
	CUP_RUN_DIR=run run -64 cup-node n1
	assert_output "cup-node: CUP_RUN_DIR 'run': is not an absolute path"
}

@test "with mistakes in its settings it does not start, and names each" {
	run -78 cup-node n2
	assert_output "cup-node: cannot read '$CUP_CONFIG_DIR/n2.conf': No such file or directory"
	echo 'on-failure pass' >>etc/n1.conf
	echo 'nonsense' >>etc/n1.conf
	run -78 cup-node n1
	assert_line --index 0 "cup-node: $CUP_CONFIG_DIR/n1.conf:7: unknown key 'nonsense'"
	assert_line --index 1 --regexp "n1.conf:6: on-failure: pass lets "
	assert_file_not_exists run
}

@test "a program that is missing is named, and nothing is started" {
	cup-config n1 compliance=third-party compliance-server=tcp:h:1 \
		>/dev/null
	mkdir kit
	cp "$CUP_BIN"/cup-{node,intercept,log,deliver} kit
	PATH=/usr/bin:/bin run -69 kit/cup-node n1
	assert_output "cup-node: cup-broker is neither beside this program nor in PATH"
}

@test "a listener that cannot be had is named" {
	cup-config n1 listen=tcp:192.0.2.1:5222 >/dev/null
	run -69 cup-node n1
	assert_output --partial "cannot listen on tcp:192.0.2.1:5222: "
}

@test "the command lines are printed as a shell takes them" {
	cup-config n1 policy="$PWD/my own.policy" >/dev/null
	run --separate-stderr -0 cup-node --commands n1
	assert_line --index 0 --partial "cup-intercept --node n1 --listen fd:listen0 --pipeline unix:$PWD/run/n1/pipeline --status unix:$PWD/run/n1/status --server tcp:127.0.0.1:9 --domain a.example "
	assert_line --index 1 "cup-filter --snapshot $PWD/run/n1/snapshot '$PWD/my own.policy'"
	assert_line --index 2 "cup-log --wait --key $PWD/run/n1/key --segment-size 256M --segment-age 1d --status-file $PWD/run/n1/stage1 $PWD/journal"
	assert_line --index 3 "cup-deliver --records --key $PWD/run/n1/key"
}

@test "a node comes up, and what goes through it is judged and journaled" {
	start_node
	judged "hello" deliver
	judged "a secret" return
	eventually 5 logged '^cup-node: n1: is up$'
	run -0 cup-node --stop n1
	run -0 bash -c 'cat journal/*.log | grep -c "a secret"'
	assert_output 1
	logged '^cup-node: n1: is stopping$'
	logged '^cup-node: n1: has ended$'
}

@test "cup-intercept gets sockets that listen, and its options" {
	cup-config n1 hold-timeout=3s max-per-peer=7 certificate=/c \
		private-key=/k listen=tcp:127.0.0.1:0 listen=tls:127.0.0.1:0 \
		packet-size-limit=no on-failure=pass unsafe=yes >/dev/null
	start_node
	args=$(tr '\n' ' ' <stand-in/args)
	for option in "--listen fd:listen0 --listen tls-fd:listen1" \
		"--hold-timeout 3s" "--max-per-peer 7" "--tls required" \
		"--max-size 3M" "--on-failure pass --unsafe" \
		"--refused $PWD/journal.refused"; do
		[[ $args = *"$option "* ]] || fail "$option: $args"
	done
	pid=$(status intercept-pid)
	run -0 cat stand-in/environment
	assert_line "LISTEN_PID=$pid"
	assert_line "LISTEN_FDS=2"
	assert_line "LISTEN_FDNAMES=listen0:listen1"
	assert_equal "$(readlink "/proc/$pid/fd/3" | cut -d : -f 1)" socket
	port=$(status listen | sed -n 's/^tls:127.0.0.1://p')
	run -0 bash -c ": <>/dev/tcp/127.0.0.1/$port"
}

@test "a stage has its three descriptors, and no others of the node's" {
	start_node
	run -0 find "/proc/$(stage cup-filter)/fd" -lname 'socket:*' -o \
		-lname 'anon_inode:*' -o -lname "$PWD/*.lock"
	assert_output "/proc/$(stage cup-filter)/fd/0"
	run -1 grep -z '^NOTIFY_SOCKET=' "/proc/$(stage cup-log)/environ"
}

@test "the status is lines, or JSON, and its exit code tells" {
	start_node
	run --separate-stderr -0 cup-node --status n1
	assert_line "node n1"
	assert_line "state up"
	assert_line "compliance local"
	assert_line "intercept up"
	assert_line "pipelines 1"
	assert_line "clients 3"
	assert_line --regexp '^stage cup-deliver [0-9]+$'
	run --separate-stderr -0 bash -c 'cup-node --status --json n1 |
		/usr/bin/python3 -c "import json, sys; s = json.load(sys.stdin)
print(s[\"state\"], s[\"clients\"], len(s[\"stage\"]), s[\"pending\"] if \"pending\" in s else \"-\")"'
	assert_output "up 3 3 -"
	run -74 bash -c 'cup-node --status n1 >/dev/full'
}

@test "there is one cup-node for a node" {
	start_node
	run -75 cup-node n1
	assert_output "cup-node: node 'n1' runs already (process $NODE_PID)"
	state up
}

@test "what does not run is said not to run" {
	for what in status stop reload; do
		run -1 cup-node "--$what" n1
		assert_output "cup-node: node 'n1' does not run"
	done
}

@test "a stop waits until everything is gone, and leaves nothing" {
	start_node
	pids=$(status stage | cut -d ' ' -f 2; status intercept-pid)
	run -0 cup-node --stop n1
	assert_output ""
	wait "$NODE_PID"
	for pid in $pids; do
		gone "$pid" || fail "$pid is there"
	done
	run -0 find run -type f -o -type s
	assert_output "run/n1.lock"
	run -1 cup-node --stop n1
	start_node
}

@test "a reload takes the new policy, and cup-intercept stays" {
	start_node
	pid=$(status intercept-pid) filter=$(stage cup-filter)
	judged "hello" deliver
	echo 'reject all' >p.policy
	run -0 cup-node --reload n1
	assert_output ""
	eventually 5 gone "$filter"
	judged "hello" return
	echo 'pass all' >p.policy
	kill -HUP "$NODE_PID"
	eventually 5 judged_once "hello" deliver
	assert_equal "$(status intercept-pid)" "$pid"
	assert_equal "$(status intercept-starts)" 1
}

@test "a shadow is tried beside the policy, and is no fault where it has one" {
	printf 'hold hello body matches hello\npass rest\n' >new.policy
	cup-config n1 shadow="$PWD/new.policy" shadow-journal="$PWD/tried" >/dev/null
	start_node
	judged "hello" deliver
	eventually 10 bash -c "grep -qs hello tried/*.log"
	assert_equal "$(cup-search tried | cut -f 6)" hold
	echo nonsense >new.policy
	cup-node --reload n1
	judged "hello" deliver
	eventually 10 logged 'cup-filter: shadow: .*new.policy:1: '
	cup-node --stop n1
	run -0 cup-verify tried
}

@test "a reload with mistakes changes nothing, and names them" {
	start_node
	filter=$(stage cup-filter)
	echo 'nonsense' >>p.policy
	run -78 cup-node --reload n1
	assert_output --partial "cup-filter: $PWD/p.policy:3: "
	kill -HUP "$NODE_PID"
	eventually 5 logged "n1: the settings are not taken over"
	echo 'hold-timeout never' >>etc/n1.conf
	run -78 cup-node --reload n1
	assert_output --partial "n1.conf:6: hold-timeout 'never': "
	assert_equal "$(stage cup-filter)" "$filter"
	judged "hello" deliver
}

@test "what a reload cannot change waits for a restart, and is shown" {
	start_node
	cup-config n1 hold-timeout=1s policy="$PWD/q.policy" >/dev/null
	echo 'reject all' >q.policy
	run -0 cup-node --reload n1
	assert_output "cup-node: hold-timeout changed: waits for a restart"
	judged "hello" return
	assert_equal "$(status pending)" hold-timeout
	run -0 cup-node --stop n1
	start_node
	assert_equal "$(status pending)" ""
	run -0 grep -A 1 -- --hold-timeout stand-in/args
	assert_line 1s
}

@test "compliance none lets everything through, and says so loudly" {
	cup-config n1 compliance=none >/dev/null
	start_node
	judged "a secret" deliver
	assert_file_not_exists journal
	assert_equal "$(status warning | head -n 1)" "nothing is judged and nothing is journaled: compliance is none"
	logged "n1: ANYTHING IS LET THROUGH: compliance is none"
	# The other settings are not lost.
	cup-config n1 compliance= >/dev/null
	run -0 cup-node --reload n1
	judged "a secret" return
}

@test "events without messages are said to be unsafe" {
	run -78 cup-config n1 events=login,muc
	cup-config n1 unsafe=yes events=login,muc >/dev/null
	start_node
	logged 'n1: UNSAFE: messages are let through unjudged: events is login,muc'
	assert_equal "$(status warning | head -1)" 'messages are let through unjudged: events is login,muc'
}

@test "a pipeline of one's own finds the node, its key and the programs" {
	cup-config n1 pipeline="echo \"\$CUP_NODE\" >seen; exec 3>&1; cup-filter $PWD/p.policy | cup-log --wait --key \"\$CUP_KEY\" $PWD/journal | cup-deliver --records --key \"\$CUP_KEY\"" >/dev/null
	start_node env -u STRANGE
	judged "hello" deliver
	assert_equal "$(cat seen)" n1
	assert_equal "$(status stage | wc -l)" 1
}
