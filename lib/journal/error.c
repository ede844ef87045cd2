/* SPDX-License-Identifier: ISC */
/* Why a journal cannot be written. */
#include "journal/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <sysexits.h>

#include "base/diag.h"

bool journal_fail(struct journal_error *e, enum journal_fault fault,
    const char *format, ...)
{
	bool system = fault == FAULT_SYSTEM || fault == FAULT_OUTPUT;
	va_list ap;

	e->error = system ? errno : 0;
	e->fault = fault;
	va_start(ap, format);
	vsnprintf(e->text, sizeof(e->text), format, ap);
	va_end(ap);
	return false;
}

void journal_report(const char *journal, const struct journal_error *e)
{
	errno = e->error;
	if (e->fault == FAULT_OUTPUT)
		diag_warn_errno("%s", e->text);
	else if (e->fault == FAULT_LOCKED)
		diag_warn("journal %s", e->text);
	else if (e->error)
		diag_warn_errno("journal '%s': %s", journal, e->text);
	else
		diag_warn("journal '%s': %s", journal, e->text);
}

int journal_code(const struct journal_error *e)
{
	static const int codes[] = {[FAULT_NONE] = EX_OK,
	    [FAULT_SYSTEM] = EX_IOERR, [FAULT_OUTPUT] = EX_IOERR,
	    [FAULT_LOCKED] = EX_TEMPFAIL, [FAULT_CORRUPT] = EX_DATAERR,
	    [FAULT_UNTRUSTED] = EX_CONFIG};

	return codes[e->fault];
}
