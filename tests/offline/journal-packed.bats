# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# Segments that are done with are compressed, and nobody need know.

load ../lib/helpers
load ../lib/journal
load ../lib/disk

setup() {
	common_setup
	LOG=
	MOUNTED=
}

teardown() {
	stop_log
	[ -z "$MOUNTED" ] || umount "$MOUNTED"
}

one() {
	record send pass "$(message a@b/c d@e hello)"
}

# A journal of 300 records in several segments, not compressed.
closed_segments() {
	gen-records 300 1 | cup-log --compress no --segment-size 32K j >out
	[ "$(find j/ -name '*.log' | wc -l)" -gt 3 ]
}

@test "what is compressed is the same for every reader" {
	closed_segments
	cat j/*.log >before
	cup-search j >found
	cup-print j >printed
	run ! compgen -G 'j/*.zst'
	pack j
	run -0 cmp <(head -n 300 before) <(zstdcat -f j/*.log* | head -n 300)
	run -0 cmp found <(cup-search j)
	run -0 cmp printed <(cup-print j)
	run -0 cup-verify j
	assert_output --partial "j: 300 records"
	passed_on_is_journaled j out
	id=$(sed -n 5p found | column 1)
	run zstdgrep -h "$id" j/*.log.zst
	assert_output --partial "$id"
	mapfile -t packed < <(ls j/*.zst)
	cp "${packed[0]}" alone
	for segment in "${packed[@]}" alone; do
		run -0 cup-verify "$segment"
		run -0 cmp <(cup-search "$segment") <(zstdcat "$segment" | cut -f 3- | grep -v '^#')
	done
}

@test "it is done while records come, in frames of whole lines, five times smaller" {
	start_log cup-log --segment-size 4M j
	gen-records 24000 1 >&8
	eventually 60 all_packed j
	end_log
	passed_on_is_journaled j out
	first=$(find j/ -name '*.zst' | sort | head -1)
	frames=$(zstd -lv "$first" | sed -n 's/.*Number of frames: //p;s/^# Zstandard Frames: //p')
	assert [ "$frames" -ge 4 ]
	assert [ "$(zstdcat "$first" | wc -c)" -gt $((5 * $(wc -c <"$first"))) ]
	# Each frame stands alone: what is cut off behind one is whole.
	run -0 cup-verify j
}

@test "with --compress no they stay, and their trees are made" {
	closed_segments
	start_log cup-log --compress no j
	eventually 60 all_trees j
	end_log
	run ! compgen -G 'j/*.zst'
	run -64 cup-log --compress maybe j
	assert_output --partial "option '--compress': 'maybe' is not yes or no"
}

@test "what a crash has left half done is put right by the next writer" {
	closed_segments
	mapfile -t log < <(ls j/*.log)
	cp -r j before
	# Renamed, not yet removed; written aside; a tree cut off; one that is
	# there already but not the same.
	zstd -q "${log[0]}"
	head -c 1000 "${log[1]}" >"${log[1]%.log}.zst.tmp"
	head -c 1000 "${log[1]}" >"${log[1]%.log}.tree.tmp"
	sed '3s/<body>/<body>x/' "${log[2]}" | zstd -q >"${log[2]}.zst"
	run -0 cup-verify j
	head -c 50 "${log[1]}" >"${log[1]%.log}.tree"
	pack j
	run -0 cup-verify j
	assert_output --partial "j: 300 records"
	run -0 cmp <(cup-search before) <(cup-search j)
}

# A writer that has something to do tells.
told() {
	one >&8
	has_lines err 1
}

@test "a segment that is broken stays as it is, and is told" {
	closed_segments
	mapfile -t log < <(ls j/*.log)
	sed -i '3s/<body>/<body>x/' "${log[1]}"
	rm -f j/*.tree
	start_log cup-log --ids 0 j
	eventually 20 test ! -e "${log[0]}"
	eventually 20 told
	end_log
	run -0 cat err
	assert_output --regexp "^cup-log: journal 'j': its tree cannot be made: '${log[1]#j/}' line 3 does not match its chain"
	assert_exists "${log[1]}"
	run -1 cup-verify j
	assert_output --partial "${log[1]#j/}:3: record"
}

@test "a byte changed in a compressed segment is found, wherever it is" {
	closed_segments
	pack j
	first=$(find j/ -name '*.zst' | sort | head -1)
	cp "$first" good
	size=$(wc -c <good)
	for i in {0..24}; do
		at=$((i < 12 ? i : (size - 13) * i / 24 + i % 12))
		flip "$first" "$at"
		run cup-verify j
		[ "$status" -eq 1 ] || fail "$at: $status $output"
		cp good "$first"
	done
	truncate -s -20 "$first"
	run -1 cup-verify j
	assert_output --partial "is in a damaged frame"
	# What is behind it is still found.
	run -65 --separate-stderr cup-search j
	assert [ "${#lines[@]}" -gt 100 ]
}

@test "a byte changed in the file of a tree is found, wherever it is" {
	closed_segments
	pack j
	first=$(find j/ -name '*.tree' | sort | sed -n 2p)
	cp "$first" good
	size=$(wc -c <good)
	for i in {0..9}; do
		at=$((i < 3 ? 9 * i : (size - 1) * i / 9))
		flip "$first" "$at"
		run -1 cup-verify j
		assert_output "cup-verify: journal 'j': ${first#j/}:1: line is not what was written: the tree is damaged"
		cp good "$first"
	done
	rm "$first"
	run -0 cup-verify j
}

@test "a repeated id is answered from a compressed segment" {
	gen-records 300 1 >recs
	cup-log --compress no --segment-size 32K j <recs >out
	pack j
	sed -n '5p;290p' recs >again
	run -0 cup-log j <again
	assert_output "$(sed -n '5p;290p' out)"
	sed 's/<body>/<body>x/' again >other
	run -0 --separate-stderr cup-log j <other
	assert_equal "$(column 6 <<<"$output")" $'reject\nreject'
	run -0 cup-verify j
}

@test "an id whose record was erased is a conflict, those beside it are not" {
	gen-records 300 1 >recs
	cup-log --compress no --segment-size 32K j <recs >before
	start_log cup-log --compress no j
	first=j/$SEGMENT_1
	sum=$(sed -n 5p "$first" | cut -f 3- | tr -d '\n' | sha256sum)
	# It has read the ids, and has no use for that segment yet.
	sed -n 290p recs >&8
	eventually 5 has_lines out 1
	sed -i "5s/^\(5\t[0-9a-f]*\t\).*/\1# erased sha256=${sum%% *} 2026-11-28T12:00:00.000000Z by=a why=b/" "$first"
	sed -n '3p;10p' recs >&8
	eventually 5 has_lines out 3
	end_log
	assert_equal "$(sed -n 2p out | column 6)" reject
	assert_regex "$(sed -n 2p out)" 'already journaled as 5 which has been removed'
	assert_equal "$(sed -n 3p out)" "$(sed -n 10p before)"
}

@test "a journal whose last segment is compressed goes on in a new one" {
	closed_segments
	pack j
	last=$(find j/ -name '*.log')
	rm j/lock "$last"
	run -0 cup-log j < <(one)
	run -0 cup-verify j
	assert_exists "$last"
}

@test "a full disk leaves them as they are, and takes nothing of the journal" {
	small_disk j
	gen-records 700 1 | cup-log --compress no --write-ahead 0 --segment-size 64K j >out
	fill_disk
	truncate -s -8K disk/fill
	start_log cup-log --write-ahead 0 j
	eventually 10 told
	end_log || :
	run -0 cat err
	assert_output --regexp "cannot (write|create|compress) .*: No space left on device"
	assert_equal "$(find j/ -name '*.tmp')" ""
	rm disk/fill
	passed_on_is_journaled j out
	# The last room is for records, not for this.
	start_log cup-log --write-ahead 64K j
	eventually 10 told
	end_log
	assert_equal "$(find j/ -name '*.zst*')" ""
	pack j --write-ahead 0
	run -0 cup-verify j
}
