#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2034,SC2154
# cup-prune: what is too old goes, what is held stays, and the journal is whole.

load ../lib/helpers
load ../lib/journal
load ../lib/prune

setup() {
	common_setup
	LOG=
}

teardown() {
	stop_log
}

@test "it conducts itself as all programs do" {
	mkdir j
	conducts_itself cup-prune --keep 1d j
	run --separate-stderr -64 cup-prune --keep 1d
	assert_equal "${stderr_lines[0]}" "cup-prune: no journal given (try 'cup-prune --help')"
	run --separate-stderr -64 cup-prune j
	assert_regex "$stderr" "neither '--keep', '--keep-for', '--erase' nor '--erase-with' says what to do"
}

@test "what does not say what to do is a wrong call" {
	local bad
	mkdir j
	for bad in 7 0d 7x -1d 1.5y '' '2 hours ago' 99999999999y 9999y; do
		run -64 cup-prune --keep "$bad" j
	done
	for bad in x=1y user:a=1y rule:=1y rule:a rule:a= jid:=1y jid:@=1y node:a=0d; do
		run -64 cup-prune --keep-for "$bad" j
	done
	run -64 cup-prune --keep 1y --keep 2y j
	run -64 cup-prune --erase 17 --why a j
	run -64 cup-prune --erase "$(id 1)" j
	run -64 cup-prune --erase "$(id 1)" --why '' j
	run -64 cup-prune --erase "$(id 1)" --why $'a\nb' j
	run -64 cup-prune --erase "$(id 1)" --why "$(printf '%0257d' 0)" j
	run -64 cup-prune --erase "$(id 1)" --erase-with a@b --why a j
	run -64 cup-prune --erase-with @ --why a j
	run -64 cup-prune --why a --keep 1y j
	run -64 cup-prune --holds j
	run -64 cup-prune --holds --hold-file h --yes j
	run -64 cup-prune --node n1 --keep 1y
	run -64 cup-prune --node n1 j
	run -64 cup-prune --node ../n1
}

@test "without --yes it says what would go, and nothing is changed" {
	ages j
	find j -type f -exec sha256sum {} + | sort >before
	run -0 cup-prune --keep 7y j
	assert_line --regexp '^j: prune 1-1[0-9] \(a whole segment, 10 records, [0-9]+ bytes\): kept 7y$'
	assert_line "nothing was done: --yes does it"
	refute_output --partial "j: done:"
	run -0 cup-prune --erase "$(id 35)" --why asked j
	run -0 cup-prune --erase-with bob@acme.example --why asked j
	assert_line --partial "(10 records): asked"
	find j -type f -exec sha256sum {} + | sort | diff before -
}

@test "with it what is too old goes, and nothing else" {
	ages j
	run -0 cup-prune --keep 7y --yes j
	assert_line --regexp '^j: done: [0-9]+ lines pruned, 0 erased, in 1 segments$'
	assert_equal "$(ids j)" "$(seq -s ' ' 11 40) "
	nowhere secret-10. j
	run ! nowhere secret-11. j
	run -0 whole_as_before j
	run -0 cup-prune --keep 7y --yes j
	assert_output "j: nothing to do"
	run -0 cup-prune --keep 2y --yes j
	assert_equal "$(ids j)" "$(seq -s ' ' 21 40) "
	run -0 whole_as_before j
	# The segment that is written to is left alone.
	run -0 cup-prune --keep 1s --yes j
	assert_equal "$(ids j)" "$(seq -s ' ' 31 40) "
	run -0 whole_as_before j
	assert_output --regexp '^j: 10 records, .*, whole$'
}

