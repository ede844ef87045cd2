#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2034,SC2154
# cup-prune --node: what a node's settings say, in all of its journals.

load ../lib/helpers
load ../lib/journal
load ../lib/prune

setup() {
	common_setup
	LOG=
	export CUP_CONFIG_DIR=$PWD/etc
	echo 'pass rest' >p.policy
}

teardown() {
	stop_log
}

# node KEY=VALUE...: node n1 with a journal and one of what was refused.
node() {
	cup-config n1 listen=tcp:127.0.0.1:0 server=tcp:127.0.0.1:9 domain=acme.example \
		tls=none policy="$PWD/p.policy" journal="$PWD/j" refused="$PWD/refused" "$@" >config.out
}

@test "the settings say how long, and what is held, in all journals" {
	ages j
	ages refused
	echo "case-1 id $(id 5)" >holds
	node retention=7y hold-file="$PWD/holds"
	run -0 cup-prune --node n1
	assert_line "nothing was done: --yes does it"
	run -0 cup-prune --node n1 --yes
	assert_equal "$(ids j)" "5 $(seq -s ' ' 11 40) "
	assert_equal "$(ids refused)" "5 $(seq -s ' ' 11 40) "
	run -0 cup-prune --node n1 --holds
	assert_output "case-1: id $(id 5): 2 records, $(cup-search --id "$(id 5)" j | cut -f 2 | cut -c 1-19)Z to $(cup-search --id "$(id 5)" j | cut -f 2 | cut -c 1-19)Z"
	run -0 cup-config n1 retention-for=node:node1=2y
	run -0 cup-prune --node n1 --yes
	assert_equal "$(ids refused)" "5 $(seq -s ' ' 21 40) "
	# An erasure is that alone.
	run -0 cup-prune --node n1 --erase "$(id 35)" --why asked --yes
	assert_equal "$(ids j)" "5 $(seq -s ' ' 21 34) $(seq -s ' ' 36 40) "
	nowhere secret-35. j
	nowhere secret-35. refused
	run -0 cup-verify j refused
}

@test "without settings for it nothing is pruned" {
	ages j
	node
	run -0 cup-prune --node n1 --yes
	assert_output "$PWD/j: nothing to do"
	run -78 cup-prune --node n2 --yes
	assert_output --partial "cup-prune: node 'n2'"
}

@test "cup-config refuses what is no retention, and looks at the holds" {
	local bad
	mkdir etc
	for bad in retention=7 retention=0d retention=forever retention-for=7y retention-for=user:a=7y retention-for=rule:a=x hold-file=holds; do
		run -65 node "$bad" || run -78 node "$bad"
	done
	echo 'case-1 with @' >holds
	node retention=7y hold-file="$PWD/holds"
	run cup-config --check n1
	assert_line "wrong: hold-file $PWD/holds:1: with '@' no JID"
	echo "case-1 id $(id 1)" >holds
	run cup-config --check n1
	assert_line "good: hold-file $PWD/holds"
	rm holds
	run cup-config --check n1
	assert_line "wrong: hold-file $PWD/holds: No such file or directory"
	ages j
	run -78 cup-prune --node n1 --yes
	assert_line "cup-prune: nothing is pruned as long as that is so"
}

@test "the journal that a keeper of reviews writes is pruned as well" {
	local keeper
	ages j
	ages reviews
	cup-review --serve "unix:$PWD/socket" --to reviews j 2>keeper.err 3>&- &
	keeper=$!
	eventually 10 test -S reviews/writer
	run -0 cup-prune --keep 7y --yes reviews
	assert_equal "$(ids reviews)" "$(seq -s ' ' 11 40) "
	kill "$keeper"
	wait "$keeper" || :
	assert_equal "$(grep -v 'listening on' keeper.err)" ""
	run -0 cup-verify reviews
	assert [ ! -e reviews/writer ]
}

@test "the units that are shipped prune once a day" {
	assert_file_contains "$TOP/lib/systemd/cup-prune@.service" '^ExecStart=@BINDIR@/cup-prune --node %i --yes$'
	assert_file_contains "$TOP/lib/systemd/cup-prune@.timer" '^OnCalendar=daily$'
	command -v systemd-analyze || skip "no systemd"
	mkdir units
	for unit in "$TOP"/lib/systemd/cup-prune@.*; do
		sed "s|@BINDIR@|$CUP_BIN|" "$unit" >"units/$(basename "${unit/@/@n1}")"
	done
	run -0 systemd-analyze verify --man=no units/cup-prune@n1.timer units/cup-prune@n1.service
}
