/* SPDX-License-Identifier: ISC */
/* Framing a stream: a state machine that can stop at any byte. */
#include "scan.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"

enum state {
	TEXT,	   /* between markup */
	REF,	   /* behind '&' */
	LT,	   /* behind '<' */
	NAME,	   /* in the name of a start tag */
	TAG,	   /* in a start tag */
	VALUE,	   /* in an attribute's value */
	SLASH,	   /* behind the '/' of <a/> */
	END_NAME,  /* in the name of an end tag */
	END_TAIL,  /* behind it */
	BANG,	   /* behind "<!" */
	COMMENT,   /* in <!-- --> */
	CDATA,	   /* in <![CDATA[ ]]> */
	PI_TARGET, /* behind "<?" */
	PI,	   /* behind the target */
	DOCTYPE,   /* in <!DOCTYPE > */
	SUBSET_LT, /* behind a '<' of its internal subset */
	STATES,
};

/* FNV-1a */
static const uint32_t hash_seed = 2166136261u, hash_prime = 16777619;
static const uint32_t hash_stream = 0x5f6f6d65; /* of "stream" */

void scan_init(struct scan *s, size_t limit)
{
	*s = (struct scan){.limit = limit};
}

static void over_free(struct scan *s)
{
	if (!s->over)
		return;
	digest_free(s->over->digest);
	buf_release(&s->over->head);
	free(s->over);
	s->over = NULL;
}

void scan_release(struct scan *s)
{
	if (s)
		over_free(s);
}

/* Note the first fault of an item. What lies beyond the limit is not looked
 * at: the element is too large, whatever else it is. */
static void note(struct scan *s, uint64_t at, const char *why)
{
	if (s->why || (s->inside && at - s->item_at >= s->limit))
		return;
	s->why = why;
	s->fault_at = at;
}

static bool space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* Whether c may begin a name; of what is not ASCII the parser judges. */
static bool name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	    c == ':' || (unsigned char)c >= 0x80;
}

static const char *find(const char *p, size_t i, size_t end, char c)
{
	return end > i ? memchr(p + i, c, end - i) : NULL;
}

#define ALL8(c) ((unsigned char)(c) * UINT64_C(0x0101010101010101))

static uint64_t zeros8(uint64_t w)
{
	return (w - ALL8(0x01)) & ~w & ALL8(0x80);
}

/* The first '<', '&' or c from i on, n if there is none. In one go: looking
 * for each of them alone takes quadratic time where one is rare. */
static size_t find_any(const char *p, size_t i, size_t n, char c)
{
	for (; n - i >= 8; i += 8) {
		uint64_t w;

		memcpy(&w, p + i, sizeof(w));
		if (zeros8(w ^ ALL8('<')) | zeros8(w ^ ALL8('&')) |
		    zeros8(w ^ ALL8(c)))
			break;
	}
	while (i < n && p[i] != '<' && p[i] != '&' && p[i] != c)
		i++;
	return i;
}

/* An item ends here, unless an element is still open. */
static void finish(struct scan *s, enum scan_item item)
{
	s->state = TEXT;
	if (s->depth == 0)
		s->found = (unsigned char)item;
}

static void push(struct scan *s)
{
	if (s->depth < STANZA_DEPTH_MAX)
		s->open[s->depth] = s->hash;
	else
		note(s, s->tag_at, "nested deeper than 128 elements");
	s->depth++;
}

static bool stream_name(const struct scan *s)
{
	return s->local == hash_stream;
}

/* A start tag is read, up to its '>'. */
static void tag_ends(struct scan *s, size_t i, bool empty)
{
	if (s->name_len > STANZA_NAME_MAX)
		note(s, s->tag_at, "name longer than 1024 bytes");
	if (s->depth == 0) {
		uint64_t size = s->at + i - s->item_at;

		s->tag = size <= s->limit ? (uint32_t)size : 0;
	}
	if (empty) {
		finish(s, SCAN_ELEMENT);
	} else if (s->depth == 0 && stream_name(s)) {
		finish(s, SCAN_HEADER);
	} else {
		push(s);
		s->state = TEXT;
	}
}

