/* SPDX-License-Identifier: ISC */
/* Putting a file's record to the pipeline, and what comes of it. */
#include <errno.h>
#include <inttypes.h>

#include "io/timer.h"
#include "upload/gate-internal.h"
#include "xml/stanza.h"

enum { SAID_EVERY = 10000 }; /* milliseconds */

static void attribute(struct buf *b, const char *name, struct span value)
{
	if (!value.n)
		return;
	buf_addf(b, " %s=\"", name);
	stanza_escape_attr(b, value);
	buf_addc(b, '"');
}

/* All of the element but its end. */
static void write_element(struct upload *u)
{
	const struct slot *s = &u->slot->slot;
	struct span sha256 = {u->spool.sha256, DIGEST_HEX};
	struct buf *b = &u->element, path = BUF_EMPTY;

	buf_reset(b);
	files_content_path(&path, store_path(u->gate->store), sha256);
	buf_adds(b, "<file xmlns=\"" FILES_NS "\"");
	attribute(b, "from", s->from);
	attribute(b, "name", s->name);
	buf_addf(b, " size=\"%" PRIu64 "\"", u->spool.size);
	attribute(b, "type", buf_span(&u->type));
	attribute(b, "content", buf_span(&u->content));
	attribute(b, "sha256", sha256);
	attribute(b, "url", s->get);
	attribute(b, "path", buf_span(&path));
	buf_release(&path);
}

void upload_ask(struct upload *u)
{
	struct gate *g = u->gate;
	struct buf whole = BUF_EMPTY;

	write_element(u);
	buf_addspan(&whole, buf_span(&u->element));
	buf_adds(&whole, "/>");
	buf_reset(&u->q.line);
	recorder_now(&g->recorder);
	recorder_write(&g->recorder, &u->q.line, u->slot->slot.session,
	    EVENT_UPLOAD, (struct span){NULL, 0}, buf_span(&whole));
	buf_release(&whole);
	u->state = UPLOAD_ASKED;
	u->asked = timer_now();
	pipeline_put(g->pipeline, &u->q);
}

/* ---- what came of it is written down */

static void note_work(struct job *j)
{
	struct upload *u =
	    (struct upload *)(void *)((char *)j - offsetof(struct upload, job));
	const struct slot *s = &u->slot->slot;
	struct files_entry e = {.sha256 = {u->spool.sha256, DIGEST_HEX},
	    .size = u->spool.size, .name = s->name,
	    .type = buf_span(&u->type), .content = buf_span(&u->content),
	    .from = s->from, .url = s->get, .state = u->outcome};

	u->error = store_note(u->gate->store, &e) ? 0 : errno;
}

static void note_done(struct job *j)
{
	struct upload *u =
	    (struct upload *)(void *)((char *)j - offsetof(struct upload, job));

	if (u->error) {
		upload_fail_disk(u, u->error);
		return;
	}
	if (u->outcome == FILES_GRANTED) {
		upload_forward(u);
		return;
	}
	if (u->outcome == FILES_UNDECIDED) {
		upload_fail(u, 503, "the file could not be recorded in time, "
		    "and was not delivered");
		return;
	}
	upload_give_back(u, true);
	upload_fail(u, 403, buf_str(&u->why));
}

static void note(struct upload *u, enum files_state outcome)
{
	u->outcome = outcome;
	u->state = UPLOAD_NOTED;
	u->job = (struct job){.work = note_work, .done = note_done};
	worker_give(u->gate->worker, &u->job);
}

void upload_undecided(struct upload *u)
{
	note(u, FILES_UNDECIDED);
}

/* ---- what the pipeline says */

/* What goes on is what was judged: all that a stage may have put in are words
 * inside. */
static bool same_file(const struct upload *u, const struct record *r)
{
	struct span was = buf_span(&u->element);
	struct span is = r->field[RECORD_STANZA];
	struct stanza tree = {0};
	bool same = is.n > was.n && memcmp(is.p, was.p, was.n) == 0 &&
	    (is.p[was.n] == '/' || is.p[was.n] == '>') &&
	    !stanza_read(&tree, is) && record_fits(EVENT_UPLOAD, &tree);

	stanza_release(&tree);
	return same;
}

static void take_reason(struct upload *u, const struct record *r)
{
	struct reason reason;

	buf_reset(&u->why);
	if (reason_last(r->field[RECORD_REASON], &reason) && reason.text.n)
		buf_addspan(&u->why, reason.text);
	else
		buf_adds(&u->why, "refused by policy");
}

static void answered(void *arg, struct question *q, const struct record *r)
{
	struct upload *u = (struct upload *)(void *)q;
	struct gate *g = arg;

	gate_pipeline_works(g);
	if (r->verdict == VERDICT_DELIVER && same_file(u, r)) {
		note(u, FILES_GRANTED);
	} else if (r->verdict == VERDICT_RETURN ||
	    r->verdict == VERDICT_DISCARD) {
		take_reason(u, r);
		note(u, FILES_REFUSED);
	} else if (r->verdict == VERDICT_DELIVER) {
		g->o.say("record %.*s came back as another file: it is not "
			 "forwarded", UUID_LEN, q->line.data);
		upload_undecided(u);
	} else {
		g->o.say("record %.*s came back with the verdict '%s': only "
			 "cup-deliver --records releases", UUID_LEN,
		    q->line.data, verdict_name(r->verdict));
		upload_undecided(u);
	}
}

static void garbled(void *arg, struct question *q, const char *why)
{
	struct gate *g = arg;

	g->o.say("what came back as record %.*s %s: it is not forwarded",
	    UUID_LEN, q->line.data, why);
	upload_undecided((struct upload *)(void *)q);
}

static void unjudged(void *arg, struct question *q)
{
	(void)arg;
	upload_undecided((struct upload *)(void *)q);
}

static void given_up(void *arg, struct question *q)
{
	struct gate *g = arg;

	g->o.say("record %.*s is given up: pipelines died over it", UUID_LEN,
	    q->line.data);
	upload_undecided((struct upload *)(void *)q);
}

static void stray(void *arg, const struct record *r)
{
	struct gate *g = arg;
	int64_t now = timer_now();

	if (g->late_said && now - g->late_said < SAID_EVERY)
		return;
	g->late_said = now;
	g->o.say("record %.*s came back too late, or was never asked: it is "
		 "not forwarded", UUID_LEN, r->field[RECORD_ID].p);
}

static void state(void *arg, enum pipeline_state s)
{
	gate_pipeline(arg, s);
}

static void ended(void *arg)
{
	gate_pipeline_ended(arg);
}

const struct pipeline_owner upload_pipeline = {
    .answer = answered,
    .garbled = garbled,
    .unjudged = unjudged,
    .given_up = given_up,
    .stray = stray,
    .state = state,
    .ended = ended,
};
