#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2034,SC2154
# The socket by which others have notes made while cup-log writes.

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

# ask JOURNAL LINES: what the journal's writer answers to them.
ask() {
	python3 -c '
import os, socket, sys
journal = os.open(sys.argv[1], os.O_RDONLY)
s = socket.socket(socket.AF_UNIX)
s.settimeout(20)
s.connect(f"/proc/self/fd/{journal}/writer")
s.sendall(os.fsencode(sys.argv[2]))
s.shutdown(socket.SHUT_WR)
for data in iter(lambda: s.recv(4096), b""):
    sys.stdout.write(data.decode())
' "$@"
}

# begun: cup-log runs, with two records in j.
begun() {
	start_log cup-log --heads heads --compress no j
	said 1 one >&8
	said 2 two >&8
	eventually 5 has_lines out 2
}

@test "what is asked for is journaled, and answered once it is on disk" {
	begun
	run -0 stat -c '%F %a' j/writer
	assert_output "socket 600"
	run -0 ask j $'erasure seq=3 by=a why=b c\npruned 1-2 chain=x tree=y by=a why=d\n'
	assert_equal "${#lines[@]}" 2
	journal_lines j | sed -n '5,6p' | cut -f 1,2 --output-delimiter=: >places
	diff places <(printf '%s\n' "$output")
	journal_texts j | sed -n 5p | grep -qxE '# erasure [^ ]+Z seq=3 by=a why=b c'
	journal_texts j | sed -n 6p | grep -qxE '# pruned [^ ]+Z 1-2 chain=x tree=y by=a why=d'
	said 3 three >&8
	eventually 5 has_lines out 3
	end_log
	assert_file_not_exists j/writer
	run -0 cup-verify --head @heads j
}

@test "a new segment is begun when that is asked for" {
	begun
	run -0 ask j $'segment\nerasure seq=3 by=a why=b\nsegment\n'
	assert_equal "$(cut -d : -f 1 <<<"$output" | tr '\n' ' ')" "5 6 7 "
	assert_equal "$(find j -name '*.log' -printf '%f\n' | sort | tr '\n' ' ')" "$SEGMENT_1 00000000000000000005.log 00000000000000000007.log "
	said 3 three >&8
	eventually 5 has_lines out 3
	end_log
	run -0 cup-verify --head @heads j
}

@test "what is no request is answered so, and nothing is journaled" {
	begun
	run -0 ask j $'hello\npruned\npruned x\nerasure 3\nerasure seq=0 by=a\nerasure seq=99 by=a\nerasure seq=3 by=\x01\nerasure seq=3 by=\xff\npruned 1-2 \tx\n\n'
	assert_equal "$(grep -c '^error: ' <<<"$output")" 10
	assert_line "error: no such request"
	assert_line "error: does not say which lines"
	assert_line "error: names a line that is not there"
	assert_line "error: has a control character"
	assert_line "error: is not UTF-8"
	assert_equal "$(journal_lines j | wc -l)" 4
	# A line without end costs its connection, and nobody else.
	run -0 ask j "erasure seq=3 $(printf '%02000d' 0)"
	assert_output ""
	run -0 ask j "erasure seq=3 $(printf '%02000d' 0)"$'\n'
	assert_output "error: too long"
	run -0 ask j $'erasure seq=3 by=a why=b\nerasure seq=3 by=a'
	assert_equal "${#lines[@]}" 1
	run -0 ask j $'erasure seq=3 by=a why=b\n'
	said 3 three >&8
	eventually 5 has_lines out 3
	end_log
}

@test "many notes are made in order, while records come" {
	start_log cup-log --segment-size 64K j
	gen-records 20000 1 >&8 &
	for ((i = 0; i < 600; i++)); do
		echo "erasure seq=1 by=a why=n$i."
	done >requests
	run -0 ask j "$(cat requests)"$'\n'
	assert_equal "${#lines[@]}" 600
	wait $!
	eventually 10 has_lines out 20000
	end_log
	printf '%s\n' "$output" >heads
	run -0 cup-verify --head @heads j
	journal_lines j | grep -ohE '# erasure .*' | sed 's/.*why=n\([0-9]*\)\./\1/' | diff - <(seq 0 599)
}

@test "a path that is too long for an address has a socket all the same" {
	long=$(printf 'd%.0s' {1..120})
	mkdir "$long"
	start_log cup-log "$long/j"
	said 1 one >&8
	eventually 5 has_lines out 1
	run -0 ask "$long/j" $'erasure seq=3 by=a why=b\n'
	assert_output --regexp '^4:[0-9a-f]{64}$'
	end_log
}

@test "a socket that was left by who was killed is replaced" {
	begun
	kill -KILL "$LOG"
	wait "$LOG" || :
	exec 8>&-
	assert [ -S j/writer ]
	# Nobody listens there: cup-prune writes the journal itself.
	run -0 cup-prune --erase "$(id 1)" --why asked --yes j
	nowhere "$(id 1)" j
	start_log cup-log j
	said 3 three >&8
	eventually 5 has_lines out 1
	run -0 ask j $'erasure seq=3 by=a why=b\n'
	end_log
	run -0 cup-verify j
}

@test "pruning goes on beside a running cup-log and running readers" {
	ages j
	start_log cup-log --heads heads j
	{ while :; do cup-search -c j; done; } >found 2>searched &
	READER=$!
	gen-records 30000 1 >&8 &
	run -0 cup-prune --keep 7y --yes j
	run -0 cup-prune --erase-with alice@acme.example --why asked --yes j
	wait $!
	eventually 10 has_lines out 30000
	kill "$READER"
	end_log
	assert_equal "$(cat searched)" ""
	assert_equal "$(cup-search -c j)" 30000
	nowhere secret- j
	run -0 cup-verify --head @heads j
}

@test "where the journal's writer takes no notes in, nothing is pruned" {
	ages j
	exec 7<>j/lock
	python3 -c 'import fcntl, struct, sys; fcntl.fcntl(7, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))'
	run -75 cup-prune --keep 7y --yes j
	assert_output --partial "is being written by"
	exec 7>&-
	assert_equal "$(ids j)" "$(seq -s ' ' 1 40) "
	run -0 cup-prune --keep 7y --yes j
	assert_equal "$(ids j)" "$(seq -s ' ' 11 40) "
}
