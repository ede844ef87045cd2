#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# shellcheck disable=SC2154
# The commands of cup(7) that need no server, as they stand there; but for
# places of the system, which are here, and dots, which are the rest of a pipe.

load ../lib/helpers
load ../lib/serve

setup() {
	common_setup
	# One in which each stanza says whose it is.
	cup-intercept --as alice@acme.localhost/desk "$STANZAS/prosody-alice.c2s.xml" |
		cut -f 9 | grep '^<[mpi]' | sed 's/acme\.localhost/acme.example/g' >session.xml
	cp "$POLICIES"/* .
	sed -i 's/acme\.localhost/acme.example/g' example.*
	cp example.policy old.policy
	sed 's/^reject words/hold words/' old.policy >new.policy
	cp example.policy department.policy
	printf 'pass all\n' >p
	mkdir -p elsewhere
	tour policy >my.policy
	printf 'rita@research.acme.example\n' >research.jids
	printf 'merger\n' >lexicon.txt
	# What later commands look at.
	cup-intercept --as alice@acme.example/desk session.xml |
		cup-filter example.policy | cup-log journal >/dev/null
}

# tour policy: the one of the tour. tour WORDS: the commands, one a line with
# \n in it, of the first example that has these words.
tour() {
	awk -v words="$1" '
		function done() {
			if (!found && index(text, words == "policy" ? "table traders" : words)) {
				printf "%s", text
				found = 1
			}
		}
		/^\.Bd -literal/ { on = 1; text = ""; next }
		/^\.Ed/ { on = 0; done(); next }
		on { gsub(/\\e/, "\\"); text = text $0 "\n" }' "$TOP/man/cup.7" |
		sed -E 's/^\$ \.\.\. \|/$ cup-intercept session.xml | cup-filter p |/
			s/\| \.\.\. \|/|/; s/\| \.\.\.$/| cup-deliver/
			s:/(mnt|tmp)/::g; s/ less$/ cat/'
}

# follow WORDS: run the commands of that example, one after another, in a shell.
# None may be misunderstood, or miss anything.
follow() {
	run bash -ec "$(tour "$1" | sed -E 's/^[$>] //')"
	if [ "$status" -ge 64 ] && [ "$status" -ne 65 ]; then
		fail "'$1' ended with $status: $output"
	fi
	refute_output --partial "(try '"
}

@test "conversations are exported for those who have other programs" {
	follow 'cup-export -o rsmf'
	assert_file_contains case.html '<title>Case 4711'
	assert_file_contains journal.mbox '^X-Cup-Conversation: '
	run find review -name '*.rsmf' -size +0
	assert_output
}

@test "a first pipe delivers, journals, and tells who was refused" {
	rm -r journal
	follow 'cup-deliver --errors errors.xml'
	assert_line --partial 'Morning Bob'
	assert_file_contains errors.xml 'type="error"'
	follow 'cut -f 5,9'
	assert_line --regexp '^ +[0-9]+ pass$'
}

@test "a policy is written, checked and explained" {
	follow 'cup-filter --check my.policy'
	assert_line --regexp '^5 rules, 3 tables, tag [0-9a-f]{8}$'
	assert_line --regexp '^    wall '
}

@test "what a new policy would change is shown" {
	follow 'cup-filter --compare'
	assert_failure 1
	assert_line --regexp ' reject words\+words +hold words\+words '
	assert_line --regexp '^words +0 +0 +1 +0 +0$'
	assert_line '1 of 21 records differ'
	# The other command of that example.
	run -0 bash -c "$(tour 'cup-filter --compare' |
		sed -n '2{ s/^\$ //; s/cup-deliver$/cat/; p; }')"
	assert_line --partial 'Morning Bob'
	run -0 cup-verify tried
}

@test "a journal is searched and proved" {
	follow 'cup-search --since -1d'
	assert_line --partial 'seq,id,time,'
	assert_line --partial '[correction' || assert_line --partial 'Q4 deck'
	follow 'cup-verify journal'
	assert_line --regexp '^journal: [0-9]+ records, head .*, whole$'
	rm -r journal
	follow 'cup-verify --head'
	assert_line --regexp 'whole$'
}

@test "what is held is listed, released once, and on record" {
	rm -r journal
	cup-intercept session.xml | cup-filter new.policy | cup-log journal >/dev/null
	follow 'cup-review --release'
	assert_line --partial '<delay xmlns="urn:xmpp:delay"'
	assert_line --regexp '\[review: release of .* by .*: as agreed\]$'
	assert_line --regexp '^journal.review: [0-9]+ records, head .*, whole$'
}

@test "a stage of one's own, several pipes, and keys" {
	local words
	for words in 'mawk -W interactive' 'ethical-wall.policy | cup-filter' \
		'session.xml | cup-log journal' 'cup-log elsewhere/journal' 'head -c 32'; do
		rm -rf journal key
		[ "$words" != 'cup-log elsewhere/journal' ] || words='/mnt/elsewhere/journal'
		follow "$words"
		# At night the first one holds all of it.
		[[ $words = mawk* && $(date -u +%-H) -lt 6 ]] ||
			assert_line --partial 'Morning Bob'
	done
}

@test "a pipeline is offered on a socket and asked" {
	rm -r journal
	eval "$(tour 'cup-serve unix:/tmp/pipeline' | sed -n '1s/^\$ //p')" 3>&-
	local serve=$!
	eventually 10 test -S pipeline
	run -0 bash -c "$(tour 'cup-serve unix:/tmp/pipeline' | sed '1d; s/^\$ //')"
	assert_output --partial 'Morning Bob'
	follow 'cup-broker unix:/tmp/pipeline'
	assert_output --partial 'Morning Bob'
	kill "$serve"
	wait "$serve" || :
}

@test "certificates are made for a node and its compliance server" {
	follow 'openssl req -x509'
	run -0 openssl verify -x509_strict -purpose sslserver -CAfile ca.pem server.pem
	run -0 openssl verify -x509_strict -purpose sslclient -CAfile ca.pem node1.pem
}
