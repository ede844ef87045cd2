#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# Generated and damaged XML, some thousands of it: what reads it must agree; and
# damaged things that are signed or chained.

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

# holds PROGRAM KIND COUNT [SEED]: it finds nothing, and some were taken.
holds() {
	run -0 "$@"
	assert_output --regexp "^$3 of $2, [1-9][0-9]* taken\$"
}

@test "damaged keys, notes and proofs are believed as what was signed or not" {
	holds seal-fuzz keys 20000 "${SEED:-1}"
	holds seal-fuzz note 2000 "${SEED:-1}"
	holds seal-fuzz proof 2000 "${SEED:-1}"
}

@test "a witness that is asked damaged things never goes back or aside" {
	holds seal-fuzz request 1000 "${SEED:-1}"
}

@test "damaged lines and trees of a journal are read as what they are or not" {
	holds journal-fuzz lines 5000 "${SEED:-1}"
	holds journal-fuzz tree 400 "${SEED:-1}"
}

@test "whatever its writer is asked, what it has is a journal" {
	holds journal-fuzz writer 300 "${SEED:-1}"
}
