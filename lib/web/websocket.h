/* SPDX-License-Identifier: ISC */
/* A WebSocket's frames (RFC 6455), as a server has them, by wslay: bytes in by
 * call, texts and bytes out by callback. Pings are answered, binary messages
 * refused, and what breaks the protocol ends it with the code that the RFC has
 * for it. */
#ifndef WEB_WEBSOCKET_H
#define WEB_WEBSOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct websocket;

enum {
	WEBSOCKET_DONE = 1000,	/* close codes (section 7.4.1) */
	WEBSOCKET_AWAY = 1001,
};

/* A call must not free the WebSocket. */
struct websocket_owner {
	/* Bytes for the connection, all of which it takes. */
	void (*write)(void *arg, const char *p, size_t n);
	/* More of a text message: n bytes of UTF-8, which may end within a
	 * character. */
	void (*text)(void *arg, const char *p, size_t n);
	/* The message is whole. */
	void (*message)(void *arg);
};

struct websocket *websocket_new(const struct websocket_owner *, void *arg);
void websocket_free(struct websocket *);

/* Take the bytes that came. False once nothing more is to come: the peer has
 * closed it, or broken the protocol, and was answered. */
bool websocket_take(struct websocket *, const char *p, size_t n);

/* Send a text message, which must be UTF-8; a ping; an end, with a code. Behind
 * an end nothing is sent, and nothing taken. */
void websocket_text(struct websocket *, struct span);
void websocket_ping(struct websocket *);
void websocket_close(struct websocket *, uint16_t code);

/* Why it ended, in a few words; NULL if it did not, or as it should. */
const char *websocket_fault(const struct websocket *);

#endif
