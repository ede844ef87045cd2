/* SPDX-License-Identifier: ISC */
/* The states of the scanner and what they share; used by scan*.c alone. */
#ifndef XML_SCAN_INTERNAL_H
#define XML_SCAN_INTERNAL_H

#include "xml/scan.h"

enum scan_state {
	IN_TEXT,      /* between markup */
	IN_REF,       /* behind '&' */
	IN_LT,        /* behind '<' */
	IN_NAME,      /* in the name of a start tag */
	IN_TAG,       /* in a start tag */
	IN_VALUE,     /* in an attribute's value */
	IN_SLASH,     /* behind the '/' of <a/> */
	IN_END_NAME,  /* in the name of an end tag */
	IN_END_TAIL,  /* behind it */
	IN_BANG,      /* behind "<!" */
	IN_COMMENT,   /* in <!-- --> */
	IN_CDATA,     /* in <![CDATA[ ]]> */
	IN_PI_TARGET, /* behind "<?" */
	IN_PI,        /* behind the target */
	IN_DOCTYPE,   /* in <!DOCTYPE > */
	IN_SUBSET_LT, /* behind a '<' of its internal subset */
	SCAN_STATES,
};

/* Note the first fault of an item, in a few words, at a place in the stream.
 * What lies beyond the limit is not looked at: the element is too large,
 * whatever else it is. */
void scan_note(struct scan *, uint64_t at, const char *why);

/* What was being read ends here; an item does, unless an element is open. */
void scan_finish(struct scan *, enum scan_item);

/* Whether the tag being read, up to p[i], may turn out to end a broken element,
 * so that its bytes, from tag_at on, must stay. */
bool scan_may_resume(const struct scan *, size_t i);

/* The first '<', '&' or c from i on, n if there is none. */
size_t scan_find(const char *p, size_t i, size_t n, char c);

/* A reference begins at the '&' at i; back is the state behind it. Returns
 * where it goes on. */
size_t scan_begin_ref(struct scan *, size_t i, enum scan_state back);

/* Each goes on from p[i], i < n, in its state, and returns where it stopped:
 * at n, or in another state, or with an item found. */
size_t scan_outside(struct scan *, const char *, size_t i, size_t n);
size_t scan_text(struct scan *, const char *, size_t i, size_t n);
size_t scan_ref(struct scan *, const char *, size_t i, size_t n);
size_t scan_lt(struct scan *, const char *, size_t i, size_t n);
size_t scan_name(struct scan *, const char *, size_t i, size_t n);
size_t scan_tag(struct scan *, const char *, size_t i, size_t n);
size_t scan_value(struct scan *, const char *, size_t i, size_t n);
size_t scan_slash(struct scan *, const char *, size_t i, size_t n);
size_t scan_end_name(struct scan *, const char *, size_t i, size_t n);
size_t scan_end_tail(struct scan *, const char *, size_t i, size_t n);
size_t scan_bang(struct scan *, const char *, size_t i, size_t n);
size_t scan_comment(struct scan *, const char *, size_t i, size_t n);
size_t scan_cdata(struct scan *, const char *, size_t i, size_t n);
size_t scan_pi_target(struct scan *, const char *, size_t i, size_t n);
size_t scan_pi(struct scan *, const char *, size_t i, size_t n);
size_t scan_doctype(struct scan *, const char *, size_t i, size_t n);
size_t scan_subset_lt(struct scan *, const char *, size_t i, size_t n);

/* Whether c may begin a name; of what is not ASCII the parser judges. */
static inline bool scan_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	    c == ':' || (unsigned char)c >= 0x80;
}

static inline bool scan_space(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

#endif
