/* SPDX-License-Identifier: ISC */
/* Changing settings in the text of their file, and telling what changed. */
#include "node/conf-text.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static size_t blanks(struct span s, size_t at)
{
	while (at < s.n && (s.p[at] == ' ' || s.p[at] == '\t'))
		at++;
	return at;
}

/* Where the value begins in a line of that key; 0 if it is another line. */
static size_t value_of(struct span line, const char *key)
{
	size_t n = strlen(key), at = blanks(line, 0);

	if (line.n - at < n || memcmp(line.p + at, key, n) != 0)
		return 0;
	at += n;
	if (at == line.n)
		return at;
	return blanks(line, at) > at ? blanks(line, at) : 0;
}

static void add_lines(struct buf *out, struct span prefix,
    const char *const *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		buf_addspan(out, prefix);
		if (prefix.n && prefix.p[prefix.n - 1] != ' ' &&
		    prefix.p[prefix.n - 1] != '\t')
			buf_addc(out, ' ');
		buf_adds(out, values[i]);
		buf_addc(out, '\n');
	}
}

void conf_text_set(struct buf *text, const char *key,
    const char *const *values, size_t count)
{
	struct span rest = buf_span(text);
	struct buf out = BUF_EMPTY;
	bool done = false;

	while (rest.n) {
		const char *end = memchr(rest.p, '\n', rest.n);
		size_t n = end ? (size_t)(end - rest.p) : rest.n;
		struct span line = {rest.p, n};
		size_t value = value_of(line, key);

		if (!value) {
			buf_addspan(&out, line);
			buf_addc(&out, '\n');
		} else if (!done) {
			add_lines(&out, (struct span){line.p, value}, values,
			    count);
			done = true;
		}
		n += end != NULL;
		rest = (struct span){rest.p + n, rest.n - n};
	}
	if (!done)
		add_lines(&out, span_of(key), values, count);
	buf_release(text);
	*text = out;
}

/* The setting of KEY=VALUE, or NULL with the reason. */
static const struct setting *setting_of(const char *operand, struct buf *why)
{
	const char *equals = strchr(operand, '=');
	const struct setting *s = NULL;
	struct buf key = BUF_EMPTY;

	if (!equals) {
		buf_addf(why, "'%s' among changes: they are KEY=VALUE",
		    operand);
		return NULL;
	}
	buf_add(&key, operand, (size_t)(equals - operand));
	s = setting_find(buf_str(&key));
	if (!s)
		buf_addf(why, "unknown key '%s'", buf_str(&key));
	if (s && strchr(equals, '\n')) {
		buf_addf(why, "a value of '%s' has a line feed", s->key);
		s = NULL;
	}
	buf_release(&key);
	return s;
}

/* The value that an operand has for that setting, or NULL. */
static const char *value_for(const char *operand, const struct setting *s)
{
	size_t n = strlen(s->key);

	return strncmp(operand, s->key, n) == 0 && operand[n] == '='
	    ? operand + n + 1
	    : NULL;
}

bool conf_text_assign(struct buf *text, const char *const *operands,
    struct buf *why)
{
	const char **values = NULL;
	bool ok = true;

	for (size_t i = 0; ok && operands[i]; i++) {
		const struct setting *s = setting_of(operands[i], why);
		bool earlier = false;
		size_t n = 0;

		ok = s != NULL;
		for (size_t k = 0; ok && operands[k]; k++) {
			const char *value = value_for(operands[k], s);

			if (!value)
				continue;
			earlier = earlier || k < i;
			values = mem_resize(values, n + 1, sizeof(*values));
			values[n++] = value;
		}
		/* KEY= among others of the same key is a value that is
		 * missing: a mistake to be named. */
		if (n && !earlier)
			conf_text_set(text, s->key, values,
			    n == 1 && !*values[0] ? 0 : n);
	}
	free(values);
	return ok;
}

static void add_values(const struct conf *c, const char *key, char mark,
    struct buf *out)
{
	const char *value;

	for (size_t n = 0; (value = conf_nth(c, key, n, NULL)); n++)
		buf_addf(out, "%c%s %s\n", mark, key, value);
}

size_t conf_diff(const struct conf *from, const struct conf *to,
    struct buf *out)
{
	size_t differ = 0;

	for (size_t i = 0; i < setting_count; i++) {
		const char *key = setting_table[i].key;

		if (conf_same(from, to, key))
			continue;
		add_values(from, key, '-', out);
		add_values(to, key, '+', out);
		differ++;
	}
	return differ;
}

bool conf_waits(const struct conf *from, const struct conf *to,
    const struct setting *s)
{
	/* What else it allows than this is up to the pipeline. */
	if (strcmp(s->key, "unsafe") == 0 &&
	    !conf_is(from, "on-failure", "pass") &&
	    !conf_is(to, "on-failure", "pass"))
		return false;
	return s->apply == APPLY_RESTART && !conf_same(from, to, s->key);
}
