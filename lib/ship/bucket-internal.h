/* SPDX-License-Identifier: ISC */
/* What the parts of bucket.c share, and nobody else. */
#ifndef SHIP_BUCKET_INTERNAL_H
#define SHIP_BUCKET_INTERNAL_H

#include <time.h>

#include "journal/segment.h"
#include "ship/bucket.h"

enum {
	BUCKET_SHA256 = 32,
	BUCKET_MD5 = 16,
	BUCKET_NAME = 64, /* bytes of a file's name, with its NUL */
	BUCKET_NOTE = 65536, /* of a checkpoint, at most */
};

/* ---- bucket-target.c: where it is, and who we are */

struct bucket_target {
	struct buf url;	   /* before an object's name, with a / at its end */
	struct buf region; /* as libcurl signs: "aws:amz:REGION:s3" */
	struct buf id, secret, token;
};

/* Of a config that was checked, with the account's keys. False: why says why
 * not. Release also then. */
bool bucket_target_init(struct bucket_target *, const struct bucket_config *,
    struct buf *why);
void bucket_target_release(struct bucket_target *);

/* ---- bucket-file.c: what is here */

struct bucket_digest {
	uint64_t size;
	unsigned char sha256[BUCKET_SHA256], md5[BUCKET_MD5];
};

/* Of bytes as they come. */
struct bucket_digester;

struct bucket_digester *bucket_digester_new(void);
void bucket_digester_free(struct bucket_digester *);
void bucket_digester_add(struct bucket_digester *, const void *p, size_t n);
/* Of all since the last call. */
void bucket_digester_end(struct bucket_digester *, struct bucket_digest *);

/* Of a file; lines: of the lines in a compressed one. False with errno. */
bool bucket_file_digest(struct bucket_digester *, int fd, bool lines,
    struct bucket_digest *);

/* Whether a closed segment, open as fd by that name, stays as it is: nobody
 * is about to compress it. */
bool bucket_file_ready(int dir, uint64_t first, int fd, const char *name);

/* Whether lines of a segment were pruned or erased; -1 with errno. */
int bucket_file_cut(int dir, uint64_t first);

/* ---- bucket-http.c: what is asked of the server */

enum bucket_answer {
	BUCKET_YES,	/* it is there, or was taken */
	BUCKET_MISSING, /* there is no such object (to a question) */
	BUCKET_EXISTS,	/* there is one already (to what was to be put there) */
	BUCKET_LATER,	/* the server, or the way to it, fails now; why */
	BUCKET_REFUSED, /* it never does that for us; why */
};

/* Which bytes the server says an object has: BUCKET_UNTOLD, or "", for what it
 * does not tell. */
#define BUCKET_UNTOLD UINT64_MAX

struct bucket_told {
	uint64_t size;
	char sha256[48]; /* base64 */
	char etag[40];	 /* without its quotes: MD5 in hexadecimal, mostly */
};

struct bucket_http;

/* Both configs and the target stay the caller's. Exits 71 without memory. */
struct bucket_http *bucket_http_new(const struct bucket_config *,
    const struct journals_config *, const struct bucket_target *);
void bucket_http_free(struct bucket_http *);

/* What went wrong, borrowed until the next call. */
const char *bucket_http_why(struct bucket_http *);

/* Ask for an object by its name, without its bytes. */
enum bucket_answer bucket_http_head(struct bucket_http *, const char *name,
    struct bucket_told *);

/* Send the file with that digest from its beginning; over: also where one is
 * there already. */
enum bucket_answer bucket_http_put(struct bucket_http *, const char *name,
    int fd, const struct bucket_digest *, bool over);

/* Read an object of at most max bytes: its digest and, unless it is NULL, the
 * bytes, appended. One that is longer has a size of max + 1 and no digest. */
enum bucket_answer bucket_http_get(struct bucket_http *, const char *name,
    uint64_t max, struct bucket_digest *, struct buf *bytes);

/* Whether an object that is told of is that file; -1: what is told does not
 * say. */
int bucket_told_same(const struct bucket_told *, const struct bucket_digest *);

/* ---- bucket-bring.c: one file */

struct bucket {
	const struct bucket_config *config;
	const struct journals_config *journals;
	struct bucket_http *http;
	struct bucket_digester *digester;
	struct bucket_cursor *cursor;
	bool other; /* bytes that should not be are there, of any journal */
};

enum bucket_brought {
	BUCKET_THERE,	/* it is there, by its digest */
	BUCKET_OTHER,	/* other bytes are there; it was said */
	BUCKET_UNREACHED, /* bucket_http_why */
	BUCKET_DENIED,	/* the same, for good */
	BUCKET_UNREAD,	/* it cannot be read here; it was said */
};

struct bucket_file {
	const char *journal; /* its id */
	const char *name;    /* in the journal */
	int fd;
	int dir;	/* the journal's */
	uint64_t first; /* of a segment; 0: it is none */
	bool grows;	/* a checkpoint: signatures are added to it */
};

enum bucket_brought bucket_bring(struct bucket *, const struct bucket_file *);

/* ---- bucket-cursor.c: how far each journal is there */

struct bucket_place {
	char journal[UUID_LEN + 1];
	uint64_t segment;    /* all that begin up to there, */
	uint64_t checkpoint; /* and all checkpoints up to that size */
};

struct bucket_cursor {
	const char *path, *target; /* path NULL: none is kept */
	struct bucket_place *place;
	size_t count;
};

/* Read it, if it is there. False: why says why not. Release also then. */
bool bucket_cursor_init(struct bucket_cursor *, const struct bucket_config *,
    struct buf *why);
void bucket_cursor_release(struct bucket_cursor *);

/* The place of a journal, a new one at its beginning; borrowed until the next
 * call. */
struct bucket_place *bucket_cursor_of(struct bucket_cursor *,
    const char *journal);

/* Have it on disk. False with errno. */
bool bucket_cursor_save(const struct bucket_cursor *);

/* ---- bucket-journal.c: all files of a journal */

/* A folder that need not be listed again while nothing was renamed in it. */
struct bucket_folder {
	int fd; /* -1: it is not there yet */
	struct timespec listed;
};

struct bucket_journal {
	const char *path;
	char id[UUID_LEN + 1]; /* "": it has no line yet */
	struct bucket_folder lines, checkpoints;
	uint64_t segment, checkpoint; /* seen to, up to there */
	bool waits; /* a segment is not done with yet */
	bool other; /* the bucket has other bytes for it */
};

enum bucket_step {
	BUCKET_STEP_FINE,
	BUCKET_STEP_WAITS, /* it is too soon for this one */
	BUCKET_STEP_UNREACHED,
	BUCKET_STEP_DENIED,
	BUCKET_STEP_BROKEN, /* it was said */
	BUCKET_STEP_ENDED,
};

/* All that is closed and not there yet, of one whose folder of lines is open.
 * The cursor is saved as it goes on. */
enum bucket_step bucket_journal(struct bucket *, struct bucket_journal *);

#endif
