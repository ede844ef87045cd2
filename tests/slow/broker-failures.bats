#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The table of failures in cup-broker(1), row by row, with users who talk
# through a node before a real server (Prosody) all the while.
# shellcheck disable=SC2016,SC2034

load ../lib/helpers
load ../lib/serve
load ../lib/broker
load ../lib/servers
load ../lib/disk
load ../lib/outage

setup_file() {
	outage_setup_file
}

teardown_file() {
	stop_all
}

setup() {
	outage_setup
}

teardown() {
	outage_teardown
}

# row HOW SERVER...: break_it and mend_it of the test, with traffic at a node
# that has these servers. HOW is "broken", where senders are told, or "broken
# but", where another server takes over.
row() {
	local how=$1 name
	shift
	[ -n "${URLS-}" ] || for name; do
		URLS+=("$(url "$name")")
	done
	node n1 "${URLS[@]}"
	traffic n1 alice bob carol dave
	break_it
	tell_traffic n1 "$how"
	traffic_says n1 seen
	mend_it
	tell_traffic n1 mended
	traffic_says n1 mended
	account n1 "$@"
}

killed() {
	judge_signal KILL "${JUDGE[$1]}"
}

@test "a server is killed, another is up" {
	break_it() { killed one; }
	mend_it() { server one; }
	server one
	server two
	row "broken but" one two
	at_most n1 flows "$SLACK"
	assert_equal "$(figure n1 errors)" 0
}

@test "all servers are killed, and one is back: its port is closed meanwhile" {
	break_it() { killed two && killed one; }
	mend_it() { server two; }
	server one
	server two
	row broken one two
	at_most n1 again $((5000 + SLACK))
	run -0 grep -c 'cannot be used: Connection refused' n1.log
}

@test "the server's host is gone without a word, another is up, and it is back" {
	break_it() { ip -n "$NETNS" link set far down; }
	mend_it() { ip -n "$NETNS" link set far up; }
	if far_host; then
		server far '' far
		URLS=("$(url far)")
	else
		break_it() { kill -USR1 "$PROXY"; }
		mend_it() { kill -USR2 "$PROXY"; }
		server far
		deaf_way far
		URLS=("$(url far)")
	fi
	IN_FRONT='' HOST=''
	server two
	URLS+=("$(url two)")
	row "broken but" far two
	at_most n1 flows "$SLACK"
	assert_equal "$(figure n1 errors)" 0
	grep -q 'is down: it is silent' n1.log
}

@test "the way to the only server is cut without a word" {
	break_it() { kill -USR1 "$PROXY"; }
	mend_it() { kill -USR2 "$PROXY"; }
	server one
	deaf_way one
	row broken one
	at_most n1 again $((5000 + SLACK))
	grep -q 'is down: it is silent' n1.log
}

@test "there is no route to the only server" {
	break_it() { ip route add unreachable "$HOST"; }
	mend_it() { ip route delete unreachable "$HOST"; }
	far_host || skip "needs a network of its own"
	server far '' far
	row broken far
	at_most n1 again $((5000 + SLACK))
	grep -q 'cannot be used: No route to host' n1.log
}

@test "a server is stopped, another is up" {
	break_it() { judge_signal STOP "${JUDGE[one]}"; }
	mend_it() { judge_signal CONT "${JUDGE[one]}"; }
	server one
	server two
	row "broken but" one two
	at_most n1 flows "$SLACK"
	assert_equal "$(figure n1 errors)" 0
}

@test "the only server is stopped" {
	break_it() { judge_signal STOP "${JUDGE[one]}"; }
	mend_it() { judge_signal CONT "${JUDGE[one]}"; }
	server one
	row broken one
	at_most n1 again $((5000 + SLACK))
	# What it decided after that is named, and was no delivery.
	grep -q 'came back too late' n1.log
	run -0 cup-search --event=done n1.refused
	assert_output --partial 'outcome="late"'
}

@test "the only server is slow" {
	break_it() { touch slow; }
	mend_it() { rm slow; }
	server one 'while IFS= read -r line; do
			[ ! -e slow ] || sleep 0.3; printf "%s\n" "$line"; done |'
	row broken one
}

@test "the server's disk is full" {
	break_it() { fill_disk; }
	mend_it() { rm disk/fill; }
	small_disk one.n1
	server one
	row broken one
}

