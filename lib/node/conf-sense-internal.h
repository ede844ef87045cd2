/* SPDX-License-Identifier: ISC */
/* What conf-sense.c and conf-sense-listen.c share, and nobody else. */
#ifndef NODE_CONF_SENSE_INTERNAL_H
#define NODE_CONF_SENSE_INTERNAL_H

#include "node/conf.h"

/* Add the mistakes of the listeners. */
void conf_sense_listen(const struct conf *, struct buf *mistakes);

/* Whether two listeners, or a listener and a destination, are one place. Names
 * are not looked up, and an empty host is every host. */
bool conf_collide(const char *, const char *);

#endif
