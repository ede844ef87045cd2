/* SPDX-License-Identifier: ISC */
/* A part of a conversation, as it is written: its messages in the order of
 * time, each with all its records and with what was said about it later. */
#ifndef EXPORT_TALK_H
#define EXPORT_TALK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "export/place.h"
#include "export/times.h"
#include "journal/print.h"
#include "journal/unique.h"
#include "record/fields.h"

enum {
	TALK_ITEMS = 10000,		/* of a part */
	TALK_BYTES = 16 * 1024 * 1024, /* after which it gets no more */
};

#define TALK_NONE UINT32_MAX

/* Bytes in talk.chars; n 0: none. */
struct piece {
	size_t at, n;
};

enum item_kind {
	ITEM_SAID,
	ITEM_CORRECTION,
	ITEM_RETRACTION,
	ITEM_REACTION,
};

/* One record of a message. */
struct copy {
	struct piece id, reason;
	uint64_t seq;	  /* 0: it has none */
	uint32_t journal; /* its number, for talk_source */
	uint32_t next;	  /* of the same message, or TALK_NONE */
	enum event event;
	enum verdict verdict;
	bool changed; /* a stage did, the record has the original */
};

/* A file that a message links to, or that is sent itself. */
struct attached {
	struct piece sha256, name;
	uint64_t size;
};

struct item {
	enum item_kind kind;
	uint32_t of; /* the item that it changes; TALK_NONE: it is one itself */
	uint32_t change, last_change; /* of it, the first and the last */
	uint32_t next;		      /* that changes the same */
	uint32_t parent;	      /* that it replies to, if it is here */
	int64_t micros;
	size_t author, addressee; /* in person */
	struct piece id, about;	  /* of the stanza; of the one it is about */
	struct piece words, label; /* label: what was not said, in brackets */
	uint32_t copy, last_copy;
	size_t file, files;
	bool error; /* it came back */
};

struct person {
	struct piece jid; /* prepared */
	struct piece name, mail; /* as the map has it; n 0: it has not */
	bool room;
};

/* By which an item is found that another is about. */
struct mention {
	struct piece id;
	uint32_t item;
};

struct people;

struct talk {
	struct buf chars;
	struct piece name; /* as in place.h */
	bool room, late;
	int64_t day;   /* number, in the zone; INT64_MIN: all days */
	unsigned part; /* from 1 */
	struct times *times;
	const struct people *people;
	const struct span *journals; /* ids, .n 0: it is not known */
	bool all;

	struct item *item;
	size_t items, item_cap;
	struct copy *copy;
	size_t copies, copy_cap;
	struct person *person;
	size_t persons, person_cap;
	struct attached *file;
	size_t files, file_cap;
	struct mention *mention;
	size_t mentions, mention_cap;

	/* For its own use. */
	struct unique *unique;
	struct fields fields;
	struct place place;
	struct print print;
	struct buf scratch;
};

/* Of a talk what is written together: some of its items, in order, and the
 * people who are in these. */
struct view {
	const struct talk *talk;
	size_t first, end; /* items; those that change another are passed over */
	const size_t *person; /* numbers, whoever spoke first before others */
	size_t persons, speakers;
	size_t count; /* messages */
};

struct talk *talk_new(struct times *, const struct people *);
void talk_free(struct talk *);

/* Begin another part. */
void talk_begin(struct talk *, struct span name, int64_t day, bool late,
    unsigned part);

bool talk_full(const struct talk *);

/* Add a record's line, which was read before; sorted by time. */
void talk_add(struct talk *, struct span line, uint64_t seq,
    uint32_t journal);

struct span talk_at(const struct talk *, struct piece);
struct piece talk_put(struct talk *, struct span);

/* The person of that (prepared) address; it is added where it is not there. */
size_t talk_person(struct talk *, struct span jid);

/* Append what was decided of an item, all its records together: "sent: held by
 * wall: text; received: rejected by ..."; false: nothing but pass. */
bool talk_marks(const struct talk *, const struct item *, struct buf *);

/* Whether one of an item's records was refused or is held. */
bool talk_refused(const struct talk *, const struct item *);

/* Append how the conversation is called: "alice@x and bob@y", "room r@z". */
void talk_title(const struct talk *, struct buf *);

/* Append what an item says now, after its corrections. */
void talk_current(const struct talk *, const struct item *, struct buf *);

/* Whether it was retracted. */
bool talk_retracted(const struct talk *, const struct item *);

/* How a person is shown: the name, or of an occupant the nick, or the JID. */
struct span talk_who(const struct talk *, size_t person);

/* Find what an added item is about, and join it to that. Internal to talk. */
void talk_join(struct talk *, uint32_t item);

#endif
