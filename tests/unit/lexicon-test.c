/* SPDX-License-Identifier: ISC */
/* Words and phrases in texts: what is the same word, and where it stands. */
#include "lexicon/lexicon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "tap.h"

struct asked {
	struct stanza s;
	struct texts t;
	struct lexicon *l;
	struct buf xml;
};

/* A lexicon of one entry and a stanza whose one text is this. */
static void ask(struct asked *a, const char *entry, const char *text)
{
	*a = (struct asked){0};
	a->l = lexicon_new();
	lexicon_set(a->l);
	SAME(lexicon_add(a->l, 0, span_of(entry)), NULL, entry);
	buf_adds(&a->xml, "<body>");
	stanza_escape_text(&a->xml, span_of(text));
	buf_adds(&a->xml, "</body>");
	stanza_read(&a->s, buf_span(&a->xml));
	texts_collect(&a->t, &a->s);
	lexicon_begin(a->l, &a->t);
}

static void done(struct asked *a)
{
	lexicon_free(a->l);
	texts_release(&a->t);
	stanza_release(&a->s);
	buf_release(&a->xml);
}

/* What is left of the text when each hit is made a '-'. */
static void cuts_to(const char *entry, const char *text, const char *want)
{
	struct asked a;
	struct cuts cuts = {0};
	struct buf b = BUF_EMPTY, left = BUF_EMPTY;

	ask(&a, entry, text);
	OK(lexicon_has(a.l, 0, 0) == (strcmp(text, want) != 0),
	    "  is there or not");
	OK(lexicon_cuts(a.l, 0, &cuts) == 0, "  and can be told");
	texts_replace(&a.t, buf_span(&a.xml), &cuts, span_of("-"), &b);
	stanza_read(&a.s, buf_span(&b));
	stanza_text(&a.s, 0, &left);
	SAME_SPAN(buf_span(&left), want, "  in its place");
	buf_release(&b);
	buf_release(&left);
	cuts_release(&cuts);
	done(&a);
}

static void test_words(void)
{
	cuts_to("plan", "The plan, PLAN! planet; a-plan_b",
	    "The -, -! planet; "
	    "a--_b");
	cuts_to("Plan", "plan", "-");
	cuts_to("x1", "x1 x 1 x-1 X1x", "- x 1 x-1 X1x");
	cuts_to("don't", "don't don t dont", "- - dont");
	cuts_to("a", "a aa a", "- aa -");
	cuts_to("averyveryverylongword",
	    "averyveryverylongword "
	    "averyveryverylongworD. "
	    "averyveryverylongwords",
	    "- -. averyveryverylongwords");
}

static void test_phrases(void)
{
	cuts_to("project x", "Project X, project-x; PROJECT\n \"X\" projectx",
	    "-, -; -\" projectx");
	cuts_to("a b c", "a b a b c a c b", "a b - a c b");
	cuts_to("a a", "a a a", "-");
	cuts_to("  to  be, or!", "to be or not", "- not");
	cuts_to("buy now", "buy", "buy");
}

static void test_forms(void)
{
	cuts_to("secret",
	    "\xef\xbc\xb3\xef\xbc\xa5\xef\xbc\xa3"
	    "\xef\xbc\xb2\xef\xbc\xa5\xef\xbc\xb4",
	    "-"); /* fullwidth */
	cuts_to("secret",
	    "a \xf0\x9d\x90\xac\xf0\x9d\x90\x9e"
	    "\xf0\x9d\x90\x9cret.",
	    "a -."); /* mathematical */
	cuts_to("fire", "\xef\xac\x81re FIRE", "- -");
	cuts_to("\xef\xac\x81re", "fire", "-");
	cuts_to("stra\xc3\x9f"
		"e",
	    "STRASSE stra\xe1\xba\x9e"
	    "e",
	    "- -");
	cuts_to("\xd1\x81\xd0\xb5\xd0\xba\xd1\x80\xd0\xb5\xd1\x82",
	    "\xd0\xa1\xd0\x95\xd0\x9a\xd0\xa0\xd0\x95\xd0\xa2 x", "- x");
	cuts_to("caf\xc3\xa9", "cafe\xcc\x81 CAF\xc3\x89 cafe", "- - cafe");
	/* Marks in another order, canonically the same. */
	cuts_to("a\xcc\x81\xcc\xa3", "\xe1\xba\xa1\xcc\x81 a\xcc\xa3\xcc\x81",
	    "- -");
	cuts_to("\xcf\x83\xce\xbf\xcf\x86\xce\xbf\xcf\x82",
	    "\xce\xa3\xce\x9f\xce\xa6\xce\x9f\xce\xa3", "-");
	cuts_to("x2", "x\xc2\xb2", "-");
	cuts_to("kg", "5 \xe3\x8e\x8f", "5 -");
}

/* The letters of Turkish, in either case and in one code point or two. */
static void test_turkish(void)
{
	cuts_to("KITAP", "k\xc4\xb1tap kitap K\xc4\xb0TAP KI\xcc\x87TAP k\xcc\x87",
	    "- - - - k\xcc\x87");
	cuts_to("s\xc4\xb1r", "SIR s\xc4\xb1r sir S\xc4\xb0R", "- - - -");
	cuts_to("insider", "i\xcc\x87nsider \xc4\xb0NS\xc4\xb0" "DER", "- -");
	cuts_to("z\xcc\x87", "\xc5\xbc z", "- z");
}

