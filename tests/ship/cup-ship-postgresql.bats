# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034,SC2154
# cup-ship into a real PostgreSQL.

load ../lib/helpers
load ../lib/journal
load ../lib/postgres
load ../lib/prune

# The socket's path has to be short.
setup_file() {
	DIR=$(mktemp -d /tmp/cup-pg.XXXXXX)
	chmod 711 "$DIR"
	start_postgres "$DIR/pg" || skip "PostgreSQL does not start"
	export DIR PGURL PG_BIN PG_DIR
}

teardown_file() {
	stop_postgres
	rm -rf "$DIR"
}

setup() {
	common_setup
	sql 'DROP SCHEMA IF EXISTS cup CASCADE' 2>/dev/null
	cup-ship --schema | psql -Xq -v ON_ERROR_STOP=1 "$PGURL"
	SHIP=
}

teardown() {
	[ -z "$SHIP" ] || kill -KILL "$SHIP" 2>/dev/null || :
}

journal() {
	cup-log --segment-size 1M j >out
}

follow() {
	cup-ship --follow --status status "$PGURL" j 2>err 3>&- &
	SHIP=$!
}

has() {
	[ "$(sql "SELECT count(*) FROM cup.records")" -eq "$1" ]
}

# Of the journals, what the database has: SEQs, and no other.
same_as() {
	diff <(journal_lines j | awk -F'\t' '$3 !~ /^#/ && NF > 5 { print $1 }') \
		<(sql 'SELECT seq FROM cup.records ORDER BY seq')
}

@test "cup-ship conducts itself as every program does" {
	conducts_itself cup-ship postgresql://x j
	run --separate-stderr -64 cup-ship
	assert_regex "$stderr" "^cup-ship: no target given"
	run --separate-stderr -64 cup-ship postgresql://x
	assert_regex "$stderr" "^cup-ship: no journal given"
	run --separate-stderr -64 cup-ship mysql://x j
	assert_regex "$stderr" "^cup-ship: target 'mysql://x' is none of postgresql://, nats://"
	run --separate-stderr -64 cup-ship --stage nats://a j
	assert_regex "$stderr" "^cup-ship: a stage has no operands"
	run --separate-stderr -64 cup-ship --stage nats://a --skip-if-down
	assert_regex "$stderr" "needs '--unsafe'"
	run --separate-stderr -64 cup-ship --stage nats://a --stream a.b
	assert_regex "$stderr" "is not a stream's name"
}

@test "each record becomes a row, with what is in it" {
	{
		TIME=2026-10-31T23:59:59.999999Z record send pass \
			"$(message alice@acme.example/pc bob@acme.example 'a	tab \ and 😀')"
		TIME=2026-11-01T00:00:00.000000Z record recv reject \
			"$(message bob@acme.example/x alice@acme.example 'merger talk')" \
			'wall@0a1b2c3d: no'
	} | sed 's/a	tab/a\&#x9;tab/' | journal
	run --separate-stderr -0 cup-ship "$PGURL" j
	assert_equal "$stderr" ""
	run -0 sql "SELECT seq, time AT TIME ZONE 'UTC', event, verdict, reason,
		kind, type, from_jid, to_jid FROM cup.records ORDER BY seq"
	assert_line -n 0 '3|2026-10-31 23:59:59.999999|send|pass||message|chat|alice@acme.example/pc|bob@acme.example'
	assert_line -n 1 '4|2026-11-01 00:00:00|recv|reject|wall@0a1b2c3d: no|message|chat|bob@acme.example/x|alice@acme.example'
	run -0 sql "SELECT body FROM cup.texts ORDER BY seq"
	assert_line -n 0 $'a\ttab \\ and 😀'
	run -0 sql "SELECT body FROM cup.texts
		WHERE words @@ plainto_tsquery('simple', 'MERGER')"
	assert_output 'merger talk'
	run -0 sql "SELECT seq, side, jid FROM cup.participants ORDER BY 1, 2"
	assert_output '3|from|alice@acme.example
3|to|bob@acme.example
4|from|bob@acme.example
4|to|alice@acme.example'
	run -0 sql "SELECT count(*) FROM cup.records_2026_10"
	assert_output 1
}

