/* SPDX-License-Identifier: ISC */
/* Looking around a node: does what its settings name work, and what goes
 * around it? */
#ifndef NODE_AUDIT_H
#define NODE_AUDIT_H

#include <stddef.h>

#include "base/buf.h"
#include "node/conf.h"

enum finding {
	FINDING_GOOD,
	FINDING_NOTE,  /* to be known, no fault */
	FINDING_WRONG, /* does not work */
	FINDING_OPEN,  /* traffic goes around the node, or in plain sight */
	FINDINGS
};

/* A zeroed struct is a valid empty one. */
struct audit {
	struct buf lines; /* "good: ...", each with its LF */
	size_t count[FINDINGS];
};

/* Add a finding. What comes from elsewhere may be in it: control characters
 * are shown as \xHH. */
void audit_add(struct audit *, enum finding, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void audit_release(struct audit *);

/* Look at everything, which may take some seconds. search is where programs
 * are looked for, as PATH. */
void audit_all(struct audit *, const struct conf *, const char *search);

/* The parts of it. */
void audit_settings(struct audit *, const struct conf *);
void audit_policy(struct audit *, const struct conf *, const char *search);
void audit_programs(struct audit *, const struct conf *,
    const char *search);
void audit_files(struct audit *, const struct conf *);
void audit_server(struct audit *, const struct conf *);
void audit_compliance(struct audit *, const struct conf *,
    const char *search);
void audit_upload(struct audit *, const struct conf *);
void audit_sockets(struct audit *, const struct conf *);

/* Whether an address, as settings have it, does not leave this machine: a
 * unix: one or one on the loopback. */
bool audit_is_local(const char *address);

#endif
