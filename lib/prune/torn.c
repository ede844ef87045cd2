/* SPDX-License-Identifier: ISC */
/* What crashes have left in a journal. */
#define _GNU_SOURCE /* memmem */
#include "prune/torn.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal/segment.h"

enum { NAME_DIGITS = 20, TORN_MAX = 64 * 1024 * 1024 };

/* SEQ.torn or SEQ.N.torn */
static bool is_torn(const char *name, uint64_t *seq)
{
	char *end;

	if (strspn(name, "0123456789") != NAME_DIGITS ||
	    name[NAME_DIGITS] != '.' || !span_ends(span_of(name), ".torn"))
		return false;
	errno = 0;
	*seq = strtoull(name, &end, 10);
	return errno == 0;
}

static bool load(int dir, const char *name, struct buf *text)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW |
		O_NONBLOCK);
	ssize_t n = 1;
	int saved;

	if (fd < 0)
		return false;
	buf_reset(text);
	while (n > 0 && text->len <= TORN_MAX) {
		n = read(fd, buf_room(text, 65536), 65536);
		if (n > 0)
			text->len += (size_t)n;
	}
	saved = n > 0 ? EFBIG : errno;
	close(fd);
	errno = saved;
	return n == 0;
}

/* Call back for each file; false with errno. */
static bool each(int dir, bool (*take)(void *arg, int dir, const char *name,
    uint64_t seq), void *arg)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	uint64_t seq;
	bool ok = d;

	while (ok && (errno = 0, e = readdir(d))) {
		if (is_torn(e->d_name, &seq))
			ok = take(arg, dir, e->d_name, seq);
	}
	ok = ok && errno == 0;
	fd = errno;
	if (d)
		closedir(d);
	errno = fd;
	return ok;
}

/* Of a line of such a file the record; false: it is only the beginning of one,
 * or none. */
static bool parse(struct span line, struct record *r)
{
	struct span chain, text;
	uint64_t seq;

	return journal_split(line, &seq, &chain, &text) &&
	    !record_parse(r, text.p, text.n);
}

static struct span next_line(struct span *rest)
{
	const char *lf = memchr(rest->p, '\n', rest->n);
	struct span line = {rest->p, lf ? (size_t)(lf - rest->p) : rest->n};
	size_t used = line.n + (lf != NULL);

	*rest = (struct span){rest->p + used, rest->n - used};
	return line;
}

static bool has(struct span s, const char *what)
{
	return what && memmem(s.p, s.n, what, strlen(what));
}

/* Whether something in it is held; the beginning of a record may be of
 * anybody. */
static bool held(struct span text, struct hold_file *holds)
{
	struct record r;

	while (holds->count && text.n) {
		struct span line = next_line(&text);

		if (!line.n || strspn(line.p, "\n") >= line.n)
			continue;
		if (!parse(line, &r) || hold_file_match(holds, &r))
			return true;
	}
	return false;
}

/* A JID is written in any case. */
static bool has_alike(struct span s, const char *what)
{
	size_t n = what ? strlen(what) : 0;

	for (size_t i = 0; n && i + n <= s.n; i++) {
		if (strncasecmp(s.p + i, what, n) == 0)
			return true;
	}
	return false;
}

struct looking {
	struct plan *plan;
	const struct survey_rules *rules;
	struct buf text;
};

static bool wanted(const struct survey_rules *rules, struct span text)
{
	struct record r;

	while (text.n) {
		struct span line = next_line(&text);

		if (parse(line, &r)
			? survey_wanted(rules, &r, line) != SEARCH_NO
			: has(line, rules->asked.id) ||
			    has_alike(line, rules->asked.jid))
			return true;
	}
	return false;
}

static bool look(void *arg, int dir, const char *name, uint64_t seq)
{
	struct looking *l = arg;
	struct span text;

	(void)seq;
	if (!load(dir, name, &l->text))
		return false;
	text = buf_span(&l->text);
	if (!wanted(l->rules, text))
		return true;
	if (held(text, l->rules->holds))
		plan_refuse(l->plan, 0, name, strlen(name),
		    "may be held: it holds more than what is to be erased");
	else
		plan_torn(l->plan, name);
	return true;
}

bool torn_survey(struct plan *plan, const char *journal,
    const struct survey_rules *rules)
{
	struct looking l = {plan, rules, BUF_EMPTY};
	int dir = open(journal, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = dir >= 0 && each(dir, look, &l);
	int saved = errno;

	if (dir >= 0)
		close(dir);
	buf_release(&l.text);
	errno = saved;
	return ok;
}

struct cleaning {
	uint64_t from, to;
	const struct args *ids;
	struct hold_file *holds;
	struct buf *left;
	struct buf text;
};

static bool clean(void *arg, int dir, const char *name, uint64_t seq)
{
	struct cleaning *c = arg;
	struct span text;
	bool due = seq >= c->from && seq <= c->to;

	if (!load(dir, name, &c->text))
		return false;
	text = buf_span(&c->text);
	for (size_t i = 0; i < c->ids->count && !due; i++)
		due = has(text, c->ids->word[i]);
	if (due && held(text, c->holds))
		buf_addf(c->left, "%s\n", name);
	else if (due)
		return unlinkat(dir, name, 0) == 0;
	return true;
}

bool torn_clean(int dir, uint64_t from, uint64_t to, const struct args *ids,
    struct hold_file *holds, struct buf *left)
{
	struct cleaning c = {from, to, ids, holds, left, BUF_EMPTY};
	bool ok = each(dir, clean, &c);

	buf_release(&c.text);
	return ok;
}
