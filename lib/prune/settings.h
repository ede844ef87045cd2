/* SPDX-License-Identifier: ISC */
/* What cup-prune is asked for, and whether it goes together. */
#ifndef PRUNE_SETTINGS_H
#define PRUNE_SETTINGS_H

#include <stdint.h>

#include "base/args.h"
#include "prune/keeps.h"

struct prune_settings {
	struct keeps keeps;
	struct args hold_files, journals;
	char *node, *erase, *erase_with, *why; /* NULL: not given */
	int yes, holds;
	int64_t now; /* microseconds */
};

/* What of it does not go together, a constant; NULL: all does. */
const char *prune_settings_mistake(const struct prune_settings *);

void prune_settings_release(struct prune_settings *);

#endif
