/* SPDX-License-Identifier: ISC */
/* A lexicon of many sets and large ones, over many texts. */
#include "lexicon/lexicon.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tap.h"

static const char sample[] =
    "<message><subject>Alpha beta</subject><body>beta gamma</body>"
    "<x>42 gamma</x></message>";

struct fixture {
	struct stanza s;
	struct texts t;
	struct lexicon *l;
};

static void begin(struct fixture *f, const char *xml)
{
	stanza_read(&f->s, span_of(xml));
	texts_collect(&f->t, &f->s);
	lexicon_begin(f->l, &f->t);
}

static void end(struct fixture *f)
{
	lexicon_free(f->l);
	texts_release(&f->t);
	stanza_release(&f->s);
}

static void test_sets(void)
{
	static const char *const entries[][2] = {{"alpha", NULL},
	    {"beta", "alpha beta"}, {"delta", "/\\d+/"}, {"alpha", "gamma"}};
	static const int want[][3] = {
	    {1, 0, 0}, {1, 1, 0}, {0, 0, 1}, {1, 1, 1}};
	static const size_t cuts[] = {1, 3, 1, 3};
	struct fixture f = {.l = lexicon_new()};

	OK(lexicon_has(f.l, lexicon_set(f.l), 0) == 0, "nothing, no answer");
	lexicon_free(f.l);
	f.l = lexicon_new();
	for (size_t i = 0; i < 4; i++) {
		size_t set = lexicon_set(f.l);

		for (int j = 0; j < 2 && entries[i][j]; j++)
			lexicon_add(f.l, set, span_of(entries[i][j]));
	}
	begin(&f, sample);
	for (int again = 0; again < 2; again++) {
		bool all = true;

		for (size_t set = 0; set < 4; set++) {
			for (size_t text = 0; text < 3; text++)
				all &= lexicon_has(f.l, set, text) ==
				       want[set][text];
		}
		OK(all, again ? "the same when asked again"
			      : "each set in each text");
	}
	for (size_t set = 0; set < 4; set++) {
		struct cuts c = {0};

		OK(lexicon_cuts(f.l, set, &c) == 0 && c.count == cuts[set],
		    "places of a set");
		cuts_release(&c);
	}
	OK(lexicon_has(f.l, 0, 3) == 0, "no such text");
	begin(&f, "<m><a>delta</a></m>");
	OK(lexicon_has(f.l, 2, 0) == 1 && lexicon_has(f.l, 0, 0) == 0,
	    "other texts, other answers");
	end(&f);
}

static void test_twice(void)
{
	struct fixture f = {.l = lexicon_new()};
	struct cuts c = {0};

	lexicon_set(f.l);
	lexicon_add(f.l, 0, span_of("beta"));
	lexicon_add(f.l, 0, span_of("BETA!"));
	begin(&f, sample);
	OK(lexicon_cuts(f.l, 0, &c) == 0 && c.count == 2,
	    "an entry that comes twice is one");
	cuts_release(&c);
	end(&f);
}

static void test_empty_set(void)
{
	struct fixture f = {.l = lexicon_new()};
	struct cuts c = {0};

	lexicon_set(f.l);
	begin(&f, sample);
	OK(lexicon_has(f.l, 0, 0) == 0 && lexicon_cuts(f.l, 0, &c) == 0 &&
		c.count == 0,
	    "an empty set is nowhere");
	end(&f);
}

/* A word that no other number has as its beginning. */
static size_t number(char *out, size_t size, size_t i)
{
	return (size_t)snprintf(out, size, i % 3 ? "w%zu" : "the w%zu x", i);
}

static double seconds(clock_t since)
{
	return (double)(clock() - since) / CLOCKS_PER_SEC;
}

static void test_large(void)
{
	enum { ENTRIES = 100000 };
	struct fixture f = {.l = lexicon_new()};
	size_t first = lexicon_set(f.l), second = lexicon_set(f.l), n;
	clock_t start = clock();
	bool all = true;
	char word[64], xml[128];

	for (size_t i = 0; i < ENTRIES; i++) {
		n = number(word, sizeof(word), i);
		lexicon_add(
		    f.l, i % 2 ? first : second, (struct span){word, n});
	}
	if (!OK(seconds(start) < 2, "100,000 entries are there at once"))
		printf("# %.3f s\n", seconds(start));
	for (size_t i = 0; i < 2 * ENTRIES; i += 7) {
		number(word, sizeof(word), i);
		snprintf(xml, sizeof(xml), "<b>so %s it is</b>", word);
		begin(&f, xml);
		all &= lexicon_has(f.l, i % 2 ? first : second, 0) ==
		       (i < ENTRIES);
		all &= lexicon_has(f.l, i % 2 ? second : first, 0) == 0;
	}
	OK(all, "and each is found in its set, and nothing else");
	end(&f);
}

int main(void)
{
	test_sets();
	test_twice();
	test_empty_set();
	test_large();
	return tap_done();
}
