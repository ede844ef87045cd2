/* SPDX-License-Identifier: ISC */
/* What a program may show where it prints to. */
#define _DEFAULT_SOURCE
#include "base/cli.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool is_set(const char *variable)
{
	const char *value = getenv(variable);

	return value && *value;
}

enum cli_colour cli_colour(poptContext ctx, const char *option)
{
	static const char *const names[CLI_COLOURS] = {"auto", "always",
	    "never"};
	char *when = cli_argument(ctx);
	int c = 0;

	while (c < CLI_COLOURS && strcmp(when, names[c]) != 0)
		c++;
	if (c == CLI_COLOURS)
		cli_misuse("option '--%s': bad value '%s': auto, always or "
			   "never", option, when);
	free(when);
	return (enum cli_colour)c;
}

bool cli_coloured(enum cli_colour when, int fd)
{
	if (when != CLI_COLOUR_AUTO)
		return when == CLI_COLOUR_ALWAYS;
	return isatty(fd) && !is_set("NO_COLOR") && is_set("TERM") &&
	    strcmp(getenv("TERM"), "dumb") != 0;
}

size_t cli_columns(int fd)
{
	struct winsize size;

	if (!isatty(fd) || ioctl(fd, TIOCGWINSZ, &size) != 0)
		return 0;
	return size.ws_col;
}
