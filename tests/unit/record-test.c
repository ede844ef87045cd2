/* SPDX-License-Identifier: ISC */
/* Records: their line, what is refused, and reasons. */
#include "record/record.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define ID "019aac21-0000-7000-8000-000000000001"
#define TIME "2026-11-22T21:33:38.000001Z"
#define STANZA "<m a=\"b\">c</m>"
#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define PROOF "sha256:" HEX "@" ID "#17"

static const char *const good[RECORD_FIELDS] = {ID, TIME, "node", "s1", "send",
    "pass", "rule@1234abcd", PROOF, STANZA, "-"};

/* The good line with one field changed. */
static void line_with(struct buf *b, int field, const char *value)
{
	buf_reset(b);
	for (int i = 0; i < RECORD_FIELDS; i++) {
		if (i)
			buf_addc(b, '\t');
		buf_adds(b, i == field ? value : good[i]);
	}
}

static void field_is(int field, const char *value, const char *why)
{
	struct buf b = BUF_EMPTY;
	struct record r;

	line_with(&b, field, value);
	SAME(record_parse(&r, b.data, b.len), why, why ? why : value);
	buf_release(&b);
}

static void test_round_trip(void)
{
	struct buf in = BUF_EMPTY, out = BUF_EMPTY;
	struct record r;

	line_with(&in, -1, NULL);
	buf_adds(&in, "\textra\t\tmore");
	SAME(record_parse(&r, in.data, in.len), NULL, "a record");
	OK(r.event == EVENT_SEND && r.verdict == VERDICT_PASS,
	    "event and verdict are known");
	SAME_SPAN(r.field[RECORD_STANZA], STANZA, "the stanza");
	SAME_SPAN(r.extra, "\textra\t\tmore", "what follows is extra");
	OK(record_absent(&r, RECORD_ORIGINAL) &&
		!record_absent(&r, RECORD_PROOF),
	    "an absent field is '-'");
	record_write(&out, &r);
	buf_addc(&in, '\n');
	OK(span_same(buf_span(&in), buf_span(&out)), "is written as it came");
	record_set_verdict(&r, VERDICT_REJECT);
	OK(r.verdict == VERDICT_REJECT &&
		span_is(r.field[RECORD_VERDICT], "reject"),
	    "a verdict is set in both places");
	buf_reset(&out);
	record_write(&out, &r);
	line_with(&in, RECORD_VERDICT, "reject");
	buf_adds(&in, "\textra\t\tmore\n");
	OK(span_same(buf_span(&in), buf_span(&out)),
	    "is written with what was changed");
	buf_release(&in);
	buf_release(&out);
}

static void test_fields(void)
{
	field_is(
	    RECORD_ID, "019AAC21-0000-7000-8000-000000000001", "has a bad id");
	field_is(
	    RECORD_ID, "019aac21-0000-7000-80000-00000000001", "has a bad id");
	field_is(
	    RECORD_ID, "019aac21-0000-7000-8000-00000-000001", "has a bad id");
	field_is(
	    RECORD_ID, "019aac21-0000-7000-8000-00000000000g", "has a bad id");
	field_is(RECORD_ID, "-", "has a bad id");
	field_is(RECORD_TIME, "2026-11-22", "has a bad time");
	field_is(RECORD_NODE, "", "has a bad node");
	field_is(RECORD_NODE, "a b", "has a bad node");
	field_is(RECORD_SESSION, "", "has a bad session");
	field_is(RECORD_SESSION, "-", NULL);
	field_is(RECORD_EVENT, "sent", "has an unknown event");
	field_is(RECORD_EVENT, "Send", "has an unknown event");
	field_is(RECORD_VERDICT, "", "has an unknown verdict");
	field_is(RECORD_VERDICT, "-", NULL);
	field_is(RECORD_REASON, "", "has an empty reason");
	field_is(RECORD_PROOF, "-", NULL);
	field_is(RECORD_PROOF, "sha256:" HEX "@" ID "#", "has a bad proof");
	field_is(RECORD_PROOF, "sha256:" HEX "@" ID, "has a bad proof");
	field_is(RECORD_PROOF, ":" HEX "@" ID "#1", "has a bad proof");
	field_is(RECORD_PROOF, "sha256:" HEX "0@" ID "#1", "has a bad proof");
	field_is(RECORD_PROOF, "sha256:" HEX "@x#1", "has a bad proof");
	field_is(RECORD_STANZA, "-", "has no stanza");
	field_is(RECORD_STANZA, "<m>x", "has no stanza");
	field_is(RECORD_ORIGINAL, STANZA, NULL);
	field_is(RECORD_ORIGINAL, "", "has a bad original");
	field_is(
	    RECORD_REASON, "\x01", "is not UTF-8 or has a control character");
	field_is(
	    RECORD_REASON, "\xff", "is not UTF-8 or has a control character");
	field_is(RECORD_REASON, "a\rb", "has a carriage return");
	field_is(RECORD_REASON, "a\nb", "has a line feed");
}

