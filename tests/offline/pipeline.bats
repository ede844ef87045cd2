#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The whole pipe, on sessions recorded with real servers.

load ../lib/helpers

setup() {
	common_setup
	ALICE=alice@acme.localhost/desk
	SESSION=$STANZAS/prosody-alice.c2s.xml
}

# pipe POLICY [XML...]: the four stages; errors go to ./errors
pipe() {
	local policy=$1
	shift
	cup-intercept --as "$ALICE" "$@" | cup-filter "$policy" |
		cup-log journal | cup-deliver --errors errors
}

@test "what a policy passes is delivered, in order, and is in the journal" {
	echo 'pass all' >all.policy
	pipe all.policy "$SESSION" >delivered
	cup-search --event send --verdict pass journal | column 9 >journaled
	assert_files_equal delivered journaled
	assert_equal "$(grep -c '<message' delivered)" \
		"$(grep -o '<message' "$SESSION" | wc -l)"
	run -0 cup-verify journal
	assert_output --partial "whole"
	assert_file_empty errors
}

@test "what a policy refuses is not delivered, and the sender is told" {
	echo 'reject e2ee body matches "insiderwissen" text "not here"
		pass all' >one.policy
	pipe one.policy "$SESSION" >delivered
	run -1 grep Insiderwissen delivered
	run -0 cup-search --verdict reject journal
	assert_output --partial 'id="m-two"'
	run -0 cat errors
	assert_output --partial 'id="m-two" type="error"'
	assert_output --partial '>not here</text>'
	refute_output --partial Insiderwissen
}

@test "a redacted message is delivered without, and journaled with both" {
	echo 'redact cards body matches /\d{4}(-\d{4}){3}/ with "[card]"
		pass all' >redact.policy
	pipe redact.policy "$SESSION" >delivered
	run -1 grep 4000-0000 delivered
	run -0 grep -F 'Account [card] needs' delivered
	run -0 cup-search --rule cards journal
	assert_output --partial 'Account [card] needs'
	assert_output --partial 'Account 4000-0000-0000-0002 needs'
}

@test "without a rule that allows it nothing is delivered" {
	echo 'reject none from nobody@nowhere.example' >none.policy
	pipe none.policy "$SESSION" >delivered
	assert_file_empty delivered
	run -0 cup-search --count journal
	refute_output 0
}

@test "every recorded session goes through, from both servers" {
	echo 'pass all' >all.policy
	for s in "$STANZAS"/*.xml; do
		rm -rf journal
		cup-intercept --domain acme.localhost --events all "$s" |
			cup-filter all.policy | cup-log journal |
			cup-deliver >delivered
		assert_equal "$(wc -l <delivered)" "$(cup-search \
			--event send,recv journal | wc -l)"
		while IFS= read -r stanza; do
			xmllint --noout - <<<"$stanza" || fail "$stanza"
		done <delivered
	done
}

@test "with a stage missing nothing comes out" {
	echo 'pass all' >all.policy
	run -1 --separate-stderr bash -c "set -o pipefail
		cup-intercept --as $ALICE $SESSION | cup-filter all.policy |
		cup-deliver"
	assert_output ""
	# shellcheck disable=SC2154
	assert_regex "$stderr" "unjournaled"
	run -1 --separate-stderr bash -c "set -o pipefail
		cup-intercept --as $ALICE $SESSION | cup-log journal |
		cup-deliver"
	assert_output ""
	assert_regex "$stderr" "undecided"
}

@test "a stage that edits after the journal is found out" {
	echo 'pass all' >all.policy
	run -1 --separate-stderr bash -c "set -o pipefail
		cup-intercept --as $ALICE $SESSION | cup-filter all.policy |
		cup-log journal | sed 's/Morning Bob/Evening Bob/' |
		cup-deliver"
	refute_output --partial "Evening Bob"
	assert_output --partial "Line one"
	assert_regex "$stderr" "altered"
}

@test "records flow through at once while the input stays open" {
	echo 'pass all' >all.policy
	mkfifo in
	pipe all.policy <in >delivered &
	exec 7>in
	printf '<message to="bob@acme.localhost"><body>one</body></message>' >&7
	eventually 10 grep -q '>one<' delivered
	printf '<message to="bob@acme.localhost"><body>two</body></message>' >&7
	eventually 10 grep -q '>two<' delivered
	exec 7>&-
	wait %1
}

@test "a ping goes through the whole pipeline, and a dead stage stops it" {
	echo 'pass all' >all.policy
	run -0 bash -c 'echo "# ping t1" | cup-filter all.policy |
		cup-log journal | cup-deliver --records'
	assert_output "# ping t1"
	run -0 bash -c 'echo "# ping t1" | cup-filter all.policy |
		cup-log journal | true | cup-deliver --records'
	assert_output ""
}

@test "an own stage of awk can tighten a verdict, and not loosen one" {
	echo 'pass all' >all.policy
	# shellcheck disable=SC2016
	hold='BEGIN { FS = OFS = "\t" } /^#/ { print; next }
		{ $6 = "hold"; $7 = "night@awk" } 1'
	cup-intercept --as "$ALICE" "$SESSION" | awk "$hold" |
		cup-filter all.policy | cup-log journal |
		cup-deliver --errors errors >delivered
	assert_file_empty delivered
	run -0 cat errors
	assert_output --partial "held for review, do not resend"
	# shellcheck disable=SC2016
	loosen='BEGIN { FS = OFS = "\t" } { $6 = "pass" } 1'
	rm -rf journal
	run -1 --separate-stderr bash -c "set -o pipefail
		cup-intercept --as $ALICE $SESSION | awk '$hold' |
		cup-log journal | awk '$loosen' | cup-deliver"
	assert_output ""
	assert_regex "$stderr" "loosened"
}

@test "journal first, decide then: a refusal is obeyed" {
	printf 'reject de body matches insiderwissen\npass all\n' >one.policy
	cup-intercept --as "$ALICE" "$SESSION" | cup-log journal |
		cup-filter one.policy | cup-deliver >delivered
	run -1 grep Insiderwissen delivered
	assert_equal "$(grep -c '<message' delivered)" \
		"$(($(grep -o '<message' "$SESSION" | wc -l) - 1))"
}
