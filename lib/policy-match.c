/* SPDX-License-Identifier: ISC */
/* Whether a rule's conditions are met by the record at hand. Where one cannot
 * be told it is -1, and "and" and "or" over it are those of three values. */
#include "policy-rule.h"

const char *judged_begin(struct policy *p, struct span data)
{
	struct judged *j = &p->judged;

	j->data = data;
	j->has_kind = j->has_parties = j->has_texts = j->has_document = false;
	return stanza_read(&j->stanza, data);
}

/* RFC 6121 section 5.2.2: a message's type that is not known counts as
 * normal, as clients show it so. */
static const char *message_type(struct span type)
{
	static const char *const types[] = {
	    "chat", "groupchat", "headline", "error", NULL};
	int i = word_index(types, type);

	return i < 0 ? "normal" : types[i];
}

static const char *presence_type(struct span type)
{
	static const char *const types[] = {"unavailable", "subscribe",
	    "subscribed", "unsubscribe", "unsubscribed", "probe", "error",
	    NULL};
	int i = word_index(types, type);

	if (!type.p)
		return "available";
	return i < 0 ? "other" : types[i];
}

static const char *iq_type(struct span type)
{
	static const char *const types[] = {
	    "get", "set", "result", "error", NULL};
	int i = word_index(types, type);

	if (!type.p)
		return "none";
	return i < 0 ? "other" : types[i];
}

static const struct {
	const char *kind;
	const char *(*type)(struct span);
} kinds[] = {
    {"message", message_type}, {"presence", presence_type}, {"iq", iq_type}};

void judged_kind(struct policy *p)
{
	struct judged *j = &p->judged;
	const char *kind = "session", *type = "none";

	if (j->has_kind)
		return;
	j->has_kind = true;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (stanza_is_stanza(&j->stanza) &&
		    stanza_is(&j->stanza, 0, NULL, kinds[i].kind)) {
			kind = kinds[i].kind;
			type = kinds[i].type(stanza_get(&j->stanza, 0, "type"));
		}
	}
	j->kind = UINT32_C(1) << word_index(kind_words, span_of(kind));
	j->type = UINT32_C(1) << word_index(type_words, span_of(type));
}

void judged_parties(struct policy *p)
{
	struct judged *j = &p->judged;

	if (!j->has_parties)
		parties_collect(&j->parties, &j->stanza, j->event);
	j->has_parties = true;
}

void judged_texts(struct policy *p)
{
	struct judged *j = &p->judged;

	if (j->has_texts)
		return;
	texts_collect(&j->texts, &j->stanza);
	lexicon_begin(p->lexicon, &j->texts);
	j->has_texts = true;
}

void judged_document(struct policy *p)
{
	if (!p->judged.has_document)
		xpath_begin(p->xpath, p->judged.data);
	p->judged.has_document = true;
}

static int met_event(
    struct policy *p, const struct rule *r, const struct condition *c)
{
	(void)r;
	return (c->words >> p->judged.event & 1) != c->negated;
}

static int met_kind(
    struct policy *p, const struct rule *r, const struct condition *c)
{
	(void)r;
	judged_kind(p);
	return ((c->words & p->judged.kind) != 0) != c->negated;
}

static int met_type(
    struct policy *p, const struct rule *r, const struct condition *c)
{
	(void)r;
	judged_kind(p);
	return ((c->words & p->judged.type) != 0) != c->negated;
}

static int met_size(
    struct policy *p, const struct rule *r, const struct condition *c)
{
	uint64_t n = p->judged.data.n;
	const bool met[SIZE_OPS] = {
	    [SIZE_LT] =
		n<c->bytes, [SIZE_LE] = n <= c->bytes, [SIZE_GT] = n> c->bytes,
	    [SIZE_GE] = n >= c->bytes,
	    [SIZE_EQ] = n == c->bytes,
	    [SIZE_NE] = n != c->bytes,
	};

	(void)r;
	return met[c->op];
}

static bool in_tables(const struct condition *c, const struct address *a)
{
	for (size_t i = 0; i < c->count; i++) {
		if (table_has(c->tables[i], a))
			return true;
	}
	return false;
}

/* A rule that lets through must hold for all addresses, one that does not for
 * any. */
static int met_party(
    struct policy *p, const struct rule *r, const struct condition *c)
{
	const struct party_list *list;
	bool pass = r->action == DO_PASS;

	judged_parties(p);
	list = &p->judged.parties
		    .side[c->kind == ON_FROM ? PARTIES_FROM : PARTIES_TO];
	for (size_t i = 0; i < list->count; i++) {
		const struct address *a = &list->party[i].address;
		bool met = in_tables(c, a) != c->negated;

		if (pass && (!met || !a->full.p))
			return 0;
		if (!pass && met)
			return 1;
	}
	return pass && list->count;
}

int text_in_sets(struct policy *p, const struct condition *c, size_t text)
{
	int result = 0;

	for (size_t i = 0; i < c->count && result != 1; i++) {
		int has = lexicon_has(p->lexicon, c->sets[i], text);

		if (has != 0)
			result = has;
	}
	return result;
}

static int met_body(
    struct policy *p, const struct rule *r, const struct condition *c)
{
	bool all = r->action == DO_PASS && !c->negated;
	int stop = all ? 0 : 1, result = 1 - stop;
	size_t count;

	judged_texts(p);
	count = p->judged.texts.count;
	if (all && !count)
		return 0;
	for (size_t i = 0; i < count && result != stop; i++) {
		int has = text_in_sets(p, c, i);

		if (has == stop || has < 0)
			result = has;
	}
	return result < 0 || !c->negated ? result : !result;
}

static int met_xpath(
    struct policy *p, const struct rule *r, const struct condition *c)
{
	int holds;

	(void)r;
	judged_document(p);
	holds = xpath_holds(p->xpath, c->xpath);
	return holds < 0 ? -1 : (holds != 0) != c->negated;
}

static int (*const met[CONDITION_KINDS])(
    struct policy *, const struct rule *, const struct condition *) = {
    [ON_EVENT] = met_event,
    [ON_KIND] = met_kind,
    [ON_TYPE] = met_type,
    [ON_SIZE] = met_size,
    [ON_FROM] = met_party,
    [ON_TO] = met_party,
    [ON_BODY] = met_body,
    [ON_XPATH] = met_xpath,
};

int condition_met(
    struct policy *p, const struct rule *r, const struct condition *c)
{
	return met[c->kind](p, r, c);
}
