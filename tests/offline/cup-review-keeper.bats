#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2016,SC2154
# cup-review --serve: who may settle what, and what the clock settles.

load ../lib/helpers
load ../lib/review

setup() {
	review_setup
}

teardown() {
	review_teardown
}

@test "what comes to be held is known at once, and how many and since when" {
	start_keeper
	run -0 ask '# status'
	assert_output $'held 0\noldest -\n# end 16'
	TIME=2026-11-22T10:00:00.000000Z held 1 a@acme.example/x secret | journal_held
	TIME=2026-11-22T09:00:00.000000Z held 2 a@acme.example/x secret | journal_held
	run -0 ask '# status'
	assert_output $'held 2\noldest 2026-11-22T09:00:00.000000Z\n# end 42'
	run -0 cup-review --socket "$SOCKET"
	assert_equal "$output" "$(cup-review journal)"
	cup-review --refuse --why no --socket "$SOCKET" "$(held_id 2)"
	run -0 ask '# status'
	assert_line 'held 1'
	end_keeper
	run -0 cup-verify reviews
	assert_file_not_exists "${SOCKET#unix:}"
}

@test "a review is answered as it is journaled, by whom the system says" {
	held 1 a@acme.example/x secret | journal_held
	start_keeper
	run -0 ask "$(outcome "$(held_id 1)" release ' by="mallory" why="ok" event="send" rules="none" time="x"')"
	assert_output --regexp $'\tpass\t-\tsha256:[^\t]*\t<review xmlns="urn:cup:review:1" ref="'"$(held_id 1)"'" verdict="release" by="'"$(id -un)"'" why="ok" event="send" rules="words" time="2026-11-22T21:33:38.000001Z" node="node1"><message '
	# It is not of that line alone.
	run -0 reviews release
	assert_equal "${#lines[@]}" 1
	run -0 ask "$(outcome "$(held_id 1)" refuse ' why="no"')"
	assert_output --regexp "^# refused '$(held_id 1)' was released by $(id -un) at 20.*: ok$"
}

@test "what makes no sense is refused, and the keeper goes on" {
	held 1 a@acme.example/x secret | journal_held
	start_keeper
	run -0 ask nonsense '# nonsense' "$(record send - "$(message a@b/c d@e f)")" \
		"$(record review - '<review xmlns="urn:cup:review:1"/>')" \
		"$(outcome "$(held_id 1)" again '')" "$(outcome "$(held_id 1)" expired '')" \
		"$(outcome "$(held_id 1)" refuse '')" "$(outcome "$(held_id 1)" escalate '')" '# ping 7'
	assert_output "# refused what you ask has fewer than ten fields
# refused what you ask is no review
# refused what you ask has an unknown verdict
# refused '$(held_id 1)' is asked what no person settles
# refused '$(held_id 1)' is asked what no person settles
# refused '$(held_id 1)' needs a reason
# refused '$(held_id 1)' is to be escalated to nobody
# ping 7"
	run -0 ask '# status'
	assert_line 'held 1'
}

@test "members of the group may settle, and root, and nobody else" {
	held 1 a@acme.example/x secret | journal_held
	held 2 a@acme.example/x secret | journal_held
	start_keeper --group nogroup
	run -0 as nobody --release --why mine --socket "$SOCKET" "$(held_id 1)"
	run -0 cup-review --release --socket "$SOCKET" "$(held_id 2)"
	run -0 reviews release
	assert_line --partial ' by="nobody" why="mine"'
	assert_line --partial " by=\"root\" "
	held 3 a@acme.example/x secret | journal_held
	# The group counts as it is in the system's files, not as he has it.
	run --separate-stderr -1 as games --release --socket "$SOCKET" "$(held_id 3)"
	assert_equal "$stderr" "cup-review: 'games' is not in the group 'nogroup'"
	run --separate-stderr -1 as games --socket "$SOCKET"
	assert_output ""
	assert_equal "$stderr" "cup-review: keeper '$SOCKET': you may not settle"
	run -0 as nobody --socket "$SOCKET"
	assert_equal "$(column 1 <<<"$output")" "$(held_id 3)"
}

@test "without a group nobody but who runs the keeper, and root, may settle" {
	held 1 a@acme.example/x secret | journal_held
	start_keeper
	run --separate-stderr -1 as nobody --release --socket "$SOCKET" "$(held_id 1)"
	assert_equal "$stderr" "cup-review: 'nobody' may not settle: no group of reviewers is set"
	run -0 cup-review --release --socket "$SOCKET" "$(held_id 1)"
}

@test "a group that is not there, and a key that cannot be used, are named" {
	run --separate-stderr -78 cup-review --serve "$SOCKET" --to reviews --group nosuch journal
	assert_equal "$stderr" "cup-review: there is no group 'nosuch'"
	run --separate-stderr -78 cup-review --serve "$SOCKET" --to reviews --key none journal
	assert_regex "$stderr" "^cup-review: key 'none': "
}

