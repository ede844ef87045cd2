/* SPDX-License-Identifier: ISC */
/* The condition encrypted. */
#include "policy/encrypted.h"
#include "policy/explain.h"
#include "policy/judge.h"
#include "policy/parse.h"

enum { CONTENT = 1, DEVICES = 2 }; /* as encrypted_words has them */

bool parse_encrypted(struct parser *p, struct condition *c)
{
	c->words = CONTENT;
	if (p->lex.token != TOKEN_NOT && p->lex.token != TOKEN_OPEN &&
	    !(p->lex.token == TOKEN_WORD &&
		word_index(encrypted_words, p->lex.value) >= 0))
		return true;
	c->words = 0;
	return parse_words(p, c);
}

static const char *content_of(struct policy *p)
{
	const char *scheme = encrypted_element(&p->judged.stanza);
	const struct texts *t = &p->judged.texts;

	if (scheme)
		return scheme;
	judged_texts(p);
	for (size_t i = 0; !scheme && i < t->count; i++)
		scheme = encrypted_text(texts_at(t, i));
	return scheme;
}

/* By what scheme, of those that the condition asks about; or NULL. */
static const char *scheme_of(struct policy *p, const struct condition *c)
{
	const char *scheme = NULL;

	if (c->words & CONTENT)
		scheme = content_of(p);
	if (!scheme && c->words & DEVICES)
		scheme = encrypted_devices(&p->judged.stanza);
	return scheme;
}

int met_encrypted(
    struct policy *p, const struct rule *r, const struct condition *c)
{
	(void)r;
	return (scheme_of(p, c) != NULL) != c->negated;
}

void see_encrypted(struct policy *p, const struct condition *c, struct buf *b)
{
	const char *scheme = scheme_of(p, c);

	buf_adds(b, scheme ? scheme : "not");
}
