#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What the options of a live node change, seen at a real server (Prosody).
# shellcheck disable=SC2030,SC2031

load ../lib/helpers
load ../lib/servers
load ../lib/options

@test "--send-proxy v1 tells the server the client's address" {
	proxied_server
	start_node --send-proxy v1
	option chat
	run -0 grep -cE "^v1 PROXY TCP4 127\.0\.0\.1 127\.0\.0\.1 [1-9][0-9]* $PORT\$" headers
	assert_output 2
}

@test "--send-proxy v2 as well, of IPv6 too" {
	proxied_server
	local six
	six=$(free_port)
	start_node --send-proxy v2 --listen "tcp:[::1]:$six"
	option chat
	AT=6: PORT=$six option chat
	run -0 grep -cE "^v2 21 127\.0\.0\.1 127\.0\.0\.1 [1-9][0-9]* $PORT\$" headers
	assert_output 2
	run -0 grep -cE "^v2 21 ::1 ::1 [1-9][0-9]* $six\$" headers
	assert_output 2
	run -0 cup-search --event login journal
	assert_output --partial 'peer="[::1]:'
}

# bats test_tags=own-pipeline
@test "a server and a pipeline at unix sockets" {
	local pipe server=$C2S
	socat "UNIX-LISTEN:$PWD/server,fork" "TCP:127.0.0.1:$server" 3>&- &
	STARTED+=($!)
	write_policy >policy
	cup-serve "unix:$PWD/pipe" -c "$JUDGED" 2>serve.log 3>&- &
	pipe=$!
	STARTED+=("$pipe")
	eventually 10 test -S pipe
	eventually 10 test -S server
	PORT=$(free_port)
	cup-intercept --listen "tcp:127.0.0.1:$PORT" \
		--server "unix:$PWD/server" --pipeline "unix:$PWD/pipe" \
		--certificate acme.localhost.crt \
		--private-key acme.localhost.key \
		--status "unix:$PWD/status" 2>>node.log </dev/null 3>&- &
	STARTED+=($!)
	eventually 10 listens "$PORT"
	eventually 10 status_is pipeline up
	option chat
	run -0 cup-search journal "as ever"
	assert_equal "${#lines[@]}" 2
}

@test "--max-clients: one more is told so" {
	start_node --max-clients 2
	eventually 5 status_is clients 0
	option two_at_most
}

@test "--on-failure hold waits as long as it takes" {
	start_node --hold-timeout 500ms --on-failure hold
	mkfifo in
	PYTHONPATH=$TOP/tests/clients timeout 40 /usr/bin/python3 \
		"$TOP/tests/clients/options.py" "$PORT" hold >hold.out 2>&1 <in \
		3>&- &
	local client=$! log
	STARTED+=("$client")
	exec 9>in
	eventually 10 grep -q ready hold.out
	log=$(stages | sed -n 2p)
	kill -STOP "$log"
	echo >&9
	eventually 15 grep -q held hold.out
	kill -CONT "$log"
	echo >&9
	wait "$client" || fail "$(cat hold.out)"
	assert_equal "$(status bounced)" 0
}

# A policy for all kinds of stanzas.
strict_policy() {
	cat >policy <<-'EOF'
		reject word  event send xpath "//*[contains(., 'forbidden')]" text "not this word"
		pass all
	EOF
}

@test "--events presence: a refused presence has one error" {
	strict_policy
	start_node --events message,presence,login
	option presence
	run -0 cup-search journal forbidden
	assert_equal "${#lines[@]}" 1
}

@test "--events iq: a refused request has one error, an answer none" {
	strict_policy
	start_node --events iq
	option iq ibb
	run -0 cup-search journal forbiddenAAA
	assert_equal "${#lines[@]}" 1
}

@test "--events all: everything is on record" {
	strict_policy
	start_node --events all
	option chat presence iq ibb
	cup-search journal | cut -f 9 >stanzas
	local kind
	for kind in message presence iq; do
		run -0 grep -q "^<$kind " stanzas
	done
	run -0 cup-verify journal
}

@test "the sender of what a client may not receive is told once" {
	printf 'secret\n' >secret
	chmod 600 secret
	cat >policy <<-'EOF'
		reject secret event recv xpath "//*[contains(., 'secret')]"
		pass all
	EOF
	start_node --events all --return-component "tcp:127.0.0.1:$COMP" \
		--return-domain returns.acme.localhost --return-secret secret
	eventually 10 status_is return-component up
	option told_once room
}

# bats test_tags=own-pipeline
@test "a secret that others can read is none" {
	printf 'secret\n' >secret
	chmod 640 secret
	run -64 cup-intercept --listen tcp:127.0.0.1:0 --server tcp:x:1 \
		-c cat --return-component tcp:127.0.0.1:1 --return-domain x \
		--return-secret secret
	assert_output --partial "its group or others have access"
}

@test "--domain takes its own and no others" {
	start_node --domain acme.localhost
	option domain
}
