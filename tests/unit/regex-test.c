/* SPDX-License-Identifier: ISC */
/* Regular expressions in a lexicon: their syntax, what they see, and that
 * hostile text cannot make them run on. */
#include "lexicon/lexicon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tap.h"

/* Ask one entry about one text: has, and the number of cuts or -1. */
static void asks(
    const char *entry, struct span text, int *has, int *cuts, struct buf *left)
{
	struct lexicon *l = lexicon_new();
	struct buf xml = BUF_EMPTY, out = BUF_EMPTY;
	struct stanza s = {0};
	struct texts t = {0};
	struct cuts c = {0};
	const char *why;

	lexicon_set(l);
	why = lexicon_add(l, 0, span_of(entry));
	if (why)
		printf("# %s %s\n", entry, why);
	buf_adds(&xml, "<b>");
	stanza_escape_text(&xml, text);
	buf_adds(&xml, "</b>");
	stanza_read(&s, buf_span(&xml));
	texts_collect(&t, &s);
	lexicon_begin(l, &t);
	*has = lexicon_has(l, 0, 0);
	*cuts = lexicon_cuts(l, 0, &c) < 0 ? -1 : (int)c.count;
	texts_replace(&t, buf_span(&xml), &c, span_of("-"), &out);
	if (!stanza_read(&s, buf_span(&out)))
		stanza_text(&s, 0, left);
	cuts_release(&c);
	texts_release(&t);
	stanza_release(&s);
	buf_release(&xml);
	buf_release(&out);
	lexicon_free(l);
}

static void cuts_to(const char *entry, const char *text, const char *want)
{
	struct buf left = BUF_EMPTY;
	int has, cuts;

	asks(entry, span_of(text), &has, &cuts, &left);
	SAME_SPAN(buf_span(&left), want, entry);
	OK(has == (strcmp(text, want) != 0), "  is there or not");
	buf_release(&left);
}

static void test_syntax(void)
{
	cuts_to("/b+/", "abbbcb", "a-c-");
	cuts_to("/B+/", "abbbcb", "abbbcb");
	cuts_to("/B+/i", "abbbcb", "a-c-");
	cuts_to("/^b/m", "a\nb", "a\n-");
	cuts_to("/^b/", "a\nb", "a\nb");
	cuts_to("/a.b/", "a\nb", "a\nb");
	cuts_to("/a.b/s", "a\nb", "-");
	cuts_to("/a b # x/x", "ab a b", "- a b");
	cuts_to("/A # x\n B/xi", "ab", "-");
	cuts_to("/a\\/b/", "a/b", "-");
	cuts_to("/a/b/", "a/b", "-");
	cuts_to("/(?<=a)b(?=c)/", "abc ab bc", "a-c ab bc");
	cuts_to("/a\\Kb/", "ab cb", "a- cb");
	cuts_to("/\\b(?:\\d[ -]?){13,16}\\b/", "pan 4111 1111-1111 1111.",
	    "pan -.");
}

/* A '_' is how a word is set in italics. */
static void test_boundaries(void)
{
	cuts_to("/insider/i", "\xc4\xb0NS\xc4\xb0" "DER \xc4\xb1nsider I\xcc\x87nsider",
	    "- - -");
	cuts_to("/\\bsignal\\b/", "_signal_ signal, signals x_signal 1signal",
	    "_-_ -, signals x_- 1signal");
	cuts_to("/\\b\\d{4}\\b/", "_1234_ 12345 a1234", "_-_ 12345 a1234");
	cuts_to("/\\bsnake_case\\b/", "snake_case snake_cases", "- snake_cases");
	cuts_to("/\\B_a/", "_a x_a", "_a x_a");
	cuts_to("/\\Ba/", "ba _a a", "b- _a a");
	cuts_to("/[\\bx]y/", "xy", "-");
	cuts_to("/[^]\\b]y/", "xy", "-");
	cuts_to("/[[:alpha:]\\b]y\\b/", "xy_", "-_");
	cuts_to("/\\Qa\\b\\E/", "a\\b _a", "- _a");
	cuts_to("/a(?#\\b)b/", "ab", "-");
	cuts_to("/a # \\b )\nb\\b/x", "ab_", "-_");
	cuts_to("/\\\\b/", "\\b", "-");
	cuts_to("/(?<=\\b)a/", "_a ba", "_- ba");
	cuts_to("/\\bm\xc3\xa4rz\\b/", "_m\xc3\xa4rz_", "_-_");
}

static void test_unicode(void)
{
	cuts_to("/\\bw\xc3\xb6rd\\b/", "w\xc3\xb6rd w\xc3\xb6rds",
	    "- w\xc3\xb6"
	    "rds");
	cuts_to("/\\w+/", "\xd0\xb0\xd0\xb1 \xe6\x97\xa5", "- -");
	cuts_to("/\\bab\\b/",
	    "\xc3\xa9"
	    "ab ab",
	    "\xc3\xa9"
	    "ab -");
	cuts_to("/\xc3\x89/i", "\xc3\xa9", "-");
	cuts_to("/./", "\xf0\x9f\x91\x8d", "-");
	cuts_to("/\\d/", "\xd9\xa1", "-"); /* an Arabic digit */
}

