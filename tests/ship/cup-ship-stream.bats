# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034,SC2154
# cup-ship with journals and a stream of a real nats-server, both ways.

load ../lib/helpers
load ../lib/journal
load ../lib/nats
load ../lib/serve

setup_file() {
	DIR=$(mktemp -d /tmp/cup-nats.XXXXXX)
	start_nats "$DIR" 1
	export DIR NATS
	export HOST=${NATS_HOST[0]} PORT=${NATS_PORT[0]}
	echo "${NATS_PID[0]}" >"$DIR/pid"
}

teardown_file() {
	kill -KILL "$(cat "$DIR/pid")"
	rm -rf "$DIR"
}

setup() {
	common_setup
	STARTED=()
	STREAM=s$BATS_TEST_NUMBER
	NATS_HOST=("$HOST") NATS_PORT=("$PORT") NATS_PID=()
}

teardown() {
	[ "${#STARTED[@]}" -eq 0 ] ||
		kill -KILL "${STARTED[@]}" 2>/dev/null || :
	stop_nats
}

ship() {
	cup-ship "$NATS" --stream "$STREAM" --replicas 1 "$@"
}

# follow ARGS...: in the background, with what it says in err and out.
follow() {
	cup-ship -f --stream "$STREAM" --replicas 1 "$@" >out 2>err 3>&- 7>&- &
	SHIP=$!
	STARTED+=("$SHIP")
}

from() {
	cup-ship --from "$NATS" --stream "$STREAM" "$@"
}

# records JOURNAL: as they came.
records() {
	journal_texts "$1" | grep -v "^#"
}

without_origin() {
	sed "s/\tstream=$STREAM:[0-9]*$//"
}

