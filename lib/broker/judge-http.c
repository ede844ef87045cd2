/* SPDX-License-Identifier: ISC */
/* Compliance servers that speak HTTP, as cup-http(5) says. */
#include <stdio.h>
#include <string.h>

#include "broker/judge.h"
#include "io/post.h"
#include "io/timer.h"

enum {
	TITLE_MAX = 100,	 /* bytes shown of what a refusal says */
	FINAL = 100,		 /* refusals: it need not ask again */
	RETRY_AFTER_MAX = 60000, /* milliseconds */
	HEADERS_MAX = 8,
	RESETS_MAX = 5,		 /* of a question, before that is a failure */
};

static bool set(struct judge *j, const char **why)
{
	*why = post_url_check(j->url);
	j->limit = POST_SINGLE;
	return !*why;
}

static void release(struct judge *j)
{
	(void)j;
}

static bool open_http(struct judge *j, struct buf *why)
{
	struct judge_common *common = j->common;

	(void)why;
	if (!common->posts)
		common->posts = posts_new(common->base, common->tls);
	judge_opened(j);
	return true;
}

static void close_http(struct judge *j)
{
	post_cancel(j->post);
	j->post = NULL;
	for (struct inquiry *q = j->asked.first; q; q = q->after) {
		post_cancel(q->request);
		q->request = NULL;
	}
}

static bool finish(struct judge *j)
{
	(void)j;
	return false;
}

static bool room(const struct judge *j)
{
	return j->asked.count < j->limit;
}

/* ---- what comes back */

/* False if nobody was there to answer: then the judge has failed. */
static bool reached(struct judge *j, const struct post_reply *r)
{
	char text[64];
	uint64_t wait = r->retry_after;

	if (r->shared)
		j->limit = POST_SHARED;
	if (r->status && r->status < 500 && r->status != 429) {
		j->heard = timer_now();
		return true;
	}
	if (wait > RETRY_AFTER_MAX)
		wait = RETRY_AFTER_MAX;
	snprintf(text, sizeof(text), "it answers with status %d", r->status);
	judge_failed(j, wait, r->status ? text : r->why);
	return false;
}

static bool good(const struct post_reply *r)
{
	return r->status == 200 || r->status == 204;
}

static void on_own_ping(void *arg, struct post *post,
    const struct post_reply *r)
{
	struct judge *j = arg;
	char text[64];

	(void)post;
	j->post = NULL;
	if (!reached(j, r))
		return;
	if (good(r)) {
		judge_ponged(j, (struct span){j->token, INQUIRY_TOKEN});
		return;
	}
	snprintf(text, sizeof(text), "it answers a ping with status %d",
	    r->status);
	judge_failed(j, 0, text);
}

static void refused(struct judge *j, struct inquiry *q,
    const struct post_reply *r)
{
	char text[TITLE_MAX + 64];
	size_t n = r->body.n < TITLE_MAX ? r->body.n : TITLE_MAX;

	snprintf(text, sizeof(text), "refused with status %d: %.*s",
	    r->status, (int)n, r->body.p);
	q->refused += FINAL;
	judge_refused(j, q, text);
}

/* RULE@TAG: TEXT, or a text that is made one; behind what there is. */
static void add_reason(struct buf *b, const struct record *asked,
    struct span reason)
{
	struct span rest = reason;
	struct reason one;

	if (!record_absent(asked, RECORD_REASON)) {
		buf_addspan(b, asked->field[RECORD_REASON]);
		if (!reason.n)
			return;
		buf_adds(b, "; ");
	}
	if (!reason.n)
		buf_addc(b, '-');
	else if (!reason_next(&rest, &one) || !one.rule.n)
		buf_adds(b, "server@http: ");
	buf_addspan(b, reason);
}

