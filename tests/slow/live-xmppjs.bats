#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# @xmpp/client, from its registry, directly and through a node: it logs in by
# what there is (SASL2, Bind 2, FAST), and when its connection is cut comes back
# by itself and resumes, inside of the login where the server takes that.

load ../lib/helpers
load ../lib/servers

setup_file() {
	local npm=$TOP/build/npm
	export MODULES=$npm/node_modules
	[ -e "$MODULES/@xmpp/client/package.json" ] &&
		[ -e "$MODULES/ws/package.json" ] ||
		timeout 120 npm install --prefix "$npm" --no-audit --no-fund \
			--ignore-scripts @xmpp/client@0.14.0 ws@8 >&2 ||
		export MODULES=
}

setup() {
	[ -n "$MODULES" ] || skip "no registry of npm can be reached"
	common_setup
	# shellcheck disable=SC2034
	STARTED=()
	make_certificate acme.localhost
}

teardown() {
	tail -n 20 node.log 2>/dev/null || :
	stop_all
}

# as_directly PORT [calm]: what the client says there it says of a node, too,
# with events by default and all.
as_directly() {
	local direct events
	echo "pass rest" >policy
	direct=$(xmppjs "$@")
	echo "$direct"
	assert_regex "$direct" "alice got: hello alice"
	assert_regex "$direct" "bob got: hello bob.*just before, the end"
	[ $# -gt 1 ] || assert_regex "$direct" "events: online, resumed, resumed, resumed"
	for events in message,muc,login,logout all; do
		rm -rf journal refused
		start_node --tls optional --events "$events"
		assert_equal "$(xmppjs "$PORT" "${@:2}")" "$direct"
		stop "$NODE"
		run -0 cup-verify journal
		assert_equal "$(cup-search --event send -c journal hello)" 2
	done
}

# by_websocket: the same, where the server is not asked.
by_websocket() {
	local ws said
	ws=$(free_port)
	printf 'reject secret body matches /secret/\npass rest\n' >policy
	rm -rf journal refused
	start_node --tls optional --listen "ws:127.0.0.1:$ws"
	said=$(xmppjs "ws://127.0.0.1:$ws/xmpp-websocket" "${1-refused}")
	echo "$said"
	assert_regex "$said" "bob got: hello bob.*just before, the end"
	refute_regex "$said" "bob got: [^$'\n']*secret"
	if [ $# -eq 0 ]; then
		assert_regex "$said" "alice got: hello alice, error policy-violation"
		assert_regex "$said" "events: online, resumed, resumed, resumed"
	fi
	stop "$NODE"
	run -0 cup-verify journal
	assert_equal "$(cup-search --event send -c journal hello)" 2
}

# xmppjs PORT|URL [calm|refused]
xmppjs() {
	timeout 90 node "$TOP/tests/clients/xmppjs.mjs" "$MODULES" "$@" \
		2>xmppjs.err 3>&- || cat xmppjs.err
}

@test "before Prosody" {
	local more=
	# With TLS these modules fail in an older Prosody.
	! newer prosody 13 ||
		more='"sasl2"; "sasl2_bind2"; "sasl2_fast"; "sasl2_sm";'
	mkdir -p prosody/certs
	cp acme.localhost.{crt,key} prosody/certs
	PROSODY_SETTINGS='plugin_paths = { "/usr/lib/prosody/modules" }' \
		PROSODY_MODULES=$more start_prosody acme.localhost alice bob
	as_directly "$C2S"
	by_websocket
}

@test "before ejabberd" {
	local tls calm=
	tls=$(free_port)
	# Clients tell a server more where there is TLS.
	# shellcheck disable=SC2034
	EJABBERD_LISTEN="{ port: $tls, ip: \"127.0.0.1\", module: ejabberd_c2s, starttls: true, access: all }"
	# shellcheck disable=SC2034
	EJABBERD_SETTINGS="certfiles: [\"$PWD/both.pem\"]"
	cat acme.localhost.{crt,key} >both.pem
	# shellcheck disable=SC2034
	if newer ejabberd 24; then
		EJABBERD_C2S=', allow_unencrypted_sasl2: true'
		EJABBERD_MODULES='mod_auth_fast: {}'
	fi
	start_ejabberd acme.localhost alice bob
	# Of this one's features the client takes stream management twice, and
	# does not get over the answer, with or without a node.
	! newer ejabberd 24 || calm=calm
	as_directly "$tls" ${calm:+"$calm"}
	by_websocket ${calm:+"$calm"}
}
