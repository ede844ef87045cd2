/* SPDX-License-Identifier: ISC */
/* Sealing a journal: signing what its hash tree is now. */
#ifndef SEAL_SEALER_H
#define SEAL_SEALER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "seal/keys.h"
#include "seal/witnesses.h"

struct journal_tree;

enum { SEALER_WITNESSES = 16 };

/* A zeroed struct with the first part set is ready. */
struct sealer {
	const char *journal;
	struct signer key;
	struct witness_at *witness; /* the caller's, count of them */
	unsigned witnesses;
	uint64_t renew; /* seconds until a cosignature is asked for again; 0:
			 * never */
	uint64_t thin; /* seconds until checkpoints are thinned out; 0: never */
	const char *timestamp; /* URL of an authority; NULL: none */
	int stop; /* a descriptor: what is asked is given up; -1 */
	void (*say)(const char *format, ...)
	    __attribute__((format(printf, 1, 2)));

	struct journal_tree *tree;
	int dir;	   /* of the checkpoints, once the tree is open */
	struct buf origin;
	uint64_t size;	   /* of the newest checkpoint; 0: there is none */
	struct buf note;   /* that one */
	int64_t thin_at;   /* when to look what to thin out */
	bool stamped;	   /* it has a time stamp, or none is wanted */
	struct buf why;
};

enum sealed {
	SEALED,		/* there is a new checkpoint: size, note */
	SEALED_BEFORE,	/* nothing is new */
	SEAL_NO_JOURNAL, /* nothing was ever written to it */
	SEAL_FORK,	/* it is not the journal that was sealed before */
	SEAL_FAILED,	/* errno may say more, 0: it does not */
};

/* Seal what is on disk, unless that was done, and have it cosigned and
 * stamped; say tells which of these could not be done, to be tried again the
 * next time. Of the last three why says more. */
enum sealed sealer_seal(struct sealer *);

/* Behind that: thin out old checkpoints, some of them at a time; say tells
 * where that fails. True if there are more to do. */
bool sealer_thin(struct sealer *);

void sealer_release(struct sealer *);

/* The id of the journal in that directory, from its first line. False with
 * errno, 0 if it has no line. */
bool sealer_journal_id(const char *journal, struct buf *id);

#endif
