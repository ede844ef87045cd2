/* SPDX-License-Identifier: ISC */
/* libnats: a connection, and another one whenever it has ended. What libnats
 * does about that by itself it gives up for good where a server turns it away
 * twice, or breaks off in the midst of a handshake. */
#include <signal.h>
#include <stdio.h>

#include "base/mem.h"
#include "ship/jetstream-internal.h"

enum { PAUSE_LEAST = 200, PAUSE_MOST = 1600 }; /* milliseconds */

void jetstream_thread(pthread_t *thread, void *(*run)(void *), void *arg)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_create(thread, NULL, run, arg) != 0)
		mem_exhausted();
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static natsStatus listen_for_answers(struct jetstream *j)
{
	char subject[JETSTREAM_INBOX + 3];
	natsStatus s;

	snprintf(subject, sizeof(subject), "%s.*", j->inbox);
	s = natsConnection_Subscribe(&j->made_answers, j->made, subject,
	    jetstream_answer, j);
	if (s == NATS_OK)
		s = natsSubscription_SetPendingLimits(j->made_answers, -1, -1);
	return s;
}

static void drop_made(struct jetstream *j)
{
	natsSubscription_Destroy(j->made_answers);
	natsConnection_Destroy(j->made);
	j->made_answers = NULL;
	j->made = NULL;
}

/* Its end is told after its beginning, however soon that comes. */
static bool connect_once(struct jetstream *j)
{
	static const struct jetstream_item up = {.news = JETSTREAM_UP};
	natsStatus s;

	pthread_mutex_lock(&j->line);
	s = natsConnection_Connect(&j->made, j->options);
	if (s == NATS_OK)
		s = listen_for_answers(j);
	if (s == NATS_OK) {
		j->open = j->made;
		jetstream_tell(j, &up);
	} else {
		drop_made(j);
	}
	pthread_mutex_unlock(&j->line);
	return s == NATS_OK;
}

static void *run(void *arg)
{
	struct jetstream *j = arg;
	int pause = PAUSE_LEAST;

	while (!atomic_load(&j->ending) && !connect_once(j)) {
		nats_Sleep(pause);
		pause = pause < PAUSE_MOST ? 2 * pause : PAUSE_MOST;
	}
	nats_ReleaseThreadMemory();
	return NULL;
}

void jetstream_dial(struct jetstream *j)
{
	if (j->dialling)
		return;
	jetstream_thread(&j->dialler, run, j);
	j->dialling = true;
}

void jetstream_closed(natsConnection *nc, void *arg)
{
	static const struct jetstream_item down = {.news = JETSTREAM_DOWN};
	struct jetstream *j = arg;

	pthread_mutex_lock(&j->line);
	if (nc == j->open) {
		j->open = NULL;
		jetstream_tell(j, &down);
	}
	pthread_mutex_unlock(&j->line);
}

void jetstream_adopt(struct jetstream *j)
{
	pthread_join(j->dialler, NULL);
	j->dialling = false;
	/* It may ask the one that has ended. */
	if (j->looking && !j->looked)
		pthread_join(j->looker, NULL);
	j->looked = j->looking;
	natsSubscription_Destroy(j->answers);
	natsConnection_Destroy(j->nc);
	j->answers = j->made_answers;
	j->nc = j->made;
	j->made_answers = NULL;
	j->made = NULL;
}

void jetstream_hang_up(struct jetstream *j)
{
	atomic_store(&j->ending, true);
	if (j->dialling)
		pthread_join(j->dialler, NULL);
	pthread_mutex_lock(&j->line);
	j->open = NULL;
	pthread_mutex_unlock(&j->line);
	drop_made(j);
}

natsStatus jetstream_context(struct jetstream *j, jsCtx **js)
{
	jsOptions o;

	if (!j->nc)
		return NATS_NO_SERVER;
	jsOptions_Init(&o);
	o.Wait = JETSTREAM_WAIT;
	return natsConnection_JetStream(js, j->nc, &o);
}
