/* SPDX-License-Identifier: ISC */
/* TLS 1.2 and 1.3 on a socket, with OpenSSL behind it. No compression, no
 * renegotiation, no early data. The process must ignore SIGPIPE. */
#ifndef IO_TLS_H
#define IO_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#include "base/buf.h"

/* What a context is made of; the strings are only read by the call. */
struct tls_config {
	bool server;
	/* PEM files: certificates with their chains, and in the same order
	 * their keys (NULL or a NULL in it: the key is in the certificate's
	 * file). A key file is refused that its group or others may read or
	 * write, or that belongs neither to root nor to the owner, NULL: this
	 * process's user. A server needs at least one; the one whose names fit the
	 * client's SNI is shown, else the first. A client shows its first. */
	const char *const *certificates;
	const char *const *keys;
	size_t count;
	const uid_t *owner;
	/* PEM file of the authorities for the peer's certificate. A server
	 * with one requires a certificate of every client. A client without
	 * one trusts the system's. */
	const char *ca;
	/* A client that does not check whom it talks to: loopback only. */
	bool unverified;
	/* ALPN (RFC 7301): a client offers it; a server takes it if offered
	 * and refuses a client that offers others only. NULL: none. */
	const char *alpn;
};

struct tls_context;

/* Make a context; NULL with the reason appended to *why. References are
 * counted: free gives up one, ref takes another, a session keeps its own. */
struct tls_context *tls_context_new(const struct tls_config *,
    struct buf *why);
struct tls_context *tls_context_ref(struct tls_context *);
void tls_context_free(struct tls_context *);

/* Put a fresh context in place of *context; if that fails, keep the old one
 * and return false with the reason. */
bool tls_context_reload(struct tls_context **context,
    const struct tls_config *, struct buf *why);

/* When the first of its certificates expires; 0 without a certificate. */
time_t tls_context_expires(const struct tls_context *);

/* Whether a certificate of it is made for that host name. */
bool tls_context_covers(const struct tls_context *, const char *name);

/* Give OpenSSL's context of another library, which it has for a client, the
 * certificate, key and authorities of this one. */
bool tls_context_lend(const struct tls_context *, void *openssl);

/* Whether strict verifiers take the certificates of a PEM file, and those of
 * the authorities' (NULL: none) that issued them: Python's from 3.13 on, and
 * openssl verify -x509_strict (RFC 5280 section 4.2.1). False with the reason
 * appended, "'SUBJECT' is ..."; what cannot be read is not looked at. */
bool tls_strict(const char *certificates, const char *ca, struct buf *why);

struct tls;

enum tls_result {
	TLS_DONE,
	TLS_WANT_READ,	/* call again when the socket is readable */
	TLS_WANT_WRITE,	/* or writable */
	TLS_END,	/* the peer ended its direction in due form */
	TLS_CUT,	/* or without that; either way writing goes on */
	TLS_FAILED,	/* tls_error says why */
};

/* Begin a session on a non-blocking connected socket, which stays the
 * caller's. A client says the name (or IP address) that the server's
 * certificate must be for; a server passes NULL. */
struct tls *tls_new(struct tls_context *, int fd, const char *name);
void tls_free(struct tls *);

/* Go on with the handshake until TLS_DONE. */
enum tls_result tls_handshake(struct tls *);

/* Read at most size bytes, or write the n bytes or a part of them; *done is
 * how many. After WANT the same bytes must come first again, though they may
 * have moved. */
enum tls_result tls_read(struct tls *, char *p, size_t size, size_t *done);
enum tls_result tls_write(struct tls *, const char *p, size_t n,
    size_t *done);

/* Whether, after TLS_FAILED of a write, tls_read may go on: only the socket has
 * failed, and what the peer sent before may still be there. */
bool tls_readable(const struct tls *);

/* Bytes that can be read without the socket becoming readable. */
size_t tls_pending(const struct tls *);

/* End the own direction; the other one goes on. TLS_DONE once it is sent. */
enum tls_result tls_shutdown(struct tls *);

/* Why it failed, in one line; borrowed, "" if it did not. */
const char *tls_error(const struct tls *);

/* After the handshake, borrowed: "TLSv1.3", "TLS_AES_256_GCM_SHA384", the name
 * that the client asked for (NULL: none). */
const char *tls_version(const struct tls *);
const char *tls_cipher(const struct tls *);
const char *tls_asked_name(const struct tls *);

/* Whether the handshake took up an earlier session. */
bool tls_resumed(const struct tls *);

/* The peer's verified certificate: append its subject (RFC 2253, in ASCII, all
 * else as \XX), or its one common name (UTF-8). False, nothing appended, if
 * there is none; a common name that is not alone, empty, or has control
 * characters does not count. */
bool tls_peer_subject(const struct tls *, struct buf *);
bool tls_peer_name(const struct tls *, struct buf *);

#endif
