/* SPDX-License-Identifier: ISC */
/* The forms of mail. */
#define _GNU_SOURCE /* memmem */
#include "export/mime.h"

#include <string.h>

#include "base/utf8.h"
#include "export/sink.h"
#include "xml/jid.h"

enum {
	LINE = 76,	   /* characters */
	WORD_BYTES = 39,   /* of an encoded word: 52 characters of base64 */
	PARAMETER = 54,	   /* characters of a part of one */
	ADDRESS_MAX = 64,  /* bytes of what is before '@' (RFC 5321) */
};

static const char hex[] = "0123456789ABCDEF";

static bool is_printable(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < ' ' || s.p[i] > '~')
			return false;
	}
	return true;
}

/* Whether text can stand in a field as it is, folded at its blanks. */
static bool is_plain(struct span s)
{
	size_t run = 0;

	for (size_t i = 0; i < s.n; i++) {
		run = s.p[i] == ' ' ? 0 : run + 1;
		if (run > LINE - 20)
			return false;
	}
	return is_printable(s) && !(s.n && (s.p[0] == ' ' ||
		s.p[s.n - 1] == ' ')) && !(s.n > 1 && memmem(s.p, s.n, "=?", 2));
}

/* Encoded words, each of whole characters, on lines of their own. */
static void put_encoded(struct buf *b, struct span s)
{
	const char *between = "";

	while (s.n) {
		struct base64 code = {.url = false};
		size_t n = 0, step = 1;

		while (n < s.n && step) {
			step = utf8_char(s.p + n, s.n - n);
			if (!step || n + step > WORD_BYTES)
				break;
			n += step;
		}
		if (!n)
			n = 1;
		buf_adds(b, between);
		buf_adds(b, "=?UTF-8?B?");
		base64_add(&code, b, s.p, n);
		base64_end(&code, b);
		b->len--; /* its line feed */
		buf_adds(b, "?=");
		s = (struct span){s.p + n, s.n - n};
		between = "\n ";
	}
}

void mime_begin(struct mime_line *l, struct buf *b, const char *name)
{
	*l = (struct mime_line){b, b->len, true};
	buf_adds(b, name);
	buf_adds(b, ":");
}

void mime_add(struct mime_line *l, const char *before, struct span word)
{
	size_t n = l->out->len - l->begin;

	if (!l->first)
		buf_adds(l->out, before);
	if (n + 1 + word.n > LINE && !l->first) {
		buf_addc(l->out, '\n');
		l->begin = l->out->len;
	}
	buf_addc(l->out, ' ');
	buf_addspan(l->out, word);
	l->first = false;
}

void mime_end(struct mime_line *l)
{
	buf_addc(l->out, '\n');
}

void mime_field(struct buf *b, const char *name, struct span s)
{
	struct mime_line l;

	if (!is_plain(s)) {
		buf_adds(b, name);
		buf_adds(b, ": ");
		if (strlen(name) > 12)
			buf_adds(b, "\n ");
		put_encoded(b, s);
		buf_addc(b, '\n');
		return;
	}
	mime_begin(&l, b, name);
	while (s.n) {
		const char *blank = memchr(s.p, ' ', s.n);
		size_t n = blank ? (size_t)(blank - s.p) : s.n;

		mime_add(&l, "", (struct span){s.p, n});
		n += blank != NULL;
		s = (struct span){s.p + n, s.n - n};
	}
	mime_end(&l);
}

static bool is_atext(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z') ||
	    (c && strchr("!#$%&'*+-/?^_`{|}~", c));
}

void mime_mailbox(struct buf *b, struct span name, struct span address)
{
	if (name.n && is_printable(name) && name.n <= LINE - 10 &&
	    !memmem(name.p, name.n, "=?", 2)) {
		buf_addc(b, '"');
		for (size_t i = 0; i < name.n; i++) {
			if (name.p[i] == '"' || name.p[i] == '\\')
				buf_addc(b, '\\');
			buf_addc(b, name.p[i]);
		}
		buf_addc(b, '"');
	} else if (name.n) {
		put_encoded(b, name);
	}
	if (name.n && name.n + address.n > LINE - 10)
		buf_adds(b, "\n <");
	else
		buf_adds(b, name.n ? " <" : "<");
	buf_addspan(b, address);
	buf_addc(b, '>');
}

/* A dot may neither begin nor end it, nor follow another. */
static void put_local(struct buf *b, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (is_atext(s.p[i]) || (c == '.' && i > 0 && i + 1 < s.n &&
					    s.p[i - 1] != '.')) {
			buf_addc(b, s.p[i]);
			continue;
		}
		buf_addc(b, '=');
		buf_addc(b, hex[c >> 4]);
		buf_addc(b, hex[c & 15]);
	}
}

