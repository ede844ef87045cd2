#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The canonical form, over a million generated elements.

load ../lib/helpers

setup() {
	common_setup
}

@test "reader and parser agree on 1,000,000 elements, whole and damaged" {
	run -0 agree-fuzz 1000000 1000000
	assert_output --regexp '^1000000 elements, [0-9]+ of 3000000 taken$'
}

@test "the canonical form of 1,000,000 elements is made again the same" {
	run -0 canon-fuzz 1000000 1000000
	assert_output --regexp '^1000000 elements, '
}

@test "another parser reads 1,000,000 elements, judged and sent, as they came" {
	run -0 wire-fuzz 1000000 1000000
	assert_output --regexp '^1000000 elements, [0-9]{6,7} of them'
}
