#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Every way to log in that a server takes, the node takes: SASL and SASL2
# (XEP-0388) with Bind 2 (XEP-0386) and FAST (XEP-0484), each answer waited for
# or all in one write, whole or cut at every byte.

load ../lib/helpers
load ../lib/servers

setup() {
	common_setup
	# shellcheck disable=SC2034
	STARTED=()
}

teardown() {
	tail -n 40 node.log 2>/dev/null || :
	stop_all
}

# logins PORT WRITES [tls]: what comes of each way.
logins() {
	timeout 100 /usr/bin/python3 "$TOP/tests/clients/logins.py" "$@" \
		2>logins.err 3>&- || cat logins.err
}

# as_directly COUNT: so many ways lead in at the server, and the same, with the
# same failures, through nodes with TLS and without.
as_directly() {
	local writes direct
	start_node --tls optional
	for writes in steps whole bytes; do
		direct=$(logins "$C2S" "$writes")
		assert_equal "$(grep -c ' in as alice@acme' <<<"$direct")" "$1" ||
			fail "$direct"
		assert_equal "$(logins "$PORT" "$writes")" "$direct"
		assert_equal "$(logins "$PORT" "$writes" tls)" "$direct"
	done
	run -0 cup-search --event login journal
	run -0 cup-verify journal
}

# Each with as much as it has: WAYS lead in.
prosody_of_all() {
	local more=
	WAYS=6
	# These modules need a newer Prosody than the others.
	! newer prosody 13 || WAYS=11 more='"sasl2_fast"; "sasl2_sm";'
	PROSODY_SETTINGS='plugin_paths = { "/usr/lib/prosody/modules" }' \
		PROSODY_MODULES="\"sasl2\"; \"sasl2_bind2\"; $more" \
		start_prosody acme.localhost alice bob
}

ejabberd_of_all() {
	WAYS=3
	if newer ejabberd 24; then
		WAYS=11
		# shellcheck disable=SC2034
		EJABBERD_C2S=', allow_unencrypted_sasl2: true'
		# shellcheck disable=SC2034
		EJABBERD_MODULES='mod_auth_fast: {}'
	fi
	start_ejabberd acme.localhost alice bob
}

# streams [WORD]: that break at random and are resumed, half of them inside of
# a login.
streams() {
	[ "$WAYS" -eq 11 ] || skip "the server does not resume inside of a login"
	# shellcheck disable=SC2034
	PIPELINE="$SLOW | $JUDGED"
	start_node
	PYTHONPATH=$TOP/tests/clients run timeout 90 /usr/bin/python3 \
		"$TOP/tests/clients/sm.py" "$PORT" 5 7 alice bob inside "$@"
	assert_success
	run -0 cup-verify journal
}

@test "before Prosody" {
	prosody_of_all
	as_directly "$WAYS"
}

@test "before ejabberd" {
	ejabberd_of_all
	as_directly "$WAYS"
	[ "$WAYS" -eq 11 ] || return 0
	export CUP_CONFIG_DIR=$PWD/etc
	cup-config n1 "listen=tcp:127.0.0.1:0" "server=tcp:127.0.0.1:$C2S" \
		domain=acme.localhost "policy=$PWD/policy" "journal=$PWD/j" >/dev/null
	run cup-config --check n1
	assert_line --regexp "^note: server .*: offers tokens bound to the channel"
	refute_output --partial "no SASL2"
}

@test "streams that break are resumed inside of logins before Prosody" {
	prosody_of_all
	streams
}

@test "streams that break are resumed inside of logins before ejabberd" {
	ejabberd_of_all
	streams loose
}