# The stream has these journals' records, each journal's in order, and no more.
has() {
	stream "$STREAM"
	[ "$(wc -l <stream)" -eq "$(for j; do records "$j"; done | wc -l)" ] || return
	for j; do
		cmp <(records "$j") <(awk -F'\t' 'NR == FNR { of[$1]; next }
			$1 in of' <(records "$j") stream) || return
	done
}

# two_journals COUNT: of node1 in j and node2 in k.
two_journals() {
	gen-records "$1" 1 | cup-log --segment-size 256K j >/dev/null
	gen-records "$1" 2 | sed 's/\tnode1\t/\tnode2\t/' | cup-log k >/dev/null
}

@test "journals come into a stream once, each in order, and go on where they were" {
	two_journals 1000
	run --separate-stderr -0 ship j k
	assert_equal "$output$stderr" ""
	has j k
	run --separate-stderr -0 ship k j
	assert_equal "$stderr" ""
	has j k
	gen-records 500 3 | cup-log j >/dev/null
	ship j
	has j k
}

@test "a journal is followed while it is written, compressed and pruned" {
	mkfifo in
	cup-log --segment-size 64K j <in >/dev/null 3>&- &
	STARTED+=("$!")
	exec 7>in
	gen-records 200 1 >&7
	# It may be compressed by now.
	eventually 10 compgen -G 'j/00000000000000000001.log*' >/dev/null
	follow --status status "$NATS" j
	eventually 10 has j
	grep -qx 'state up' status
	gen-records 600 2 >&7
	eventually 10 has j
	records j >all
	eventually 10 test -e j/00000000000000000001.log.zst
	cup-prune --yes --keep 1s j
	gen-records 10 4 >>all
	gen-records 10 4 >&7
	eventually 10 same
	kill "$SHIP"
	wait "$SHIP" || assert_equal "$?" 143
	assert_equal "$(cat err)" ""
	assert_not_exists status
	exec 7>&-
}

ended() {
	! kill -0 "$SHIP" 2>/dev/null
}

same() {
	stream "$STREAM"
	cmp -s all stream
}

@test "a journal is made of a stream, and goes on where it was, whatever was killed" {
	two_journals 1000
	ship j k
	run --separate-stderr -0 from central
	assert_equal "$stderr" ""
	assert_equal "$(without_origin <<<"$output")" "$(cat <(stream "$STREAM") stream)"
	from central | head -n 700 | cup-log central >/dev/null
	from central | cup-log central >/dev/null
	cmp stream <(records central | without_origin)
	gen-records 300 3 | cup-log j >/dev/null
	ship j
	from central >new
	[ "$(wc -l <new)" -lt 2000 ]
	cup-log central <new >/dev/null
	stream "$STREAM"
	cmp stream <(records central | without_origin)
	cup-verify -q central
}

@test "a stream is followed" {
	record send pass "$(message a@b/c d@e one)" | cup-log j >/dev/null
	ship j
	follow --from "$NATS" central
	eventually 10 grep -q one out
	record send pass "$(message a@b/c d@e two)" | cup-log j >/dev/null
	ship j
	eventually 10 grep -q two out
	assert_equal "$(cut -f 11 out | xargs)" "stream=$STREAM:1 stream=$STREAM:2"
	kill "$SHIP"
	wait "$SHIP" || assert_equal "$?" 143
}

@test "the same journal twice, and by two at once, is refused" {
	two_journals 10
	cp -r j copy
	run --separate-stderr -65 ship j copy
	assert_equal "$stderr" "cup-ship: journal 'copy': is the same as 'j'"
	follow "$NATS" j
	eventually 10 has j
	gen-records 10 3 | cup-log copy >/dev/null
	ship copy
	gen-records 10 4 | cup-log j >/dev/null
	status=0
	eventually 10 ended
	wait "$SHIP" || status=$?
	assert_equal "$status" 75
	assert_equal "$(cat err)" "cup-ship: stream '$STREAM': another cup-ship brings a journal there, too"
}

@test "what others put into a stream is no record, or is left out of it is told" {
	two_journals 10
	ship j
	run --separate-stderr -0 from
	assert_equal "${#lines[@]}" 10
	printf 'PUB %s.x.y 16\r\n# ping nonsense\n\r\nPING\r\n' "$STREAM" |
		timeout 5 socat -t 2 - "TCP:$HOST:$PORT" >said
	run --separate-stderr -65 from
	assert_equal "${#lines[@]}" 10
	assert_regex "$stderr" "^cup-ship: stream '$STREAM': message 2: "
}

@test "a server that is not there, and a stream that is not, is 75" {
	two_journals 10
	run --separate-stderr -75 cup-ship nats://127.0.0.1:9 j
	assert_equal "$stderr" "cup-ship: stream 'cup' is not available: no server is connected to"
	run --separate-stderr -75 from
	assert_regex "$stderr" "^cup-ship: stream '$STREAM' is not available: "
}

@test "servers want TLS, a certificate and a password" {
	two_journals 10
	certificates
	NATS_CONF="tls { cert_file: $PWD/server.pem, key_file: $PWD/server.key
		ca_file: $PWD/ca.pem, verify: true }
		authorization { user: ship, password: \"s3cret\" }"
	start_nats "$BATS_TEST_TMPDIR/own" 1
	local keys=(--ca ca.pem --certificate node.pem --private-key node.key)
	local url=tls://ship:s3cret@localhost:${NATS_PORT[0]}
	cup-ship "${keys[@]}" --replicas 1 --stream "$STREAM" "$url" j
	cup-ship "${keys[@]}" --replicas 1 --stream "$STREAM" --stage "$url" \
		<<<"$(record send pass "$(message a@b/c d@e one)")" >out
	assert_equal "$(wc -l <out)" 1
	run --separate-stderr -0 cup-ship "${keys[@]}" --stream "$STREAM" --from "$url"
	assert_equal "${#lines[@]}" 11
	# Neither without a certificate, nor one that nobody vouches for.
	run --separate-stderr -75 cup-ship --ca ca.pem "$url" --replicas 1 --stream "$STREAM" j
	authority other
	run --separate-stderr -75 cup-ship "${keys[@]}" --ca other.pem --stream "$STREAM" --from "$url"
	assert_output ""
	run --separate-stderr -75 cup-ship "${keys[@]}" --replicas 1 \
		--stream "$STREAM" "${url/s3cret/wrong}" j
	assert_regex "$stderr" "is not available"
}

@test "servers want credentials" {
	two_journals 10
	NATS_CONF=$(/usr/bin/python3 "$TOP/tests/clients/nats-credentials.py" user.creds)
	start_nats "$BATS_TEST_TMPDIR/own" 1
	ship --credentials user.creds j
	run --separate-stderr -0 from --credentials user.creds
	assert_equal "${#lines[@]}" 10
	/usr/bin/python3 "$TOP/tests/clients/nats-credentials.py" other.creds >/dev/null
	run --separate-stderr -75 from --credentials other.creds
	run --separate-stderr -78 from --credentials none.creds
	assert_regex "$stderr" "^cup-ship: servers 'nats://.*': "
}
