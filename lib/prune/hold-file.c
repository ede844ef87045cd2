/* SPDX-License-Identifier: ISC */
/* Legal holds. */
#include "prune/hold-file.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/label.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "base/uuid.h"
#include "base/whole.h"

static const struct word {
	const char *word;
	enum search_key key;
} words[] = {{"with", SEARCH_WITH}, {"from", SEARCH_FROM}, {"to", SEARCH_TO},
    {"since", SEARCH_SINCE}, {"until", SEARCH_UNTIL}, {"id", SEARCH_ID},
    {"rule", SEARCH_RULE}, {"node", SEARCH_NODE}};

enum { WORDS = sizeof(words) / sizeof(*words) };

struct reading {
	struct hold_file *to;
	const char *path;
	unsigned line;
	int64_t now;
	struct buf *mistakes;
};

static void mistake(struct reading *r, const char *what, const char *value,
    const char *why)
{
	buf_addf(r->mistakes, "%s:%u: %s", r->path, r->line, what);
	if (value)
		buf_addf(r->mistakes, " '%s'", value);
	buf_addf(r->mistakes, " %s\n", why);
}

/* Take the next word off; .n 0: there is none. */
static struct span next_word(struct span *rest)
{
	struct span word;

	while (rest->n && (*rest->p == ' ' || *rest->p == '\t'))
		*rest = (struct span){rest->p + 1, rest->n - 1};
	word = (struct span){rest->p, 0};
	while (word.n < rest->n && word.p[word.n] != ' ' &&
	    word.p[word.n] != '\t')
		word.n++;
	*rest = (struct span){rest->p + word.n, rest->n - word.n};
	return word;
}

/* A hold does not move with the day that it is looked at. */
static const char *check_value(enum search_key key, const char *value)
{
	int64_t when;

	if ((key == SEARCH_SINCE || key == SEARCH_UNTIL) &&
	    !stamp_rfc3339(value, &when))
		return "is neither a date nor a time of RFC 3339";
	if (key == SEARCH_ID && !uuid_valid(value, strlen(value)))
		return "is no id of a record";
	return NULL;
}

static bool add_condition(struct reading *r, struct hold *h,
    struct span word, struct span value)
{
	char *copy = mem_dup(value.n ? value.p : "", value.n);
	const char *why = NULL;
	size_t i = 0;

	while (i < WORDS && !span_is(word, words[i].word))
		i++;
	if (i == WORDS) {
		free(copy);
		copy = mem_dup(word.p, word.n);
		mistake(r, "condition", copy, "is none of with, from, to, "
		    "since, until, id, rule and node");
	} else if (!value.n) {
		mistake(r, words[i].word, NULL, "has nothing behind it");
		why = "";
	} else {
		why = check_value(words[i].key, copy);
		if (!why)
			why = search_add(h->search, words[i].key, copy,
			    r->now);
		if (why)
			mistake(r, words[i].word, copy, why);
	}
	free(copy);
	if (i == WORDS || why)
		return false;
	h->ids = h->ids && words[i].key == SEARCH_ID;
	return true;
}

static struct hold *add_hold(struct hold_file *f, struct span name)
{
	struct hold *h;

	f->hold = mem_resize(f->hold, f->count + 1, sizeof(*f->hold));
	h = &f->hold[f->count++];
	*h = (struct hold){.name = mem_dup(name.p, name.n),
	    .search = search_new(), .ids = true};
	return h;
}

/* Whether a line is an id alone, for which a hold is there that has only such:
 * that is asked once, however many there are. */
static struct hold *same_hold(struct hold_file *f, struct span name,
    struct span rest)
{
	struct span word = next_word(&rest);

	(void)next_word(&rest);
	if (!span_is(word, "id") || next_word(&rest).n)
		return NULL;
	for (size_t i = 0; i < f->count; i++) {
		if (f->hold[i].ids && span_is(name, f->hold[i].name))
			return &f->hold[i];
	}
	return NULL;
}

static void read_line(struct reading *r, struct span line)
{
	struct span rest = line, name = next_word(&rest), word;
	struct hold *h;
	bool any = false;

	if (line.n > HOLD_LINE_MAX || utf8_line(line.p, line.n) < line.n) {
		mistake(r, "line", NULL, line.n > HOLD_LINE_MAX
			? "is too long"
			: "is not UTF-8 or has a control character");
		return;
	}
	if (!name.n || *name.p == '#')
		return;
	if (!label_valid(name)) {
		mistake(r, "line", NULL, "does not begin with the name of a "
		    "hold");
		return;
	}
	h = same_hold(r->to, name, rest);
	if (!h)
		h = add_hold(r->to, name);
	while ((word = next_word(&rest)).n) {
		struct span value = next_word(&rest);

		if (!add_condition(r, h, word, value))
			return;
		buf_addf(&h->text, "%s%.*s %.*s", h->text.len ? " " : "",
		    SPAN_ARG(word), SPAN_ARG(value));
		any = true;
	}
	if (!any)
		mistake(r, "hold", h->name, "has no condition");
}

void hold_file_read(struct hold_file *f, const char *path, int64_t now,
    struct buf *mistakes)
{
	struct reading r = {.to = f, .path = path, .now = now,
	    .mistakes = mistakes};
	struct buf text = BUF_EMPTY;
	size_t at = 0;

	if (!whole_file(path, HOLD_FILE_MAX, &text)) {
		buf_addf(mistakes, "cannot read '%s': %s\n", path,
		    strerror(errno));
		buf_release(&text);
		return;
	}
	while (at < text.len) {
		const char *p = text.data + at;
		const char *lf = memchr(p, '\n', text.len - at);
		size_t n = lf ? (size_t)(lf - p) : text.len - at;

		r.line++;
		/* Who is still writing it may be in the middle of an id. */
		if (!lf)
			mistake(&r, "line", NULL, "is cut off: it has no line "
			    "feed");
		else
			read_line(&r, (struct span){p, n});
		at += n + 1;
	}
	buf_release(&text);
}

static void count(struct hold *h, const struct record *r)
{
	const char *time = r->field[RECORD_TIME].p;

	if (!h->records || memcmp(time, h->first, STAMP_LEN) < 0)
		memcpy(h->first, time, STAMP_LEN);
	if (!h->records || memcmp(time, h->last, STAMP_LEN) > 0)
		memcpy(h->last, time, STAMP_LEN);
	h->records++;
}

const struct hold *hold_file_match(struct hold_file *f,
    const struct record *r)
{
	const struct hold *first = NULL;

	for (size_t i = 0; i < f->count; i++) {
		struct hold *h = &f->hold[i];

		if (search_matches(h->search, r) == SEARCH_NO)
			continue;
		count(h, r);
		if (!first)
			first = h;
	}
	return first;
}

void hold_file_release(struct hold_file *f)
{
	for (size_t i = 0; i < f->count; i++) {
		free(f->hold[i].name);
		buf_release(&f->hold[i].text);
		search_free(f->hold[i].search);
	}
	free(f->hold);
	*f = (struct hold_file){NULL, 0};
}
