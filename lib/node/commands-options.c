/* SPDX-License-Identifier: ISC */
/* Options of the programs that a node runs. */
#include "node/commands-internal.h"

#include <stdlib.h>
#include <string.h>

void commands_add_options(struct args *a, const struct conf *c,
    const char *program)
{
	for (size_t i = 0; i < setting_count; i++) {
		const struct setting *s = &setting_table[i];
		const char *value;

		if (!s->program || strcmp(s->program, program) != 0)
			continue;
		for (size_t n = 0; (value = conf_nth(c, s->key, n, NULL));
		     n++) {
			if (s->kind != &value_yesno)
				args_option(a, s->option, value);
			else if (strcmp(value, "yes") == 0)
				args_option(a, s->option, NULL);
		}
	}
}

void commands_add_named(struct args *a, const char *option, const char *name,
    const char *run, const char *node)
{
	char *address = commands_socket(run, node, name);

	args_option(a, option, address);
	free(address);
}

void commands_add_socket(struct args *a, const char *name, const char *run,
    const char *node)
{
	commands_add_named(a, name, name, run, node);
}
