/* SPDX-License-Identifier: ISC */
/* A client that comes by WebSocket (RFC 7395): between its connection and its
 * stream, so that all else is the same as for one that comes by TCP. */
#ifndef LIVE_WEB_H
#define LIVE_WEB_H

#include <stddef.h>

#include "base/span.h"

struct address;
struct link;
struct session;
struct web;

/* For a client of that listener. trusted: the connection is from a web proxy,
 * which is believed who its client is. */
struct web *web_new(struct session *, const struct address *, bool trusted);
void web_free(struct web *);

/* The connection is there, and secured where it is to be: an HTTP request is
 * expected. */
void web_begin(struct web *);

/* Bytes that came. */
void web_data(struct web *, const char *p, size_t n);
/* Write what goes to the client's stream; before there is a WebSocket, that
 * there is no room. */
void web_write(struct web *, struct span bytes);
/* Nothing more is written: end the WebSocket in due form. */
void web_end(struct web *);

/* The bytes of half a message. */
size_t web_held(const struct web *);

#endif
