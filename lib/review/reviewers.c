/* SPDX-License-Identifier: ISC */
/* Users, their group and their JIDs. */
#define _DEFAULT_SOURCE /* getgrouplist */
#include "review/reviewers.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "record/participants.h"
#include "xml/jid.h"

bool reviewers_group(struct reviewers *s, const char *group)
{
	errno = 0;
	if (getgrnam(group)) {
		s->group = group;
		return true;
	}
	/* By these, too, systems say that it is not there. */
	if (errno == ENOENT || errno == ESRCH || errno == EBADF ||
	    errno == EPERM)
		errno = 0;
	return false;
}

bool reviewers_add(struct reviewers *s, const char *text)
{
	const char *equals = strchr(text, '=');
	struct buf jid = BUF_EMPTY;

	if (!equals || equals == text ||
	    !jid_prepare(&jid, jid_bare(span_of(equals + 1)))) {
		buf_release(&jid);
		return false;
	}
	s->reviewer =
	    mem_resize(s->reviewer, s->count + 1, sizeof(*s->reviewer));
	s->reviewer[s->count++] = (struct reviewer){
	    mem_dup(text, (size_t)(equals - text)), buf_detach(&jid)};
	return true;
}

void reviewers_release(struct reviewers *s)
{
	for (size_t i = 0; i < s->count; i++) {
		free(s->reviewer[i].user);
		free(s->reviewer[i].jid);
	}
	free(s->reviewer);
	*s = (struct reviewers){NULL, NULL, 0};
}

void reviewers_name(struct buf *b, uid_t uid)
{
	const struct passwd *p = getpwuid(uid);

	if (p)
		buf_adds(b, p->pw_name);
	else
		buf_addf(b, "%lu", (unsigned long)uid);
}

static bool is_member(const struct passwd *p, gid_t wanted)
{
	int count = 0;
	gid_t *list;
	bool found = false;

	(void)getgrouplist(p->pw_name, p->pw_gid, NULL, &count);
	list = mem_resize(NULL, (size_t)count + 1, sizeof(*list));
	/* The list may have grown meanwhile; then it is cut short. */
	if (getgrouplist(p->pw_name, p->pw_gid, list, &count) < 0)
		count = 0;
	for (int i = 0; i < count && !found; i++)
		found = list[i] == wanted;
	free(list);
	return found;
}

bool reviewers_have(const struct reviewers *s, const char *user)
{
	struct buf own = BUF_EMPTY;
	const struct passwd *p;
	const struct group *g;
	bool same;

	if (strcmp(user, "root") == 0)
		return true;
	if (!s->group) {
		reviewers_name(&own, getuid());
		same = strcmp(buf_str(&own), user) == 0;
		buf_release(&own);
		return same;
	}
	g = getgrnam(s->group);
	p = g ? getpwnam(user) : NULL;
	return p && is_member(p, g->gr_gid);
}

bool reviewers_wrote(const struct reviewers *s, const char *user,
    const struct stanza *stanza, enum event event)
{
	struct participants found = {.chars = BUF_EMPTY};
	bool wrote = false;

	participants_collect(&found, stanza, event);
	for (size_t i = 0; i < s->count && !wrote; i++)
		wrote = strcmp(s->reviewer[i].user, user) == 0 &&
		    participants_have(&found, span_of(s->reviewer[i].jid),
			1U << PARTICIPANTS_FROM);
	participants_release(&found);
	return wrote;
}
