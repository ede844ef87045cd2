/* SPDX-License-Identifier: ISC */
/* Months of a database. */
#include "ship/months.h"

#include <stdlib.h>

#include "base/mem.h"
#include "ship/tables.h"

bool months_known(const struct months *m, int month)
{
	for (size_t i = 0; i < m->count; i++) {
		if (m->month[i] == month)
			return true;
	}
	return false;
}

/* Another process may make it at the same moment. */
static bool make(struct postgres *pg, int month, struct buf *sql)
{
	buf_reset(sql);
	buf_adds(sql, "BEGIN; SELECT pg_advisory_xact_lock("
		      "hashtext('cup.partitions'));");
	tables_partitions(sql, month);
	buf_adds(sql, "COMMIT");
	return postgres_do(pg, buf_str(sql));
}

bool months_make(struct months *m, struct postgres *pg, int month)
{
	struct buf sql = BUF_EMPTY, value = BUF_EMPTY;
	bool there, ok;

	buf_addf(&sql, "SELECT to_regclass('cup.files_%04d_%02d')",
	    month / 12, month % 12 + 1);
	ok = postgres_ask(pg, buf_str(&sql), &value, &there) &&
	    (there || make(pg, month, &sql));
	buf_release(&sql);
	buf_release(&value);
	if (!ok)
		return false;
	m->month = mem_resize(m->month, m->count + 1, sizeof(*m->month));
	m->month[m->count++] = month;
	return true;
}

void months_release(struct months *m)
{
	free(m->month);
	*m = (struct months){0};
}
