# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# What cup-log does with an id that it has journaled already.

load ../lib/helpers
load ../lib/journal

setup() {
	common_setup
	LOG=
	export ID=019aac21-0000-7000-8000-000000000001
	one > rec
}

teardown() {
	stop_log
}

one() {
	record send "${1:-pass}" "$(message a@b/c d@e "${2:-hello}")" "${3:-ok@12345678}" - "${4:--}"
}

records_in() {
	journal_texts "$1" | grep -vc '^#'
}

@test "the same record again is answered as before, nothing is written" {
	cat rec rec | cup-log j > out
	cup-log j < rec >> out
	assert_equal "$(wc -l < out)" 3
	assert_equal "$(uniq out | wc -l)" 1
	assert_equal "$(records_in j)" 1
}

@test "the journaled verdict stands, whatever comes with the same stanza" {
	cup-log j < <(one reject hello no@12345678) > first
	run --separate-stderr -0 cup-log j < rec
	assert_equal "$output" "$(cat first)"
	assert_equal "$stderr" ""
}

@test "a stanza that was edited since is known by its original" {
	original=$(message a@b/c d@e hello)
	cup-log j < <(one pass 'h[redacted]o' redact@12345678 "$original") > first
	run --separate-stderr -0 cup-log j < rec
	assert_equal "$output" "$(cat first)"
	assert_equal "$(records_in j)" 1
}

@test "another stanza under the same id is journaled as a conflict" {
	cat rec <(one pass other) | cup-log j > out 2> err
	assert_equal "$(cut -d ' ' -f 2- err)" "line 2: id $ID is journaled already with another stanza"
	tail -1 out > conflict
	assert_equal "$(column 6 < conflict)" reject
	assert_equal "$(column 7 < conflict)" "ok@12345678; conflict@journal: id already journaled as 3 with another stanza"
	assert_regex "$(column 8 < conflict)" '#4$'
	assert_equal "$(column 9 < conflict)" "$(message a@b/c d@e other)"
	assert_equal "$(journal_lines j | sed -n 4p | column 8)" reject
	run -0 cup-verify j
	# The first stanza is answered as before.
	run --separate-stderr -0 cup-log j < rec
	assert_equal "$output" "$(head -1 out)"
	# The gate returns it, and lets the first one out.
	run --separate-stderr -0 cup-deliver < out
	assert_output "$(message a@b/c d@e hello)"
}

@test "the same stanza of another node is a conflict too" {
	cat rec <(NODE=node2 one) | cup-log j > out 2> err
	assert_equal "$(tail -1 out | column 6)" reject
	assert_regex "$(tail -1 out | column 7)" 'id already journaled as 3 for another node$'
}

@test "a conflict does not loosen what is dropped, nor let through a forgery" {
	cat rec <(one drop other) <(one deliver third) | cup-log j > out 2> err
	assert_equal "$(column 6 < out)" $'pass\ndrop\nreject'
}

@test "an id within a flush that is under way is answered after it" {
	gen-records 20000 1 > recs
	cat recs recs | cup-log j > out
	assert_equal "$(wc -l < out)" 40000
	assert_equal "$(head -20000 out | cksum)" "$(tail -20000 out | cksum)"
	assert_equal "$(records_in j)" 20000
}

@test "answers keep their place between new records and comments" {
	cup-log j < rec > first
	{ ID='' one; echo '# here'; cat rec; ID='' one; } | cup-log j > out
	assert_equal "$(sed -n 2p out)" '# here'
	assert_equal "$(sed -n 3p out)" "$(cat first)"
	assert_equal "$(wc -l < out)" 4
}

@test "ids are remembered over segments and restarts, as many as asked for" {
	gen-records 1000 1 > recs
	cup-log --segment-size 64K j < recs > first
	cup-log --segment-size 64K j < recs > again
	assert_equal "$(cksum < again)" "$(cksum < first)"
	assert_equal "$(records_in j)" 1000
	tail -300 recs | cup-log --ids 300 j > again
	assert_equal "$(cksum < again)" "$(tail -300 first | cksum)"
	head -300 recs | cup-log --ids 300 j > again
	assert_equal "$(records_in j)" 1300
	tail -1 recs | cup-log --ids 0 j > again
	assert_equal "$(records_in j)" 1301
}

@test "a journaled line that was changed since is not signed again" {
	start_log cup-log j
	cat rec >&8
	eventually 5 has_lines out 1
	sed 's/\tpass\t/\tdrop\t/' "j/$SEGMENT_1" > changed
	cat changed > "j/$SEGMENT_1"
	cat rec >&8
	status=0
	end_log || status=$?
	assert_equal "$status" 65
	assert_equal "$(cat err)" "cup-log: journal 'j': record 3 was changed since it was journaled"
	assert_equal "$(wc -l < out)" 1
}
