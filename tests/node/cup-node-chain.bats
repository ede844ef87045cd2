#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# cup-node with several compliance servers, asked one after another.

load ../lib/helpers
load ../lib/serve
load ../lib/broker
load ../lib/node

setup() {
	broker_setup
	node_setup
	printf 'reject insider body matches /merger/\npass wall\n' >wall.policy
	printf 'reject bad body matches /curse/\npass archive\n' >archive.policy
	start_link wall
	start_link archive
	cup-config n1 compliance=third-party ping-interval=200ms \
		answer-timeout=500ms connect-timeout=500ms \
		compliance-server="wall unix:$PWD/nobody" \
		compliance-server="wall unix:$PWD/wall" \
		compliance-server="archive unix:$PWD/archive" >/dev/null
}

teardown() {
	node_teardown
	broker_teardown
}

# start_link NAME: a server at unix:NAME with that policy, and its journal.
start_link() {
	judge "$1" "cup-filter $1.policy | cup-log --wait $1.journal"
	eval "$1=\$JUDGE"
}

# link_down NAME: end that server and what it runs.
link_down() {
	judge_signal KILL "${!1}"
	eventually 5 logged "unix:$PWD/$1: is down"
}

# seen NAME: the verdict and reasons under which a journal has the record $ID.
seen() {
	cup-search --id "$ID" "$1" | column 6,7 | sed 's/@[0-9a-f]*//g'
}

@test "each link judges, and sees what was decided before it" {
	start_node
	assert_equal "$(status stage | grep -c cup-broker)" 2
	judged "hello" deliver
	assert_equal "$(seen archive.journal)" "pass	wall"
	judged "a merger" return
	assert_equal "$(seen archive.journal)" "reject	insider"
	judged "a curse" return
	assert_equal "$(seen wall.journal)" "pass	wall"
	assert_equal "$(seen archive.journal)" "reject	wall; bad"
	assert_equal "$(seen journal)" "reject	wall; bad"
}

@test "a link that may be skipped is while it is down, and the journal says so" {
	cup-config n1 skip-if-down=archive unsafe=yes >/dev/null
	start_node
	assert_equal "$(status warning | head -n 1)" \
		"archive is not asked while it is down: skip-if-down"
	logged "n1: UNSAFE: 'archive' is not asked while it is down"
	judged "hello" deliver
	link_down archive
	judged "hello again" deliver
	run -0 cup-search -c --rule skipped@archive journal
	assert_output 1
	assert_equal "$(cup-search --id "$ID" journal | column 7 |
		sed 's/.*; //')" "skipped@archive: no compliance server"
	judged "a merger" return
	rm archive
	start_link archive
	again() {
		judged_once "hello at last" deliver &&
			[ -n "$(seen archive.journal)" ]
	}
	eventually 10 again
}

@test "a required link is waited for, and asked again after a reload" {
	cup-config n1 skip-if-down=archive unsafe=yes >/dev/null
	start_node
	judged "hello" deliver
	link_down wall
	ask "nobody may read this yet"
	broker=$(stage cup-broker | head -n 1)
	run -0 cup-node --reload n1
	eventually 10 gone "$broker"
	run ! back "^$ID	"
	assert_equal "$(seen journal)$(seen archive.journal)" ""
	rm wall
	start_link wall
	put "$(NODE=n1 ID=$ID record send - "$(message a@a.example b@a.example \
		"nobody may read this yet")")"
	eventually 10 back "^$ID	.*	deliver	"
}
