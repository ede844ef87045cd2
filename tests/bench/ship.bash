# SPDX-License-Identifier: ISC
# shellcheck shell=bash disable=SC2154
# Rows of the bench: cup-ship before three nats-servers, and into PostgreSQL, on
# the same cores.

# shellcheck source=tests/lib/nats.bash
. "$top/tests/lib/nats.bash"

# What a quorum adds, at that rate: of the first tenth there is a connection yet
# to be made.
ship_latency() {
	local rate=$1 with without
	rm -rf "$dir/journal"
	without=$(bench traffic "$((rate * 10))" "$rate" | pipe | bench sink)
	rm -rf "$dir/journal"
	with=$(bench traffic "$((rate * 10))" "$rate" |
		cup-intercept --as alice@acme.example/desk |
		cup-filter "$dir/20.policy" | cup-log "$dir/journal" |
		cup-ship --stage "$NATS" --stream "rate$rate" | cup-deliver |
		bench sink)
	awk -v r="$rate" -v a="$without" -v b="$with" 'BEGIN {
		split(a, x); split(b, y)
		printf "%-46s %9.3f ms %7.3f ms\n", "cup-ship --stage adds at " \
			r "/s (p50, p99)", (y[2] - x[2]) / 1000,
			(y[3] - x[3]) / 1000 }'
}

# A journal into a stream, and what is read of it again.
ship_journal_rows() {
	local i
	rm -rf "$dir/journal" "$dir/m" "$dir/n"
	cup-log "$dir/journal" <"$dir/decided" >/dev/null
	for ((i = 0; i < runs; i++)); do
		bench measure "$dir/m" cup-ship "$NATS" --stream "all$i" \
			"$dir/journal"
		bench measure "$dir/n" cup-ship --from "$NATS" \
			--stream "all$i" >/dev/null
	done
	report "cup-ship of a journal, three nats-servers" "$dir/m"
	report "cup-ship --from, three nats-servers" "$dir/n"
	rm -rf "$dir/journal"
}

ship_rows() {
	local i
	start_nats "$dir/nats" 3
	head -n 1 "$dir/journaled" |
		cup-ship --stage "$NATS" --stream first >/dev/null
	rm -f "$dir/m"
	for ((i = 0; i < runs; i++)); do
		bench measure "$dir/m" cup-ship --stage "$NATS" \
			--stream "ship$i" <"$dir/journaled" >/dev/null
	done
	report "cup-ship --stage, three nats-servers" "$dir/m"
	ship_journal_rows
	ship_latency 1000
	ship_latency 4000
	stop_nats
	rm -rf "$dir/nats"
}

# Needs start_postgres.
ship_database_rows() {
	local url="postgresql://bench@/postgres?host=$dir/pg" i
	rm -rf "$dir/journal" "$dir/m"
	cup-log "$dir/journal" <"$dir/decided" >/dev/null
	for ((i = 0; i < runs; i++)); do
		psql -q -c 'DROP SCHEMA IF EXISTS cup CASCADE' "$url" 2>/dev/null
		cup-ship --schema | psql -q "$url"
		bench measure "$dir/m" cup-ship "$url" "$dir/journal"
	done
	report "cup-ship into PostgreSQL" "$dir/m"
}
