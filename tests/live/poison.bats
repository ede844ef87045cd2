#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# A record at which a stage fails: it is found and given up, and the others
# flow. Before Prosody or, with SERVER=ejabberd, before that.
# shellcheck disable=SC2030,SC2031

load ../lib/helpers
load ../lib/servers

# A stage that fails at what it cannot take.
FAILS="mawk -W interactive '/poison/ { exit 1 } { print; fflush() }'"

setup_file() {
	export TOP PATH=$CUP_BIN:$CUP_TESTS:$PATH HOME=$BATS_FILE_TMPDIR
	cd "$BATS_FILE_TMPDIR" || return
	start_server acme.localhost user{0..11}
	make_certificate acme.localhost
	export C2S COMP
}

teardown_file() {
	stop_all
}

setup() {
	common_setup
	STARTED=()
	cp "$BATS_FILE_TMPDIR"/acme.localhost.* .
	echo secret >secret
	chmod 600 secret
}

teardown() {
	grep -v 'record .* came back' node.log | tail -n 20
	stop_all
}

# poison WAY: among others' talk.
poison() {
	start_node --return-component "tcp:127.0.0.1:$COMP" \
		--return-domain returns.acme.localhost \
		--return-secret "$PWD/secret" --hold-timeout 8s
	eventually 10 status_is return-component up
	PYTHONPATH=$TOP/tests/clients run timeout 60 /usr/bin/python3 \
		"$TOP/tests/clients/poison.py" "$PORT" "$C2S" "$1"
	assert_success
	echo "# $output" >&3
	eventually 5 status_is held 0
	run -0 cup-search --event=done refused
	assert_output --partial 'outcome="given-up"'
}

@test "what a stage fails at on its way down is given up, others flow" {
	PIPELINE="$FAILS | $JUDGED" poison down
}

@test "the same on its way up" {
	PIPELINE="$FAILS | $JUDGED" poison up
}

@test "the same at a compliance server, through cup-broker" {
	cup-serve unix:"$PWD/there" -c "$FAILS | cup-filter policy" 2>there.log \
		</dev/null 3>&- &
	STARTED+=($!)
	write_policy >policy
	eventually 5 test -S there
	PIPELINE="cup-broker unix:$PWD/there | cup-log --wait journal |
		cup-deliver --records" poison down
}

@test "and in a node of its own, cup-node's" {
	# shellcheck source=tests/lib/through.bash
	. "$TOP/tests/lib/through.bash"
	PIPELINE="$FAILS | $JUDGED" poison down
}
