#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# cup-broker: records to a compliance server and back.
# shellcheck disable=SC2016,SC2030,SC2031,SC2119,SC2154

load ../lib/helpers
load ../lib/serve
load ../lib/broker

setup() {
	broker_setup
}

teardown() {
	broker_teardown
}

M() {
	message "${1-a@acme.example/x}" "${2-b@acme.example}" "${3-hello}"
}

@test "conducts itself" {
	conducts_itself cup-broker unix:s
	run -64 cup-broker
	assert_output --partial 'no compliance server'
	run -64 cup-broker nonsense
	assert_output --partial "address 'nonsense'"
	run -64 cup-broker tcp::1
	assert_output --partial 'no host to connect to'
	run -64 cup-broker --window 0 unix:s
	run -64 cup-broker --ping-interval 99ms unix:s
	run -64 cup-broker --name 'two words' unix:s
	assert_output --partial "'two words' is not a name"
	run -64 cup-broker --skip-if-down unix:s
	assert_output --partial "needs '--unsafe'"
}

@test "empty input is no work" {
	judge s
	run -0 cup-broker unix:s </dev/null
	refute_output --regexp '^0'
}

@test "records come back decided, journaled and in order" {
	judge s
	gen-records 5000 3 >records
	cup-broker unix:s <records >out
	in_order records
	run -0 column 6 <out
	assert_equal "$(sort -u <<<"$output")" pass
	cup-verify s.journal
	assert_equal "$(grep -c 'sha256:' out)" 5000
}

@test "lines that begin with # keep their place behind what was before them" {
	judge s
	{
		echo '# one'
		record send - "$(M)"
		echo '# ping two'
		echo '#'
		record send - "$(M)"
	} >records
	run -0 --separate-stderr cup-broker unix:s <records
	assert_equal "$(cut -c 1-10 <<<"$output" | tr '\n' ' ')" \
		"# one 019aac21-0 # ping two # 019aac21-0 "
}

@test "what is no record is named and dropped" {
	judge s
	{
		echo nonsense
		record send - "$(M)"
		record send deliver "$(M)"
		printf 'cut off'
	} >records
	run -65 --separate-stderr cup-broker unix:s <records
	assert_equal "${#lines[@]}" 1
	assert_regex "$stderr" 'line 1: has fewer than ten fields'
	assert_regex "$stderr" 'line 3: has a verdict that only the gate gives'
	assert_regex "$stderr" 'line 4: is cut off'
}

@test "a verdict that is tighter already comes back as it was" {
	judge s
	record send hold "$(M)" 'rule@tag: wait' >records
	run -0 --separate-stderr cup-broker unix:s <records
	assert_equal "$(column 6 <<<"$output")" hold
}

@test "what the server edits is passed on with the original" {
	echo 'redact pan body matches "42" with "[n]"
pass default' >pass.policy
	judge s
	record send - "$(M a@x/1 b@x 'a 42')" >records
	run -0 --separate-stderr cup-broker unix:s <records
	assert_equal "$(column 9 <<<"$output")" "$(M a@x/1 b@x 'a [n]')"
	assert_equal "$(column 10 <<<"$output")" "$(M a@x/1 b@x 'a 42')"
}

@test "a failed write is 74, a reader that is gone too" {
	judge s
	gen-records 2000 3 >records
	run -74 bash -c 'cup-broker unix:s <records >/dev/full'
	gen-records 100000 3 >records
	run bash -c 'cup-broker unix:s <records | head -n 1; exit ${PIPESTATUS[0]}'
	assert_equal "$status" 74
}

@test "endless input flows at once" {
	judge s
	broker unix:s
	for i in 1 2 3; do
		record send - "$(M)" >&7
		came "$i"
	done
	broker_end
	assert_equal "$status" 0
}

@test "SIGTERM ends it" {
	judge s
	broker unix:s
	record send - "$(M)" >&7
	came 1
	kill "$BROKER"
	broker_end
	assert_equal "$status" 143
}

