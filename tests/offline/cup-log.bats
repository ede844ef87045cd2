# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2016,SC2034,SC2154

load ../lib/helpers
load ../lib/journal

setup() {
	common_setup
	LOG=
}

teardown() {
	stop_log
}

one() {
	record send "${1:-pass}" "$(message a@b/c d@e "${2:-hello}")" "${3:-ok@12345678}"
}

@test "cup-log conducts itself as every program does" {
	conducts_itself cup-log j
}

@test "cup-log refuses wrong calls" {
	run --separate-stderr -64 cup-log
	assert_regex "$stderr" "^cup-log: no journal given"
	run --separate-stderr -64 cup-log j k
	run --separate-stderr -64 cup-log --segment-size 1K j
	run --separate-stderr -64 cup-log --segment-age soon j
	run --separate-stderr -64 cup-log --ids many j
	assert_not_exist j
}

@test "an empty input leaves a journal that was opened and closed" {
	run --separate-stderr -0 cup-log j < /dev/null
	assert_output ""
	assert_equal "$stderr" ""
	run -0 journal_texts j
	assert_line -n 0 --regexp '^# cup-journal 2 id=[0-9a-f-]{36} created=2'
	assert_line -n 1 --regexp '^# opened 2[^ ]*Z pid=[0-9]+ uid=[0-9]+ host='
	assert_line -n 2 --regexp '^# closed 2[^ ]*Z$'
	assert_equal "$(stat -c %a j "j/$SEGMENT_1")" $'700\n600'
}

@test "a record is journaled as it came and passed on with its proof" {
	one > rec
	run --separate-stderr -0 cup-log j < rec
	assert_equal "$stderr" ""
	assert_equal "$(column 1-7 <<< "$output")" "$(column 1-7 < rec)"
	assert_equal "$(column 9- <<< "$output")" "$(column 9- < rec)"
	assert_regex "$(column 8 <<< "$output")" '^sha256:[0-9a-f]{64}@[0-9a-f-]{36}#3$'
	assert_equal "$(journal_texts j | sed -n 3p)" "$(cat rec)"
}

@test "the proof can be checked with sha256sum alone" {
	one > rec
	cup-log j < rec > out
	id=$(sed -n 's/.*id=\([^ ]*\).*/\1/p; q' "j/$SEGMENT_1")
	sum=$(printf '%s\t3\t%s\tsend\tpass\t%s' "$id" "$(column 1 < rec)" "$(column 9 < rec)" | sha256sum)
	assert_equal "$(column 8 < out)" "sha256:${sum%% *}@$id#3"
}

@test "with a key the proof is keyed, and cup-deliver believes only that" {
	head -c 32 /dev/urandom > key
	chmod 600 key
	one | cup-log --key key j > out
	assert_regex "$(column 8 < out)" '^hmac-sha256:'
	run --separate-stderr -0 cup-deliver --key key < out
	assert_output --partial "<body>hello</body>"
	chmod 644 key
	run --separate-stderr -78 cup-log --key key j < /dev/null
	assert_regex "$stderr" "its group or others have access"
}

# untrusted COMMAND...: it ends with 78, and says that and only that.
untrusted() {
	run --separate-stderr -78 "$@"
	assert_output ""
	assert_regex "$stderr" \
		"^cup-log: (journal 'j': )?(key )?'[a-z]+'(: )? ?(belongs to another user|its group or others (can write to it|have access))"
}

@test "what others have a hand in is not used" {
	record send pass "$(message a@x b@x hi)" >in
	head -c 32 /dev/urandom >key
	chmod 600 key
	mkdir j
	for mode in 770 707 722; do
		chmod $mode j
		untrusted cup-log j <in
	done
	chmod 700 j
	: >heads
	chmod 620 heads
	untrusted cup-log --heads heads j <in
	chmod 600 heads
	run -0 cup-log --heads heads --key key j <in
	[ "$(id -u)" -eq 0 ] || skip "only root can give files away"
	chown nobody key
	untrusted cup-log --key key j <in
	chown root key
	chown nobody heads
	untrusted cup-log --heads heads j <in
	chown root heads
	chown nobody j
	untrusted cup-log j <in
	# A user of its own may have root's, which root can change anyway.
	chown -R nobody . && chmod 755 .
	chown root key
	chmod 600 key
	run -0 setpriv --reuid nobody --regid nogroup --clear-groups \
		cup-log j <in
}

