/* SPDX-License-Identifier: ISC */
/* The store of files: where things are in it, and what is known of a URL. */
#include "record/files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/percent.h"
#include "base/quantity.h"

static const char *const states[FILES_STATES] = {"granted", "refused",
    "undecided"};

/* The texts of an entry, as its lines name them. */
static const struct {
	const char *name;
	size_t at;
} texts[] = {
    {"sha256", offsetof(struct files_entry, sha256)},
    {"name", offsetof(struct files_entry, name)},
    {"type", offsetof(struct files_entry, type)},
    {"content", offsetof(struct files_entry, content)},
    {"from", offsetof(struct files_entry, from)},
    {"url", offsetof(struct files_entry, url)},
};

enum { TEXTS = sizeof(texts) / sizeof(*texts) };

static struct span *text_of(struct files_entry *e, int i)
{
	return (struct span *)((char *)e + texts[i].at);
}

const char *files_state_name(enum files_state s)
{
	return states[s];
}

static void put_path(struct buf *b, const char *store, const char *kind,
    const char *hex)
{
	buf_addf(b, "%s/%s/%.2s/%.*s", store, kind, hex, DIGEST_HEX, hex);
}

void files_content_path(struct buf *b, const char *store, struct span sha256)
{
	put_path(b, store, FILES_CONTENT, sha256.p);
}

void files_url_path(struct buf *b, const char *store, struct span url)
{
	const char *fragment = url.n ? memchr(url.p, '#', url.n) : NULL;
	struct digest *d = digest_new(NULL, 0);
	char hex[DIGEST_HEX];

	digest_begin(d);
	digest_add(d, url.p, fragment ? (size_t)(fragment - url.p) : url.n);
	digest_hex(d, hex);
	digest_free(d);
	put_path(b, store, FILES_URL, hex);
}

void files_entry_write(struct buf *b, const struct files_entry *e)
{
	struct files_entry copy = *e;

	for (int i = 0; i < TEXTS; i++) {
		struct span value = *text_of(&copy, i);

		if (!value.n)
			continue;
		buf_addf(b, "%s ", texts[i].name);
		percent_encode(b, value);
		buf_addc(b, '\n');
	}
	buf_addf(b, "size %" PRIu64 "\nstate %s\n", e->size,
	    states[e->state]);
}

static bool read_state(struct span s, enum files_state *state)
{
	for (int i = 0; i < FILES_STATES; i++) {
		if (span_is(s, states[i])) {
			*state = (enum files_state)i;
			return true;
		}
	}
	return false;
}

/* Later versions may say more: what is not known is passed over. */
static void read_text(struct files_entry *e, struct span key,
    struct span value, struct buf *chars)
{
	for (int i = 0; i < TEXTS; i++) {
		struct span *text = text_of(e, i);

		if (!span_is(key, texts[i].name))
			continue;
		/* There is room: chars does not move. */
		text->p = chars->data + chars->len;
		percent_decode(chars, value);
		text->n = (size_t)(chars->data + chars->len - text->p);
	}
}

static bool digest_valid(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (hex_digit(s.p[i]) < 0 || (s.p[i] >= 'A' && s.p[i] <= 'F'))
			return false;
	}
	return s.n == DIGEST_HEX;
}

bool files_entry_read(struct files_entry *e, struct span lines,
    struct buf *chars)
{
	bool sized = false, settled = false;

	*e = (struct files_entry){0};
	buf_reset(chars);
	buf_room(chars, lines.n + 1);
	while (lines.n) {
		const char *lf = memchr(lines.p, '\n', lines.n);
		size_t n = lf ? (size_t)(lf - lines.p) : 0;
		const char *space = lf ? memchr(lines.p, ' ', n) : NULL;
		struct span key, value;

		if (!space)
			return false;
		key = (struct span){lines.p, (size_t)(space - lines.p)};
		value = (struct span){space + 1, n - key.n - 1};
		lines = (struct span){lf + 1, lines.n - n - 1};
		if (span_is(key, "size"))
			sized = quantity_digits(value, &e->size);
		else if (span_is(key, "state"))
			settled = read_state(value, &e->state);
		else
			read_text(e, key, value, chars);
	}
	return sized && settled && digest_valid(e->sha256);
}

/* Append all of the file. False with errno; EBADMSG: it is too long. */
static bool read_file(const char *path, struct buf *b)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n = 1;
	int error;

	if (fd < 0)
		return false;
	while (n > 0 && b->len <= FILES_ENTRY_MAX) {
		n = read(fd, buf_room(b, FILES_ENTRY_MAX + 1),
		    FILES_ENTRY_MAX + 1);
		b->len += n > 0 ? (size_t)n : 0;
	}
	error = n < 0 ? errno : EBADMSG;
	close(fd);
	errno = error;
	return n == 0;
}

int files_find(const char *store, struct span url, struct files_entry *e,
    struct buf *chars)
{
	struct buf path = BUF_EMPTY, lines = BUF_EMPTY;
	int found = -1;

	files_url_path(&path, store, url);
	if (!read_file(buf_str(&path), &lines))
		found = errno == ENOENT ? 0 : -1;
	else if (files_entry_read(e, buf_span(&lines), chars))
		found = 1;
	else
		errno = EBADMSG;
	buf_release(&path);
	buf_release(&lines);
	return found;
}
