/* SPDX-License-Identifier: ISC */
/* Reviews: the element, and the reason of what was released. */
#include "record/review.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define ID "019aac21-0000-7000-8000-000000000001"
#define BEGIN "<review xmlns=\"" REVIEW_NS "\" ref=\"" ID "\" "
#define HELD "<message xmlns=\"jabber:client\" to=\"b@x\"/>"

/* What is read is written again as it was. */
static void test_round_trip(void)
{
	static const char *const good[] = {
	    BEGIN "verdict=\"note\" by=\"anna\" why=\"a &lt;b> &quot;c&quot; "
		  "&amp; d\"/>",
	    BEGIN "verdict=\"escalate\" by=\"anna\" to=\"carl\" why=\"x\"/>",
	    BEGIN "verdict=\"expired\" event=\"send\" rules=\"r1, r2\" "
		  "time=\"2026-11-22T21:33:38.000001Z\" node=\"n\">" HELD
		  "</review>",
	    BEGIN "verdict=\"done\" outcome=\"sent\"/>",
	    BEGIN "verdict=\"arrived\" try=\"0af\"/>",
	};
	struct stanza s = {0};
	struct buf chars = BUF_EMPTY, out = BUF_EMPTY;
	struct review r;

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct span held = {NULL, 0};

		SAME(stanza_read(&s, span_of(good[i])), NULL, "is canonical");
		SAME(review_read(&r, &s, &chars), NULL, good[i]);
		if (r.held != STANZA_NONE)
			held = s.node[r.held].raw;
		buf_reset(&out);
		review_write(&out, &r, held);
		SAME_SPAN(buf_span(&out), good[i], "is written as it was read");
	}
	stanza_release(&s);
	buf_release(&chars);
	buf_release(&out);
}

static void refused(const char *element, const char *why)
{
	struct stanza s = {0};
	struct buf chars = BUF_EMPTY;
	struct review r;

	SAME(stanza_read(&s, span_of(element)), NULL, element);
	SAME(review_read(&r, &s, &chars), why, why);
	stanza_release(&s);
	buf_release(&chars);
}

static void test_refused(void)
{
	refused(HELD, "is no review");
	refused("<review xmlns=\"urn:cup:session:1\"/>", "is no review");
	refused(BEGIN "verdict=\"pass\"/>", "has an unknown verdict");
	refused("<review xmlns=\"" REVIEW_NS "\" verdict=\"note\"/>",
	    "refers to no id");
	refused("<review xmlns=\"" REVIEW_NS "\" ref=\"1\" verdict=\"note\"/>",
	    "refers to no id");
	refused(BEGIN "verdict=\"refuse\">" HELD HELD "</review>",
	    "has something other than one stanza inside");
	refused(BEGIN "verdict=\"refuse\">text</review>",
	    "has something other than one stanza inside");
}

static void test_texts(void)
{
	char longest[REVIEW_TEXT_MAX + 1];

	OK(review_text_valid(span_of("Gr\xc3\xbc\xc3\x9f" "e")), "a text");
	OK(!review_text_valid(span_of("")), "an empty one");
	OK(!review_text_valid(span_of("a\nb")), "of two lines");
	OK(!review_text_valid(span_of("a\tb")), "with a TAB");
	OK(!review_text_valid(span_of("a\033[1m")), "with a control");
	memset(longest, 'a', sizeof(longest));
	OK(review_text_valid((struct span){longest, REVIEW_TEXT_MAX}),
	    "the longest");
	OK(!review_text_valid((struct span){longest, sizeof(longest)}),
	    "and one byte more");
}

/* As BY|RULES|ID|TRY. */
static void released(const char *field, const char *want)
{
	struct review_reason r;
	struct buf b = BUF_EMPTY;

	if (review_reason_read(span_of(field), &r))
		buf_addf(&b, "%.*s|%.*s|%.*s|%.*s", SPAN_ARG(r.by),
		    SPAN_ARG(r.rules), SPAN_ARG(r.id), SPAN_ARG(r.try));
	SAME_SPAN(buf_span(&b), want, field);
	buf_release(&b);
}

static void test_reasons(void)
{
	struct review_reason r = {.by = span_of("anna"),
	    .rules = span_of("r1, r2"), .id = span_of(ID),
	    .try = span_of("0af")};
	struct buf b = BUF_EMPTY;

	review_reason_write(&b, &r);
	SAME_SPAN(buf_span(&b), "released@review: by anna for r1, r2 (" ID
				" 0af)", "the reason of a release");
	released(buf_str(&b), "anna|r1, r2|" ID "|0af");
	buf_release(&b);
	released("released@review: by a for r (" ID ")", "a|r|" ID "|");
	released("released@review: by a for r (" ID "); cards@0a: 1 redacted; "
		 "ours@0a", "a|r|" ID "|");
	released("words@0a: read as; released@review: by a for r (" ID ")", "");
	released("released@0a: by a for r (" ID ")", "");
	released("release@review: by a for r (" ID ")", "");
	released("released@review: by a for r (1)", "");
	released("released@review: by a (" ID ")", "");
	released("released@review", "");
	released("-", "");
}

static void rules(const char *field, const char *want)
{
	struct buf b = BUF_EMPTY;

	review_rules(&b, span_of(field));
	SAME_SPAN(buf_span(&b), want, field);
	buf_release(&b);
}

static void test_rules(void)
{
	static const char before[] = "released@review: by a for r1, r2 (" ID ")";
	struct span list = span_of("r1, r2"), name;

	OK(review_rule_next(&list, &name) && span_is(name, "r1"), "the first");
	OK(review_rule_next(&list, &name) && span_is(name, "r2"), "the next");
	OK(!review_rule_next(&list, &name), "and no more");
	rules("-", "");
	rules("outside@0a", "outside");
	rules("cards@0a: 1 redacted; outside@0a: look at it", "outside");
	rules(before, "r1, r2");
	rules("released@review: by a for r1, r2 (" ID "); r3@0a",
	    "r1, r2, r3");
	rules("released@review: by a for r1, r2 (" ID "); r2@0a", "r1, r2");
}

static void test_verdicts(void)
{
	bool all = true;

	for (int v = 0; v < REVIEW_VERDICTS; v++)
		all &= review_verdict_from(span_of(review_verdict_name(
			   (enum review_verdict)v))) == v;
	OK(all, "each verdict is known again");
	OK(review_verdict_from(span_of("pass")) < 0, "others are not");
	OK(review_by_person(REVIEW_NOTE) && !review_by_person(REVIEW_EXPIRED),
	    "a person gives some of them");
}

int main(void)
{
	test_round_trip();
	test_refused();
	test_texts();
	test_reasons();
	test_rules();
	test_verdicts();
	return tap_done();
}
