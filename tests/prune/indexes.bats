#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2034,SC2154
# What indexes show to be young is not read; and whatever they say, nothing goes
# but what is read.

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

# indexed_ages JOURNAL: as ages, and with the indexes of its closed segments.
indexed_ages() {
	ages "$1"
	start_log cup-log --heads heads --compress no "$1"
	eventually 60 all_indexed "$1"
	end_log
	mapfile -t SEGMENTS < <(cd "$1" && printf '%s\n' *.log)
}

# spoil SEGMENT: one letter of its first record, which no index looks at.
spoil() {
	[ "$(stat -c %s "j/$1")" -gt 5000 ]
	sed -i '0,/secret/s//sEcret/' "j/$1"
}

# forge INDEX OFFSET MICROSECONDS: a time in its header, and all digests that
# are about it.
forge() {
	python3 -c '
import hashlib, struct, sys
name, at, time = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
d = bytearray(open(name, "rb").read())
struct.pack_into("<q", d, at, time)
end = 164 + 32 * struct.unpack_from("<I", d, 96)[0]
d[end:end + 32] = hashlib.sha256(d[:end]).digest()
open(name, "wb").write(d)
' "$@"
}

@test "a segment that its index shows to be young is not read" {
	indexed_ages j
	spoil "${SEGMENTS[2]}"
	run -1 cup-verify j
	run -0 cup-prune --keep 2y j
	assert_line --regexp "^j: prune 1-.* 10 records.*kept 2y$"
	assert_line --regexp "^j: prune 1[0-9]-.* 10 records.*kept 2y$"
	assert_equal "$(grep -c ': prune ' <<<"$output")" 2
	run -0 cup-prune --keep-for jid:zed@acme.example=1d j
	assert_output "j: nothing to do"
	run -65 cup-prune --keep-for jid:alice@acme.example=1d j
	# Without an index, or with that of another segment, it is read.
	cp "j/${SEGMENTS[0]%.log}.index" "j/${SEGMENTS[2]%.log}.index"
	run -65 cup-prune --keep 2y --yes j
	rm "j/${SEGMENTS[2]%.log}.index"
	run -65 cup-prune --keep 2y --yes j
	assert_output --partial "does not match its chain"
	assert_equal "$(find j -name '*.log' | wc -l)" "${#SEGMENTS[@]}"
}

@test "an index that lies about times has nothing removed, be it early or late" {
	indexed_ages j
	forge "j/${SEGMENTS[2]%.log}.index" 64 0
	forge "j/${SEGMENTS[2]%.log}.index" 72 1
	forge "j/${SEGMENTS[0]%.log}.index" 64 4000000000000000
	forge "j/${SEGMENTS[0]%.log}.index" 72 4000000000000001
	run -0 cup-prune --keep 2y --yes j
	assert_equal "$(cup-search --with alice@acme.example -c "j/${SEGMENTS[0]}")" 10
	assert_equal "$(cup-search -c "j/${SEGMENTS[1]}" || :)" 0
	assert_equal "$(cup-search -c "j/${SEGMENTS[2]}")" 10
	run -0 whole_as_before j
	# That it lied is found, and what is over goes then.
	run cup-verify --indexes j
	assert_output --partial "${SEGMENTS[0]%.log}.index"
	rm j/*.index
	run -0 cup-prune --keep 2y --yes j
	assert_equal "$(ids j)" "$(seq -s ' ' 21 40) "
	run -0 whole_as_before j
}

@test "what is left of a segment has its index, without what was erased" {
	indexed_ages j
	{
		said 50 "to carol $PADDING" alice@acme.example/pc carol@acme.example
		said 51 "$PADDING"
	} | log_to j >out
	new_segment j
	start_log cup-log --heads heads j
	eventually 60 all_packed j
	eventually 60 all_indexed j
	end_log
	for segment in j/*.log.zst; do
		! zstdcat "$segment" | grep -q carol@acme.example || break
	done
	segment=${segment%.log.zst}
	run -0 cup-prune --erase-with carol@acme.example --why asked --yes j
	assert_file_exists "$segment.index"
	assert_file_exists "$segment.log.zst"
	# It is the one of the lines that are left.
	run -0 cup-verify --indexes j
	assert_equal "$(cup-search --with carol@acme.example -c j || :)" 0
	assert_equal "$(cup-search --id "$(id 51)" -c j)" 1
	run -0 whole_as_before j
}
