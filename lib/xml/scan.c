/* SPDX-License-Identifier: ISC */
/* Framing a stream: a state machine that can stop at any byte. */
#include "xml/scan-internal.h"

#include <string.h>

void scan_init(struct scan *s, size_t limit)
{
	*s = (struct scan){.limit = limit};
}

static void forget_over(struct scan *s)
{
	oversize_free(s->over);
	s->over = NULL;
}

void scan_release(struct scan *s)
{
	if (s)
		forget_over(s);
}

void scan_restart(struct scan *s, uint64_t at, bool recording)
{
	size_t limit = s->limit;

	scan_release(s);
	scan_init(s, limit);
	s->at = at;
	s->recording = recording;
}

size_t scan_enter(struct scan *s)
{
	size_t n = s->seen;

	scan_restart(s, s->at + n, s->recording);
	return n;
}

void scan_note(struct scan *s, uint64_t at, const char *why)
{
	if (s->why || (s->inside && at - s->item_at >= s->limit))
		return;
	s->why = why;
	s->fault_at = at;
}

void scan_finish(struct scan *s, enum scan_item item)
{
	s->state = IN_TEXT;
	if (s->depth == 0)
		s->found = (unsigned char)item;
}

/* Outside of elements: only white space may be there (RFC 6120 section
 * 4.6.1). Waits where a byte order mark may be on its way. */
size_t scan_outside(struct scan *s, const char *p, size_t i, size_t n)
{
	static const char bom[] = "\xef\xbb\xbf";
	uint64_t at;
	size_t have;

	while (i < n && scan_space(p[i]))
		i++;
	at = s->at + i;
	if (i == n)
		return i;
	if (p[i] == '<') {
		s->inside = true;
		s->stray = false;
		s->item_at = s->tag_at = s->counted = at;
		s->tag = 0;
		s->broken = s->tag_seen = s->lost = false;
		s->state = IN_LT;
		return i + 1;
	}
	have = n - i < 3 ? n - i : 3;
	if (at == 0 && memcmp(p + i, bom, have) == 0) {
		s->item_at = at;
		if (have < 3)
			return i;
		scan_note(s, at, "byte order mark");
		s->found = SCAN_FAULT;
		return i + 3;
	}
	if (!s->stray) {
		scan_note(s, at, p[i] ? "text outside of a stanza"
				 : "NUL outside of a stanza");
		s->item_at = at;
		s->found = SCAN_FAULT;
	}
	s->stray = true;
	while (i < n && p[i] != '<')
		i++;
	return i;
}

/* Of an element that is too large or bad, the bytes p[from..to) are not kept
 * any longer. Returns whether that is so. The start tag is wanted whole. */
static bool drop(struct scan *s, const char *p, size_t from, size_t to)
{
	bool large = s->at + to - s->item_at > s->limit;
	struct span more;

	if (!s->inside || (!s->why && !large))
		return false;
	if (!large && !s->tag && s->found == SCAN_MORE)
		return false;
	/* Of a tag that stayed because the element may end where it begins,
	 * some bytes were seen before. */
	if (s->counted > s->at + from)
		from = (size_t)(s->counted - s->at);
	if (from > to)
		from = to;
	more = (struct span){p + from, to - from};
	if (s->counted < s->at + to)
		s->counted = s->at + to;
	if (s->over)
		oversize_add(s->over, more);
	else
		s->over = oversize_new(more, s->tag);
	return true;
}

static enum scan_item found(struct scan *s, const char *p, size_t from,
    size_t to)
{
	enum scan_item item = (enum scan_item)s->found;

	if (drop(s, p, from, to) && !s->why)
		item = SCAN_OVERSIZE;
	if (item == SCAN_OVERSIZE && s->found != SCAN_ELEMENT) {
		s->why = "tag longer than the limit";
		s->fault_at = s->item_at;
	}
	if (item == SCAN_OVERSIZE && s->lost && !s->why) {
		s->why = "too large, and not well-formed";
		s->fault_at = s->item_at;
	}
	if (s->why)
		item = SCAN_FAULT;
	if (s->over && (s->found != SCAN_ELEMENT || s->lost || !s->tag_seen))
		forget_over(s);
	if (s->over)
		oversize_end(s->over);
	s->item = (struct span){p + from, to - from};
	s->inside = false;
	s->found = SCAN_MORE;
	return item;
}

/* The tag that is told of, unless it began too far back. */
static struct span told(const struct scan *s, const char *p, size_t to)
{
	size_t from = (size_t)(s->tag_at - s->at);

	if (s->tag_at < s->at)
		return (struct span){NULL, 0};
	return (struct span){p + from, to - from};
}

/* Forget the item that the last call returned. */
static void begin(struct scan *s)
{
	if (s->inside)
		return;
	forget_over(s);
	s->why = NULL;
	s->ended = false;
}

static size_t (*const steps[SCAN_STATES])(struct scan *, const char *, size_t,
    size_t) = {
    [IN_TEXT] = scan_text,
    [IN_REF] = scan_ref,
    [IN_LT] = scan_lt,
    [IN_NAME] = scan_name,
    [IN_TAG] = scan_tag,
    [IN_VALUE] = scan_value,
    [IN_SLASH] = scan_slash,
    [IN_END_NAME] = scan_end_name,
    [IN_END_TAIL] = scan_end_tail,
    [IN_BANG] = scan_bang,
    [IN_COMMENT] = scan_comment,
    [IN_CDATA] = scan_cdata,
    [IN_PI_TARGET] = scan_pi_target,
    [IN_PI] = scan_pi,
    [IN_DOCTYPE] = scan_doctype,
    [IN_SUBSET_LT] = scan_subset_lt,
};

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
	*take = i;
	if (s->found == SCAN_OPEN || s->found == SCAN_INNER) {
		item = (enum scan_item)s->found;
		s->found = SCAN_MORE;
		s->item = told(s, p, i);
	}
	if (s->found != SCAN_MORE)
		item = found(s, p, from, i);
	else if (s->inside && !drop(s, p, from, i))
		*take = from;
	else if (scan_may_resume(s, i))
		*take = (size_t)(s->tag_at - s->at);
	s->at += *take;
	s->seen = i - *take;
	return item;
}

bool scan_cut_off(struct scan *s, size_t left)
{
	if (!s->inside && !left)
		return false;
	scan_note(s, s->item_at, "cut off before its end");
	return true;
}
