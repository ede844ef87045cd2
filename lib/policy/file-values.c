/* SPDX-License-Identifier: ISC */
/* The names, types and sizes of files, in the form in which they are
 * compared. */
#include <stdlib.h>

#include <utf8proc.h>

#include "base/mem.h"
#include "policy/file-internal.h"

void files_fold(struct buf *b, struct span text, bool name)
{
	utf8proc_uint8_t *form = NULL;
	utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)text.p,
	    (utf8proc_ssize_t)text.n, &form,
	    UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE |
		UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);

	if (n < 0 && n == UTF8PROC_ERROR_NOMEM)
		mem_exhausted();
	/* A link's escapes may stand for what is no UTF-8. */
	for (size_t i = 0; n < 0 && i < text.n; i++)
		buf_addc(b, text.p[i] & 0x80 ? '?' : text.p[i]);
	if (n < 0)
		return;
	while (name && n && (form[n - 1] == '.' || form[n - 1] == ' '))
		n--;
	buf_add(b, (const char *)form, (size_t)n);
	free(form);
}

struct span files_at(const struct files *f, struct file_value v)
{
	return (struct span){f->chars.data + v.at, v.len};
}

void file_add_value(
    struct files *f, struct file_values *v, struct span chars)
{
	size_t at = f->chars.len;

	files_fold(&f->chars, chars, v == &f->names);
	if (v->count == v->cap) {
		v->cap = v->cap ? 2 * v->cap : 8;
		v->value = mem_resize(v->value, v->cap, sizeof(*v->value));
	}
	v->value[v->count++] = (struct file_value){at, f->chars.len - at};
}

bool file_add_chars(
    struct files *f, struct file_values *v, struct span chars)
{
	if (chars.n)
		file_add_value(f, v, chars);
	return chars.n;
}

bool file_add_escaped(
    struct files *f, struct file_values *v, struct span escaped)
{
	buf_reset(&f->text);
	if (escaped.p)
		stanza_unescape(&f->text, escaped);
	if (!f->text.len)
		return false;
	file_add_value(f, v, buf_span(&f->text));
	return true;
}

void file_add_bytes(struct files *f, uint64_t bytes)
{
	if (f->sizes.count == f->sizes.cap) {
		f->sizes.cap = f->sizes.cap ? 2 * f->sizes.cap : 8;
		f->sizes.bytes = mem_resize(
		    f->sizes.bytes, f->sizes.cap, sizeof(*f->sizes.bytes));
	}
	f->sizes.bytes[f->sizes.count++] = bytes;
}

bool file_add_size(struct files *f, struct span s)
{
	uint64_t bytes = 0;

	while (s.n && strchr(" \t\r\n", s.p[s.n - 1]))
		s.n--;
	while (s.n && strchr(" \t\r\n", s.p[0]))
		s = (struct span){s.p + 1, s.n - 1};
	if (!s.n)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9') {
			f->odd_size = true;
			return true;
		}
		bytes = bytes > UINT64_MAX / 10 - 1
			    ? UINT64_MAX - 9
			    : bytes * 10 + (uint64_t)(s.p[i] - '0');
	}
	file_add_bytes(f, bytes);
	return true;
}
