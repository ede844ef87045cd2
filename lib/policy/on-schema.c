/* SPDX-License-Identifier: ISC */
/* The condition schema: a file of RELAX NG beside the policy, read and compiled
 * once however many rules name it. */
#include "base/mem.h"
#include "policy/explain.h"
#include "policy/judge.h"
#include "policy/parse.h"

static struct schema *find(
    const struct policy *p, struct span path, size_t policy)
{
	for (size_t i = 0; i < p->schemas; i++) {
		if (p->schema[i].policy == policy &&
		    span_same(p->schema[i].path, path))
			return p->schema[i].schema;
	}
	return NULL;
}

static struct schema *load(
    struct policy *p, struct span path, struct place whence)
{
	struct policy_schema s = {.path = path, .policy = whence.source};
	struct place at = {0, 0};
	const char *why;

	if (!policy_load_beside(p, path, &whence, &at.source))
		return NULL;
	s.schema = schema_new((struct span){p->source[at.source].text,
				  p->source[at.source].len},
	    &at.line, &why);
	if (!s.schema) {
		policy_fault(p, at, "schema: %s", why);
		return NULL;
	}
	p->schema = mem_resize(p->schema, p->schemas + 1, sizeof(*p->schema));
	p->schema[p->schemas++] = s;
	return s.schema;
}

bool parse_schema(struct parser *p, struct condition *c)
{
	struct place at;
	struct span path = { 0 };

	c->negated = parse_negation(p);
	at = parser_here(p);
	if (!parser_take(p, TOKEN_STRING, "the path of a schema in quotes",
		&path))
		return false;
	c->schema = find(p->policy, path, at.source);
	if (!c->schema)
		c->schema = load(p->policy, path, at);
	return true;
}

static int holds(struct policy *p, const struct condition *c)
{
	judged_document(p);
	return schema_holds(c->schema, p->xpath, &p->judged.stanza);
}

int met_schema(
    struct policy *p, const struct rule *r, const struct condition *c)
{
	int valid = holds(p, c);

	(void)r;
	return valid < 0 ? -1 : (valid != 0) != c->negated;
}

void see_schema(struct policy *p, const struct condition *c, struct buf *b)
{
	int valid = holds(p, c);

	if (valid == 0)
		explain_quoted(b, span_of(schema_why(c->schema)));
	else
		buf_adds(b, valid > 0 ? "valid" : "too large to be told");
}
