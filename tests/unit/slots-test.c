/* SPDX-License-Identifier: ISC */
/* What clients asked for, until it is granted: it is found again by its answer,
 * and what is remembered is bounded. */
#include "live/slots.h"

#include <string.h>

#include "tap.h"
#include "xml/stanza.h"

static const struct span jid = {"alice@acme.example/desk", 23};

static void ask(struct slot_requests *all, const char *stanza)
{
	struct stanza x = {0};

	OK(!stanza_read(&x, span_of(stanza)), "the request is canonical");
	slot_request_add(all, &x, jid);
	stanza_release(&x);
}

/* A request of that id, for a file of that name. */
static void ask_for(struct slot_requests *all, int id, const char *name)
{
	struct buf b = BUF_EMPTY;

	buf_addf(&b, "<iq xmlns=\"jabber:client\" type=\"get\" id=\"i%d\" "
		"to=\"Upload.acme.example\"><request xmlns=\"" NS_UPLOAD
		"\" filename=\"%s\" size=\"7\"/></iq>", id, name);
	ask(all, buf_str(&b));
	buf_release(&b);
}

/* The request that an answer with that id, from there, is for. */
static struct slot_request *take(struct slot_requests *all, int id,
    const char *from)
{
	struct buf b = BUF_EMPTY;
	struct stanza x = {0};
	struct slot_request *r;

	buf_addf(&b, "<iq xmlns=\"jabber:client\" type=\"result\" id=\"i%d\"%s>"
		"<slot xmlns=\"" NS_UPLOAD "\"/></iq>", id, from);
	OK(!stanza_read(&x, buf_span(&b)), "the answer is canonical");
	r = slot_request_take(all, &x, jid);
	stanza_release(&x);
	buf_release(&b);
	return r;
}

#define FROM " from=\"upload.acme.example\""

static bool has(struct slot_requests *all, int id, const char *from)
{
	struct slot_request *r = take(all, id, from);

	slot_request_free(r);
	return r != NULL;
}

static void test_answers(void)
{
	struct slot_requests all = {0};
	struct slot_request *r;

	ask_for(&all, 1, "a &amp; b.txt");
	OK(!has(&all, 2, FROM), "another id is of no request");
	OK(!has(&all, 1, " from=\"mallory@evil.example\""),
	    "nor is an answer of somebody else");
	OK(!has(&all, 1, ""), "nor one of the account itself");
	r = take(&all, 1, FROM);
	OK(r, "the service's is, however its name was written");
	SAME_SPAN(buf_span(&r->name), "a & b.txt", "it has the file's name");
	OK(r->size == 7 && r->type.len == 0, "its size, and no type");
	slot_request_free(r);
	OK(!has(&all, 1, FROM), "it is answered once");
	slot_requests_release(&all);
}

static void test_no_requests(void)
{
	static const char *const others[] = {
	    "type=\"set\" id=\"i1\"><request xmlns=\"" NS_UPLOAD
	    "\" filename=\"a\" size=\"1\"/></iq>",
	    "type=\"get\"><request xmlns=\"" NS_UPLOAD
	    "\" filename=\"a\" size=\"1\"/></iq>",
	    "type=\"get\" id=\"i1\"><request xmlns=\"" NS_UPLOAD
	    "\" filename=\"a\"/></iq>",
	    "type=\"get\" id=\"i1\"><request xmlns=\"" NS_UPLOAD
	    "\" filename=\"a\" size=\"-1\"/></iq>",
	    "type=\"get\" id=\"i1\"><request xmlns=\"" NS_UPLOAD
	    "\" filename=\"a\" size=\"1234567890123456789\"/></iq>",
	    "type=\"get\" id=\"i1\"><request xmlns=\"urn:x\""
	    " filename=\"a\" size=\"1\"/></iq>"};
	struct slot_requests all = {0};

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		struct buf b = BUF_EMPTY;

		buf_addf(&b, "<iq xmlns=\"jabber:client\" %s", others[i]);
		ask(&all, buf_str(&b));
		OK(all.count == 0, "what asks for no slot is not remembered");
		buf_release(&b);
	}
	slot_requests_release(&all);
}

static void test_bounds(void)
{
	struct slot_requests all = {0};
	char name[5000];

	for (int i = 0; i < 33; i++)
		ask_for(&all, i, "a");
	OK(all.count == 32, "the latest 32 are remembered");
	OK(!has(&all, 0, FROM) && has(&all, 1, FROM) && has(&all, 32, FROM),
	    "the first was forgotten");
	slot_requests_release(&all);
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	ask_for(&all, 1, name);
	OK(all.count == 0, "one that is too long is not");
	name[3000] = '\0';
	for (int i = 0; i < 4; i++)
		ask_for(&all, i, name);
	OK(all.count == 2 && has(&all, 3, FROM) && has(&all, 2, FROM),
	    "nor more than 8 KiB of them");
	slot_requests_release(&all);
}

int main(void)
{
	test_answers();
	test_no_requests();
	test_bounds();
	return tap_done();
}
