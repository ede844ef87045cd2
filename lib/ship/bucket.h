/* SPDX-License-Identifier: ISC */
/* Journals into a bucket of S3: what of them does not change any more, file by
 * file, each checked by its digest. Nothing there is ever removed, and nothing
 * replaced but a checkpoint by itself with more signatures. */
#ifndef SHIP_BUCKET_H
#define SHIP_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "ship/journals.h"

struct bucket_config {
	const char *target; /* https://HOST[:PORT]/BUCKET[/PREFIX] or s3:// */
	const char *region; /* NULL: us-east-1 */
	const char *id, *secret, *token; /* of the account; NULL: none */
	const char *credentials; /* a file to read these from; NULL: none */
	const char *ca;		 /* a file of authorities; NULL: the system's */
	const char *cursor;	 /* a file to go on by; NULL: look at all */
	uint64_t retain; /* milliseconds that objects are locked; 0: not */
	bool verify;	 /* read each back */
};

/* NULL, or in a few words why the target or region cannot be used. */
const char *bucket_check(const struct bucket_config *);

/* Until all that is closed of the journals is there; with follow in the
 * config, until ending. JOURNALS_BROKEN also where the bucket has other bytes
 * under a name. */
enum journals_result bucket_run(const struct bucket_config *,
    const struct journals_config *);

#endif
