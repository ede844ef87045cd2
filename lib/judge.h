/* SPDX-License-Identifier: ISC */
/* A compliance server as cup-broker sees it: kept up, pinged, asked. How it is
 * spoken to is a kind's affair. */
#ifndef JUDGE_H
#define JUDGE_H

#include "address.h"
#include "backoff.h"
#include "broker.h"
#include "window.h"

struct channel;
struct judge;
struct lookup;
struct post;
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

enum { JUDGE_WHYS = 4 };

struct inquiries {
	struct inquiry *first, *last;
	size_t count;
};

struct judge {
	const struct judge_kind *kind;
	struct broker *broker;
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

void inquiries_add(struct inquiries *, struct inquiry *);
void inquiries_remove(struct inquiries *, struct inquiry *);

bool judge_init(struct judge *, struct broker *, const char *url,
    unsigned number, const char **why);
void judge_release(struct judge *);
void judge_start(struct judge *);

/* What is said of it, with its name in front; not more than so much. */
void judge_say(struct judge *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Give it a question, and take it away again. */
void judge_put(struct judge *, struct inquiry *);
void judge_withdraw(struct judge *, struct inquiry *);

/* Ask what waits, as far as it goes. */
void judge_pump(struct judge *);

/* judge-watch.c: the timer's call; what it does besides ending it. */
void judge_watch(void *judge);
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
