#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2154
# cup-review --serve and --stage: what is settled is handed to the node, and
# what came of it is put on record.

load ../lib/helpers
load ../lib/review

setup() {
	review_setup
	TAKER='' STAGE=''
	held 1 a@acme.example/x secret | journal_held
	held 2 a@acme.example/x secret | journal_held
	NODE=node2 held 3 a@acme.example/x secret | journal_held
}

teardown() {
	exec 7>&- 8>&-
	[ -z "$STAGE" ] || kill -KILL "$STAGE" 2>/dev/null || :
	review_teardown
}

settle() {
	cup-review "$1" --why so --socket "$SOCKET" "$(held_id "$2")"
}

# handed N: how often what was settled of it was handed out to whom takes.
handed() {
	grep -c " event=\"[a-z]*\" .*$(message a@acme.example/x bob@acme.example secret)" taken || :
}

# taken_is COUNT: so many reviews were handed out, and no more by the time that
# the keeper answers.
taken_is() {
	local token=$RANDOM$RANDOM
	eventually 5 bash -c '[ "$(grep -c "verdict=" taken)" -ge '"$1"' ]' || :
	echo "# ping $token" >&7
	eventually 5 grep -q "^# ping $token" taken
	assert_equal "$(grep -c "verdict=" taken)" "$1"
}

@test "a node gets what is settled at once and as it comes, oldest first" {
	start_keeper
	settle --release 1
	take
	taken_is 1
	settle --refuse 2
	settle --release 3
	taken_is 3
	run -0 grep -o 'verdict="[a-z]*" by' taken
	assert_output $'verdict="release" by\nverdict="refuse" by\nverdict="release" by'
	# Journaled as they were handed out, proofs included.
	run -0 cup-search reviews
	assert_equal "${#lines[@]}" 3
	leave
}

@test "a node gets its own reviews only" {
	start_keeper
	settle --release 1
	settle --release 3
	take node2
	taken_is 1
	run -0 cat taken
	assert_output --partial "$(held_id 3)"
	leave
}

@test "what is done is on record, and not handed out again" {
	start_keeper
	settle --release 1
	take
	taken_is 1
	outcome "$(settled_by 1)" 'done' ' outcome="sent"' >sent
	cat sent >&7
	eventually 5 grep -q 'outcome="sent"' taken
	assert_equal "$(grep 'outcome="sent"' taken | column 1,6)" "$(column 1 <sent)	pass"
	assert_equal "$(reviews 'done' | column 1)" "$(column 1 <sent)"
	# Said once more, as after a cut, it is answered and not journaled again.
	cat sent >&7
	eventually 5 bash -c '[ "$(grep -c "outcome=" taken)" = 2 ]'
	assert_equal "$(reviews 'done' | wc -l)" 1
	leave
	kill_keeper
	start_keeper
	take
	taken_is 0
	run -0 reviews again
	assert_output ""
	leave
}

@test "a node has so many in hand, and gets the next for each that is done" {
	local n
	for n in $(seq 4 73); do
		held "$n" a@acme.example/x secret
	done | journal_held
	start_keeper
	for n in $(seq 4 73); do
		held_id "$n"
		echo
	done | xargs cup-review --release --socket "$SOCKET"
	take
	taken_is 64
	for n in 1 2 3; do
		outcome "$(sed -n "${n}p" <(grep verdict= taken) | column 1)" 'done' ' outcome="sent"'
	done >sent
	cat sent >&7
	taken_is 70
	assert_equal "$(grep -c 'verdict="release"' taken)" 67
	# Nor is more of it on record as handed out again than it has in hand.
	leave
	take
	taken_is 64
	assert_equal "$(reviews again | wc -l)" 64
	leave
}

@test "what came of a review that settled nothing here is refused" {
	start_keeper
	settle --release 1
	outcome "$(held_id 1)" 'done' ' outcome="sent"' >sent
	run -0 ask "$(cat sent)"
	assert_output "# refused '$(held_id 1)' has settled nothing here
# unjudged $(column 1 <sent)"
	run -0 reviews 'done'
	assert_output ""
	# Behind a stage nobody waits for it.
	start_stage
	cat sent >&8
	eventually 5 grep -q 'verdict="done"' staged
	assert_equal "$(grep 'done' staged)" "$(cat sent)"
	run -0 cat stage.log
	assert_line "cup-review: the keeper does not know what record $(column 1 <sent) tells of"
	exec 8>&-
	wait "$STAGE"
	STAGE=
}

@test "the first arrival that is told of counts" {
	start_keeper
	settle --release 1
	take
	taken_is 1
	leave
	take
	taken_is 1
	outcome "$(settled_by 1)" arrived ' try="abc123"' >&7
	outcome "$(settled_by 1)" arrived ' try="def456"' >&7
	taken_is 3
	leave
	take
	eventually 5 grep -q 'verdict="arrived"' taken
	assert_equal "$(grep -o 'try="[^"]*"' taken)" 'try="abc123"'
	leave
}

@test "what is not done is handed out again, and that is on record first" {
	start_keeper
	settle --release 1
	settle --refuse 2
	take
	taken_is 2
	leave
	run -0 reviews again
	assert_output ""
	take
	taken_is 2
	assert_equal "$(reviews again | grep -c "ref=\"$(settled_by 1)\"")" 1
	assert_equal "$(reviews again | wc -l)" 1
	leave
	kill_keeper
	start_keeper
	take
	taken_is 2
	assert_equal "$(reviews again | wc -l)" 2
	leave
}

