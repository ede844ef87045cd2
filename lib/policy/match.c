/* SPDX-License-Identifier: ISC */
/* Whether a rule's conditions are met by the record at hand. Where one cannot
 * be told it is -1, and "and" and "or" over it are those of three values. */
#include "base/mem.h"
#include "policy/judge.h"

const char *judged_begin(struct policy *p, struct span data)
{
	struct judged *j = &p->judged;

	j->data = data;
	j->has_kind = j->has_participants = j->has_texts = j->has_document =
	    j->has_files = j->has_links = false;
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
	const char *type = "none";
	const char *kind = stanza_is(&j->stanza, 0, FILES_NS, "file")
	    ? "upload" : "session";

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

static void set_keys(struct judged *j, enum participants_side side)
{
	const struct participant_list *list = &j->participants.side[side];

	if (j->key_cap[side] < list->count) {
		j->key_cap[side] = list->cap;
		j->key[side] =
		    mem_resize(j->key[side], list->cap, sizeof(*j->key[side]));
	}
	for (size_t i = 0; i < list->count; i++) {
		table_key_set(&j->key[side][i].form[0],
		    list->participant[i].jid);
		table_key_set(&j->key[side][i].form[1],
		    list->participant[i].other);
	}
}

void judged_participants(struct policy *p)
{
	struct judged *j = &p->judged;

	if (j->has_participants)
		return;
	participants_collect(&j->participants, &j->stanza, j->event);
	set_keys(j, PARTICIPANTS_FROM);
	set_keys(j, PARTICIPANTS_TO);
	j->has_participants = true;
}

void judged_texts(struct policy *p)
{
	struct judged *j = &p->judged;

	if (j->has_texts)
		return;
	j->texts.sent = j->event == EVENT_SEND;
	texts_collect(&j->texts, &j->stanza);
	body_begin(p);
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
	int bit = word_index(event_words, span_of(event_name(p->judged.event)));

	(void)r;
	return (bit >= 0 && c->words >> bit & 1) != c->negated;
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

bool size_holds(const struct condition *c, uint64_t n)
{
	const bool met[SIZE_OPS] = {
	    [SIZE_LT] =
		n<c->bytes, [SIZE_LE] = n <= c->bytes, [SIZE_GT] = n> c->bytes,
	    [SIZE_GE] = n >= c->bytes,
	    [SIZE_EQ] = n == c->bytes,
	    [SIZE_NE] = n != c->bytes,
	};

	return met[c->op];
}

static int met_size(
    struct policy *p, const struct rule *r, const struct condition *c)
{
	(void)r;
	return size_holds(c, p->judged.data.n);
}

static bool in_tables(const struct condition *c, const struct keys *k)
{
	for (size_t i = 0; i < c->count; i++) {
		if (table_has(c->tables[i], &k->form[0]) ||
		    (k->form[1].full.p &&
			table_has(c->tables[i], &k->form[1])))
			return true;
	}
	return false;
}

/* A rule that lets through must hold for all addresses, one that does not for
 * any; whether it holds for what is no address, nobody can tell. */
static int met_participant(
    struct policy *p, const struct rule *r, const struct condition *c)
{
	const struct judged *j = &p->judged;
	enum participants_side side =
	    c->kind == ON_FROM ? PARTICIPANTS_FROM : PARTICIPANTS_TO;
	bool pass = r->action == DO_PASS;
	size_t count;
	int result;

	judged_participants(p);
	count = j->participants.side[side].count;
	result = pass && count;
	for (size_t i = 0; i < count; i++) {
		const struct keys *k = &j->key[side][i];
		bool is_address = k->form[0].full.p;
		bool met = is_address && in_tables(c, k) != c->negated;

		if (pass && !met)
			return 0;
		if (!pass && met)
			return 1;
		if (!pass && !is_address)
			result = -1;
	}
	return result;
}

/* Words that a rule must find to apply are looked for in all texts, also those
 * for machines; those that keep it from applying count only where people see
 * them. */
static bool counts(const struct texts *t, size_t i, bool excuse)
{
	return !excuse || t->text[i].kind != TEXT_MACHINE;
}

static bool has_words(const struct texts *t)
{
	for (size_t i = 0; i < t->count; i++) {
		if (t->text[i].kind == TEXT_WORDS)
			return true;
	}
	return false;
}

static int met_body(
    struct policy *p, const struct rule *r, const struct condition *c)
{
	bool pass = r->action == DO_PASS, all = pass && !c->negated;
	int stop = all ? 0 : 1, result = 1 - stop;
	const struct texts *t = &p->judged.texts;

	judged_texts(p);
	if (c->least)
		return body_count(p, c) != c->negated;
	if (all && !has_words(t))
		return 0;
	for (size_t i = 0; i < t->count && result != stop; i++) {
		int has;

		if (!counts(t, i, c->negated && !pass))
			continue;
		has = text_in_sets(p, c, i);
		if (has == stop || has < 0)
			result = has;
	}
	if (c->across && !all && result == 0)
		result = body_across(p, c);
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
    [ON_TIME] = met_time,
    [ON_DAY] = met_day,
    [ON_SINCE] = met_date,
    [ON_UNTIL] = met_date,
    [ON_FROM] = met_participant,
    [ON_TO] = met_participant,
    [ON_ENCRYPTED] = met_encrypted,
    [ON_FILE] = met_file,
    [ON_BODY] = met_body,
    [ON_XPATH] = met_xpath,
    [ON_SCHEMA] = met_schema,
    [ON_RATE] = met_rate,
};

int condition_met(
    struct policy *p, const struct rule *r, const struct condition *c)
{
	return met[c->kind](p, r, c);
}
