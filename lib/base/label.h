/* SPDX-License-Identifier: ISC */
/* Names that people give to parts of a node, and to nodes. */
#ifndef BASE_LABEL_H
#define BASE_LABEL_H

#include <stdbool.h>

#include "base/span.h"

enum { LABEL_MAX = 64 }; /* bytes */

/* Whether it is one: a letter or digit, then those, '.', '_' and '-'. */
bool label_valid(struct span);

#endif
