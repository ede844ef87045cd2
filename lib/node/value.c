/* SPDX-License-Identifier: ISC */
/* The kinds of values that settings have, and what is a value of them. */
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/label.h"
#include "base/mem.h"
#include "base/quantity.h"
#include "node/setting.h"
#include "xml/jid.h"

/* Whether text says "there" for the blank-ended words. */
static bool among(const char *words, const char *text, size_t len)
{
	for (const char *w = words; *w; w += strcspn(w, " ") + 1) {
		if (strcspn(w, " ") == len && memcmp(w, text, len) == 0)
			return true;
	}
	return false;
}

static const char *check_word(const struct setting *s, const char *value)
{
	return among(s->words, value, strlen(value)) ? NULL
						     : "is not one of its words";
}

static const char *check_yesno(const struct setting *s, const char *value)
{
	(void)s;
	return among("yes no ", value, strlen(value)) ? NULL
						      : "is neither yes nor no";
}

static const char *check_words(const struct setting *s, const char *value)
{
	for (const char *w = value;; w++) {
		size_t len = strcspn(w, ",");
		const char *before = value;

		if (!among(s->words, w, len))
			return "has a word that is not one of its words";
		for (; before < w; before += strcspn(before, ",") + 1) {
			if (strcspn(before, ",") == len &&
			    memcmp(before, w, len) == 0)
				return "has a word twice";
		}
		w += len;
		if (!*w)
			return NULL;
	}
}

static const char *in_bounds(const struct setting *s, uint64_t n)
{
	if (n < s->min)
		return "is too small";
	return n > s->max ? "is too large" : NULL;
}

static const char *check_count(const struct setting *s, const char *value)
{
	uint64_t n;

	return quantity_number(value, &n) ? in_bounds(s, n)
					  : "is not a number";
}

static const char *check_size(const struct setting *s, const char *value)
{
	uint64_t n;

	return quantity_size(value, &n)
	    ? in_bounds(s, n)
	    : "is not a size, as 64K or 10M";
}

static const char *check_duration(const struct setting *s, const char *value)
{
	uint64_t n;

	return quantity_duration(value, &n)
	    ? in_bounds(s, n)
	    : "is not a duration, as 500ms, 10s or 1d";
}

static const char *check_path(const struct setting *s, const char *value)
{
	(void)s;
	return *value == '/' ? NULL : "is not an absolute path";
}

static const char *check_command(const struct setting *s, const char *value)
{
	(void)s;
	return *value ? NULL : "is empty";
}

static const char *check_user(const struct setting *s, const char *value)
{
	(void)s;
	return getpwnam(value) ? NULL : "is no user of this machine";
}

static const char *check_group(const struct setting *s, const char *value)
{
	(void)s;
	return getgrnam(value) ? NULL : "is no group of this machine";
}

static const char *check_domain(const struct setting *s, const char *value)
{
	struct buf prepared = BUF_EMPTY;
	struct jid jid;
	bool ok = jid_split(&jid, span_of(value)) && !jid.local.p &&
	    !jid.resource.p && jid_prepare(&prepared, span_of(value));

	(void)s;
	buf_release(&prepared);
	return ok ? NULL : "is not a domain";
}

static const char *check_label(const struct setting *s, const char *value)
{
	(void)s;
	return label_valid(span_of(value)) ? NULL : "is not a name";
}

struct span value_reviewer_next(const char **rest)
{
	const char *p = *rest + strspn(*rest, " \t");
	size_t n = strcspn(p, " \t");

	*rest = p + n;
	return (struct span){p, n};
}

static bool bare_jid(struct span text)
{
	struct buf prepared = BUF_EMPTY;
	struct jid jid;
	bool ok = jid_split(&jid, text) && jid.local.p && !jid.resource.p &&
	    jid_prepare(&prepared, text);

	buf_release(&prepared);
	return ok;
}

static const char *check_reviewer(const struct setting *s, const char *value)
{
	struct span user = value_reviewer_next(&value), jid;
	char *name = mem_dup(user.p, user.n);
	bool known = getpwnam(name) != NULL;
	size_t jids = 0;

	(void)s;
	free(name);
	if (!known)
		return "does not begin with a user of this machine";
	while ((jid = value_reviewer_next(&value)).n) {
		if (!bare_jid(jid))
			return "has something else behind the user than JIDs "
			       "without resource";
		jids++;
	}
	return jids ? NULL : "has no JID behind the user";
}

const struct value_kind value_command = {"command", check_command};
const struct value_kind value_count = {"number", check_count};
const struct value_kind value_domain = {"domain", check_domain};
const struct value_kind value_duration = {"duration", check_duration};
const struct value_kind value_group = {"group", check_group};
const struct value_kind value_label = {"name", check_label};
const struct value_kind value_path = {"path", check_path};
const struct value_kind value_reviewer = {"USER JID...", check_reviewer};
const struct value_kind value_size = {"size", check_size};
const struct value_kind value_user = {"user", check_user};
const struct value_kind value_word = {"word", check_word};
const struct value_kind value_words = {"words", check_words};
const struct value_kind value_yesno = {"yes or no", check_yesno};
