/* SPDX-License-Identifier: ISC */
/* The conversation around a record. */
#include "review/context.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "tap.h"

enum { LINES = 64 };

/* Records with the ids ...0000, ...0001 and so on, in the order they come. */
struct journal {
	char *line[LINES];
	size_t count;
};

static void add(struct journal *j, const char *event, const char *stanza)
{
	struct buf b = BUF_EMPTY;

	buf_addf(&b, "019aac21-0000-7000-8000-%012zu\t"
	    "2026-11-22T21:33:38.000001Z\tn\ts\t%s\tpass\t-\t-\t%s\t-",
	    j->count, event, stanza);
	j->line[j->count++] = buf_detach(&b);
}

static void add_message(struct journal *j, const char *event, const char *from,
    const char *to, const char *attrs, const char *inside)
{
	struct buf b = BUF_EMPTY;

	buf_addf(&b, "<message xmlns=\"jabber:client\" from=\"%s\" to=\"%s\"%s>"
	    "%s</message>", from, to, attrs, inside);
	add(j, event, buf_str(&b));
	buf_release(&b);
}

static void say(struct journal *j, const char *event, const char *from,
    const char *to)
{
	add_message(j, event, from, to, "", "<body>hello</body>");
}

/* The numbers of what is before and after a record, and of all that is to be
 * shown: "1 2 | 4 5 | 1 2 3 4 5". */
static void around(struct journal *j, size_t n, size_t wanted,
    const char *want, const char *name)
{
	struct context *c = context_new(n);
	struct context_lines got;
	struct buf b = BUF_EMPTY;
	struct record r;

	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < j->count; i++) {
			struct span line = span_of(j->line[i]);

			(void)record_parse(&r, line.p, line.n);
			if (pass)
				context_add(c, &r, line);
			else if (i == wanted)
				context_want(c, &r);
		}
	}
	(void)record_parse(&r, j->line[wanted], strlen(j->line[wanted]));
	OK(context_around(c, r.field[RECORD_ID], &got), "it was asked for");
	for (size_t i = 0; i < got.befores; i++)
		buf_addf(&b, "%d ", atoi(got.before[i].p + 32));
	buf_addc(&b, '|');
	for (size_t i = 0; i < got.afters; i++)
		buf_addf(&b, " %d", atoi(got.after[i].p + 32));
	buf_adds(&b, " |");
	for (size_t i = 0; i < context_count(c); i++)
		buf_addf(&b, " %d", atoi(context_line(c, i).p + 32));
	SAME_SPAN(buf_span(&b), want, name);
	buf_release(&b);
	context_free(c);
}

static void release(struct journal *j)
{
	for (size_t i = 0; i < j->count; i++)
		free(j->line[i]);
}

static void test_two(void)
{
	struct journal j = {.count = 0};

	say(&j, "send", "a@x/1", "b@y");
	say(&j, "recv", "b@y/2", "A@X/1");
	say(&j, "send", "a@x/3", "c@y");
	say(&j, "send", "a@x/3", "B@y/2");
	say(&j, "recv", "c@y/3", "a@x");
	say(&j, "recv", "b@y/3", "a@x");
	say(&j, "recv", "b@y/3", "a@x/1");
	add(&j, "login", "<session xmlns=\"urn:cup:session:1\" jid=\"a@x/1\"/>");
	around(&j, 9, 3, "0 1 | 5 6 | 0 1 3 5 6", "of the same two accounts");
	around(&j, 1, 3, "1 | 5 | 1 3 5", "one of each side");
	around(&j, 0, 3, "| | 3", "none");
	around(&j, 9, 2, "| 4 | 2 4", "of another two");
	around(&j, 9, 7, "| | 7", "a login is of no conversation");
	release(&j);
}

static void test_room(void)
{
	static const char type[] = " type=\"groupchat\" id=\"m1\"";
	static const char own[] = " type=\"groupchat\" id=\"m2\"";
	struct journal j = {.count = 0};

	add_message(&j, "recv", "r@m/bob", "a@x/1", type, "<body>1</body>");
	add_message(&j, "recv", "r@m/bob", "c@x/1", type, "<body>1</body>");
	add_message(&j, "send", "a@x/1", "r@m", own, "<body>2</body>");
	add_message(&j, "recv", "r@m/ann", "c@x/1", own, "<body>2</body>");
	add_message(&j, "recv", "s@m/bob", "a@x/1", type, "<body>1</body>");
	add_message(&j, "recv", "r@m/bob", "a@x/1", type, "<body>4</body>");
	around(&j, 9, 2, "0 | 5 | 0 2 5", "a room's messages, each once");
	around(&j, 9, 3, "0 | 5 | 0 3 5",
	    "what is held on its way in is not beside what was sent");
	release(&j);
}

static void test_kinds(void)
{
	struct journal j = {.count = 0};

	add_message(&j, "send", "a@x/1", "b@y", "",
	    "<active xmlns=\"http://jabber.org/protocol/chatstates\"/>");
	add_message(&j, "recv", "b@y", "a@x/1", " type=\"error\"",
	    "<body>hello</body>");
	add_message(&j, "recv", "a@x", "a@x/1", "",
	    "<sent xmlns=\"urn:xmpp:carbons:2\"><forwarded "
	    "xmlns=\"urn:xmpp:forward:0\"><message xmlns=\"jabber:client\" "
	    "from=\"a@x/2\" to=\"b@y\"><body>hi</body></message></forwarded>"
	    "</sent>");
	say(&j, "send", "a@x/1", "b@y");
	add_message(&j, "send", "a@x/1", "b@y", " id=\"1\"", "<body>x</body>");
	add_message(&j, "recv", "a@x/1", "b@y", " id=\"1\"", "<body>x</body>");
	add_message(&j, "recv", "b@y", "a@x/1", " id=\"1\"", "<body>x</body>");
	add_message(&j, "recv", "b@y", "a@x/1", " id=\"1\"", "<body>y</body>");
	around(&j, 9, 3, "| 4 6 7 | 3 4 6 7",
	    "no chat states, errors, carbons and copies");
	around(&j, 9, 0, "| 3 4 6 7 | 0 3 4 6 7",
	    "but what was asked for, whatever it is");
	release(&j);
}

/* What has come long before is forgotten, unless it is shown. */
static void test_many(void)
{
	struct journal j = {.count = 0};

	for (int i = 0; i < 40; i++)
		say(&j, "send", i % 2 ? "a@x" : "b@y", i % 2 ? "b@y" : "a@x");
	around(&j, 3, 20, "17 18 19 | 21 22 23 | 17 18 19 20 21 22 23",
	    "three of each side of many");
	around(&j, 3, 1, "0 | 2 3 4 | 0 1 2 3 4", "at the beginning");
	around(&j, 3, 39, "36 37 38 | | 36 37 38 39", "at the end");
	release(&j);
}

static void test_unknown(void)
{
	struct context *c = context_new(2);
	struct context_lines got;

	OK(!context_around(c, span_of("019aac21-0000-7000-8000-000000000000"),
	       &got) && !got.befores, "what was not asked for");
	OK(context_count(c) == 0, "nothing is shown");
	context_free(c);
}

int main(void)
{
	test_two();
	test_room();
	test_kinds();
	test_many();
	test_unknown();
	return tap_done();
}
