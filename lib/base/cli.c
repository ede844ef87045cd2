/* SPDX-License-Identifier: ISC */
/* The command line. */
#include "base/cli.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/mem.h"
#include "base/quantity.h"

#ifndef CUP_VERSION
#define CUP_VERSION "unknown"
#endif

const struct poptOption cli_shared[] = {
    {"version", '\0', POPT_ARG_NONE, NULL, CLI_VERSION,
	"Print the version and exit", NULL},
    POPT_TABLEEND,
};

/* Only so that it can be reached where a wrong call ends the program: leak
 * checkers look at what no variable holds any more. */
static poptContext volatile opened;

/* A file opened later must not become standard output because that one was
 * closed: each gets a descriptor that fails as a closed one does. */
static void keep_standard(void)
{
	static const int modes[] = {O_WRONLY, O_RDONLY, O_WRONLY};

	for (int fd = 0; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) < 0)
			exit(EX_OSERR);
	}
}

poptContext cli_open(int argc, const char **argv,
    const struct poptOption *table, const char *operands, bool stopping)
{
	/* No aliases and no programs of the user's: POPT_CONTEXT_NO_EXEC. */
	unsigned flags = POPT_CONTEXT_NO_EXEC;
	poptContext ctx;

	diag_init(argv[0]);
	keep_standard();
	if (stopping)
		flags |= POPT_CONTEXT_POSIXMEHARDER;
	ctx = poptGetContext(diag_name(), argc, argv, table, flags);
	if (!ctx)
		mem_exhausted();
	opened = ctx;
	poptSetOtherOptionHelp(ctx, operands);
	return ctx;
}

int cli_next(poptContext ctx)
{
	int rc = poptGetNextOpt(ctx);

	if (rc == CLI_VERSION) {
		printf("%s (cup) %s\n", diag_name(), CUP_VERSION);
		cli_close_stdout();
		exit(EX_OK);
	}
	if (rc < -1)
		cli_misuse("option '%s': %s",
		    poptBadOption(ctx, POPT_BADOPTION_NOALIAS),
		    poptStrerror(rc));
	return rc;
}

void cli_misuse(const char *format, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	diag_die(EX_USAGE, "%s (try '%s --help')", text, diag_name());
}

char *cli_argument(poptContext ctx)
{
	char *s = poptGetOptArg(ctx);

	return s ? s : mem_strdup("");
}

static uint64_t quantity(poptContext ctx, const char *option,
    bool (*read)(const char *, uint64_t *), uint64_t min, uint64_t max)
{
	char *text = cli_argument(ctx);
	uint64_t value;

	if (!read(text, &value))
		cli_misuse("option '--%s': bad value '%s'", option, text);
	if (value < min || value > max)
		cli_misuse("option '--%s': '%s' is out of range", option,
		    text);
	free(text);
	return value;
}

uint64_t cli_size(poptContext ctx, const char *option, uint64_t min,
    uint64_t max)
{
	return quantity(ctx, option, quantity_size, min, max);
}

uint64_t cli_duration(poptContext ctx, const char *option, uint64_t min,
    uint64_t max)
{
	return quantity(ctx, option, quantity_duration, min, max);
}

void cli_close_stdout(void)
{
	if (fflush(stdout) != 0 || ferror(stdout) || close(STDOUT_FILENO) != 0)
		diag_die_errno(EX_IOERR, "cannot write to standard output");
}
