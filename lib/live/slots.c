/* SPDX-License-Identifier: ISC */
/* The gate of files is told of slots. A line is written whole, or the slot is
 * not granted: the gate reads what waits for it before it turns down a file, so
 * a line that the kernel has is known to it in time, and no answer is needed.
 * For that the line is not queued as other output is, which may come after what
 * the client gets. */
#define _GNU_SOURCE
#include "live/slots.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "io/timer.h"
#include "live/internal.h"
#include "record/slot.h"
#include "xml/bounce.h"

enum {
	RETRY_MIN = 100, /* milliseconds */
	RETRY_MAX = 5000,
	SAID_EVERY = 10000,
};

struct slots {
	struct proxy *proxy;
	struct timer *retry;
	struct link *link; /* NULL: there is none */
	bool up, said;
	uint64_t wait, told;
	int64_t refusal_said;
	struct stanza stanza;
	struct buf line;
};

static void lost(struct slots *l, const char *why)
{
	if (!l->said || l->up)
		l->proxy->o.say("%s is away%s%s: no slot for a file is granted",
		    l->proxy->o.upload->text, why ? ": " : "", why ? why : "");
	l->said = true;
	l->up = false;
	link_free(l->link);
	l->link = NULL;
	timer_in(l->retry, l->wait);
	l->wait = l->wait < RETRY_MAX / 2 ? 2 * l->wait : RETRY_MAX;
}

static void on_step(struct link *link, void *arg, enum link_step step)
{
	struct slots *l = arg;

	(void)step;
	l->up = true;
	l->wait = RETRY_MIN;
	if (l->said)
		l->proxy->o.say("%s is there again", l->proxy->o.upload->text);
	l->said = false;
	link_resume(link);
}

/* The gate has nothing to say. */
static void on_data(struct link *link, void *arg, const char *p, size_t n)
{
	(void)link;
	(void)arg;
	(void)p;
	(void)n;
}

static void on_end(struct link *link, void *arg, enum link_end end,
    const char *why)
{
	(void)link;
	(void)end;
	lost(arg, why);
}

static const struct link_owner link_calls = {
    .step = on_step,
    .data = on_data,
    .end = on_end,
};

static void on_retry(void *arg)
{
	struct slots *l = arg;
	int fd = address_connect(l->proxy->o.upload, 0);

	if (fd < 0) {
		lost(l, strerror(errno));
		return;
	}
	l->link = link_new(l->proxy->loop, fd, &link_calls, l);
	link_connecting(l->link);
}

struct slots *slots_new(struct proxy *p)
{
	struct slots *l = mem_zalloc(sizeof(*l));

	l->proxy = p;
	l->wait = RETRY_MIN;
	l->retry = timer_new(p->base, on_retry, l);
	timer_in(l->retry, 0);
	return l;
}

void slots_free(struct slots *l)
{
	if (!l)
		return;
	link_free(l->link);
	timer_free(l->retry);
	stanza_release(&l->stanza);
	buf_release(&l->line);
	free(l);
}

const char *slots_state(const struct slots *l)
{
	return l->up ? "up" : "down";
}

uint64_t slots_told(const struct slots *l)
{
	return l->told;
}

/* Few stanzas are about files. */
static bool likely(struct span canonical)
{
	return memmem(canonical.p, canonical.n, NS_UPLOAD,
		   sizeof(NS_UPLOAD) - 1) != NULL;
}

void slots_asked(struct session *s, struct span canonical)
{
	struct slots *l = s->proxy->slots;

	if (l && likely(canonical) && !stanza_read(&l->stanza, canonical))
		slot_request_add(&s->slots, &l->stanza, buf_span(&s->jid));
}

/* The url of that child, appended. */
static void add_url(const struct stanza *x, uint32_t slot, const char *local,
    struct buf *url)
{
	uint32_t node = stanza_child(x, slot, NS_UPLOAD, local);

	if (node != STANZA_NONE)
		stanza_unescape(url, stanza_get(x, node, "url"));
}

/* False if the gate would make nothing of it. */
static bool make_line(struct session *s, uint32_t node,
    const struct slot_request *r)
{
	struct slots *l = s->proxy->slots;
	struct buf put = BUF_EMPTY, get = BUF_EMPTY, chars = BUF_EMPTY;
	struct slot slot = {.from = buf_span(&s->jid),
	    .session = {s->token, RECORDER_TOKEN},
	    .name = buf_span(&r->name),
	    .type = buf_span(&r->type),
	    .size = r->size};
	struct span line;
	bool good;

	add_url(&l->stanza, node, "put", &put);
	add_url(&l->stanza, node, "get", &get);
	slot.put = buf_span(&put);
	slot.get = buf_span(&get);
	buf_reset(&l->line);
	slot_write(&l->line, &slot);
	line = (struct span){l->line.data, l->line.len - 1};
	good = slot_read(&slot, line, &chars) == NULL;
	buf_release(&put);
	buf_release(&get);
	buf_release(&chars);
	return good;
}

/* Returns NULL, or why the gate was not told. What is left of a line goes when
 * there is room: the gate takes it for a slot, which nobody was granted. */
static const char *tell(struct slots *l)
{
	ssize_t n;

	if (!l->up)
		return "the gate is away";
	if (link_backlog(l->link))
		return "the gate does not read";
	n = send(link_fd(l->link), l->line.data, l->line.len,
	    MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n == (ssize_t)l->line.len) {
		l->told++;
		return NULL;
	}
	if (n > 0)
		link_write(l->link, l->line.data + n, l->line.len - (size_t)n);
	return "the gate does not read";
}

static const char *grant(struct session *s, uint32_t slot)
{
	struct slots *l = s->proxy->slots;
	struct slot_request *r =
	    slot_request_take(&s->slots, &l->stanza, buf_span(&s->jid));
	const char *why = NULL;

	if (!r)
		return "nobody asked for it";
	if (!make_line(s, slot, r))
		why = "it is no slot";
	slot_request_free(r);
	return why ? why : tell(l);
}

static void say(struct session *s, const char *why)
{
	struct slots *l = s->proxy->slots;
	int64_t now = timer_now();

	if (l->refusal_said && now - l->refusal_said < SAID_EVERY)
		return;
	l->refusal_said = now;
	l->proxy->o.say("session %.*s: a slot for a file is not granted: %s",
	    RECORDER_TOKEN, s->token, why);
}

bool slots_pass(struct session *s, struct span canonical, struct buf *out)
{
	static const struct bounce no_slot = {"wait", "resource-constraint",
	    {"files cannot be taken for now", 29}};
	struct slots *l = s->proxy->slots;
	struct buf error = BUF_EMPTY;
	uint32_t slot = STANZA_NONE;
	const char *why;

	if (!l || !likely(canonical))
		return true;
	if (!stanza_read(&l->stanza, canonical) &&
	    stanza_is(&l->stanza, 0, NULL, "iq") &&
	    span_is(stanza_get(&l->stanza, 0, "type"), "result"))
		slot = stanza_child(&l->stanza, 0, NS_UPLOAD, "slot");
	if (slot == STANZA_NONE)
		return true;
	why = grant(s, slot);
	if (!why)
		return true;
	say(s, why);
	bounce_answer(&error, &l->stanza, &no_slot);
	wire_element(out, buf_span(&error));
	buf_release(&error);
	return false;
}

void slots_judged(struct session *s, int way, struct span canonical,
    struct buf *wire)
{
	struct buf error = BUF_EMPTY;

	if (way == UP) {
		slots_asked(s, canonical);
	} else if (!slots_pass(s, canonical, &error)) {
		buf_release(wire);
		*wire = error;
	}
}
