#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The whole live test of a node once more, with a compliance server at another
# address to judge: sessions and faults before each kind of server, what is of
# the way to a client before one; but for those whose pipeline is made to fail
# in a way of its own.

load ../lib/helpers
load ../lib/servers

SUITES=("$TOP"/tests/live/{sessions,faults}.bats)
WAY=("$TOP"/tests/live/{options,tls}.bats)

setup_file() {
	cd "$BATS_FILE_TMPDIR" || return
	make_certificates
	# Most of it is waiting: all three at a time.
	local kind
	STARTED=()
	for kind in tls https socat; do
		whole "$kind" >"$kind.tap" 2>&1 </dev/null 3>&- &
		STARTED+=($!)
	done
}

teardown_file() {
	stop_all
}

setup() {
	cd "$BATS_FILE_TMPDIR" || return
}

# whole KIND: all of it before such a server. Of the suite that runs here that
# one is not to know.
whole() {
	mkdir "$1"
	[ "$1" != tls ] || SUITES+=("${WAY[@]}")
	env -i PATH="${PATH//$BATS_LIBEXEC:/}" HOME="$HOME" TMPDIR="$PWD/$1" \
		CUP_BIN="$CUP_BIN" CUP_TESTS="$CUP_TESTS" COMPLIANCE="$1" \
		CERTIFICATES="$PWD" \
		bats --tap --timing --filter-tags '!own-pipeline' "${SUITES[@]}" \
		3>&1 && echo "whole" || echo "broken"
}

# came_through KIND: it did; what it said is shown.
came_through() {
	eventually 400 grep -qE '^(whole|broken)$' "$1.tap"
	sed "s/^/# $1: /" "$1.tap" >&3
	grep -qx whole "$1.tap"
}

@test "by cup-serve tls: with a certificate each" {
	came_through tls
}

@test "by the https reference server" {
	came_through https
}

@test "by a shell pipeline under socat" {
	came_through socat
}
