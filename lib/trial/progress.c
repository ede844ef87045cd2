/* SPDX-License-Identifier: ISC */
/* How far it is. */
#include "trial/progress.h"

#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

enum { EVERY = 100, BAR = 30 }; /* milliseconds; columns */

void progress_begin(struct progress *p, int in)
{
	struct stat st;

	*p = (struct progress){.in = in};
	if (fstat(in, &st) == 0 && S_ISREG(st.st_mode))
		p->size = (uint64_t)st.st_size;
}

bool progress_due(struct progress *p)
{
	int64_t now = clock_ms();

	if (now < p->due)
		return false;
	p->due = now + EVERY;
	return true;
}

static void bar(const struct progress *p, struct buf *out)
{
	off_t at = lseek(p->in, 0, SEEK_CUR);
	uint64_t done = at > 0 ? (uint64_t)at : 0;

	if (done > p->size)
		done = p->size;
	buf_addc(out, '[');
	for (uint64_t i = 0; i < BAR; i++)
		buf_addc(out, i < done * BAR / p->size ? '#' : ' ');
	buf_addf(out, "] %3d %%  ", (int)(done * 100 / p->size));
}

void progress_line(const struct progress *p, const struct tally *t,
    struct span time, struct buf *out)
{
	buf_adds(out, PROGRESS_CLEAR);
	if (p->size)
		bar(p, out);
	buf_addf(out, "%" PRIu64 " records", t->records);
	if (!p->size && time.n > 19)
		buf_addf(out, " to %.10s %.8s", time.p, time.p + 11);
	buf_addf(out, ", %" PRIu64 " differ", t->differing);
}
