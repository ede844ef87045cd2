/* SPDX-License-Identifier: ISC */
/* The words of a transcript. */
#include "journal/print-words.h"

#include <string.h>

#define XHTML_IM "http://jabber.org/protocol/xhtml-im"

enum { ASIDE_MAX = 200 }; /* bytes shown of what is no body */

/* A client may show the formatted text (XEP-0071) in place of the body: where
 * it says something else, that is shown too. */
static void add_formatted(const struct stanza *s, size_t body, struct buf *b)
{
	uint32_t html = stanza_child(s, 0, XHTML_IM, "html");
	size_t end = b->len, len;

	if (html == STANZA_NONE)
		return;
	buf_adds(b, "\n[formatted] ");
	len = b->len;
	stanza_text(s, html, b);
	if (b->len - len == end - body &&
	    memcmp(b->data + len, b->data + body, end - body) == 0)
		b->len = end;
}

/* Texts that are no body, if they are short: a status, a reaction, the reason
 * of an invitation. */
static void add_short_texts(struct print *p, const struct stanza *s,
    struct buf *b)
{
	size_t before = b->len;

	texts_collect(&p->texts, s);
	for (size_t i = 0; i < p->texts.count; i++) {
		struct span text = texts_at(&p->texts, i);

		if (p->texts.text[i].kind != TEXT_WORDS)
			continue;
		if (b->len - before + text.n > ASIDE_MAX)
			break;
		if (b->len > before)
			buf_addc(b, ' ');
		buf_addspan(b, text);
	}
}

bool print_words(struct print *p, struct fields *v, struct buf *b)
{
	const struct stanza *s = fields_stanza(v);
	size_t start = b->len;
	bool subject;

	buf_adds(b, "Subject: ");
	subject = fields_get(v, FIELD_SUBJECT, b);
	if (subject)
		buf_addc(b, '\n');
	else
		b->len = start;
	start = b->len;
	if (fields_get(v, FIELD_BODY, b)) {
		add_formatted(s, start, b);
		return true;
	}
	if (subject)
		b->len--; /* the line feed */
	else if (s && !stanza_is(s, 0, NULL, "iq") &&
	    v->record->event != EVENT_REVIEW)
		add_short_texts(p, s, b);
	return subject;
}
