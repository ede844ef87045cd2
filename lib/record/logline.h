/* SPDX-License-Identifier: ISC */
/* What logs and consoles write before a stanza: when it was, and which way it
 * went. */
#ifndef RECORD_LOGLINE_H
#define RECORD_LOGLINE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/moment.h"
#include "base/span.h"

/* As who wrote it saw it. */
enum logline_way { LOGLINE_UNTOLD, LOGLINE_IN, LOGLINE_OUT };

/* Who that was. */
enum logline_view { LOGLINE_ANY, LOGLINE_CLIENT, LOGLINE_SERVER };

struct logline {
	bool timed; /* it has a time */
	struct moment moment;
	enum logline_way way;
	enum logline_view view;
	bool tag_only;	 /* of what follows, only the start tag is shown */
	bool servers;	 /* the session is one between servers */
	bool quoted;	 /* what follows is a string as Erlang prints it */
	struct span key; /* names the session; .p NULL: nothing does */
	struct span who; /* the account that a console says it is of */
};

/* Read the text of a line up to the stanza, or to its end. Spans are of the
 * text. */
void logline_read(struct logline *, struct span text);

/* Append what such a string says: its escapes are bytes (Erlang Reference
 * Manual, "Escape Sequences"). */
void logline_unquote(struct span, struct buf *);

/* Read what is in a comment. False if it is no console's mark: In, Out, with
 * a time and an account or not. */
bool logline_comment(struct logline *, struct span text);

#endif