/* The compatibility form, and back to the bytes of the text. */
static void test_compat(void)
{
	cuts_to("/secret/", "sec\xe2\x80\x8bret", "-");
	cuts_to(
	    "/secret/", "a \xef\xbd\x93\xef\xbd\x85\xef\xbd\x83ret b", "a - b");
	cuts_to("/\\d{4}/",
	    "n\xc2\xba \xef\xbc\x94\xef\xbc\x91\xef\xbc\x91"
	    "\xef\xbc\x91, 5",
	    "n\xc2\xba -, 5");
	cuts_to("/caf\xc3\xa9/", "x cafe\xcc\x81 y", "x - y");
	cuts_to("/fi/", "\xef\xac\x81re", "-re");
	cuts_to("/\xef\xac\x81/", "\xef\xac\x81re", "-re"); /* as it is */
	cuts_to("/\xea\xb0\x80/", "\xe1\x84\x80\xe1\x85\xa1", "-"); /* jamo */
	cuts_to("/\xe3\x82\xac/", "\xef\xbd\xb6\xef\xbe\x9e", "-");
	cuts_to("/b/",
	    "\xe2\x80\x8b\xe2\x80\x8b"
	    "ab\xe2\x80\x8b"
	    "c",
	    "\xe2\x80\x8b\xe2\x80\x8b"
	    "a-c");
	cuts_to("/\xe6\xa9\x9f\xe5\xaf\x86/",
	    "\xe6\xa9\x9f\xe5\xaf\x86\xef\xbc\x81\xe6\xa9\x9f",
	    "-\xef\xbc\x81\xe6\xa9\x9f");
}

static void test_empty(void)
{
	struct buf left = BUF_EMPTY;
	int has, cuts;

	asks("/x*/", span_of("abc"), &has, &cuts, &left);
	OK(has == 1 && cuts == 0, "an empty match is one, but no place");
	buf_reset(&left);
	asks("/x*/", span_of("axxb\xc3\xa9x"), &has, &cuts, &left);
	SAME_SPAN(buf_span(&left), "a-b\xc3\xa9-", "others are places");
	buf_release(&left);
}

static void refuses(const char *entry, const char *want)
{
	struct lexicon *l = lexicon_new();
	const char *why = lexicon_add(l, lexicon_set(l), span_of(entry));

	SAME(why, want, want ? want : "takes possessive ones");
	lexicon_free(l);
}

static void test_refusals(void)
{
	refuses("/", "has no closing '/'");
	refuses("/a", "has no closing '/'");
	refuses("//", "has nothing between its '/'");
	refuses("/a/g", "has an unknown flag after its closing '/'");
	refuses("/dev/null", "has an unknown flag after its closing '/'");
	refuses("/a(b/", "missing closing parenthesis at offset 3");
	refuses("/a++/", NULL);
	refuses("/*/", "quantifier does not follow a repeatable item at "
		       "offset 0");
	refuses("/\\C/", "using \\C is disabled by the application at "
			 "offset 2");
	refuses("/\xff/", "is not UTF-8 or has a control character");
}

static double seconds(clock_t since)
{
	return (double)(clock() - since) / CLOCKS_PER_SEC;
}

static void bounded(const char *entry, char c, size_t n, int want, double most)
{
	struct buf text = BUF_EMPTY, left = BUF_EMPTY;
	clock_t start;
	int has, cuts;

	memset(buf_room(&text, n), c, n);
	text.len = n;
	buf_addc(&text, '!');
	start = clock();
	asks(entry, buf_span(&text), &has, &cuts, &left);
	OK(has == want, entry);
	if (!OK(seconds(start) < most, "  in no time"))
		printf("# %.3f s\n", seconds(start));
	buf_release(&text);
	buf_release(&left);
}

/* Catastrophic ones, and those that are only slow in the square of a long
 * text, which PCRE2's own limits let run for minutes. */
static void test_bounds(void)
{
	bounded("/(a+)+$/", 'a', 40, -1, 1);
	bounded("/(?:a|a)*$/", 'a', 200, -1, 1);
	bounded("/(a+)+$/", 'a', 250000, -1, 2);
	bounded("/a(?=.*?x)/", 'a', 250000, -1, 2);
	bounded("/(?:a.*?){3}!!/", 'a', 250000, -1, 2);
	bounded("/a(?=.*!)/", 'a', 250000, 1, 2);
	bounded("/(?R)?a/", 'a', 1000, -1, 1);
	bounded("/\\w+!/", 'a', 250000, 1, 2);
}

/* Long texts are searched a window at a time: a match at every place around
 * the ends of the first windows. */
static void windows(const char *filler, size_t step)
{
	enum { CHARS = 10000, FROM = 900, TO = 1100 };
	struct buf text = BUF_EMPTY, left = BUF_EMPTY;
	bool all = true;

	for (size_t at = FROM; at < TO; at++) {
		int has, cuts;

		buf_reset(&text);
		for (size_t i = 0; i < CHARS; i++)
			buf_adds(&text, i == at || i == at + 1 ? "ab" : filler);
		buf_reset(&left);
		asks("/abab/", buf_span(&text), &has, &cuts, &left);
		all &=
		    has == 1 && cuts == 1 && left.len == (CHARS - 2) * step + 1;
	}
	OK(all, "a match is found wherever it is in a long text");
	buf_release(&text);
	buf_release(&left);
}

int main(void)
{
	test_syntax();
	test_unicode();
	test_boundaries();
	test_compat();
	test_empty();
	test_refusals();
	test_bounds();
	windows("x", 1);
	windows("\xe6\xa9\x9f", 3);
	return tap_done();
}
