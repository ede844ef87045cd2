/* SPDX-License-Identifier: ISC */
/* A compliance server as cup-broker sees it: kept up, pinged, asked. How it is
 * spoken to is a kind's affair. */
#ifndef BROKER_JUDGE_H
#define BROKER_JUDGE_H

#include "base/backoff.h"
#include "broker/broker.h"
#include "broker/inquiries.h"
#include "broker/window.h"
#include "io/address.h"

struct channel;
struct event_base;
struct judge;
struct link_loop;
struct lookup;
struct post;
struct posts;
struct timer;

/* A way to speak to servers. */
struct judge_kind {
	/* Take the URL apart. False with the reason. */
	bool (*set)(struct judge *, const char **why);
	void (*release)(struct judge *);
	/* Start to connect; judge_opened or judge_failed follows, unless it
	 * returns false with the reason. */
	bool (*open)(struct judge *, struct buf *why);
	/* At once; what was asked is forgotten. */
	void (*close)(struct judge *);
	/* In order: it sees the end of its input. False: there is nothing to
	 * wait for. */
	bool (*finish)(struct judge *);
	/* Whether one more may be asked now; judge_pump is called once that
	 * changes. */
	bool (*room)(const struct judge *);
	void (*ask)(struct judge *, struct inquiry *);
	/* No answer to it is wanted any more. */
	void (*forget)(struct judge *, struct inquiry *);
	/* A ping of our own, with j->token. */
	void (*ping)(struct judge *);
};

extern const struct judge_kind judge_line, judge_http;

enum judge_state { JUDGE_DOWN, JUDGE_STARTING, JUDGE_UP };

enum {
	JUDGE_WHYS = 4,
	JUDGE_GROUP = 16, /* asked at a time, of those over which a connection
			   * broke */
	JUDGE_ALONE = 2,  /* times, from which on it is asked alone */
};

/* Whose the judges are; each call may ask the same judge or another. */
struct judge_owner {
	/* It is up: what waits may go there. */
	void (*up)(void *arg, struct judge *);
	/* It is down: these are for others. */
	void (*down)(void *arg, struct judge *, struct inquiries *);
	/* It says a record; its LF is behind the line. */
	void (*said)(void *arg, struct judge *, struct span line);
	/* It sends back a ping that is none of its own. */
	void (*ponged)(void *arg, struct judge *, struct span token);
	/* It refused this one, which is in no list of its any more. */
	void (*refused)(void *arg, struct inquiry *);
};

/* What the judges of a broker share. */
struct judge_common {
	const struct judge_owner *owner;
	void *arg;
	const struct broker_config *config;
	const struct window *window; /* what is under way */
	struct event_base *base;
	struct link_loop *loop;
	struct tls_context *tls; /* NULL: none is needed */
	struct posts *posts;	 /* HTTP under way; made when needed */
};

struct judge {
	const struct judge_kind *kind;
	struct judge_common *common;
	const char *url;
	unsigned number; /* in the list of servers */
	uint64_t seed;	 /* for balancing: the same in all brokers */

	enum judge_state state;
	bool opened;
	bool failed;	/* has been tried and was not there since */
	uint64_t why[JUDGE_WHYS]; /* digests of what was said of that */
	size_t whys;
	bool finishing;
	struct timer *timer;
	struct backoff backoff;
	int64_t since, heard, ping_at, answered_at; /* timer_now */
	bool pinged;	/* and not back */
	int64_t ping_stamp; /* stamp_now */
	char token[INQUIRY_TOKEN];
	uint64_t asked_number, overtaken, pinged_number;
	unsigned faults;
	uint64_t answers; /* to records, of this connection */
	uint64_t answered; /* of all */
	unsigned said;	/* lines in the log since say_at */
	int64_t say_at;
	struct inquiries waiting, asked;

	/* The kinds' own. */
	struct address address;
	size_t nth;
	struct channel *channel;
	struct lookup *lookup;
	struct post *post; /* our ping */
	size_t limit;	   /* questions at a time */
};

/* Of that kind, at the URL, which stays the caller's. False with the reason
 * where it is bad. */
bool judge_init(struct judge *, const struct judge_kind *,
    struct judge_common *, const char *url, unsigned number, const char **why);
void judge_release(struct judge *);

/* judge-watch.c: connect from now on, and see that it lives. */
void judge_start(struct judge *);

/* What is said of it, with its name in front; not more than so much. */
void judge_say(struct judge *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Give it a question, and take it away again. */
void judge_put(struct judge *, struct inquiry *);
void judge_withdraw(struct judge *, struct inquiry *);

/* Ask what waits, as far as it goes. */
void judge_pump(struct judge *);

/* What the watch over it does besides ending it. */
void judge_connect(struct judge *);
void judge_ping(struct judge *);

/* For the kinds. */
void judge_opened(struct judge *);
/* A line came; its LF is behind it. */
void judge_take(struct judge *, struct span line);
/* Our ping is back; or the one with that token. */
void judge_ponged(struct judge *, struct span token);
/* It refuses this question for good. */
void judge_refused(struct judge *, struct inquiry *, const char *why);
/* It cannot be used (any more); tried again after wait ms, 0: as usual. */
void judge_failed(struct judge *, uint64_t wait, const char *why);

/* The answer is fit: it leaves the list. */
void judge_answered(struct judge *, struct inquiry *);
/* It did what no server should; too often is the end of the connection, and
 * false. */
bool judge_fault(struct judge *);

#endif
