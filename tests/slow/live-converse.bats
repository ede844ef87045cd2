#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Converse.js, from its registry, in headless Chromium, through a node: two
# users log in by its form, talk, are refused and told, and one of them comes
# back after a cut without loss.

load ../lib/helpers
load ../lib/servers

setup_file() {
	local npm=$TOP/build/npm-converse
	export MODULES=$npm/node_modules
	[ -e "$MODULES/converse.js/package.json" ] &&
		[ -e "$MODULES/playwright-core/package.json" ] ||
		timeout 300 npm install --prefix "$npm" --no-audit --no-fund \
			--ignore-scripts converse.js@14.0.0 \
			playwright-core@1.65.1 >&2 ||
		export MODULES=
}

setup() {
	[ -n "$MODULES" ] || skip "no registry of npm can be reached"
	common_setup
	# shellcheck disable=SC2034
	STARTED=()
}

teardown() {
	tail -n 20 node.log 2>/dev/null || :
	stop_all
}

# in_a_browser: through a node before the server that was started.
in_a_browser() {
	local ws
	ws=$(free_port)
	printf 'reject secret body matches /secret/ text "no secrets"\npass rest\n' \
		>policy
	PIPELINE='cup-filter policy | cup-log --wait journal | cup-deliver --records' \
		start_node --tls optional --listen "ws:127.0.0.1:$ws"
	run timeout 600 node "$TOP/tests/clients/converse.mjs" "$MODULES" "$ws" \
		"$PWD/page.png" 3>&-
	assert_success
	assert_line "alice is told: no secrets"
	assert_line "bob's came 1 times, alice's 1"
	assert_line "bob shows: hello bob, hello alice, while away, back again"
	assert_line "the room has it"
	assert_file_exists page.png
	stop "$NODE"
	run -0 cup-verify journal
	run -0 cup-search --event send journal "hello bob"
	assert_line --regexp '	send	pass	'
	run -0 cup-search --event recv journal "hello room"
	run -0 cup-search --event send journal "a secret"
	refute_line --regexp '	send	pass	'
	run -1 cup-search --event recv journal "a secret"
}

@test "before Prosody" {
	start_prosody acme.localhost alice bob
	in_a_browser
}

# It waits for a list of blocked users before it opens a chat.
@test "before ejabberd" {
	# shellcheck disable=SC2034
	EJABBERD_MODULES=$'mod_privacy: {}\n  mod_blocking: {}'
	start_ejabberd acme.localhost alice bob
	in_a_browser
}
