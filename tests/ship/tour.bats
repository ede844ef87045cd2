# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2034,SC2154
# What cup(7) says of several nodes and one archive, as it stands there; but for
# where the servers are.

load ../lib/helpers
load ../lib/nats
load ../lib/postgres

setup() {
	common_setup
	NATS_PID=()
	DIR=$(mktemp -d /tmp/cup-tour.XXXXXX)
	chmod 711 "$DIR"
}

teardown() {
	stop_nats
	stop_postgres
	rm -rf "$DIR"
}

# tour WORDS: the commands of the first example that has these words.
tour() {
	awk -v words="$1" '
		/^\.Bd -literal/ { on = 1; text = ""; next }
		/^\.Ed/ { if (on && index(text, words)) { printf "%s", text; exit }
			on = 0 }
		on { gsub(/\\e/, "\\"); text = text $0 "\n" }' \
		"$TOP/man/cup.7" | sed -E 's/^[$>#] //'
}

@test "the stage behind the journal is as cup(7) has it" {
	start_nats "$DIR/nats" 3
	printf 'pass all\n' >policy
	gen-records 20 >in
	tour 'cup-ship --stage' |
		sed "s|nats://a,b,c|$NATS|; s/^cup-filter policy/& <in/" >commands
	bash -e commands >out
	assert_equal "$(wc -l <out)" 20
}

@test "one journal made of a stream of several is as cup(7) has it" {
	start_nats "$DIR/nats" 3
	record send pass "$(message a@x.example/1 b@x.example 'lunch at one?')" |
		cup-log journal >/dev/null
	NODE=node2 record recv pass "$(message a@x.example/1 b@x.example 'Lunch is late')" |
		cup-log journal2 >/dev/null
	tour 'cup-ship --from' | sed "s|nats://a,b,c|$NATS|" >commands
	run -0 bash -e commands
	assert_output --partial 'lunch at one?'
	assert_output --partial 'Lunch is late'
}

@test "the database of several journals is as cup(7) has it" {
	start_postgres "$DIR/pg" || skip "PostgreSQL does not start"
	record send pass "$(message a@x.example/1 b@x.example 'lunch at one?')" |
		cup-log journal >/dev/null
	NODE=node2 record recv pass "$(message a@x.example/1 b@x.example 'Lunch is late')" |
		cup-log journal2 >/dev/null
	export PGHOST=$DIR/pg PGUSER=cup
	run -0 bash -ec "$(tour createdb)"
	assert_output --partial 'lunch at one?'
	assert_output --partial 'Lunch is late'
	tr -d ' ' <<<"$output" | grep -E '^[0-9]+\|[0-9a-f]{64}$' >heads
	assert_equal "$(wc -l <heads)" 2
	while IFS='|' read -r seq chain; do
		cup-verify -q --head "$seq:$chain" journal ||
			cup-verify -q --head "$seq:$chain" journal2
	done <heads
}
