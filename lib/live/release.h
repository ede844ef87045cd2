/* SPDX-License-Identifier: ISC */
/* What a person settled of what was held for review: a release is sent on,
 * through the component, as from its sender, and known again where it reaches
 * its recipient; a refusal is told to who wrote it. What came of it goes back
 * to the keeper of reviews, which hands out again what it was told nothing of:
 * a release is then sent once more, with another try in its mark, and where
 * one try has arrived the others are dropped. */
/* release.c takes what was settled, release-steps.c brings each through its
 * steps: release-send.c sends, release-tell.c tells, release-done.c reports.
 * release-arrive.c looks at marks. */
#ifndef LIVE_RELEASE_H
#define LIVE_RELEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct buf;
struct item;
struct proxy;
struct record;
struct releases;
struct ruling;
struct session;
struct xml_root;

/* Where the options have a key of marks; else *all is NULL. False with the
 * reason appended to why. */
bool releases_new(struct releases **all, struct proxy *, struct buf *why);
void releases_free(struct releases *);

/* Those up to releases_keeper may be given NULL. */

/* A review came out of the pipeline that nobody asked for. */
void releases_stray(struct releases *, const struct record *);
/* Go on with all that can go on. */
void releases_go(struct releases *);
/* Every now and then; now: timer_now. */
void releases_tick(struct releases *, int64_t now);
/* The component's ping of that id was answered. */
void releases_answered(struct releases *, struct span id);
/* How many are not done yet. */
size_t releases_pending(const struct releases *);
/* End the connection to the keeper once it has what it is told. */
void releases_end(struct releases *);
bool releases_ended(const struct releases *);
/* "up", "starting" or "down"; NULL: there is no keeper here. */
const char *releases_keeper(const struct releases *);

/* The record of an item of the kind ITEM_RELEASE came back from the pipeline,
 * or (NULL) nobody judges it. */
void release_answered(struct item *, const struct record *);

/* A message of type error, canonical, may answer what was released; told: its
 * sender gets it. */
void releases_refused(struct releases *, const struct xml_root *,
    struct span canonical, bool told);

/* Look at the marks in the stanza in proxy.canon, which there are likely to
 * be, and take them off; the ruling is what they make of it. False: it is
 * another try of what has arrived, and goes no further. */
bool release_look(struct session *, int way, struct ruling *);

#endif
