/* SPDX-License-Identifier: ISC */
/* What a stanza says of files: sent in it, offered by it, or linked to. */
#ifndef POLICY_FILE_H
#define POLICY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "policy/links.h"
#include "xml/stanza.h"

/* Names and types, in the form in which they are compared: without case, in
 * compatibility form (NFKC), without what cannot be seen; names also without
 * dots and blanks at the end, as some systems cut them off. */
struct file_values {
	struct file_value {
		size_t at, len; /* in chars */
	} *value;
	size_t count, cap;
};

/* A zeroed struct is a valid empty one. A file may have several names, and as
 * many names may be of one file: a condition goes over all of them. */
struct files {
	size_t count; /* of files */
	size_t described; /* of these, by their sender only */
	size_t known;	  /* of which the digest is known */
	struct file_values names, types, digests;
	struct {
		uint64_t *bytes;
		size_t count, cap;
	} sizes;
	bool unnamed, untyped, unsized; /* of some file it is not said */
	bool undigested; /* of some its digest is not known */
	bool odd_size;                  /* what should be one is no number */
	struct buf chars, text;
	struct file_links {
		struct file_link {
			struct span url; /* as written */
			bool bare; /* all that is known of a file */
		} *link;
		size_t count, cap;
	} links;
};

/* Collect the files of a stanza, at any depth, and those that its links lead
 * to; replaces what was there and keeps the memory. */
void files_collect(struct files *, const struct stanza *,
    const struct links *);
void files_release(struct files *);

struct span files_at(const struct files *, struct file_value);

/* Append text in the form in which names, or types, are compared. */
void files_fold(struct buf *, struct span text, bool name);

#endif
