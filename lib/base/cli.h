/* SPDX-License-Identifier: ISC */
/* The command line: popt, the rows every program has, and their errors. */
#ifndef BASE_CLI_H
#define BASE_CLI_H

#include <popt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Row values below this are the program's own. */
enum { CLI_VERSION = 10000 };

extern const struct poptOption cli_shared[];

/* The last rows of every program's table: --version, --help, --usage. */
#define CLI_TABLE                                                              \
	{NULL, '\0', POPT_ARG_INCLUDE_TABLE, (void *)cli_shared, 0,            \
	    "General options:", NULL},                                         \
	    POPT_AUTOHELP POPT_TABLEEND

/* Set up diagnostics, keep closed standard descriptors from being taken by
 * files, and open the context; operands is what --help shows
 * behind [OPTION...]. stopping: options end at the first operand, as where a
 * command follows. */
poptContext cli_open(int argc, const char **argv,
    const struct poptOption *table, const char *operands, bool stopping);

/* The value of the next option; -1 after the last. --version is printed here
 * and exits 0; a bad option is reported here and exits 64. */
int cli_next(poptContext);

/* Report a wrong call in one line, point to --help, and exit 64. */
_Noreturn void cli_misuse(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* The argument of the option just returned, the caller's to free. */
char *cli_argument(poptContext);

/* The same, freed, as a number of bytes: decimal, with K, M or G (powers of
 * 1024). Outside min to max it is a wrong call. */
uint64_t cli_size(poptContext, const char *option, uint64_t min, uint64_t max);

/* The same as a span of time in milliseconds: 500ms, 90s (or 90), 15m, 12h,
 * 1d. */
uint64_t cli_duration(poptContext, const char *option, uint64_t min,
    uint64_t max);

/* When to colour what is shown. */
enum cli_colour { CLI_COLOUR_AUTO, CLI_COLOUR_ALWAYS, CLI_COLOUR_NEVER,
	CLI_COLOURS };

/* The argument of the option just returned as one of auto, always, never. */
enum cli_colour cli_colour(poptContext, const char *option);

/* Whether what is printed to fd gets colours: of itself a terminal's does, if
 * it can and NO_COLOR is not set. */
bool cli_coloured(enum cli_colour, int fd);

/* The columns of the terminal that fd is; 0: it is none, or does not say. */
size_t cli_columns(int fd);

/* Flush the diagnostics of stdout: close it, and say so and exit 74 if that
 * fails. Call once, before a successful exit, where stdout was written. */
void cli_close_stdout(void);

#endif
