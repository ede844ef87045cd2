/* SPDX-License-Identifier: ISC */
/* Whom one believes. */
#include "seal/trust.h"

#include <inttypes.h>
#include <string.h>

#include "base/stamp.h"

static const char *add(struct verifier *list, unsigned *count,
    enum key_kind kind, const char *vkey)
{
	const char *why;

	if (*count == TRUST_KEYS)
		return "is one key too many";
	why = verifier_parse(&list[*count], span_of(vkey));
	if (why)
		return why;
	if (list[*count].kind == kind) {
		++*count;
		return NULL;
	}
	verifier_release(&list[*count]);
	return kind == KEY_LOG ? "is the key of a witness"
			       : "is not the key of a witness";
}

const char *trust_log(struct trust *t, const char *vkey)
{
	return add(t->log, &t->logs, KEY_LOG, vkey);
}

/* One that is given twice is still one. */
const char *trust_witness(struct trust *t, const char *vkey)
{
	const char *why = add(t->witness, &t->witnesses, KEY_WITNESS, vkey);
	unsigned last = t->witnesses - 1;

	for (unsigned i = 0; !why && i < last; i++) {
		if (memcmp(t->witness[i].key, t->witness[last].key,
			KEY_BYTES) != 0)
			continue;
		verifier_release(&t->witness[last]);
		t->witnesses = last;
		why = "is given twice";
	}
	return why;
}

void trust_release(struct trust *t)
{
	for (unsigned i = 0; i < t->logs; i++)
		verifier_release(&t->log[i]);
	for (unsigned i = 0; i < t->witnesses; i++)
		verifier_release(&t->witness[i]);
	*t = (struct trust){0};
}

/* A signature that is wrong is worse than none. */
static const char *check_logs(const struct trust *t, const struct note *n,
    struct span origin)
{
	bool good = false;
	uint64_t time;

	for (unsigned i = 0; i < t->logs; i++) {
		if (!checkpoint_of(origin, t->log[i].name))
			continue;
		switch (note_verify(n, &t->log[i], &time)) {
		case NOTE_FORGED:
			return "has a signature that is forged";
		case NOTE_SIGNED:
			good = true;
			break;
		case NOTE_UNSIGNED:
			break;
		}
	}
	return good ? NULL : "is not signed by a key that is given";
}

/* Put time among those that are kept in descending order. */
static void keep(uint64_t *times, unsigned count, uint64_t time)
{
	unsigned i = count;

	for (; i > 0 && times[i - 1] < time; i--)
		times[i] = times[i - 1];
	times[i] = time;
}

static const char *check_witnesses(const struct trust *t,
    const struct note *n, struct vouched *v, struct buf *why)
{
	unsigned need = t->quorum ? t->quorum : 1;
	uint64_t times[TRUST_KEYS], time, now = (uint64_t)stamp_now() / 1000000;

	for (unsigned i = 0; i < t->witnesses; i++) {
		switch (note_verify(n, &t->witness[i], &time)) {
		case NOTE_FORGED:
			return "has a cosignature that is forged";
		case NOTE_SIGNED:
			keep(times, v->witnesses++, time);
			break;
		case NOTE_UNSIGNED:
			break;
		}
	}
	v->time = v->witnesses >= need ? times[need - 1] : 0;
	buf_reset(why);
	if (v->witnesses < t->quorum)
		buf_addf(why, "is cosigned by %u witnesses, not by %u",
		    v->witnesses, t->quorum);
	else if (t->max_age && !v->time)
		buf_adds(why, "is cosigned by no witness, so that nobody "
			      "knows how old it is");
	else if (t->max_age && v->time + t->max_age < now)
		buf_addf(why, "is old: witnesses saw it %" PRIu64
			      " seconds ago", now - v->time);
	return why->len ? buf_str(why) : NULL;
}

const char *trust_check(const struct trust *t, struct span bytes,
    struct vouched *v, struct buf *why)
{
	struct note n;
	const char *wrong = note_parse(&n, bytes);

	*v = (struct vouched){.witnesses = 0};
	if (!wrong)
		wrong = checkpoint_parse(&v->checkpoint, n.text);
	if (!wrong)
		wrong = check_logs(t, &n, v->checkpoint.origin);
	if (!wrong)
		wrong = check_witnesses(t, &n, v, why);
	return wrong;
}
