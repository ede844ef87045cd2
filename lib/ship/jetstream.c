/* SPDX-License-Identifier: ISC */
/* libnats: writing a stream. */
#include "ship/jetstream-internal.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/uuid.h"

enum {
	PING_EVERY = 1000, /* milliseconds: a server that is silent is left */
	PINGS_OUT = 2,
	CONNECT = 1000,
};

/* ---- news */

void jetstream_tell(struct jetstream *j, const struct jetstream_item *item)
{
	pthread_mutex_lock(&j->mutex);
	if (j->told.len == 0)
		(void)eventfd_write(j->alarm, 1);
	buf_add(&j->told, (const char *)item, sizeof(*item));
	pthread_mutex_unlock(&j->mutex);
}

int jetstream_alarm(const struct jetstream *j)
{
	return j->alarm;
}

static void end_look(struct jetstream *j)
{
	if (j->looking && !j->looked)
		pthread_join(j->looker, NULL);
	j->looking = j->looked = false;
}

/* What was told is taken over as a whole, so that the lock is not had for each
 * message. */
void jetstream_next(struct jetstream *j, struct jetstream_item *item)
{
	if (j->taken == j->news.len) {
		struct buf spare = j->news;
		eventfd_t count;

		buf_reset(&spare);
		pthread_mutex_lock(&j->mutex);
		j->news = j->told;
		j->told = spare;
		if (j->news.len)
			(void)eventfd_read(j->alarm, &count);
		pthread_mutex_unlock(&j->mutex);
		j->taken = 0;
	}
	if (j->taken == j->news.len) {
		item->news = JETSTREAM_NOTHING;
		return;
	}
	memcpy(item, j->news.data + j->taken, sizeof(*item));
	j->taken += sizeof(*item);
	if (item->news == JETSTREAM_UP)
		jetstream_adopt(j);
	else if (item->news == JETSTREAM_DOWN)
		jetstream_dial(j);
	else if (item->news == JETSTREAM_FOUND ||
	    item->news == JETSTREAM_NOT_FOUND || item->news == JETSTREAM_UNFIT)
		end_look(j);
}

/* ---- connection */

/* Else libnats prints them. */
static void on_error(natsConnection *nc, natsSubscription *sub,
    natsStatus error, void *arg)
{
	(void)nc;
	(void)sub;
	(void)error;
	(void)arg;
}

/* "nats://A,B" as the list that libnats takes. */
static natsStatus set_servers(natsOptions *o, const char *urls)
{
	const char *sep = strstr(urls, "://");
	size_t scheme = sep ? (size_t)(sep - urls) + 3 : 0, n = 0;
	char *list[JETSTREAM_SERVERS_MAX];
	struct span rest = span_of(urls + scheme);
	natsStatus s = NATS_INVALID_ARG;

	while (rest.p && n < JETSTREAM_SERVERS_MAX) {
		const char *comma = memchr(rest.p, ',', rest.n);
		size_t len = comma ? (size_t)(comma - rest.p) : rest.n;
		struct buf one = BUF_EMPTY;

		buf_add(&one, urls, scheme);
		buf_add(&one, rest.p, len);
		buf_str(&one);
		list[n++] = buf_detach(&one);
		rest = comma ? span_of(comma + 1) : (struct span){NULL, 0};
	}
	if (!rest.p)
		s = natsOptions_SetServers(o, (const char **)list, (int)n);
	while (n)
		free(list[--n]);
	return s;
}

static natsStatus set_identity(natsOptions *o, const struct jetstream_config *c)
{
	natsStatus s = NATS_OK;

	if (strncmp(c->urls, "tls://", 6) == 0)
		s = natsOptions_SetSecure(o, true);
	if (s == NATS_OK && c->ca)
		s = natsOptions_LoadCATrustedCertificates(o, c->ca);
	if (s == NATS_OK && c->certificate)
		s = natsOptions_LoadCertificatesChain(o, c->certificate,
		    c->key ? c->key : c->certificate);
	if (s == NATS_OK && c->credentials)
		s = natsOptions_SetUserCredentialsFromFiles(o, c->credentials,
		    NULL);
	return s;
}

