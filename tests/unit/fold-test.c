/* SPDX-License-Identifier: ISC */
/* Folding against utf8proc's own forms of whole strings: made segment by
 * segment, with a map back, it must come out the same. */
#include "lexicon/compat.h"
#include "lexicon/tokens.h"

#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "base/utf8.h"
#include "tap.h"
#include "xmlgen.h"

/* Starters, marks of all orders, jamo, ligatures, kana and their marks, what
 * decomposes to marks, what is hidden, and anything. */
static uint32_t point(struct xmlgen *g)
{
	static const uint32_t odd[] = {'a', 'e', 'Z', '1', ' ', '-', 0x301,
	    0x323, 0x327, 0x345, 0x344, 0x300, 0x338, 0x1ea1, 0xe9, 0xc5,
	    0x212b, 0xdf, 0x130, 0x1100, 0x1161, 0x11a8, 0xac00, 0xac01, 0xffa1,
	    0xffc2, 0x3131, 0xfb01, 0xfdfa, 0xbd, 0xff76, 0xff9e, 0x30ab,
	    0x3099, 0x6a5f, 0xf900, 0x2f800, 0x9c7, 0x9be, 0x0e33, 0x0f73,
	    0x0f71, 0x200b, 0xad, 0xfe0f, 0x1d15e, 0x1d15f, 0x1f82, 0x3c9,
	    0x102e, 0x1025, 0x110a5, 0x110ba, 0x1f468, 0x200d, 0x2126};
	uint32_t c;

	if (xmlgen_below(g, 8))
		return XMLGEN_PICK(g, odd);
	do {
		c = 0xa0 + xmlgen_below(g, 0x30000);
	} while ((c >= 0xd800 && c <= 0xdfff) || (c >= 0xfff9 && c <= 0xfffb) ||
		 !utf8proc_codepoint_valid((int32_t)c));
	return c;
}

static void generate(struct xmlgen *g, struct buf *b)
{
	unsigned n = xmlgen_below(g, 24);

	buf_reset(b);
	while (n--) {
		buf_room(b, 4);
		b->len += utf8_put(b->data + b->len, point(g));
	}
}

static char *form(struct span s, int options)
{
	utf8proc_uint8_t *out = NULL;

	if (utf8proc_map((const utf8proc_uint8_t *)s.p, (utf8proc_ssize_t)s.n,
		&out,
		(utf8proc_option_t)(options | UTF8PROC_COMPAT |
				    UTF8PROC_STABLE | UTF8PROC_IGNORE)) < 0)
		abort();
	return (char *)out;
}

/* Each byte's origin lies in the text, in order, on whole characters. */
static bool maps_back(const struct compat *c, struct span text)
{
	size_t before = 0, at, len;

	for (size_t i = 0; i < c->out.len; i++) {
		at = i;
		len = 1;
		compat_origin(c, &at, &len);
		if (at < before || len == 0 || len > text.n - at ||
		    ((unsigned char)text.p[at] & 0xc0) == 0x80)
			return false;
		before = at;
	}
	at = 0;
	len = c->out.len;
	compat_origin(c, &at, &len);
	return at + len == text.n;
}

/* U+0130 and U+0131 are I and i. */
static void one_case(char *text)
{
	char *to = text;

	for (const char *p = text; *p; p++) {
		if (p[0] == '\xc4' && (p[1] == '\xb0' || p[1] == '\xb1'))
			*to++ = *++p == '\xb0' ? 'I' : 'i';
		else
			*to++ = *p;
	}
	*to = '\0';
}

static bool same_compat(struct compat *c, struct fold *fold,
    struct span text)
{
	char *want = form(text, UTF8PROC_COMPOSE);
	enum compat_result made = compat_make(c, fold, text);
	bool same;

	one_case(want);
	same = made == COMPAT_OTHER ? span_is(buf_span(&c->out), want) &&
				  (c->out.len == 0 || maps_back(c, text))
			    : made == COMPAT_SAME && span_is(text, want);

	free(want);
	return same;
}

static bool in_word(const char *p, size_t step)
{
	/* Marks that follow no letter are in no word. */
	switch (utf8proc_category((int32_t)utf8_point(p, step))) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_NO:
		return true;
	default:
		return false;
	}
}

