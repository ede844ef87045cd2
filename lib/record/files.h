/* SPDX-License-Identifier: ISC */
/* Files that were sent by HTTP, and where they are kept: the store of
 * cup-upload(1), which lib/upload writes and everyone reads.
 *
 * The store is a folder of three. "content/AA/SHA256" is a file's content, AA
 * being the first two digits of its digest. "url/HH/DIGEST" says what is known
 * of a URL, whose own digest names it: lines of "KEY VALUE", values
 * percent-encoded (percent.h), written once it was decided, in one piece.
 * "incoming" holds what is not yet whole. */
#ifndef RECORD_FILES_H
#define RECORD_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/span.h"

/* The namespace of <file/>, field 9 of a record of the event upload:
 * <file xmlns= from= name= size= type= content= sha256= url= path=/>, in it
 * perhaps one <text/> with what words are in the file. */
#define FILES_NS "urn:cup:file:1"

#define FILES_CONTENT "content"
#define FILES_URL "url"
#define FILES_INCOMING "incoming"

enum {
	FILES_ENTRY_MAX = 32 * 1024, /* bytes of what is known of a URL */
	FILES_URL_MAX = 4096,	     /* bytes of a URL */
	FILES_NAME_MAX = 1024,	     /* of a name, a type, an address */
};

enum files_state {
	FILES_GRANTED,
	FILES_REFUSED,
	FILES_UNDECIDED,
	FILES_STATES
};

/* Whole values, not encoded; .n 0: not known. */
struct files_entry {
	struct span sha256; /* DIGEST_HEX lower-case digits */
	uint64_t size;	    /* bytes */
	struct span name;
	struct span type;    /* as it was claimed */
	struct span content; /* as its content looks */
	struct span from;    /* full JID */
	struct span url;     /* that others get it at */
	enum files_state state;
};

/* "granted", "refused", "undecided". */
const char *files_state_name(enum files_state);

/* Append where in a store it is: the content of that digest, of DIGEST_HEX
 * characters; the entry of a URL, without its fragment if it has one. */
void files_content_path(struct buf *, const char *store, struct span sha256);
void files_url_path(struct buf *, const char *store, struct span url);

/* Look a URL up in a store. 1: it is there, and the spans of the entry are in
 * chars, which is emptied first, until its next change. 0: no file is known by
 * that URL. -1 with errno: the store cannot be read, EBADMSG: what is there
 * makes no sense; to who decides, both are as 0. */
int files_find(const char *store, struct span url, struct files_entry *,
    struct buf *chars);

/* An entry's lines, appended, and taken apart again: false if they are none.
 * The spans read are in chars, as above. */
void files_entry_write(struct buf *, const struct files_entry *);
bool files_entry_read(struct files_entry *, struct span lines,
    struct buf *chars);

#endif
