/* SPDX-License-Identifier: ISC */
/* Why a journal cannot be written. */
#ifndef JOURNAL_ERROR_H
#define JOURNAL_ERROR_H

enum journal_fault {
	FAULT_NONE,
	FAULT_SYSTEM,  /* a system call on the journal failed */
	FAULT_OUTPUT,  /* writing what is passed on failed */
	FAULT_LOCKED,  /* another writer has it */
	FAULT_CORRUPT, /* it is not what its writer wrote */
	FAULT_UNTRUSTED, /* others can write to it */
};

/* A zeroed struct is "none". */
struct journal_error {
	enum journal_fault fault;
	int error;	/* errno, 0 if there is no reason to add */
	char text[512]; /* "cannot write 'x'", without program and reason */
};

/* Set it, with errno as it is for FAULT_SYSTEM and FAULT_OUTPUT. Returns
 * false, for the caller to pass on. */
_Bool journal_fail(struct journal_error *, enum journal_fault,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Tell it on standard error, by diag.h, of that journal. */
void journal_report(const char *journal, const struct journal_error *);

/* With which status of sysexits(3) a program ends for it. */
int journal_code(const struct journal_error *);

#endif
