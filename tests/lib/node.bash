# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# A node whose cup-intercept is tests/lib/stand-in.c; for the tests of cup-node.

# node_setup: cup-node and the stages beside the stand-in, and settings.
node_setup() {
	mkdir bin etc stand-in
	cp "$CUP_BIN"/cup-{node,config,filter,log,deliver,review,upload,seal} bin
	cp "$CUP_TESTS/stand-in" bin/cup-intercept
	mkfifo stand-in/in
	export PATH=$PWD/bin:$PATH STAND_IN=$PWD/stand-in
	export CUP_CONFIG_DIR=$PWD/etc CUP_RUN_DIR=$PWD/run
	printf 'reject secret body matches /secret/\npass rest\n' >p.policy
	cup-config n1 listen=tcp:127.0.0.1:0 server=tcp:127.0.0.1:9 \
		domain=a.example policy="$PWD/p.policy" \
		journal="$PWD/journal" >/dev/null
	NODE_PID=
}

node_teardown() {
	node_end
	# make asan: what a daemon did wrong stands in its log only.
	! grep -A 20 -E 'Sanitizer|runtime error' node.log 2>/dev/null
}

node_end() {
	[ -n "$NODE_PID" ] || return 0
	kill "$NODE_PID" 2>/dev/null || return 0
	# A second one does not wait for anything.
	eventually 3 gone "$NODE_PID" || kill "$NODE_PID" 2>/dev/null ||
		return 0
	eventually 5 gone "$NODE_PID" || kill -9 "$NODE_PID"
}

# let_others_in: through the folders above, which are not everyone's.
let_others_in() {
	local path=$PWD
	while [ "$path" != / ]; do
		[ "$(stat -c %A "$path" | cut -c 10)" = x ] ||
			chmod o+x "$path"
		path=$(dirname "$path")
	done
}

gone() {
	! kill -0 "$1" 2>/dev/null
}

# start_node [COMMAND...]: until it is up, log in node.log.
start_node() {
	launch_node "$@"
	eventually 10 state up || fail "not up: $(<node.log)"
}

launch_node() {
	"$@" cup-node n1 2>>node.log 3>&- &
	NODE_PID=$!
}

# status KEY: its values, a line each.
status() {
	cup-node --status n1 2>/dev/null | sed -n "s/^$1 //p"
}

state() {
	[ "$(status state)" = "$1" ]
}

# stage PROGRAM: the process id of that stage.
stage() {
	status stage | sed -n "s/^$1 //p"
}

# other KEY VALUE: there is one by now, and it is another.
other() {
	local now
	now=$(status "$1")
	[ -n "$now" ] && [ "$now" != "$2" ]
}

logged() {
	grep -qE -- "$1" node.log
}

# put RECORD: into the pipeline, as cup-intercept does.
put() {
	printf '%s\n' "$1" >stand-in/in
}

# back PATTERN: a line of that kind came out of it.
back() {
	grep -qE -- "$1" stand-in/out
}

# ask BODY: put a message with that body into the pipeline; ID is its record's.
ask() {
	RECORDS=$((RECORDS + 1))
	ID=$(printf '019aac21-0000-7000-8000-%012d' \
		$((BASHPID * 10000 + RECORDS)))
	put "$(NODE=n1 record send - "$(message a@a.example b@a.example "$1")")"
}

# judged BODY VERDICT: such a message comes back so.
judged() {
	ask "$1"
	eventually 5 back "^$ID	.*	$2	"
}

# judged_once BODY VERDICT: by now such a message comes back so.
judged_once() {
	ask "$1"
	eventually 2 back "^$ID	"
	back "^$ID	.*	$2	"
}
