/* SPDX-License-Identifier: ISC */
/* A node's file of settings: read and judged, changed, and brought back. */
#ifndef NODE_CONF_FILE_H
#define NODE_CONF_FILE_H

#include "node/conf-save.h"
#include "node/conf.h"

/* A zeroed struct is a valid empty one. */
struct conf_file {
	struct conf_store store;
	const char *node; /* the caller's */
	char *path;	  /* NULL: the folder could not be opened */
	struct buf text;  /* as it is; empty if there is none */
	bool there;
	struct conf conf;
	struct buf mistakes; /* in it, lines */
};

/* Open the folder and read the file. changing: it need not be there yet, and
 * others are kept out until the end. NULL, or what failed, with errno; ENOENT:
 * there is no such folder, or file. Close it in any case. */
const char *conf_file_open(struct conf_file *, const char *dir,
    const char *node, bool changing);
void conf_file_close(struct conf_file *);

enum conf_file_saved {
	CONF_FILE_SAVED,
	CONF_FILE_SAME,	    /* it is that text already */
	CONF_FILE_MISTAKEN, /* nothing was saved: mistakes is set */
	CONF_FILE_FAILED,   /* *step failed, with errno */
};

/* Judge text and put it in the file's place; what that changes is appended to
 * out, its mistakes, lines, to mistakes, as is, with "warning: ", what is none
 * but may not be what is meant. f stays what it was before. */
enum conf_file_saved conf_file_save(struct conf_file *f, struct span text,
    struct buf *out, struct buf *mistakes, const char **step);

/* Read the nth earlier version, from 1. False with errno, and in text which
 * one it was (empty: the history itself); errno 0: there are only *count. */
bool conf_file_version(const struct conf_file *, uint64_t n, struct buf *text,
    size_t *count);

#endif
