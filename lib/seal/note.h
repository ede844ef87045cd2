/* SPDX-License-Identifier: ISC */
/* Signed notes (c2sp.org/signed-note) by Ed25519, and the cosignatures of
 * witnesses (c2sp.org/tlog-cosignature). */
/* lib/seal is what an outsider can hold a journal to. In goes a journal's hash
 * tree, out come checkpoints that are signed, and proofs against them.
 *
 * keys.h is keys, note.h what they sign, checkpoint.h what notes say here,
 * tlog-proof.h a proof of one record; trust.h is whom one believes. To seal:
 * sealer.h, on store.h (the folder of checkpoints), ask.h (HTTP), witnesses.h
 * and timestamp.h (RFC 3161); renewed.h and extends.h are what is beside a
 * checkpoint, and thin.h thins them out. To check: verify.h, a journal by
 * seals.h; evidence.h, one record; tell.h has the words for either. witness.h
 * is the other side. */
#ifndef SEAL_NOTE_H
#define SEAL_NOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "seal/keys.h"

enum { NOTE_MAX = 65536 }; /* bytes, with all signatures */

/* Borrowed from what it was read from. */
struct note {
	struct span text;	/* up to its last LF, without the blank line */
	struct span signatures; /* their lines */
};

/* Take a note apart. Returns NULL, or in a few words, a constant, why it is
 * none. No signature is checked. */
const char *note_parse(struct note *, struct span bytes);

enum note_signed {
	NOTE_UNSIGNED, /* it has no signature by that key */
	NOTE_SIGNED,
	NOTE_FORGED, /* it says so, but it is not */
};

/* Whether that key signed it; of a witness's key sets *time, in seconds since
 * 1970, to the newest of its cosignatures. */
enum note_signed note_verify(const struct note *, const struct verifier *,
    uint64_t *time);

/* Find a signature line by that key that is good, of a witness's key the newest
 * one, and its time as above. False: there is none. */
bool note_find(const struct note *, const struct verifier *,
    struct span *line, uint64_t *time);

/* Append the line that signs the text; time is for a witness's key. */
void note_sign(struct buf *, const struct signer *, struct span text,
    uint64_t time);

/* Take the next signature line off rest: the whole line with its LF, and whose
 * it says it is. False if there is none, or what is there is none. */
bool note_next_signature(struct span *rest, struct span *line,
    struct span *name, uint32_t *id);

#endif