/* An end tag that does not match: close what it could have meant. */
static void mismatch(struct scan *s)
{
	uint32_t depth = s->depth;

	note(s, s->tag_at, "end tag does not match");
	while (depth && s->open[depth - 1] != s->hash)
		depth--;
	if (depth) {
		s->depth = depth - 1;
	} else if (stream_name(s)) {
		s->depth = 0;
		s->ended = true;
	}
}

static void end_tag(struct scan *s)
{
	if (s->depth == 0) {
		finish(s, SCAN_FOOTER);
		return;
	}
	if (s->depth > STANZA_DEPTH_MAX || s->open[s->depth - 1] == s->hash)
		s->depth--;
	else
		mismatch(s);
	finish(s, SCAN_ELEMENT);
}

/* Each of the following goes on from p[i] and returns where it stopped: at n,
 * or in another state, or with an item found. */

/* Outside of elements: only white space may be there (RFC 6120 section
 * 4.6.1). Waits where a byte order mark may be on its way. */
static size_t outside(struct scan *s, const char *p, size_t i, size_t n)
{
	static const char bom[] = "\xef\xbb\xbf";
	uint64_t at;
	size_t have;

	while (i < n && space(p[i]))
		i++;
	at = s->at + i;
	if (i == n)
		return i;
	if (p[i] == '<') {
		s->inside = true;
		s->stray = false;
		s->item_at = at;
		s->tag = 0;
		s->state = LT;
		return i + 1;
	}
	have = n - i < 3 ? n - i : 3;
	if (at == 0 && memcmp(p + i, bom, have) == 0) {
		s->item_at = at;
		if (have < 3)
			return i;
		note(s, at, "byte order mark");
		s->found = SCAN_FAULT;
		return i + 3;
	}
	if (!s->stray) {
		note(s, at, p[i] ? "text outside of a stanza"
				 : "NUL outside of a stanza");
		s->item_at = at;
		s->found = SCAN_FAULT;
	}
	s->stray = true;
	while (i < n && p[i] != '<')
		i++;
	return i;
}

static size_t begin_ref(struct scan *s, size_t i, enum state back)
{
	s->state = REF;
	s->back = (unsigned char)back;
	s->run = 0;
	s->mark = 0;
	s->ref_at = s->at + i;
	return i + 1;
}

static size_t in_text(struct scan *s, const char *p, size_t i, size_t n)
{
	if (!s->inside)
		return outside(s, p, i, n);
	i = find_any(p, i, n, '<');
	if (i == n)
		return i;
	if (p[i] == '&')
		return begin_ref(s, i, TEXT);
	s->state = LT;
	return i + 1;
}

/* Whether mark is one of the five, as its last four characters and length. */
static bool predefined(uint32_t mark, unsigned len)
{
	return (len == 2 && (mark == 0x6c74 || mark == 0x6774)) ||
	    (len == 3 && mark == 0x616d70) ||
	    (len == 4 && (mark == 0x71756f74 || mark == 0x61706f73));
}

/* Names of five or more characters are not told apart, nor must they be. That
 * the digits of a character reference make sense is left to the parser. */
static size_t in_ref(struct scan *s, const char *p, size_t i, size_t n)
{
	for (; i < n; i++) {
		char c = p[i];
		bool more = name_start(c) || c == '#' || c == '.' ||
		    c == '-' || (c >= '0' && c <= '9');

		if (more && s->run < 5) {
			s->mark = s->mark << 8 | (unsigned char)c;
			if (++s->run == 1 && c == '#')
				s->run = 9;
		}
		if (more)
			continue;
		s->state = s->back;
		if (c != ';' || s->run == 0)
			note(s, s->ref_at, "bad reference");
		else if (s->run != 9 && !predefined(s->mark, s->run))
			note(s, s->ref_at, "reference to an entity");
		return c == ';' ? i + 1 : i;
	}
	return i;
}

