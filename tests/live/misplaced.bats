#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# What has no place where it stands in a stream ends none that it does not end
# at the server, too, but for what cup-intercept(1) says.

load ../lib/helpers
load ../lib/servers

setup() {
	common_setup
	# shellcheck disable=SC2034
	STARTED=()
}

teardown() {
	tail -n 20 node.log 2>/dev/null || :
	stop_all
}

# misplaced PORT: each element that the stream outlives.
misplaced() {
	timeout 100 /usr/bin/python3 "$TOP/tests/clients/misplaced.py" "$1" \
		>all 3>&- || cat all
	assert_equal "$(wc -l <all)" 98
	grep ' lives$' all | sort
}

# The exceptions that are declared.
declared='^(open: (session|message|presence|iq|bind|features)|[a-z]*: unknown): '

lives_as_directly() {
	start_node --tls optional
	misplaced "$C2S" >direct
	misplaced "$PORT" >through
	comm -23 direct through >lost
	run -1 grep -vE "$declared" lost
	# It knows as the server does what no stream outlives.
	run -1 grep -E ': (stream error|a of too many): ' <(grep ^managed through)
	run -0 cup-verify journal
}

@test "before Prosody" {
	# shellcheck disable=SC2034
	PROSODY_SETTINGS='plugin_paths = { "/usr/lib/prosody/modules" }' \
		PROSODY_MODULES='"sasl2"; "sasl2_bind2";' \
		start_prosody acme.localhost alice
	lives_as_directly
}

@test "before Prosody as it comes" {
	start_prosody acme.localhost alice
	lives_as_directly
}

@test "before ejabberd" {
	start_ejabberd acme.localhost alice
	lives_as_directly
}
