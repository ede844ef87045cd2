/* SPDX-License-Identifier: ISC */
/* Who may settle: users of this system, the group they are in, and the JIDs
 * that they write by. */
#ifndef REVIEW_REVIEWERS_H
#define REVIEW_REVIEWERS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "record/record.h"
#include "xml/stanza.h"

/* A zeroed struct is a valid empty one: root and who runs this process may,
 * and nobody is known by a JID. */
struct reviewers {
	const char *group; /* the caller's; NULL: none */
	struct reviewer {
		char *user;
		char *jid; /* bare and prepared */
	} *reviewer;
	size_t count;
};

/* Members of the group, and root, may settle. False if there is no such
 * group: with errno 0; or if it cannot be looked up: with another. */
bool reviewers_group(struct reviewers *, const char *group);

/* Add USER=JID, of which there may be several of a user. False if that is not
 * its form; whether there is such a user is not looked at. */
bool reviewers_add(struct reviewers *, const char *text);
void reviewers_release(struct reviewers *);

/* Append the name of a user, or where he has none his number. */
void reviewers_name(struct buf *, uid_t);

/* Whether a user may settle at all. Membership is looked up at each call. */
bool reviewers_have(const struct reviewers *, const char *user);

/* Whether a user wrote the stanza of a record with that event: it is from one
 * of his JIDs, or what it shows is. */
bool reviewers_wrote(const struct reviewers *, const char *user,
    const struct stanza *, enum event);

#endif