@test "the chained notes say what went, who had it go, and why" {
	ages j
	run -0 cup-prune --keep 7y --yes j
	run -0 grep -ohE '# pruned .*' "j/$(find j -name '*.log' -printf '%f\n' | sort | tail -1)"
	assert_output --regexp '^# pruned [^ ]+ 1-1[0-9] chain=[0-9a-f]{64} tree=[0-9a-f]{64} by=[^ ]+ why=kept 7y$'
	# Without them the hole is none that was made rightly.
	sed -i '/# pruned 2/d' j/*.log
	run -1 cup-verify j
}

@test "time is over when the newest record of the frame is, not before" {
	{ group 1 '-7 years -2 days'; group 11 '-7 years +1 day'; } | log_to j >out
	new_segment j
	run -0 cup-prune --keep 7y j
	assert_output "j: nothing to do"
	run -0 cup-prune --keep 2554d j
	assert_line --partial "20 records"
}

@test "of a segment its beginning goes, frame by frame" {
	{ gen-records 6000 1; group 1 -10 seconds; } | log_to j >out
	new_segment j
	gen-records 6000 1 | awk '{ n += length($0) + 86 } n > 1048576 && NR > 2 { print NR; exit }' >frame
	run -0 cup-prune --keep 1d --yes j
	assert_line --partial "j: prune 1-"
	assert_line --partial "(a segment's beginning, "
	# A frame ends where subtrees of 64 leaves do.
	to=$(grep -ohE '^1-[0-9]+' "j/$SEGMENT_1")
	assert_equal $((${to#1-} % 64)) 0
	left=$(cup-search --id "$(id 1)" -c j)
	assert_equal "$left" 1
	assert_equal "$(cup-search -c j)" $((6010 + 2 - ${to#1-}))
	run -0 cup-verify j
	# What is left of it goes when it is time, and so is the tree made of both.
	run -0 cup-prune --keep 1s --yes j
	assert_line --partial "(a whole segment, "
	assert_equal "$(cup-search -c j)" 0
	run -0 cup-verify j
}

@test "--keep-for keeps what a rule, a node or a JID had, longer or shorter" {
	{
		TIME=$(ago -8 years) REASON=mnpi@main said 1 "one $PADDING"
		TIME=$(ago -8 years) said 2 "two $PADDING"
		TIME=$(ago -8 years) NODE=node2 said 3 "three $PADDING"
		TIME=$(ago -8 years) said 4 "four $PADDING" carol@acme.example/x
		for n in 5 6 7 8 9 10; do TIME=$(ago -8 years) said $n "$n $PADDING"; done
	} | log_to j >out
	new_segment j
	run -0 cup-prune --keep 7y --keep-for rule:mnpi=10y --keep-for node:node2=9y --keep-for jid:carol@acme.example=100y --yes j
	assert_line --partial "(7 records): kept 7y"
	assert_equal "$(ids j)" "1 3 4 "
	run -0 cup-verify j
	# Alone it is about nothing else.
	run -0 cup-prune --keep-for node:node2=1y --yes j
	assert_equal "$(ids j)" "1 4 "
	# Of several the longest counts.
	run -0 cup-prune --keep-for rule:mnpi=1y --keep-for jid:alice@acme.example=20y --yes j
	assert_output --partial "nothing to do"
	# The whole segment, once nothing has to stay.
	run -0 cup-prune --keep 1y --yes j
	assert_line --partial "(a whole segment, "
	run -0 cup-verify j
}

@test "a journal that is not whole is not touched" {
	ages j
	sed -i '5s/secret/SECRET/' "j/$SEGMENT_1"
	find j -name '*.log' -exec sha256sum {} + | sort >before
	run -65 cup-prune --keep 2y --yes j
	assert_output --partial "does not match its chain"
	find j -name '*.log' -exec sha256sum {} + | sort | diff before -
	run -74 cup-prune --keep 2y --yes nothing
	run -74 cup-prune --keep 2y nothing
}

@test "a journal that others can write to is not pruned" {
	ages j
	chmod g+w j
	run -78 cup-prune --keep 2y --yes j
	assert_output --partial "its group or others can write to it"
}

@test "notes about what is still there survive the segment that has them" {
	ages j
	run -0 cup-prune --erase "$(id 35)" --why 'request 1' --yes j
	run -0 cup-prune --keep 7y --yes j
	group 41 '-3 years' | log_to j >out
	new_segment j
	# The notes are in the segment of 41 to 50, which goes; what they name stays.
	notes=$(grep -l '# erasure' j/*.log)
	run -0 cup-prune --keep 2y --yes j
	run -0 cup-verify j
	run -0 grep -c . "$notes"
	run -0 grep -ohE '# (erasure|pruned) .*since=.*' j/*.log
	assert_output --regexp 'erasure [^ ]+ seq=[0-9]+ since=[^ ]+ by=[^ ]+ why=request 1'
	assert_output --regexp 'pruned [^ ]+ 1-[0-9]+ since=[^ ]+ chain='
}

@test "of version 1 whole segments are pruned, but no single record is erased" {
	ages now
	mkdir j
	journal_texts now | sed -e 's/^# cup-journal 2 /# cup-journal 1 /' \
		-e '/^# segment/d' -e 's/ version=2//' | rechain 1 >"j/$SEGMENT_1"
	run -0 cup-verify j
	group 41 now | log_to j >out
	run -1 cup-prune --erase "$(id 5)" --why asked --yes j
	assert_line --partial "j': record "
	assert_line --partial "is in a segment of version 1, of which single records cannot be erased"
	echo "h id $(id 3)" >holds
	run -0 cup-prune --keep 1s --hold-file holds --yes j
	assert_line "j: 39 records stay only as others of the same segment, of version 1, do"
	assert_equal "$(cup-search -c j)" 50
	run -0 cup-prune --keep 1s --yes j
	assert_line --partial "(a whole segment, 40 records"
	assert_equal "$(ids j)" "$(seq -s ' ' 41 50) "
	run -0 cup-verify j
	run -0 grep -c 'version=1$' "j/$SEGMENT_1"
}

@test "compressed segments are pruned, and compressed again" {
	ages j
	start_log cup-log --heads heads j
	eventually 10 test -e j/00000000000000000014.log.zst -a ! -e j/00000000000000000014.log
	end_log
	first=$(find j -name '*.zst' -printf '%f\n' | sort | sed -n 2p)
	echo "case-1 id $(id 15)" >holds
	run -0 cup-prune --keep 2y --hold-file holds --yes j
	assert_equal "$(ids j)" "15 $(seq -s ' ' 21 40) "
	assert_file_exists "j/$first"
	assert_file_not_exists "j/${first%.zst}"
	nowhere secret-14. j
	run -0 whole_as_before j
	run -0 zstdcat j/00000000000000000001.log
}
