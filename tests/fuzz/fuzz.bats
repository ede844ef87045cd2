#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Generated and damaged XML, some thousands of it: what reads it must agree.

load ../lib/helpers

setup() {
	common_setup
}

@test "another parser reads what is judged and what is sent as what came" {
	run -0 wire-fuzz 20000 1
	assert_output --regexp '^20000 elements, [0-9]{5} of them'
}

@test "reader and parser agree on 20,000 elements, whole and damaged" {
	run -0 agree-fuzz 20000
	assert_output --regexp '^20000 elements, [0-9]+ of 60000 taken$'
}

@test "the canonical form of 20,000 elements is made again the same" {
	run -0 canon-fuzz 20000
	assert_output --regexp '^20000 elements, '
}

@test "and in a stream it is framed alike, whatever the chunks" {
	run -0 scan-fuzz 20000 "${SEED:-1}"
}

@test "what passes over records by their bytes never passes over a word" {
	run -0 sieve-fuzz 20000 "${SEED:-1}"
}
