#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# A node for longer, and before ejabberd.
# shellcheck disable=SC2030,SC2031

load ../lib/helpers
load ../lib/servers

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

@test "before ejabberd clients find all, over STARTTLS and direct TLS" {
	start_ejabberd acme.localhost alice bob carol
	start_node
	for how in '' direct; do
		run timeout 60 /usr/bin/python3 "$TOP/tests/clients/chat.py" \
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

@test "before ejabberd odd orders are taken the same" {
	SERVER=ejabberd run bats "$TOP/tests/live/orders.bats"
	assert_success
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