void mime_address(struct buf *b, struct span jid)
{
	struct jid j;
	size_t at = b->len;

	if (!jid_split(&j, jid)) {
		buf_adds(b, "nobody@invalid");
		return;
	}
	if (j.local.n)
		put_local(b, j.local);
	else
		buf_adds(b, "=40");
	if (j.resource.n) {
		buf_adds(b, "=2F");
		put_local(b, j.resource);
	}
	/* What is cut is still told from others by the name before it. */
	if (b->len - at > ADDRESS_MAX)
		b->len = at + ADDRESS_MAX;
	if (b->data[b->len - 1] == '.')
		b->len--;
	buf_addc(b, '@');
	if (!jid_host(b, j.domain))
		buf_adds(b, "invalid");
}

static void put_percent(struct buf *b, unsigned char c)
{
	if ((is_atext((char)c) && !strchr("*'%", c)) || c == '.') {
		buf_addc(b, (char)c);
		return;
	}
	buf_addc(b, '%');
	buf_addc(b, hex[c >> 4]);
	buf_addc(b, hex[c & 15]);
}

/* RFC 2231 sections 3 and 4: parts, of which the first names the charset. */
static void put_extended(struct buf *b, const char *name, struct span s)
{
	bool whole = 3 * s.n <= PARAMETER;
	size_t i = 0;

	for (unsigned part = 0; i < s.n; part++) {
		size_t begin;

		if (whole)
			buf_addf(b, ";\n %s*=", name);
		else
			buf_addf(b, ";\n %s*%u*=", name, part);
		if (part == 0)
			buf_adds(b, "UTF-8''");
		begin = b->len;
		while (i < s.n && (whole || b->len - begin < PARAMETER - 12))
			put_percent(b, (unsigned char)s.p[i++]);
	}
}

void mime_parameter(struct buf *b, const char *name, struct span s)
{
	if (!is_printable(s) || s.n > PARAMETER) {
		put_extended(b, name, s);
		return;
	}
	buf_addf(b, ";\n %s=\"", name);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_addc(b, '\\');
		buf_addc(b, s.p[i]);
	}
	buf_addc(b, '"');
}

static bool is_quotable(char c)
{
	return c >= ' ' && c <= '~' && c != '=';
}

/* How many bytes at s stand for themselves: no blank at the end of a line, no
 * dot or From that a mail server or a mailbox would take for its own. */
static size_t plain_run(struct span s, bool begins, size_t room)
{
	size_t n = 0;

	if (begins && (s.p[0] == '.' || span_starts(s, "From ")))
		return 0;
	while (n < s.n && n < room && is_quotable(s.p[n]))
		n++;
	if (n && s.p[n - 1] == ' ' && (n == s.n || s.p[n] == '\n'))
		n--;
	return n;
}

/* Quoted-printable, RFC 2045 section 6.7. */
static void put_quoted(struct buf *b, struct span s)
{
	size_t begin = b->len;

	while (s.n) {
		size_t room = LINE - 1 - (b->len - begin), n;

		if (s.p[0] == '\n') {
			buf_addc(b, '\n');
			s = (struct span){s.p + 1, s.n - 1};
			begin = b->len;
			continue;
		}
		n = plain_run(s, b->len == begin, room);
		buf_add(b, s.p, n);
		if (!n && room >= 3) {
			unsigned char c = (unsigned char)s.p[0];

			buf_addc(b, '=');
			buf_addc(b, hex[c >> 4]);
			buf_addc(b, hex[c & 15]);
			n = 1;
		} else if (!n || (n == room && s.n > n && s.p[n] != '\n')) {
			buf_adds(b, "=\n");
			begin = b->len;
		}
		s = (struct span){s.p + n, s.n - n};
	}
	if (b->len > begin)
		buf_addc(b, '\n');
}

void mime_text(struct buf *b, const char *subtype, struct span s)
{
	struct base64 code = {.url = false};
	size_t odd = 0;

	for (size_t i = 0; i < s.n; i++)
		odd += !is_quotable(s.p[i]) && s.p[i] != '\n';
	buf_addf(b, "Content-Type: text/%s; charset=UTF-8\n", subtype);
	if (odd < s.n / 6) {
		buf_adds(b,
		    "Content-Transfer-Encoding: quoted-printable\n\n");
		put_quoted(b, s);
		return;
	}
	buf_adds(b, "Content-Transfer-Encoding: base64\n\n");
	base64_add(&code, b, s.p, s.n);
	base64_end(&code, b);
}
