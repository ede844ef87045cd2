#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2034,SC2154
# What was signed of a journal, and what was proved of a record, holds after
# something of it was removed.

load ../lib/helpers
load ../lib/journal
load ../lib/prune

setup() {
	common_setup
	LOG=
}

@test "every checkpoint and every proof still verifies when lines were removed" {
	vkey=$(cup-seal --key k --generate acme.example)
	for years in 8 5 1; do
		group $((years * 10)) "-$years years -1 hour" | log_to j >out
		cup-seal --key k j
		new_segment j
	done
	group 21 now | log_to j >out
	cup-seal --key k j
	cup-verify --proof "$(id 51)" j >51.tlog-proof
	cup-search --id "$(id 51)" j >51.record
	cup-verify --proof "$(id 25)" j >25.tlog-proof
	cup-search --id "$(id 25)" j >25.record
	echo "case-1 id $(id 52)" >holds
	run -0 cup-prune --erase "$(id 25)" --why asked --yes j
	run -0 cup-prune --keep 2y --hold-file holds --yes j
	assert_equal "$(cup-search -c j)" 20
	assert_equal "$(find j/checkpoints -name '*.checkpoint' | wc -l)" 4
	for checkpoint in j/checkpoints/*.checkpoint; do
		run -0 cup-verify --key "$vkey" --checkpoint "$checkpoint" j
		assert_output --partial "whole, sealed up to"
	done
	run -0 cup-verify --key "$vkey" j
	# Who has a record and its proof needs no journal.
	for n in 25 51; do
		run -0 cup-verify --key "$vkey" $n.tlog-proof $n.record
	done
	# What is left can be proved under what was sealed before, and after.
	run -0 cup-seal --key k j
	cup-verify --proof "$(id 52)" j >52.tlog-proof
	cup-search --id "$(id 52)" j >52.record
	run -0 cup-verify --key "$vkey" 52.tlog-proof 52.record
	run -0 cup-verify --key "$vkey" j
}
