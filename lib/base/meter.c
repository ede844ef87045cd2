/* SPDX-License-Identifier: ISC */
/* The bar. */
#include "base/meter.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"

enum { AFTER = 1000, EVERY = 200, WIDTH = 40 };

void meter_begin(struct meter *m)
{
	*m = (struct meter){.on = isatty(STDERR_FILENO),
	    .begun = clock_ms()};
}

static void put(struct buf *b)
{
	/* Nobody minds a bar that is not drawn. */
	ssize_t n = write(STDERR_FILENO, b->data, b->len);

	(void)n;
	buf_release(b);
}

void meter_show(struct meter *m, uint64_t done, uint64_t all, uint64_t found)
{
	struct buf b = BUF_EMPTY;
	int64_t now = m->on && all ? clock_ms() : 0;
	unsigned part, filled;

	if (now < m->begun + AFTER || now < m->drawn + EVERY)
		return;
	part = (unsigned)((double)done / (double)all * 100);
	filled = part * WIDTH / 100;
	buf_adds(&b, "\r[");
	for (unsigned i = 0; i < WIDTH; i++)
		buf_addc(&b, i < filled ? '#' : '.');
	buf_addf(&b, "] %u %%, %" PRIu64 " found", part, found);
	buf_adds(&b, "\033[K");
	put(&b);
	m->drawn = now;
	m->shown = true;
}

void meter_clear(struct meter *m)
{
	struct buf b = BUF_EMPTY;

	if (!m->shown)
		return;
	buf_adds(&b, "\r\033[K");
	put(&b);
	m->shown = false;
}
