# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# The journal at length: crashes, faults, full disks.

load ../lib/helpers
load ../lib/journal

setup() {
	common_setup
	faults_possible
}

# on_small_disk SCRIPT: run it in a file system of 2 MiB of its own.
on_small_disk() {
	local as=()
	[ "$(id -u)" -eq 0 ] || as=(-r)
	mkdir -p disk
	unshare -m "${as[@]}" bash -euc \
		"mount -t tmpfs -o size=2m none disk; $1"
}

@test "killed -9 at 200 instants under load nothing that was passed on is lost" {
	for i in {1..200}; do
		crash "$i" j
	done
	cup-log j < /dev/null 2> err
	assert [ "$(wc -l < all.out)" -gt 60000 ]
	passed_on_is_journaled j all.out
	run -0 cup-verify j
}

@test "failing at any of 60 moments, what was passed on is journaled" {
	local failed=0
	for i in {1..60}; do
		local fault=sync/fdatasync status=0
		((i % 2)) || fault=rw/pwrite
		gen-records 2000 "$i" 40000 | "${FAULTY[@]}" \
			FIU_ENABLE="enable_random name=posix/io/$fault,probability=0.1" \
			cup-log --segment-size 256K --write-ahead 64K j \
			>> out 2> err || status=$?
		((status == 0 || status == 74)) || fail "$status: $(cat err)"
		((status == 0)) || failed=$((failed + 1))
	done
	((failed > 15)) || fail "only $failed failed"
	cup-log j < /dev/null 2> err
	passed_on_is_journaled j out
	run -0 cup-verify j
}

@test "a disk that fills up ends it, with room it goes on from there" {
	run -0 on_small_disk '
		status=0
		gen-records 10000 1 | cup-log disk/j > out 2> err || status=$?
		echo "$status"
		cat err
		head -c 4096 /dev/zero > filler 2>/dev/null
		status=0
		cup-log disk/j < /dev/null > /dev/null 2> err || status=$?
		echo "$status"
		cp -r disk/j j'
	assert_line -n 0 74
	assert_line -n 1 --regexp "cannot write '.*': No space left on device$"
	assert_line -n 2 74
	run -0 cup-log j < <(gen-records 10000 1)
	passed_on_is_journaled j out
	run -0 cup-verify j
	assert_output --partial "j: 10000 records, "
}

@test "space written ahead leaves the last room to others" {
	run -0 on_small_disk '
		gen-records 2000 1 | cup-log disk/j > out
		wc -l < out
		(gen-records 10 2; read -rt 1 <> <(:) || :) |
			cup-log --write-ahead 1M disk/j > out
		du -k disk/j | cut -f 1'
	assert_line -n 0 2000
	assert [ "${lines[1]}" -lt 1100 ]
}

# Killed while segments are closed and compressed: with a fast clock of
# segments and a thread that has time, as little comes.
@test "killed -9 at 60 instants while segments are compressed nothing is lost" {
	local seen=0 pid i
	for i in {1..60}; do
		cup-log --segment-size 64K j \
			< <(gen-records 1000000 "$i" 4000 2>/dev/null) >part 2>err &
		pid=$!
		read -rt "0.$(printf '%03d' $((i * 7919 % 250 + 5)))" <> <(:) || :
		kill -KILL "$pid"
		wait "$pid" 2>/dev/null || :
		sed -n '$!p' part >>all.out
		# What is half done there is no harm to readers.
		[ -z "$(find j/ -name '*.tmp')" ] || seen=$((seen + 1))
		((i % 10)) || cup-verify -q j || cup-log --ids 0 j </dev/null
	done
	echo "# killed $seen times while it wrote aside" >&3
	pack j
	assert [ "$(wc -l <all.out)" -gt 1000 ]
	passed_on_is_journaled j all.out
	run -0 cup-verify j
}

@test "failing at any of 40 moments while they are compressed, nothing is lost" {
	local i fault faults=(rw/pwrite sync/fsync rw/pread oc/open)
	for i in {1..40}; do
		fault=${faults[i % 4]}
		gen-records 600 "$i" 6000 | "${FAULTY[@]}" \
			FIU_ENABLE="enable_random name=posix/io/$fault,probability=0.03" \
			cup-log --ids 0 --segment-size 32K j >>out 2>>err || :
	done
	pack j
	assert_equal "$(grep -c 'cannot compress\|cannot write\|cannot be made' err | grep -vc '^0$')" 1
	passed_on_is_journaled j out
	run -0 cup-verify j
}
