#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154
# What is remembered of conversations has an end.

load ../lib/helpers

setup() {
	common_setup
	printf 'reject w body resembles { insider merger } across 8\npass r\n' >p
}

# talks N SECONDS: N people write ten messages to one another, all within that
# time.
talks() {
	awk -v n="$1" -v seconds="$2" 'BEGIN {
		for (k = 0; k < 10; k++) for (i = 0; i < n; i++) {
			t = int((k * n + i) * seconds / (10 * n))
			printf "019aac21-%04d-7000-8000-%012d\t2026-11-22T%02d:%02d:%02d.000001Z\tnode1\ts%d\tsend\t-\t-\t-\t" \
			"<message xmlns=\"jabber:client\" from=\"u%d@acme.example/x\" to=\"v%d@acme.example\" id=\"m%d\"><body>%s</body></message>\t-\n",
			k, i, int(t / 3600), int(t / 60) % 60, t % 60, i, i, i, k,
			k == 8 ? "an ins" : k == 9 ? "ider" : "well, did the deck go out to all of them by now, or is it still with the lawyers upstairs?"
		} }'
}

@test "of 65,536 conversations each message is known" {
	run -0 --separate-stderr bash -c 'cup-filter p | cut -f 6 | sort | uniq -c' \
		< <(talks 60000 290)
	assert_line --regexp '^ *60000 reject$'
	assert_equal "$stderr" ''
}

@test "of more the oldest are forgotten, and that is said once" {
	talks 70000 290 >in
	run -0 --separate-stderr bash -c 'cup-filter p <in | cut -f 6 | grep -c reject || :'
	assert_equal "$stderr" 'cup-filter: more conversations than are remembered: the oldest are forgotten'
	assert_output 0
	run -0 bash -c 'cup-filter p <in 2>&1 >one | wc -l; cup-filter p <in 2>/dev/null | cmp - one'
	assert_output 1
}

@test "those of before do not count, and memory stays flat" {
	mkfifo pipe
	talks 50000 5000 >pipe &
	cup-filter p <pipe >out 2>err &
	pid=$!
	late=0
	while kb=$(awk '/^VmHWM/ { print $2 }' "/proc/$pid/status" 2>/dev/null) &&
		[[ -n $kb ]]; do
		late=$kb
		read -rt 0.2 <> <(:) || :
	done
	wait "$pid"
	echo "$late KiB"
	((late < 64 * 1024))
	assert_equal "$(cat err)" ''
}
