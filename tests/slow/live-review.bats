#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# 1,000 releases under load, while everything of a node is killed in turn: each
# message arrives once.

load ../lib/helpers
load ../lib/servers
load ../lib/through
load ../lib/reviewers

setup() {
	common_setup
	STARTED=()
	JOURNAL=$PWD/journal REVIEW=$PWD/journal.review
}

teardown() {
	tail -n 40 node.log 2>/dev/null || :
	stop_all
}

# clients FILE OPTION...: of reviewed.py, in the background; what they say is
# in FILE.
clients() {
	local file=$1
	shift
	PYTHONPATH=$TOP/tests/clients timeout 300 /usr/bin/python3 \
		"$TOP/tests/clients/reviewed.py" "$@" >"$file" 2>"$file.err" 3>&- &
	CLIENTS=$!
	STARTED+=("$CLIENTS")
}

# The component's way to the server, which can be cut.
start_link() {
	LINK=$(free_port)
	socat "TCP-LISTEN:$LINK,bind=127.0.0.1,reuseaddr,fork" \
		"TCP:127.0.0.1:$COMP" 2>link.log 3>&- &
	RELAY=$!
	STARTED+=("$RELAY")
	eventually 10 listens "$LINK"
}

cut_link() {
	local pid
	for pid in $(pgrep -P "$RELAY"); do
		kill -9 "$pid"
	done
}

# Users who talk all the time, and come back.
begin_talk() {
	PYTHONPATH=$TOP/tests/clients timeout 300 /usr/bin/python3 \
		"$TOP/tests/clients/kills.py" "$PORT" 250 >talk.out 2>&1 3>&- &
	TALK=$!
	STARTED+=("$TALK")
	eventually 20 grep -q begun talk.out
}

end_talk() {
	kill -HUP "$TALK"
	wait "$TALK" || { cat talk.out; return 1; }
	tail -n 1 talk.out
}

# The node again, as systemd does.
node_again() {
	eventually 10 gone "$INTERCEPT"
	cup-node n1 >node.out 2>>node.log </dev/null 3>&- &
	NODE=$!
	STARTED+=("$NODE")
}

pid_of() {
	status stage | sed -n "s/^$1 //p" | head -n 1
}

# kill_pid COMMAND...: that prints it. What is just started again has none.
kill_pid() {
	local pid
	pid=$("$@") && [ -n "$pid" ] && kill -9 "$pid" 2>/dev/null
}

intercept_runs() {
	INTERCEPT=$(status intercept-pid) && kill -0 "$INTERCEPT" 2>/dev/null
}

# kill_one N: each of them in turn.
kill_one() {
	eventually 30 intercept_runs
	case $(($1 % 7)) in
	0) kill -9 "$INTERCEPT" ;;
	1) eventually 30 kill_pid status keeper-pid ;;
	2) eventually 30 kill_pid pid_of cup-filter ;;
	3) eventually 30 kill_pid pid_of cup-log ;;
	4) eventually 30 kill_pid pid_of cup-deliver ;;
	5) cut_link ;;
	6) kill -9 "$NODE" && node_again ;;
	esac
}

well() {
	status_is state up && status_is pipeline up
}

release() {
	cup-review --node n1 --release "$@" --why 'it is signed' >>released \
		2>>release.err
}

waiting() {
	cup-review --to "$REVIEW" "$JOURNAL" | cut -f 1
}

# Each batch is released while something dies; what nobody took is released
# again.
release_all() {
	local ids i releasing
	mapfile -t ids < <(waiting)
	assert_equal "${#ids[@]}" 1000
	for ((i = 0; i < 25; i++)); do
		release "${ids[@]:i*40:40}" &
		releasing=$!
		kill_one "$i"
		wait "$releasing" || :
		eventually 30 well
	done
	eventually 30 none_waits
}

# none_waits: whether all are released; what is not, is now.
none_waits() {
	local ids
	mapfile -t ids < <(waiting)
	[ "${#ids[@]}" -gt 0 ] || return 0
	release "${ids[@]}" || :
	return 1
}

# outcomes: of each release, its id and outcome.
outcomes() {
	cup-search --event review "$REVIEW" | cut -f 9 | sed -n \
		's/.* ref="\([^"]*\)" verdict="done".* outcome="\([a-z]*\)".*/\1 \2/p' |
		sort -u
}

all_done() {
	[ "$(outcomes | wc -l)" -eq 1000 ]
}

numbers() {
	sed -n 's/.*contract \([0-9]*\)<.*/\1/p' | sort -n
}

each_once() {
	local got
	reviewed_node --tls optional --hold-timeout 2s
	begin_talk
	clients sender send "$PORT" 1000 u{0..7} v0 v1
	wait "$CLIENTS" || { cat sender*; return 1; }
	clients stay get "$PORT-" v0 v1
	got=$CLIENTS
	release_all
	eventually 60 all_done || { outcomes | wc -l; return 1; }
	end_talk
	assert_equal "$(outcomes | cut -d ' ' -f 2 | sort -u)" sent
	# Who was away comes now.
	clients come get "$PORT" u{0..7}
	wait "$CLIENTS"
	kill "$got"
	wait "$got" || :
	echo "# $(wc -l <come) came late, $(wc -l <stay) at once, $(grep -c 'second copy' node.log) copies were dropped" >&3
	# Each of these came, once, with its own time.
	assert_equal "$(cut -d ' ' -f 3 come stay | sort -u)" delayed
	sort -k 2n come | awk '{ print $2 }' >came
	run -0 cmp came <(seq 0 999 | awk '$1 % 10 < 8')
	# What a killed node was just giving away is on record as given.
	assert_equal "$(cut -d ' ' -f 2 stay | sort | uniq -d)" ""
	cup-search --event recv --verdict pass "$JOURNAL" contract | cut -f 9 |
		numbers >given
	assert_equal "$(uniq -d given)" ""
	# But for what a server had written to a node that was killed before it
	# read it: that is lost with the connection, as without a node.
	sort given | comm -13 - <(seq 0 999 | sort) >lost
	echo "# $(wc -l <lost) lost by the server with a connection" >&3
	run ! grep -v '[89]$' lost
	assert_equal "$(cut -d ' ' -f 2 stay | sort | comm -12 - lost)" ""
	assert [ "$(wc -l <lost)" -le 20 ]
	# One release each.
	assert_equal "$(cup-search --event review "$REVIEW" | grep -c 'verdict="release"')" 1000
	run -0 cup-verify "$JOURNAL" "$REVIEW" refused
}

@test "1,000 releases while all of a node is killed: each message arrives once" {
	ARCHIVE='' start_server acme.localhost w u{0..7} v0 v1 k{0..5}
	start_link
	each_once
}

@test "before ejabberd, too" {
	ARCHIVE='' start_ejabberd acme.localhost w u{0..7} v0 v1 k{0..5}
	start_link
	each_once
}

@test "before ejabberd what is released comes the same" {
	SERVER=ejabberd run bats "$TOP/tests/live/review.bats"
	assert_success
}

@test "before ejabberd, too, what a compliance server's reviewers release" {
	SERVER=ejabberd run bats "$TOP/tests/live/review-third-party.bats"
	assert_success
}
