#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The canonical form, over elements that are made up; and damaged things that are
# signed or chained.

load ../lib/helpers

setup() {
	common_setup
}

@test "reader and parser agree on 100,000 elements, whole and damaged" {
	run -0 agree-fuzz 100000 1000000
	assert_output --regexp '^100000 elements, [0-9]+ of 300000 taken$'
}

@test "the canonical form of 100,000 elements is made again the same" {
	run -0 canon-fuzz 100000 1000000
	assert_output --regexp '^100000 elements, '
}

@test "another parser reads 100,000 elements, judged and sent, as they came" {
	run -0 wire-fuzz 100000 1000000
	assert_output --regexp '^100000 elements, [0-9]{5,6} of them'
}

@test "what is signed, chained or asked for, damaged, is never taken for more" {
	run -0 seal-fuzz note 15000 1000000
	run -0 seal-fuzz proof 15000 1000000
	run -0 seal-fuzz request 4000 1000000
	run -0 journal-fuzz lines 50000 1000000
	run -0 journal-fuzz tree 4000 1000000
	run -0 journal-fuzz writer 4000 1000000
}
