/* SPDX-License-Identifier: ISC */
/* Conditions on records. */
#include "journal/search-internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "xml/jid.h"

struct search *search_new(void)
{
	struct search *s = mem_zalloc(sizeof(*s));

	s->lexicon = lexicon_new();
	return s;
}

void search_free(struct search *s)
{
	if (!s)
		return;
	for (int k = 0; k < SEARCH_KEYS; k++) {
		for (size_t i = 0; i < s->values[k].count; i++)
			buf_release(&s->values[k].item[i]);
		free(s->values[k].item);
	}
	lexicon_free(s->lexicon);
	stanza_release(&s->tree[0]);
	stanza_release(&s->tree[1]);
	texts_release(&s->texts);
	buf_release(&s->chars);
	participants_release(&s->participants[0]);
	participants_release(&s->participants[1]);
	sieve_release(&s->words);
	sieve_release(&s->people);
	free(s);
}

/* A new, empty value. */
static struct buf *add_value(struct values *v)
{
	v->item = mem_resize(v->item, v->count + 1, sizeof(*v->item));
	v->item[v->count] = (struct buf)BUF_EMPTY;
	return &v->item[v->count++];
}

/* What was taken once is as it should be already. */
struct search *search_copy(const struct search *from)
{
	struct search *s = search_new();

	for (int k = 0; k < SEARCH_KEYS; k++) {
		const struct values *v = &from->values[k];

		for (size_t i = 0; i < v->count; i++) {
			struct span value = buf_span(&v->item[i]);

			buf_addspan(add_value(&s->values[k]), value);
			if (k == SEARCH_TEXT)
				(void)lexicon_add(s->lexicon,
				    lexicon_set(s->lexicon), value);
		}
	}
	s->words = from->words;
	s->people = from->people;
	s->words.fold = s->people.fold = (struct fold){{NULL}};
	memcpy(s->bits, from->bits, sizeof(s->bits));
	memcpy(s->since, from->since, sizeof(s->since));
	memcpy(s->until, from->until, sizeof(s->until));
	s->asked = from->asked;
	return s;
}

/* Words with a comma between, as bits; 0 if one is none. */
static unsigned word_bits(const char *value, int (*from)(struct span))
{
	unsigned bits = 0;

	for (;;) {
		size_t n = strcspn(value, ",");
		int word = from((struct span){value, n});

		if (word < 0)
			return 0;
		bits |= 1u << word;
		if (!value[n])
			return bits;
		value += n + 1;
	}
}

static const char *add_name(struct search *s, enum search_key k,
    const char *value, int64_t now)
{
	bool event = k == SEARCH_EVENT;
	unsigned bits = word_bits(value, event ? event_from : verdict_from);

	(void)now;
	s->bits[k] |= bits;
	return bits ? NULL : event ? "no event" : "no verdict";
}

static const char *add_time(struct search *s, enum search_key k,
    const char *value, int64_t now)
{
	static const int64_t first = -62167219200000000,
	    last = 253402300799999999; /* years 0000 to 9999 */
	bool since = k == SEARCH_SINCE, again = s->asked & 1u << k;
	char *bound = since ? s->since : s->until, text[STAMP_LEN];
	int64_t micros;

	if (!stamp_parse(value, now, &micros))
		return "no time, such as 2026-11-22T10:00, 2026-11-22, "
		       "yesterday or -1d";
	micros = micros < first ? first : micros > last ? last : micros;
	stamp_write(text, micros);
	if (!again || (memcmp(text, bound, STAMP_LEN) > 0) == since)
		memcpy(bound, text, STAMP_LEN);
	return NULL;
}

static const char *add_word(struct search *s, enum search_key k,
    const char *value, int64_t now)
{
	(void)now;
	buf_adds(add_value(&s->values[k]), value);
	return *value ? NULL : "empty";
}

static const char *add_jid(struct search *s, enum search_key k,
    const char *value, int64_t now)
{
	struct buf *jid = add_value(&s->values[k]);

	(void)now;
	if (!jid_prepare(jid, span_of(value)))
		return "no JID";
	if (k == SEARCH_WITH)
		sieve_jid(&s->people, buf_span(jid));
	return NULL;
}

