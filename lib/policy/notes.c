/* SPDX-License-Identifier: ISC */
/* What is wrong with a policy, and where. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "policy/internal.h"

enum { SHOWN_MAX = 60 }; /* bytes */

struct span span_cut(struct span s)
{
	size_t n = s.n < SHOWN_MAX ? s.n : SHOWN_MAX;

	/* Not in the middle of a character. */
	while (n && n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return (struct span){s.p, n};
}

static void add_note(struct policy *p, struct place at, bool warning,
    const char *format, va_list ap)
{
	struct buf b = BUF_EMPTY;
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (n < 0)
		return;
	vsnprintf(buf_room(&b, (size_t)n + 1), (size_t)n + 1, format, ap);
	if (p->notes == p->note_cap) {
		p->note_cap = p->note_cap ? 2 * p->note_cap : 16;
		p->note = mem_resize(p->note, p->note_cap, sizeof(*p->note));
	}
	p->note[p->notes] = (struct note){.place = at,
	    .number = p->notes,
	    .text = b.data,
	    .note = {.warning = warning}};
	p->notes++;
	p->faults += !warning;
}

void policy_fault(struct policy *p, struct place at, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add_note(p, at, false, format, ap);
	va_end(ap);
}

void policy_warn(struct policy *p, struct place at, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add_note(p, at, true, format, ap);
	va_end(ap);
}

static int compare_notes(const void *a, const void *b)
{
	const struct note *x = a, *y = b;

	if (x->place.source != y->place.source)
		return x->place.source < y->place.source ? -1 : 1;
	if (x->place.line != y->place.line)
		return x->place.line < y->place.line ? -1 : 1;
	return x->number < y->number ? -1 : 1;
}

void policy_sort_notes(struct policy *p)
{
	if (p->notes)
		qsort(p->note, p->notes, sizeof(*p->note), compare_notes);
	for (size_t i = 0; i < p->notes; i++) {
		struct note *n = &p->note[i];

		n->note.path = p->source[n->place.source].path;
		n->note.line = n->place.line;
		n->note.text = n->text;
	}
}

const struct policy_note *policy_note(const struct policy *p, size_t i)
{
	return i < p->notes ? &p->note[i].note : NULL;
}

void policy_say(const struct policy *p, bool warned, const char *whose,
    void (*say)(const char *format, ...)
	__attribute__((format(printf, 1, 2))))
{
	const struct policy_note *n;

	for (size_t i = 0; (n = policy_note(p, i)) != NULL; i++) {
		const char *kind = n->warning ? "warning: " : "";

		if (n->warning && !warned)
			continue;
		if (n->line)
			say("%s%s:%lu: %s%s", whose, n->path, n->line, kind,
			    n->text);
		else
			say("%s%s: %s%s", whose, n->path, kind, n->text);
	}
}
