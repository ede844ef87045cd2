#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154
# What somebody with the disk could do to a sealed journal: each is found.

load ../lib/helpers
load ../lib/journal
load ../lib/seal

setup_file() {
	seal_setup_file
}

setup() {
	seal_setup
	cp "$NEW" elsewhere
}

teardown() {
	seal_teardown
}

# found [TEXT]: by who has the checkpoint that was kept elsewhere.
found() {
	run --separate-stderr -1 cup-verify --key "$VKEY" \
		--checkpoint elsewhere j
	assert_output ""
	[ -z "${1-}" ] || assert_regex "$stderr" "$1"
}

# segment N: the path of that one.
segment() {
	find j -name '*.log' | sort | sed -n "${1}p"
}

@test "any byte of any line that is changed" {
	local file at size
	for file in j/*.log; do
		cp "$file" kept
		size=$(stat -c %s "$file")
		for ((at = 5; at < size; at += size / 5)); do
			flip "$file" "$at"
			found
			cp kept "$file"
		done
	done
	run -0 cup-verify --key "$VKEY" --checkpoint elsewhere j
}

@test "any byte of a checkpoint that is changed" {
	local at size
	size=$(stat -c %s "$NEW")
	cp "$NEW" kept
	for ((at = 0; at < size; at += 19)); do
		flip "$NEW" "$at"
		run --separate-stderr -1 cup-verify --key "$VKEY" j
		cp kept "$NEW"
	done
	mv "$NEW" "${NEW%/*}/00000000000000000007.checkpoint"
	run --separate-stderr -1 cup-verify --key "$VKEY" j
	assert_regex "$stderr" 'is not of the size it is named by'
}

@test "any byte of a tree that is changed" {
	local file at size
	file=$(find j -name '*.tree' | sort | sed -n 3p)
	cp "$file" kept
	size=$(stat -c %s "$file")
	for ((at = 3; at < size; at += size / 40)); do
		flip "$file" "$at"
		found 'the tree is damaged'
		cp kept "$file"
	done
	# With a right digest at its end, too.
	head -c -32 kept | sed '1s/CUPTREE2/&/' >body
	flip body 100
	{ cat body; openssl dgst -sha256 -binary body; } >"$file"
	found 'is not of its lines: the tree was changed'
	rm "$file"
	run -0 cup-verify --key "$VKEY" --checkpoint elsewhere j
}

@test "a segment that is removed, swapped or cut" {
	mv "$(segment 2)" kept
	found 'are missing|where'
	mv kept "$BATS_TEST_TMPDIR/j/$(basename "$(find "$BATS_FILE_TMPDIR/j" \
		-name '*.log' | sort | sed -n 2p)")"
	mv "$(segment 2)" a && mv "$(segment 2)" b
	local two three
	two=$(basename "$(find "$BATS_FILE_TMPDIR/j" -name '*.log' | sort | sed -n 2p)")
	three=$(basename "$(find "$BATS_FILE_TMPDIR/j" -name '*.log' | sort | sed -n 3p)")
	mv a "j/$three" && mv b "j/$two"
	found
	mv "j/$three" a && mv "j/$two" "j/$three" && mv a "j/$two"
	run -0 cup-verify --key "$VKEY" --checkpoint elsewhere j
	local last
	last=$(find j -name '*.log' | sort | tail -1)
	sed -i '$d' "$last"
	rm j/lock
	found 'is cut off after [0-9]+: elsewhere seals'
}

@test "the whole journal written anew, with right hashes and a right seal" {
	# It is whole by itself, and by who has none but its own checkpoints.
	journal_texts j | sed '/<body>/s/<body>/&not /' >texts
	rm -r j
	mkdir j
	head -60 texts | grep -v '^# segment' | rechain >"j/$SEGMENT_1"
	rm -f j/lock
	run -0 cup-verify j
	cup-seal --key seal.key j
	run -0 cup-verify --key "$VKEY" j
	found 'not those that checkpoint .elsewhere. seals|is cut off'
}

@test "a journal that was written anew is not sealed beside its old seal" {
	journal_texts j | sed '/<body>/s/<body>/&not /' | head -400 |
		grep -v '^# segment' | head -60 >texts
	rm j/*.log j/lock
	rechain <texts >"j/$SEGMENT_1"
	run --separate-stderr -65 cup-seal --key seal.key j
	assert_regex "$stderr" 'it has fewer lines than were sealed'
	rm j/checkpoints/*
	cup-seal --key seal.key j >out
	sed -i '5s/<body>/&really /' texts
	rechain <texts >"j/$SEGMENT_1"
	run --separate-stderr -65 cup-seal --key seal.key j
	assert_regex "$stderr" 'its lines are not those that were sealed'
}

@test "a checkpoint by another key, or of another journal" {
	cup-seal --generate acme.example/n1 --key own.key >own.vkey
	rm j/checkpoints/*
	cup-seal --key own.key j >out
	run --separate-stderr -1 cup-verify --key "$VKEY" j
	assert_regex "$stderr" 'is not signed by a key that is given'
	head -20 "$BATS_FILE_TMPDIR/records" | cup-log other >out
	cup-seal --key seal.key other >out
	run --separate-stderr -1 cup-verify --key "$VKEY" \
		--checkpoint "$(<out)" j
	assert_regex "$stderr" 'not those that|is cut off'
}

@test "a journal that was never sealed" {
	rm -r j/checkpoints
	run --separate-stderr -1 cup-verify --key "$VKEY" j
	assert_regex "$stderr" 'was never sealed'
	run --separate-stderr -1 cup-verify --proof x j
	assert_regex "$stderr" 'was never sealed'
	run --separate-stderr -64 cup-verify --checkpoint elsewhere j
	run --separate-stderr -64 cup-verify --key "$VKEY" --quorum 1 j
	run --separate-stderr -64 cup-verify --key "$VKEY" --max-age 1h j
}
