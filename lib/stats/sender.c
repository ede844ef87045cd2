/* SPDX-License-Identifier: ISC */
/* Who sends a record, at a glance. */
#include "stats/sender.h"

#include "base/fnv.h"
#include "xml/jid.h"

/* Take ' NAME="VALUE"' off what is left of a tag. */
static bool take_attribute(struct span *rest, struct span *name,
    struct span *value)
{
	const char *end = rest->p + rest->n, *equals, *quote;

	if (rest->n < 4 || *rest->p != ' ')
		return false;
	equals = memchr(rest->p, '=', rest->n);
	if (!equals || end - equals < 3 || equals[1] != '"')
		return false;
	quote = memchr(equals + 2, '"', (size_t)(end - equals - 2));
	if (!quote)
		return false;
	*name = (struct span){rest->p + 1, (size_t)(equals - rest->p - 1)};
	*value = (struct span){equals + 2, (size_t)(quote - equals - 2)};
	*rest = (struct span){quote + 1, (size_t)(end - quote - 1)};
	return true;
}

/* Whether an attribute that names a sender may be there: as participants.h has
 * them these are 'from' and 'jid'. In a text it does no harm to be wrong. */
static bool names_more(struct span s)
{
	const char *end = s.p + s.n, *p = s.p;

	while ((p = memchr(p, '=', (size_t)(end - p)))) {
		if (p - s.p >= 4 && memcmp(p - 4, "from", 4) == 0)
			return true;
		if (p - s.p >= 3 && memcmp(p - 3, "jid", 3) == 0)
			return true;
		p++;
	}
	return false;
}

static bool only_from(struct span stanza, struct span *from)
{
	static const char *const names[] = {"<message", "<presence", "<iq"};
	struct span rest, name, value;
	size_t i = 0;

	while (i < 3 && !span_starts(stanza, names[i]))
		i++;
	if (i == 3)
		return false;
	rest = (struct span){stanza.p + strlen(names[i]),
	    stanza.n - strlen(names[i])};
	from->p = NULL;
	while (take_attribute(&rest, &name, &value)) {
		if (span_is(name, "from"))
			*from = value;
	}
	return from->p && rest.n && (*rest.p == '>' || *rest.p == '/') &&
	    !names_more(rest);
}

/* The bare JID that an address is, of any resource. */
static bool prepare(struct senders *s, struct sender *e, struct span raw)
{
	struct jid_forms forms;

	buf_reset(&s->prepared);
	jid_forms(&forms, &s->prepared, raw);
	buf_reset(&e->raw);
	if (!forms.count)
		return false;
	buf_addspan(&e->raw, raw);
	buf_reset(&e->bare);
	buf_addspan(&e->bare, jid_bare((struct span){
		s->prepared.data + forms.form[0].at, forms.form[0].len}));
	return true;
}

bool sender_only(struct senders *s, const struct record *r, struct span *bare)
{
	struct sender *e;
	struct span from;

	if (r->event > EVENT_RECV || !record_absent(r, RECORD_ORIGINAL) ||
	    !only_from(r->field[RECORD_STANZA], &from))
		return false;
	if (!from.n || from.n > SENDER_MAX || memchr(from.p, '&', from.n))
		return false;
	from = jid_bare(from);
	e = &s->of[fnv_hash(from) % SENDERS];
	if (!span_same(buf_span(&e->raw), from) && !prepare(s, e, from))
		return false;
	*bare = buf_span(&e->bare);
	return true;
}

void senders_release(struct senders *s)
{
	for (size_t i = 0; i < SENDERS; i++) {
		buf_release(&s->of[i].raw);
		buf_release(&s->of[i].bare);
	}
	buf_release(&s->prepared);
}
