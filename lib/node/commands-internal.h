/* SPDX-License-Identifier: ISC */
/* What commands*.c share, and nobody else. */
#ifndef NODE_COMMANDS_INTERNAL_H
#define NODE_COMMANDS_INTERNAL_H

#include "node/commands.h"

/* Add the options that the settings have for a program. */
void commands_add_options(struct args *, const struct conf *,
    const char *program);

/* Add an option with the address of the socket of that name, of the node's
 * folder; and one that is called as the socket is. */
void commands_add_named(struct args *, const char *option, const char *name,
    const char *run, const char *node);
void commands_add_socket(struct args *, const char *name, const char *run,
    const char *node);

#endif
