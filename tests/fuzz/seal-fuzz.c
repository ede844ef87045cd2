/* SPDX-License-Identifier: ISC */
/* Fuzzes what strangers hand over: seal-fuzz keys|note|proof|request COUNT
 * [SEED]. Keys, checkpoints, cosignatures, proofs and requests to a witness,
 * damaged: nothing is believed but what was signed, and a witness never goes
 * back nor to another history. Prints what fails and exits 1. */
#define _XOPEN_SOURCE 700
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "journal/tree.h"
#include "mangle.h"
#include "seal/evidence.h"
#include "seal/tlog-proof.h"
#include "seal/witness.h"
#include "seal/witnesses.h"

enum { LEAVES = 24, NOTES = 4 };

static const char record[] = "019aac21-0000-7000-8000-000000000001\tx";

/* Three sizes of one history, and one of another, all signed. */
static const uint64_t sizes[NOTES] = {7, 16, LEAVES, LEAVES};

struct remembered {
	uint64_t size;
	bool other;
};

struct fuzz {
	struct mangle mangle;
	struct remembered seen; /* by the witness */
	struct signer log, other, witness[2];
	struct trust trust;
	struct buf text[NOTES], note[NOTES], vkey, proof, in, why;
	unsigned char leaf[2][LEAVES][MERKLE_HASH];
	unsigned long taken;
};

/* A merkle_source of one history. */
static bool leaves(void *data, unsigned level, uint64_t index,
    unsigned char out[MERKLE_HASH])
{
	unsigned char (*leaf)[MERKLE_HASH] = data;
	struct merkle_range r;

	merkle_range_init(&r, 0);
	for (uint64_t i = 0; i < UINT64_C(1) << level; i++)
		merkle_range_append(&r, leaf[(index << level) + i]);
	memcpy(out, r.hash[0], MERKLE_HASH);
	return r.count == 1;
}

static void make_leaves(struct fuzz *f)
{
	struct digest *d = digest_new(NULL, 0);
	char hex[DIGEST_HEX];

	for (int history = 0; history < 2; history++) {
		for (int i = 0; i < LEAVES; i++) {
			digest_begin(d);
			digest_add(d, record, sizeof(record) - 1);
			/* The first one is of the record itself. */
			if (i)
				digest_add(d, &i, sizeof(i));
			if (i > 20)
				digest_add(d, &history, sizeof(history));
			digest_hex(d, hex);
			tree_leaf((uint64_t)i + 1, hex, f->leaf[history][i]);
		}
	}
	digest_free(d);
}

static void make_notes(struct fuzz *f)
{
	unsigned char root[MERKLE_HASH];

	for (int i = 0; i < NOTES; i++) {
		merkle_root(sizes[i], leaves, f->leaf[i == NOTES - 1], root);
		checkpoint_write(&f->text[i], span_of("a.example/n1/j"),
		    sizes[i], root);
		buf_addspan(&f->note[i], buf_span(&f->text[i]));
		buf_addc(&f->note[i], '\n');
		note_sign(&f->note[i], &f->log, buf_span(&f->text[i]), 0);
		for (int w = 0; w < 2; w++)
			note_sign(&f->note[i], &f->witness[w],
			    buf_span(&f->text[i]), 1700000000);
	}
}

static void setup(struct fuzz *f)
{
	struct tlog_proof p = {.index = 0};
	const char *why;

	signer_generate(&f->log, "a.example/n1", KEY_LOG);
	signer_generate(&f->other, "a.example/n1", KEY_LOG);
	signer_generate(&f->witness[0], "w.example", KEY_WITNESS);
	signer_generate(&f->witness[1], "v.example", KEY_WITNESS);
	verifier_text(&f->log.verifier, &f->vkey);
	why = trust_log(&f->trust, buf_str(&f->vkey));
	for (int i = 0; i < 2 && !why; i++) {
		buf_reset(&f->in);
		verifier_text(&f->witness[i].verifier, &f->in);
		why = trust_witness(&f->trust, buf_str(&f->in));
	}
	if (why)
		abort();
	make_leaves(f);
	make_notes(f);
	merkle_prove(0, LEAVES, leaves, f->leaf[0], &p.path);
	p.checkpoint = buf_span(&f->note[2]);
	tlog_proof_write(&f->proof, &p);
}

static bool signed_text(const struct fuzz *f, struct span text)
{
	for (int i = 0; i < NOTES; i++) {
		if (span_same(buf_span(&f->text[i]), text))
			return true;
	}
	return false;
}

/* What is read as a key is written as it came. */
static bool fuzz_keys(struct fuzz *f)
{
	struct verifier v = {.name = NULL};
	struct buf again = BUF_EMPTY;
	bool ok = true;

	mangle_text(&f->mangle, buf_span(&f->vkey), &f->in);
	if (!verifier_parse(&v, buf_span(&f->in))) {
		verifier_text(&v, &again);
		ok = span_same(buf_span(&again), buf_span(&f->in));
		f->taken++;
	}
	verifier_release(&v);
	buf_release(&again);
	return ok;
}

static bool fuzz_note(struct fuzz *f)
{
	size_t i = mangle_below(&f->mangle, NOTES);
	struct checkpoint c;
	struct vouched v;
	struct note n;
	struct span line;
	uint64_t time;
	bool parsed;

	mangle_text(&f->mangle, buf_span(&f->note[i]), &f->in);
	parsed = !note_parse(&n, buf_span(&f->in));
	if (parsed)
		(void)checkpoint_parse(&c, n.text);
	if (parsed && note_find(&n, &f->other.verifier, &line, &time))
		return false;
	if (parsed && note_find(&n, &f->witness[0].verifier, &line, &time) &&
	    (time != 1700000000 || !signed_text(f, n.text)))
		return false;
	if (trust_check(&f->trust, buf_span(&f->in), &v, &f->why))
		return true;
	f->taken++;
	return parsed && signed_text(f, n.text) && v.witnesses <= 2;
}

