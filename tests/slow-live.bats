#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# A node for longer, under faults, and before ejabberd.
# shellcheck disable=SC2030,SC2031

load helpers
load servers.bash

setup() {
	common_setup
	STARTED=()
	make_certificate acme.localhost
}

teardown() {
	exec 9>&-
	cat node.log 2>/dev/null || :
	stop_all
}

broken_streams() {
	PYTHONPATH=$TOP/tests run timeout 600 /usr/bin/python3 \
		"$TOP/tests/xmpp-sm.py" "$PORT" "$@"
	assert_success
}

traffic() {
	PYTHONPATH=$TOP/tests timeout 110 /usr/bin/python3 \
		"$TOP/tests/xmpp-traffic.py" "$PORT" "$@" >traffic.out 2>&1 3>&- &
	TRAFFIC=$!
	STARTED+=("$TRAFFIC")
	eventually 60 grep -q "logged in" traffic.out
}

traffic_good() {
	wait "$TRAFFIC" || { cat traffic.out; return 1; }
}

@test "before ejabberd clients find all, over STARTTLS and direct TLS" {
	start_ejabberd acme.localhost alice bob carol
	start_node
	for how in '' direct; do
		run timeout 60 /usr/bin/python3 "$TOP/tests/xmpp-chat.py" \
			"$PORT" $how
		assert_success
		assert_line "all seen"
	done
	run --separate-stderr -0 go-sendxmpp -n -u alice@acme.localhost -p pw \
		-j "127.0.0.1:$PORT" bob@acme.localhost <<<"by go-sendxmpp"
}

@test "before ejabberd the edges are the same" {
	start_ejabberd acme.localhost alice bob carol
	PIPELINE="$SLOW | $JUDGED" start_node
	edge tls_required bytes_behind_starttls features restricted_xml \
		not_well_formed depth early_stanza stamped refused \
		refused_managed refused_to_client resume_unknown oversize \
		login_refused gone_in_hold request_overtakes order half_stanza
}

@test "before ejabberd 100 managed streams break, nothing is lost or doubled" {
	start_ejabberd acme.localhost alice bob
	start_node
	broken_streams 100 4711 loose
}

@test "before ejabberd 100 more" {
	start_ejabberd acme.localhost alice bob
	start_node
	broken_streams 100 815 loose
}

@test "before Prosody 200 managed streams break, nothing is lost or doubled" {
	start_prosody acme.localhost alice bob
	start_node
	broken_streams 200 4711
}

@test "the pipeline is killed 20 times: each message once, or an error for it" {
	start_prosody acme.localhost u{0..39}
	start_node
	traffic 20 30 20 30
	local i victims
	for i in {1..20}; do
		mapfile -t victims < <(stages)
		[ "${#victims[@]}" -eq 0 ] ||
			kill -9 "${victims[i % ${#victims[@]}]}"
		read -rt 1.2 <> <(:) || :
	done
	traffic_good
	run -0 cup-verify journal
	# What was received was journaled before, as sent and as received.
	local received
	received=$(sed -n 's/.*received \([0-9]*\) .*/\1/p' traffic.out)
	run -0 bash -c 'cup-search --event recv --verdict pass journal |
		grep -c "<body>n"'
	[ "$output" -ge "$received" ]
}

@test "each stage is stopped under load: memory is bounded, all flows again" {
	start_prosody acme.localhost u{0..39}
	start_node --hold-timeout 60s --held-max 2M
	traffic 20 25 40 60
	local stage rss
	for stage in $(stages); do
		kill -STOP "$stage"
		read -rt 4 <> <(:) || :
		rss=$(ps -o rss= -p "$NODE")
		[ "$rss" -lt 65536 ]
		kill -CONT "$stage"
		read -rt 2 <> <(:) || :
	done
	traffic_good
	assert_equal "$(status bounced)" 0
}

@test "a stopped pipeline for longer than may be held: every sender is told" {
	start_prosody acme.localhost u{0..19}
	start_node --hold-timeout 3s
	traffic 10 15 20 30
	local stage
	stage=$(stages | sed -n 2p)
	kill -STOP "$stage"
	read -rt 8 <> <(:) || :
	kill -CONT "$stage"
	traffic_good
	[ "$(status bounced)" -gt 100 ]
	run -0 bash -c 'cup-search refused | grep -c "outcome=.bounced"'
	assert_equal "$output" "$(status bounced)"
}

@test "the server is stopped and comes back: clients are told, and get in again" {
	start_prosody acme.localhost alice bob carol
	start_node
	edge refused
	stop "$SERVER_PID"
	eventually 10 gone "$SERVER_PID"
	edge unreachable
	restart_server
	edge refused
}

@test "too many open files: who is in stays, who waits gets in later" {
	start_prosody acme.localhost alice bob
	PORT=$(free_port)
	write_policy >policy
	bash -c 'ulimit -n 48; exec "$@"' _ cup-intercept \
		--listen "tcp:127.0.0.1:$PORT" --server "tcp:127.0.0.1:$C2S" \
		--certificate acme.localhost.crt \
		--private-key acme.localhost.key --status unix:status \
		-c "$JUDGED" 2>node.log 3>&- &
	NODE=$!
	STARTED+=("$NODE")
	eventually 10 listens "$PORT"
	eventually 10 status_is pipeline up
	edge crowd
	run -0 cat node.log
	assert_output --partial "no connection is accepted for now: Too many open files"
}