@test "without a server nothing goes on, at the end of input neither" {
	broker unix:none
	record send - "$(M)" >&7
	said 'unix:none: cannot be used: No such file or directory'
	assert_equal "$(wc -l <out)" 0
	broker_end
	assert_equal "$status" 75
	said ': no compliance server answered; it does not go on'
	assert_equal "$(wc -l <out)" 0
}

@test "reading stops at the window" {
	judge s 'sed -un "/^#/p"'
	broker --window 10 --answer-timeout 60s unix:s
	said 'is up'
	gen-records 20000 3 >records
	cat records >&7 &
	pid=$!
	STARTED+=("$pid")
	run ! timeout 1 tail --pid "$pid" -f /dev/null
	rss=$(awk '/VmRSS/ { print $2 }' "/proc/$BROKER/status")
	((rss < 40000))
}

@test "a server that is not verified is not asked" {
	certificates
	authority other
	serve tls:127.0.0.1:0 --certificate server.pem --private-key server.key \
		-c 'touch asked; cat'
	mv log serve.log
	broker --ca other.pem "tls:localhost:$PORT"
	record send - "$(M)" >&7
	said 'certificate verify failed'
	broker_end
	broker --ca ca.pem "tls:127.0.0.2:$PORT"
	broker_end
	assert_not_exist asked
}

@test "it shows its certificate, and the server's name must be right" {
	certificates
	serve tls:127.0.0.1:0 --certificate server.pem --private-key server.key \
		--ca ca.pem -c 'echo "# $SSL_CLIENT_CN" >>who; exec cup-filter pass.policy'
	record send - "$(M)" >records
	run -0 --separate-stderr cup-broker --ca ca.pem --certificate node.pem \
		--private-key node.key "tls:localhost:$PORT" <records
	assert_equal "$(column 6 <<<"$output")" pass
	assert_equal "$(sort -u who)" '# node1'
	certificate ca other /CN=elsewhere subjectAltName=DNS:elsewhere
	serve tls:127.0.0.1:0 --certificate other.pem --private-key other.key -- cat
	mv log serve.log
	broker --ca ca.pem "tls:localhost:$PORT"
	said 'certificate'
	broker_end
	chmod 644 node.key
	run -78 cup-broker --ca ca.pem --certificate node.pem \
		--private-key node.key "tls:localhost:$PORT" <records
	assert_output --partial node.key
}

@test "two brokers in a pipe: what the first refuses the second journals" {
	echo 'reject wall from a@acme.example
pass default' >wall.policy
	judge wall 'cup-filter wall.policy'
	judge s
	{
		record send - "$(M)"
		record send - "$(M c@acme.example/x)"
	} >records
	run -0 --separate-stderr bash -c \
		'cup-broker unix:wall <records | cup-broker unix:s'
	assert_equal "$(column 6 <<<"$output" | tr '\n' ' ')" 'reject pass '
	run -0 cup-search -c s.journal
	assert_output 2
}

@test "a copy by --notify waits for nothing and changes nothing" {
	judge s
	gen-records 500 3 >records
	run -0 bash -c 'cup-broker --notify unix:s <records | cmp - records'
	run -0 cup-search -c s.journal
	assert_output 500
	run -75 --separate-stderr bash -c 'cup-broker --notify --answer-timeout \
		100ms unix:none <records | cmp - records; exit ${PIPESTATUS[0]}'
}

@test "--skip-if-down passes on, undecided, and says so in the reason" {
	broker --skip-if-down --unsafe --name archive unix:s
	record send - "$(M)" - >&7
	echo '# ping x' >&7
	came 2
	assert_equal "$(head -n 1 out | column 7)" \
		'skipped@archive: no compliance server'
	assert_equal "$(head -n 1 out | column 6)" -
	judge s
	said 'is up'
	record send - "$(M)" >&7
	came 3
	assert_equal "$(tail -n 1 out | column 6)" pass
	broker_end
	assert_equal "$status" 0
}
