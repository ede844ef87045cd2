/* SPDX-License-Identifier: ISC */
/* Which rules no record can come to, as the events have none for them. */
#include "policy/internal.h"

#include "record/traffic.h"

enum { TYPES_MAX = 12 };

/* What records of an event may be, in the words of conditions. */
static const struct reach {
	unsigned events;
	const char *event[2], *kind;
	const char *type[TYPES_MAX];
} reaches[] = {
    {TRAFFIC_MESSAGE, {"send", "recv"}, "message",
	{"normal", "chat", "groupchat", "headline", "error"}},
    {TRAFFIC_MUC, {"send", "recv"}, "presence",
	{"available", "unavailable", "error", "other"}},
    {TRAFFIC_PRESENCE | TRAFFIC_WORDS, {"send", "recv"}, "presence",
	{"available", "unavailable", "subscribe", "subscribed",
	    "unsubscribe", "unsubscribed", "probe", "error", "other"}},
    {TRAFFIC_IQ | TRAFFIC_WORDS, {"send", "recv"}, "iq",
	{"get", "set", "result", "error", "none", "other"}},
    {TRAFFIC_LOGIN, {"login"}, "session", {"none"}},
    {TRAFFIC_LOGOUT, {"logout"}, "session", {"none"}},
    {~0U, {"done"}, "session", {"none"}},
    {POLICY_UPLOADS, {"upload"}, "upload", {"none"}},
};

static bool is_among(const struct condition *c, const char *const *words,
    const char *word)
{
	int i = word_index(words, span_of(word));

	return i >= 0 && ((c->words >> i & 1) != 0) != c->negated;
}

/* "/client:iq/...", alone: about stanzas of no other kind. */
static bool is_about(struct span expr, const char *kind)
{
	static const char *const others[] = {"message", "presence", "iq"};
	size_t begin = 1, end;

	if (!expr.n || expr.p[0] != '/' || memchr(expr.p, '|', expr.n))
		return true;
	for (size_t i = 0; i + 4 <= expr.n; i++) {
		if (strncmp(expr.p + i, " or ", 4) == 0)
			return true;
	}
	for (end = 1; end < expr.n && !strchr("/[ \t\n", expr.p[end]); end++) {
		if (expr.p[end] == ':')
			begin = end + 1;
	}
	for (size_t i = 0; i < 3; i++) {
		if (span_is((struct span){expr.p + begin, end - begin},
			others[i]))
			return strcmp(others[i], kind) == 0;
	}
	return true;
}

static bool meets(const struct condition *c, const char *event,
    const char *kind, const char *type)
{
	if (c->kind == ON_EVENT)
		return is_among(c, event_words, event);
	if (c->kind == ON_KIND)
		return is_among(c, kind_words, kind);
	if (c->kind == ON_TYPE)
		return is_among(c, type_words, type);
	if (c->kind == ON_XPATH && !c->negated)
		return is_about(c->expr, kind);
	return true;
}

static bool comes_to(const struct rule *rule, const char *event,
    const struct reach *r)
{
	for (int t = 0; t < TYPES_MAX && r->type[t]; t++) {
		size_t met = 0;

		while (met < rule->conditions &&
		    meets(&rule->condition[met], event, r->kind, r->type[t]))
			met++;
		if (met == rule->conditions)
			return true;
	}
	return false;
}

static bool is_reached(const struct rule *rule, unsigned events)
{
	for (size_t i = 0; i < sizeof(reaches) / sizeof(*reaches); i++) {
		const struct reach *r = &reaches[i];

		for (int e = 0; e < 2 && (r->events & events); e++) {
			if (r->event[e] && comes_to(rule, r->event[e], r))
				return true;
		}
	}
	return false;
}

void policy_warn_unreached(struct policy *p)
{
	for (size_t i = 0; i < p->rules; i++) {
		const struct rule *rule = &p->rule[i];

		if (is_reached(rule, p->events))
			continue;
		if (is_reached(rule, ~0U))
			policy_warn(p, rule->place,
			    "the rule '%.*s' is never reached: events %s have "
			    "nothing for it", SPAN_ARG(rule->name),
			    p->events_named);
		else
			policy_warn(p, rule->place,
			    "the rule '%.*s' is never reached: no record is "
			    "like that", SPAN_ARG(rule->name));
	}
}
