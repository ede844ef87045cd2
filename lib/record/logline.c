/* SPDX-License-Identifier: ISC */
/* Lines of logs and consoles. */
#include "record/logline.h"

#include <string.h>
#include <strings.h>

static const struct mark {
	const char *word;
	enum logline_way way;
	enum logline_view view;
	bool loud; /* a mark only in capitals: it is a common word, too */
} marks[] = {
    {"recv", LOGLINE_IN, LOGLINE_ANY, false},
    {"rcvd", LOGLINE_IN, LOGLINE_ANY, false},
    {"received", LOGLINE_IN, LOGLINE_ANY, false},
    {"receiving", LOGLINE_IN, LOGLINE_ANY, false},
    {"incoming", LOGLINE_IN, LOGLINE_ANY, false},
    {"in", LOGLINE_IN, LOGLINE_CLIENT, true},
    {"<--", LOGLINE_IN, LOGLINE_ANY, false},
    {"<-", LOGLINE_IN, LOGLINE_ANY, false},
    {"<<<", LOGLINE_IN, LOGLINE_ANY, false},
    {"<<", LOGLINE_IN, LOGLINE_ANY, false},
    {"send", LOGLINE_OUT, LOGLINE_ANY, false},
    {"sent", LOGLINE_OUT, LOGLINE_CLIENT, false},
    {"sending", LOGLINE_OUT, LOGLINE_ANY, false},
    {"outgoing", LOGLINE_OUT, LOGLINE_ANY, false},
    {"out", LOGLINE_OUT, LOGLINE_CLIENT, true},
    {"-->", LOGLINE_OUT, LOGLINE_ANY, false},
    {"->", LOGLINE_OUT, LOGLINE_ANY, false},
    {">>>", LOGLINE_OUT, LOGLINE_ANY, false},
    {">>", LOGLINE_OUT, LOGLINE_ANY, false},
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static void strip(struct span *s, const char *set)
{
	while (s->n && s->p[s->n - 1] && strchr(set, s->p[s->n - 1]))
		s->n--;
}

static bool strip_end(struct span *s, const char *end)
{
	if (!span_ends(*s, end))
		return false;
	s->n -= strlen(end);
	return true;
}

/* Take a group in brackets off the end. */
static bool strip_group(struct span *s)
{
	const char *open;
	size_t n = s->n;

	if (!n || (s->p[n - 1] != ')' && s->p[n - 1] != ']'))
		return false;
	open = s->p[n - 1] == ')' ? "(" : "[";
	while (n && s->p[n - 1] != *open)
		n--;
	if (!n)
		return false;
	s->n = n - 1;
	return true;
}

/* How what is before a stanza ends. */
struct tail {
	struct span word; /* letters, or an arrow */
	bool colon;	  /* behind it */
	char group;	  /* the bracket right behind it, or 0 */
	bool grouped;	  /* brackets are somewhere behind it */
	bool erlang;	  /* as ejabberd prints what it traces */
};

/* An arrow stands alone: "\">>" ends what Erlang prints. */
static void read_word(struct tail *t, struct span s)
{
	size_t n = 0;
	bool letters = s.n && is_letter(s.p[s.n - 1]);

	while (n < s.n && (letters ? is_letter(s.p[s.n - 1 - n])
				   : strchr("<>-", s.p[s.n - 1 - n]) != NULL))
		n++;
	if (!letters && n < s.n && !strchr(" \t", s.p[s.n - n - 1]))
		n = 0;
	t->word = (struct span){s.p + s.n - n, n};
}

static void read_tail(struct tail *t, struct span s)
{
	*t = (struct tail){.group = 0};
	strip(&s, " \t\r\n\"'");
	if (strip_end(&s, "XML on stream = <<"))
		t->erlang = true;
	strip(&s, " \t");
	t->colon = strip_end(&s, ":");
	for (;;) {
		size_t n = s.n;

		strip(&s, " \t");
		t->group = s.n < n ? 0 : t->group;
		if (!strip_group(&s))
			break;
		t->grouped = true;
		t->group = s.p[s.n];
	}
	read_word(t, s);
}

static bool in_capitals(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < 'A' || s.p[i] > 'Z')
			return false;
	}
	return true;
}

static const struct mark *find_mark(struct span s)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
		const struct mark *m = &marks[i];

		if (s.n == strlen(m->word) &&
		    strncasecmp(s.p, m->word, s.n) == 0)
			return m;
	}
	return NULL;
}

/* "RECV(141):", "SENT (0):", "Received[c2s]:", "Recv (ssl)(120):",
 * "XMPP IN [...]", "Received XML on stream = <<\"", "<--", "RECV:" */