static size_t in_lt(struct scan *s, const char *p, size_t i, size_t n)
{
	char c = p[i];

	(void)n;
	s->tag_at = s->at + i - 1;
	s->hash = s->local = hash_seed;
	s->name_len = s->attrs = 0;
	s->run = 0;
	s->mark = 0;
	if (c == '/') {
		s->state = END_NAME;
	} else if (c == '!') {
		s->state = BANG;
	} else if (c == '?') {
		s->state = PI_TARGET;
		s->back = TEXT;
		s->declaration = false;
	} else if (name_start(c)) {
		s->state = NAME;
		return i;
	} else {
		note(s, s->tag_at, "'<' that begins no tag");
		finish(s, SCAN_ELEMENT);
		return i;
	}
	return i + 1;
}

/* The name up to what ends it. */
static size_t hash_name(struct scan *s, const char *p, size_t i, size_t n)
{
	uint32_t hash = s->hash, local = s->local;
	size_t from = i;

	for (; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c == '>' || c == '/' || c == '<' || space((char)c))
			break;
		hash = (hash ^ c) * hash_prime;
		local = c == ':' ? hash_seed
				 : (local ^ c) * hash_prime;
	}
	s->hash = hash;
	s->local = local;
	if (s->name_len <= STANZA_NAME_MAX)
		s->name_len += i - from > STANZA_NAME_MAX
		    ? STANZA_NAME_MAX + 1
		    : (uint32_t)(i - from);
	return i;
}

static size_t in_name(struct scan *s, const char *p, size_t i, size_t n)
{
	i = hash_name(s, p, i, n);
	if (i < n)
		s->state = TAG;
	return i;
}

static size_t in_tag(struct scan *s, const char *p, size_t i, size_t n)
{
	for (; i < n; i++) {
		switch (p[i]) {
		case '>':
			tag_ends(s, i + 1, false);
			return i + 1;
		case '/':
			s->state = SLASH;
			return i + 1;
		case '"':
		case '\'':
			if (++s->attrs > STANZA_ATTRS_MAX)
				note(s, s->at + i,
				    "more than 256 attributes in a tag");
			s->quote = (unsigned char)p[i];
			s->state = VALUE;
			return i + 1;
		case '<':
			/* The tag was never closed: go on with what this is. */
			note(s, s->at + i, "'<' inside a tag");
			tag_ends(s, i, false);
			return i;
		default:
			break;
		}
	}
	return i;
}

static size_t in_value(struct scan *s, const char *p, size_t i, size_t n)
{
	i = find_any(p, i, n, (char)s->quote);
	if (i == n)
		return i;
	if (p[i] == '&')
		return begin_ref(s, i, VALUE);
	if (p[i] == '<') {
		/* Never allowed in a value: most likely a quote is missing. */
		note(s, s->at + i, "'<' inside an attribute");
		tag_ends(s, i, false);
		return i;
	}
	s->state = TAG;
	return i + 1;
}

static size_t in_slash(struct scan *s, const char *p, size_t i, size_t n)
{
	(void)n;
	if (p[i] == '>') {
		tag_ends(s, i + 1, true);
		return i + 1;
	}
	note(s, s->at + i, "'/' inside a tag");
	s->state = TAG;
	return i;
}

static size_t in_end_name(struct scan *s, const char *p, size_t i, size_t n)
{
	i = hash_name(s, p, i, n);
	if (i < n)
		s->state = END_TAIL;
	return i;
}

static size_t in_end_tail(struct scan *s, const char *p, size_t i, size_t n)
{
	while (i < n && space(p[i]))
		i++;
	if (i == n)
		return i;
	if (p[i] == '>') {
		end_tag(s);
		return i + 1;
	}
	note(s, s->at + i, "bad end tag");
	if (p[i] == '<') {
		end_tag(s);
		return i;
	}
	return i + 1;
}

