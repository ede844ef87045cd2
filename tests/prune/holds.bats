#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2034,SC2154
# Legal holds: what they name stays, whoever wants it to go.

load ../lib/helpers
load ../lib/journal
load ../lib/prune

setup() {
	common_setup
	LOG=
}

# mistaken LINE WHY: a file of holds with that line behind a good one.
mistaken() {
	printf 'ok id %s\n%s' "$(id 1)" "$1" >holds
	run -78 cup-prune --keep 2y --hold-file holds --yes j
	assert_line "cup-prune: holds:2: $2"
	assert_line "cup-prune: nothing is pruned as long as that is so"
}

@test "a file of holds with a mistake keeps everything" {
	ages j
	mistaken $'case-1 with @\n' "with '@' no JID"
	mistaken $'case-1 with\n' "with has nothing behind it"
	mistaken $'case-1\n' "hold 'case-1' has no condition"
	mistaken $'case-1 by alice@acme.example\n' "condition 'by' is none of with, from, to, since, until, id, rule and node"
	mistaken $'case-1 since yesterday\n' "since 'yesterday' is neither a date nor a time of RFC 3339"
	mistaken $'case-1 until 2026-02-30\n' "until '2026-02-30' is neither a date nor a time of RFC 3339"
	mistaken $'case-1 id 17\n' "id '17' is no id of a record"
	mistaken $'!case id 17\n' "line does not begin with the name of a hold"
	mistaken $'case-1 with a\x01@b\n' "line is not UTF-8 or has a control character"
	mistaken $'case-1 with a\xff@b\n' "line is not UTF-8 or has a control character"
	mistaken "case-1 with $(printf '%04100d' 0)"$'\n' "line is too long"
	mistaken "case-1 id $(id 2)" "line is cut off: it has no line feed"
	run -78 cup-prune --keep 2y --hold-file nothing --yes j
	assert_line "cup-prune: cannot read 'nothing': No such file or directory"
	run -78 cup-prune --keep 2y --hold-file j --yes j
	mkfifo fifo
	run -78 cup-prune --keep 2y --hold-file fifo --yes j
	assert_equal "$(cup-search -c j)" 40
}

@test "what is held stays, and what is beside it is erased line by line" {
	ages j
	cat >holds <<-EOF
		# matter, and whom it is about
		case-17 id $(id 3)

		case-18 with alice@acme.example since $(date -d '-6 years' +%F) until $(date -d '-3 years' +%F)
	EOF
	run -0 cup-prune --keep 2y --hold-file holds --yes j
	assert_line --partial "(9 records): kept 2y"
	assert_line "j: 11 records are held"
	assert_equal "$(ids j)" "3 $(seq -s ' ' 11 40) "
	run -0 whole_as_before j
	nowhere secret-4. j
	# Only where a hold has ended its segment goes.
	echo "case-17 id $(id 3)" >holds
	run -0 cup-prune --keep 2y --hold-file holds --yes j
	assert_equal "$(ids j)" "3 $(seq -s ' ' 21 40) "
	: >holds
	run -0 cup-prune --keep 2y --hold-file holds --yes j
	assert_equal "$(ids j)" "$(seq -s ' ' 21 40) "
	run -0 whole_as_before j
}

@test "what is held is not erased, and the hold is named" {
	ages j
	echo "case-17 with bob@acme.example until $(date -d '-4 years' +%F)" >holds
	run -1 cup-prune --erase "$(id 12)" --why asked --hold-file holds --yes j
	assert_line --regexp "^cup-prune: journal 'j': record [0-9]+ '$(id 12)' is held by case-17\$"
	assert_equal "$(ids j)" "$(seq -s ' ' 1 40) "
	run -1 cup-prune --erase-with alice@acme.example --why asked --hold-file holds --yes j
	assert_equal "$(grep -c 'is held by case-17' <<<"$output")" 20
	assert_equal "$(ids j)" "$(seq -s ' ' 1 20) "
	run -0 whole_as_before j
}

@test "--holds lists what each hold holds, and of which time" {
	ages j
	ages refused
	cat >holds <<-EOF
		case-17 with alice@acme.example until $(date -d '-4 years' +%F)
		case-18 id $(id 3)
		case-18 id $(id 25)
		case-19 from nobody@acme.example
	EOF
	run -0 cup-prune --holds --hold-file holds j refused
	assert_line --index 0 --regexp "^case-17: with alice@acme.example until [-0-9]+: 40 records, $(date -d '-8 years' +%Y)-.*Z to $(date -d '-5 years' +%Y)-.*Z\$"
	assert_line --index 1 --regexp "^case-18: id $(id 3) id $(id 25): 4 records, "
	assert_line --index 2 "case-19: from nobody@acme.example: 0 records"
	assert_equal "${#lines[@]}" 3
}

@test "a search with the same words shows what is held" {
	ages j
	for words in "with alice@acme.example" "from bob@acme.example" \
		"to bob@acme.example" "since 2024-01-01" "until 2022-06-01" \
		"rule none" "node node1" "with alice@acme.example with bob@acme.example since 2020-01-01T00:00:00+02:00"; do
		echo "h $words" >holds
		run -0 cup-prune --holds --hold-file holds j
		# shellcheck disable=SC2046
		n=$(cup-search -c $(sed -E 's/(^| )([a-z]+) /\1--\2 /g' <<<"$words") j || :)
		assert_output --partial ": $n record"
	done
}
