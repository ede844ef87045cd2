#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# A node before a real server (Prosody) whose records are decided by a
# compliance server at another address.
# shellcheck disable=SC2016,SC2030,SC2031,SC2119

load helpers
load serve.bash
load servers.bash

OWN="--ca ca.pem --certificate node.pem --private-key node.key"
GATE='cup-log --wait journal | cup-deliver --records'
EDGES=(tls_required stamped refused refused_managed refused_to_client
	resume_unknown oversize login_refused gone_in_hold request_overtakes
	order half_stanza)

setup() {
	common_setup
	STARTED=()
	certificates
	start_prosody acme.localhost alice bob carol
	write_policy >policy
}

teardown() {
	cat node.log 2>/dev/null || :
	stop_all
}

# compliance ARGS...: cup-serve at $SERVE.
compliance() {
	SERVE=$(free_port)
	cup-serve "tls:127.0.0.1:$SERVE" --certificate server.pem \
		--private-key server.key --ca ca.pem --replace "$@" \
		2>serve.log 3>&- &
	COMPLIANCE=$!
	STARTED+=("$COMPLIANCE")
	eventually 10 listens "$SERVE"
}

# What was judged there: id, verdict and stanza of each record.
there() {
	if [ -d there.n1 ]; then
		cup-search there.n1 | column 1,6,9
	elif [ -d there ]; then
		cup-search there | column 1,6,9
	else
		sed 's/ /\t/; s/ /\t/' there
	fi | sort
}

here() {
	cup-search journal | column 1,6,9 | sort
}

all_is_here() {
	diff <(here) <(there) >differences
}

# Nothing is in the journal that was not judged there first, and nothing was
# judged there twice. The logout of the last client may still be under way.
judged_there() {
	cup-verify journal
	here >here.now
	there >there.now
	assert_equal "$(comm -23 here.now there.now)" ""
	assert_equal "$(cut -f 1 there.now | uniq -d)" ""
	eventually 10 all_is_here || fail "$(cat differences)"
}

all_of_it() {
	run timeout 60 /usr/bin/python3 "$TOP/tests/xmpp-chat.py" "$PORT"
	assert_success
	assert_line "all seen"
	edge "$@"
	PYTHONPATH=$TOP/tests run timeout 60 /usr/bin/python3 \
		"$TOP/tests/xmpp-sm.py" "$PORT" 5 7
	assert_success
	judged_there
}

@test "by cup-serve tls: with a certificate each" {
	compliance -c 'cup-filter policy |
		cup-log --wait --node "$SSL_CLIENT_CN" "there.$SSL_CLIENT_CN"'
	certificate ca node /CN=n1
	PIPELINE="$SLOW | cup-broker $OWN tls:localhost:$SERVE | $GATE" \
		start_node
	all_of_it "${EDGES[@]}"
	cup-verify there.n1
}

@test "by a shell pipeline under socat" {
	SERVE=$(free_port)
	socat "TCP-LISTEN:$SERVE,bind=127.0.0.1,reuseaddr,fork" \
		SYSTEM:'cup-filter policy | cup-log --wait there' 3>&- &
	STARTED+=($!)
	eventually 10 listens "$SERVE"
	PIPELINE="$SLOW | cup-broker tcp:127.0.0.1:$SERVE | $GATE" start_node
	all_of_it "${EDGES[@]}"
}

@test "by the https reference server" {
	python3 "$TOP/tests/http-judge.py" 0 there server.pem server.key \
		ca.pem >port 2>http.log 3>&- &
	STARTED+=($!)
	eventually 10 test -s port
	PIPELINE="cup-broker $OWN https://localhost:$(cat port)/ | $GATE" \
		start_node
	all_of_it tls_required stamped refused refused_managed \
		refused_to_client resume_unknown order half_stanza
}

@test "without its compliance server senders are told in time, logins too" {
	compliance -c 'cup-filter policy | cup-log --wait there'
	PIPELINE="cup-broker --ping-interval 200ms $OWN tls:localhost:$SERVE |
		$GATE" start_node --hold-timeout 1s
	kill -STOP "$COMPLIANCE"
	for pid in $(pgrep -P "$COMPLIANCE"); do
		kill -STOP -- "-$pid"
	done
	SECONDS=0
	run ! timeout 30 go-sendxmpp -n -u alice@acme.localhost -p pw \
		-j "127.0.0.1:$PORT" bob@acme.localhost <<<"nobody reads this"
	((SECONDS < 8))
	run -0 cup-search refused
	assert_output --partial bounced
	run -1 cup-search journal nobody
	for pid in $(pgrep -P "$COMPLIANCE"); do
		kill -CONT -- "-$pid"
	done
	kill -CONT "$COMPLIANCE"
	back_again() {
		timeout 10 go-sendxmpp -n -u alice@acme.localhost -p pw \
			-j "127.0.0.1:$PORT" bob@acme.localhost <<<"again"
	}
	eventually 20 back_again
	run -0 cup-search journal again
}

# start_chain: cup-node with a wall at $SERVE, then an archive at unix:archive.
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
		compliance-server="wall tls:localhost:$SERVE" \
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
	compliance -c 'cup-filter policy | cup-log --wait there.wall'
	start_chain
	alice_says 'hello both'
	on_record there.wall 'hello both' --verdict pass
	on_record there.archive 'hello both' --verdict pass --rule all
	alice_says 'a forbidden word' || :
	on_record there.archive forbidden --verdict reject --rule word
	kill "$ARCHIVE"
	eventually 10 grep -q 'archive: is down' node.log
	alice_says 'while it is away'
	on_record journal 'while it is away' --rule skipped@archive
}
