/* SPDX-License-Identifier: ISC */
/* A witness. */
#include "seal/witness.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/stamp.h"
#include "seal/store.h"

enum {
	OK = 200,
	BAD = 400,
	FORBIDDEN = 403,
	UNKNOWN = 404,
	CONFLICT = 409,
	UNPROVED = 422,
	FAILED = 500,
};

struct request {
	uint64_t old;
	struct merkle_proof proof;
	struct note note;
	struct checkpoint checkpoint;
	struct span signature; /* the line of the log */
};

bool witness_open(struct witness *w, const char *path)
{
	int lock;

	w->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w->dir < 0)
		return false;
	/* Held until the process ends. */
	lock = openat(w->dir, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	return lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0;
}

void witness_release(struct witness *w)
{
	signer_release(&w->key);
	trust_release(&w->logs);
	if (w->dir >= 0)
		close(w->dir);
	w->dir = -1;
}

static bool parse(struct request *r, struct span rest)
{
	struct span line;

	if (!checkpoint_line(&rest, &line) || !span_starts(line, "old "))
		return false;
	line.p += 4;
	line.n -= 4;
	return checkpoint_size(line, &r->old) &&
	    checkpoint_read_proof(&rest, &r->proof) &&
	    !note_parse(&r->note, rest) &&
	    !checkpoint_parse(&r->checkpoint, r->note.text) &&
	    r->old <= r->checkpoint.size;
}

/* 200 if a key that it knows has signed it. */
static int authenticate(const struct witness *w, struct request *r)
{
	int status = UNKNOWN;
	uint64_t time;

	for (unsigned i = 0; i < w->logs.logs; i++) {
		const struct verifier *v = &w->logs.log[i];

		if (!checkpoint_of(r->checkpoint.origin, v->name))
			continue;
		if (note_find(&r->note, v, &r->signature, &time))
			return OK;
		status = FORBIDDEN;
	}
	return status;
}

/* ---- what it remembers, by the hash of the origin */

static void state_name(struct span origin, char out[DIGEST_HEX + 1])
{
	struct digest *d = digest_new(NULL, 0);

	digest_begin(d);
	digest_add(d, origin.p, origin.n);
	digest_hex(d, out);
	out[DIGEST_HEX] = '\0';
	digest_free(d);
}

/* The last one, or one of size 0. What cannot be read is not taken for
 * nothing. */
static bool recall(const struct witness *w, struct span origin,
    struct buf *text, struct checkpoint *last)
{
	struct merkle_range none = {0};
	char name[DIGEST_HEX + 1];
	struct note n;

	*last = (struct checkpoint){.origin = origin};
	merkle_range_root(&none, last->root);
	state_name(origin, name);
	if (!store_read(w->dir, name, NOTE_MAX, text))
		return errno == ENOENT;
	return !note_parse(&n, buf_span(text)) &&
	    !checkpoint_parse(last, n.text) &&
	    span_same(last->origin, origin);
}

static bool remember(const struct witness *w, const struct request *r,
    struct span line)
{
	struct buf text = BUF_EMPTY;
	char name[DIGEST_HEX + 1];
	bool ok;

	state_name(r->checkpoint.origin, name);
	buf_addspan(&text, r->note.text);
	buf_addc(&text, '\n');
	buf_addspan(&text, r->signature);
	buf_addspan(&text, line);
	ok = store_write(w->dir, name, buf_span(&text));
	buf_release(&text);
	return ok;
}

/* ---- judging */

static int say(struct buf *body, int status, const char *words)
{
	buf_addf(body, "%s\n", words);
	return status;
}

static int judge(const struct request *r, const struct checkpoint *last,
    struct buf *body)
{
	const struct checkpoint *c = &r->checkpoint;
	bool same = memcmp(c->root, last->root, MERKLE_HASH) == 0;

	if (r->old != last->size || (c->size == last->size && !same)) {
		buf_addf(body, "%" PRIu64 "\n", last->size);
		return CONFLICT;
	}
	if (!merkle_extends(r->old, last->root, c->size, c->root, &r->proof))
		return say(body, UNPROVED,
		    "it is not proved to extend what was seen before");
	return OK;
}

static int cosign(struct witness *w, const struct request *r,
    struct buf *body)
{
	struct buf line = BUF_EMPTY;
	int status = OK;

	note_sign(&line, &w->key, r->note.text,
	    (uint64_t)stamp_now() / 1000000);
	if (remember(w, r, buf_span(&line)))
		buf_addspan(body, buf_span(&line));
	else
		status = say(body, FAILED, "it cannot be kept");
	buf_release(&line);
	return status;
}

int witness_add(struct witness *w, struct span request, struct buf *body)
{
	struct buf text = BUF_EMPTY;
	struct checkpoint last;
	struct request r;
	int status;

	if (!parse(&r, request))
		return say(body, BAD, "it is no request");
	status = authenticate(w, &r);
	if (status == UNKNOWN)
		return say(body, status, "its origin is not known");
	if (status == FORBIDDEN)
		return say(body, status, "it has no signature of its log");
	if (recall(w, r.checkpoint.origin, &text, &last))
		status = judge(&r, &last, body);
	else
		status = say(body, FAILED, "what was seen cannot be read");
	if (status == OK)
		status = cosign(w, &r, body);
	buf_release(&text);
	return status;
}
