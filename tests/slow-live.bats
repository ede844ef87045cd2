#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# A node for longer, and before ejabberd.
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

# broken_streams SEED [loose]: 200 of them, by four pairs of clients at a time.
broken_streams() {
	local i clients=()
	for i in 0 1 2 3; do
		PYTHONPATH=$TOP/tests timeout 300 /usr/bin/python3 \
			"$TOP/tests/xmpp-sm.py" "$PORT" 50 "$(($1 + 50 * i))" \
			"a$i" "b$i" "${@:2}" >"streams.$i" 2>&1 3>&- &
		clients+=($!)
	done
	STARTED+=("${clients[@]}")
	for i in 0 1 2 3; do
		wait "${clients[i]}" || fail "$(cat "streams.$i")"
	done
	cat streams.*
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

@test "before ejabberd 200 managed streams break, nothing is lost or doubled" {
	start_ejabberd acme.localhost {a,b}{0..3}
	start_node
	broken_streams 4711 loose
}

@test "before Prosody 200 managed streams break, nothing is lost or doubled" {
	start_prosody acme.localhost {a,b}{0..3}
	start_node
	broken_streams 4711
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