static void read_mark(struct logline *l, struct span text)
{
	const struct mark *m;
	struct tail t;
	bool plain;

	read_tail(&t, text);
	m = find_mark(t.word);
	if (!m)
		return;
	plain = is_letter(m->word[0]) && !in_capitals(t.word);
	if (plain && (m->loud || !(t.colon || t.grouped || t.erlang)))
		return;
	l->way = m->way;
	l->view = t.erlang ? LOGLINE_SERVER : m->view;
	l->quoted = t.erlang;
	/* Prosody shows the start tag alone. */
	l->tag_only = t.colon && t.group == '[';
	if (l->tag_only || (t.group == '(' && l->key.p))
		l->view = LOGLINE_SERVER;
}

/* Prosody's names of sessions: "c2s55aa01", "s2sin55bb02". */
static bool read_session(struct logline *l, struct span s, size_t i)
{
	static const char *const kinds[] = {"c2s", "s2sin", "s2sout"};

	for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++) {
		size_t n = strlen(kinds[k]), end;

		if (s.n - i < n || memcmp(s.p + i, kinds[k], n) != 0)
			continue;
		for (end = i + n; end < s.n && is_hex(s.p[end]); end++)
			;
		if (end < i + n + 4)
			continue;
		l->key = (struct span){s.p + i, end - i};
		l->servers = k > 0;
		return true;
	}
	return false;
}

/* Erlang's names of processes: "<0.512.0>". */
static size_t read_process(struct logline *l, struct span s, size_t i)
{
	size_t end = i + 1;

	while (end < s.n && ((s.p[end] >= '0' && s.p[end] <= '9') ||
				s.p[end] == '.'))
		end++;
	if (end == s.n || s.p[end] != '>' || end < i + 6)
		return i;
	l->key = (struct span){s.p + i, end + 1 - i};
	return end;
}

static void read_key(struct logline *l, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		bool begins = i == 0 || strchr(" \t[(|", s.p[i - 1]);

		if (begins && (s.p[i] == 'c' || s.p[i] == 's') &&
		    read_session(l, s, i))
			return;
		if (s.p[i] == '<')
			i = read_process(l, s, i);
	}
}

void logline_read(struct logline *l, struct span text)
{
	size_t end;

	*l = (struct logline){.timed = false};
	l->timed = moment_find(&l->moment, text, &end);
	read_key(l, text);
	read_mark(l, text);
}

/* The first word with an '@' in it, without the brackets around it. */
static struct span account(struct span s)
{
	const char *at = s.n ? memchr(s.p, '@', s.n) : NULL;
	const char *from = at, *to = at;

	if (!at)
		return (struct span){NULL, 0};
	while (from > s.p && !strchr(" \t([\"'", from[-1]))
		from--;
	while (to < s.p + s.n && !strchr(" \t)]\"',", *to))
		to++;
	return (struct span){from, (size_t)(to - from)};
}

bool logline_comment(struct logline *l, struct span s)
{
	const struct mark *m;
	size_t n = 0, end;

	*l = (struct logline){.timed = false};
	strip(&s, " \t\r\n:");
	while (s.n && strchr(" \t\r\n", *s.p)) {
		s.p++;
		s.n--;
	}
	while (n < s.n && is_letter(s.p[n]))
		n++;
	m = find_mark((struct span){s.p, n});
	if (!m || !n || (n < s.n && is_letter(s.p[n])) ||
	    memchr(s.p, '<', s.n) || memchr(s.p, '\n', s.n))
		return false;
	l->way = m->way;
	l->view = LOGLINE_CLIENT;
	l->timed = moment_find(&l->moment, s, &end);
	l->who = account(s);
	return true;
}

/* The byte that the escape behind a '\\' stands for; *i: where it begins, and
 * then where it ends. */
static char escaped(struct span s, size_t *i)
{
	static const char letters[] = "bdefnrstv",
			  bytes[] = "\b\177\033\f\n\r \t\v";
	const char *letter;
	unsigned byte = 0;
	size_t end = *i;

	while (end < s.n && end < *i + 3 && s.p[end] >= '0' && s.p[end] <= '7')
		byte = byte * 8 + (unsigned)(s.p[end++] - '0');
	if (end > *i) {
		*i = end;
		return (char)byte;
	}
	letter = memchr(letters, s.p[end], sizeof(letters) - 1);
	*i = end + 1;
	return letter ? bytes[letter - letters] : s.p[end];
}

void logline_unquote(struct span s, struct buf *out)
{
	size_t i = 0;

	while (i < s.n) {
		if (s.p[i] != '\\' || i + 1 == s.n) {
			buf_addc(out, s.p[i++]);
			continue;
		}
		i++;
		buf_addc(out, escaped(s, &i));
	}
}