static const char *add_text(struct search *s, enum search_key k,
    const char *value, int64_t now)
{
	(void)now;
	buf_adds(add_value(&s->values[k]), value);
	sieve_entry(&s->words, span_of(value));
	return lexicon_add(s->lexicon, lexicon_set(s->lexicon),
	    span_of(value));
}

static enum search_finding has_name(struct search *s, enum search_key k,
    const struct record *r)
{
	unsigned is = k == SEARCH_EVENT ? r->event : r->verdict;

	return s->bits[k] >> is & 1 ? SEARCH_YES : SEARCH_NO;
}

/* Times in records are of one form and one length: bytes compare. */
static enum search_finding in_time(struct search *s, enum search_key k,
    const struct record *r)
{
	const char *time = r->field[RECORD_TIME].p;
	bool yes = k == SEARCH_SINCE ? memcmp(time, s->since, STAMP_LEN) >= 0
				     : memcmp(time, s->until, STAMP_LEN) < 0;

	return yes ? SEARCH_YES : SEARCH_NO;
}

static enum search_finding has_word(struct search *s, enum search_key k,
    const struct record *r)
{
	enum record_field f = k == SEARCH_NODE ? RECORD_NODE : RECORD_SESSION;

	return search_is_value(&s->values[k], r->field[f]) ? SEARCH_YES : SEARCH_NO;
}

static enum search_finding has_rule(struct search *s, enum search_key k,
    const struct record *r)
{
	struct span rest = r->field[RECORD_REASON], full;
	struct reason reason;

	while (reason_next(&rest, &reason)) {
		full = reason.rule;
		full.n += reason.tag.n ? 1 + reason.tag.n : 0;
		if (search_is_value(&s->values[k], reason.rule) ||
		    search_is_value(&s->values[k], full))
			return SEARCH_YES;
	}
	return SEARCH_NO;
}

static const char *add_nothing(struct search *s, enum search_key k,
    const char *value, int64_t now)
{
	(void)s;
	(void)k;
	(void)value;
	(void)now;
	return NULL;
}

static const struct key {
	const char *(*add)(struct search *, enum search_key, const char *value,
	    int64_t now);
	enum search_finding (*test)(struct search *, enum search_key,
	    const struct record *);
} keys[SEARCH_KEYS] = {
    [SEARCH_EVENT] = {add_name, has_name},
    [SEARCH_VERDICT] = {add_name, has_name},
    [SEARCH_SINCE] = {add_time, in_time},
    [SEARCH_UNTIL] = {add_time, in_time},
    [SEARCH_NODE] = {add_word, has_word},
    [SEARCH_SESSION] = {add_word, has_word},
    [SEARCH_RULE] = {add_word, has_rule},
    [SEARCH_ID] = {add_word, search_has_id},
    [SEARCH_WITH] = {add_jid, search_has_jid},
    [SEARCH_FROM] = {add_jid, search_has_jid},
    [SEARCH_TO] = {add_jid, search_has_jid},
    [SEARCH_WORDS] = {add_nothing, search_has_words},
    [SEARCH_TEXT] = {add_text, search_has_text},
};

const char *search_add(struct search *s, enum search_key k, const char *value,
    int64_t now)
{
	const char *why = keys[k].add(s, k, value, now);

	s->asked |= 1u << k;
	return why;
}

enum search_finding search_matches(struct search *s, const struct record *r)
{
	enum search_finding all = SEARCH_YES;

	s->read = s->collected = false;
	for (int k = 0; k < SEARCH_KEYS; k++) {
		enum search_finding found;

		if (!(s->asked >> k & 1))
			continue;
		found = keys[k].test(s, (enum search_key)k, r);
		if (found == SEARCH_NO || found == SEARCH_BROKEN)
			return found;
		if (found == SEARCH_UNSURE)
			all = SEARCH_UNSURE;
	}
	return all;
}

bool search_may(struct search *s, struct span text)
{
	return sieve_may(&s->words, text) && sieve_may(&s->people, text);
}
