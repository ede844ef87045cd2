#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2154
# cup-review when things go wrong: killed at any instant, a full disk, nobody
# there.

load ../lib/helpers
load ../lib/review
load ../lib/disk

setup() {
	review_setup
	NODE_PID='' MOUNTED=
}

teardown() {
	[ -z "$NODE_PID" ] || kill -KILL "$NODE_PID" 2>/dev/null || :
	review_teardown
	[ -z "$MOUNTED" ] || umount "$MOUNTED"
}

# many_held COUNT [TEXT]: so many, with that text behind theirs.
many_held() {
	for n in $(seq "$1"); do
		held "$n" a@acme.example/x "secret $n${2-}"
	done | journal_held
}

# long: more than what is left of a page.
long() {
	printf 'x%.0s' {1..9000}
}

start_node() {
	/usr/bin/python3 "$TOP/tests/clients/review-node.py" "${SOCKET#unix:}" handed 3>&- &
	NODE_PID=$!
}

# pause NUMBER [MOST]: some milliseconds that the number gives.
pause() {
	read -rt "0.$(printf '%03d' $((($1 * 7919) % ${2-120} + 1)))" <> <(:) || :
}

@test "killed at any instant: each is settled once, never without its record, and done" {
	local n
	many_held 60
	touch handed answers
	start_node
	# Each asks until somebody has settled it.
	for n in $(seq 60); do
		printf '%s\n' "$(held_id "$n")"
	done | xargs -P 3 -n 1 bash -c 'until cup-review --release --why "$0" --socket '"$SOCKET"' "$0" 2>err.$$; do
		grep -q "was released by" err.$$ && break; done; echo "$0" >>answers' 3>&- &
	local asking=$!
	for n in $(seq 15); do
		cup-review --serve "$SOCKET" --to reviews journal 2>>keeper.log 3>&- &
		KEEPER=$!
		pause "$n"
		kill_keeper
		[ "$n" -gt 3 ] || pause 4
	done
	start_keeper
	wait "$asking"
	eventually 20 bash -c '[ "$(cup-search reviews | grep -F "verdict=\"done\"" | grep -o "ref=\"[^\"]*" | sort -u | wc -l)" = 60 ]'
	touch stop
	end_keeper
	wait "$NODE_PID"
	NODE_PID=
	run -0 cup-verify -q reviews
	# One review settles each, and all who asked got it.
	run -0 bash -c 'cup-search reviews | grep -F " event=\"send\"" | grep -o "ref=\"[^\"]*" | sort | uniq -c | awk "\$1 != 1" | wc -l'
	assert_output 0
	assert_equal "$(sort -u answers | wc -l)" 60
	# What was handed out is on record; more than once only with a record
	# before each further time.
	cup-search reviews | grep -F ' event="send"' | column 1 | sort >settled
	assert_equal "$(column 1 <handed | sort -u)" "$(cat settled)"
	cup-search reviews >all
	run -0 awk -F '\t' 'NR == FNR { handed[$1]++; next }
		match($9, /ref="[^"]*" verdict="again"/) { again[substr($9, RSTART + 5, 36)]++ }
		END { for (r in handed) if (handed[r] > again[r] + 1) { print r; exit 1 } }' handed all
}

# asked_again N: it is printed now, or has been. What a sanitizer has started may
# have the journal for a moment longer.
asked_again() {
	cup-review --release "$(held_id "$1")" --to reviews journal >"out.$1" 2>err ||
		grep -q 'was released by' err
}

@test "offline, killed at any instant: printed once, or once more when asked again" {
	local n pid
	many_held 30
	for n in $(seq 30); do
		cup-review --release "$(held_id "$n")" --to reviews journal >"out.$n" 2>/dev/null 3>&- &
		pid=$!
		pause "$n" 30
		kill -KILL "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
		# What came out is on record.
		[ ! -s "out.$n" ] || reviews release | grep -q "ref=\"$(held_id "$n")\""
		[ -s "out.$n" ] || eventually 4 asked_again "$n" || fail "$(<err)"
	done
	cat out.* | cup-deliver >delivered
	assert_equal "$(sort delivered | uniq -d)" ""
	assert_equal "$(wc -l <delivered)" 30
	run -0 cup-verify -q reviews
	run -1 cup-review --to reviews journal
	assert_output ""
}

# journaled LINES: the first lines of ./reviews are in ./cut, as if who wrote them
# had been killed then.
journaled() {
	rm -rf cut
	cup-search reviews | head -n "$1" | cup-log cut >/dev/null
}

@test "what is to be printed is on disk before its review, and nothing without it" {
	many_held 1
	cup-review --release "$(held_id 1)" --to reviews journal >released
	assert_equal "$(cup-search reviews | column 5)" $'send\nreview\nreview'
	journaled 1
	run -0 cup-review --to cut journal
	assert_equal "$(column 1 <<<"$output")" "$(held_id 1)"
	run -0 cup-review --release "$(held_id 1)" --to cut journal
	assert_output --partial 'secret 1'
	refute_output --partial "$(column 1 <released)"
	run -1 cup-review --release "$(held_id 1)" --to cut journal
	# With it the same record is printed once it is asked for.
	journaled 2
	run -1 cup-review --to cut journal
	run -0 bash -c "cup-review --release $(held_id 1) --to cut journal | cut -f 1-7,9-"
	assert_output "$(cut -f 1-7,9- released)"
	run -1 cup-review --release "$(held_id 1)" --to cut journal
}

