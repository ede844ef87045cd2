/* SPDX-License-Identifier: ISC */
/* What was seen, and as what and how it was read, for people. */
#include "lexicon/resembles-internal.h"

#include "base/utf8.h"
#include "lexicon/quoted.h"

enum { SEEN_MAX = 60, READ_MAX = 40, STEPS_MAX = 24 };

void resembles_seen(struct buf *b, const struct sight *s)
{
	const struct strip *strip = s->strip;
	size_t from = (size_t)(s->bytes.p - strip->text.p);
	size_t end = from + s->bytes.n;

	if (s->base64)
		buf_adds(b, "base64 of ");
	/* Texts that follow one another, each by itself. */
	for (size_t i = 0; i < strip->count; i++) {
		size_t at = strip->unit[i].from;

		if (strip->unit[i].glyph->kind != GLYPH_SEAM || at <= from ||
		    at >= end)
			continue;
		quoted_add(b, (struct span){strip->text.p + from, at - from},
		    SEEN_MAX);
		buf_adds(b, " + ");
		from = at;
	}
	quoted_add(
	    b, (struct span){strip->text.p + from, end - from}, SEEN_MAX);
	buf_adds(b, " read as ");
	quoted_plain(b, s->read, READ_MAX);
}

struct steps {
	struct resembles *r;
	struct buf *b;
	const struct sight *sight;
	int indent;
	size_t count;
};

static bool begin(struct steps *s)
{
	if (s->count++ >= STEPS_MAX) {
		if (s->count == STEPS_MAX + 2)
			buf_addf(s->b, "%*s...\n", s->indent, "");
		return false;
	}
	buf_addf(s->b, "%*s", s->indent, "");
	return true;
}

static void end(struct steps *s, const char *what)
{
	buf_adds(s->b, what);
	buf_addc(s->b, '\n');
}

static void add_point(struct steps *s, uint32_t c)
{
	char bytes[4];
	size_t n = utf8_put(bytes, c);

	buf_addf(s->b, "U+%04X ", (unsigned)c);
	quoted_add(s->b, (struct span){bytes, n}, SEEN_MAX);
}

static void add_reading(struct steps *s, const struct glyph_reading *r)
{
	const uint32_t *symbol = glyph_symbols(s->r->glyphs, r);
	char bytes[4];

	for (unsigned i = 0; i < r->len; i++) {
		size_t n = utf8_put(bytes, symbol[i]);

		quoted_plain(s->b, (struct span){bytes, n}, READ_MAX);
	}
}

/* Whether the character is the letter itself, small or capital. */
static bool itself(struct steps *s, uint32_t c, const struct glyph_reading *r)
{
	uint32_t symbol = *glyph_symbols(s->r->glyphs, r);

	return r->len == 1 && (c == symbol || (c < 0x80 && c + 32 == symbol));
}

static void unit_steps(struct steps *s, size_t i)
{
	const struct strip *strip = s->sight->strip;
	const struct strip_unit *u = &strip->unit[i];
	unsigned char taken = s->sight->walk->taken[i];
	uint32_t c = strip_point(strip, i);
	size_t at = u->from;

	if (u->glyph->kind == GLYPH_SEAM) {
		if (begin(s))
			end(s, "the next text");
		return;
	}
	if (taken == WALK_OVER || taken == WALK_AGAIN) {
		if (begin(s)) {
			add_point(s, c);
			end(s, taken == WALK_OVER ? " left out" : " once more");
		}
	} else if (!itself(s, c, &u->glyph->reading[taken]) && begin(s)) {
		add_point(s, c);
		buf_adds(s->b, " as ");
		add_reading(s, &u->glyph->reading[taken]);
		end(s, "");
	}
	for (at += utf8_char(strip->text.p + at, u->to - at); at < u->to;) {
		size_t step = utf8_char(strip->text.p + at, u->to - at);

		if (begin(s)) {
			add_point(s, utf8_point(strip->text.p + at, step));
			end(s, " left out");
		}
		at += step;
	}
}

void resembles_steps(struct resembles *r, struct buf *b,
    const struct sight *sight, int indent)
{
	struct steps s = {r, b, sight, indent, 0};
	bool turned = sight->strip->turned;

	if (sight->base64 && begin(&s))
		end(&s, "base64 taken off");
	if (turned && begin(&s))
		end(&s, "characters in the order in which they are shown");
	if (!sight->walk)
		return;
	for (size_t i = sight->found->first; i < sight->found->last; i++)
		unit_steps(&s, i);
}
