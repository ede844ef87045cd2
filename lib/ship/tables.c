/* SPDX-License-Identifier: ISC */
/* The schema "cup". */
#include "ship/tables.h"

#include <time.h>

const char tables_ddl[] =
    "BEGIN;\n"
    "CREATE SCHEMA cup;\n"
    "\n"
    "-- Up to where each journal is in here: moved with what it is about.\n"
    "CREATE TABLE cup.journals (\n"
    "\tjournal uuid PRIMARY KEY,\n"
    "\tpath text NOT NULL,\n"
    "\tseq bigint NOT NULL,\n"
    "\tchain text,\n"
    "\tshipped timestamptz NOT NULL\n"
    ");\n"
    "-- The chain at the end of each transaction, as cup-verify --head takes it.\n"
    "CREATE TABLE cup.heads (\n"
    "\tjournal uuid NOT NULL REFERENCES cup.journals,\n"
    "\tseq bigint NOT NULL,\n"
    "\tchain text NOT NULL,\n"
    "\tshipped timestamptz NOT NULL,\n"
    "\tPRIMARY KEY (journal, seq)\n"
    ");\n"
    "\n"
    "CREATE TABLE cup.records (\n"
    "\tjournal uuid NOT NULL,\n"
    "\tseq bigint NOT NULL,\n"
    "\ttime timestamptz NOT NULL,\n"
    "\tid uuid NOT NULL,\n"
    "\tnode text NOT NULL,\n"
    "\tsession text,\n"
    "\tevent text NOT NULL,\n"
    "\tverdict text,\n"
    "\treason text,\n"
    "\tproof text,\n"
    "\tkind text,\n"
    "\ttype text,\n"
    "\tfrom_jid text,\n"
    "\tto_jid text,\n"
    "\tstanza_id text,\n"
    "\tsubject text,\n"
    "\tthread text,\n"
    "\tsaid timestamptz,\n"
    "\tinner_kind text,\n"
    "\tstanza text NOT NULL,\n"
    "\toriginal text,\n"
    "\tbody text,\n"
    "\twords tsvector, -- to_tsvector('simple', left(body, 250000))\n"
    "\tPRIMARY KEY (journal, seq, time)\n"
    ") PARTITION BY RANGE (time);\n"
    "CREATE INDEX records_time ON cup.records USING brin (time);\n"
    "CREATE INDEX records_id ON cup.records (id);\n"
    "CREATE INDEX records_words ON cup.records USING gin (words)\n"
    "\tWITH (fastupdate = on, gin_pending_list_limit = 262144);\n"
    "\n"
    "-- Whom a record is from and to, also in what it carries: bare addresses.\n"
    "CREATE TABLE cup.participants (\n"
    "\tjournal uuid NOT NULL,\n"
    "\tseq bigint NOT NULL,\n"
    "\ttime timestamptz NOT NULL,\n"
    "\tside text NOT NULL,\n"
    "\tjid text COLLATE \"C\" NOT NULL\n"
    ") PARTITION BY RANGE (time);\n"
    "CREATE INDEX participants_jid ON cup.participants (jid, time);\n"
    "CREATE INDEX participants_seq ON cup.participants USING brin (seq);\n"
    "\n"
    "CREATE VIEW cup.texts AS SELECT journal, seq, time, body, words\n"
    "FROM cup.records WHERE body IS NOT NULL;\n"
    "\n"
    "CREATE TABLE cup.files (\n"
    "\tjournal uuid NOT NULL,\n"
    "\tseq bigint NOT NULL,\n"
    "\ttime timestamptz NOT NULL,\n"
    "\tsha256 text COLLATE \"C\" NOT NULL,\n"
    "\tsize bigint,\n"
    "\tname text\n"
    ") PARTITION BY RANGE (time);\n"
    "CREATE INDEX files_sha256 ON cup.files (sha256);\n"
    "CREATE INDEX files_seq ON cup.files USING brin (seq);\n"
    "\n"
    "-- By the names and columns of CUP's message archiver.\n"
    "CREATE VIEW cup.jm AS SELECT\n"
    "\tr.to_jid,\n"
    "\tr.from_jid,\n"
    "\tr.time AT TIME ZONE 'UTC' AS sent_date,\n"
    "\tr.subject,\n"
    "\tr.thread AS thread_id,\n"
    "\tCASE coalesce(r.type, 'normal') WHEN 'chat' THEN 'c'\n"
    "\t\tWHEN 'groupchat' THEN 'g' WHEN 'headline' THEN 'h'\n"
    "\t\tWHEN 'error' THEN 'e' ELSE 'n' END AS msg_type,\n"
    "\tCASE r.event WHEN 'send' THEN 'O' ELSE 'I' END AS direction,\n"
    "\tcoalesce(length(r.body), 0) AS body_len,\n"
    "\tlength(r.stanza) AS message_len,\n"
    "\tCASE WHEN length(r.body) <= 4000 THEN r.body END AS body_string,\n"
    "\tCASE WHEN length(r.stanza) <= 4000 THEN r.stanza END\n"
    "\t\tAS message_string,\n"
    "\tCASE WHEN length(r.body) > 4000 THEN r.body END AS body_text,\n"
    "\tCASE WHEN length(r.stanza) > 4000 THEN r.stanza END\n"
    "\t\tAS message_text,\n"
    "\tCASE r.inner_kind WHEN 'history' THEN 'H' ELSE 'N' END\n"
    "\t\tAS history_flag\n"
    "FROM cup.records r\n"
    "WHERE r.kind = 'message' AND r.event IN ('send', 'recv')\n"
    "\tAND coalesce(r.verdict, 'pass') = 'pass';\n"
    "COMMIT;\n";

const char tables_unread[] =
    "CREATE TEMP TABLE unread (LIKE cup.records) ON COMMIT DELETE ROWS";

const char tables_read[] =
    "INSERT INTO cup.records (" TABLES_RECORD ", words) "
    "SELECT " TABLES_RECORD ", to_tsvector('simple', left(body, 250000)) "
    "FROM pg_temp.unread";

int tables_month(int64_t micros)
{
	int64_t seconds = micros / 1000000;
	time_t t = seconds;
	struct tm tm;

	gmtime_r(&t, &tm);
	return (tm.tm_year + 1900) * 12 + tm.tm_mon;
}

void tables_partitions(struct buf *sql, int month)
{
	static const char *const tables[] = {"records", "participants",
	    "files"};
	int next = month + 1;

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		buf_addf(sql,
		    "CREATE TABLE IF NOT EXISTS cup.%s_%04d_%02d PARTITION OF "
		    "cup.%s FOR VALUES FROM ('%04d-%02d-01Z') TO "
		    "('%04d-%02d-01Z');",
		    tables[i], month / 12, month % 12 + 1, tables[i],
		    month / 12, month % 12 + 1, next / 12, next % 12 + 1);
}
