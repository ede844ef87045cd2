/* SPDX-License-Identifier: ISC */
/* Which way a stanza of a recording went, told from whom it is from and to,
 * from the marks of a log, and from the headers of its stream; never
 * guessed. */
#ifndef RECORD_DIRECTION_H
#define RECORD_DIRECTION_H

#include "record/traffic.h"

/* What it was, TRAFFIC_FOREIGN if neither side is this node's, or
 * TRAFFIC_UNTOLD. If from->p is then not NULL, the stanza names no sender, and
 * this is it. */
enum traffic_meaning direction_tell(struct traffic *, const struct xml_root *,
    enum traffic_kind, struct span *from);

#endif
