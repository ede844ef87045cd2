/* SPDX-License-Identifier: ISC */
/* What cup-log is compared with: records into SQLite (WAL, synchronous=FULL),
 * one transaction for what is waiting, at most BATCH records, passed on after
 * its commit. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/diag.h"
#include "io/out.h"
#include "record/reader.h"

static void sql(sqlite3 *db, const char *text)
{
	if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
		diag_die(1, "sqlite: %s", sqlite3_errmsg(db));
}

static void insert(sqlite3 *db, sqlite3_stmt *st, const struct record *r)
{
	for (int i = 0; i < RECORD_FIELDS; i++)
		sqlite3_bind_text(st, i + 1, r->field[i].p,
		    (int)r->field[i].n, SQLITE_STATIC);
	if (sqlite3_step(st) != SQLITE_DONE)
		diag_die(1, "sqlite: %s", sqlite3_errmsg(db));
	sqlite3_reset(st);
}

int main(int argc, char **argv)
{
	struct reader k;
	struct record r;
	struct out out = {.fd = STDOUT_FILENO};
	enum reader_item item;
	sqlite3 *db;
	sqlite3_stmt *st;
	unsigned long batch = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	unsigned long n = 0;

	diag_init(argv[0]);
	if (!batch || sqlite3_open(argv[1], &db) != SQLITE_OK)
		diag_die(1, "store-sqlite FILE BATCH");
	sql(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
	    "CREATE TABLE journal (id TEXT PRIMARY KEY, time TEXT, node TEXT,"
	    "session TEXT, event TEXT, verdict TEXT, reason TEXT, proof TEXT,"
	    "stanza TEXT, original TEXT) WITHOUT ROWID");
	sqlite3_prepare_v2(db, "INSERT INTO journal VALUES "
	    "(?,?,?,?,?,?,?,?,?,?)", -1, &st, NULL);
	reader_init(&k, STDIN_FILENO);
	out_pipe_size(STDOUT_FILENO);
	do {
		item = reader_next(&k, &r);
		if (item == READER_RECORD) {
			if (n++ == 0)
				sql(db, "BEGIN");
			insert(db, st, &r);
			record_write(&out.buf, &r);
			if (n < batch)
				continue;
		}
		if (n)
			sql(db, "COMMIT");
		n = 0;
		if (!out_flush(&out))
			diag_die_errno(1, "cannot write");
	} while (item != READER_END && item != READER_ERROR);
	sqlite3_finalize(st);
	sqlite3_close(db);
	buf_release(&out.buf);
	reader_release(&k);
	return 0;
}
