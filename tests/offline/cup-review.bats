#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2154
# cup-review on plain files: what is held is listed, and settled.

load ../lib/helpers
load ../lib/review

setup() {
	review_setup
	{
		TIME=2026-11-22T10:00:02.000000Z held 1 alice@acme.example/desk 'the secret'
		record send pass "$(message alice@acme.example/desk bob@acme.example hello)"
		TIME=2026-11-22T10:00:01.000000Z held 2 eve@acme.example/x 'the merger' terms=reviewers:2
		EVENT=recv held 3 mallory@evil.example/y 'buy now'
		record login hold '<session xmlns="urn:cup:session:1" jid="a@b/c"/>'
	} | journal_held
}

teardown() {
	review_teardown
}

release() {
	cup-review --release "$(held_id "$1")" --to reviews journal
}

@test "conduct: --help, --version, wrong calls" {
	conducts_itself cup-review journal
	run --separate-stderr -64 cup-review
	assert_regex "$stderr" "^cup-review: no journal given"
	for wrong in "--release $(held_id 1) journal" '--release --to reviews journal' \
		"--refuse $(held_id 1) --to reviews journal" "--serve unix:s --to r" \
		"--serve tcp:h:1 --to r journal" "--release --refuse $(held_id 1) --to r journal" \
		'--stage unix:s journal' '--command x journal' '--reviewer anna journal' \
		'--context 1001 journal' '--stage nowhere' '--settled --node node1' \
		'--settled -i --node node1' '--context 1 --socket unix:s'; do
		# shellcheck disable=SC2086
		run --separate-stderr -64 cup-review $wrong
		assert_output ""
	done
	assert_regex "$stderr" '^cup-review: --context needs a JOURNAL: a keeper tells only what is held'
}

@test "what is held and not settled is listed, oldest first, as records" {
	run --separate-stderr -0 cup-review journal
	assert_equal "$stderr" ""
	assert_equal "$(column 1 <<<"$output")" "$(held_id 2)
$(held_id 1)
$(held_id 3)"
	assert_equal "$output" "$(cup-search --verdict hold journal | grep -v login | sort -k 2)"
	run -0 bash -c 'cup-review journal | cup-print -f from,body'
	assert_line --index 0 "eve@acme.example/x	the merger"
}

