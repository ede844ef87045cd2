/* SPDX-License-Identifier: ISC */
/* Texts: collecting what a stanza says to people. */
#include <stdlib.h>

#include "base/mem.h"
#include "xml/text-internal.h"

#define XHTML "http://www.w3.org/1999/xhtml"

/* What an element in the middle of a text is to that text. */
enum role {
	ROLE_PART,   /* its content goes on with the text */
	ROLE_BREAK,  /* what is after it is another word */
	ROLE_UNSURE, /* some clients show it so and some so */
};

static bool among(struct span name, const char *const *words)
{
	for (; *words; words++) {
		if (span_is(name, *words))
			return true;
	}
	return false;
}

static enum role role_of(const struct stanza_node *n)
{
	static const char *const parts[] = {"a", "abbr", "acronym", "b", "big",
	    "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd", "q",
	    "s", "samp", "small", "span", "strike", "strong", "sub", "sup",
	    "tt", "u", "var", NULL};
	static const char *const breaks[] = {"br", "p", "div", "li", "ul", "ol",
	    "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre",
	    "blockquote", "address", "table", "tr", "td", "th", "body", NULL};

	if (!span_is(n->ns, XHTML))
		return ROLE_UNSURE;
	if (among(n->local, parts))
		return ROLE_PART;
	return among(n->local, breaks) ? ROLE_BREAK : ROLE_UNSURE;
}

struct text *text_add(struct texts *t, enum text_kind kind)
{
	struct text *text;

	if (t->count == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 16;
		t->text = mem_resize(t->text, t->cap, sizeof(*t->text));
	}
	text = &t->text[t->count++];
	*text = (struct text){
	    .at = t->chars.len, .piece = t->pieces, .kind = kind};
	return text;
}

void text_add_piece(struct texts *t, struct text *text, struct span raw)
{
	struct text_piece *piece;

	if (t->pieces == t->piece_cap) {
		t->piece_cap = t->piece_cap ? t->piece_cap * 2 : 16;
		t->piece =
		    mem_resize(t->piece, t->piece_cap, sizeof(*t->piece));
	}
	piece = &t->piece[t->pieces++];
	*piece = (struct text_piece){raw, t->chars.len, 0, 0, 0};
	stanza_unescape(&t->chars, raw);
	piece->len = t->chars.len - piece->at;
	text->pieces++;
	text->len = t->chars.len - text->at;
}

static void collect_attrs(struct texts *t, const struct stanza *s, uint32_t i)
{
	const struct stanza_node *n = &s->node[i];

	for (uint32_t a = n->attr; a < n->attr + n->attrs; a++) {
		const struct stanza_attr *attr = &s->attr[a];
		int kind = text_kind_of_attr(s, i, attr);

		if (kind < 0)
			continue;
		text_add_piece(t, text_add(t, (enum text_kind)kind),
		    attr->value);
		t->piece[t->pieces - 1].attribute = 1;
		text_add_decoded(t, text_attr_is_link(attr));
	}
}

/* The node after i in the text of top: into the parts of it, over others. */
static uint32_t next_part(const struct stanza *s, uint32_t i, uint32_t top)
{
	const struct stanza_node *n = &s->node[i];

	if (n->child != STANZA_NONE && role_of(n) == ROLE_PART)
		return n->child;
	while (n->next == STANZA_NONE && n->parent != top)
		n = &s->node[n->parent];
	return n->next;
}

static bool blank(char c)
{
	return c == ' ' || c == '\n';
}

/* Add the text of an element. Returns whether it can also be understood the
 * other way: what split says of elements that may or may not end a word. */
static bool collect_text(
    struct texts *t, const struct stanza *s, uint32_t top, bool split)
{
	struct text *text = NULL;
	bool unsure = false, ambiguous = false, cut = false;
	uint32_t i = s->node[top].child;

	for (; i != STANZA_NONE; i = next_part(s, i, top)) {
		const struct stanza_node *n = &s->node[i];

		if (n->name.n) {
			enum role role = role_of(n);

			unsure = unsure || role == ROLE_UNSURE;
			cut = cut || role == ROLE_BREAK;
			continue;
		}
		if (!text) {
			text = text_add(t, text_kind_of(s, top));
		} else if (cut || (split && unsure)) {
			buf_addc(&t->chars, '\n');
		} else if (unsure) {
			char last = t->chars.data[t->chars.len - 1];

			ambiguous |= !blank(last) && !blank(n->raw.p[0]);
		}
		unsure = cut = false;
		text_add_piece(t, text, n->raw);
		t->piece[t->pieces - 1].alone =
		    s->node[n->parent].child == i && n->next == STANZA_NONE;
	}
	if (text)
		text_add_decoded(t, text->kind == TEXT_FIXED);
	return ambiguous;
}

void texts_collect(struct texts *t, const struct stanza *s)
{
	buf_reset(&t->chars);
	t->count = t->pieces = 0;
	for (uint32_t i = 0; i < s->nodes; i++) {
		if (s->node[i].name.n == 0)
			continue;
		if (i > 0)
			collect_attrs(t, s, i);
		text_add_nicks(t, s, i);
		if (s->node[i].child != STANZA_NONE &&
		    (i == 0 || role_of(&s->node[i]) != ROLE_PART) &&
		    collect_text(t, s, i, false))
			collect_text(t, s, i, true);
	}
}

void texts_release(struct texts *t)
{
	if (!t)
		return;
	buf_release(&t->chars);
	free(t->text);
	free(t->piece);
	*t = (struct texts){.sent = false};
}

struct span texts_at(const struct texts *t, size_t i)
{
	return (struct span){
	    t->chars.len ? t->chars.data + t->text[i].at : "", t->text[i].len};
}