/* Default_Ignorable_Code_Point, though nothing is assigned there. */
static void test_ignorable(void)
{
	static const uint32_t points[] = {0x2065, 0xfff0, 0xfff8, 0xe0000,
	    0xe0002, 0xe001f, 0xe0080, 0xe00ff, 0xe01f0, 0xe0fff};

	for (size_t i = 0; i < sizeof(points) / sizeof(*points); i++) {
		char text[16] = "mer";

		memcpy(text + 3 + utf8_put(text + 3, points[i]), "ger", 4);
		cuts_to("merger", text, "-");
		cuts_to("/merger/", text, "-");
	}
	cuts_to("merger", "mer\xf3\xa1\x80\x80ger", "mer\xf3\xa1\x80\x80ger");
}

static void test_hidden(void)
{
	cuts_to("secret", "sec\xe2\x80\x8bret", "-"); /* zero width space */
	cuts_to("secret",
	    "s\xc2\xad"
	    "ecret x",
	    "- x");                                   /* soft hyphen */
	cuts_to("secret", "secre\xe2\x80\x8dt", "-"); /* joiner */
	cuts_to("secret", "\xef\xbb\xbfsecret", "\xef\xbb\xbf-");
	cuts_to("secret", "sec\x7fret", "-");
	cuts_to("secret", "sec\xc2\x9fret", "-");
	cuts_to("secret", "sec\xf3\xa0\x81\xa1ret", "-"); /* tag */
	cuts_to("secret", "sec\xef\xbf\xb9ret", "-");
	cuts_to("secret", "sec\xe1\x85\x9fret", "-"); /* Hangul filler */
	cuts_to("sec\xe2\x80\x8bret", "secret", "-");
	cuts_to("secret", ". \xcc\x81secret", ". \xcc\x81-"); /* a stray mark */
	cuts_to("b c", "a b\xe2\x80\x8b c", "a -");
	cuts_to("b",
	    "a\xc2\x85"
	    "b",
	    "a\xc2\x85-"); /* ends a line */
}

/* Scripts without spaces: each character is a word. */
static void test_alone(void)
{
	cuts_to("\xe6\xa9\x9f\xe5\xaf\x86",
	    "\xe3\x81\x93\xe3\x81\xae\xe6\xa9\x9f\xe5\xaf\x86\xe3\x81\xaf"
	    "\xe6\xa9\x9f \xe5\xaf\x86",
	    "\xe3\x81\x93\xe3\x81\xae-\xe3\x81\xaf-");
	cuts_to("b",
	    "a\xe6\xa9\x9f"
	    "b",
	    "a\xe6\xa9\x9f-");
	cuts_to("\xc3\xa9", "\xe6\xa9\x9f\xc3\xa9", "\xe6\xa9\x9f-");
	/* Halfwidth kana with its voiced mark; and without, another word. */
	cuts_to("\xe3\x82\xac", "\xef\xbd\xb6\xef\xbe\x9e \xe3\x82\xab",
	    "- \xe3\x82\xab");
	/* Thai, with a vowel above. */
	cuts_to("\xe0\xb8\x94\xe0\xb8\xb5",
	    "\xe0\xb9\x84\xe0\xb8\xa1\xe0\xb9\x88\xe0\xb8\x94\xe0\xb8\xb5",
	    "\xe0\xb9\x84\xe0\xb8\xa1\xe0\xb9\x88-");
	/* Hangul has spaces: a part of a word is no word. */
	cuts_to("\xea\xb8\xb0", "\xea\xb8\xb0\xeb\xb0\x80 \xea\xb8\xb0",
	    "\xea\xb8\xb0\xeb\xb0\x80 -");
}

static void refuses(const char *entry, const char *why)
{
	struct lexicon *l = lexicon_new();
	size_t set = lexicon_set(l);

	SAME(lexicon_add(l, set, span_of(entry)), why, "refuses it");
	lexicon_free(l);
}

static void test_refusals(void)
{
	refuses("", "has no word in it");
	refuses("...", "has no word in it");
	refuses("\xf0\x9f\x91\x8d", "has no word in it");
	refuses("\xcc\x81", "has no word in it");
	refuses("\xe2\x80\x8b", "has no word in it");
	refuses("a\xff", "is not UTF-8 or has a control character");
	refuses("a\x01", "is not UTF-8 or has a control character");
}

/* Every place of an odd text, not only where it is convenient. */
static void test_many_marks(void)
{
	struct buf b = BUF_EMPTY;
	struct asked a;

	for (size_t i = 0; i < 50000; i++)
		buf_adds(&b, i % 2 ? "\xcc\x81" : "\xcc\xa3");
	buf_adds(&b, " secret");
	ask(&a, "secret", buf_str(&b));
	OK(lexicon_has(a.l, 0, 0) == 1, "100,000 marks do not hide a word");
	done(&a);
	buf_release(&b);
}

int main(void)
{
	test_words();
	test_phrases();
	test_forms();
	test_turkish();
	test_ignorable();
	test_hidden();
	test_alone();
	test_refusals();
	test_many_marks();
	lexicon_free(NULL);
	return tap_done();
}
