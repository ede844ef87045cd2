/* SPDX-License-Identifier: ISC */
/* The schema "cup" of a PostgreSQL database, as cup-ship(1) describes it. */
#ifndef SHIP_TABLES_H
#define SHIP_TABLES_H

#include <stdint.h>

#include "base/buf.h"

/* The definitions, for psql; in one transaction. */
extern const char tables_ddl[];

/* Columns of cup.records, all but words, in their order. */
#define TABLES_RECORD \
	"journal, seq, time, id, node, session, event, verdict, reason, " \
	"proof, kind, type, from_jid, to_jid, stanza_id, subject, thread, " \
	"said, inner_kind, stanza, original, body"

/* The month, since year 0, that a time in microseconds since 1970 is in (UTC),
 * and SQL that makes its partitions where they are not there. */
int tables_month(int64_t micros);
void tables_partitions(struct buf *, int month);

/* SQL that makes, for a session, the table "unread" of records whose words
 * the server has to find; and that brings what is in it into cup.records. */
extern const char tables_unread[], tables_read[];

#endif
