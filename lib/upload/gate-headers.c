/* SPDX-License-Identifier: ISC */
/* Headers that go on, of requests and of answers, and answers of our own. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "io/post-relay.h"
#include "upload/gate-internal.h"

/* With a NUL behind each. */
struct lines {
	struct buf text;
	size_t count;
};

/* RFC 9110 section 5.6.2. */
static bool is_token(const char *s)
{
	return s[0] && !s[strspn(s, "!#$%&'*+-.^_`|~0123456789"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")];
}

/* Some servers take another method from these than the request has. */
static bool overrides(const char *name)
{
	static const char *const names[] = {"X-HTTP-Method-Override",
	    "X-HTTP-Method", "X-Method-Override"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strcasecmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

static void add_line(void *arg, const char *name, const char *value)
{
	struct lines *l = arg;

	if (!is_token(name) || http_hop_by_hop(span_of(name)) ||
	    overrides(name))
		return;
	/* libcurl's form of a header without a value. */
	if (value[0])
		buf_addf(&l->text, "%s: %s", name, value);
	else
		buf_addf(&l->text, "%s;", name);
	buf_addc(&l->text, '\0');
	l->count++;
}

struct relay *gate_relay(struct relays *to, struct http_request *r,
    struct relay_request *q)
{
	struct lines l = {BUF_EMPTY, 0};
	struct relay *relay;
	const char **lines, *p;

	http_headers(r, add_line, &l);
	lines = mem_alloc((l.count + 1) * sizeof(*lines));
	p = l.text.data;
	for (size_t i = 0; i < l.count; i++) {
		lines[i] = p;
		p += strlen(p) + 1;
	}
	q->method = http_method(r);
	q->target = http_target(r);
	q->headers = lines;
	q->header_count = l.count;
	relay = relays_send(to, q);
	free(lines);
	buf_release(&l.text);
	return relay;
}

static void answer_line(struct http_request *r, struct span line)
{
	const char *colon = memchr(line.p, ':', line.n);
	struct span value;
	char *name;

	if (!colon)
		return;
	value = (struct span){colon + 1,
	    line.n - (size_t)(colon - line.p) - 1};
	while (value.n && (value.p[0] == ' ' || value.p[0] == '\t'))
		value = (struct span){value.p + 1, value.n - 1};
	while (value.n && (unsigned char)value.p[value.n - 1] <= ' ')
		value.n--;
	name = mem_dup(line.p, (size_t)(colon - line.p));
	if (is_token(name))
		http_answer_header(r, name, value);
	free(name);
}

void gate_answer_headers(struct http_request *r, struct span headers)
{
	while (headers.n) {
		const char *lf = memchr(headers.p, '\n', headers.n);
		size_t n = lf ? (size_t)(lf - headers.p) : headers.n;

		answer_line(r, (struct span){headers.p, n});
		n += lf != NULL;
		headers = (struct span){headers.p + n, headers.n - n};
	}
}

/* A page of another origin may read it: that tells its user the truth. */
void gate_refuse(struct http_request *r, int status, const char *text)
{
	struct buf body = BUF_EMPTY;

	buf_addf(&body, "%s\n", text);
	http_answer(r, status);
	http_answer_header(r, "Access-Control-Allow-Origin", span_of("*"));
	http_answer_header(r, "Content-Type",
	    span_of("text/plain; charset=utf-8"));
	if (status == 405)
		http_answer_header(r, "Allow",
		    span_of("GET, HEAD, OPTIONS, PUT"));
	http_answer_body(r, buf_span(&body));
	buf_release(&body);
}