@test "a release that could not be printed is printed when it is asked for again" {
	many_held 1
	run --separate-stderr -74 bash -c "cup-review --release $(held_id 1) --to reviews journal >/dev/full"
	assert_equal "$stderr" "cup-review: cannot write to standard output: No space left on device"
	run --separate-stderr -0 bash -c "cup-review --release $(held_id 1) --to reviews journal | cup-deliver"
	assert_output --partial '<body>secret 1</body>'
	run -1 cup-review --release "$(held_id 1)" --to reviews journal
	assert_equal "$(reviews release | wc -l)" 1
}

@test "on a full disk nothing is settled, and later it is" {
	many_held 3 "$(long)"
	small_disk reviews
	start_keeper
	start_node
	cup-review --release --socket "$SOCKET" "$(held_id 1)"
	eventually 5 grep -q "$(held_id 1)" handed
	eventually 5 bash -c 'cup-search reviews | grep -q "verdict=\"done\""'
	fill_disk
	run --separate-stderr -75 cup-review --release \
		--socket "$SOCKET" "$(held_id 2)" "$(held_id 3)"
	assert_regex "$stderr" "^cup-review: keeper '$SOCKET': .*: what it was asked may be done$"
	local status=0
	wait "$KEEPER" || status=$?
	KEEPER=
	assert_equal "$status" 74
	run -0 tail -1 keeper.log
	assert_output --regexp "^cup-review: journal 'reviews': cannot write '.*': No space left on device$"
	run -0 cup-review --to reviews journal
	assert_equal "${#lines[@]}" 2
	run --separate-stderr -75 cup-review --release --socket "$SOCKET" "$(held_id 2)"
	assert_equal "$(wc -l <handed)" 1
	rm disk/fill
	start_keeper
	run -0 cup-review --release --socket "$SOCKET" "$(held_id 2)" "$(held_id 3)"
	eventually 5 bash -c '[ "$(wc -l <handed)" = 3 ]'
	touch stop
	end_keeper
	wait "$NODE_PID"
	NODE_PID=
	run -0 cup-verify reviews
}

@test "offline on a full disk nothing is printed" {
	many_held 1 "$(long)"
	small_disk reviews
	cup-review --note "$(held_id 1)" --why begun --to reviews journal
	fill_disk
	run --separate-stderr -74 cup-review --release "$(held_id 1)" --to reviews journal
	assert_output ""
	assert_regex "$stderr" "^cup-review: journal 'reviews': cannot .*: No space left on device$"
	rm disk/fill
	run -0 cup-review --release "$(held_id 1)" --to reviews journal
	assert_output --partial 'secret 1'
}

@test "one writer at a time: a second keeper, and who settles offline, are told" {
	many_held 1
	start_keeper
	run --separate-stderr -75 cup-review --release "$(held_id 1)" --to reviews journal
	assert_output ""
	assert_regex "$stderr" "^cup-review: journal 'reviews' is being written by pid=$KEEPER "
	run --separate-stderr -75 cup-review --serve "$SOCKET.2" --to reviews journal
}

@test "where no keeper is nothing is settled, and that is said" {
	run --separate-stderr -75 cup-review --release --socket "$SOCKET" "$(held_id 1)"
	assert_equal "$stderr" "cup-review: keeper '$SOCKET': No such file or directory"
	CUP_RUN_DIR=$PWD run --separate-stderr -75 cup-review --node node1
	assert_equal "$stderr" "cup-review: keeper 'unix:$PWD/node1/review': No such file or directory"
}

@test "an answer that is cut off is none" {
	local said pid
	many_held 2
	for said in '' '# refused' "$(cup-review journal)"$'\n' "$(cup-review journal | head -c 100)" \
		"$(cup-review journal)"$'\n# end 100\n' "$(cup-review journal)"$'\n# end'; do
		printf %s "$said" >said
		rm -f fake
		socat -t 1 UNIX-LISTEN:fake SYSTEM:'head -n 1 >/dev/null; cat said' 2>/dev/null 3>&- &
		pid=$!
		eventually 5 test -S fake
		run --separate-stderr -75 cup-review --socket unix:fake
		assert_output ""
		assert_equal "$stderr" "cup-review: keeper 'unix:fake': its answer is cut off"
		wait "$pid" || :
	done
}

@test "a keeper that cannot listen, or read a journal, says so and ends" {
	many_held 1
	run --separate-stderr -71 cup-review --serve unix:nowhere/review --to reviews journal
	assert_regex "$stderr" "^cup-review: cannot listen on 'unix:nowhere/review': "
	touch file
	run --separate-stderr -74 cup-review --serve "$SOCKET" --to reviews file/journal
	run -0 cup-verify -q reviews
	mkdir open
	chmod 777 open
	run --separate-stderr -78 cup-review --serve "$SOCKET" --to open journal
}

@test "a journal that is not there yet is waited for" {
	start_keeper
	many_held 2
	eventually 5 bash -c "cup-review --socket $SOCKET | grep -q ."
	run -0 ask '# status'
	assert_line 'held 2'
}

@test "broken lines of a journal are passed over, and said" {
	many_held 2
	sed -i "s/$(held_id 1)/no id/" journal/*1.log
	start_keeper
	run -0 ask '# status'
	assert_line 'held 1'
	run -0 cat keeper.log
	assert_line "cup-review: journal 'journal': broken lines, passed over: 1"
}
