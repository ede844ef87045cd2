/* SPDX-License-Identifier: ISC */
/* Messages that conversations keep. */
#include "policy/said.h"

#include <stdlib.h>

#include "base/mem.h"

void said_free(struct said *s)
{
	if (s)
		free(s->data);
	free(s);
}

bool said_fresh(const struct said *s, int64_t now)
{
	int64_t apart = now > s->time ? now - s->time : s->time - now;

	return apart <= (int64_t)ACROSS_SECONDS * 1000000;
}

struct span said_lane(const struct said *s, size_t lane)
{
	return s->text[lane < s->texts ? lane : s->texts - 1];
}

static struct span tail(struct span s)
{
	size_t cut = s.n > ACROSS_BYTES ? s.n - ACROSS_BYTES : 0;

	while (cut && cut < s.n && ((unsigned char)s.p[cut] & 0xc0) == 0x80)
		cut++;
	return (struct span){s.p + cut, s.n - cut};
}

static struct span put(char **to, struct span s)
{
	char *p = *to;

	if (s.n)
		memcpy(p, s.p, s.n);
	*to += s.n;
	return (struct span){p, s.n};
}

/* A letter that is in no word, twice, stands for what is not kept. */
static const char barrier[] = "\xea\x80\x95\xea\x80\x95";

static struct span put_text(char **to, struct span s)
{
	struct span last = tail(s);
	char *from = *to;

	if (last.n < s.n)
		(void)put(to, span_of(barrier));
	(void)put(to, last);
	return (struct span){from, (size_t)(*to - from)};
}

struct said *said_new(const struct record *r, struct span whole, int64_t now,
    const struct span *text, size_t texts)
{
	struct said *s = mem_zalloc(sizeof(*s));
	struct span id = tail(whole);
	size_t bytes = r->field[RECORD_ID].n + 2 * (size_t)ACROSS_BYTES;
	char *to;

	s->texts = texts < ACROSS_LANES ? texts : ACROSS_LANES;
	for (size_t i = 0; i < s->texts; i++)
		bytes += tail(text[i]).n + sizeof(barrier);
	s->data = to = mem_alloc(bytes);
	s->time = now;
	s->record = put(&to, r->field[RECORD_ID]);
	s->id = put(&to, id);
	s->last = s->id;
	for (size_t i = 0; i < s->texts; i++)
		s->text[i] = put_text(&to, text[i]);
	return s;
}

void said_replaces(struct said *s, struct said *old)
{
	char *to = s->data + s->record.n + s->id.n;

	for (size_t i = 0; i < s->texts; i++)
		to += s->text[i].n;
	if (old->id.n && old->id.n <= ACROSS_BYTES) {
		s->last = s->id;
		s->id = put(&to, old->id);
	}
	s->time = old->time;
	said_free(old);
}
