/* SPDX-License-Identifier: ISC */
/* A witness (c2sp.org/tlog-witness): cosigns checkpoints that extend the last
 * one it has cosigned of their origin, and never one that does not. */
#ifndef SEAL_WITNESS_H
#define SEAL_WITNESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "seal/trust.h"

enum { WITNESS_REQUEST_MAX = NOTE_MAX + 8192 };

struct witness {
	struct signer key;
	struct trust logs; /* whose checkpoints it takes */
	int dir;	   /* where it keeps what it has cosigned */
};

/* Open the folder, and lock it: a second witness beside it might cosign what
 * this one would not. False with errno, EAGAIN if there is one. */
bool witness_open(struct witness *, const char *dir);
void witness_release(struct witness *);

/* Judge a request, add-checkpoint. Returns the HTTP status of the answer, and
 * adds its body: cosignatures (200), the size it has (409), or in words what
 * is wrong. What is cosigned is on disk before. */
int witness_add(struct witness *, struct span request, struct buf *body);

#endif
