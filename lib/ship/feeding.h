/* SPDX-License-Identifier: ISC */
/* Journals into a stream of JetStream, each in its order. How far each is there
 * the stream itself says: its messages tell the journal and SEQ of their last
 * record. */
#ifndef SHIP_FEEDING_H
#define SHIP_FEEDING_H

#include "base/buf.h"
#include "ship/jetstream.h"
#include "ship/journals.h"

/* Until all of the journals are there; with follow in the config, until ending.
 * A config of the stream that makes no sense is JOURNALS_REFUSED, too. */
enum journals_result feeding_run(const struct jetstream_config *,
    const struct journals_config *);

#endif
