/* SPDX-License-Identifier: ISC */
/* Scanning tags. */
#include "xml/scan-internal.h"

/* FNV-1a */
static const uint32_t hash_seed = 2166136261u, hash_prime = 16777619;
static const uint32_t hash_stream = 0x5f6f6d65;	/* of "stream" */
static const uint32_t hash_message = 0x24f208e4;
static const uint32_t hash_presence = 0x8cd34f84;
static const uint32_t hash_iq = 0x4c388bef;
static const uint32_t hash_forwarded = 0x588604ab; /* XEP-0297 */

enum { RESUME_MAX = 64 }; /* bytes of a name that a stream may resume at */

static void push(struct scan *s)
{
	if (s->depth < STANZA_DEPTH_MAX)
		s->open[s->depth] = s->hash;
	else
		scan_note(s, s->tag_at, "nested deeper than 128 elements");
	s->depth++;
}

static bool stream_name(const struct scan *s)
{
	return s->local == hash_stream;
}

/* Note what cannot be in any XML; that elements are still open may then be
 * the fault's, too. */
static void broken(struct scan *s, uint64_t at, const char *why)
{
	scan_note(s, at, why);
	s->broken = s->why != NULL;
	s->lost = true;
}

static bool stanza_name(uint32_t hash)
{
	return hash == hash_message || hash == hash_presence ||
	    hash == hash_iq;
}

/* No element has a stanza for its child but what forwards one; and what holds
 * that is itself in a stanza, if it is not an export. */
static bool may_be_own(const struct scan *s)
{
	return (stanza_name(s->local) || stream_name(s)) &&
	    (s->plain || s->depth > STANZA_DEPTH_MAX ||
		s->open[s->depth - 1] != hash_forwarded);
}

/* A start tag is read, up to its '>'. */
static void tag_ends(struct scan *s, size_t i, bool empty)
{
	if (s->name_len > STANZA_NAME_MAX)
		scan_note(s, s->tag_at, "name longer than 1024 bytes");
	if (s->depth == 0) {
		uint64_t size = s->at + i - s->item_at;

		s->tag = size <= s->limit ? (size_t)size : 0;
		s->tag_seen = true;
		s->plain = !stanza_name(s->local);
	} else if (s->recording && may_be_own(s)) {
		s->found = SCAN_INNER;
	}
	if (empty) {
		scan_finish(s, SCAN_ELEMENT);
	} else if (s->depth == 0 && stream_name(s)) {
		scan_finish(s, SCAN_HEADER);
	} else {
		if (s->recording && !s->broken && s->depth == 0 && s->plain)
			s->found = SCAN_OPEN;
		push(s);
		s->state = IN_TEXT;
	}
}

/* An end tag that does not match: close what it could have meant. */
static void mismatch(struct scan *s)
{
	uint32_t depth = s->depth;

	broken(s, s->tag_at, "end tag does not match");
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
		scan_finish(s, SCAN_FOOTER);
		return;
	}
	if (s->depth > STANZA_DEPTH_MAX || s->open[s->depth - 1] == s->hash)
		s->depth--;
	else
		mismatch(s);
	scan_finish(s, SCAN_ELEMENT);
}

