/* SPDX-License-Identifier: ISC */
/* What the parts of sealing share; nobody else's. */
#ifndef SEAL_SEALER_INTERNAL_H
#define SEAL_SEALER_INTERNAL_H

#include "seal/sealer.h"

/* Write the newest checkpoint as that note. False with errno. */
bool sealer_keep(struct sealer *, struct span note);

/* Find out which of the witnesses have cosigned the newest checkpoint, and
 * when. */
void sealer_recall(struct sealer *);

/* Have it cosigned by those that have not done so, or too long ago, and
 * stamped. */
void sealer_show_others(struct sealer *);

#endif
