/* SPDX-License-Identifier: ISC */
/* SMTP by libcurl. */
#include "export/smtp.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "record/reader.h"

enum {
	CONNECT_TIMEOUT = 30, /* seconds */
	SILENCE = 300,	      /* after which it is given up (RFC 5321 4.5.3.2) */
	ANSWER_MAX = 512,
};

struct smtp {
	const struct smtp_options *opt;
	CURL *curl;
	struct curl_slist *rcpt;
	char error[CURL_ERROR_SIZE];
	struct buf answer; /* the server's last line that refuses */
	int fd;
};

/* What cannot stand between < and > in a line of the protocol. */
static bool is_address(const char *s)
{
	size_t n = strlen(s);

	for (size_t i = 0; i < n; i++) {
		if (s[i] <= ' ' || s[i] > '~' || strchr("<>,;", s[i]))
			return false;
	}
	return n <= 320 && strchr(s, '@');
}

const char *smtp_check(const struct smtp_options *o)
{
	size_t n = strncmp(o->url, "smtp://", 7) == 0 ? 7
	    : strncmp(o->url, "smtps://", 8) == 0     ? 8
						      : 0;

	if (!n || !o->url[n])
		return "the URL is neither smtp://HOST nor smtps://HOST";
	if (strchr(o->url + n, '@'))
		return "a user and password go into a file, for --netrc";
	if (*o->from && !is_address(o->from))
		return "the sender is no mail address";
	for (size_t i = 0; o->rcpt[i]; i++) {
		if (!is_address(o->rcpt[i]))
			return "a recipient is no mail address";
	}
	return NULL;
}

static size_t read_mail(char *p, size_t size, size_t n, void *arg)
{
	const struct smtp *s = arg;
	ssize_t got = reader_read(s->fd, p, size * n);

	return got < 0 ? CURL_READFUNC_ABORT : (size_t)got;
}

static size_t take_answer(char *p, size_t size, size_t n, void *arg)
{
	struct smtp *s = arg;
	size_t len = size * n;

	/* What it says to QUIT is not of interest. */
	if (!len || p[0] < '4')
		return len;
	buf_reset(&s->answer);
	buf_add(&s->answer, p, len < ANSWER_MAX ? len : ANSWER_MAX);
	while (s->answer.len && s->answer.data[s->answer.len - 1] <= ' ')
		s->answer.len--;
	return len;
}

static void set_options(struct smtp *s)
{
	const struct smtp_options *o = s->opt;
	CURL *c = s->curl;

	curl_easy_setopt(c, CURLOPT_URL, o->url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_USE_SSL,
	    (long)(o->clear ? CURLUSESSL_TRY : CURLUSESSL_ALL));
	curl_easy_setopt(c, CURLOPT_MAIL_FROM, *o->from ? o->from : "<>");
	curl_easy_setopt(c, CURLOPT_MAIL_RCPT, s->rcpt);
	curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, read_mail);
	curl_easy_setopt(c, CURLOPT_READDATA, s);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_answer);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, s);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, s->error);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_TIMEOUT);
	curl_easy_setopt(c, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)SILENCE);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)SILENCE);
	if (o->ca)
		curl_easy_setopt(c, CURLOPT_CAINFO, o->ca);
	if (o->netrc) {
		curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_REQUIRED);
		curl_easy_setopt(c, CURLOPT_NETRC_FILE, o->netrc);
	}
}

struct smtp *smtp_new(const struct smtp_options *o)
{
	struct smtp *s = mem_zalloc(sizeof(*s));

	s->opt = o;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		mem_exhausted();
	s->curl = curl_easy_init();
	if (!s->curl)
		mem_exhausted();
	for (size_t i = 0; o->rcpt[i]; i++) {
		struct curl_slist *more =
		    curl_slist_append(s->rcpt, o->rcpt[i]);

		if (!more)
			mem_exhausted();
		s->rcpt = more;
	}
	set_options(s);
	return s;
}

void smtp_free(struct smtp *s)
{
	if (!s)
		return;
	curl_easy_cleanup(s->curl);
	curl_slist_free_all(s->rcpt);
	curl_global_cleanup();
	buf_release(&s->answer);
	free(s);
}

static enum smtp_outcome outcome(const struct smtp *s, CURLcode rc)
{
	long code = 0;

	switch (rc) {
	case CURLE_OK:
		return SMTP_TAKEN;
	case CURLE_OUT_OF_MEMORY:
		mem_exhausted();
	case CURLE_LOGIN_DENIED:
	case CURLE_USE_SSL_FAILED:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_URL_MALFORMAT:
		return SMTP_NEVER;
	default:
		break;
	}
	curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &code);
	return code >= 500 && code < 600 ? SMTP_REFUSED : SMTP_LATER;
}

enum smtp_outcome smtp_send(struct smtp *s, int fd, off_t size,
    struct buf *why)
{
	enum smtp_outcome result = SMTP_LATER;

	s->fd = fd;
	curl_easy_setopt(s->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)size);
	/* A connection that was kept may be gone: a new one is tried. */
	for (int i = 0; i < 2 && result == SMTP_LATER; i++) {
		CURLcode rc;

		if (lseek(fd, 0, SEEK_SET) < 0)
			break;
		s->error[0] = '\0';
		buf_reset(&s->answer);
		curl_easy_setopt(s->curl, CURLOPT_FRESH_CONNECT, (long)i);
		rc = curl_easy_perform(s->curl);
		result = outcome(s, rc);
		if (rc != CURLE_OK && !s->error[0])
			strncpy(s->error, curl_easy_strerror(rc),
			    sizeof(s->error) - 1);
	}
	if (result != SMTP_TAKEN)
		buf_adds(why, s->answer.len ? buf_str(&s->answer) : s->error);
	return result;
}