static size_t in_bang(struct scan *s, const char *p, size_t i, size_t n)
{
	/* run: how many of the word's bytes came; mark: which word it is. */
	static const char *const words[STATES] = {[COMMENT] = "--",
	    [CDATA] = "[CDATA[", [DOCTYPE] = "DOCTYPE"};
	const char *word;

	for (;; i++) {
		if (i == n)
			return i;
		if (s->run == 0)
			s->mark = p[i] == '-' ? COMMENT
			    : p[i] == '['     ? CDATA
					      : DOCTYPE;
		word = words[s->mark];
		if (p[i] != word[s->run]) {
			note(s, s->tag_at, "'<!' that begins no markup");
			finish(s, SCAN_ELEMENT);
			return i;
		}
		if (!word[++s->run])
			break;
	}
	s->state = (unsigned char)s->mark;
	s->back = TEXT;
	s->run = s->quote = s->subset = 0;
	if (s->state == COMMENT)
		note(s, s->tag_at, "comment");
	else if (s->state == CDATA && s->depth == 0)
		note(s, s->tag_at, "text outside of a stanza");
	return i + 1;
}

/* Behind the first '>' that need characters c go before; run counts those
 * that the last chunk ended in. n if there is none yet. */
static size_t until(struct scan *s, const char *p, size_t i, size_t n, char c,
    unsigned need, bool *found)
{
	for (;;) {
		const char *gt = find(p, i, n, '>');
		size_t end = gt ? (size_t)(gt - p) : n, k = end;
		unsigned run;

		while (k > i && p[k - 1] == c && end - k < need)
			k--;
		run = (unsigned)(end - k) + (k == i ? s->run : 0);
		s->run = (unsigned char)(gt ? 0 : run > need ? need : run);
		*found = gt && run >= need;
		if (!gt || *found)
			return gt ? end + 1 : n;
		i = end + 1;
	}
}

static size_t in_comment(struct scan *s, const char *p, size_t i, size_t n)
{
	bool found;

	i = until(s, p, i, n, '-', 2, &found);
	if (found && s->back == DOCTYPE)
		s->state = DOCTYPE;
	else if (found)
		finish(s, SCAN_ELEMENT);
	return i;
}

static size_t in_cdata(struct scan *s, const char *p, size_t i, size_t n)
{
	bool found;

	i = until(s, p, i, n, ']', 2, &found);
	if (found)
		finish(s, SCAN_ELEMENT);
	return i;
}

/* "xml" and white space make it an XML declaration. */
static size_t in_pi_target(struct scan *s, const char *p, size_t i, size_t n)
{
	for (; i < n && s->run < 3 && p[i] == "xml"[s->run]; i++)
		s->run++;
	if (i == n)
		return i;
	s->declaration = s->back == TEXT && s->run == 3 && space(p[i]);
	if (!s->declaration || s->depth)
		note(s, s->tag_at, s->declaration ? "XML declaration in a stanza"
						  : "processing instruction");
	s->run = 0;
	s->state = PI;
	return i;
}

static size_t in_pi(struct scan *s, const char *p, size_t i, size_t n)
{
	bool found;

	i = until(s, p, i, n, '?', 1, &found);
	if (!found)
		return i;
	if (s->back == DOCTYPE) {
		s->state = DOCTYPE;
		return i;
	}
	/* Inside an element this can only be the beginning of another
	 * stream: what came before it was cut off. */
	if (s->declaration)
		s->depth = 0;
	finish(s, SCAN_DECLARATION);
	return i;
}

static size_t in_doctype(struct scan *s, const char *p, size_t i, size_t n)
{
	note(s, s->tag_at, "document type declaration");
	for (; i < n; i++) {
		char c = p[i];

		if (s->quote) {
			s->quote = c == (char)s->quote ? 0 : s->quote;
		} else if (c == '"' || c == '\'') {
			s->quote = (unsigned char)c;
		} else if (c == '[' || c == ']') {
			s->subset = c == '[';
		} else if (c == '<') {
			s->state = SUBSET_LT;
			s->run = 0;
			return i + 1;
		} else if (c == '>' && !s->subset) {
			finish(s, SCAN_ELEMENT);
			return i + 1;
		}
	}
	return i;
}

