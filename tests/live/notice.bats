#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# --refusal-notice: a refusal as a chat message. Before Prosody or, with
# SERVER=ejabberd, before that.

load ../lib/helpers
load ../lib/servers

setup_file() {
	export TOP PATH=$CUP_BIN:$CUP_TESTS:$PATH HOME=$BATS_FILE_TMPDIR
	cd "$BATS_FILE_TMPDIR" || return
	ARCHIVE='' start_server acme.localhost alice bob
	make_certificate acme.localhost
	export C2S
}

teardown_file() {
	stop_all
}

setup() {
	common_setup
	# shellcheck disable=SC2034
	STARTED=()
	cp "$BATS_FILE_TMPDIR"/acme.localhost.* .
	cat >policy <<-'EOF'
		reject own  event recv from acme.localhost body matches /^unheard$/
		reject odd  event send body matches /^unheard$/ text "unheard"
		reject word event send xpath "//*[contains(., 'forbidden')]" text "not <this> & \"that\" word"
		pass all
	EOF
}

teardown() {
	exec 9>&-
	cat node.log 2>/dev/null || :
	stop_all
}

# notice HOW CASE...: of notice.py.
notice() {
	PYTHONPATH=$TOP/tests/clients run timeout 60 /usr/bin/python3 \
		"$TOP/tests/clients/notice.py" "$PORT" "$@"
	assert_success
}

# all_of HOW: whatever is refused, and wherever it was to go.
all_of() {
	start_node --refusal-notice "$1" --events all
	notice "$1" chat room iq wordless unheard order cut
	run -0 cup-verify journal
	eventually 5 status_is held 0
}

@test "by an error, by default" {
	start_node --events all
	notice error chat room iq wordless unheard order cut
	run -1 cup-search --event recv --from acme.localhost journal 'not'
}

@test "by a message of the domain, which is in the journal before it is sent" {
	all_of message
}

@test "by both, the error first" {
	all_of both
}

# stopped HOW: with the pipeline standing still.
stopped() {
	start_node --refusal-notice "$1" --hold-timeout 500ms
	mkfifo in
	PYTHONPATH=$TOP/tests/clients timeout 40 /usr/bin/python3 \
		"$TOP/tests/clients/notice.py" "$PORT" "$1" stopped \
		>stopped.out 2>&1 <in 3>&- &
	local client=$! log
	STARTED+=("$client")
	exec 9>in
	eventually 10 grep -q ready stopped.out
	log=$(stages | sed -n 2p)
	kill -STOP "$log"
	echo >&9
	eventually 15 grep -q told stopped.out || fail "$(cat stopped.out)"
	# The words themselves are on disk, in the journal that was not stuck.
	cup-search --event=done refused | grep -F 'outcome="told"' >told
	run -0 grep -c '<body>could not be recorded in time' told
	run -0 cup-verify refused
	kill -CONT "$log"
	echo >&9
	wait "$client" || fail "$(cat stopped.out)"
}

@test "told by a message though the pipeline stands still" {
	stopped message
}

@test "told by both though the pipeline stands still" {
	stopped both
}

@test "managed streams that break lose no notice and get none twice" {
	local how
	for how in message both; do
		write_policy >policy
		PIPELINE="$SLOW | $JUDGED" start_node --refusal-notice "$how"
		PYTHONPATH=$TOP/tests/clients NOTICE=$how run timeout 60 \
			/usr/bin/python3 "$TOP/tests/clients/sm.py" "$PORT" 5 7
		assert_success
		stop "$NODE"
	done
}

@test "another word is none, and the node's setting is checked" {
	run -64 cup-intercept --refusal-notice loudly
	assert_output --partial "option '--refusal-notice': 'loudly': is none of its words"
	export CUP_CONFIG_DIR=$PWD
	run -78 cup-config n1 refusal-notice=loudly
	run -0 cup-config n1 listen=tcp:127.0.0.1:0 server=tcp:127.0.0.1:9 \
		domain=a.example policy=/p journal=/j refusal-notice=both
	run -0 cup-node --commands n1
	assert_output --partial "--refusal-notice both"
}
