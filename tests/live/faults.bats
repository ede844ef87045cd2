#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What goes wrong around a node: each fault, what the client is told, what the
# log says, and what is on record.

load ../lib/helpers
load ../lib/servers

setup_file() {
	export TOP PATH=$CUP_BIN:$CUP_TESTS:$PATH HOME=$BATS_FILE_TMPDIR
	cd "$BATS_FILE_TMPDIR" || return
	start_prosody acme.localhost alice bob carol
	make_certificate acme.localhost
	start_mute
	export C2S COMP LOG MUTE
}

# A node at $MUTE whose pipeline keeps comments back; that is said after 10 s.
start_mute() {
	MUTE=$(free_port)
	cup-intercept --listen "tcp:127.0.0.1:$MUTE" \
		--server "tcp:127.0.0.1:$C2S" --hold-timeout 1s \
		--certificate acme.localhost.crt \
		--private-key acme.localhost.key --status unix:status \
		-c 'grep --line-buffered -v "^#"' 2>mute.log </dev/null 3>&- &
	STARTED+=($!)
	eventually 5 listens "$MUTE"
}

teardown_file() {
	stop_all
}

setup() {
	common_setup
	STARTED=()
	cp "$BATS_FILE_TMPDIR"/acme.localhost.* .
}

teardown() {
	exec 9>&-
	# Shown where the test failed.
	cat node.log 2>/dev/null || :
	local status=0
	judged_there || status=1
	stop_all
	return $status
}

@test "a stopped stage: what is sent bounces, in time, and is on record first" {
	start_node --hold-timeout 2s
	begin_case bounced
	said ready
	local log
	log=$(stages | sed -n 2p)
	kill -STOP "$log"
	go_on
	said bounced
	run -0 cup-search refused
	assert_output --partial 'outcome="bounced"'
	assert_output --partial 'into the void'
	kill -CONT "$log"
	eventually 5 bash -c 'cup-search refused | grep -q outcome=.late'
	go_on
	end_case
	assert_equal "$(status bounced)" 1
	run -0 cat node.log
	assert_output --partial "came back too late"
}

@test "a killed stage: a fresh pipeline is asked again under the same id" {
	PIPELINE="$SLOW | $JUDGED" start_node
	begin_case gone_in_hold
	said sent
	kill -9 "$(stages | sed -n 3p)"
	end_case
	run -0 cat node.log
	assert_output --partial "pipeline is down"
	run -0 cup-verify journal
	run -0 bash -c 'cup-search journal "slow 1 one" | cut -f 1,5 | sort | uniq -d'
	assert_output ""
}

# bats test_tags=own-pipeline
@test "a stage that makes something else of a stanza releases nothing" {
	cat >alter.awk <<-'EOF'
		BEGIN { FS = OFS = "\t" }
		/^#/ { print; fflush(); next }
		$5 == "send" && /make double/ { $9 = $9 "<message xmlns=\"jabber:client\"/>" }
		$5 == "send" && /make close/ { sub("</body>", "</body></message></stream:stream><message>", $9) }
		$5 == "send" && /make from/ { sub("from=\"alice@acme.localhost/desk\"", "from=\"evil@acme.localhost/desk\"", $9) }
		$5 == "send" && /make to/ { sub("to=\"bob@", "to=\"carol@", $9) }
		$5 == "send" && /make ident/ { sub("id=\"a4\"", "id=\"a5\"", $9) }
		$5 == "send" && /make kind/ { gsub("message", "presence", $9) }
		$5 == "send" && /make open/ { sub("</message>", "", $9) }
		$5 == "send" && /make swap/ { $5 = "recv" }
		/make better/ { sub("make better", "made better", $9) }
		{ $6 = "deliver"; print; fflush() }
	EOF
	PIPELINE="mawk -W interactive -f alter.awk" start_node
	edge altered
	run -0 cup-search refused
	assert_equal "$(grep -c 'outcome="gate"' <<<"$output")" 8
}

# bats test_tags=own-pipeline
@test "a pipeline without cup-deliver lets nobody in" {
	PIPELINE="cup-filter policy" start_node --hold-timeout 1s
	edge undelivered
	run -0 cat node.log
	assert_output --partial "only cup-deliver --records releases"
}

@test "the server away: the client is told, the node stays" {
	of_tcp
	C2S=$(free_port) start_node
	edge unreachable
	run -0 cat node.log
	assert_output --partial "cannot reach the server 'tcp:127.0.0.1:"
}

@test "too many connections of one address are refused by word" {
	of_tcp
	start_node --max-per-peer 2
	eventually 5 status_is clients 0
	edge too_many
	eventually 5 status_is clients 0
	assert_equal "$(status clients-refused)" 1
}

@test "who does not log in in time is out" {
	of_tcp
	start_node --login-timeout 1s
	edge slow_login
}

