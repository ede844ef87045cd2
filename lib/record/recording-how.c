/* SPDX-License-Identifier: ISC */
/* How a recording is to be read. */
#include "record/recording.h"

#include <string.h>

#include "base/stamp.h"

static bool set_format(struct recording_how *h, const char *name)
{
	static const char *const names[] = {"auto", "stream", "log", "export"};

	for (int i = 0; i < (int)(sizeof(names) / sizeof(*names)); i++) {
		if (strcmp(name, names[i]) == 0) {
			h->format = (enum recording_format)i;
			return true;
		}
	}
	return false;
}

static bool set_zone(struct recording_how *h, const char *zone)
{
	return moment_zone(&h->sense, span_of(zone));
}

static bool set_day(struct recording_how *h, const char *date)
{
	static const struct moment_sense utc = {.local = false};
	int64_t micros;

	h->dated = strlen(date) == 10 && stamp_parse(date, 0, &micros);
	if (h->dated)
		h->sense.day = moment_day(micros, &utc);
	return h->dated;
}

const char *recording_set(struct recording_how *h, const char *name,
    const char *value)
{
	static const struct {
		const char *name;
		bool (*set)(struct recording_how *, const char *);
		const char *should;
	} rows[] = {{"format", set_format, "auto, stream, log or export"},
	    {"zone", set_zone, "UTC, local, or an offset such as +02:00"},
	    {"day", set_day, "a date such as 2026-11-22"}};
	size_t i = 0;

	while (strcmp(rows[i].name, name) != 0)
		i++;
	return rows[i].set(h, value) ? NULL : rows[i].should;
}