/* The record that the answer amounts to, as a line. */
static void compose(struct buf *line, const struct inquiry *q,
    const struct post_reply *r)
{
	struct record out = q->record;
	struct buf reason = BUF_EMPTY;
	struct span verdict = post_header(r, "Cup-Verdict");
	struct span proof = post_header(r, "Cup-Proof");
	struct span body = r->body;

	if (r->status == 204 && out.verdict == VERDICT_NONE)
		record_set_verdict(&out, VERDICT_PASS);
	if (r->status == 200)
		out.field[RECORD_VERDICT] = verdict.p ? verdict : span_of("");
	add_reason(&reason, &q->record, post_header(r, "Cup-Reason"));
	out.field[RECORD_REASON] = buf_span(&reason);
	if (proof.n)
		out.field[RECORD_PROOF] = proof;
	while (body.n && (body.p[body.n - 1] == '\n' ||
	    body.p[body.n - 1] == '\r'))
		body.n--;
	if (r->status == 200 && body.n)
		out.field[RECORD_STANZA] = body;
	record_write(line, &out);
	buf_release(&reason);
}

static void decided(struct judge *j, struct inquiry *q,
    const struct post_reply *r)
{
	struct buf line = BUF_EMPTY;
	char id[UUID_LEN];
	struct span key = {id, sizeof(id)};

	memcpy(id, q->record.field[RECORD_ID].p, sizeof(id));
	compose(&line, q, r);
	judge_take(j, (struct span){line.data, line.len - 1});
	buf_release(&line);
	/* It was no answer that could be taken for one of this question. */
	q = window_find(j->common->window, key);
	if (q && q->asked && q->judge == j && !q->request)
		judge_refused(j, q, "has no fit answer");
}

static void ask(struct judge *, struct inquiry *);

static void on_answer(void *arg, struct post *post,
    const struct post_reply *r)
{
	struct inquiry *q = arg;
	struct judge *j = q->judge;

	(void)post;
	q->request = NULL;
	if (!r->status && r->reset && q->resets++ < RESETS_MAX) {
		ask(j, q);
		return;
	}
	if (r->status == 500)
		q->blamed++;
	if (!reached(j, r))
		return;
	if (!good(r))
		refused(j, q, r);
	else if (q->kind == INQUIRY_PING)
		judge_ponged(j, (struct span){q->token, INQUIRY_TOKEN});
	else
		decided(j, q, r);
	judge_pump(j);
}

/* ---- asking */

static struct post *send_ping(struct judge *j, const char *token,
    post_done *done, void *arg)
{
	const struct broker_config *c = j->common->config;
	struct post_header header = {"Cup-Ping", {token, INQUIRY_TOKEN}};
	struct post_request r = {.url = j->url, .headers = &header,
	    .header_count = 1, .connect_timeout = c->connect_timeout,
	    .timeout = c->answer_timeout, .done = done, .arg = arg};

	return posts_send(j->common->posts, &r);
}

static void ping(struct judge *j)
{
	post_cancel(j->post);
	j->post = send_ping(j, j->token, on_own_ping, j);
}

static void ask(struct judge *j, struct inquiry *q)
{
	static const struct {
		const char *name;
		enum record_field field;
	} fields[] = {{"Cup-Id", RECORD_ID}, {"Cup-Time", RECORD_TIME},
	    {"Cup-Node", RECORD_NODE}, {"Cup-Session", RECORD_SESSION},
	    {"Cup-Event", RECORD_EVENT}, {"Cup-Verdict", RECORD_VERDICT},
	    {"Cup-Reason", RECORD_REASON}, {"Cup-Proof", RECORD_PROOF}};
	const struct broker_config *c = j->common->config;
	struct post_header header[HEADERS_MAX];
	struct post_request r = {.url = j->url, .headers = header,
	    .body = q->record.field[RECORD_STANZA], .type = "application/xml",
	    .connect_timeout = c->connect_timeout,
	    .timeout = 2 * c->answer_timeout, .done = on_answer, .arg = q};

	if (q->kind == INQUIRY_PING) {
		q->request = send_ping(j, q->token, on_answer, q);
		return;
	}
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		if (!record_absent(&q->record, fields[i].field))
			header[r.header_count++] = (struct post_header){
			    fields[i].name, q->record.field[fields[i].field]};
	}
	q->request = posts_send(j->common->posts, &r);
}

static void forget(struct judge *j, struct inquiry *q)
{
	(void)j;
	post_cancel(q->request);
	q->request = NULL;
}

const struct judge_kind judge_http = {
    .set = set,
    .release = release,
    .open = open_http,
    .close = close_http,
    .finish = finish,
    .room = room,
    .ask = ask,
    .forget = forget,
    .ping = ping,
};
