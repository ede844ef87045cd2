/* SPDX-License-Identifier: ISC */
/* Saying in a file how the servers do. */
#include "broker/internal.h"

#include <inttypes.h>

#include "io/sheet.h"
#include "io/timer.h"

enum { EVERY = 1000 }; /* milliseconds */

static void write_all(const struct broker *b, struct buf *out)
{
	static const char *const states[] = {"down", "starting", "up"};

	buf_adds(out, "program cup-broker\n");
	for (size_t i = 0; i < b->judges; i++) {
		const struct judge *j = &b->judge[i];

		buf_addf(out, "server %s %" PRIu64 " %zu %s\n",
		    states[j->state], j->answered,
		    j->asked.count + j->waiting.count, j->url);
	}
	buf_addf(out, "waiting %zu\nunjudged %" PRIu64 "\nlost %" PRIu64 "\n",
	    b->waiting.count, b->unjudged, b->lost);
}

/* What was said and is so still is not said again. */
static void on_tell(void *arg)
{
	struct broker *b = arg;

	buf_reset(&b->scratch);
	write_all(b, &b->scratch);
	if (!span_same(buf_span(&b->scratch), buf_span(&b->told)) &&
	    sheet_write(b->config.status, buf_span(&b->scratch))) {
		buf_reset(&b->told);
		buf_addspan(&b->told, buf_span(&b->scratch));
	}
	timer_in(b->tell, EVERY);
}

void broker_tell_begin(struct broker *b)
{
	if (!b->config.status)
		return;
	b->tell = timer_new(b->common.base, on_tell, b);
	on_tell(b);
}

void broker_tell_end(struct broker *b)
{
	timer_free(b->tell);
	buf_release(&b->told);
}