/* The letters and digits of the tokens are those of the folded text. */
static bool same_letters(struct tokens *t, struct span text)
{
	char *want = form(text, UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD);
	size_t len = strlen(want), i = 0, step;
	bool same = true;

	tokens_take(t, text);
	for (size_t j = 0; j < len && same; j += step) {
		step = utf8_char(want + j, len - j);
		if (!in_word(want + j, step))
			continue;
		while (i < t->out.len &&
		       !in_word(t->out.data + i,
			   utf8_char(t->out.data + i, t->out.len - i)))
			i += utf8_char(t->out.data + i, t->out.len - i);
		same = t->out.len - i >= step &&
		       memcmp(t->out.data + i, want + j, step) == 0;
		i += step;
	}
	free(want);
	return same;
}

static bool sound(const struct tokens *t, struct span text)
{
	size_t end = 0;

	for (size_t i = 0; i < t->count; i++) {
		const struct token *k = &t->token[i];

		if (k->at != end || k->len == 0 || k->from >= k->to ||
		    k->to > text.n || (i && k->from < k[-1].from))
			return false;
		end = k->at + k->len;
	}
	return end == t->out.len;
}

/* A text and its canonical decomposition are the same words. Not where an
 * iota subscript, which folds to a letter, is moved past other marks. */
static bool same_decomposed(struct tokens *t, struct span text)
{
	struct buf first = BUF_EMPTY;
	utf8proc_uint8_t *nfd = NULL;
	utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)text.p,
	    (utf8proc_ssize_t)text.n, &nfd,
	    (utf8proc_option_t)(UTF8PROC_DECOMPOSE | UTF8PROC_STABLE));
	bool same;

	buf_addspan(&first, buf_span(&t->out));
	tokens_take(t, (struct span){(char *)nfd, (size_t)n});
	same = span_same(buf_span(&first), buf_span(&t->out)) ||
	       strstr((char *)nfd, "\xcd\x85");
	free(nfd);
	buf_release(&first);
	return same;
}

static void print(struct span s)
{
	printf("#");
	for (size_t i = 0, step; i < s.n; i += step) {
		step = utf8_char(s.p + i, s.n - i);
		printf(" U+%04X", (unsigned)utf8_point(s.p + i, step));
	}
	printf("\n");
}

/* U+FDFA is 33 bytes in that form. */
static bool too_long(struct compat *c, struct fold *fold)
{
	struct buf b = BUF_EMPTY;
	enum compat_result few, many;

	for (int i = 0; i < 100; i++)
		buf_adds(&b, "\xef\xb7\xba");
	few = compat_make(c, fold, buf_span(&b));
	while (b.len < 100000)
		buf_adds(&b, "\xef\xb7\xba");
	many = compat_make(c, fold, buf_span(&b));
	buf_release(&b);
	return few == COMPAT_OTHER && many == COMPAT_LONG;
}

int main(void)
{
	enum { COMPAT, LETTERS, SOUND, DECOMPOSED, CHECKS };
	static const char *const names[CHECKS] = {"NFKC is utf8proc's",
	    "letters are those of utf8proc's NFKD, case folded",
	    "each word has its place", "a decomposed text is the same words"};
	size_t failed[CHECKS] = {0};
	static struct xmlgen g;
	struct compat c = {0};
	struct fold fold = {0};
	struct tokens t = {0};
	struct buf b = BUF_EMPTY;

	for (uint64_t seed = 1; seed <= 20000; seed++) {
		bool ok[CHECKS];

		xmlgen_seed(&g, seed);
		generate(&g, &b);
		ok[COMPAT] = same_compat(&c, &fold, buf_span(&b));
		ok[LETTERS] = same_letters(&t, buf_span(&b));
		ok[SOUND] = sound(&t, buf_span(&b));
		ok[DECOMPOSED] = same_decomposed(&t, buf_span(&b));
		for (int i = 0; i < CHECKS; i++) {
			if (!ok[i] && failed[i]++ < 5) {
				printf("# %s, not:\n", names[i]);
				print(buf_span(&b));
			}
		}
	}
	for (int i = 0; i < CHECKS; i++)
		OK(failed[i] == 0, names[i]);
	OK(too_long(&c, &fold), "what expands beyond measure is not made");
	compat_release(&c);
	fold_release(&fold);
	tokens_release(&t);
	buf_release(&b);
	return tap_done();
}
