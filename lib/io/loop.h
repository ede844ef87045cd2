/* SPDX-License-Identifier: ISC */
/* An event loop, for who knows nothing of libevent. */
/* lib/io is the system: bytes from and to descriptors, peers and children. In
 * goes an address or a command line as settings have it, out come bytes and
 * the reason of every end. Whose bytes they are it does not know.
 *
 * address.h (with lookup.h, endpoint.h, sockets.h) is where to connect and to
 * listen, listener.h accepts. In the loop: timer.h, ready.h for descriptors
 * that came with the process, async-out.h, and link.h, a connection with a
 * queue, TLS (tls.h, the only one that knows OpenSSL) and the PROXY protocol
 * (proxyproto.h). Without one: out.h, probe.h. post.h (libcurl) sends HTTP
 * requests, post-relay.h passes those of others on. launch.h, program.h, child.h
 * and child-watch.h start programs and see them end; ending.h, notify.h and ucspi.h are what a program and who
 * started it tell each other. */
#ifndef IO_LOOP_H
#define IO_LOOP_H

struct event_base;

struct event_base *loop_new(void);
void loop_free(struct event_base *);

/* Until loop_stop is called from within, or nothing is left to wait for. */
void loop_run(struct event_base *);
void loop_stop(struct event_base *);

#endif