@test "who wrote a message does not settle it, by whatever JID of his" {
	held 1 anna@acme.example/phone secret | journal_held
	held 2 anna@private.example/phone secret | journal_held
	held 3 other@acme.example/phone secret | journal_held
	start_keeper --group nogroup --reviewer nobody=anna@acme.example \
		--reviewer nobody=Anna@Private.example --reviewer _apt=other@acme.example
	for n in 1 2; do
		run --separate-stderr -1 as nobody --release --socket "$SOCKET" "$(held_id $n)"
		assert_equal "$stderr" "cup-review: '$(held_id $n)' is what you wrote yourself"
		run --separate-stderr -1 as nobody --escalate _apt --socket "$SOCKET" "$(held_id $n)"
	done
	run --separate-stderr -1 as nobody --escalate _apt --socket "$SOCKET" "$(held_id 3)"
	assert_equal "$stderr" "cup-review: '$(held_id 3)' cannot be escalated to '_apt', who wrote it"
	run -0 as nobody --release --socket "$SOCKET" "$(held_id 3)"
	run -0 as _apt --release --socket "$SOCKET" "$(held_id 1)" "$(held_id 2)"
}

@test "two reviewers, who are two, release; one of them refuses" {
	held 1 a@acme.example/x secret terms=reviewers:2 | journal_held
	held 2 a@acme.example/x secret terms=reviewers:2 | journal_held
	start_keeper --group nogroup
	run --separate-stderr -0 as nobody --release --why first --socket "$SOCKET" "$(held_id 1)" "$(held_id 2)"
	assert_equal "$stderr" "cup-review: '$(held_id 1)' needs another reviewer, too
cup-review: '$(held_id 2)' needs another reviewer, too"
	run --separate-stderr -1 as nobody --release --socket "$SOCKET" "$(held_id 1)"
	# Left to who has had his say it would be left to nobody.
	run --separate-stderr -1 as _apt --escalate nobody --socket "$SOCKET" "$(held_id 1)"
	assert_equal "$stderr" "cup-review: '$(held_id 1)' cannot be escalated: 'nobody' has released it already"
	# Also over a restart.
	kill_keeper
	start_keeper --group nogroup
	run --separate-stderr -1 as nobody --release --socket "$SOCKET" "$(held_id 1)"
	assert_regex "$stderr" "was released by you at 20"
	run --separate-stderr -0 as _apt --release --why second --socket "$SOCKET" "$(held_id 1)"
	assert_equal "$stderr" ""
	run -0 as _apt --refuse --why never --socket "$SOCKET" "$(held_id 2)"
	assert_equal "$(reviews release | grep -c ' event="send" ')" 1
	run -0 ask '# status'
	assert_line 'held 0'
}

@test "what is escalated is for one alone, who may hand it on" {
	held 1 a@acme.example/x secret | journal_held
	start_keeper --group nogroup
	run -0 as nobody --escalate _apt --why legal --socket "$SOCKET" "$(held_id 1)"
	run --separate-stderr -1 as nobody --release --socket "$SOCKET" "$(held_id 1)"
	assert_equal "$stderr" "cup-review: '$(held_id 1)' is escalated to '_apt'"
	run --separate-stderr -1 as nobody --escalate nobody --socket "$SOCKET" "$(held_id 1)"
	kill_keeper
	start_keeper --group nogroup
	run --separate-stderr -1 cup-review --release --socket "$SOCKET" "$(held_id 1)"
	run -0 as _apt --escalate sync --socket "$SOCKET" "$(held_id 1)"
	run --separate-stderr -1 as _apt --release --socket "$SOCKET" "$(held_id 1)"
	run -0 as sync --release --socket "$SOCKET" "$(held_id 1)"
	run --separate-stderr -1 as nobody --escalate games --socket "$SOCKET" "$(held_id 1)"
}

@test "an escalation to who is no reviewer any more binds nobody" {
	held 1 a@acme.example/x secret | journal_held
	start_keeper --group nogroup
	run -0 as nobody --escalate _apt --socket "$SOCKET" "$(held_id 1)"
	end_keeper
	start_keeper --group games
	run -0 cup-review --release --socket "$SOCKET" "$(held_id 1)"
}

@test "two reviewers at once: one is first, the other is told so" {
	local n won=0 lost=0
	for n in 1 2 3 4 5 6 7 8 9; do
		held "$n" a@acme.example/x secret
	done | journal_held
	start_keeper
	for n in 1 2 3 4 5 6 7 8 9; do
		cup-review --release --socket "$SOCKET" "$(held_id "$n")" 2>"a$n" 3>&- &
		cup-review --refuse --why no --socket "$SOCKET" "$(held_id "$n")" 2>"b$n" 3>&- &
		wait -n && won=$((won + 1)) || lost=$((lost + 1))
		wait -n && won=$((won + 1)) || lost=$((lost + 1))
	done
	assert_equal "$won $lost" "9 9"
	assert_equal "$(cat a? b? | grep -cE "' was re(leas|fus)ed by ")" 9
	assert_equal "$(cup-search reviews | grep -c ' event="send" ')" 9
}

