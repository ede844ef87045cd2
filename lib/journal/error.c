/* SPDX-License-Identifier: ISC */
/* Why a journal cannot be written. */
#include "journal/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

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