@test "a server answers wrongly, another is up" {
	break_it() { touch wrong; }
	mend_it() { rm wrong; }
	AFTER='| while IFS= read -r line; do
			[ ! -e wrong ] || line=${line%%-*}
			printf "%s\n" "$line"; done' server one
	server two
	row "broken but" one two
	assert_equal "$(figure n1 errors)" 0
	grep -q 'a line .*it does not count' n1.log
}

@test "the server has a wrong certificate" {
	break_it() { killed one && server one '' wrong; }
	mend_it() { killed one && server one; }
	server one
	row broken one
	at_most n1 again $((5000 + SLACK))
	grep -q 'cannot be used: .*certificate' n1.log
}

@test "cup-broker is killed" {
	break_it() { kill -9 "$(status n1 stage | sed -n 's/^cup-broker //p')"; }
	mend_it() { :; }
	server one
	row "broken but" one
	assert_equal "$(figure n1 errors)" 0
}

@test "one of two nodes loses its server: the other one's users notice nothing" {
	server one
	server two
	node n1 "$(url one)"
	node n2 "$(url two)"
	traffic n1 alice bob carol dave
	traffic n2 eve frank grace heidi
	killed one
	tell_traffic n1 broken
	tell_traffic n2 "broken but"
	traffic_says n2 seen
	traffic_says n1 seen
	account n2 two
	assert_equal "$(figure n2 errors)" 0
	assert_equal "$(figure n2 login)" in
	at_most n2 slowest $((HOLD + SLACK))
	server one
	tell_traffic n1 mended
	traffic_says n1 mended
	account n1 one
	run -1 cup-search --node n2 one.n1
	run ! grep -q 'is down' n2.log
}

# wrong NAME SNIPPET TEXT: what the server answers, with the line changed by
# the shell so, is named so, and the sender is told.
wrong() {
	echo "$2" >"$1"
	echo "$1" >&9
	said "$1 told"
	eventually 5 grep -qF "$3" n1.log || fail "no '$3' in: $(<n1.log)"
	echo : >"$1"
}

@test "what a server answers wrongly is named, and delivered to nobody" {
	CASES=told.py
	AFTER='| while IFS= read -r line; do
			case $line in
			*wrong*) name=${line#*wrong }; . "./${name%%<*}" ;;
			*twice*) printf "%s\n" "$line" ;;
			esac
			printf "%s\n" "$line"; done' server one
	# A busy machine may take a while for 8 MiB.
	SETTINGS=judge-only=yes PING=2s ANSWER=2s HOLD=300 \
		node n1 "$(url one)"
	PORT=${AT[n1]} begin_case wrong
	said ready
	wrong changed 'line=$(printf "%s\n" "$line" | sed "s/wrong/right/")' \
		'has another stanza, where it may only judge'
	wrong node 'line=$(printf "%s\n" "$line" | sed "s/\tn1\t/\tn2\t/")' \
		'is of another node'
	wrong unknown 'line=019aac21-ffff-7000-8000-000000000000${line#????????-????-????-????-????????????}' \
		'answers what was never asked'
	wrong garbage 'line=garbage' 'a line has fewer than ten fields'
	wrong endless 'yes | tr -d "\n"' 'a line is longer than 8 MiB'
	go_on
	end_case
	grep -q 'comes twice' n1.log
	# What it answered well in the end was too late.
	grep -q 'came back too late' n1.log
	run -1 cup-search --event recv n1 wrong
}

@test "what no server judged is asked again, also what somebody is to receive" {
	gave_up() { [ "$(grep -c 'it does not go on' n1.log)" -ge 2 ]; }
	break_it() { echo recv >broken && eventually 20 gave_up && echo send >broken; }
	mend_it() { rm broken; }
	cat >mangle.py <<-'EOF'
		import sys
		for line in sys.stdin:
		    try:
		        with open("broken") as f:
		            kind = f.read().strip()
		    except FileNotFoundError:
		        kind = "none"
		    if line[0] != "#" and f"\t{kind}\t" in line:
		        line = line.replace("\tn1\t", "\tn2\t", 1)
		    print(line, end="", flush=True)
	EOF
	AFTER='| /usr/bin/python3 mangle.py' server one
	row broken one
	at_most n1 again $((16000 + SLACK))
}
