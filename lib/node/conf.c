/* SPDX-License-Identifier: ISC */
/* A node's settings, read from its file. */
#include "node/conf.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/label.h"
#include "base/mem.h"
#include "base/quantity.h"
#include "base/utf8.h"
#include "base/whole.h"

bool conf_load(const char *path, struct buf *text)
{
	buf_reset(text);
	return whole_file(path, CONF_FILE_MAX, text);
}

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

/* What is wrong with the bytes of a line, or NULL. */
static const char *check_line(struct span line)
{
	if (line.n > CONF_LINE_MAX)
		return "is too long";
	if (utf8_xml(line.p, line.n) < line.n || memchr(line.p, '\r', line.n))
		return "is not UTF-8 or has a control character";
	return NULL;
}

static const struct conf_entry *first_of(const struct conf *c,
    const struct setting *s)
{
	for (size_t i = 0; i < c->entries; i++) {
		if (c->entry[i].setting == s)
			return &c->entry[i];
	}
	return NULL;
}

static void add(struct conf *c, const struct setting *s, const char *value,
    unsigned line)
{
	c->entry = mem_resize(c->entry, c->entries + 1, sizeof(*c->entry));
	c->entry[c->entries++] =
	    (struct conf_entry){s, mem_strdup(value), line};
}

static void take(struct conf *c, const char *key, const char *value,
    unsigned line, struct buf *mistakes)
{
	const struct setting *s = setting_find(key);
	const struct conf_entry *first = s ? first_of(c, s) : NULL;
	const char *why = NULL;

	if (!s)
		buf_addf(mistakes, "%s:%u: unknown key '%s'\n", c->path, line,
		    key);
	else if (!*value)
		buf_addf(mistakes, "%s:%u: %s has no value\n", c->path, line,
		    key);
	else if (strchr(value, '\t'))
		buf_addf(mistakes, "%s:%u: %s has a TAB in its value\n",
		    c->path, line, key);
	else if ((why = s->kind->check(s, value)) != NULL)
		buf_addf(mistakes, "%s:%u: %s '%s': %s%s\n", c->path, line, key,
		    value, why,
		    strstr(value, " #") ? " (a comment has its own line)"
					: "");
	else if (first && !(s->flags & SETTING_LIST))
		buf_addf(mistakes,
		    "%s:%u: %s is given twice (first in line %u)\n", c->path,
		    line, key, first->line);
	/* A bad value stays out, but it is no missing one. */
	if (s && *value)
		add(c, s, value, line);
}

static void parse_line(struct conf *c, struct span l, unsigned number,
    struct buf *mistakes)
{
	const char *why;
	size_t key = 0;
	char *text;

	while (l.n && blank(*l.p))
		l = (struct span){l.p + 1, l.n - 1};
	while (l.n && blank(l.p[l.n - 1]))
		l.n--;
	if (l.n == 0 || *l.p == '#')
		return;
	why = check_line(l);
	if (why) {
		buf_addf(mistakes, "%s:%u: %s\n", c->path, number, why);
		return;
	}
	text = mem_dup(l.p, l.n);
	while (text[key] && !blank(text[key]))
		key++;
	l = (struct span){text + key, l.n - key};
	while (l.n && blank(*l.p))
		l = (struct span){l.p + 1, l.n - 1};
	text[key] = '\0';
	take(c, text, l.p, number, mistakes);
	free(text);
}

/* The path of a journal beside another. */
static char *beside(const char *journal, const char *suffix)
{
	struct buf path = BUF_EMPTY;

	buf_adds(&path, journal);
	while (path.len > 1 && path.data[path.len - 1] == '/')
		path.len--;
	buf_adds(&path, suffix);
	return buf_detach(&path);
}

/* Defaults that depend on what else is set. */
static void derive(struct conf *c)
{
	const char *journal = conf_get(c, "journal");

	if (!journal)
		return;
	c->refused = beside(journal, ".refused");
	c->review = beside(journal, ".review");
	c->uploads = beside(journal, ".upload");
}

