/* SPDX-License-Identifier: ISC */
/* What bucket-http*.c share, and nobody else. */
#ifndef SHIP_BUCKET_HTTP_INTERNAL_H
#define SHIP_BUCKET_HTTP_INTERNAL_H

#include <curl/curl.h>

#include "base/mem.h"
#include "ship/bucket-internal.h"

/* Of no bytes. */
#define EMPTY_SHA256                                                           \
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

#define HTTP_SET(h, option, value)                                             \
	do {                                                                   \
		if (curl_easy_setopt((h)->curl, option, value) ==              \
		    CURLE_OUT_OF_MEMORY)                                       \
			mem_exhausted();                                       \
	} while (0)

struct bucket_http {
	const struct bucket_config *config;
	const struct journals_config *journals;
	const struct bucket_target *target;
	CURL *curl;
	struct curl_slist *list;
	char error[CURL_ERROR_SIZE];
	struct buf url, line, why;

	/* Of the request that is under way. */
	struct buf answer; /* what it says, if it is not an object's bytes */
	struct bucket_told told;
	int fd;
	struct bucket_digester *digester; /* of what is read; or NULL */
	struct buf *bytes;
	uint64_t read, max;
};

/* Begin a request about an object, of which nothing is left from the one
 * before; sha256 is that of what is sent, in hexadecimal digits. */
void http_begin(struct bucket_http *, const char *name, const char *sha256);

/* Add a header; it is signed, too. */
void http_add(struct bucket_http *, const char *name, const char *value);

/* Ask. BUCKET_EXISTS is what a server says to If-None-Match. */
enum bucket_answer http_perform(struct bucket_http *);

/* The answer where a transfer failed like that; why is added to. */
enum bucket_answer http_failed(struct bucket_http *, CURLcode);

#endif