/* Bytes are looked at many at a time: no place is left out. */
static void test_every_place(void)
{
	static const char bad[] = "\x01\r\n\x1f\xff\x80";
	char text[81] = "";
	struct buf b = BUF_EMPTY;
	struct record r;
	int missed = 0;

	memset(text, 'x', sizeof(text) - 1);
	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		for (const char *c = bad; *c; c++) {
			text[i] = *c;
			line_with(&b, RECORD_REASON, text);
			missed += !record_parse(&r, b.data, b.len);
		}
		text[i] = 'x';
	}
	OK(missed == 0, "no place is left out");
	field_is(RECORD_REASON, text, NULL);
	buf_release(&b);
}

static void test_tokens(void)
{
	char token[RECORD_TOKEN_MAX + 2] = {0};

	memset(token, 'x', RECORD_TOKEN_MAX);
	field_is(RECORD_NODE, token, NULL);
	token[RECORD_TOKEN_MAX] = 'x';
	field_is(RECORD_NODE, token, "has a bad node");
}

static void test_short_and_long(void)
{
	struct buf b = BUF_EMPTY;
	struct record r;
	const char *tab;

	SAME(record_parse(&r, "", 0), "has fewer than ten fields", "empty");
	line_with(&b, -1, NULL);
	tab = strrchr(buf_str(&b), '\t');
	SAME(record_parse(&r, b.data, (size_t)(tab - b.data)),
	    "has fewer than ten fields", "nine fields");
	buf_reset(&b);
	line_with(&b, RECORD_ORIGINAL, "<m>");
	memset(buf_room(&b, RECORD_LINE_MAX), 'x', RECORD_LINE_MAX);
	b.len = RECORD_LINE_MAX - 1;
	b.data[b.len++] = '>';
	SAME(record_parse(&r, b.data, b.len), NULL, "a line of 8 MiB");
	b.data[b.len - 1] = 'x';
	b.data[b.len++] = '>';
	SAME(record_parse(&r, b.data, b.len), "is longer than 8 MiB",
	    "and one byte more");
	buf_release(&b);
}

static void test_words(void)
{
	bool all = true;

	for (int e = 0; e < EVENTS; e++)
		all &= event_from(span_of(event_name((enum event)e))) == e;
	for (int v = 0; v < VERDICTS; v++)
		all &=
		    verdict_from(span_of(verdict_name((enum verdict)v))) == v;
	OK(all, "each word is known again");
	OK(event_from(span_of("")) < 0 && verdict_from(span_of("passed")) < 0,
	    "others are not");
}

/* The reasons of a field as RULE|TAG|TEXT, each in brackets. */
static void reasons(const char *field, const char *want)
{
	struct span rest = span_of(field);
	struct buf b = BUF_EMPTY;
	struct reason r;

	while (reason_next(&rest, &r)) {
		buf_addf(&b, "[%.*s|%.*s|", SPAN_ARG(r.rule), SPAN_ARG(r.tag));
		if (r.text.p)
			buf_addspan(&b, r.text);
		else
			buf_adds(&b, "(none)");
		buf_addc(&b, ']');
	}
	SAME_SPAN(buf_span(&b), want, field);
	buf_release(&b);
}

static void test_reasons(void)
{
	struct reason r;

	reasons("-", "");
	reasons("", "");
	reasons("wall@1a", "[wall|1a|(none)]");
	reasons("wall@1a: no way", "[wall|1a|no way]");
	reasons("a@1; b@2: x; c@3", "[a|1|(none)][b|2|x][c|3|(none)]");
	reasons("a@1: one; two; b@2", "[a|1|one; two][b|2|(none)]");
	reasons("a@1: write to bob@example; or not", "[a|1|write to "
						     "bob@example; or not]");
	reasons("free words", "[||free words]");
	reasons("free; a@1: x", "[||free][a|1|x]");
	reasons("a@1:", "[a|1|]");
	OK(reason_last(span_of("a@1; b@2: x"), &r) && span_is(r.rule, "b") &&
		span_is(r.text, "x"),
	    "the last one decides");
	OK(!reason_last(span_of("-"), &r), "there may be none");
}

static void test_names(void)
{
	static const char *const bad[] = {
	    "", "-a", ".a", "a b", "a@b", "a:b", "a;b", "\xc3\xa9"};
	char name[66] = {0};

	OK(reason_name_valid(span_of("_a-1.B")), "a rule's name");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		OK(!reason_name_valid(span_of(bad[i])), "no name");
	memset(name, 'a', 64);
	OK(reason_name_valid(span_of(name)), "64 bytes");
	name[64] = 'a';
	OK(!reason_name_valid(span_of(name)), "not 65");
}

int main(void)
{
	test_round_trip();
	test_fields();
	test_every_place();
	test_tokens();
	test_short_and_long();
	test_words();
	test_reasons();
	test_names();
	return tap_done();
}