void conf_parse(struct conf *c, const char *path, struct span text,
    struct buf *mistakes)
{
	unsigned number = 0;

	conf_release(c);
	c->path = mem_strdup(path);
	while (text.n) {
		const char *end = memchr(text.p, '\n', text.n);
		size_t n = end ? (size_t)(end - text.p) : text.n;

		parse_line(c, (struct span){text.p, n}, ++number, mistakes);
		n += end != NULL;
		text = (struct span){text.p + n, text.n - n};
	}
	derive(c);
}

void conf_release(struct conf *c)
{
	for (size_t i = 0; i < c->entries; i++)
		free(c->entry[i].value);
	free(c->entry);
	free(c->path);
	free(c->refused);
	free(c->review);
	free(c->uploads);
	*c = (struct conf){0};
}

void conf_copy(struct conf *to, const struct conf *from)
{
	*to = (struct conf){.path = mem_strdup(from->path)};
	for (size_t i = 0; i < from->entries; i++)
		add(to, from->entry[i].setting, from->entry[i].value,
		    from->entry[i].line);
	derive(to);
}

/* Only where files come. */
static const char *fallback_upload(const struct conf *c, const char *key)
{
	if (strcmp(key, "upload-listen") == 0 || !conf_get(c, "upload-listen"))
		return NULL;
	if (strcmp(key, "upload-journal") == 0)
		return c->uploads;
	if (strcmp(key, "upload-certificate") == 0)
		return conf_get(c, "certificate");
	if (strcmp(key, "upload-private-key") == 0)
		return conf_get(c, "private-key");
	return NULL;
}

static const char *fallback(const struct conf *c, const struct setting *s)
{
	if (strcmp(s->key, "tls") == 0)
		return conf_get(c, "certificate") ? "required" : "none";
	if (strcmp(s->key, "refused") == 0)
		return c->refused;
	if (strcmp(s->key, "review") == 0)
		return c->review;
	return strncmp(s->key, "upload-", 7) == 0 ? fallback_upload(c, s->key)
						  : s->initial;
}

const char *conf_nth(const struct conf *c, const char *key, size_t n,
    unsigned *line)
{
	const struct setting *s = setting_find(key);
	size_t seen = 0;

	if (line)
		*line = 0;
	for (size_t i = 0; s && i < c->entries; i++) {
		if (c->entry[i].setting != s || seen++ != n)
			continue;
		if (line)
			*line = c->entry[i].line;
		return c->entry[i].value;
	}
	return s && n == 0 ? fallback(c, s) : NULL;
}

const char *conf_get(const struct conf *c, const char *key)
{
	return conf_nth(c, key, 0, NULL);
}

size_t conf_count(const struct conf *c, const char *key)
{
	size_t n = 0;

	while (conf_nth(c, key, n, NULL))
		n++;
	return n;
}

bool conf_is(const struct conf *c, const char *key, const char *word)
{
	const char *value = conf_get(c, key);

	return value && strcmp(value, word) == 0;
}

uint64_t conf_milliseconds(const struct conf *c, const char *key)
{
	const char *value = conf_get(c, key);
	uint64_t ms = 0;

	if (value)
		quantity_duration(value, &ms);
	return ms;
}

bool conf_same(const struct conf *a, const struct conf *b, const char *key)
{
	for (size_t n = 0;; n++) {
		const char *x = conf_nth(a, key, n, NULL);
		const char *y = conf_nth(b, key, n, NULL);

		if (!x || !y)
			return !x && !y;
		if (strcmp(x, y) != 0)
			return false;
	}
}

bool conf_node_valid(const char *name)
{
	return label_valid(span_of(name));
}

void conf_mistake(const struct conf *c, struct buf *mistakes, const char *key,
    size_t n, const char *format, ...)
{
	char text[512];
	unsigned line = 0;
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	conf_nth(c, key, n, &line);
	if (line)
		buf_addf(mistakes, "%s:%u: %s: %s\n", c->path, line, key, text);
	else
		buf_addf(mistakes, "%s: %s: %s\n", c->path, key, text);
}
