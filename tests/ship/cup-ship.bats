# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034,SC2154
# cup-ship as a stage, before a real nats-server.

load ../lib/helpers
load ../lib/nats

setup_file() {
	DIR=$(mktemp -d /tmp/cup-nats.XXXXXX)
	start_nats "$DIR" 1
	export DIR NATS
	echo "${NATS_PID[0]}" >"$DIR/pid"
}

teardown_file() {
	kill -KILL "$(cat "$DIR/pid")"
	rm -rf "$DIR"
}

setup() {
	common_setup
	SHIP=
	STREAM=s$BATS_TEST_NUMBER
}

teardown() {
	[ -z "$SHIP" ] || kill -KILL "$SHIP" 2>/dev/null || :
	[ -z "${OWN-}" ] || stop_nats
}

ship() {
	cup-ship --stage "$NATS" --stream "$STREAM" --replicas 1
}

# One that goes on: what is written to 7 comes out in the file out.
open_ship() {
	mkfifo in
	cup-ship --stage "$NATS" --stream "$STREAM" --replicas 1 "$@" \
		<in >out 2>err 3>&- &
	SHIP=$!
	exec 7>in
}

lines() {
	[ "$(wc -l <out)" -eq "$1" ]
}

@test "what comes out is what went in, in order, with lines of others in between" {
	{
		echo '# greeting'
		gen-records 2000
		echo '# ping abc'
		NODE=a.b record login - '<session xmlns="urn:cup:session:1" jid="a@b/c"/>'
	} >in
	run --separate-stderr -0 ship <in
	assert_equal "$stderr" ""
	assert_equal "$output" "$(cat in)"
}

@test "a record goes on at once, and so does a ping" {
	open_ship --status status
	record send pass "$(message a@b/c d@e one)" >&7
	eventually 10 lines 1
	echo '# ping 1' >&7
	eventually 10 lines 2
	eventually 5 grep -qx 'state up' status
	exec 7>&-
	wait "$SHIP"
	assert_not_exists status
}

@test "while no server is there nothing goes on, and then all does" {
	OWN=1 NATS_PID=()
	start_nats "$BATS_TEST_TMPDIR/own" 1
	open_ship --status status
	record send pass "$(message a@b/c d@e one)" >&7
	eventually 10 lines 1
	kill_nats_server 0
	{
		record send pass "$(message a@b/c d@e two)"
		echo '# ping 2'
		record send pass "$(message a@b/c d@e three)"
	} >&7
	eventually 10 grep -q "stream '$STREAM' is not available: " err
	eventually 5 grep -qx 'state down' status
	eventually 5 grep -qx 'records 2' status
	lines 1
	start_nats_server 0
	eventually 10 lines 4
	assert_equal "$(column 9 <out | grep -o 'one\|two\|three' | xargs)" "one two three"
	grep -q "stream '$STREAM' is available" err
}

@test "a server that is stopped holds all up; with --skip-if-down nothing waits" {
	OWN=1 NATS_PID=()
	start_nats "$BATS_TEST_TMPDIR/own" 1
	open_ship --skip-if-down --unsafe
	record send pass "$(message a@b/c d@e one)" >&7
	eventually 10 lines 1
	kill_nats_server 0 STOP
	record send pass "$(message a@b/c d@e two)" >&7
	eventually 15 lines 2
	grep -q 'records go on without the stream having them' err
	exec 7>&-
	wait "$SHIP"
	grep -q '1 records went on without' err
}

# turned_away N: so often.
turned_away() {
	[ "$(grep -c 'authentication error' "$BATS_TEST_TMPDIR/own/s0.log")" -ge "$1" ]
}

@test "whom servers turn away for a while comes back" {
	OWN=1 NATS_PID=() NATS_CONF='authorization { user: ship, password: "one" }'
	start_nats "$BATS_TEST_TMPDIR/own" 1
	NATS=nats://ship:one@127.0.0.1:${NATS_PORT[0]} open_ship
	record send pass "$(message a@b/c d@e one)" >&7
	eventually 10 lines 1
	# libnats itself gives up for good when it is told twice.
	sed -i 's/"one"/"two"/' "$BATS_TEST_TMPDIR/own/s0.conf"
	kill_nats_server 0 HUP
	eventually 20 turned_away 4
	record send pass "$(message a@b/c d@e two)" >&7
	sed -i 's/"two"/"one"/' "$BATS_TEST_TMPDIR/own/s0.conf"
	kill_nats_server 0 HUP
	eventually 10 lines 2
}

@test "a stream with fewer replicas than wanted is not used" {
	gen-records 1 >in
	ship <in >out
	run --separate-stderr -78 cup-ship --stage "$NATS" --stream "$STREAM" <in
	assert_output ""
	assert_equal "$stderr" "cup-ship: stream '$STREAM' cannot be used: it has 1 replicas, of 3 that it has to have"
}

@test "what is no record, and what is too large for the servers, does not go on" {
	{
		echo nonsense
		record send pass "$(message a@b/c d@e "$(printf '%01100000d' 0)")"
		record send pass "$(message a@b/c d@e last)"
	} >in
	run --separate-stderr -65 ship <in
	assert_equal "$(wc -l <<<"$output")" 1
	assert_output --partial last
	assert_regex "$stderr" 'line 1: .*record .* is larger than its servers take; it does not go on'
}

@test "SIGTERM ends it, and what is not stored does not go on" {
	OWN=1 NATS_PID=()
	start_nats "$BATS_TEST_TMPDIR/own" 1
	kill_nats_server 0
	open_ship
	record send pass "$(message a@b/c d@e one)" >&7
	kill "$SHIP"
	wait "$SHIP" || assert_equal "$?" 143
	assert_file_empty out
}

@test "output that cannot be written ends it" {
	gen-records 10 >in
	ship <in >/dev/full 2>err || assert_equal "$?" 74
	assert_equal "$(cat err)" "cup-ship: cannot write to standard output: No space left on device"
}
