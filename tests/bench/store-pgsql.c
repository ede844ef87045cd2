/* SPDX-License-Identifier: ISC */
/* What cup-log is compared with: records into PostgreSQL by COPY, one
 * transaction for what is waiting, at most BATCH records, passed on after its
 * commit. */
#include <libpq-fe.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/diag.h"
#include "io/out.h"
#include "record/reader.h"

static void check(PGconn *db, PGresult *res, ExecStatusType want)
{
	if (PQresultStatus(res) != want)
		diag_die(1, "postgresql: %s", PQerrorMessage(db));
	PQclear(res);
}

/* COPY's text format escapes backslashes; the rest of a record is as it
 * wants it. */
static void row(struct buf *b, const struct record *r)
{
	for (int i = 0; i < RECORD_FIELDS; i++) {
		if (i)
			buf_addc(b, '\t');
		for (size_t k = 0; k < r->field[i].n; k++) {
			if (r->field[i].p[k] == '\\')
				buf_addc(b, '\\');
			buf_addc(b, r->field[i].p[k]);
		}
	}
	buf_addc(b, '\n');
}

static void commit(PGconn *db, struct buf *rows)
{
	if (rows->len == 0)
		return;
	check(db, PQexec(db, "COPY journal FROM STDIN"), PGRES_COPY_IN);
	if (PQputCopyData(db, rows->data, (int)rows->len) != 1 ||
	    PQputCopyEnd(db, NULL) != 1)
		diag_die(1, "postgresql: %s", PQerrorMessage(db));
	check(db, PQgetResult(db), PGRES_COMMAND_OK);
	while (PQgetResult(db))
		;
	buf_reset(rows);
}

int main(int argc, char **argv)
{
	struct reader k;
	struct record r;
	struct buf rows = BUF_EMPTY;
	struct out out = {.fd = STDOUT_FILENO};
	enum reader_item item;
	unsigned long batch = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	unsigned long n = 0;
	PGconn *db;

	diag_init(argv[0]);
	if (!batch)
		diag_die(1, "store-pgsql CONNINFO BATCH");
	db = PQconnectdb(argv[1]);
	if (PQstatus(db) != CONNECTION_OK)
		diag_die(1, "postgresql: %s", PQerrorMessage(db));
	check(db, PQexec(db, "CREATE TABLE journal (id uuid PRIMARY KEY,"
	    "time timestamptz, node text, session text, event text,"
	    "verdict text, reason text, proof text, stanza text,"
	    "original text)"), PGRES_COMMAND_OK);
	reader_init(&k, STDIN_FILENO);
	out_pipe_size(STDOUT_FILENO);
	do {
		item = reader_next(&k, &r);
		if (item == READER_RECORD) {
			row(&rows, &r);
			record_write(&out.buf, &r);
			if (++n < batch)
				continue;
		}
		commit(db, &rows);
		n = 0;
		if (!out_flush(&out))
			diag_die_errno(1, "cannot write");
	} while (item != READER_END && item != READER_ERROR);
	PQfinish(db);
	buf_release(&rows);
	buf_release(&out.buf);
	reader_release(&k);
	return 0;
}