# What people write, and what may look like a word but is none.
texts() {
	python3 - <<-'PYTHON'
		import random
		r = random.Random(7)
		fixed = [".", "a", "I", "It's 5 o'clock.", "see http://a.example/b?c=d",
		         "mail bob@acme.example, or 10.0.0.1:80", "3.14 -5 1e5 x1 1x 007",
		         "well-known, e.g. that; etc...", "a/b c\\d &amp;lt;b&amp;gt; &amp;amp;",
		         "\u00c4RGER mit \u0130stanbul", "\u65e5\u672c\u8a9e \U0001f600 ok",
		         "end. Next: (one), \"two\"! three?", ".net x.y. z :) a:b 1. 2.", "x " * 300,
		         "w" * 499 + " z", "w" * 3000, "b a b a c a " * 20]
		parts = ["deck", "Monday", "THE", "a", "42", "007", "x", " ", "  ", ", ", ". ", ".",
		         ":", ": ", "; ", "! ", "?", "(", ")", "'", '"', "\t", "-", "/", "@", "_", "1"]
		for n in range(2500):
		    fixed.append("".join(r.choice(parts[:22] if n % 2 else parts)
		                         for _ in range(r.randrange(1, 14))))
		for n, text in enumerate(fixed):
		    text = text.replace("&", "&amp;") if n > 16 else text
		    text = text.replace("\t", "&#x9;")
		    print("\t".join((
		        "019aac21-0001-7000-8000-%012d" % n, "2026-11-22T21:33:38.000001Z",
		        "node1", "s1", "send", "pass", "-", "-",
		        '<message xmlns="jabber:client" from="a@x.example" to="b@x.example">'
		        "<body>" + text + "</body></message>", "-")))
	PYTHON
}

@test "words are those that the server finds" {
	texts | journal
	run --separate-stderr -0 cup-ship "$PGURL" j
	assert_equal "$stderr" ""
	run -0 sql "SELECT count(*) FROM cup.texts"
	assert_output 2517
	run --separate-stderr -0 sql "SELECT body, words, to_tsvector('simple', body) FROM cup.texts
		WHERE words IS DISTINCT FROM to_tsvector('simple', body) LIMIT 3"
	assert_output ''
	run -0 sql "SELECT count(*) FROM cup.texts
		WHERE words @@ to_tsquery('simple', 'well-known')"
	assert_output 1
}

@test "who reads CUP's archive reads the view jm" {
	{
		record send pass "$(message a@x.example/1 b@x.example one)"
		record recv reject "$(message c@y.example/1 a@x.example two)"
	} | journal
	cup-ship "$PGURL" j
	run -0 sql "SELECT to_jid, from_jid, msg_type, direction, body_len,
		body_string, body_text, history_flag, message_len > 50, thread_id,
		subject FROM cup.jm"
	assert_output 'b@x.example|a@x.example/1|c|O|3|one||N|t||'
}

@test "it goes on where the database has it, and adds nothing twice" {
	gen-records 3000 1 | journal
	cup-ship "$PGURL" j
	cup-ship "$PGURL" j
	has 3000
	gen-records 500 2 | journal
	cup-ship "$PGURL" j
	same_as
	run -0 sql "SELECT seq || ':' || chain FROM cup.journals"
	run -0 cup-verify --head "$output" j
	while read -r head; do
		cup-verify -q --head "$head" j
	done < <(sql "SELECT seq || ':' || chain FROM cup.heads")
}

@test "it follows a journal that is written, and several at once" {
	record send pass "$(message a@x.example b@x.example first)" | journal
	mkfifo in
	cup-log k <in >out.k 3>&- &
	exec 7>in
	cup-ship --follow --status status "$PGURL" j k 2>err 3>&- &
	SHIP=$!
	eventually 10 has 1
	record send pass "$(message a@x.example b@x.example second)" >&7
	eventually 10 has 2
	assert_equal "$(sql 'SELECT count(*) FROM cup.journals')" 2
	eventually 5 grep -qx 'records 0' status
	run -0 cat status
	assert_line 'state up'
	exec 7>&-
	kill "$SHIP"
	wait "$SHIP" || assert_equal "$?" 143
	assert_not_exists status
	assert_equal "$(cat err)" ""
}

@test "killed at fifty instants, each record is there once" {
	gen-records 20000 3 3000 | cup-log --segment-size 1M j >out 3>&- &
	LOG=$!
	for i in {1..50}; do
		follow
		read -rt "0.$((RANDOM % 3))$((RANDOM % 10))" <> <(:) || :
		kill -KILL "$SHIP"
		wait "$SHIP" || :
	done
	wait "$LOG"
	eventually 10 no_sessions
	cup-ship "$PGURL" j
	same_as
	assert_equal "$(sql 'SELECT count(*) FROM cup.texts')" 20000
	assert_equal "$(sql 'SELECT count(*) FROM cup.participants')" 40000
}

# What a killed one had begun is rolled back.
no_sessions() {
	[ "$(sql "SELECT count(*) FROM pg_stat_activity
		WHERE backend_type = 'client backend'")" -eq 1 ]
}

@test "a database that is stopped is come back to" {
	gen-records 1000 4 | journal
	follow
	eventually 10 has 1000
	stop_postgres fast
	gen-records 1000 5 | journal
	eventually 10 grep -q 'database: ' err
	run_postgres >/dev/null
	eventually 15 has 2000
	same_as
}

