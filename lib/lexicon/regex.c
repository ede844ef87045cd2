/* SPDX-License-Identifier: ISC */
/* Regular expressions, by PCRE2. */
#include "lexicon/regex.h"

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "lexicon/boundary.h"

enum {
	STACK_MIN = 32 * 1024,
	STACK_MAX = 4 * 1024 * 1024, /* of the compiled ones */
	HEAP_KIB = 8 * 1024,         /* of the interpreted ones */
	STEPS = 10000,               /* from one place of the text ... */
	STEPS_BYTE = 4,              /* ... and for each byte more */
	WINDOW = 10 * 1000 * 1000,   /* places times bytes at a time */
	WINDOW_MIN = 16,
	TIME_MAX = 10 * 1000 * 1000, /* ns for one search ... */
	TIME_BYTE = 100,             /* ... and for each byte of the text */
};

/* For text of any kind, and for plain ASCII, where the same matches but the
 * classes need no tables: up to ten times as fast. */
enum form { WIDE, ASCII, FORMS };

struct pattern {
	pcre2_code *code[FORMS];
	bool ready[FORMS]; /* compiled to machine code, if that can be */
};

struct regex {
	struct pattern *pattern;
	size_t count, cap;
	pcre2_match_data *data;
	pcre2_match_context *limits;
	pcre2_jit_stack *stack;
};

static void *checked(void *p)
{
	if (!p)
		mem_exhausted();
	return p;
}

struct regex *regex_new(void)
{
	struct regex *r = mem_zalloc(sizeof(*r));

	r->data = checked(pcre2_match_data_create(1, NULL));
	r->limits = checked(pcre2_match_context_create(NULL));
	r->stack = pcre2_jit_stack_create(STACK_MIN, STACK_MAX, NULL);
	if (r->stack)
		pcre2_jit_stack_assign(r->limits, NULL, r->stack);
	pcre2_set_heap_limit(r->limits, HEAP_KIB);
	return r;
}

void regex_free(struct regex *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->count; i++) {
		for (int f = 0; f < FORMS; f++)
			pcre2_code_free(r->pattern[i].code[f]);
	}
	free(r->pattern);
	pcre2_match_data_free(r->data);
	pcre2_match_context_free(r->limits);
	pcre2_jit_stack_free(r->stack);
	free(r);
}

static uint32_t options(unsigned flags)
{
	uint32_t o =
	    PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT;

	if (flags & REGEX_CASELESS)
		o |= PCRE2_CASELESS;
	if (flags & REGEX_MULTILINE)
		o |= PCRE2_MULTILINE;
	if (flags & REGEX_DOTALL)
		o |= PCRE2_DOTALL;
	if (flags & REGEX_EXTENDED)
		o |= PCRE2_EXTENDED;
	return o;
}

static pcre2_code *compile(struct span pattern, uint32_t how, struct buf *why)
{
	PCRE2_UCHAR text[256];
	PCRE2_SIZE offset;
	int error;
	pcre2_code *code = pcre2_compile(
	    (PCRE2_SPTR)pattern.p, pattern.n, how, &error, &offset, NULL);

	if (!code) {
		pcre2_get_error_message(error, text, sizeof(text));
		buf_addf(why, "%s at offset %zu", (char *)text, offset);
	}
	return code;
}

static bool compile_both(
    struct pattern *p, struct span pattern, uint32_t how, struct buf *why)
{
	p->code[WIDE] = compile(pattern, how | PCRE2_UCP, why);
	if (!p->code[WIDE])
		return false;
	p->code[ASCII] = compile(pattern, how, why);
	if (p->code[ASCII])
		return true;
	pcre2_code_free(p->code[WIDE]);
	return false;
}

int regex_add(
    struct regex *r, struct span pattern, unsigned flags, struct buf *why)
{
	uint32_t how = options(flags);
	struct pattern p = {{NULL, NULL}, {false, false}};
	struct buf ours = BUF_EMPTY, other = BUF_EMPTY;
	bool ok = boundary_rewrite(&ours, pattern, flags & REGEX_EXTENDED) &&
	    compile_both(&p, buf_span(&ours), how, &other);

