#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The canonical form, over elements that are made up.

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
