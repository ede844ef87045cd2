/* SPDX-License-Identifier: ISC */
/* libpq. */
#include "ship/postgres.h"

#include <libpq-fe.h>
#include <stdlib.h>

#include "base/mem.h"

enum { CHUNK = 64 * 1024 };

struct postgres {
	PGconn *conn;
	struct buf why;
	bool hopeless;
};

static void ignore(void *arg, const char *message)
{
	(void)arg;
	(void)message;
}

/* The first line of what it says. */
static void note_why(struct postgres *p, const char *text, const char *state)
{
	buf_reset(&p->why);
	buf_add(&p->why, text, strcspn(text, "\n"));
	buf_str(&p->why);
	/* PostgreSQL, appendix A: syntax error or access rule violation, invalid
	 * schema name, data exception; a row that is there already comes from
	 * another who brings the journal there, too. */
	p->hopeless = state && (strncmp(state, "42", 2) == 0 ||
	    strncmp(state, "3F", 2) == 0 || strncmp(state, "22", 2) == 0);
}

struct postgres *postgres_new(const char *url, struct buf *why)
{
	struct postgres *p = mem_zalloc(sizeof(*p));

	p->conn = PQconnectdb(url);
	if (!p->conn)
		mem_exhausted();
	if (PQstatus(p->conn) == CONNECTION_OK) {
		PQsetNoticeProcessor(p->conn, ignore, NULL);
		return p;
	}
	note_why(p, PQerrorMessage(p->conn), NULL);
	buf_addspan(why, buf_span(&p->why));
	postgres_free(p);
	return NULL;
}

void postgres_free(struct postgres *p)
{
	if (!p)
		return;
	PQfinish(p->conn);
	buf_release(&p->why);
	free(p);
}

/* Takes the result over. */
static bool is(struct postgres *p, PGresult *r, ExecStatusType a,
    ExecStatusType b)
{
	ExecStatusType s = PQresultStatus(r);
	bool ok = s == a || s == b;

	if (!ok)
		note_why(p, PQerrorMessage(p->conn),
		    PQresultErrorField(r, PG_DIAG_SQLSTATE));
	PQclear(r);
	return ok;
}

bool postgres_do(struct postgres *p, const char *sql)
{
	return is(p, PQexec(p->conn, sql), PGRES_COMMAND_OK, PGRES_TUPLES_OK);
}

bool postgres_ask(struct postgres *p, const char *sql, struct buf *value,
    bool *there)
{
	PGresult *r = PQexec(p->conn, sql);

	buf_reset(value);
	*there = PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) > 0 &&
	    !PQgetisnull(r, 0, 0);
	if (*there)
		buf_adds(value, PQgetvalue(r, 0, 0));
	buf_str(value);
	return is(p, r, PGRES_TUPLES_OK, PGRES_COMMAND_OK);
}

static bool put(struct postgres *p, struct span rows)
{
	while (rows.n) {
		size_t n = rows.n < CHUNK ? rows.n : CHUNK;

		if (PQputCopyData(p->conn, rows.p, (int)n) != 1)
			return false;
		rows = (struct span){rows.p + n, rows.n - n};
	}
	return PQputCopyEnd(p->conn, NULL) == 1;
}

bool postgres_copy(struct postgres *p, const char *table, struct span rows)
{
	struct buf sql = BUF_EMPTY;
	PGresult *r;
	bool ok;

	buf_addf(&sql, "COPY %s FROM STDIN (FORMAT binary)", table);
	ok = is(p, PQexec(p->conn, buf_str(&sql)), PGRES_COPY_IN,
	    PGRES_COPY_IN);
	buf_release(&sql);
	if (!ok)
		return false;
	ok = put(p, rows);
	if (!ok)
		note_why(p, PQerrorMessage(p->conn), NULL);
	while ((r = PQgetResult(p->conn)))
		ok = is(p, r, PGRES_COMMAND_OK, PGRES_COMMAND_OK) && ok;
	return ok;
}

void postgres_literal(struct postgres *p, struct buf *b, struct span text)
{
	char *quoted = PQescapeLiteral(p->conn, text.p, text.n);

	buf_adds(b, quoted ? quoted : "NULL");
	PQfreemem(quoted);
}

const char *postgres_why(const struct postgres *p)
{
	return p->why.len ? p->why.data : "";
}

bool postgres_hopeless(const struct postgres *p)
{
	return p->hopeless;
}