@test "a node that comes again takes over from its own earlier connection" {
	local first
	start_keeper
	take
	first=$TAKER
	mv taken taken.first
	exec 6>&7
	take
	settle --release 1
	taken_is 1
	assert_equal "$(grep -c verdict= taken.first)" 0
	# Where the new one leaves, the one that is still there gets it.
	leave
	eventually 5 grep -q "verdict=" taken.first
	assert_equal "$(reviews again | wc -l)" 1
	exec 6>&-
	wait "$first" || :
}

@test "what has arrived at its addressee is not handed out again" {
	start_keeper
	settle --release 1
	take
	taken_is 1
	leave
	take
	taken_is 1
	leave
	record recv pass "$(message a@acme.example/x bob@acme.example secret)" \
		"released@review: by root for words ($(settled_by 1) abc123)" | journal_held
	take
	eventually 5 grep -q 'verdict="arrived"' taken
	taken_is 1
	run -0 reviews 'done'
	assert_output --partial "ref=\"$(settled_by 1)\" verdict=\"done\" outcome=\"sent\""
	run -0 reviews arrived
	assert_output --partial ' try="abc123"'
	leave
	# Of what was handed out twice a node learns each time which one arrived.
	kill_keeper
	start_keeper
	take
	eventually 5 grep -q 'verdict="arrived"' taken
	taken_is 1
	assert_equal "$(reviews arrived | wc -l)" 1
	leave
}

@test "the same where it arrived while the keeper was away" {
	start_keeper
	settle --release 1
	take
	taken_is 1
	kill_keeper
	record recv pass "$(message a@acme.example/x bob@acme.example secret)" \
		"released@review: by root for words ($(settled_by 1) abc123)" | journal_held
	start_keeper
	take
	taken_is 0
	assert_equal "$(reviews 'done' | wc -l) $(reviews again | wc -l)" '1 0'
	leave
}

@test "only a node of the keeper's user takes, and says what came of it" {
	start_keeper --group nogroup
	settle --release 1
	as nobody --version >/dev/null
	run -0 setpriv --reuid nobody --regid nogroup --clear-groups bash -c \
		"printf '# take\n%s\n' '$(outcome "$(settled_by 1)" 'done' ' outcome="sent"')' | socat -t 5 - UNIX:${SOCKET#unix:}"
	assert_output "# refused only a node of this keeper's user takes what is settled
# refused '$(settled_by 1)' is asked what no person settles"
	run -0 reviews 'done'
	assert_output ""
}

start_stage() {
	rm -f to_stage
	mkfifo to_stage
	cup-review --stage "$SOCKET" "$@" <to_stage >staged 2>stage.log 3>&- &
	STAGE=$!
	exec 8>to_stage
}

@test "a stage passes lines on, and what is settled among them" {
	start_stage --node node1
	record send pass "$(message a@b/c d@e first)" >&8
	echo '# ping 1' >&8
	# The keeper is not there yet.
	eventually 5 grep -q '^# ping 1' staged
	assert_equal "$(wc -l <staged)" 2
	start_keeper
	settle --release 1
	settle --release 3
	eventually 15 grep -q 'verdict="release"' staged
	assert_equal "$(grep -c 'verdict="release"' staged)" 1
	# What the node says of it goes on once it is on record.
	outcome "$(settled_by 1)" 'done' ' outcome="refused" why="wall"' >said
	cat said >&8
	eventually 5 grep -q 'outcome="refused"' staged
	assert_equal "$(reviews 'done' | column 1)" "$(column 1 <said)"
	assert_equal "$(tail -1 staged)" "$(cat said)"
	exec 8>&-
	wait "$STAGE"
	STAGE=
}

@test "a stage goes on while the keeper is away, and what was said waits for it" {
	start_keeper
	start_stage
	settle --release 1
	eventually 5 grep -q 'verdict="release"' staged
	kill_keeper
	outcome "$(settled_by 1)" 'done' ' outcome="sent"' >&8
	record send pass "$(message a@b/c d@e onwards)" >&8
	eventually 5 grep -q onwards staged
	run grep -c 'outcome="sent"' staged
	assert_output 0
	start_keeper
	eventually 15 grep -q 'outcome="sent"' staged
	assert_equal "$(reviews 'done' | wc -l)" 1
	exec 8>&-
	wait "$STAGE"
	STAGE=
}

@test "a stage whose output is closed, or on a full disk, says so" {
	run --separate-stderr -74 bash -c "cup-review --stage $SOCKET < <(echo '# x') >/dev/full"
	assert_regex "$stderr" 'cannot write to standard output: No space left on device'
	run --separate-stderr -65 cup-review --stage "$SOCKET" < <(printf 'cut off')
	assert_regex "$stderr" 'a line is cut off; it is dropped'
	run --separate-stderr -0 cup-review --stage "$SOCKET" </dev/null
	assert_output ""
}
