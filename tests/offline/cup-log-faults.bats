# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# cup-log when things go wrong: locks, crashes, full disks.

load ../lib/helpers
load ../lib/journal

setup() {
	common_setup
	LOG=
	faults_possible
}

teardown() {
	stop_log
}

one() {
	record send pass "$(message a@b/c d@e "${1:-hello}")"
}

# faulty FIU-COMMAND ARGS...: cup-log with faults injected.
faulty() {
	"${FAULTY[@]}" FIU_ENABLE="$1" cup-log "${@:2}"
}

# fails_from_now_on FAULT TEXT: cup-log has passed on a record, the next one
# meets the fault, and it ends while it waits for more.
fails_from_now_on() {
	local status=0
	start_log "${FAULTY[@]}" cup-log --write-ahead 0 j
	one first >&8
	eventually 5 has_lines out 1
	fiu-ctrl -f "$PWD/fiu" -c "enable name=$1" "$LOG"
	one second >&8
	eventually 5 has_lines err 1
	wait "$LOG" || status=$?
	LOG=
	assert_equal "$status" 74
	assert_equal "$(cat err)" "cup-log: journal 'j': $2"
	assert_equal "$(wc -l < out)" 1
	run --separate-stderr -0 cup-log j < <(one third)
	assert_regex "$stderr" "its last writer did not close it"
	run -0 cup-verify j
	passed_on_is_journaled j out
}

note_of() {
	journal_texts "$1" | grep -a "^# $2 " | tail -1
}

@test "a second writer is told who holds the journal" {
	start_log cup-log j
	one >&8
	eventually 5 has_lines out 1
	run --separate-stderr -75 cup-log j < /dev/null
	assert_equal "$stderr" "cup-log: journal 'j' is being written by $(head -1 j/lock)"
	assert_regex "$stderr" "by pid=$LOG host=[^ ]+ since=2[^ ]+Z$"
	end_log
	run --separate-stderr -0 cup-log j < /dev/null
}

@test "with --wait a second writer takes over when the first one ends" {
	start_log cup-log j
	one >&8
	eventually 5 has_lines out 1
	one | cup-log --wait j 8>&- > second &
	second=$!
	run --separate-stderr -0 has_lines out 1
	end_log
	wait "$second"
	assert_equal "$(wc -l < second)" 1
	run -0 cup-verify j
	assert_output --partial "j: 2 records, "
}

@test "a journal whose writer was killed goes on, and says so" {
	start_log cup-log j
	one >&8
	eventually 5 has_lines out 1
	kill -KILL "$LOG"
	wait "$LOG" || :
	run --separate-stderr -0 cup-log j < <(one)
	assert_equal "$stderr" "cup-log: journal 'j': its last writer did not close it, nothing is torn"
	assert_regex "$(note_of j recovered)" '^# recovered 2[^ ]+Z torn=0$'
	run -0 cup-verify j
}

@test "a torn last line is cut off, kept beside the journal, and told" {
	one | cup-log j > out
	tear "j/$SEGMENT_1" $'5\tabcdef'
	run --separate-stderr -0 cup-log j < <(one)
	assert_equal "$stderr" "cup-log: journal 'j': its last writer did not close it: 8 bytes that were torn are cut off and kept in '00000000000000000005.torn'"
	assert_regex "$(note_of j recovered)" 'Z torn=8 kept=00000000000000000005.torn$'
	assert_equal "$(cat j/*5.torn)" $'5\tabcdef'
	run -0 cup-verify j
	assert_output --partial "j: 2 records, "
	# The same again, at the next line: nothing that was kept is lost.
	tear "j/$SEGMENT_1" "$(one)"
	cup-log j < /dev/null 2> err
	assert_equal "$(find j -name '*.torn' | wc -l)" 2
}

@test "a last batch whose lines arrived on disk in part is cut off whole" {
	gen-records 100 1 | cup-log j > out
	sed '$d' "j/$SEGMENT_1" | sed '91s/the numbers/          /' > torn
	cat torn > "j/$SEGMENT_1"
	rm j/lock
	run --separate-stderr -0 cup-log j < /dev/null
	assert_regex "$stderr" "bytes that were torn are cut off and kept in '0*91.torn'"
	assert_equal "$(wc -l < j/*91.torn)" 11
	run -0 cup-verify j
	assert_output --partial "j: 88 records, "
}

