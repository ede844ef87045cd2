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
	record send pass "$(message a@b/c d@e "${1:-hello}")"
}

# A journal of 30 records in three segments, B the second, C the third.
three_segments() {
	for _ in {1..30}; do
		one 'the numbers are ready for monday, at long last, we say'
	done | cup-log --compress no --segment-size 4K j > out
	B=j/00000000000000000015.log
	C=j/00000000000000000028.log
	assert_exists "$B"
	assert_exists "$C"
}

# change FILE SED-COMMAND: in place, as an editor would.
change() {
	sed -e "$2" "$1" > changed
	cat changed > "$1"
}

finds() {
	run --separate-stderr -1 cup-verify j
	assert_output ""
	assert_equal "$stderr" "cup-verify: journal 'j': $1"
}

@test "cup-verify conducts itself as every program does" {
	conducts_itself cup-verify j
	run --separate-stderr -64 cup-verify
	assert_regex "$stderr" "^cup-verify: no journal given"
	run --separate-stderr -64 cup-verify --head 5:abc j
	assert_regex "$stderr" "'5:abc' is not SEQ:CHAIN"
	run --separate-stderr -64 cup-verify --head "5:$(printf '%064d' 0)" j k
}

@test "a whole journal is told with its head" {
	three_segments
	run --separate-stderr -0 cup-verify j
	assert_output "j: 30 records, head $(journal_lines j | tail -1 | cut -f 1-2 | tr '\t' :), whole"
	assert_equal "$stderr" ""
	run --separate-stderr -0 cup-verify --quiet j
	assert_output ""
}

@test "several journals are looked at, whatever one of them is like" {
	one | cup-log a > out
	one | cup-log b > out
	one | cup-log c > out
	change "b/$SEGMENT_1" 's/hello/hullo/'
	run --separate-stderr -1 cup-verify a b c
	assert_output --regexp $'^a: 1 records, .*\nc: 1 records, '
	assert_equal "$stderr" "cup-verify: journal 'b': $SEGMENT_1:3: record 3 does not match its chain: it was changed"
	run --separate-stderr -74 cup-verify a nowhere
	assert_equal "$stderr" "cup-verify: journal 'nowhere' cannot be opened: No such file or directory"
	run --separate-stderr -74 cup-verify .
	assert_regex "$stderr" "journal '.' is no journal"
}

@test "a journal without records is whole" {
	cup-log j < /dev/null
	run -0 cup-verify j
	assert_output --regexp '^j: 0 records, head 3:[0-9a-f]{64}, whole$'
	mkdir k
	: > k/lock
	run -0 cup-verify k
	assert_output "k: 0 records, whole"
}

@test "a changed record is found" {
	three_segments
	change "$B" '4s/the numbers/der numbers/'
	finds "${B#j/}:4: record 18 does not match its chain: it was changed"
}

@test "a changed chain is found, and a changed number" {
	three_segments
	cp "$B" good
	change "$B" '4s/\t[0-9a-f]/\tz/'
	finds "${B#j/}:4: line is no line of a journal"
	cp good "$B"
	change "$B" '4s/^18/19/'
	finds "${B#j/}:4: record 19 is where 18 is due, which is missing"
	cp good "$B"
	change "$B" '4s/^18/018/'
	finds "${B#j/}:4: line is no line of a journal"
}

@test "removed records are found" {
	three_segments
	cp "$B" good
	change "$B" '4d'
	finds "${B#j/}:4: record 19 is where 18 is due, which is missing"
	cp good "$B"
	change "$B" '4,6d'
	finds "${B#j/}:4: record 21 is where 18 is due: 18 to 20 are missing"
	cp good "$B"
	change "$B" '1d'
	finds "${B#j/}:1: record 16 is where 15 is due, which is missing"
	rm "$B"
	finds "${C#j/}:1: record 28 is where 15 is due: 15 to 27 are missing"
	cp good "$B"
	rm "j/$SEGMENT_1"
	finds "${B#j/}:1: record 15 is where 1 is due: 1 to 14 are missing"
}

@test "swapped and inserted records are found" {
	three_segments
	cp "$B" good
	change "$B" '4{h;d};5G'
	finds "${B#j/}:4: record 19 is where 18 is due, which is missing"
	cp good "$B"
	change "$B" '4p'
	finds "${B#j/}:5: record 18 is out of order: 19 is due here"
	cp good "$B"
	change "$B" '4{p;s/^18/19/}'
	finds "${B#j/}:5: record 19 does not match its chain: it was changed"
}

@test "lines that are hidden behind space, or cut off, are found" {
	three_segments
	cp "$B" good
	change "$B" '4s/^/\n/'
	finds "${B#j/}:5: line is behind unwritten space"
	cp good "$B"
	change "$B" '$s/$/\n\n\n/'
	run -0 cup-verify j
	truncate -s -30 "$B"
	cp good "$B"
	truncate -s -30 "$B"
	finds "${B#j/}:13: line is cut off"
}