static bool fuzz_proof(struct fuzz *f)
{
	struct buf text = BUF_EMPTY;
	struct span of = {record, sizeof(record) - 1};
	struct shown s = {.seq = 0};
	bool same = mangle_below(&f->mangle, 2), ok = true;

	mangle_text(&f->mangle, buf_span(&f->proof), &f->in);
	if (same)
		buf_addspan(&text, of);
	else
		mangle_text(&f->mangle, of, &text);
	if (evidence_check(&f->trust, buf_span(&f->in), buf_span(&text), &s,
		&f->why) == EVIDENCE_GOOD) {
		while (text.len && text.data[text.len - 1] == '\n')
			text.len--;
		ok = s.seq == 1 && span_same(buf_span(&text), of);
		f->taken++;
	}
	buf_release(&text);
	return ok;
}

static int ask(struct fuzz *f, struct witness *w, uint64_t old, int note,
    struct buf *answer)
{
	struct buf request = BUF_EMPTY;
	int status;

	buf_reset(answer);
	buf_addf(&request, "old %" PRIu64 "\n\n", old);
	buf_addspan(&request, buf_span(&f->note[note]));
	status = witness_add(w, buf_span(&request), answer);
	buf_release(&request);
	return status;
}

/* What it remembers: the size, and whether that is of the other history. */
static void see(struct fuzz *f, struct witness *w, struct remembered *r)
{
	struct buf answer = BUF_EMPTY;
	struct span line, rest;

	*r = (struct remembered){.size = 0};
	/* It says what it has seen, as that is none of these. */
	if (ask(f, w, 5, 2, &answer) == 409) {
		rest = buf_span(&answer);
		if (checkpoint_line(&rest, &line))
			checkpoint_size(line, &r->size);
	}
	r->other = r->size == LEAVES && ask(f, w, LEAVES, 3, &answer) == 200;
	buf_release(&answer);
}

static bool fuzz_request(struct fuzz *f, struct witness *w)
{
	size_t i = mangle_below(&f->mangle, NOTES);
	struct witnessed what = {.note = buf_span(&f->note[i]),
	    .size = sizes[i], .source = leaves,
	    .tree = f->leaf[i == NOTES - 1]};
	uint64_t from = f->seen.size < sizes[i] ? f->seen.size : sizes[i];
	struct buf request = BUF_EMPTY, answer = BUF_EMPTY;
	struct remembered now;
	int status;

	witness_request(&request, from, &what);
	mangle_text(&f->mangle, buf_span(&request), &f->in);
	status = witness_add(w, buf_span(&f->in), &answer);
	buf_release(&request);
	buf_release(&answer);
	see(f, w, &now);
	f->taken += status == 200;
	if (now.size < f->seen.size || (status != 200 &&
		now.size != f->seen.size) ||
	    (f->seen.size == LEAVES && now.other != f->seen.other))
		return false;
	f->seen = now;
	return true;
}

/* Another witness, which has seen nothing. */
static void begin_anew(struct fuzz *f, const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		if (e->d_name[0] != '.' && strcmp(e->d_name, "lock") != 0)
			unlinkat(dirfd(d), e->d_name, 0);
	}
	if (d)
		closedir(d);
	f->seen = (struct remembered){.size = 0};
}

static bool one(struct fuzz *f, const char *kind, struct witness *w)
{
	switch (*kind) {
	case 'k':
		return fuzz_keys(f);
	case 'n':
		return fuzz_note(f);
	case 'p':
		return fuzz_proof(f);
	default:
		return fuzz_request(f, w);
	}
}

static void release(struct fuzz *f, struct witness *w)
{
	for (int i = 0; i < NOTES; i++) {
		buf_release(&f->text[i]);
		buf_release(&f->note[i]);
	}
	buf_release(&f->vkey);
	buf_release(&f->proof);
	buf_release(&f->in);
	buf_release(&f->why);
	signer_release(&f->log);
	signer_release(&f->other);
	signer_release(&f->witness[0]);
	signer_release(&f->witness[1]);
	trust_release(&f->trust);
	witness_release(w);
}

/* In the folder that it is started in. */
int main(int argc, char **argv)
{
	const char *kind = argc > 1 ? argv[1] : "note";
	unsigned long count = argc > 2 ? strtoul(argv[2], NULL, 10) : 10000;
	unsigned long seed = argc > 3 ? strtoul(argv[3], NULL, 10) : 1;
	char dir[] = "seal-fuzz-XXXXXX";
	struct witness w = {.dir = -1};
	static struct fuzz f;
	int rc = 0;

	setup(&f);
	if (*kind == 'r' && (!mkdtemp(dir) || !witness_open(&w, dir) ||
		trust_log(&w.logs, buf_str(&f.vkey))))
		return 1;
	signer_generate(&w.key, "w.example", KEY_WITNESS);
	for (unsigned long i = 0; i < count && !rc; i++) {
		if (*kind == 'r' && i % 32 == 0)
			begin_anew(&f, dir);
		f.mangle.state = (seed + i) * 0xd6e8feb86659fd93u;
		if (one(&f, kind, &w))
			continue;
		printf("%s, seed %lu:\n%s\n", kind, seed + i, buf_str(&f.in));
		rc = 1;
	}
	printf("%lu of %s, %lu taken\n", count, kind, f.taken);
	release(&f, &w);
	return rc;
}
