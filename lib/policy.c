/* SPDX-License-Identifier: ISC */
/* Policies: their files, their tag, and what is wrong with them. */
#include "policy-rule.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mem.h"
#include "utf8.h"

enum { SHOWN_MAX = 60 };

struct policy *policy_new(void)
{
	struct policy *p = mem_zalloc(sizeof(*p));

	p->digest = digest_new(NULL, 0);
	digest_begin(p->digest);
	p->lexicon = lexicon_new();
	p->xpath = xpath_new();
	return p;
}

static void free_rule(struct rule *r)
{
	for (size_t i = 0; i < r->conditions; i++) {
		struct condition *c = &r->condition[i];

		free(c->entries.entry);
		table_free(c->own);
		free(c->tables);
		free(c->sets);
	}
	free(r->condition);
}

static void free_judged(struct judged *j)
{
	stanza_release(&j->stanza);
	parties_release(&j->parties);
	texts_release(&j->texts);
	cuts_release(&j->cuts);
	buf_release(&j->edited[0]);
	buf_release(&j->edited[1]);
	buf_release(&j->reasons);
}

void policy_free(struct policy *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->sources; i++) {
		free(p->source[i].path);
		free(p->source[i].text);
		free(p->source[i].spare);
	}
	free(p->source);
	for (size_t i = 0; i < p->rules; i++)
		free_rule(&p->rule[i]);
	free(p->rule);
	for (size_t i = 0; i < p->tables; i++) {
		free(p->table[i].entries.entry);
		table_free(p->table[i].addresses);
	}
	free(p->table);
	for (size_t i = 0; i < p->notes; i++)
		free(p->note[i].text);
	free(p->note);
	digest_free(p->digest);
	lexicon_free(p->lexicon);
	xpath_free(p->xpath);
	free_judged(&p->judged);
	free(p);
}

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

/* All bytes of a file; false with errno. */
static bool slurp(const char *path, struct buf *b)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), saved;
	ssize_t n = fd < 0 ? -1 : 1;

	while (n > 0 && b->len <= POLICY_FILE_MAX) {
		n = read(fd, buf_room(b, 65536), 65536);
		if (n > 0)
			b->len += (size_t)n;
		else if (n < 0 && errno == EINTR)
			n = 1;
	}
	saved = errno;
	if (fd >= 0)
		close(fd);
	errno = saved;
	return n >= 0;
}

static unsigned long line_of(struct span text, size_t at)
{
	unsigned long line = 1;

	for (size_t i = 0; i < at; i++)
		line += text.p[i] == '\n';
	return line;
}

static size_t add_source(struct policy *p, const char *path, struct buf *text)
{
	p->source = mem_resize(p->source, p->sources + 1, sizeof(*p->source));
	p->source[p->sources] =
	    (struct source){.path = mem_strdup(path), .len = text->len};
	p->source[p->sources].text = buf_detach(text);
	return p->sources++;
}

bool policy_load(struct policy *p, const char *path, const struct place *whence,
    size_t *source)
{
	static const char bom[] = "\xef\xbb\xbf";
	struct buf b = BUF_EMPTY;
	bool read = slurp(path, &b);
	int reason = errno;
	struct place at = {p->sources, 0};
	struct span text;
	size_t valid;

	if (read && b.len <= POLICY_FILE_MAX)
		digest_add(p->digest, b.data, b.len);
	*source = add_source(p, path, &b);
	text = (struct span){p->source[*source].text, p->source[*source].len};
	if (whence)
		at = *whence;
	if (!read && !whence)
		policy_fault(p, at, "cannot be read: %s", strerror(reason));
	else if (!read)
		policy_fault(
		    p, at, "cannot read '%s': %s", path, strerror(reason));
	else if (text.n > POLICY_FILE_MAX)
		policy_fault(p, at, "'%s' is larger than 64 MiB", path);
	if (!read || text.n > POLICY_FILE_MAX)
		return false;
	if (span_starts(text, bom))
		memcpy(p->source[*source].text, "   ", 3);
	valid = utf8_xml(text.p, text.n);
	if (valid == text.n)
		return true;
	at = (struct place){*source, line_of(text, valid)};
	policy_fault(p, at, "not UTF-8, or a control character");
	return false;
}

void policy_read(struct policy *p, const char *path)
{
	size_t source;

	if (policy_load(p, path, NULL, &source))
		policy_parse(p, source);
}

/* An entry without the blanks around it and the comment behind it. */
static struct span trim(struct span s)
{
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = (struct span){s.p + 1, s.n - 1};
	for (size_t i = 0; i < s.n && s.p[0] != '/'; i++) {
		if (s.p[i] == '#' &&
		    (i == 0 || s.p[i - 1] == ' ' || s.p[i - 1] == '\t'))
			s.n = i;
	}
	while (s.n && strchr(" \t\r", s.p[s.n - 1]))
		s.n--;
	return s;
}

static void read_lines(
    struct policy_table *t, const struct source *s, size_t number)
{
	const char *p = s->text, *end = s->text + s->len;

	for (unsigned long line = 1; p < end; line++) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		struct span one = {p, (size_t)((lf ? lf : end) - p)};

		one = trim(one);
		if (one.n)
			entries_add(&t->entries,
			    (struct entry){one, false, {number, line}});
		p = lf ? lf + 1 : end;
	}
}

void policy_table_file(
    struct policy *p, struct policy_table *t, struct span path)
{
	const char *policy = p->source[t->place.source].path;
	const char *slash = strrchr(policy, '/');
	struct buf b = BUF_EMPTY;
	size_t source;

	if (slash && !(path.n && path.p[0] == '/'))
		buf_add(&b, policy, (size_t)(slash - policy) + 1);
	buf_addspan(&b, path);
	if (policy_load(p, buf_str(&b), &t->place, &source))
		read_lines(t, &p->source[source], source);
	buf_release(&b);
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

bool policy_ready(struct policy *p)
{
	policy_resolve(p);
	digest_hex(p->digest, p->tag);
	p->tag[POLICY_TAG] = '\0';
	if (p->notes)
		qsort(p->note, p->notes, sizeof(*p->note), compare_notes);
	for (size_t i = 0; i < p->notes; i++) {
		struct note *n = &p->note[i];

		n->note.path = p->source[n->place.source].path;
		n->note.line = n->place.line;
		n->note.text = n->text;
	}
	return p->faults == 0;
}

const struct policy_note *policy_note(const struct policy *p, size_t i)
{
	return i < p->notes ? &p->note[i].note : NULL;
}

const char *policy_tag(const struct policy *p)
{
	return p->tag;
}

size_t policy_rules(const struct policy *p)
{
	return p->rules;
}

size_t policy_tables(const struct policy *p)
{
	return p->tables;
}