@test "two at once do not bring a journal there twice" {
	gen-records 20000 6 | journal
	cup-ship "$PGURL" j 2>err.a 3>&- &
	a=$!
	cup-ship "$PGURL" j 2>err.b 3>&- &
	b=$!
	wait "$a" || assert_equal "$?" 75
	wait "$b" || assert_equal "$?" 75
	cup-ship "$PGURL" j
	same_as
}

@test "what a note says was pruned or erased is taken out" {
	gen-records 10 7 | journal
	cup-ship "$PGURL" j
	has 10
	# As cup-journal(5) has them; who writes them is another's test.
	python3 - j <<-'PYTHON'
		import glob, hashlib, sys
		name = sorted(glob.glob(sys.argv[1] + "/*.log"))[-1]
		lines = open(name).read().rstrip("\n").split("\n")
		seq, chain = lines[-1].split("\t")[:2]
		for text in ("# erasure 2026-11-28T00:00:00.000000Z seq=4 by=dpo why=asked for",
		             "# pruned 2026-11-28T00:00:00.000000Z 6-8 chain=0 tree=0 by=x why=old"):
		    seq = str(int(seq) + 1)
		    lines.append(seq + "\t" + chain + "\t" + text)
		open(name, "w").write("\n".join(lines) + "\n")
	PYTHON
	cup-ship "$PGURL" j
	run -0 sql 'SELECT string_agg(seq::text, $$ $$ ORDER BY seq) FROM cup.records' \
		'SELECT count(*) FROM cup.texts'
	assert_output '3 5 9 10 11 12
6'
}

empty() {
	sql 'TRUNCATE cup.records, cup.participants, cup.heads, cup.journals'
}

# Of the journal, what cup-search finds; and nothing else in any table.
as_searched() {
	diff <(cup-search j | cut -f1 | sort) \
		<(sql 'SELECT id FROM cup.records' | sort)
	run -0 sql "SELECT count(*) FROM cup.participants t WHERE NOT EXISTS
		(SELECT FROM cup.records r WHERE r.seq = t.seq)"
	assert_output 0
}

@test "what cup-prune takes away goes from the database, whenever it is shipped" {
	ages j
	cup-ship "$PGURL" j/"$SEGMENT_1"
	has 10
	# Where it goes on is gone.
	cup-prune --keep 6y --yes j
	cup-ship "$PGURL" j
	has 30
	as_searched
	# Of what is not there yet when it goes, and of what is.
	new_segment j
	group 41 now | log_to j >out
	cup-prune --keep 2y --yes j
	cup-prune --erase "$(id 35)" --why asked --yes j
	cup-prune --erase "$(id 45)" --why asked --yes j
	cup-ship "$PGURL" j
	has 28
	as_searched
	# What was pruned before anything was shipped.
	empty
	cup-ship "$PGURL" j
	has 28
	as_searched
}

@test "it goes on in the segment that it came to" {
	gen-records 5000 9 | journal
	cup-ship "$PGURL" j
	gen-records 100 10 | journal
	# Who reads this one fails.
	{ zstdcat -f j/"$SEGMENT_1" || zstdcat j/"$SEGMENT_1.zst"; } 2>/dev/null | sed '9s/.*/spoilt/' >first
	rm j/"${SEGMENT_1%.log}".*
	cp first j/"$SEGMENT_1"
	run --separate-stderr -0 cup-ship "$PGURL" j
	assert_equal "$stderr" ""
	has 5100
	empty
	run --separate-stderr -65 cup-ship "$PGURL" j
	assert_regex "$stderr" "^cup-ship: journal 'j': "
}

@test "a journal that was put back from an older copy is not mixed with it" {
	gen-records 10 11 | journal
	cp -r j older
	gen-records 10 12 | journal
	cup-ship "$PGURL" j
	mv j newer
	mv older j
	run --separate-stderr -65 cup-ship "$PGURL" j
	assert_equal "$stderr" "cup-ship: journal 'j': has lost lines: it is there up to SEQ $(sql 'SELECT seq FROM cup.journals')"
	gen-records 100 13 | journal
	run --separate-stderr -65 cup-ship "$PGURL" j
	assert_equal "$stderr" "cup-ship: journal 'j': SEQ $(sql 'SELECT seq FROM cup.journals') is not the line that is there already"
	has 20
}

@test "without the schema it says so, and does not try again" {
	sql 'DROP SCHEMA cup CASCADE' 2>/dev/null
	gen-records 10 8 | journal
	run --separate-stderr -78 cup-ship --follow "$PGURL" j
	assert_regex "$stderr" '^cup-ship: database: .*cup.journals'
	run --separate-stderr -75 cup-ship "postgresql://cup@/postgres?host=$PWD" j
	assert_regex "$stderr" '^cup-ship: database: '
	run --separate-stderr -65 cup-ship "$PGURL" nothing
	assert_equal "$stderr" "cup-ship: journal 'nothing': cannot be opened: No such file or directory"
}
