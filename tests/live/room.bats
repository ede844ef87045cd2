#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The memory of a node stays under its cap whatever clients do not read, or do
# not finish, and the others chat on.
# shellcheck disable=SC2030,SC2031

load ../lib/helpers
load ../lib/servers
load ../lib/load

setup_file() {
	export TOP PATH=$CUP_BIN:$CUP_TESTS:$PATH HOME=$BATS_FILE_TMPDIR
	cd "$BATS_FILE_TMPDIR" || return
	ARCHIVE='' start_prosody acme.localhost alice bob dave
	make_certificate acme.localhost
	export C2S COMP LOG
}

teardown_file() {
	stop_all
}

setup() {
	common_setup
	# shellcheck disable=SC2034
	STARTED=() CASES=room.py
	# In make asan what was freed is to be free.
	export ASAN_OPTIONS=quarantine_size_mb=0
	cp "$BATS_FILE_TMPDIR"/acme.localhost.* .
}

teardown() {
	exec 9>&-
	cat node.log 2>/dev/null || :
	stop_all
}

# stalled BYTES: as much waits for peers, or more.
stalled() {
	[ "$(status stalled-bytes)" -ge "$1" ]
}

# in_bounds BEFORE MAX: what waits for peers is at most half of MAX (KiB), and
# memory has grown by little more than MAX since it was BEFORE.
in_bounds() {
	eventually 5 stalled $(($2 * 192))
	echo "stalled $(status stalled-bytes), before $1, peak $(peak_memory "$NODE")"
	assert [ "$(status stalled-bytes)" -le $(($2 * 512)) ]
	assert [ "$(peak_memory "$NODE")" -lt $(($1 + $2 + 4096)) ]
}

@test "a crowd that stops reading: memory is bounded, the others chat on" {
	start_node --tls optional --held-max 6M
	begin_case deaf
	said ready
	local before
	before=$(memory "$NODE")
	go_on
	said flooded
	in_bounds "$before" 6144
	go_on
	said cut
	eventually 10 status_is stalled-bytes 0
	go_on
	end_case
	run -0 grep -c "wait for peers that do not read" node.log
}

@test "a crowd of half stanzas: memory is bounded, the others chat on" {
	start_node --tls optional --held-max 2M
	begin_case half
	said ready
	local before
	before=$(memory "$NODE")
	go_on
	said half
	in_bounds "$before" 2048
	go_on
	end_case
	run -0 cup-search --event logout journal
	assert_output --partial 'reason="a stanza was not finished"'
	run -1 cup-search --event send journal xxxx
}

@test "who does not read its errors is not read either" {
	start_node --tls optional
	begin_case refused_unread
	said stuck
	assert [ "$(status stalled-bytes)" -gt $((256 * 1024)) ]
	assert [ "$(status stalled-bytes)" -lt $((4096 * 1024)) ]
	go_on
	end_case
}