	/* What is said of it is said of the pattern as it was written. */
	ok = ok || compile_both(&p, pattern, how, why);
	buf_release(&ours);
	buf_release(&other);
	if (!ok)
		return -1;
	if (r->count == r->cap) {
		r->cap = r->cap ? r->cap * 2 : 8;
		r->pattern =
		    mem_resize(r->pattern, r->cap, sizeof(*r->pattern));
	}
	r->pattern[r->count] = p;
	return (int)r->count++;
}

/* Made when first needed, as it takes most of the time to compile. Without
 * machine code (the system may forbid it) it is slower, nothing else. */
static const pcre2_code *ready(struct pattern *p, enum form form)
{
	if (!p->ready[form])
		pcre2_jit_compile(p->code[form], PCRE2_JIT_COMPLETE);
	p->ready[form] = true;
	return p->code[form];
}

static int64_t now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* The end of the character that the byte at i belongs to or begins. */
static size_t char_end(struct span s, size_t i)
{
	while (i < s.n && ((unsigned char)s.p[i] & 0xc0) == 0x80)
		i++;
	return i;
}

/* Whether a search has taken its time. That of the processor, which others
 * cannot take, is only asked for where that of the wall, which costs no system
 * call, is over. */
static bool overdue(struct regex_search *s)
{
	int64_t most = TIME_MAX + (int64_t)s->text.n * TIME_BYTE;

	if (s->started)
		return now(CLOCK_MONOTONIC) - s->begun > most &&
		    now(CLOCK_THREAD_CPUTIME_ID) - s->started > most;
	s->begun = now(CLOCK_MONOTONIC);
	s->started = now(CLOCK_THREAD_CPUTIME_ID);
	return false;
}

static int match(
    struct regex *r, int number, const struct regex_search *s, size_t last)
{
	uint32_t how = PCRE2_NO_UTF_CHECK | (s->some ? PCRE2_NOTEMPTY : 0);
	const pcre2_code *code =
	    ready(&r->pattern[number], s->wide ? WIDE : ASCII);
	int rc;

	pcre2_set_offset_limit(r->limits, last);
	rc = pcre2_match(code, (PCRE2_SPTR)s->text.p, s->text.n, s->from, how,
	    r->data, r->limits);
	if (rc == PCRE2_ERROR_NOMEMORY)
		mem_exhausted();
	if (rc == PCRE2_ERROR_NOMATCH)
		return 0;
	return rc < 0 ? -1 : 1;
}

/* Go past the match; with \K and lookbehind it may lie anywhere. */
static void take_match(struct regex *r, struct regex_search *s)
{
	const PCRE2_SIZE *o = pcre2_get_ovector_pointer(r->data);

	s->at = o[0];
	s->len = o[1] > o[0] ? o[1] - o[0] : 0;
	s->from = o[1] > s->from ? o[1] : char_end(s->text, s->from + 1);
}

/* The limits of PCRE2 hold for each place where a match could begin, so many
 * places are tried some at a time, with an eye on the clock. */
int regex_find(struct regex *r, int number, struct regex_search *s)
{
	size_t window = WINDOW / (s->text.n + 1), last;
	uint32_t steps = (uint32_t)(STEPS + s->text.n * STEPS_BYTE);
	int rc = 0;

	if (s->from == 0)
		s->wide = utf8_ascii(s->text.p, s->text.n) < s->text.n;
	if (window < WINDOW_MIN)
		window = WINDOW_MIN;
	pcre2_set_match_limit(r->limits, steps);
	pcre2_set_depth_limit(r->limits, steps);
	while (rc == 0 && s->from <= s->text.n) {
		bool whole = s->text.n - s->from <= window;

		if ((!whole || s->from > 0) && overdue(s))
			return -1;
		last = whole ? s->text.n : s->from + window;
		rc = match(r, number, s, last);
		if (rc == 0)
			s->from = char_end(s->text, last + 1);
	}
	if (rc > 0)
		take_match(r, s);
	return rc;
}
