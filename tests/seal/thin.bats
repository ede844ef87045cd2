#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154
# cup-seal --thin: which checkpoints it removes, and that all that is left
# proves what it did before.

load ../lib/helpers
load ../lib/journal
load ../lib/prune
load ../lib/seal

setup_file() {
	export PATH=$CUP_BIN:$CUP_TESTS:$PATH LC_ALL=C.UTF-8
	cd "$BATS_FILE_TMPDIR" || return
	cup-seal --generate acme.example/n1 --key seal.key >vkey
	gen-records 700 1 2>/dev/null >records
	local i
	for i in {1..9}; do
		journal_more 77
		cup-seal --key seal.key j >>sealed
	done
	GO111MODULE=off GOFLAGS='' GOCACHE=$PWD/go GOPATH=/usr/share/gocode \
		go build -o tlog "$TOP/tests/clients/tlog.go"
}

setup() {
	common_setup
	cp -r "$BATS_FILE_TMPDIR"/{j,seal.key,vkey,records} .
	PATH=$BATS_FILE_TMPDIR:$PATH
	VKEY=$(<vkey)
	mapfile -t AT <"$BATS_FILE_TMPDIR/sealed"
	# Three of one day, four of the next one, one of a third, and the newest.
	touch -d '2026-01-01 01:00 UTC' "${AT[@]:0:3}"
	touch -d '2026-01-02 23:00 UTC' "${AT[@]:3:4}"
	touch -d '2026-01-03 01:00 UTC' "${AT[7]}"
}

thin() {
	run --separate-stderr -0 cup-seal --key seal.key --thin "${1-2d}" j
	assert_equal "$stderr" ""
	assert_output "${AT[8]}"
}

# left INDEX...: these checkpoints are there and no others, each with its proof
# from the one before, as Go finds.
left() {
	local i had=
	assert_equal "$(find j/checkpoints -name '*.checkpoint' | sort)" \
		"$(for i in "$@"; do echo "${AT[$i]}"; done)"
	assert_equal "$(find j/checkpoints -name '*.extends' | wc -l)" $#
	assert_equal "$(find j/checkpoints -name '*.bridges*' | wc -l)" 0
	for i in "$@"; do
		[ -z "$had" ] ||
			tlog extends "$VKEY" "$had" "${AT[$i]%checkpoint}extends"
		had=${AT[$i]}
	done
	run -0 cup-verify --key "$VKEY" j
}

@test "all stay unless it is asked for, and those that are not so old" {
	run -0 cup-seal --key seal.key j
	left 0 1 2 3 4 5 6 7 8
	thin 36500d
	left 0 1 2 3 4 5 6 7 8
	run --separate-stderr -64 cup-seal --key seal.key --thin 1h j
}

@test "of each old day the last one stays, and the newest of all" {
	cp "${AT[1]}" elsewhere
	cp "${AT[1]%checkpoint}extends" before
	cup-verify --proof "$(sed -n 5p records | cut -f 1)" \
		--checkpoint elsewhere j >old.tlog-proof
	thin
	left 2 6 7 8
	thin
	left 2 6 7 8
	# What was kept elsewhere, and proofs by it, hold as before.
	run -0 cup-verify --key "$VKEY" --checkpoint elsewhere j
	journal_lines j | grep "	$(sed -n 5p records | cut -f 1)	" >record
	run -0 cup-verify --key "$VKEY" old.tlog-proof record
	cup-verify --proof "$(sed -n 5p records | cut -f 1)" j >new.tlog-proof
	run -0 cup-verify --key "$VKEY" new.tlog-proof record
	# And sealing goes on.
	tail -1 records | sed 's/^0/f/' | cup-log --compress no j >out
	cup-seal --key seal.key --thin 2d j >out
	AT+=("$(<out)")
	left 2 6 7 8 9
}

@test "one with a time stamp or a cosignature that no later one has stays" {
	echo stamp >"${AT[0]%checkpoint}tsr"
	cup-witness --generate w.example --key witness.key >/dev/null
	echo '— w.example YWJjZGVmZ2hpamtsbW5vcA==' >>"${AT[4]}"
	touch -d '2026-01-02 23:00 UTC' "${AT[4]}"
	echo a >"${AT[5]%checkpoint}tsr"
	echo b >"${AT[6]%checkpoint}tsr"
	thin
	left 0 2 4 6 7 8
	assert_file_not_exists "${AT[5]%checkpoint}tsr"
	assert_file_exists "${AT[6]%checkpoint}tsr"
}

# old_journal: j, of 40 lines that are eight years old, sealed five times among
# them and once behind, the first three times on one day, then twice on another.
old_journal() {
	local i
	rm -r j
	mkdir j
	AT=()
	for i in {1..5}; do
		group $((i * 10)) '-8 years -1 hour' | log_to j >out
		AT+=("$(cup-seal --key seal.key j)")
	done
	group 60 '-8 years -1 hour' | log_to j >out
	new_segment j >out
	group 70 now | log_to j >out
	AT+=("$(cup-seal --key seal.key j)")
	touch -d '2026-01-01 01:00 UTC' "${AT[@]:0:3}"
	touch -d '2026-01-02 23:00 UTC' "${AT[@]:3:2}"
}

@test "what is left is proved when the lines below are pruned" {
	old_journal
	cp -r j before
	cup-seal --key seal.key --thin 2d j >out
	left 2 4 5
	run -0 cup-prune --keep 2y --yes j
	left 2 4 5
	assert_output --partial 'lines pruned'
	# Ended just before the new proof took the place of the one from what is
	# removed.
	mv "${AT[4]%checkpoint}extends" "${AT[4]%checkpoint}bridges"
	cp "before/checkpoints/$(basename "${AT[4]%checkpoint}")extends" \
		j/checkpoints
	run -0 cup-verify --key "$VKEY" j
	rm "${AT[4]%checkpoint}bridges"
	run --separate-stderr -1 cup-verify --key "$VKEY" j
	assert_regex "$stderr" 'cannot be checked'
}

@test "begun and not finished, it goes on from there" {
	old_journal
	cp -r j whole
	cup-seal --key seal.key --thin 2d whole >out
	# The proof that goes over one, which is still there, or just not.
	cp "whole/checkpoints/$(basename "${AT[4]%checkpoint}")extends" \
		"${AT[4]%checkpoint}bridges"
	run -0 cup-verify --key "$VKEY" j
	rm "${AT[3]}"
	run -0 cup-verify --key "$VKEY" j
	cup-seal --key seal.key --thin 2d j >out
	run -0 cup-verify --key "$VKEY" j
	assert_equal "$(find j/checkpoints -name '*.checkpoint' | sort)" \
		"$(printf '%s\n' "${AT[@]:2:1}" "${AT[@]:4}")"
}

@test "of which lines are pruned already stays where no proof can be made" {
	old_journal
	run -0 cup-prune --keep 2y --yes j
	cup-seal --key seal.key --thin 2d j >out
	run -0 cup-verify --key "$VKEY" j
	assert_file_exists "${AT[4]}"
	assert_file_exists "${AT[5]}"
}

@test "what the checkpoint behind it does not prove stays" {
	sed -i '2s/^x/y/;t;2s/^./x/' "${AT[6]%checkpoint}extends"
	thin
	run -0 cup-verify --key "$VKEY" j
	assert_file_exists "${AT[5]}"
	assert_file_not_exists "${AT[4]}"
}
