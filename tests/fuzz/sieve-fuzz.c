/* SPDX-License-Identifier: ISC */
/* Fuzzes what passes over records by their bytes: sieve-fuzz COUNT [SEED]. Of
 * random stanzas in which a word stands in any form, or nearly, it must let
 * through each in which the lexicon finds the word, or cannot tell. Prints
 * what fails and exits 1. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "journal/sieve.h"
#include "lexicon/lexicon.h"
#include "xml/stanza.h"
#include "xml/text.h"

static uint64_t state;

static unsigned draw(unsigned below)
{
	state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (unsigned)(state >> 33) % below;
}

static const char *pick(const char *const *of, unsigned count)
{
	return of[draw(count)];
}

#define PICK(array) pick(array, sizeof(array) / sizeof(*(array)))

/* A letter of the word as somebody may write it. */
static void add_letter(struct buf *b, char c)
{
	static const char *const in[] = {"\u00ad", "\u200b", "\u200d", "\ufe0f",
	    "<b xmlns=\"http://www.w3.org/1999/xhtml\">x</b>", "<y/>", "&#xD;",
	    "\u0307", "\u0308", "\\", "%", " ", "</i><i>"};
	unsigned how = draw(24);

	if (how == 0)
		buf_addf(b, "\\u%04x", (unsigned)c);
	else if (how == 1)
		buf_addf(b, "%%%02x", (unsigned)c);
	else if (how == 2) /* of full width */
		buf_addf(b, "\xef\xbd%c", 0x81 + c - 'a');
	else if (how == 3)
		buf_addc(b, (char)(c - 'a' + 'A'));
	else if (how == 4 && (c == 'i' || c == 'k' || c == 's'))
		buf_adds(b, c == 'i' ? "\u0130" : c == 'k' ? "\u212a"
								: "\u017f");
	else
		buf_addc(b, c);
	if (draw(12) == 0)
		buf_adds(b, PICK(in));
}

static void add_word(struct buf *b, const char *word)
{
	for (; *word; word++) {
		if (word[0] == 'f' && word[1] == 'i' && draw(4) == 0) {
			buf_adds(b, "\ufb01");
			word++;
		} else
			add_letter(b, *word);
	}
}

static void add_stanza(struct buf *b, const char *word)
{
	static const char *const before[] = {"<body>", "<body>a ", "<url>http://x/",
	    "<x xmlns=\"jabber:x:oob\"><url>", "<q label=\"", "<html "
	    "xmlns=\"http://jabber.org/protocol/xhtml-im\"><body "
	    "xmlns=\"http://www.w3.org/1999/xhtml\">a <i>"};
	static const char *const behind[] = {"</body>", " b</body>", "</url>",
	    "</url></x>", "\"/>", "</i> b</body></html>"};
	unsigned form = draw(sizeof(before) / sizeof(*before));

	buf_adds(b, "<message xmlns=\"jabber:client\" from=\"a@x/ü\">");
	buf_adds(b, before[form]);
	add_word(b, word);
	buf_adds(b, behind[form]);
	buf_adds(b, "</message>");
}

/* Whether the lexicon finds it, or cannot tell. */
static bool is_said(struct lexicon *l, struct texts *t, const struct stanza *s)
{
	bool said = false;

	texts_collect(t, s);
	lexicon_begin(l, t);
	for (size_t i = 0; i < t->count; i++)
		said |= lexicon_has(l, 0, i) != 0;
	return said;
}

int main(int argc, char **argv)
{
	static const char *const words[] = {"falcon", "fiasko", "risk", "x",
	    "süffix"};
	static const char *const entries[] = {"falcon", "Fiasko", "ris*", "x",
	    "süffi*"};
	unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
	unsigned long read = 0, said = 0, passed_over = 0;
	struct stanza stanza = {0};
	struct texts texts = {0};
	struct buf b = BUF_EMPTY;

	state = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
	for (unsigned w = 0; w < sizeof(words) / sizeof(*words); w++) {
		struct lexicon *l = lexicon_new();
		struct sieve sieve = {.len = 0};

		lexicon_add(l, lexicon_set(l), span_of(entries[w]));
		sieve_entry(&sieve, span_of(entries[w]));
		for (unsigned long i = 0; i < count; i++) {
			bool may, is;

			buf_reset(&b);
			add_stanza(&b, draw(3) ? words[w] : words[draw(5)]);
			if (stanza_read(&stanza, buf_span(&b)))
				continue;
			buf_adds(&b, "\t-");
			read++;
			is = is_said(l, &texts, &stanza);
			may = sieve_may(&sieve, buf_span(&b));
			said += is;
			passed_over += !may;
			if (is && !may) {
				printf("'%s' is passed over in: %.*s\n",
				    entries[w], (int)b.len, b.data);
				return 1;
			}
		}
		sieve_release(&sieve);
		lexicon_free(l);
	}
	stanza_release(&stanza);
	texts_release(&texts);
	buf_release(&b);
	printf("%lu stanzas, the word in %lu, %lu passed over\n", read, said,
	    passed_over);
	return !said || !passed_over;
}
