#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# --refusal-notice before ejabberd, and what the user of a real client sees.

load ../lib/helpers
load ../lib/servers

setup() {
	common_setup
	# shellcheck disable=SC2034
	STARTED=()
}

teardown() {
	tmux -S tmux kill-server 2>/dev/null || :
	cat node.log 2>/dev/null || :
	stop_all
}

@test "notices before ejabberd" {
	SERVER=ejabberd run bats "$TOP/tests/live/notice.bats"
	assert_success
}

# shows WORDS: on the screen.
shows() {
	tmux -S tmux capture-pane -p >screen
	grep -qE -- "$1" screen
}

types() {
	tmux -S tmux send-keys -l "$1"
	tmux -S tmux send-keys Enter
}

# begin_profanity HOW: as alice, before a node that tells of refusals so.
begin_profanity() {
	ARCHIVE='' start_server acme.localhost alice bob
	start_node --refusal-notice "$1"
	mkdir -p .local/share/profanity
	cat >.local/share/profanity/accounts <<-EOF
		[alice@acme.localhost]
		enabled=true
		jid=alice@acme.localhost
		server=127.0.0.1
		port=$PORT
		resource=desk
		tls.policy=trust
		password=pw
	EOF
	tmux -S tmux -f /dev/null new-session -d -x 100 -y 40 \
		profanity -a alice@acme.localhost 3>&-
	eventually 20 shows 'logged in successfully' || fail "$(<screen)"
	types '/msg bob@acme.localhost this is forbidden'
	eventually 10 shows 'me: this is forbidden' || fail "$(<screen)"
}

@test "profanity shows a chat of the domain with the rule's text" {
	begin_profanity message
	# It has a window of its own by now.
	eventually 10 shows '\[3\]' || fail "$(<screen)"
	types '/win acme.localhost'
	eventually 10 shows 'acme.localhost: not this word' || fail "$(<screen)"
	types '/win bob@acme.localhost'
	eventually 10 shows 'me: this is forbidden' || fail "$(<screen)"
	run cat screen
	refute_output --partial 'not this word'
}