static natsStatus set_options(natsOptions *o, struct jetstream *j)
{
	natsStatus s = set_servers(o, j->config.urls);

	if (s == NATS_OK)
		s = set_identity(o, &j->config);
	if (s != NATS_OK)
		return s;
	natsOptions_SetName(o, j->config.name);
	natsOptions_SetErrorHandler(o, on_error, j);
	natsOptions_SetClosedCB(o, jetstream_closed, j);
	natsOptions_SetAllowReconnect(o, false);
	natsOptions_SetPingInterval(o, PING_EVERY);
	natsOptions_SetMaxPingsOut(o, PINGS_OUT);
	natsOptions_SetTimeout(o, CONNECT);
	natsOptions_SetWriteDeadline(o, JETSTREAM_WAIT);
	natsOptions_SetMaxPendingMsgs(o, 1 << 20);
	/* One message is under way at a time: there is nothing to wait for. */
	natsOptions_SetSendAsap(o, true);
	return natsOptions_SetIOBufSize(o, 1 << 18);
}

struct jetstream *jetstream_new(const struct jetstream_config *config,
    struct buf *why)
{
	struct jetstream *j;
	natsStatus s;

	/* Which libnats reads when it connects, and goes on without. */
	if (config->credentials && access(config->credentials, R_OK) != 0) {
		buf_addf(why, "credentials '%s': %s", config->credentials,
		    strerror(errno));
		return NULL;
	}
	j = mem_zalloc(sizeof(*j));
	j->config = *config;
	pthread_mutex_init(&j->mutex, NULL);
	pthread_mutex_init(&j->line, NULL);
	j->alarm = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (j->alarm < 0)
		mem_exhausted();
	j->inbox = mem_zalloc(JETSTREAM_INBOX + 1);
	memcpy(j->inbox, "_INBOX.", 7);
	uuid_token(j->inbox + 7, JETSTREAM_INBOX - 7);
	s = natsOptions_Create(&j->options);
	if (s == NATS_OK)
		s = set_options(j->options, j);
	if (s == NATS_OK) {
		jetstream_dial(j);
		return j;
	}
	buf_adds(why, natsStatus_GetText(s));
	jetstream_free(j);
	return NULL;
}

void jetstream_free(struct jetstream *j)
{
	if (!j)
		return;
	end_look(j);
	jetstream_hang_up(j);
	natsSubscription_Destroy(j->answers);
	natsConnection_Destroy(j->nc);
	natsOptions_Destroy(j->options);
	nats_CloseAndWait(JETSTREAM_WAIT);
	close(j->alarm);
	pthread_mutex_destroy(&j->mutex);
	pthread_mutex_destroy(&j->line);
	buf_release(&j->told);
	buf_release(&j->news);
	free(j->inbox);
	free(j);
}

/* ---- messages */

bool jetstream_send(struct jetstream *j, const struct jetstream_message *m,
    const char **why)
{
	char reply[JETSTREAM_INBOX + 24], after[24];
	natsMsg *msg = NULL;
	natsStatus s;

	snprintf(reply, sizeof(reply), "%s.%" PRIu64, j->inbox, m->number);
	snprintf(after, sizeof(after), "%" PRIu64, m->after);
	s = natsMsg_Create(&msg, m->subject, reply, m->data.p, (int)m->data.n);
	if (s == NATS_OK)
		s = natsMsgHeader_Set(msg, "Nats-Msg-Id", m->id);
	if (s == NATS_OK)
		s = natsMsgHeader_Set(msg, "Nats-Expected-Last-Sequence",
		    after);
	if (s == NATS_OK && m->place[0])
		s = natsMsgHeader_Set(msg, JETSTREAM_PLACE, m->place);
	if (s == NATS_OK)
		s = natsConnection_PublishMsg(j->nc, msg);
	natsMsg_Destroy(msg);
	*why = natsStatus_GetText(s);
	return s == NATS_OK;
}

size_t jetstream_largest(const struct jetstream *j)
{
	int64_t n = natsConnection_GetMaxPayload(j->nc);

	return n > 0 ? (size_t)n : 0;
}

void jetstream_token(struct buf *b, struct span s)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		    (c >= 'a' && c <= 'z') || c == '-') {
			buf_addc(b, s.p[i]);
			continue;
		}
		buf_addc(b, '_');
		buf_addc(b, digits[c >> 4]);
		buf_addc(b, digits[c & 15]);
	}
}
