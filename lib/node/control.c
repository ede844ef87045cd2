/* SPDX-License-Identifier: ISC */
/* Asking a running node something. */
#include "node/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/utf8.h"
#include "io/probe.h"

enum { ANSWER_MAX = 1024 * 1024 };

/* Take "exit CODE" off the end of the lines. */
static bool take_code(struct buf *lines, int *code)
{
	size_t at = lines->len;

	if (at == 0 || lines->data[at - 1] != '\n')
		return false;
	for (at--; at > 0 && lines->data[at - 1] != '\n'; at--)
		continue;
	if (lines->len - at < 7 || memcmp(lines->data + at, "exit ", 5) != 0)
		return false;
	buf_str(lines);
	*code = atoi(lines->data + at + 5);
	lines->len = at;
	return true;
}

enum control_answer control_ask(const char *path, const char *request, int ms,
    struct buf *lines, int *code, struct buf *why)
{
	enum control_answer found = CONTROL_FAILED;
	struct buf text = BUF_EMPTY;
	struct address a;
	const char *reason;
	struct probe p;
	struct stat st;

	if (stat(path, &st) != 0 && errno == ENOENT)
		return CONTROL_DOWN;
	buf_addf(&text, "unix:%s", path);
	if (!address_parse(&a, buf_str(&text), &reason)) {
		buf_adds(why, reason);
		buf_release(&text);
		return CONTROL_FAILED;
	}
	buf_reset(&text);
	buf_addf(&text, "%s\n", request);
	if (!probe_connect(&p, &a, ms, why)) {
		if (strcmp(buf_str(why), strerror(ECONNREFUSED)) == 0)
			found = CONTROL_DOWN;
	} else if (probe_write(&p, buf_span(&text), why)) {
		while (lines->len < ANSWER_MAX && probe_read(&p, lines, why))
			continue;
		if (take_code(lines, code))
			found = CONTROL_ANSWERED;
		else if (strcmp(buf_str(why), "no answer in time") != 0)
			found = CONTROL_ENDED;
	}
	probe_close(&p);
	address_release(&a);
	buf_release(&text);
	return found;
}

static bool is_list(struct span key)
{
	static const char *const lists[] = {"warning", "pending", "stage",
	    "listen"};

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		if (span_is(key, lists[i]))
			return true;
	}
	return false;
}

static bool digits(struct span s, size_t *at)
{
	size_t begin = *at;

	while (*at < s.n && s.p[*at] >= '0' && s.p[*at] <= '9')
		++*at;
	return *at > begin && (*at == begin + 1 || s.p[begin] != '0');
}

static bool is_number(struct span s)
{
	size_t at = s.n && *s.p == '-', fraction;

	if (!digits(s, &at))
		return false;
	if (at == s.n)
		return true;
	fraction = at + 1;
	while (fraction < s.n && s.p[fraction] >= '0' && s.p[fraction] <= '9')
		fraction++;
	return s.p[at] == '.' && fraction == s.n && fraction > at + 1;
}

static void add_string(struct buf *out, struct span s)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < s.n;) {
		size_t step = utf8_char(s.p + i, s.n - i);
		unsigned char c = (unsigned char)s.p[i];

		if (step == 0)
			buf_addf(out, "\\u%04x", c);
		else if (c < 0x20)
			buf_addf(out, "\\u%04x", c);
		else if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", c);
		else
			buf_add(out, s.p + i, step);
		i += step ? step : 1;
	}
	buf_addc(out, '"');
}

static bool next_line(struct span *rest, struct span *key, struct span *value)
{
	const char *end, *blank;
	size_t n;

	if (!rest->n)
		return false;
	end = memchr(rest->p, '\n', rest->n);
	n = end ? (size_t)(end - rest->p) : rest->n;
	blank = memchr(rest->p, ' ', n);
	*key = (struct span){rest->p, blank ? (size_t)(blank - rest->p) : n};
	*value = (struct span){rest->p + key->n, n - key->n};
	if (value->n)
		*value = (struct span){value->p + 1, value->n - 1};
	n += end != NULL;
	*rest = (struct span){rest->p + n, rest->n - n};
	return true;
}

/* All values of a key, from its first line on. */
static void add_list(struct buf *out, struct span lines, struct span wanted)
{
	struct span key, value;
	bool more = false;

	buf_addc(out, '[');
	while (next_line(&lines, &key, &value)) {
		if (!span_same(key, wanted))
			continue;
		if (more)
			buf_addc(out, ',');
		add_string(out, value);
		more = true;
	}
	buf_addc(out, ']');
}

/* Whether a line of that key comes before the end of the lines at p. */
static bool was_there(struct span lines, const char *p, struct span wanted)
{
	struct span key, value;

	while (lines.p < p && next_line(&lines, &key, &value)) {
		if (key.p < p && span_same(key, wanted))
			return true;
	}
	return false;
}

void control_json(struct span lines, struct buf *out)
{
	struct span rest = lines, key, value;
	bool more = false;

	buf_addc(out, '{');
	while (next_line(&rest, &key, &value)) {
		if (!key.n || was_there(lines, key.p, key))
			continue;
		if (more)
			buf_addc(out, ',');
		more = true;
		add_string(out, key);
		buf_addc(out, ':');
		if (is_list(key))
			add_list(out, lines, key);
		else if (is_number(value))
			buf_addspan(out, value);
		else
			add_string(out, value);
	}
	buf_adds(out, "}\n");
}
