/* SPDX-License-Identifier: ISC */
/* Framing by wslay. */
#include "web/websocket.h"

#include <stdlib.h>
#include <string.h>
#include <wslay/wslay.h>

#include "base/mem.h"

struct websocket {
	wslay_event_context_ptr context;
	const struct websocket_owner *owner;
	void *arg;
	struct span in;	   /* that wslay has not taken yet */
	bool control;	   /* the frame under way is one */
	bool closed;	   /* by us */
};

static ssize_t on_read(wslay_event_context_ptr context, uint8_t *to, size_t len,
    int flags, void *arg)
{
	struct websocket *w = arg;
	size_t n = w->in.n < len ? w->in.n : len;

	(void)flags;
	if (n == 0) {
		wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK);
		return -1;
	}
	memcpy(to, w->in.p, n);
	w->in = (struct span){w->in.p + n, w->in.n - n};
	return (ssize_t)n;
}

static ssize_t on_write(wslay_event_context_ptr context, const uint8_t *p,
    size_t n, int flags, void *arg)
{
	struct websocket *w = arg;

	(void)context;
	(void)flags;
	w->owner->write(w->arg, (const char *)p, n);
	return (ssize_t)n;
}

static void on_frame(wslay_event_context_ptr context,
    const struct wslay_event_on_frame_recv_start_arg *frame, void *arg)
{
	struct websocket *w = arg;

	w->control = wslay_is_ctrl_frame(frame->opcode);
	if (frame->opcode != WSLAY_BINARY_FRAME)
		return;
	wslay_event_queue_close(context, WSLAY_CODE_UNSUPPORTED_DATA, NULL, 0);
	wslay_event_shutdown_read(context);
	w->control = true; /* what is in it is nobody's */
}

static void on_chunk(wslay_event_context_ptr context,
    const struct wslay_event_on_frame_recv_chunk_arg *chunk, void *arg)
{
	struct websocket *w = arg;

	(void)context;
	if (!w->control && chunk->data_length && !w->closed)
		w->owner->text(w->arg, (const char *)chunk->data,
		    chunk->data_length);
}

static void on_message(wslay_event_context_ptr context,
    const struct wslay_event_on_msg_recv_arg *message, void *arg)
{
	struct websocket *w = arg;

	(void)context;
	if (message->opcode == WSLAY_TEXT_FRAME && !w->closed)
		w->owner->message(w->arg);
}

struct websocket *websocket_new(const struct websocket_owner *owner, void *arg)
{
	static const struct wslay_event_callbacks calls = {
	    .recv_callback = on_read,
	    .send_callback = on_write,
	    .on_frame_recv_start_callback = on_frame,
	    .on_frame_recv_chunk_callback = on_chunk,
	    .on_msg_recv_callback = on_message,
	};
	struct websocket *w = mem_zalloc(sizeof(*w));

	w->owner = owner;
	w->arg = arg;
	if (wslay_event_context_server_init(&w->context, &calls, w) != 0)
		mem_exhausted();
	wslay_event_config_set_no_buffering(w->context, 1);
	return w;
}

void websocket_free(struct websocket *w)
{
	if (!w)
		return;
	wslay_event_context_free(w->context);
	free(w);
}

/* The owner takes it all: that stays unsent for which there is no memory. */
static void flush(struct websocket *w)
{
	if (wslay_event_send(w->context) != 0)
		mem_exhausted();
}

bool websocket_take(struct websocket *w, const char *p, size_t n)
{
	int rc;

	w->in = (struct span){p, n};
	rc = wslay_event_recv(w->context);
	w->in = (struct span){NULL, 0};
	if (rc == WSLAY_ERR_NOMEM)
		mem_exhausted();
	if (rc != 0 && !w->closed && wslay_event_get_read_enabled(w->context))
		websocket_close(w, WSLAY_CODE_PROTOCOL_ERROR);
	flush(w);
	return wslay_event_get_read_enabled(w->context);
}

static void send_message(struct websocket *w, uint8_t opcode, struct span s)
{
	const struct wslay_event_msg message = {opcode, (const uint8_t *)s.p,
	    s.n};

	if (wslay_event_queue_msg(w->context, &message) == WSLAY_ERR_NOMEM)
		mem_exhausted();
	flush(w);
}

void websocket_text(struct websocket *w, struct span s)
{
	send_message(w, WSLAY_TEXT_FRAME, s);
}

void websocket_ping(struct websocket *w)
{
	send_message(w, WSLAY_PING, (struct span){"", 0});
}

void websocket_close(struct websocket *w, uint16_t code)
{
	w->closed = true;
	wslay_event_queue_close(w->context, code, NULL, 0);
	flush(w);
	wslay_event_shutdown_read(w->context);
}

const char *websocket_fault(const struct websocket *w)
{
	uint16_t code = wslay_event_get_status_code_sent(w->context);

	if (w->closed || wslay_event_get_close_received(w->context) ||
	    !wslay_event_get_close_sent(w->context))
		return NULL;
	switch (code) {
	case WSLAY_CODE_UNSUPPORTED_DATA:
		return "binary WebSocket message";
	case WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA:
		return "WebSocket message that is not UTF-8";
	case WSLAY_CODE_MESSAGE_TOO_BIG:
		return "WebSocket message too large";
	default:
		return "bad WebSocket frame";
	}
}
