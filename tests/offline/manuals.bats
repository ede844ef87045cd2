#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The commands of README and cup(7) that need no node, as they stand there, but
# for /tmp. Those before a server are typed by live/before-server.bats and, in a
# machine of its own, by .ci/newcomer.

load ../lib/helpers

setup() {
	common_setup
	ln -s "$TOP"/{bin,lib,tests} .
	cp "$POLICIES"/* .
	echo 'pass rest' | tee p old.policy department.policy >/dev/null
	printf 'reject all body matches /./\npass rest\n' >new.policy
	sed 's/acme\.localhost/acme.example/g' \
		"$STANZAS/prosody-alice.c2s.xml" >session.xml
	cp "$TOP/tests/cases/gajim-console.xml" console.xml
	cp "$TOP/tests/cases/ejabberd-debug.log" debug.log
	printf '%s\n' carol@acme.example >research.jids
	echo insider >lexicon.txt
	cp example.policy my.policy
}

teardown() {
	[ -z "${SERVING-}" ] || kill "$SERVING" 2>/dev/null || :
}

# run_all AT_LEAST: of the commands on standard input, each to its end, behind
# "$ ". Nothing found, or that two files differ, is an answer, too.
run_all() {
	sed -e "s|/tmp/|$PWD/|g" -e 's/| less$/| cat/' |
		awk '/^ *\$ / { sub(/^ *\$ /, ""); if (n++) print done
				done = "became $? " n }
			{ sub(/^ *> /, ""); print }
			END { print done }' >typed
	# shellcheck disable=SC2016
	run -0 bash -c 'set -o pipefail
		became() {
			# 141: head had enough.
			[ "$1" -le 1 ] || [ "$1" -eq 141 ] || { echo "command $2 ended with $1"; exit 3; }
			echo "became $2"
		}
		. ./typed' 3>&-
	refute_output --regexp '(command not found|No such file|unknown option)'

	assert [ "$(grep -c '^became' <<<"$output")" -ge "$1" ]
}

# readme TITLE: the commands under it.
readme() {
	awk -v title="$1" '$0 == title { here = 1; next }
		here && /^----/ && n++ { exit }
		here && /^    \$ / { open = 1 }
		here && !/^    / { open = 0 }
		here && open' "$TOP/README"
}

# tour TITLE: of cup(7), but for those that leave something out, or need
# another disk.
tour() {
	awk -v title=".Sh $1" '/^\.Sh / { here = $0 == title }
		here && /^\.Bd/ { take = 1; next }
		/^\.Ed/ { take = 0 }
		take' "$TOP/man/cup.7" | sed 's/\\e/\\/g' |
		grep -v '\.\.\.\|/mnt/' | awk '/^\$ / { open = 1 } open'
}

@test "README: what it says to try" {
	run_all 8 < <(readme 'Try it')
	assert_output --partial 'whole'
	assert_output --partial 'merger memo?'
	assert_file_not_empty errors
}

@test "cup(7): a first pipe, then the journal" {
	run_all 5 < <(tour 'A FIRST PIPE')
	assert_file_not_empty errors.xml
	assert_output --partial 'merger memo?' # on the console
	assert_output --regexp '2026-10-30 10:00:02 .*grün' # in the log
	run_all 5 < <(tour 'THE JOURNAL')
	assert_output --partial ' records, head '
}

@test "cup(7): writing a policy, which is as it stands there" {
	# What is in the first display is a policy.
	awk '/^\.Sh/ { here = /WRITING A POLICY/ } here && /^\.Bd/ { take = 1; next }
		take && /^\.Ed/ { exit } take' "$TOP/man/cup.7" |
		sed 's/\\e/\\/g' >my.policy
	cup-intercept session.xml | cup-filter p | cup-log journal >/dev/null
	run_all 3 < <(tour 'WRITING A POLICY' | sed '/^table/,/^pass/d')
	assert_output --partial '5 rules, 3 tables'
	assert_output --partial 'became 3'
}

@test "cup(7): reviewing what is held" {
	printf 'hold all body matches /./\npass rest\n' >held.policy
	cup-intercept session.xml | cup-filter held.policy | cup-log journal >/dev/null
	run_all 5 < <(tour 'REVIEWING WHAT IS HELD')
	assert_output --partial '<delay xmlns="urn:xmpp:delay"'
	assert_output --partial 'as agreed]'
	assert_output --partial 'journal.review: '
}

@test "cup(7): a stage of one's own, in awk" {
	run_all 1 < <(tour 'STAGES OF YOUR OWN')
	run -0 cup-verify journal
}

@test "cup(7): a pipeline on a socket" {
	tour 'ON A SOCKET' >commands
	# The server is another terminal's.
	bash -c "exec $(sed -n 's/^\$ \(cup-serve .*\) &$/\1/p' commands |
		sed "s|/tmp/|$PWD/|")" 2>serve.log 3>&- &
	SERVING=$!
	eventually 5 test -S pipeline
	run_all 2 < <(grep -v 'cup-serve' commands)
	run -0 cup-verify journal journal2
}

@test "cup(7): several pipes in one" {
	run_all 3 < <(tour 'SEVERAL PIPES IN ONE')
	run -0 cup-verify journal
}
