/* SPDX-License-Identifier: ISC */
/* A node's settings, read from its file, cup.conf(5). */
#ifndef NODE_CONF_H
#define NODE_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"
#include "node/setting.h"

enum {
	CONF_LINE_MAX = 4096,	    /* bytes of a line, without its LF */
	CONF_FILE_MAX = 256 * 1024, /* and of a file */
};

struct conf_entry {
	const struct setting *setting;
	char *value;
	unsigned line; /* in the file; 0: not from there */
};

/* A zeroed struct is a valid empty one. */
struct conf {
	char *path; /* the file's name, for messages */
	struct conf_entry *entry;
	size_t entries;
	/* Defaults that depend on other settings; NULL: none. */
	char *refused, *review, *uploads;
};

/* Mistakes are lines, each with its LF, "PATH:LINE: ...". */

/* Read all of a file into text. False with errno; EFBIG above CONF_FILE_MAX.
 */
bool conf_load(const char *path, struct buf *text);

/* Take the text of a file apart, replacing what was in conf. Every mistake in
 * it that can be seen line by line is added to mistakes. */
void conf_parse(struct conf *, const char *path, struct span text,
    struct buf *mistakes);

void conf_release(struct conf *);

/* Make to, which is empty, the same as from. */
void conf_copy(struct conf *to, const struct conf *from);

/* The value in force: the file's, or the default, or NULL. Borrowed from
 * conf. Of a list the first. */
const char *conf_get(const struct conf *, const char *key);

/* The same of the nth value, from 0; NULL behind the last. *line is where it
 * stands, 0 for a default; line may be NULL. */
const char *conf_nth(const struct conf *, const char *key, size_t n,
    unsigned *line);

/* How many values the key has, its default counting as one. */
size_t conf_count(const struct conf *, const char *key);

/* Whether the value in force is that word. */
bool conf_is(const struct conf *, const char *key, const char *word);

/* The value in force, which must have one of that kind. */
uint64_t conf_milliseconds(const struct conf *, const char *key);

/* Whether both give the key the same values, in the same order. */
bool conf_same(const struct conf *, const struct conf *, const char *key);

/* Whether a name can be a node's. */
bool conf_node_valid(const char *name);

/* Add a mistake: of the nth value of a key, where it stands, or of the file.
 */
void conf_mistake(const struct conf *, struct buf *mistakes, const char *key,
    size_t n, const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
