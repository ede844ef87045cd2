#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2034,SC2154
# cup-prune killed at fifty instants, with and without a running cup-log: what
# should stay is there, the journal is whole, and the next run ends what was
# begun, without beginning it twice.

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

# What must stay of the journal is there.
all_there() {
	cup-search j | cut -f 1 | grep -xFf stay | sort | cmp - stay
}

# No line was announced twice.
once() {
	journal_texts j | grep -E '^# (pruned [^ ]+ [0-9]+-|erasure )' |
		sed -E 's/^# ([a-z]+) [^ ]+ ([^ ]+) .*/\1 \2/' | sort | uniq -d |
		run ! grep .
}

# kill_at NUMBER MS: of a copy of the journal, as it was before.
kill_at() {
	local pid status=0
	rm -rf j
	cp -r before j
	[ "$(($1 % 2))" = 0 ] || start_log cup-log --compress no j
	cup-prune --keep 2y --hold-file holds --yes j >part 2>&1 &
	pid=$!
	read -rt "0.$(printf '%03d' "$2")" <> <(:) || :
	kill -KILL "$pid" 2>/dev/null || :
	wait "$pid" 2>/dev/null || status=$?
	[ "$status" -eq 137 ] || { [ "$status" -eq 0 ] && ended=$((ended + 1)); }
	cp j/pruning pruning 2>/dev/null || :
}

@test "killed at any instant, it loses nothing and goes on from there" {
	local ended=0 begun=0
	for years in 8 7 6; do
		gen-records 1500 "$years" |
			sed "s/^019aac21-0001/019aac21-000$years/;s/2026-11-22T/$(date -u -d "-$years years" +%Y-%m-%dT)/" |
			cup-log --compress no j >>out
		new_segment j
	done
	group 1 now | cup-log j >>out
	sed -n '5p;2345p;3500p' out | cut -f 1 >held
	sed 's/^/case-1 id /' held >holds
	{ cat held; tail -n 10 out | cut -f 1; } | sort >stay
	mv j before
	for ((i = 1; i <= 50; i++)); do
		kill_at "$i" $((i * 8 % 400 + 1))
		all_there
		cup-verify -q j
		[ ! -s pruning ] || begun=$((begun + 1))
		cup-prune --keep 2y --hold-file holds --yes j >>again
		all_there
		cup-verify -q j
		assert_equal "$(cup-search -c j)" 13
		assert [ ! -s j/pruning ]
		once
		exec 8>&-
		[ -z "$LOG" ] || end_log
	done
	echo "# $begun of 50 killed within, $ended too late" >&3
	assert [ "$begun" -ge 5 ]
}
