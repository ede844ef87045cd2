/* SPDX-License-Identifier: ISC */
/* Asking a server something by HTTP. */
#include "seal/ask.h"

#include "io/loop.h"
#include "io/post.h"
#include "io/ready.h"

struct asking {
	struct event_base *base;
	struct answer *answer;
};

static void on_answer(void *arg, struct post *post,
    const struct post_reply *reply)
{
	struct asking *a = arg;

	(void)post;
	a->answer->status = reply->status;
	buf_reset(&a->answer->body);
	if (reply->status) {
		buf_addspan(&a->answer->body, reply->body);
		buf_addspan(&a->answer->type,
		    post_header(reply, "Content-Type"));
	} else {
		buf_adds(&a->answer->body, reply->why);
	}
	loop_stop(a->base);
}

static void on_stop(void *arg)
{
	loop_stop(arg);
}

void ask(struct answer *answer, const char *url, const char *type,
    struct span body, int stop)
{
	struct asking a = {loop_new(), answer};
	struct posts *posts = posts_new(a.base, NULL);
	struct ready *ready = NULL;
	struct post_request request = {.url = url, .type = type, .body = body,
	    .connect_timeout = ASK_TIMEOUT, .timeout = ASK_TIMEOUT,
	    .done = on_answer, .arg = &a};

	*answer = (struct answer){.status = 0};
	buf_adds(&answer->body, "it was not waited for");
	if (stop >= 0) {
		ready = ready_new(a.base, stop, false, on_stop, a.base);
		ready_want(ready, true);
	}
	posts_send(posts, &request);
	loop_run(a.base);
	ready_free(ready);
	posts_free(posts);
	loop_free(a.base);
}

void answer_release(struct answer *a)
{
	buf_release(&a->body);
	buf_release(&a->type);
}