@test "a segment, a file of records and standard input are listed alike" {
	cup-search journal >records
	run -0 cup-review journal/*1.log
	assert_equal "${#lines[@]}" 3
	run -0 cup-review records
	assert_equal "${#lines[@]}" 3
	run -0 cup-review /dev/stdin <records
	assert_equal "${#lines[@]}" 3
	run -0 cup-review journal records
	assert_equal "${#lines[@]}" 3
}

@test "where nothing is held the exit status is 1" {
	record send pass "$(message a@b/c d@e hello)" | cup-log other >/dev/null
	run --separate-stderr -1 cup-review other
	assert_output ""
	assert_equal "$stderr" ""
	run -1 cup-review --settled journal
	run --separate-stderr -74 cup-review nowhere
	assert_equal "$stderr" "cup-review: 'nowhere' cannot be opened: No such file or directory"
	run --separate-stderr -74 cup-review --to nowhere journal
	assert_equal "$stderr" "cup-review: 'nowhere' cannot be opened: No such file or directory"
}

@test "a line that is no record is named, and the rest is listed" {
	{ cup-search journal; echo nonsense; } >records
	run --separate-stderr -65 cup-review records
	assert_equal "${#lines[@]}" 3
	assert_equal "$stderr" "cup-review: records:6: has fewer than ten fields"
}

@test "a release lets the message out, once, with a delay of its own time" {
	cup-review --release "$(held_id 1)" --to reviews journal | cup-deliver >out
	assert_equal "$(cat out)" '<message xmlns="jabber:client" from="alice@acme.example/desk" to="bob@acme.example" id="m1" type="chat"><body>the secret</body><delay xmlns="urn:xmpp:delay" stamp="2026-11-22T10:00:02.000000Z" from="acme.example"/></message>'
	run --separate-stderr -1 release 1
	assert_output ""
	assert_regex "$stderr" "^cup-review: '$(held_id 1)' was released by $(id -un) at 20[^ ]+Z$"
	run -0 cup-review --to reviews journal
	assert_equal "$(column 1 <<<"$output")" "$(held_id 2)
$(held_id 3)"
	run -0 cup-verify reviews
}

@test "what is printed passes, and says who released it for which rule" {
	run --separate-stderr -0 release 3
	assert_equal "$stderr" ""
	assert_equal "$(column 3,4,5,6 <<<"$output")" $'node1\ts1\trecv\tpass'
	assert_equal "$(column 7 <<<"$output")" \
		"released@review: by $(id -un) for words ($(settled_by 3))"
	assert_output --partial '<delay xmlns="urn:xmpp:delay" stamp="2026-11-22T21:33:38.000001Z" from="acme.example"/>'
	assert_regex "$(column 8 <<<"$output")" '^sha256:[0-9a-f]{64}@.*#3$'
}

@test "a stanza without children is let out with a delay as well" {
	ID=$(held_id 9) record send hold '<message xmlns="jabber:client" from="a@b/c" to="d@e"/>' w@t | journal_held
	run -0 --separate-stderr bash -c "cup-review --release $(held_id 9) --to reviews journal | cup-deliver"
	assert_output '<message xmlns="jabber:client" from="a@b/c" to="d@e"><delay xmlns="urn:xmpp:delay" stamp="2026-11-22T21:33:38.000001Z" from="b"/></message>'
}

@test "with a key the proofs are of that key" {
	head -c 32 /dev/urandom >key
	chmod 600 key
	cup-review --release "$(held_id 1)" --key key --to reviews journal >released
	run -0 cup-deliver --key key <released
	assert_output --partial 'the secret'
	run --separate-stderr cup-deliver <released
	assert_failure
	run --separate-stderr -78 cup-review --release "$(held_id 2)" --key nokey --to reviews journal
}

@test "what is refused is never let out" {
	run --separate-stderr -0 cup-review --refuse "$(held_id 1)" --why 'not by IM' --to reviews journal
	assert_output ""
	run --separate-stderr -1 release 1
	assert_regex "$stderr" "'$(held_id 1)' was refused by .* at 20[^ ]+Z: not by IM$"
}

@test "what is not held, and no id, is an error; the others are settled" {
	run --separate-stderr -1 cup-review --refuse "$(held_id 1)" "$(held_id 7)" "$(held_id 3)" \
		--why never --to reviews journal
	assert_equal "$stderr" "cup-review: '$(held_id 7)' is not held"
	run -0 cup-review --to reviews journal
	assert_equal "$(column 1 <<<"$output")" "$(held_id 2)"
}

@test "where two reviewers are needed one is not enough, nor twice the same" {
	run --separate-stderr -0 release 2
	assert_output ""
	assert_equal "$stderr" "cup-review: '$(held_id 2)' needs another reviewer, too"
	run --separate-stderr -1 release 2
	assert_output ""
	assert_regex "$stderr" "'$(held_id 2)' was released by you at 20[^ ]+Z: it needs 2 reviewers$"
	run -0 cup-review --to reviews --reviews journal
	assert_output --partial ' verdict="release" by="'
}

@test "what has expired is not released, but can be refused" {
	held 4 eve@acme.example/x late terms=expires:60 | journal_held
	TIME=$(now) held 5 eve@acme.example/x early terms=expires:3600 | journal_held
	run --separate-stderr -1 release 4
	assert_output ""
	assert_equal "$stderr" "cup-review: '$(held_id 4)' has expired"
	run -0 release 5
	run -0 cup-review --refuse "$(held_id 4)" --why late --to reviews journal
}

@test "a note and an escalation are on record, and settle nothing" {
	run -0 cup-review --note "$(held_id 1)" --why 'ask legal' --to reviews journal
	run --separate-stderr -1 cup-review --escalate nobody "$(held_id 1)" --to reviews journal
	assert_equal "$stderr" "cup-review: '$(held_id 1)' cannot be escalated to 'nobody', who may not settle"
	run -0 cup-review --escalate root "$(held_id 1)" --why 'you, please' --to reviews journal
	run -0 cup-review --to reviews --reviews journal
	assert_equal "${#lines[@]}" 5
	assert_output --partial "verdict=\"note\" by=\"$(id -un)\" why=\"ask legal\""
	assert_output --partial "verdict=\"escalate\" by=\"$(id -un)\" to=\"root\" why=\"you, please\""
}

@test "who wrote a message himself does not settle it" {
	local me
	me=$(id -un)
	run --separate-stderr -1 cup-review --reviewer "$me=ALICE@acme.example" \
		--release "$(held_id 1)" --to reviews journal
	assert_equal "$stderr" "cup-review: '$(held_id 1)' is what you wrote yourself"
	run --separate-stderr -0 cup-review --reviewer "$me=alice@acme.example" \
		--release "$(held_id 3)" --to reviews journal
}

@test "what was settled is listed with all that was said of it" {
	release 1 >/dev/null
	cup-review --note "$(held_id 1)" --why 'in hindsight' --to reviews journal
	mv reviews journal.review
	run -0 cup-review --settled journal
	assert_equal "$(column 1 <<<"$output")" "$(held_id 1)"
	run -0 cup-review --settled --reviews journal
	assert_equal "$(column 5 <<<"$output")" $'send\nreview\nreview\nreview'
	assert_output --partial 'outcome="sent"'
	assert_output --partial 'why="in hindsight"'
}

@test "the review journal beside a journal is found, also where a slash ends its name" {
	cup-review --refuse "$(held_id 1)" --why no --to journal.review journal
	run -0 cup-review journal/
	assert_equal "${#lines[@]}" 2
}

@test "the conversation around each is printed with it" {
	{
		record send pass "$(message alice@acme.example/desk bob@acme.example 'and after')"
		record send pass "$(message carol@acme.example/desk bob@acme.example 'of another')"
	} | journal_held
	run -0 bash -c 'cup-review --context 1 journal | cup-print -f body'
	assert_output 'the secret
hello
the merger
buy now'
}

@test "a policy that was changed since is named" {
	echo 'hold words body matches /secret/' >p
	local tag
	tag=$(cup-filter --check p | sed 's/.*tag //')
	run -0 cup-review --policy p journal
	assert_line "# policy $(held_id 1) words@0123abcd: now $tag"
	assert_equal "$(grep -vc '^#' <<<"$output")" 3
	echo 'hold others body matches /secret/' >p
	run -0 cup-review --policy p journal
	assert_line --partial ", without that rule"
	# By the same policy nothing is said.
	record send - "$(message a@b/c d@e secret)" | cup-filter p | cup-log held >/dev/null
	run -0 cup-review --policy p held
	refute_output --partial '#'
	run --separate-stderr -78 cup-review --policy nowhere journal
}

@test "the reasons are one line of at most 1024 bytes" {
	run --separate-stderr -1 cup-review --release "$(held_id 1)" --why $'two\nlines' --to reviews journal
	assert_equal "$stderr" "cup-review: '$(held_id 1)' has a reason that is too long, or not one line of text"
	run --separate-stderr -1 cup-review --release "$(held_id 1)" \
		--why "$(printf 'x%.0s' {1..1025})" --to reviews journal
	run --separate-stderr -0 cup-review --release "$(held_id 1)" \
		--why "$(printf 'x%.0s' {1..1024})" --to reviews journal
}

@test "markup in a reason stays text" {
	cup-review --refuse "$(held_id 1)" --why '<a b="c"/> & more' --to reviews journal
	run --separate-stderr -1 release 1
	assert_regex "$stderr" ": <a b=\"c\"/> & more$"
	run -0 bash -c 'cup-search reviews | cup-print'
	assert_output --partial '<a b="c"/> & more'
}
