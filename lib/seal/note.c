/* SPDX-License-Identifier: ISC */
/* Signed notes and cosignatures. */
#include "seal/note.h"

#include <inttypes.h>

#include "base/utf8.h"

#define DASH "\xe2\x80\x94 " /* U+2014 */

enum {
	ID = 4,
	TIME = 8,
	SIGNATURES_MAX = 64,
};

/* Whether it is UTF-8 without control characters but LF. */
static bool clean(struct span s)
{
	size_t step;

	for (; s.n; s.p += step, s.n -= step) {
		step = utf8_char(s.p, s.n);
		if (!step || (*s.p != '\n' && (unsigned char)*s.p < ' '))
			return false;
	}
	return true;
}

static uint64_t big_endian(const unsigned char *p, size_t n)
{
	uint64_t value = 0;

	while (n--)
		value = value << 8 | *p++;
	return value;
}

bool note_next_signature(struct span *rest, struct span *line,
    struct span *name, uint32_t *id)
{
	const char *lf = memchr(rest->p, '\n', rest->n);
	const char *blank;
	unsigned char raw[3];
	size_t n;

	if (!lf || !span_starts(*rest, DASH))
		return false;
	n = (size_t)(lf - rest->p) + 1;
	*line = (struct span){rest->p, n};
	name->p = rest->p + strlen(DASH);
	blank = memchr(name->p, ' ', (size_t)(lf - name->p));
	if (!blank)
		return false;
	name->n = (size_t)(blank - name->p);
	/* The id is in the first six digits of base64. */
	if (!key_name_valid(*name) || lf - blank < 1 + 8)
		return false;
	*id = 0;
	for (size_t i = 1; i < 9; i += 4) {
		if (!key_unbase64((struct span){blank + i, 4}, raw, 3))
			return false;
		*id = i == 1 ? (uint32_t)big_endian(raw, 3)
			     : *id << 8 | raw[0];
	}
	*rest = (struct span){lf + 1, rest->n - n};
	return true;
}

const char *note_parse(struct note *n, struct span bytes)
{
	struct span rest, line, name;
	unsigned count = 0;
	uint32_t id;

	if (bytes.n > NOTE_MAX)
		return "is too long";
	if (!clean(bytes))
		return "is not clean text";
	/* The last empty line is before the signatures. */
	for (size_t i = bytes.n; i-- > 2;) {
		if (bytes.p[i - 1] != '\n' || bytes.p[i - 2] != '\n')
			continue;
		n->text = (struct span){bytes.p, i - 1};
		n->signatures = (struct span){bytes.p + i, bytes.n - i};
		rest = n->signatures;
		while (rest.n && count < SIGNATURES_MAX &&
		    note_next_signature(&rest, &line, &name, &id))
			count++;
		if (rest.n)
			return "has a bad signature line";
		return count ? NULL : "has no signature";
	}
	return "is no signed note";
}

/* What a cosignature signs. */
static void cosigned(struct buf *out, uint64_t time, struct span text)
{
	buf_addf(out, "cosignature/v1\ntime %" PRIu64 "\n", time);
	buf_addspan(out, text);
}

static bool good(const struct verifier *v, struct span line, struct span text,
    uint64_t *time)
{
	unsigned char raw[ID + TIME + KEY_SIGNATURE];
	size_t n = v->kind == KEY_LOG ? ID + KEY_SIGNATURE : sizeof(raw);
	size_t skip = strlen(DASH) + strlen(v->name) + 1;
	struct buf message = BUF_EMPTY;
	bool ok;

	if (!key_unbase64((struct span){line.p + skip, line.n - skip - 1}, raw, n))
		return false;
	if (v->kind == KEY_LOG)
		return verifier_check(v, text, raw + ID);
	*time = big_endian(raw + ID, TIME);
	if (*time > INT64_MAX)
		return false;
	cosigned(&message, *time, text);
	ok = verifier_check(v, buf_span(&message), raw + ID + TIME);
	buf_release(&message);
	return ok;
}

enum note_signed note_verify(const struct note *n, const struct verifier *v,
    uint64_t *time)
{
	struct span rest = n->signatures, line, name;
	enum note_signed found = NOTE_UNSIGNED;
	uint64_t at = 0;
	uint32_t id;

	*time = 0;
	while (note_next_signature(&rest, &line, &name, &id)) {
		if (id != v->id || !span_is(name, v->name))
			continue;
		if (!good(v, line, n->text, &at))
			return NOTE_FORGED;
		found = NOTE_SIGNED;
		if (at > *time)
			*time = at;
	}
	return found;
}

bool note_find(const struct note *n, const struct verifier *v,
    struct span *line, uint64_t *time)
{
	struct span rest = n->signatures, name, at;
	bool found = false;
	uint64_t when = 0;
	uint32_t id;

	*time = 0;
	while (note_next_signature(&rest, &at, &name, &id)) {
		if (id != v->id || !span_is(name, v->name) ||
		    !good(v, at, n->text, &when) || (found && when <= *time))
			continue;
		found = true;
		*line = at;
		*time = when;
	}
	return found;
}

void note_sign(struct buf *out, const struct signer *s, struct span text,
    uint64_t time)
{
	unsigned char raw[ID + TIME + KEY_SIGNATURE];
	struct buf message = BUF_EMPTY;
	unsigned char *p = raw;

	for (int i = 24; i >= 0; i -= 8)
		*p++ = (unsigned char)(s->verifier.id >> i);
	if (s->verifier.kind == KEY_LOG) {
		signer_sign(s, text, p);
	} else {
		for (int i = 56; i >= 0; i -= 8)
			*p++ = (unsigned char)(time >> i);
		cosigned(&message, time, text);
		signer_sign(s, buf_span(&message), p);
	}
	p += KEY_SIGNATURE;
	buf_addf(out, DASH "%s ", s->verifier.name);
	key_base64(out, raw, (size_t)(p - raw));
	buf_addc(out, '\n');
	buf_release(&message);
}
