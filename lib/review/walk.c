/* SPDX-License-Identifier: ISC */
/* Going through what is held. */
#include "review/walk.h"

#include <stdint.h>

#include "base/stamp.h"
#include "review/show.h"
#include "review/terminal.h"

enum { INDENT = 4 };

/* What a person may do with a record. */
static const struct action {
	char key;
	enum review_verdict verdict;
	const char *whom, *why; /* what is asked; whom NULL: nobody */
	const char *done;
	bool settles; /* the next one is shown then */
} actions[] = {
    {'r', REVIEW_RELEASE, NULL, "Why release it? ", "released", true},
    {'f', REVIEW_REFUSE, NULL, "Why forbid it? ", "refused", true},
    {'e', REVIEW_ESCALATE, "To whom? ", "Why? ", "escalated", true},
    {'n', REVIEW_NOTE, NULL, "Note: ", "noted", false},
};

enum { ACTIONS = sizeof(actions) / sizeof(*actions) };

static const char *const help[] = {
    "r - release: it goes on to its addressee",
    "f - forbid: it is refused, and the sender told why",
    "e - escalate: somebody else is to settle it",
    "n - note: say something about it, and leave it held",
    "s - skip: on to the next one, and leave this held",
    "q - quit",
    "? - this help",
};

struct round {
	const struct walk *walk;
	struct terminal terminal;
	struct show show;
	struct walk_result result;
	struct buf out;
};

enum step { STAY, ANEW, NEXT, QUIT };

/* A line: what, and behind a colon more, if there is any. */
static void tell_more(struct round *r, const char *what, struct span more)
{
	struct buf b = BUF_EMPTY;

	buf_adds(&b, what);
	buf_adds(&b, more.n ? ": " : "");
	buf_addspan(&b, more);
	show_text(&r->out, terminal_width(&r->terminal), INDENT, buf_span(&b));
	buf_release(&b);
}

static void tell(struct round *r, const char *text)
{
	tell_more(r, text, span_of(""));
}

static void tell_help(struct round *r)
{
	for (size_t i = 0; i < sizeof(help) / sizeof(*help); i++)
		tell(r, help[i]);
}

/* Ask for a text until it is a good one; false: nothing was said. */
static bool ask(struct round *r, const char *question, struct buf *text)
{
	struct span line;

	for (;;) {
		buf_adds(&r->out, question);
		terminal_write(&r->terminal, &r->out);
		if (terminal_line(&r->terminal, &line) == TERMINAL_END ||
		    !line.n)
			return false;
		if (review_text_valid(line))
			break;
		buf_addf(&r->out, "That is not one line of UTF-8 without "
		    "controls, or more than %d bytes.\n", REVIEW_TEXT_MAX);
	}
	buf_addspan(text, line);
	return true;
}

static bool over(const struct round *r)
{
	return r->terminal.ended || r->terminal.broken || r->terminal.signal;
}

static bool settle(struct round *r, const struct action *a, struct span id,
    struct span why, struct span to)
{
	const struct walk *w = r->walk;
	struct buf answer = BUF_EMPTY;
	bool done;

	/* It may take long: who has enough of waiting can end it. */
	terminal_leave(&r->terminal);
	done = w->settle(w->arg, id, a->verdict, why, to, &answer);
	terminal_return(&r->terminal);
	r->result.done[a->verdict] += done;
	r->result.failed += !done;
	tell_more(r, done ? a->done : "not done", buf_span(&answer));
	buf_release(&answer);
	return done;
}

static enum step act(struct round *r, const struct action *a, struct span id)
{
	struct buf whom = BUF_EMPTY, why = BUF_EMPTY;
	struct span to = {NULL, 0};
	enum step step = STAY;

	if ((!a->whom || ask(r, a->whom, &whom)) && ask(r, a->why, &why)) {
		if (a->whom)
			to = buf_span(&whom);
		if (settle(r, a, id, buf_span(&why), to) && a->settles)
			step = NEXT;
	} else if (!over(r)) {
		tell(r, "Nothing said: nothing done.");
	}
	buf_release(&whom);
	buf_release(&why);
	return over(r) ? QUIT : step;
}

static enum step handle(struct round *r, char key, struct span id)
{
	for (size_t i = 0; i < ACTIONS; i++) {
		if (key == actions[i].key)
			return act(r, &actions[i], id);
	}
	if (key == 's')
		return NEXT;
	if (key == 'q')
		return QUIT;
	tell_help(r);
	return STAY;
}

static enum step ask_for_key(struct round *r, size_t i, struct span id)
{
	enum terminal_event event;
	char key;

	buf_addf(&r->out, "(%zu/%zu) settle it [r,f,e,n,s,q,?]? ", i + 1,
	    r->walk->items);
	terminal_write(&r->terminal, &r->out);
	event = terminal_key(&r->terminal, &key);
	if (event == TERMINAL_END)
		return QUIT;
	return event == TERMINAL_ANEW ? ANEW : handle(r, key, id);
}

/* One record, until it is settled or left. */
static enum step go_over(struct round *r, size_t i)
{
	struct span line = r->walk->item[i].line;
	enum step step = ANEW;
	struct record held;
	const char *why = record_parse(&held, line.p, line.n);

	if (why) {
		tell_more(r, "what is held is no record", span_of(why));
		return NEXT;
	}
	while (step < NEXT) {
		if (step == ANEW) {
			/* What was typed was meant for what was shown. */
			terminal_flush(&r->terminal);
			show_item(&r->show, r->walk, i, &held,
			    terminal_width(&r->terminal), stamp_now(),
			    &r->out);
		}
		step = ask_for_key(r, i, held.field[RECORD_ID]);
	}
	return step;
}

/* "2 released, 1 noted, 1 not done" */
static void tell_result(struct round *r)
{
	struct buf b = BUF_EMPTY;

	for (size_t i = 0; i < ACTIONS; i++) {
		size_t n = r->result.done[actions[i].verdict];

		if (n)
			buf_addf(&b, "%s%zu %s", b.len ? ", " : "", n,
			    actions[i].done);
	}
	if (r->result.failed)
		buf_addf(&b, "%s%zu not done", b.len ? ", " : "",
		    r->result.failed);
	tell(r, b.len ? buf_str(&b) : "nothing done");
	buf_release(&b);
}

struct walk_result walk(const struct walk *w)
{
	struct round r = {.walk = w};
	enum step step = NEXT;

	if (!terminal_open(&r.terminal, w->in, w->out)) {
		r.result.broken = true;
		return r.result;
	}
	for (size_t i = 0; i < w->items && step == NEXT && !over(&r); i++)
		step = go_over(&r, i);
	tell_result(&r);
	terminal_write(&r.terminal, &r.out);
	r.result.broken = r.terminal.broken;
	r.result.signal = r.terminal.signal;
	terminal_close(&r.terminal);
	show_release(&r.show);
	buf_release(&r.out);
	return r.result;
}
