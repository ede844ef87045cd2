/* SPDX-License-Identifier: ISC */
/* Asking a keeper. */
#include "review/ask.h"

#include "base/clock.h"
#include "review/rules.h"

enum { ASK_WAIT = 30000 }; /* milliseconds; a disk may be slow */

static const char refused[] = "# refused ";

bool ask_open(struct ask *a, const char *address, struct buf *why)
{
	const char *reason;

	*a = (struct ask){.open = false};
	if (!address_parse(&a->address, address, &reason)) {
		buf_adds(why, reason);
		return false;
	}
	a->open = probe_connect(&a->probe, &a->address, ASK_WAIT, why);
	return a->open;
}

void ask_close(struct ask *a)
{
	if (a->open)
		probe_close(&a->probe);
	address_release(&a->address);
	buf_release(&a->in);
	a->open = false;
}

static bool write_all(struct ask *a, struct span s, struct buf *why)
{
	a->probe.deadline = clock_ms() + ASK_WAIT;
	return probe_write(&a->probe, s, why);
}

/* The next line, which stays until the next call. */
static bool read_line(struct ask *a, struct span *line, struct buf *why)
{
	char *lf;

	while (!a->in.len || !(lf = memchr(a->in.data, '\n', a->in.len))) {
		if (a->in.len > RECORD_LINE_MAX)
			buf_adds(why, "its answer is too long");
		else if (probe_read(&a->probe, &a->in, why))
			continue;
		return false;
	}
	*line = (struct span){a->in.data, (size_t)(lf - a->in.data)};
	return true;
}

/* What is on record now: without the held stanza inside, a release has not
 * settled it. */
static enum ask_answer read_record(struct span line, struct buf *answer)
{
	struct stanza tree = {.nodes = 0};
	struct buf chars = BUF_EMPTY;
	struct review v;
	struct record r;
	enum ask_answer found = ASK_DONE;

	if (record_parse(&r, line.p, line.n) ||
	    stanza_read(&tree, r.field[RECORD_STANZA]) ||
	    review_read(&v, &tree, &chars)) {
		buf_adds(answer, "its answer is none");
		found = ASK_FAILED;
	} else if (v.verdict == REVIEW_RELEASE && v.held == STANZA_NONE) {
		found = ASK_MORE;
	}
	stanza_release(&tree);
	buf_release(&chars);
	return found;
}

enum ask_answer ask_settle(struct ask *a, const struct review *v,
    struct buf *answer)
{
	struct buf request = BUF_EMPTY;
	enum ask_answer found = ASK_FAILED;
	struct span line;
	size_t n = sizeof(refused) - 1;
	bool ok;

	rules_request(&request, v);
	ok = write_all(a, buf_span(&request), answer) &&
	    read_line(a, &line, answer);
	buf_release(&request);
	if (!ok)
		return ASK_FAILED;
	if (span_starts(line, refused)) {
		buf_add(answer, line.p + n, line.n - n);
		found = ASK_REFUSED;
	} else {
		found = read_record(line, answer);
	}
	buf_consume(&a->in, line.n + 1);
	return found;
}

/* Take the last line off, "# end N" behind N bytes. False if it is another: the
 * keeper was ended before it had said all. */
static bool take_end(struct buf *lines)
{
	struct buf end = BUF_EMPTY;
	size_t at = lines->len;
	bool whole;

	while (at && (at == lines->len || lines->data[at - 1] != '\n'))
		at--;
	buf_addf(&end, "# end %zu\n", at);
	whole = span_is((struct span){lines->data + at, lines->len - at},
	    buf_str(&end));
	if (whole)
		lines->len = at;
	buf_release(&end);
	return whole;
}

enum ask_answer ask_lines(struct ask *a, const char *request,
    struct buf *lines, struct buf *why)
{
	static const char ended[] = "ended the connection";
	struct buf text = BUF_EMPTY;
	size_t n = sizeof(refused) - 1;
	bool ok;

	buf_addf(&text, "# %s\n", request);
	ok = write_all(a, buf_span(&text), why);
	buf_release(&text);
	while (ok && probe_read(&a->probe, lines, why))
		a->probe.deadline = clock_ms() + ASK_WAIT;
	if (!ok || !span_is(buf_span(why), ended))
		return ASK_FAILED;
	buf_reset(why);
	if (span_starts(buf_span(lines), refused) &&
	    lines->data[lines->len - 1] == '\n') {
		buf_add(why, lines->data + n, lines->len - n - 1);
		return ASK_REFUSED;
	}
	if (take_end(lines))
		return ASK_DONE;
	buf_adds(why, "its answer is cut off");
	return ASK_FAILED;
}
