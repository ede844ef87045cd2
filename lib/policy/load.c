/* SPDX-License-Identifier: ISC */
/* The files of a policy: its own, and those of its tables. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "policy/internal.h"

/* All bytes of a file; false with errno. */
static bool slurp(struct policy *p, const char *path, struct buf *b)
{
	int fd, saved;
	bool ok;

	if (p->from)
		return snapshot_find(p, path, b);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ok = file_bytes(fd, POLICY_FILE_MAX, b);
	saved = errno;
	close(fd);
	errno = saved;
	if (ok)
		snapshot_add(p, path, buf_span(b));
	return ok;
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
	bool read = slurp(p, path, &b);
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

/* A comment that may be meant as a word: "#metoo". */
static bool is_hashed(struct span line)
{
	while (line.n && (line.p[0] == ' ' || line.p[0] == '\t'))
		line = (struct span){line.p + 1, line.n - 1};
	return line.n > 1 && line.p[0] == '#' &&
	    !strchr(" \t\r#!-=*/", line.p[1]);
}

static void read_lines(
    struct policy_table *t, const struct source *s, size_t number)
{
	const char *p = s->text, *end = s->text + s->len;

	for (unsigned long line = 1; p < end; line++) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		struct span one = {p, (size_t)((lf ? lf : end) - p)};

		if (is_hashed(one))
			entries_add(&t->hashed,
			    (struct entry){one, false, {number, line}});
		one = trim(one);
		if (one.n)
			entries_add(&t->entries,
			    (struct entry){one, false, {number, line}});
		p = lf ? lf + 1 : end;
	}
}

bool policy_load_beside(struct policy *p, struct span path,
    const struct place *whence, size_t *source)
{
	const char *policy = p->source[whence->source].path;
	const char *slash = strrchr(policy, '/');
	struct buf b = BUF_EMPTY;
	bool good;

	if (slash && !(path.n && path.p[0] == '/'))
		buf_add(&b, policy, (size_t)(slash - policy) + 1);
	buf_addspan(&b, path);
	good = policy_load(p, buf_str(&b), whence, source);
	buf_release(&b);
	return good;
}

void policy_table_file(
    struct policy *p, struct policy_table *t, struct span path, bool header)
{
	size_t source;

	if (policy_load_beside(p, path, &t->place, &source)) {
		bool good = true;

		if (csv_is(path))
			good = csv_read(p, t, source, header);
		else
			read_lines(t, &p->source[source], source);
		if (good && !t->entries.count)
			policy_warn(p, t->place, "'%s' has no entries",
			    p->source[source].path);
	}
}
