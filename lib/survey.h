/* SPDX-License-Identifier: ISC */
/* Looking around a node: does what its settings name work, and what goes
 * around it? */
#ifndef SURVEY_H
#define SURVEY_H

#include <stddef.h>

#include "buf.h"
#include "conf.h"

enum finding {
	FINDING_GOOD,
	FINDING_NOTE,  /* to be known, no fault */
	FINDING_WRONG, /* does not work */
	FINDING_OPEN,  /* traffic goes around the node, or in plain sight */
	FINDINGS
};

/* A zeroed struct is a valid empty one. */
struct survey {
	struct buf lines; /* "good: ...", each with its LF */
	size_t count[FINDINGS];
};

/* Add a finding. What comes from elsewhere may be in it: control characters
 * are shown as \xHH. */
void survey_add(struct survey *, enum finding, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void survey_release(struct survey *);

/* Look at everything, which may take some seconds. search is where programs
 * are looked for, as PATH. */
void survey_all(struct survey *, const struct conf *, const char *search);

/* The parts of it. */
void survey_settings(struct survey *, const struct conf *);
void survey_policy(struct survey *, const struct conf *, const char *search);
void survey_programs(struct survey *, const struct conf *,
    const char *search);
void survey_files(struct survey *, const struct conf *);
void survey_server(struct survey *, const struct conf *);
void survey_compliance(struct survey *, const struct conf *,
    const char *search);
void survey_sockets(struct survey *, const struct conf *);

/* Whether an address, as settings have it, does not leave this machine: a
 * unix: one or one on the loopback. */
bool survey_is_local(const char *address);

#endif
