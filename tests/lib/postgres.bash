# SPDX-License-Identifier: ISC
# shellcheck shell=bash
# A private PostgreSQL, on a socket in its folder.

as_postgres() {
	if [ "$EUID" -eq 0 ]; then
		runuser -u postgres -- "$@"
	else
		"$@"
	fi
}

# start_postgres DIR: PGURL is where it is, for cup-ship and psql.
start_postgres() {
	PG_DIR=$1
	PG_BIN=$(find /usr/lib/postgresql -name initdb -printf '%h\n' | sort -V | tail -1)
	[ -n "$PG_BIN" ] || return
	mkdir -p "$PG_DIR"
	[ "$EUID" -ne 0 ] || chown postgres "$PG_DIR"
	(
		cd "$PG_DIR" || exit
		as_postgres "$PG_BIN/initdb" -A trust -U cup -N -D "$PG_DIR/data" &&
			run_postgres
	) >"$PG_DIR.log" 2>&1 3>&- || { cat "$PG_DIR.log" >&2; return 1; }
	PGURL="postgresql://cup@/postgres?host=$PG_DIR"
}

run_postgres() {
	as_postgres "$PG_BIN/pg_ctl" -D "$PG_DIR/data" -w -l "$PG_DIR/log" \
		-o "-c listen_addresses= -c unix_socket_directories='$PG_DIR'" \
		start 3>&-
}

# stop_postgres [MODE]
stop_postgres() {
	[ -z "${PG_BIN-}" ] || as_postgres "$PG_BIN/pg_ctl" -D "$PG_DIR/data" \
		-m "${1-immediate}" stop >/dev/null 2>&1 || :
}

# sql STATEMENT...: what it says, columns with a | between.
sql() {
	local one
	for one in "$@"; do
		psql -XqtA -v ON_ERROR_STOP=1 -c "$one" "$PGURL"
	done
}
