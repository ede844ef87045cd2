/* SPDX-License-Identifier: ISC */
/* The words that a policy's rules are made of. */
#include "base/mem.h"
#include "policy/internal.h"

const char *const condition_names[CONDITION_KINDS + 1] = {
    "event", "kind", "type", "size", "time", "day", "from DATE", "until",
    "from", "to", "encrypted", "file", "body", "xpath", "schema", "rate",
    NULL};
const char *const event_words[] = {
    "send", "recv", "login", "logout", "done", "upload", NULL};
const char *const kind_words[] = {
    "message", "presence", "iq", "session", "upload", NULL};
const char *const type_words[] = {"normal", "chat", "groupchat", "headline",
    "error", "available", "unavailable", "subscribe", "subscribed",
    "unsubscribe", "unsubscribed", "probe", "get", "set", "result", "none",
    "other", NULL};
const char *const day_words[] = {
    "sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL};
const char *const encrypted_words[] = {"content", "device-list", NULL};
const char *const size_ops[SIZE_OPS + 1] = {
    "<", "<=", ">", ">=", "=", "!=", NULL};
const char *const action_names[ACTIONS + 1] = {
    "pass", "hold", "reject", "drop", "redact", NULL};

int word_index(const char *const *words, struct span word)
{
	for (int i = 0; words[i]; i++) {
		if (span_is(word, words[i]))
			return i;
	}
	return -1;
}

void entries_add(struct entries *e, struct entry entry)
{
	if (e->count == e->cap) {
		e->cap = e->cap ? 2 * e->cap : 4;
		e->entry = mem_resize(e->entry, e->cap, sizeof(*e->entry));
	}
	e->entry[e->count++] = entry;
}
