#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# cup-config: killed or crowded in the middle of saving.

load ../lib/helpers

setup() {
	common_setup
	export CUP_CONFIG_DIR=$PWD/etc
	FILE=$CUP_CONFIG_DIR/n1.conf
	cup-config n1 listen=tcp:*:5222 server=tcp:127.0.0.1:5322 \
		domain=acme.example policy=/p journal=/j max-clients=1
}

# sound: the file is one of those that were saved, whole.
sound() {
	cup-config n1 >/dev/null || return
	[ "$(wc -l <"$FILE")" -eq 6 ] || return
	[ -z "$(find etc/history -name 'n1.conf.*' -size -50c)" ]
}

@test "killed at any moment, it leaves the old file or the new, and a history" {
	rounds=70
	begin=${EPOCHREALTIME/./}
	cup-config n1 max-clients=1000 >/dev/null
	takes=$((${EPOCHREALTIME/./} - begin))
	for ((i = 2; i < rounds; i++)); do
		cup-config n1 "max-clients=$i" >/dev/null &
		pid=$!
		# From before the exec to behind the end of it.
		printf -v delay '0.%06d' $((RANDOM % 100 * takes / 60))
		read -rt "$delay" <> <(:) || :
		kill -9 "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
		sound || fail "round $i: $(ls -l etc etc/history; cat "$FILE")"
	done
	# It was cut short in some rounds, and not in others.
	saved=$(cup-config --history n1 | wc -l)
	echo "saved $saved of $rounds"
	((saved > 0 && saved < rounds - 2))
	run -0 cup-config n1 max-clients=9999
	assert_file_not_exists etc/.n1.conf.new
	assert_file_not_exists etc/history/.new
}

@test "a crash between keeping the old and saving the new keeps it once" {
	mkdir etc/history
	cp "$FILE" etc/history/n1.conf.2026-01-01T00:00:00.000000Z
	echo 'listen tcp:' >etc/.n1.conf.new
	run -0 cup-config n1 max-clients=2
	run -0 cup-config --history n1
	assert_output "1	2026-01-01T00:00:00.000000Z	max-clients"
	assert_equal "$(cup-config n1 max-clients)" 2
}

@test "a clock that went back does not disturb the order of versions" {
	mkdir etc/history
	sed s/5222/5221/ "$FILE" \
		>etc/history/n1.conf.2099-01-01T00:00:00.000000Z
	run -0 cup-config n1 max-clients=2
	run -0 cup-config --history n1
	assert_line --index 0 "1	2099-01-01T00:00:00.000001Z	max-clients"
	assert_line --index 1 "2	2099-01-01T00:00:00.000000Z	listen"
}

@test "many at a time lose none of each other's changes" {
	for key in hold-timeout=11s login-timeout=12s max-per-peer=1 \
		held-max=32M client-held-max=2M segment-age=2d unsafe=yes \
		events=all; do
		cup-config n1 "$key" >/dev/null &
	done
	wait
	run -0 cup-config n1
	for value in 11s 12s 32M 2M 2d all; do
		assert_line --regexp "	$value	.*n1.conf:"
	done
	assert_equal "$(cup-config --history n1 | wc -l)" 8
}
