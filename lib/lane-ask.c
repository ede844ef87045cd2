/* SPDX-License-Identifier: ISC */
/* How much of a lane is in the pipeline. */
#include "lane.h"

#include "session.h"

/* Records of a lane in the pipeline: so many, and so many more while that is
 * in nobody's way. */
enum { WINDOW = 8, WINDOW_MORE = 56 };

/* Where the way through the pipeline takes twice what it could, it is full of
 * records: of one client's, some are then better not in front of others'. */
void lane_answered(struct session *s, int way)
{
	struct lane *f = &s->lane[way];
	struct proxy *p = s->proxy;
	int64_t rtt = pipeline_rtt(p->pipeline);

	f->asked--;
	if (!p->quickest || rtt < p->quickest)
		p->quickest = rtt;
	if (rtt > 2 * p->quickest)
		f->more -= f->more > 0;
	else
		f->more += f->unasked && f->more < WINDOW_MORE;
}

void lane_ask(struct session *s, int way)
{
	struct lane *f = &s->lane[way];

	while (f->unasked && f->asked < WINDOW + f->more) {
		struct item *i = f->unasked;

		do
			f->unasked = f->unasked->next;
		while (f->unasked && f->unasked->state != ITEM_HELD);
		i->state = ITEM_ASKED;
		f->asked++;
		s->proxy->count.records_in++;
		pipeline_put(s->proxy->pipeline, &i->q);
	}
}