size_t scan_lt(struct scan *s, const char *p, size_t i, size_t n)
{
	char c = p[i];

	(void)n;
	s->hash = s->local = hash_seed;
	s->name_len = s->attrs = 0;
	s->run = 0;
	s->mark = 0;
	if (c == '/') {
		s->state = IN_END_NAME;
	} else if (c == '!') {
		s->state = IN_BANG;
	} else if (c == '?') {
		s->state = IN_PI_TARGET;
		s->back = IN_TEXT;
		s->declaration = false;
	} else if (scan_name_start(c)) {
		s->state = IN_NAME;
		return i;
	} else {
		scan_note(s, s->tag_at, "'<' that begins no tag");
		s->lost = true;
		s->stray = true; /* so what follows is no fault of its own */
		scan_finish(s, SCAN_ELEMENT);
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

		if (c == '>' || c == '/' || c == '<' || scan_space((char)c))
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

/* Whether a broken element ends where this tag begins: a stream's header, or
 * a stanza where none can be. Only what no server passes on breaks elements,
 * so nobody can have a stanza of his making taken out of another. */
static bool resumes(const struct scan *s)
{
	return s->broken && (stream_name(s) ||
		(s->depth == 1 && stanza_name(s->hash)));
}

/* Of a recording it is the whole tag that says so. */
bool scan_may_resume(const struct scan *s, size_t i)
{
	bool tag = (s->state >= IN_LT && s->state <= IN_SLASH) ||
	    (s->state == IN_REF && s->back == IN_VALUE);

	if (s->recording && s->depth && tag && s->tag_at >= s->at)
		return s->at + i - s->tag_at <= s->limit;
	return s->broken && s->name_len <= RESUME_MAX &&
	    (s->state == IN_LT || s->state == IN_NAME);
}

size_t scan_name(struct scan *s, const char *p, size_t i, size_t n)
{
	i = hash_name(s, p, i, n);
	if (i == n)
		return i;
	s->state = IN_TAG;
	s->run = 0;
	if (s->name_len <= RESUME_MAX && resumes(s)) {
		s->depth = 0;
		scan_finish(s, SCAN_ELEMENT);
		return (size_t)(s->tag_at - s->at);
	}
	return i;
}

size_t scan_tag(struct scan *s, const char *p, size_t i, size_t n)
{
	for (; i < n; i++) {
		switch (p[i]) {
		case '>':
			tag_ends(s, i + 1, false);
			return i + 1;
		case '/':
			s->state = IN_SLASH;
			return i + 1;
		case '"':
		case '\'':
			if (++s->attrs > STANZA_ATTRS_MAX)
				scan_note(s, s->at + i,
				    "more than 256 attributes in a tag");
			/* What one begins is a value, or anybody's guess. */
			s->lost = s->lost || s->run != '=';
			s->quote = (unsigned char)p[i];
			s->state = IN_VALUE;
			return i + 1;
		case '<':
			/* The tag was never closed: go on with what this is. */
			broken(s, s->at + i, "'<' inside a tag");
			tag_ends(s, i, false);
			return i;
		default:
			if (!scan_space(p[i]))
				s->run = (unsigned char)p[i];
			break;
		}
	}
	return i;
}

size_t scan_value(struct scan *s, const char *p, size_t i, size_t n)
{
	i = scan_find(p, i, n, (char)s->quote);
	if (i == n)
		return i;
	if (p[i] == '&')
		return scan_begin_ref(s, i, IN_VALUE);
	if (p[i] == '<') {
		/* Never allowed in a value: most likely a quote is missing. */
		broken(s, s->at + i, "'<' inside an attribute");
		tag_ends(s, i, false);
		return i;
	}
	s->state = IN_TAG;
	s->run = 0;
	return i + 1;
}

size_t scan_slash(struct scan *s, const char *p, size_t i, size_t n)
{
	(void)n;
	if (p[i] == '>') {
		tag_ends(s, i + 1, true);
		return i + 1;
	}
	scan_note(s, s->at + i - 1, "'/' inside a tag");
	s->lost = true;
	if (scan_space(p[i]))
		return i + 1;
	s->state = IN_TAG;
	return i;
}

size_t scan_end_name(struct scan *s, const char *p, size_t i, size_t n)
{
	i = hash_name(s, p, i, n);
	if (i < n)
		s->state = IN_END_TAIL;
	return i;
}

size_t scan_end_tail(struct scan *s, const char *p, size_t i, size_t n)
{
	while (i < n && scan_space(p[i]))
		i++;
	if (i == n)
		return i;
	if (p[i] == '>') {
		end_tag(s);
		return i + 1;
	}
	broken(s, s->at + i, "bad end tag");
	if (p[i] == '<') {
		end_tag(s);
		return i;
	}
	return i + 1;
}