@test "SIGTERM: what is held still goes, all are told, exit 0" {
	PIPELINE="$SLOW | $JUDGED" start_node
	begin_case stopping
	said ready
	kill "$NODE"
	end_case
	wait "$NODE"
	run -0 cat node.log
	assert_output --partial "stopping: 2 clients, 1 held"
	run -0 cup-search journal "slow 1.5 last words"
	assert_equal "$(cut -f 5 <<<"$output")" send
	run -0 cup-verify journal
	run -0 cup-search --event logout journal
	assert_equal "${#lines[@]}" 2
}

@test "SIGTERM: what the server had sent comes before the end" {
	start_node
	begin_case last
	said ready
	kill -STOP "$(stages | sed -n 2p)"
	go_on
	said sent
	eventually 5 status_is held 2
	kill "$NODE"
	eventually 5 grep -q "stopping: 2 clients, 2 held" node.log
	kill -CONT "$(stages | sed -n 2p)"
	go_on
	end_case
	wait "$NODE"
	assert_equal "$(cup-search --event recv -c journal "at the end")" 2
	run -0 cup-search --event=done refused
	assert_output --regexp 'outcome="abandoned" [^>]*again="true".*kept at the end'
	refute_output --partial "come at the end"
	run -0 cup-search --event logout journal
	assert_equal "$(grep -cF 'reason="the node was stopped"' <<<"$output")" 2
}

@test "SIGTERM: who does not close the connection is not waited for" {
	start_node
	begin_case stays_there
	said ready
	kill "$NODE"
	go_on
	said told
	eventually 3 gone "$NODE"
	go_on
	end_case
}

@test "SIGTERM while nobody judges: logouts that are on no record are counted" {
	start_node --hold-timeout 1s
	begin_case stays
	said ready
	kill -STOP "$(stages | sed -n 2p)"
	kill "$NODE"
	wait "$NODE"
	wait "$CASE_PID" || : # it was cut off
	run -0 cat node.log
	assert_output --partial "logouts that nobody judged, and are on no record: 2"
}

@test "SIGHUP: new certificate, fresh pipeline, nobody is dropped" {
	of_tcp
	start_node
	edge certificate
	local before=$output
	begin_case stays
	said ready
	make_certificate acme.localhost
	kill -HUP "$NODE"
	eventually 10 grep -q "certificates were read again" node.log
	# shellcheck disable=SC2016
	eventually 10 bash -c '(($(grep -c "pipeline is up\\|was renewed" node.log) == 2))'
	end_case
	edge certificate
	assert_not_equal "$output" "$before"
}

@test "SIGHUP with a bad key: all stays as it was, and is said" {
	start_node
	edge certificate
	local before=$output
	openssl ecparam -genkey -name prime256v1 -noout -out other.key
	chmod 600 other.key
	cat other.key >acme.localhost.key
	kill -HUP "$NODE"
	eventually 10 grep -q "certificates stay as they were" node.log
	edge certificate
	assert_equal "$output" "$before"
}

@test "a full disk: senders are told, nothing is delivered, then all flows" {
	echo unlimited >limit
	PIPELINE="trap '' XFSZ; ulimit -f \$(cat limit); $JUDGED" \
		start_node --hold-timeout 2s
	begin_case bounced
	said ready
	# The journal cannot grow any more, and its writer is started anew.
	echo 0 >limit
	kill -9 "$(stages | sed -n 2p)"
	go_on
	said bounced
	eventually 15 grep -q "pipeline does not start" node.log
	echo unlimited >limit
	eventually 15 status_is pipeline up
	go_on
	end_case
	run -0 cup-verify journal
}

@test "a PROXY header is taken from who is listed, and must be there" {
	of_tcp
	start_node --accept-proxy 127.0.0.1
	edge proxied unproxied
	run -0 cup-search --event login journal
	assert_output --partial 'peer="192.0.2.7:4711"'
}

@test "whom a refused stanza came from is told through the return component" {
	printf 'secret\n' >secret
	chmod 600 secret
	start_node --return-component "tcp:127.0.0.1:$COMP" \
		--return-domain returns.acme.localhost --return-secret secret
	eventually 10 status_is return-component up
	edge told
}

@test "and where there is none the notice says so" {
	start_node
	edge refused_to_client
	run -0 cup-search refused
	assert_output --partial 'outcome="returned" sender="untold"'
}

@test "--on-failure hold waits, pass lets through and is on record" {
	run -64 cup-intercept --listen tcp:127.0.0.1:0 --server tcp:x:1 \
		-c cat --on-failure pass
	start_node --hold-timeout 1s --on-failure pass --unsafe
	begin_case passed
	said ready
	local log
	log=$(stages | sed -n 2p)
	kill -STOP "$log"
	go_on
	eventually 10 bash -c 'cup-search refused | grep -q outcome=.unlogged'
	kill -CONT "$log"
	end_case
	assert_equal "$(status on-failure)" "pass (UNSAFE)"
}

# bats test_tags=own-pipeline
@test "a pipeline that keeps comments back is never up" {
	cd "$BATS_FILE_TMPDIR" || return
	PORT=$MUTE edge undelivered
	assert_equal "$(status pipeline)" starting
	eventually 12 grep -q "does not send back '# ping'" mute.log
}