/* Comments and processing instructions of a subset may hold quotes. */
static size_t in_subset_lt(struct scan *s, const char *p, size_t i, size_t n)
{
	for (; i < n; i++) {
		if (s->run == 0 && p[i] == '?') {
			s->state = PI_TARGET;
			s->back = DOCTYPE;
			return i + 1;
		}
		if (p[i] != "!--"[s->run]) {
			s->state = DOCTYPE;
			return i;
		}
		if (++s->run == 3) {
			s->state = COMMENT;
			s->back = DOCTYPE;
			s->run = 0;
			return i + 1;
		}
	}
	return i;
}

static void over_begin(struct scan *s, const char *p, size_t n)
{
	struct scan_over *o = s->over = mem_zalloc(sizeof(*o));
	size_t head = s->tag > SCAN_HEAD ? s->tag : SCAN_HEAD;

	o->digest = digest_new(NULL, 0);
	o->tag = s->tag;
	buf_add(&o->head, p, head < n ? head : n);
	digest_begin(o->digest);
}

/* Of an element that is too large or bad, the bytes p[from..to) are not kept
 * any longer. Returns whether that is so. */
static bool drop(struct scan *s, const char *p, size_t from, size_t to)
{
	bool large = s->at + to - s->item_at > s->limit;

	if (!s->inside || (!s->why && !large))
		return false;
	if (s->why) {
		over_free(s);
	} else {
		if (!s->over)
			over_begin(s, p + from, to - from);
		digest_add(s->over->digest, p + from, to - from);
	}
	return true;
}

static enum scan_item found(struct scan *s, const char *p, size_t from,
    size_t to)
{
	enum scan_item item = (enum scan_item)s->found;

	if (drop(s, p, from, to))
		item = s->why ? SCAN_FAULT : SCAN_OVERSIZE;
	if (item == SCAN_OVERSIZE && s->found != SCAN_ELEMENT) {
		s->why = "tag longer than the limit";
		s->fault_at = s->item_at;
		item = SCAN_FAULT;
	} else if (item == SCAN_OVERSIZE) {
		s->over->bytes = s->at + to - s->item_at;
		digest_hex(s->over->digest, s->over->sha256);
	}
	s->item = (struct span){p + from, to - from};
	s->inside = false;
	s->found = SCAN_MORE;
	return item;
}

/* Forget the item that the last call returned. */
static void begin(struct scan *s)
{
	if (s->inside)
		return;
	over_free(s);
	s->why = NULL;
	s->ended = false;
}

static size_t (*const steps[STATES])(struct scan *, const char *, size_t,
    size_t) = {in_text, in_ref, in_lt, in_name, in_tag, in_value, in_slash,
    in_end_name, in_end_tail, in_bang, in_comment, in_cdata, in_pi_target,
    in_pi, in_doctype, in_subset_lt};

enum scan_item scan_next(struct scan *s, const char *p, size_t n,
    size_t *take)
{
	enum scan_item item = SCAN_MORE;
	size_t i = s->seen, last, from;

	begin(s);
	while (i < n && s->found == SCAN_MORE) {
		last = i;
		i = steps[s->state](s, p, i, n);
		if (i == last && !s->inside && s->found == SCAN_MORE)
			break; /* a byte order mark, perhaps */
	}
	/* Dropped bytes are not at p any more. */
	from = s->item_at > s->at ? (size_t)(s->item_at - s->at) : 0;
	if (s->found != SCAN_MORE) {
		item = found(s, p, from, i);
		*take = i;
	} else if (!s->inside || drop(s, p, from, i)) {
		*take = i;
	} else {
		*take = from;
	}
	s->at += *take;
	s->seen = i - *take;
	return item;
}

bool scan_cut_off(const struct scan *s, size_t left)
{
	return s->inside || left;
}
