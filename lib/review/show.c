/* SPDX-License-Identifier: ISC */
/* Showing what is held. */
#define _GNU_SOURCE /* memmem */
#include "review/show.h"

#include <string.h>

#include "base/stamp.h"
#include "journal/columns.h"
#include "journal/print-words.h"
#include "record/terms.h"

#define PLAIN "\033[0m"
#define BOLD "\033[1m"
#define YELLOW "\033[33m"

enum {
	MARK = 2,	   /* columns before what is shown of a record */
	CONTEXT_LINES = 4, /* of each message around it */
	INSIDE_MAX = 2000, /* bytes shown of what is neither subject nor body */
	INSIDE_SHOWN = 50, /* of these texts, */
	INSIDE_SEEN = 500, /* of so many that are looked at */
	INDENT = 4,
};

void show_release(struct show *s)
{
	print_release(&s->print);
	fields_release(&s->fields);
	buf_release(&s->text);
	buf_release(&s->line);
	buf_release(&s->words);
}

void show_text(struct buf *out, size_t width, size_t indent, struct span text)
{
	struct columns c = {.out = out, .width = width, .indent = indent};

	columns_text(&c, text);
	columns_release(&c);
	buf_addc(out, '\n');
}

/* "2 h 5 min": the two largest units that are not nothing. */
static void add_span_of_time(struct buf *b, int64_t seconds)
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
	enum { UNITS = sizeof(units) / sizeof(*units) };
	size_t i = 0;

	seconds = seconds < 0 ? 0 : seconds;
	while (i < UNITS - 1 && seconds < units[i].seconds)
		i++;
	buf_addf(b, "%lld %s", (long long)(seconds / units[i].seconds),
	    units[i].name);
	seconds %= units[i].seconds;
	if (i < UNITS - 1 && seconds >= units[i + 1].seconds)
		buf_addf(b, " %lld %s",
		    (long long)(seconds / units[i + 1].seconds),
		    units[i + 1].name);
}

/* "1 of 3, held for 2 h 5 min; 2 must release it; refused in 55 min" */
static void add_head(struct show *s, const struct walk *w, size_t i,
    const struct record *r, int64_t now)
{
	struct span t = r->field[RECORD_TIME];
	struct terms terms;
	int64_t since = now, left;
	struct buf *b = &s->line;

	(void)stamp_read(t.p, t.n, &since);
	record_terms(r, &terms);
	buf_reset(b);
	buf_addf(b, "%zu of %zu, held for ", i + 1, w->items);
	add_span_of_time(b, (now - since) / 1000000);
	if (terms.reviewers > 1)
		buf_addf(b, "; %u must release it", terms.reviewers);
	if (!terms.expires)
		return;
	left = (int64_t)terms.expires - (now - since) / 1000000;
	buf_adds(b, left > 0 ? "; refused in " : "; its time is over");
	if (left > 0)
		add_span_of_time(b, left);
}

/* Append what s->text has line by line, behind a mark; at most max lines (0:
 * all). */
static void add_marked(struct show *s, const char *mark, size_t max,
    struct buf *out)
{
	struct span rest = buf_span(&s->text);

	for (size_t n = 1; rest.n; n++) {
		const char *end = memchr(rest.p, '\n', rest.n);
		size_t len = end ? (size_t)(end - rest.p) + 1 : rest.n;

		buf_adds(out, mark);
		if (max && n > max) {
			buf_addf(out, "%s    (...)\n",
			    s->print.colour ? PLAIN : "");
			return;
		}
		buf_add(out, rest.p, len);
		rest = (struct span){rest.p + len, rest.n - len};
	}
}

static void add_record(struct show *s, const struct record *r, bool held,
    struct buf *out)
{
	buf_reset(&s->text);
	fields_begin(&s->fields, r, 0);
	print_text.record(&s->print, &s->fields, &s->text);
	add_marked(s, held ? "> " : "  ", held ? 0 : CONTEXT_LINES, out);
}

static void add_around(struct show *s, const struct span *line, size_t count,
    struct buf *out)
{
	struct record r;

	for (size_t i = 0; i < count; i++) {
		if (!record_parse(&r, line[i].p, line[i].n))
			add_record(s, &r, false, out);
	}
}

/* A line for each reason: the last is the rule that holds it, those before have
 * what it saw, and what others did. */
static void add_rules(struct show *s, const struct record *r, size_t width,
    struct buf *out)
{
	struct span rest = r->field[RECORD_REASON];
	struct reason reason;

