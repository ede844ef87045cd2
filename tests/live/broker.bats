#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# A node before a real server (Prosody) whose records are decided by a
# compliance server at another address. The whole live test before each kind of
# them is slow/live-third-party.bats.
# shellcheck disable=SC2030,SC2031,SC2034

export COMPLIANCE=tls

load ../lib/helpers
load ../lib/servers

setup() {
	common_setup
	STARTED=()
	export CERTIFICATES=$PWD
	make_certificates
	start_prosody acme.localhost alice bob carol
	write_policy >policy
}

teardown() {
	cat node.log 2>/dev/null || :
	stop_all
}

@test "clients find all, and what they say is judged there, once" {
	PIPELINE="$SLOW | $JUDGED" start_node
	run timeout 60 /usr/bin/python3 "$TOP/tests/clients/chat.py" "$PORT"
	assert_success
	assert_line "all seen"
	edge tls_required stamped refused refused_managed refused_to_client \
		resume_unknown oversize login_refused gone_in_hold order \
		half_stanza
	PYTHONPATH=$TOP/tests/clients run timeout 60 /usr/bin/python3 \
		"$TOP/tests/clients/sm.py" "$PORT" 3 7
	assert_success
	judged_there
	cup-verify journal
	cup-verify there.n1
}

@test "without its compliance server senders are told in time, logins too" {
	PIPELINE=${JUDGED/broker/broker --ping-interval 200ms} \
		start_node --hold-timeout 1s
	kill -STOP "$JUDGE"
	for pid in $(pgrep -P "$JUDGE"); do
		kill -STOP -- "-$pid"
	done
	SECONDS=0
	run ! timeout 30 go-sendxmpp -n -u alice@acme.localhost -p pw \
		-j "127.0.0.1:$PORT" bob@acme.localhost <<<"nobody reads this"
	((SECONDS < 8))
	run -0 cup-search refused
	assert_output --partial bounced
	run -1 cup-search journal nobody
	for pid in $(pgrep -P "$JUDGE"); do
		kill -CONT -- "-$pid"
	done
	kill -CONT "$JUDGE"
	back_again() {
		timeout 10 go-sendxmpp -n -u alice@acme.localhost -p pw \
			-j "127.0.0.1:$PORT" bob@acme.localhost <<<"again"
	}
	eventually 20 back_again
	run -0 cup-search journal again
}

# start_chain: cup-node with a wall at $THERE, then an archive at unix:archive.
start_chain() {
	cup-serve -q unix:archive -c 'cup-log --wait there.archive' 3>&- &
	ARCHIVE=$!
	STARTED+=("$ARCHIVE")
	make_certificate acme.localhost
	PORT=$(free_port)
	export CUP_CONFIG_DIR=$PWD/etc CUP_RUN_DIR=$PWD/run
	cup-config n1 "listen=tcp:127.0.0.1:$PORT" domain=acme.localhost \
		"server=tcp:127.0.0.1:$C2S" journal="$PWD/journal" \
		certificate="$PWD/acme.localhost.crt" \
		private-key="$PWD/acme.localhost.key" \
		compliance=third-party ping-interval=200ms \
		compliance-server="wall tls:localhost:$THERE" \
		compliance-server="archive unix:$PWD/archive" \
		compliance-ca="$PWD/ca.pem" \
		compliance-certificate="$PWD/node.pem" \
		compliance-private-key="$PWD/node.key" \
		skip-if-down=archive unsafe=yes >/dev/null
	cup-node n1 2>node.log 3>&- &
	STARTED+=($!)
	eventually 10 cup-node --status n1 >/dev/null
}

alice_says() {
	timeout 20 go-sendxmpp -n -u alice@acme.localhost -p pw \
		-j "127.0.0.1:$PORT" bob@acme.localhost <<<"$1"
}

# on_record JOURNAL TEXT CONDITION...: now or soon.
on_record() {
	eventually 10 cup-search -c "${@:3}" "$1" "$2" >/dev/null ||
		fail "$* is not on record: $(cup-search "$1")"
}

@test "by a chain of two, as cup-config sets it and cup-node runs it" {
	start_compliance
	start_chain
	alice_says 'hello both'
	on_record there.n1 'hello both' --verdict pass
	on_record there.archive 'hello both' --verdict pass --rule all
	alice_says 'a forbidden word' || :
	on_record there.archive forbidden --verdict reject --rule word
	kill "$ARCHIVE"
	eventually 10 grep -q 'archive: is down' node.log
	alice_says 'while it is away'
	on_record journal 'while it is away' --rule skipped@archive
}
