/* SPDX-License-Identifier: ISC */
/* Telling who wrote it what was settled: that it was sent by a message of the
 * domain, that it was refused by an error, where that can be shown beside the
 * message. */
#include "live/component.h"
#include "live/release-internal.h"
#include "live/release.h"
#include "xml/bounce.h"

enum { TIME_SHOWN = 16, /* characters of a time, to its minutes */
	MESSAGE_ID = 16 };

static bool refused(const struct release *r)
{
	return r->outcome == OUTCOME_REFUSED || r->outcome == OUTCOME_TOLD;
}

/* An error is nothing to who is not there any more. */
static bool by_error(const struct release *r)
{
	return refused(r) && releases_session(r->all, buf_span(&r->from));
}

bool release_tellable(struct release *r)
{
	struct releases *all = r->all;

	/* Who spoke in a room is not known by his own name. */
	if (all->proxy->o.review_untold || r->untold || !r->message ||
	    (r->groupchat && r->event == EVENT_RECV) ||
	    stanza_read(&all->x, buf_span(&r->stanza)))
		return false;
	return by_error(r) || refusal_written(&all->x);
}

static void add_words(const struct release *r, struct buf *b)
{
	static const char *const what[] = {
	    [OUTCOME_SENT] = "was released after review, and has been sent",
	    [OUTCOME_REFUSED] = "was not released",
	    [OUTCOME_DOUBTFUL] = "was released after review, but it is not "
				 "known whether it was sent",
	    [OUTCOME_TOLD] = "was not released"};
	struct span time = buf_span(&r->time);

	buf_addf(b, "Your message to %.*s",
	    SPAN_ARG(jid_bare(buf_span(&r->to))));
	if (time.n > TIME_SHOWN)
		buf_addf(b, " of %.10s %.5s UTC", time.p, time.p + 11);
	buf_addf(b, " %s", what[r->outcome]);
	if (refused(r) && r->why.len)
		buf_addf(b, ": %.*s", SPAN_ARG(buf_span(&r->why)));
}

static void compose(struct release *r, struct buf *out)
{
	struct buf words = BUF_EMPTY;
	char id[MESSAGE_ID];

	add_words(r, &words);
	uuid_token(id, sizeof(id));
	buf_adds(out, "<message xmlns=\"" NS_CLIENT "\"");
	wire_attribute(out, "from", release_home(r));
	wire_attribute(out, "to", jid_bare(buf_span(&r->from)));
	wire_attribute(out, "id", (struct span){id, MESSAGE_ID});
	buf_adds(out, " type=\"chat\"><body>");
	stanza_escape_text(out, buf_span(&words));
	buf_adds(out, "</body></message>");
	buf_release(&words);
}

bool release_tell(struct release *r)
{
	struct releases *all = r->all;
	struct component *c = all->proxy->component;
	struct bounce why = {"cancel", "policy-violation", buf_span(&r->why)};

	if (!component_link(c))
		return false;
	buf_reset(&all->out);
	if (!by_error(r))
		compose(r, &all->out);
	else if (stanza_read(&all->x, buf_span(&r->stanza)) ||
	    !bounce_write(&all->out, &all->x, &why))
		return false;
	if (!component_send(c, buf_span(&all->out)))
		return false;
	release_step(r, RELEASE_TOLD);
	return true;
}