	while (reason_next(&rest, &reason)) {
		bool last = !rest.n;

		buf_reset(&s->line);
		buf_adds(&s->line, last ? "held by " : "before: ");
		buf_addspan(&s->line, reason.rule);
		if (reason.tag.n) {
			buf_addc(&s->line, '@');
			buf_addspan(&s->line, reason.tag);
		}
		if (reason.text.n) {
			buf_adds(&s->line, reason.rule.n ? ": " : "");
			buf_addspan(&s->line, reason.text);
		}
		buf_adds(out, s->print.colour && last ? YELLOW : "");
		show_text(out, width, INDENT, buf_span(&s->line));
		if (s->print.colour && last) {
			out->len--;
			buf_adds(out, PLAIN "\n");
		}
	}
}

static bool holds(struct span s, struct span part)
{
	return s.n && memmem(s.p, s.n, part.p, part.n);
}

static bool is_blank(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!strchr(" \t\r\n", s.p[i]))
			return false;
	}
	return true;
}

static void add_text(struct show *s, struct span text, size_t width,
    struct buf *out)
{
	size_t more = text.n > INSIDE_MAX ? text.n - INSIDE_MAX : 0;

	text.n -= more;
	buf_reset(&s->line);
	buf_adds(&s->line, "also in it: ");
	buf_addspan(&s->line, text);
	if (more)
		buf_addf(&s->line, " (and %zu bytes more)", more);
	show_text(out, width, INDENT, buf_span(&s->line));
}

/* What a person may come to see of it besides what the transcript has: only so
 * many, as whoever sent it may have put in any number. */
static void add_inside(struct show *s, size_t width, struct buf *out)
{
	struct texts *texts = &s->print.texts;
	const struct stanza *tree = fields_stanza(&s->fields);
	size_t shown = 0, seen = 0, more = 0;

	if (!tree)
		return;
	buf_reset(&s->words);
	(void)print_words(&s->print, &s->fields, &s->words);
	texts_collect(texts, tree);
	for (size_t i = 0; i < texts->count; i++) {
		struct span text = texts_at(texts, i);

		if (texts->text[i].kind == TEXT_MACHINE ||
		    texts->text[i].decoded || is_blank(text))
			continue;
		if (shown == INSIDE_SHOWN || seen++ >= INSIDE_SEEN) {
			more++;
		} else if (!holds(buf_span(&s->words), text)) {
			add_text(s, text, width, out);
			shown++;
		}
	}
	if (!more)
		return;
	buf_reset(&s->line);
	buf_addf(&s->line, "(and %zu more)", more);
	show_text(out, width, INDENT, buf_span(&s->line));
}

/* Elements are named where they may hold what is no text: a cipher, a call. */
static void add_elements(struct show *s, size_t width, struct buf *out)
{
	static const char plain[] = " body subject thread ";
	const struct stanza *tree = fields_stanza(&s->fields);
	uint32_t i = tree ? tree->node[0].child : STANZA_NONE;

	buf_reset(&s->words);
	for (; i != STANZA_NONE; i = tree->node[i].next) {
		struct span name = tree->node[i].local;

		buf_reset(&s->line);
		buf_addf(&s->line, " %.*s ", SPAN_ARG(name));
		if (!name.n || strstr(plain, buf_str(&s->line)))
			continue;
		buf_adds(&s->words, s->words.len ? ", " : "it has: ");
		buf_addspan(&s->words, name);
	}
	if (s->words.len)
		show_text(out, width, INDENT, buf_span(&s->words));
}

static void add_remarks(struct span rest, size_t width, struct buf *out)
{
	while (rest.n) {
		const char *end = memchr(rest.p, '\n', rest.n);
		size_t len = end ? (size_t)(end - rest.p) : rest.n;

		show_text(out, width, INDENT, (struct span){rest.p, len});
		len += end != NULL;
		rest = (struct span){rest.p + len, rest.n - len};
	}
}

static void begin(struct show *s, const struct walk *w, size_t width)
{
	s->print.colour = w->colour;
	s->print.local = w->local;
	s->print.terminal = true;
	s->print.width = width > MARK ? width - MARK : width;
	print_text.begin(&s->print, NULL);
}

void show_item(struct show *s, const struct walk *w, size_t i,
    const struct record *r, size_t width, int64_t now, struct buf *out)
{
	struct context_lines around = {NULL, NULL, 0, 0};

	if (w->context)
		(void)context_around(w->context, r->field[RECORD_ID], &around);
	begin(s, w, width);
	add_head(s, w, i, r, now);
	buf_adds(out, w->colour ? "\n" BOLD : "\n");
	show_text(out, width, INDENT, buf_span(&s->line));
	buf_adds(out, w->colour ? PLAIN : "");
	add_around(s, around.before, around.befores, out);
	add_record(s, r, true, out);
	add_inside(s, width, out);
	add_elements(s, width, out);
	add_around(s, around.after, around.afters, out);
	add_rules(s, r, width, out);
	add_remarks(w->item[i].remarks, width, out);
}