@test "what expires is refused, in time, and over a restart" {
	TIME=$(now) held 1 a@acme.example/x secret terms=expires:2 | journal_held
	TIME=$(now) held 2 a@acme.example/x secret terms=expires:3600 | journal_held
	held 3 a@acme.example/x secret terms=expires:3600 | journal_held
	start_keeper
	# The last one expired while nobody was there.
	eventually 5 grep -q "$(held_id 3)" <(reviews expired)
	kill_keeper
	start_keeper
	eventually 10 bash -c 'cup-search reviews | grep -F "'"$(held_id 1)"'" | grep -q "verdict=\"expired\""'
	run -0 reviews expired
	assert_equal "${#lines[@]}" 2
	refute_output --partial ' by='
	assert_output --partial ' why="nobody settled it in time"'
	run --separate-stderr -1 cup-review --release --socket "$SOCKET" "$(held_id 1)"
	assert_regex "$stderr" "' has expired at 20[^ ]+Z: nobody settled it in time$"
	run -0 ask '# status'
	assert_line 'held 1'
}

@test "only records of its node are held with --node" {
	NODE=node2 held 1 a@acme.example/x secret | journal_held
	held 2 a@acme.example/x secret | journal_held
	start_keeper --node node2
	run --separate-stderr -1 cup-review --release --socket "$SOCKET" "$(held_id 2)"
	assert_equal "$stderr" "cup-review: '$(held_id 2)' is not held"
	run -0 cup-review --release --socket "$SOCKET" "$(held_id 1)"
}

@test "the command is run for each that is held from then on, one after another" {
	held 1 a@acme.example/x before | journal_held
	cat >tell <<-'END'
		[ ! -e running ] || echo "two at once" >>told
		touch running
		echo "$CUP_ID $(cut -f 1,5)" >>told
		rm running
		exit 3
	END
	start_keeper --command '. ./tell'
	for n in 2 3 4; do
		held "$n" a@acme.example/x secret
	done | journal_held
	eventually 10 bash -c '[ "$(wc -l <told)" = 3 ]'
	assert_equal "$(cat told)" "$(for n in 2 3 4; do
		printf '%s %s\tsend\n' "$(held_id $n)" "$(held_id $n)"
	done)"
	eventually 5 grep -q "cup-review: the command failed for '$(held_id 4)': exit status 3" keeper.log
}

@test "the command is told of what was held while no keeper ran, and of nothing twice" {
	start_keeper --command 'echo "$CUP_ID" >>told'
	kill_keeper
	held 1 a@acme.example/x secret | journal_held
	held 2 a@acme.example/x secret | journal_held
	start_keeper --command 'echo "$CUP_ID" >>told'
	eventually 10 bash -c '[ "$(wc -l <told)" = 2 ]'
	end_keeper
	held 3 a@acme.example/x secret | journal_held
	start_keeper --command 'echo "$CUP_ID" >>told'
	eventually 10 bash -c '[ "$(wc -l <told)" = 3 ]'
	end_keeper
	assert_equal "$(cat told)" "$(for n in 1 2 3; do held_id $n; echo; done)"
	run -0 cup-verify -q reviews
}

@test "nobody can have the keeper hold a line without end, or all connections" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	start_keeper --group nogroup
	run -0 bash -c "head -c 100000 /dev/zero | tr '\0' x | socat -t 5 - UNIX:${SOCKET#unix:}"
	run -0 ask '# status'
	# It stays open for others, and for who runs it.
	cat >crowd.py <<-'END'
		import socket, sys, time
		path, request, until_end = sys.argv[1], sys.argv[2], sys.argv[3] == "end"

		def refused(p):
		    try:
		        p.connect(path)
		        p.sendall(request.encode() + b"\n")
		        answer = b""
		        while more := p.recv(100):
		            answer += more
		            if not until_end:
		                break
		        return not answer
		    except OSError:
		        return True

		peers = [socket.socket(socket.AF_UNIX) for _ in range(40)]
		print(sum([refused(p) for p in peers]))
		# Who does not go is cut off, and there is room again.
		began = time.monotonic()
		while until_end and refused(socket.socket(socket.AF_UNIX)):
		    assert time.monotonic() - began < 20
		    time.sleep(0.1)
	END
	for what in '# ping 1,first' '# status,end'; do
		run -0 setpriv --reuid nobody --regid nogroup --clear-groups /usr/bin/python3 - \
			"${SOCKET#unix:}" "${what%,*}" "${what#*,}" <crowd.py
		assert_output 8
		run -0 ask '# status'
	done
}