@test "heads are not written through a symbolic link" {
	record send pass "$(message a@x b@x hi)" >in
	echo precious >file
	ln -s file heads
	run --separate-stderr -74 cup-log --heads heads j <in
	assert_equal "$(cat file)" precious
	assert_regex "$stderr" "heads"
}

@test "many records keep their order, the next run goes on behind them" {
	gen-records 5000 1 > recs
	gen-records 5000 2 >> recs
	head -5000 recs | cup-log j > out
	tail -5000 recs | cup-log j >> out
	assert_equal "$(column 1,9 < out)" "$(column 1,9 < recs)"
	journal_lines j | column 1 > seqs
	assert_equal "$(cat seqs)" "$(seq 10005)"
	assert_equal "$(cut -f 3- < "j/$SEGMENT_1" | grep -v '^#')" "$(cat recs)"
	run -0 cup-verify j
}

@test "comments are passed on in their place and not journaled" {
	{ echo '# ping 1'; one; echo '# ping 2'; one; echo '#'; } > in.recs
	run --separate-stderr -0 cup-log j < in.recs
	assert_line -n 0 '# ping 1'
	assert_line -n 2 '# ping 2'
	assert_line -n 4 '#'
	run -1 grep -r ping j
}

@test "extra fields and a proof of another journal are kept as they came" {
	cup-log j1 < <(one) > out1
	sed 's/$/\textra\tfields/' out1 > rec
	cup-log j2 < rec > out2
	assert_equal "$(journal_texts j2 | sed -n 3p)" "$(cat rec)"
	assert_equal "$(column 11-12 < out2)" $'extra\tfields'
	assert_not_equal "$(column 8 < out2)" "$(column 8 < rec)"
}

@test "released verdicts are journaled like any other" {
	one deliver | cup-log j > out
	assert_equal "$(column 6 < out)" deliver
	assert_equal "$(journal_lines j | sed -n 3p | column 8)" deliver
}

@test "lines that are no records are named and dropped, the rest goes on" {
	{
		one
		echo 'too few fields'
		one | sed 's/^0/x/'
		printf 'bad\xff\n'
		head -c 9437184 /dev/zero | tr '\0' x
		echo
		one
		printf 'cut off'
	} > recs
	run --separate-stderr -65 cup-log j < recs
	assert_equal "${#lines[@]}" 2
	assert_equal "$stderr" "cup-log: line 2: has fewer than ten fields
cup-log: line 3: has a bad id
cup-log: line 4: is not UTF-8 or has a control character
cup-log: line 5: is longer than 8 MiB
cup-log: line 7: is cut off"
	run -0 cup-verify j
	assert_output --partial "j: 2 records, "
}

@test "a line of 8 MiB is journaled, and can be read again" {
	{ one; one pass "$(head -c 1000000 /dev/zero | tr '\0' y)"; } > recs
	body=$(head -c 7000000 /dev/zero | tr '\0' z)
	printf '%s' "$body" > body
	one pass BODY | awk -v f=body 'BEGIN { getline b < f } { sub("BODY", b); print }' >> recs
	cup-log j < recs > out
	assert_equal "$(column 9 < out | cksum)" "$(column 9 < recs | cksum)"
	run -0 cup-verify j
	assert_output --partial "j: 3 records, "
}

@test "input that goes on flows through at once" {
	start_log cup-log j
	echo '# ping' >&8
	eventually 5 has_lines out 1
	one >&8
	eventually 5 has_lines out 2
	one >&8
	eventually 5 has_lines out 3
	# It is on disk, though the writer is still there.
	run -0 cup-verify j
	assert_output --partial "j: 2 records, "
	end_log
}