@test "a broken line that no crash can have left is refused, nothing changed" {
	gen-records 20000 1 | cup-log j > out
	for tamper in '9s/the numbers/          /' 9d '9{h;d};10G'; do
		rm -rf k
		cp -r j k
		sed "$tamper" "j/$SEGMENT_1" | sed '$d' > "k/$SEGMENT_1"
		rm k/lock
		before=$(cat k/* | cksum)
		run --separate-stderr -65 cup-log k < /dev/null
		assert_regex "$stderr" "^cup-log: journal 'k': '$SEGMENT_1' line (9|10): .*, and no crash can have left it so$"
		rm k/lock
		assert_equal "$(cat k/* | cksum)" "$before"
	done
}

@test "a broken line in a journal that was closed is refused" {
	gen-records 10 1 | cup-log j > out
	sed '5s/the numbers/          /' "j/$SEGMENT_1" > t
	cat t > "j/$SEGMENT_1"
	rm j/lock
	run --separate-stderr -65 cup-log j < /dev/null
	assert_regex "$stderr" "line 5: does not match its chain: it was changed, and no crash"
}

@test "what is known to have been on disk is not taken for torn" {
	gen-records 10 1 | cup-log j > out
	cp -r j k
	sed '$d' "k/$SEGMENT_1" > "j/$SEGMENT_1"
	run --separate-stderr -65 cup-log j < /dev/null
	assert_equal "$stderr" "cup-log: journal 'j': the last record is 12, though record 13 was on disk"
	sed '5s/the numbers/          /' "k/$SEGMENT_1" > "j/$SEGMENT_1"
	run --separate-stderr -65 cup-log j < /dev/null
	assert_equal "$stderr" "cup-log: journal 'j': '$SEGMENT_1' line 5: does not match its chain: it was changed, though record 13 was on disk"
	rm j/*.log
	run --separate-stderr -65 cup-log j < /dev/null
	assert_equal "$stderr" "cup-log: journal 'j': the last record is 0, though record 13 was on disk"
}

@test "a crash between two segments, or in the first one, is recovered" {
	gen-records 400 1 | cup-log --segment-size 64K j > out
	last=$(find j -name '*.log' | sort | tail -1)
	: > "$last"
	rm j/lock
	run --separate-stderr -0 cup-log j < <(one)
	run -0 cup-verify j
	tear "$last" ''
	printf '7\t' > "$last"
	rm j/lock
	run --separate-stderr -0 cup-log j < <(one)
	run -0 cup-verify j
	mkdir k
	: > "k/$SEGMENT_1"
	run --separate-stderr -0 cup-log k < <(one)
	run -0 cup-verify k
	mkdir l
	printf '1\tabc' > "l/$SEGMENT_1"
	run --separate-stderr -0 cup-log l < <(one)
	run -0 cup-verify l
}

@test "space that was written ahead but never filled is no harm" {
	one | cup-log j > out
	head -c 100000 /dev/zero | tr '\0' '\n' >> "j/$SEGMENT_1"
	run --separate-stderr -0 cup-log j < <(one)
	head -c 100000 /dev/zero >> "j/$SEGMENT_1"
	run --separate-stderr -0 cup-log j < <(one)
	run -0 cup-verify j
	assert_output --partial "j: 3 records, "
}

@test "killed -9 at 20 instants under load nothing that was passed on is lost" {
	for i in {1..20}; do
		crash "$i" j
	done
	cup-log j < /dev/null 2> err
	assert [ "$(wc -l < all.out)" -gt 1000 ]
	passed_on_is_journaled j all.out
	run -0 cup-verify j
}

@test "a sync that fails ends it: nothing of that batch is passed on" {
	fails_from_now_on posix/io/sync/fdatasync,failinfo=5 \
		"cannot sync '$SEGMENT_1': Input/output error"
}

@test "a write that fails ends it: nothing of that batch is passed on" {
	fails_from_now_on posix/io/rw/pwrite,failinfo=28 \
		"cannot write '$SEGMENT_1': No space left on device"
}

@test "failing at any moment under load, what was passed on is journaled" {
	seed=0
	for fault in sync/fdatasync rw/pwrite; do
		for _ in {1..8}; do
			status=0
			seed=$((seed + 1))
			gen-records 3000 "$seed" 30000 | faulty \
				"enable_random name=posix/io/$fault,probability=0.05" \
				--write-ahead 64K j >> out 2> err || status=$?
			((status == 74 || status == 0)) || fail "$status"
		done
	done
	one | cup-log j 2> err >> out
	passed_on_is_journaled j out
	run -0 cup-verify j
}

@test "short writes are completed" {
	gen-records 3000 1 > recs
	faulty 'enable_random name=posix/io/rw/pwrite/reduce,probability=0.5' j < recs > out
	assert_equal "$(column 1 < out)" "$(column 1 < recs)"
	passed_on_is_journaled j out
	run -0 cup-verify j
}

@test "no room to write ahead is no error" {
	# 100 records fit into what the file may have, the space does not.
	(
		ulimit -f 64
		gen-records 100 1 | cup-log j > out
	)
	assert_equal "$(wc -l < out)" 100
	run -0 cup-verify j
}

@test "a file that may not grow ends it, and it goes on where it may" {
	status=0
	(
		ulimit -f 64
		gen-records 1000 1 | cup-log j
	) > out 2> err || status=$?
	assert_equal "$status" 74
	assert_equal "$(cat err)" "cup-log: journal 'j': cannot write '$SEGMENT_1': File too large"
	gen-records 1000 1 | cup-log j > again 2> err
	passed_on_is_journaled j out
	assert_equal "$(wc -l < again)" 1000
	run -0 cup-verify j
	assert_output --partial "j: 1000 records, "
}

@test "a full standard output ends it, what is journaled stays" {
	run --separate-stderr -74 sh -c 'cup-log j > /dev/full' < <(one)
	assert_regex "$stderr" "^cup-log: cannot write to standard output: No space"
	run --separate-stderr -0 cup-log j < /dev/null
	assert_equal "$stderr" ""
	run -0 cup-verify j
}

@test "a reader that goes away ends it" {
	run -0 bash -c 'gen-records 100000 1 | cup-log j | head -1 > out; echo "${PIPESTATUS[1]}"'
	assert_output --partial 141
	cup-log j < /dev/null 2> err
	passed_on_is_journaled j out
	run -0 cup-verify j
}

@test "a lack of descriptors is said so, and not to be one of memory" {
	local n program said=0
	for program in 'cup-log j' 'cup-broker unix:s' 'cup-filter p' 'cup-search j'; do
		for n in 4 5 6 7; do
			run bash -c "exec 3>&- 4>&- 5>&- 6>&- 7>&-; ulimit -n $n
				exec $program </dev/null"
			refute_output --partial memory
			refute_output --partial '[err]'
			[[ $output != *'cannot go on: Too many open files' ]] ||
				said=$((said + 1))
		done
	done
	assert [ "$said" -gt 0 ]
}
