#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The gate at the end of real pipelines.
# shellcheck disable=SC2154

load ../lib/helpers

setup() {
	common_setup
	cat >policy <<'END'
redact  pan   body matches /\b\d(?:[ -]?\d){12,15}\b/ with "[card]"
reject  e2ee  body matches "OMEMO" text "not here"
pass    rest
END
	cup-intercept --domain acme.localhost --as alice@acme.localhost \
		<"$STANZAS/prosody-alice.c2s.xml" >records
	(umask 077 && printf 'sixteen bytes or more' >key)
}

@test "filter, log, deliver: what passed comes out, the refused one's sender is told" {
	run --separate-stderr -0 bash -c 'cup-filter policy <records | cup-log journal | cup-deliver --errors errors'
	assert_equal "$(wc -l <<<"$output")" "$(cup-search -c --verdict pass --event send,recv journal)"
	assert_output --partial '>Account [card] needs'
	refute_output --partial OMEMO
	assert_equal "$(wc -l <errors)" 1
	assert_equal "$(grep -c '>not here</text>' errors)" 1
	assert_equal "$stderr" ''
}

@test "log, filter, deliver: as good, but what was edited after it was journaled is withheld" {
	run --separate-stderr -1 bash -c 'cup-log journal <records | cup-filter policy | cup-deliver'
	refute_output --partial Account
	assert_output --partial 'Morning Bob'
	assert_equal "${#stderr_lines[@]}" 1
	assert_regex "$stderr" "^cup-deliver: withheld '$(grep Account records | column 1)': altered "
}

@test "with a key on both sides, and with one on either" {
	run --separate-stderr -0 bash -c 'cup-filter policy <records | cup-log --key key journal | cup-deliver --key key'
	assert_output --partial 'Morning Bob'
	run --separate-stderr -1 bash -c 'cup-filter policy <records | cup-log --key key journal2 | cup-deliver'
	assert_output ''
	run --separate-stderr -1 bash -c 'cup-filter policy <records | cup-log journal3 | cup-deliver --key key'
	assert_output ''
}

@test "a pipeline without cup-log or without cup-filter lets nothing out" {
	run --separate-stderr -1 bash -c 'cup-filter policy <records | cup-deliver'
	assert_output ''
	run --separate-stderr -1 bash -c 'cup-log journal <records | cup-deliver'
	assert_output ''
	assert_equal "${#stderr_lines[@]}" "$(wc -l <records)"
}

@test "a stage in between that alters or loosens gets nothing past the gate" {
	for sed in 's/Morning Bob/Evening Bob/' 's/\treject\t/\tpass\t/'; do
		rm -rf journal
		run --separate-stderr -1 bash -c "cup-filter policy <records | cup-log journal | sed -u '$sed' | cup-deliver"
		refute_output --partial 'Evening Bob'
		refute_output --partial OMEMO
	done
}

@test "every record of the pipeline comes back released with --records" {
	run --separate-stderr -0 bash -c 'cup-filter policy <records | cup-log journal | cup-deliver --records'
	assert_equal "$(column 1 <<<"$output")" "$(column 1 <records)"
	assert_equal "$(column 6 <<<"$output" | sort -u | tr '\n' ' ')" 'deliver return '
}

@test "the journal of the pipeline can be searched and shown" {
	cup-filter policy <records | cup-log journal | cup-deliver >out
	run --separate-stderr -0 bash -c 'cup-search --rule pan journal "Account" | cup-print -f verdict,body,original'
	assert_output --regexp $'^pass\tAccount \[card\] needs.*<body>Account 4'
	run --separate-stderr -0 cup-search journal /4000-0000/
	run --separate-stderr -0 cup-print -f seq,id journal
	assert_equal "$(column 2 <<<"$output")" "$(column 1 <records)"
}