@test "SIGTERM passes on what was read and closes the journal" {
	start_log cup-log j
	one >&8
	eventually 5 has_lines out 1
	kill -TERM "$LOG"
	status=0
	wait "$LOG" || status=$?
	LOG=
	assert_equal "$status" 143
	assert_equal "$(cat err)" ""
	run -0 journal_texts j
	assert_line -n -1 --partial '# closed '
	run --separate-stderr -0 cup-log j < /dev/null
	assert_equal "$stderr" ""
}

@test "a second signal ends it where nobody reads what it passes on" {
	mkfifo stuck
	exec 7<> stuck
	cup-log j < <(gen-records 100000 1) > stuck 2> err 7>&- &
	LOG=$!
	# Once the journal grows no more, the pipe is full.
	local last=0 same=0
	stuck() {
		local now
		now=$(stat -c %s "j/$SEGMENT_1" 2>/dev/null || echo 0)
		[ "$now" -eq "$last" ] && same=$((same + 1)) || same=0
		last=$now
		[ "$now" -gt 200000 ] && [ "$same" -ge 10 ]
	}
	eventually 10 stuck
	kill -TERM "$LOG"
	caught() { grep -q '^SigCgt:.*0$' "/proc/$LOG/status"; }
	eventually 5 caught
	kill -0 "$LOG"
	kill -TERM "$LOG"
	status=0
	wait "$LOG" || status=$?
	LOG=
	exec 7>&-
	assert_equal "$status" 143
	cup-log j < /dev/null 2> err
	run -0 cup-verify j
}

@test "a journal begins a new segment at a size" {
	gen-records 1000 1 | cup-log --compress no --segment-size 64K j > out
	for f in j/*.log; do
		((seen = $(stat -c %s "$f"), seen <= 65536)) || fail "$f: $seen"
		read -r seq _ < "$f"
		assert_equal "$f" "j/$(printf '%020d' "$seq").log"
	done
	assert_equal "$(find j -name '*.log' | wc -l)" 7
	run -0 cup-verify j j/*.log
	assert_line -n 0 --partial "j: 1000 records, "
	assert_equal "$(column 1 < out)" "$(gen-records 1000 1 | column 1)"
}

@test "a journal begins a new segment at an age, also when nothing comes" {
	start_log cup-log --compress no --segment-age 300ms j
	one >&8
	segments() { [ "$(find j -name '*.log' | wc -l)" -eq "$1" ]; }
	eventually 5 segments 2
	assert_equal "$(tail -c 1 "j/$SEGMENT_1" | wc -l)" 1
	one >&8
	eventually 5 segments 3
	end_log
	run -0 cup-verify j
	assert_output --partial "j: 2 records, "
}

@test "space is written ahead while idle and cut off at the end" {
	start_log cup-log --write-ahead 1M j
	one >&8
	ahead() { [ "$(stat -c %s "j/$SEGMENT_1")" -ge 1048576 ]; }
	eventually 5 ahead
	assert_equal "$(tail -c 1000000 "j/$SEGMENT_1" | tr -d '\n' | wc -c)" 0
	end_log
	assert [ "$(stat -c %s "j/$SEGMENT_1")" -lt 2000 ]
}

@test "heads are written while records come, at rest, and at the end" {
	start_log cup-log --heads heads j
	one >&8
	eventually 5 has_lines heads 2
	assert_equal "$(cut -f 1 heads | tail -1)" "$(journal_lines j | tail -1 | column 1-2 | tr '\t' :)"
	end_log
	assert_equal "$(cut -f 1 heads | tail -1)" "$(journal_lines j | tail -1 | column 1-2 | tr '\t' :)"
	run -0 cup-verify --head @heads j
	run -74 cup-log --heads /nonexistent/heads j < /dev/null
}
