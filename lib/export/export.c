/* SPDX-License-Identifier: ISC */
/* Records in, exports out: a batch for each day that is not over, and one for
 * what comes later. */
#include "export/export.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/mem.h"
#include "export/parts.h"
#include "export/sorter.h"

static const int64_t grace = INT64_C(3600) * 1000000;

enum { BATCHES = 2, JOURNALS = 1024 };

struct batch {
	int64_t day;
	struct sorter *sorter; /* NULL: none */
};

struct export {
	struct export_options opt;
	struct parts *parts;
	struct outlet *outlet;
	struct fields fields;
	struct place place;
	struct batch batch[BATCHES]; /* the earlier day first */
	struct sorter *late;
	int64_t newest;
	struct buf id[JOURNALS]; /* of journals; the first is not known */
	struct span ids[JOURNALS];
	size_t journals;
	struct buf key, data;
};

struct export *export_new(const struct export_options *opt, struct writer *w,
    const struct format *f, struct outlet *o)
{
	struct export *e = mem_zalloc(sizeof(*e));

	e->opt = *opt;
	e->outlet = o;
	e->newest = INT64_MIN;
	e->journals = 1;
	e->parts = parts_new(opt, w, f, o);
	return e;
}

void export_free(struct export *e)
{
	if (!e)
		return;
	for (size_t i = 0; i < BATCHES; i++)
		sorter_free(e->batch[i].sorter);
	sorter_free(e->late);
	for (size_t i = 0; i < e->journals; i++)
		buf_release(&e->id[i]);
	parts_free(e->parts);
	fields_release(&e->fields);
	place_release(&e->place);
	buf_release(&e->key);
	buf_release(&e->data);
	free(e);
}

static bool broken(struct export *e)
{
	buf_addf(&e->outlet->why, "cannot sort in '%s': %s", e->opt.folder,
	    strerror(errno));
	e->outlet->status = EX_IOERR;
	return false;
}

/* The number of a journal; what there are too many of is not known. */
static uint32_t journal_number(struct export *e, struct span id)
{
	size_t i = 1;

	if (!id.n)
		return 0;
	while (i < e->journals && !span_same(e->ids[i], id))
		i++;
	if (i == JOURNALS)
		return 0;
	if (i == e->journals) {
		buf_addspan(&e->id[i], id);
		e->ids[i] = buf_span(&e->id[i]);
		e->journals++;
	}
	return (uint32_t)i;
}

static bool finish(struct export *e, struct sorter **s, bool late)
{
	struct sorter *all = *s;
	struct span key, data;
	int found;

	*s = NULL;
	if (!all)
		return true;
	if (!sorter_finish(all)) {
		sorter_free(all);
		return broken(e);
	}
	while ((found = sorter_next(all, &key, &data)) > 0) {
		if (!parts_add(e->parts, e->ids, key, data, late))
			break;
	}
	sorter_free(all);
	if (found > 0)
		return false;
	return found < 0 ? broken(e) : parts_flush(e->parts, e->ids);
}

/* The first day that is not over, by the time of records alone. */
static int64_t open_day(const struct export *e)
{
	return times_day(e->opt.times, e->newest - grace);
}

static bool finish_days(struct export *e)
{
	int64_t open = open_day(e);

	while (e->batch[0].sorter && e->batch[0].day < open) {
		if (!finish(e, &e->batch[0].sorter, false))
			return false;
		e->batch[0] = e->batch[1];
		e->batch[1].sorter = NULL;
	}
	return true;
}

static void begin(struct batch *b, int64_t day, const char *folder)
{
	*b = (struct batch){day, sorter_new(folder)};
}

/* The batch of a day that is not over: there are at most two such. */
static struct sorter *batch_of(struct export *e, int64_t day)
{
	struct batch *b = e->batch;

	if (e->opt.per != EXPORT_CONVERSATION && day < open_day(e)) {
		if (!e->late)
			e->late = sorter_new(e->opt.folder);
		return e->late;
	}
	if (!b[0].sorter)
		begin(&b[0], day, e->opt.folder);
	if (b[0].day == day)
		return b[0].sorter;
	if (!b[1].sorter) {
		if (day < b[0].day) {
			b[1] = b[0];
			begin(&b[0], day, e->opt.folder);
			return b[0].sorter;
		}
		begin(&b[1], day, e->opt.folder);
	}
	return b[1].sorter;
}

bool export_add(struct export *e, const struct record *r, struct span line,
    uint64_t seq, struct span journal, const char **fault)
{
	uint32_t number = journal_number(e, journal);
	bool whole = e->opt.per == EXPORT_CONVERSATION;
	int64_t day = 0;

	fields_begin(&e->fields, r, seq);
	*fault = fields_stanza(&e->fields) ? NULL : e->fields.fault;
	if (*fault || (!e->opt.all && !place_has_words(&e->fields)))
		return true;
	place_find(&e->place, &e->fields);
	if (e->place.recorded > e->newest)
		e->newest = e->place.recorded;
	if (!whole) {
		day = times_day(e->opt.times, e->place.micros);
		if (!finish_days(e))
			return false;
	}
	parts_key(&e->key, &e->place, day, r->field[RECORD_ID]);
	parts_data(&e->data, line, seq, number);
	return sorter_add(batch_of(e, day), buf_span(&e->key),
		   buf_span(&e->data)) ||
	    broken(e);
}

bool export_end(struct export *e)
{
	return finish(e, &e->batch[0].sorter, false) &&
	    finish(e, &e->batch[1].sorter, false) &&
	    finish(e, &e->late, true) && parts_end(e->parts);
}
