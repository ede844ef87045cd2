#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2034,SC2154
# cup-prune where something fails: what should stay stays, and it goes on.

load ../lib/helpers
load ../lib/journal
load ../lib/disk
load ../lib/prune

setup() {
	common_setup
	LOG='' MOUNTED=
}

teardown() {
	stop_log
	[ -z "$MOUNTED" ] || umount "$MOUNTED"
}

@test "on a full disk nothing is lost, and it goes on when there is room" {
	ages made
	small_disk j
	cp made/* j/
	echo "case-1 id $(id 5)" >holds
	fill_disk
	run -74 cup-prune --keep 2y --hold-file holds --yes j
	assert_output --partial "No space left on device"
	assert_equal "$(ids j)" "$(seq -s ' ' 1 40) "
	rm disk/fill
	run -0 cup-prune --keep 2y --hold-file holds --yes j
	assert_equal "$(ids j)" "5 $(seq -s ' ' 21 40) "
	assert_file_empty j/pruning
	run -0 whole_as_before j
}

@test "where a sync or write fails, it says so, and goes on later" {
	local fault n failed=0
	faults_possible
	echo "case-1 id $(id 5)" >holds
	for fault in posix/io/sync/fsync posix/io/rw/pwrite posix/io/rw/write; do
		for n in 1 2 3; do
			rm -rf j
			ages j
			run "${FAULTY[@]}" FIU_ENABLE="enable_random name=$fault,failinfo=28,probability=0.0$((n * 3))" \
				cup-prune --keep 2y --hold-file holds --yes j
			[ "$status" -eq 0 ] || failed=$((failed + 1))
			[ "$status" -eq 0 ] || [ "$status" -eq 74 ]
			assert_equal "$(cup-search j | cut -f 1 | grep -cE -- '-0*(5|2[1-9]|30|3[0-9]|40)$')" 21
			run -0 cup-prune --keep 2y --hold-file holds --yes j
			assert_equal "$(ids j)" "5 $(seq -s ' ' 21 40) "
			run -0 whole_as_before j
		done
	done
	assert [ "$failed" -gt 0 ]
}

@test "what was announced comes under a hold: it stays, and is named" {
	ages j
	# As if it had been killed when the notes were made: nothing was removed.
	cp -r j before
	run -0 cup-prune --keep 2y --yes j
	last=$(find before -name '*.log' -printf '%f\n' | sort | tail -1)
	cp "j/$last" before/
	echo from=1 >before/pruning
	echo "case-1 id $(id 5)" >holds
	run -1 cup-prune --keep 2y --hold-file holds --yes before
	assert_line --regexp "^cup-prune: journal 'before': record [0-9]+ is held by case-1\$"
	assert_equal "$(ids before)" "$(seq -s ' ' 1 40) "
	run -0 cup-verify before
	# Without the hold it goes on, and announces nothing again.
	run -0 cup-prune --keep 2y --yes before
	assert_line --regexp '^before: done: [0-9]+ lines pruned'
	assert_equal "$(ids before)" "$(seq -s ' ' 21 40) "
	assert_equal "$(journal_texts before | grep -c '^# pruned [^ ]*Z ')" 2
	run -0 whole_as_before before
}

@test "a mark that is spoilt only makes it look at all notes" {
	ages j
	echo x >j/pruning
	run -0 cup-prune --keep 7y --yes j
	assert_equal "$(ids j)" "$(seq -s ' ' 11 40) "
	assert_file_empty j/pruning
	run -0 whole_as_before j
}

@test "what was being written when it was killed is written anew" {
	ages j
	echo rubbish >j/00000000000000000001.tmp
	run -0 cup-prune --keep 7y --yes j
	assert_file_not_exists j/00000000000000000001.tmp
	run -0 whole_as_before j
}