@test "a changed last line is found, be it a record or a note" {
	one | cup-log j > out
	cp "j/$SEGMENT_1" good
	change "j/$SEGMENT_1" '$s/closed 2/closed 3/'
	finds "$SEGMENT_1:4: record 4 does not match its chain: it was changed"
	change good '$d;3s/hello/hullo/'
	cp good "j/$SEGMENT_1"
	finds "$SEGMENT_1:3: record 3 does not match its chain: it was changed"
	tear "j/$SEGMENT_1" ''
	finds "$SEGMENT_1:3: record 3 does not match its chain: it was changed"
}

@test "records cut off at the open end are found by a head" {
	three_segments
	head=$(journal_lines j | sed -n 32p | cut -f 1-2 | tr '\t' :)
	run -0 cup-verify --head "$head" j
	change "$C" '4,$d'
	rm j/lock
	run -0 cup-verify j
	run --separate-stderr -1 cup-verify --head "$head" j
	assert_equal "$stderr" "cup-verify: journal 'j': is cut off after 30: there was a record 32"
}

@test "a file of heads without one proves nothing" {
	three_segments
	: >heads
	run -65 cup-verify --head @heads j
	assert_output "cup-verify: 'heads' has no head in it"
	run -65 cup-verify --head @/dev/null j
}

@test "a journal that ends before what its lock says is cut off" {
	three_segments
	run -0 cup-verify -q j
	cp -r j k
	rm k/00000000000000000028.log
	run -1 cup-verify k
	assert_output --regexp "^cup-verify: journal 'k': is cut off after 27: its lock says that [0-9]+ was on disk$"
	# A writer's last line, and a journal of which only the lock is left.
	sed -i '$d' "$C"
	run -1 cup-verify j
	assert_output --partial "is cut off after"
	rm k/*.log
	run cup-verify k
	assert_failure
	rm k/lock
	cp j/00000000000000000001.log k
	run -0 cup-verify k
}

@test "a journal that was written anew is found by a head" {
	one | cup-log --heads heads j > out
	run -0 cup-verify --head @heads j
	journal_texts j | sed 's/hello/hullo/' | rechain > changed
	cat changed > "j/$SEGMENT_1"
	run -0 cup-verify j
	run --separate-stderr -1 cup-verify --head @heads j
	assert_regex "$stderr" "record [34] is not the one the head was taken of"
	echo 'no head' >> heads
	run --separate-stderr -65 cup-verify --head @heads j
	assert_regex "$stderr" "^cup-verify: heads:[0-9]+: is not SEQ:CHAIN"
	run --separate-stderr -74 cup-verify --head @nowhere j
}

@test "what is well chained but no record is found" {
	one | cup-log j > out
	journal_texts j | sed '3s/\tsend\t/\tsent\t/' | rechain > changed
	cat changed > "j/$SEGMENT_1"
	finds "$SEGMENT_1:3: record 3 has an unknown event"
	journal_texts j | sed 1d | rechain > changed
	cat changed > "j/$SEGMENT_1"
	finds "$SEGMENT_1:1: record 1 is not the note a segment begins with"
}

@test "a segment of another journal is found" {
	three_segments
	mv j k
	three_segments
	cp "k/${C#j/}" j
	finds "${C#j/}:1: record 28 does not match its chain: it was changed"
}

@test "a single segment can be verified" {
	three_segments
	run -0 cup-verify "$B"
	assert_output --partial "$B: 12 records, head 27:"
	change "$B" '2s/the numbers/der numbers/'
	run --separate-stderr -1 cup-verify "$B"
	assert_regex "$stderr" "record 16 does not match its chain"
	change "$B" '1s/created/Created/;1s/ previous=./ previous=x/'
	run --separate-stderr -1 cup-verify "$B"
}

@test "a journal that is being written is whole" {
	start_log cup-log j
	gen-records 200000 1 >&8 &
	eventually 5 has_lines out 1
	for _ in {1..20}; do
		run --separate-stderr -0 cup-verify j
		assert_equal "$stderr" ""
	done
	wait $!
	end_log
}

@test "a line half written is not broken while somebody writes" {
	start_log cup-log j
	one >&8
	eventually 5 has_lines out 1
	cp -r j k
	printf '4\t%064d\thalf of a rec' 0 | dd of="j/$SEGMENT_1" bs=1 \
		seek="$(journal_lines j | wc -c)" conv=notrunc 2>dd.err
	run --separate-stderr -0 cup-verify j
	assert_output --partial "j: 1 records, head 3:"
	end_log
	change "k/$SEGMENT_1" '/^$/d'
	tear "k/$SEGMENT_1" $'4\thalf'
	run --separate-stderr -1 cup-verify k
	assert_equal "$stderr" "cup-verify: journal 'k': the line after record 3 is torn, as by a crash; cup-log puts that right"
}
