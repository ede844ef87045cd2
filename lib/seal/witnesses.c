/* SPDX-License-Identifier: ISC */
/* Asking witnesses. */
#include "seal/witnesses.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/post.h"
#include "seal/ask.h"
#include "seal/checkpoint.h"
#include "seal/note.h"

const char *witness_at_parse(struct witness_at *w, const char *text)
{
	const char *blank = strchr(text, ' '), *why;

	*w = (struct witness_at){0};
	if (!blank)
		return "is not URL and VKEY";
	why = verifier_parse(&w->key, span_of(blank + strspn(blank, " ")));
	if (why)
		return why;
	w->url = mem_dup(text, (size_t)(blank - text));
	if (w->key.kind != KEY_WITNESS)
		why = "is not the key of a witness";
	else if (strncmp(w->url, "http://", 7) && strncmp(w->url, "https://", 8))
		why = "is no http: or https: URL";
	else
		why = post_url_check(w->url);
	if (why)
		witness_at_release(w);
	return why;
}

void witness_at_release(struct witness_at *w)
{
	verifier_release(&w->key);
	free(w->url);
	buf_release(&w->line);
	*w = (struct witness_at){0};
}

bool witness_request(struct buf *out, uint64_t old, const struct witnessed *w)
{
	struct merkle_proof p;

	if (!merkle_extend(old, w->size, w->source, w->tree, &p))
		return false;
	buf_addf(out, "old %" PRIu64 "\n", old);
	checkpoint_proof(out, &p);
	buf_addc(out, '\n');
	buf_addspan(out, w->note);
	return true;
}

static const char *said(struct buf *why, const struct answer *a)
{
	size_t n = a->body.len;

	buf_reset(why);
	if (a->status)
		buf_addf(why, "answers %d", a->status);
	if (a->status && n)
		buf_adds(why, ": ");
	while (n && a->body.data[n - 1] == '\n')
		n--;
	buf_add(why, a->body.data, n < 200 ? n : 200);
	return buf_str(why);
}

void witness_forget(struct witness_at *w)
{
	w->time = 0;
	buf_reset(&w->line);
}

void witness_find(struct witness_at *w, const struct note *n)
{
	struct span line;
	uint64_t time;

	if (!note_find(n, &w->key, &line, &time) || time <= w->time)
		return;
	w->time = time;
	buf_reset(&w->line);
	buf_addspan(&w->line, line);
}

/* Keep the line that is of its key and verifies. */
static const char *take_line(struct witness_at *w, const struct witnessed *d,
    struct span answer)
{
	uint64_t before = w->time;
	struct note n;

	if (note_parse(&n, d->note))
		return "cannot cosign what is no note";
	n.signatures = answer;
	witness_find(w, &n);
	if (w->time > before)
		return NULL;
	return before ? "gives no newer cosignature of its key"
		      : "gives no cosignature of its key";
}

static void send(struct witness_at *w, const struct witnessed *d,
    struct span body, struct answer *a)
{
	struct buf url = BUF_EMPTY;

	buf_adds(&url, w->url);
	while (url.len && url.data[url.len - 1] == '/')
		url.len--;
	buf_adds(&url, "/add-checkpoint");
	ask(a, buf_str(&url), "application/octet-stream", body, d->stop);
	buf_release(&url);
}

/* It has another size than was thought: true if asking again helps. */
static bool other_size(struct witness_at *w, const struct witnessed *d,
    const struct answer *a, struct buf *why)
{
	struct span body = buf_span(&a->body), line;
	uint64_t size;

	if (a->status != 409 ||
	    !span_starts(buf_span(&a->type), "text/x.tlog.size") ||
	    !checkpoint_line(&body, &line) || !checkpoint_size(line, &size))
		return false;
	buf_reset(why);
	if (size > d->size)
		buf_addf(why, "has seen %" PRIu64 " lines sealed: these are "
			      "only %" PRIu64, size, d->size);
	else if (size == w->size)
		buf_addf(why, "has seen other lines sealed up to %" PRIu64,
		    size);
	else
		w->size = size;
	return why->len == 0;
}

const char *witness_ask(struct witness_at *w, const struct witnessed *d,
    struct buf *why)
{
	struct buf body = BUF_EMPTY;
	struct answer a;
	const char *wrong = NULL;
	bool again = false;

	for (int tries = 0; tries == 0 || (again && tries < 3); tries++) {
		buf_reset(&body);
		if (w->size > d->size)
			w->size = d->size;
		if (!witness_request(&body, w->size, d)) {
			wrong = "cannot be given a proof";
			break;
		}
		send(w, d, buf_span(&body), &a);
		buf_reset(why);
		again = other_size(w, d, &a, why);
		if (a.status == 200)
			wrong = take_line(w, d, buf_span(&a.body));
		else
			wrong = why->len ? buf_str(why) : said(why, &a);
		answer_release(&a);
	}
	if (!wrong)
		w->size = d->size;
	buf_release(&body);
	return wrong;
}
