# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# The journal of version 2: its chain, what was erased or pruned of it, and
# journals that were begun in version 1.

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

# The first example of cup-journal(5), as it stands.
manual_check() {
	sed -n '/^Check the chain/,/^\.Ed/{/^\./d;/^Check/d;p}' \
		"$TOP/man/cup-journal.5" | sed 's/\\e/\\/g'
}

# The same journal as version 1 had it.
as_version_1() {
	journal_texts "$1" | sed -e 's/^# cup-journal 2 /# cup-journal 1 /' \
		-e '/^# segment/s/ version=2//' | rechain 1
}

# erase FILE SEQ: the line is erased, by one who does it right.
erase() {
	local sum
	sum=$(awk -F '\t' -v seq="$2" '$1 == seq' "$1" | cut -f 3- |
		tr -d '\n' | sha256sum)
	sed -i "s/^\($2\t[0-9a-f]*\t\).*/\1# erased sha256=${sum%% *} 2026-11-28T12:00:00.000000Z by=a why=b c/" "$1"
}

# note WORDS: what a writer of notes adds behind the last line of j.
note() {
	local file last
	file=$(find j/ -name '*.log' | sort | tail -1)
	last=$(journal_lines j | tail -1)
	printf '# %s\n' "$1" | rechain 2 $((${last%%$'\t'*} + 1)) \
		"$(cut -f 2 <<<"$last")" >>"$file"
}

@test "the chain can be checked as the manual says" {
	gen-records 40 1 | cup-log --compress no --segment-size 4K j >out
	manual_check >check.sh
	mv j journal
	run -0 bash check.sh
	assert_output ""
	assert_equal "$(sh -c 'IFS="	" read -r a b c <journal/00000000000000000001.log; echo "${c%% id=*}"')" "# cup-journal 2"
	sed -i '3s/\tsend\t/\trecv\t/' "journal/$SEGMENT_1"
	run -0 bash check.sh
	assert_output "3 is broken"
}

@test "an erased line is proper once a note names it, and only then" {
	{ one a; one b; one c; } | cup-log j >out
	erase "j/$SEGMENT_1" 4
	run -1 cup-verify j
	assert_output "cup-verify: journal 'j': record 4 is erased, and no later note says so"
	note "erasure 2026-11-28T12:00:00.000000Z seq=5 by=a why=b c"
	run -1 cup-verify j
	note "erasure 2026-11-28T12:00:00.000000Z seq=4 by=a why=b c"
	run -0 cup-verify j
	assert_output --partial "j: 2 records, 1 erased, head 8:"
	run -0 cup-search -c j
	assert_output 2
	# The digest is bound by the chain.
	sed -i '4s/sha256=./sha256=x/' "j/$SEGMENT_1"
	run -1 cup-verify j
	assert_output --partial "record 4 does not match its chain: it was changed"
}

@test "pruned lines are proper once notes name all of them" {
	gen-records 60 1 | cup-log --compress no --segment-size 8K j >out
	start_log cup-log --compress no j
	eventually 60 all_trees j
	end_log
	mapfile -t seg < <(ls j/*.log)
	last=$(sed '/^$/d' "${seg[0]}" | tail -1)
	to=${last%%$'\t'*} chain=$(cut -f 2 <<<"$last")
	middle=$(sed -n 3p "${seg[1]}")
	mid=${middle%%$'\t'*} midchain=$(cut -f 2 <<<"$middle")
	tree=$(tree-range j 1 "$to") midtree=$(tree-range j $((to + 1)) "$mid")
	printf '1-%s\t%s\t# pruned\n' "$to" "$chain" >"${seg[0]}"
	{
		printf '%s-%s\t%s\t# pruned\n' "$((to + 1))" "$mid" "$midchain"
		sed 1,3d "${seg[1]}"
	} >x
	mv x "${seg[1]}"
	run -1 cup-verify j
	assert_output "cup-verify: journal 'j': records 1 to $to are pruned, and no later note says so"
	zero=$(printf '%064d' 0)
	note "pruned 2026-11-28T12:00:00.000000Z 1-$to chain=$chain tree=$tree by=a why=b"
	run -1 cup-verify j
	assert_output "cup-verify: journal 'j': records $((to + 1)) to $mid are pruned, and no later note says so"
	# One that names another chain does not name it.
	note "pruned 2026-11-28T12:00:00.000000Z $((to + 1))-$mid chain=$zero tree=$zero by=a why=b"
	run -1 cup-verify j
	note "pruned 2026-11-28T12:00:00.000000Z $((to + 1))-$mid chain=$midchain tree=$midtree by=a why=b"
	run -0 cup-verify j
	run -0 cup-verify "${seg[1]}"
	n=$(journal_lines j | grep -vc $'\t#')
	run -0 cup-search -c j
	assert_output "$n"
	# Their tree is bound by the note.
	cp -r j k
	mv k/*.tree .
	run -1 cup-verify k
	assert_output --regexp "record $to ends pruned lines whose tree is missing"
	# The writer goes on behind it.
	run -0 cup-log --compress no j < <(one)
	run -0 cup-verify j
	# What follows a pruned range shows whether its chain was the right one.
	sed -i "1s/$midchain/$zero/" "${seg[1]}"
	run -1 cup-verify j
	assert_output --partial "record $((mid + 1)) does not match its chain"
}

@test "a range that stands in the wrong place is not taken" {
	{ one a; one b; one c; } | cup-log j >out
	chain=$(sed -n 4p "j/$SEGMENT_1" | cut -f 2)
	sed -i "4s/.*/4-4\t$chain\t# pruned/" "j/$SEGMENT_1"
	run -1 cup-verify j
	assert_output --partial "record 4 stands for pruned lines in a wrong place"
	sed -i "4s/.*/4-3\t$chain\t# pruned/" "j/$SEGMENT_1"
	run -1 cup-verify j
	assert_output --partial "line is no line of a journal"
}

@test "a journal of version 1 is read, verified with its heads, and goes on as 2" {
	gen-records 40 1 | cup-log j >out
	as_version_1 j >v1
	cp v1 "j/$SEGMENT_1"
	run -0 cup-verify j
	head=$(tail -1 v1 | cut -f 1-2 | tr '\t' :)
	middle=$(sed -n 20p v1 | cut -f 1-2 | tr '\t' :)
	gen-records 20 2 | cup-log --compress no j >>out
	assert_equal "$(journal_texts j | grep -c '^# segment .* version=2$')" 1
	run -0 cup-verify --head "$head" --head "$middle" j
	assert_output --partial "j: 60 records"
	passed_on_is_journaled j out
	# Its lines are chained by their text: none of them can be erased.
	erase "j/$SEGMENT_1" 4
	run -1 cup-verify j
	assert_output --partial "record 4 does not match its chain: it was changed"
}

@test "a journal of version 1 that a crash has left goes on as 2" {
	gen-records 40 1 | cup-log j >out
	as_version_1 j | sed '$d' >v1
	cp v1 "j/$SEGMENT_1"
	rm j/lock
	tear "j/$SEGMENT_1" $'43\tabcdef'
	run -0 cup-log j < <(one)
	assert_output --partial "that were torn are cut off"
	run -0 cup-verify j
	assert_output --partial "j: 41 records"
}

@test "a version that nobody knows is not taken for another" {
	one | cup-log j >out
	journal_texts j | sed '1s/cup-journal 2/cup-journal 3/' | rechain >v3
	cp v3 "j/$SEGMENT_1"
	run -1 cup-verify j
	assert_output --partial "record 1 is of a version that is not known"
	run -65 cup-log j < <(one)
}
