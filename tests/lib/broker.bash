# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# Compliance servers for cup-broker, and a cup-broker that is spoken to line by
# line. Ends what it started. Needs serve.bash.

broker_setup() {
	common_setup
	STARTED=()
	echo 'pass default' >pass.policy
}

broker_teardown() {
	[ -z "${BROKER-}" ] || kill "$BROKER" 2>/dev/null || :
	stop_all
}

# judge NAME [COMMAND]: a server at unix:NAME. One that was killed there has left
# its socket, which what it was just starting may still have.
judge() {
	rm -f "$1"
	setsid cup-serve -q "unix:$1" \
		-c "${2:-cup-filter pass.policy | cup-log --wait $1.journal}" \
		2>>"$1.log" 3>&- 7>&- &
	JUDGE=$!
	STARTED+=("$JUDGE")
	eventually 10 test -S "$1" || fail "$(cat "$1.log")"
}

# Its whole process group, as kill does: the server and what it runs.
judge_signal() {
	local pid children
	children=$(pgrep -P "$2" || :)
	kill "-$1" "$2"
	for pid in $children; do
		kill "-$1" -- "-$pid" 2>/dev/null || :
	done
}

# broker ARGS...: started with what is written to fd 7 as its input; its
# output goes to the file out, what it says to the file log.
broker() {
	rm -f in
	mkfifo in
	: >log
	: >out
	cup-broker --ping-interval 200ms --answer-timeout 1s \
		--connect-timeout 500ms "$@" <in >out 2>>log 3>&- 7>&- &
	BROKER=$!
	exec 7>in
}

# The end of its input; its status is $status.
broker_end() {
	exec 7>&-
	status=0
	# shellcheck disable=SC2034
	wait "$BROKER" || status=$?
	BROKER=
}

# said TEXT: cup-broker says that, now or soon.
said() {
	eventually 10 grep -qF -- "$1" log || fail "no '$1' in: $(cat log)"
}

# came N: so many lines are out, now or soon.
has_lines() {
	[ "$(wc -l <out)" -ge "$1" ]
}
came() {
	eventually "${2:-10}" has_lines "$1" || fail "$(wc -l <out) lines; $(cat log)"
}

# in_order FILE: what came out of the file FILE is the same, in the order of
# each session.
in_order() {
	diff <(cut -f 1,4 "$1" | sort -s -k 2) \
		<(cut -f 1,4 out | sort -s -k 2) >/dev/null ||
		fail 'lost, twice, or out of order'
}
