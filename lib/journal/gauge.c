/* SPDX-License-Identifier: ISC */
/* How the writing of a journal does, told in a file. */
#include "journal/gauge.h"

#include <inttypes.h>

#include "base/stamp.h"
#include "io/sheet.h"

enum { PAUSE = 100000 }; /* microseconds */

void gauge_flushed(struct journal_gauge *g, uint64_t bytes, uint64_t lines,
    uint64_t seq, int64_t micros)
{
	int64_t since;

	if (!g->path)
		return;
	g->bytes += bytes;
	g->lines += lines;
	g->seq = seq;
	histogram_add(&g->took, micros);
	g->untold = true;
	since = stamp_now() - g->told;
	if (since >= PAUSE || since < 0)
		gauge_tell(g);
}

bool gauge_untold(const struct journal_gauge *g)
{
	return g->untold;
}

void gauge_tell(struct journal_gauge *g)
{
	struct buf b = BUF_EMPTY;

	if (!g->path)
		return;
	buf_addf(&b, "program cup-log\njournal-bytes %" PRIu64
		"\njournal-lines %" PRIu64 "\njournal-seq %" PRIu64
		"\nflush ", g->bytes, g->lines, g->seq);
	histogram_write(&g->took, &b);
	buf_addc(&b, '\n');
	(void)sheet_write(g->path, buf_span(&b));
	buf_release(&b);
	g->told = stamp_now();
	g->untold = false;
}
