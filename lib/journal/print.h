/* SPDX-License-Identifier: ISC */
/* Records as people and other programs like to have them: output formats. */
#ifndef JOURNAL_PRINT_H
#define JOURNAL_PRINT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "journal/columns.h"
#include "record/fields.h"
#include "xml/text.h"

struct print_format;

struct print {
	const struct print_format *format;
	enum field field[FIELDS]; /* what is asked for, in order */
	size_t fields;
	bool terminal;	/* the output goes to one: show nothing hidden raw */
	bool colour;	/* by SGR sequences (ECMA-48) */
	bool local;	/* time of this place, not UTC */
	size_t width;	/* columns of a line of text; 0: no limit */
	size_t who;	/* columns given to addresses so far */
	/* Kept memory: */
	struct buf value, scratch;
	struct columns columns;
	struct texts texts;
};

struct print_format {
	const char *name;
	bool fielded; /* it prints the fields that are asked for */
	/* What comes before all records; NULL: nothing. */
	void (*begin)(struct print *, struct buf *out);
	/* Append one record. */
	void (*record)(struct print *, struct fields *, struct buf *out);
};

/* The format of that name, NULL if there is none. */
const struct print_format *print_format_from(const char *name);

/* Take a list of field names with commas between. Returns NULL, or the name
 * that is none or comes again, its length in *len. */
const char *print_fields(struct print *, const char *list, size_t *len);

/* Ask for every field. */
void print_all_fields(struct print *);

void print_release(struct print *);

/* Append a value as the format tab has it; .p NULL: it is absent. */
void print_tab_value(const struct print *, struct span, struct buf *out);

/* Append a value as the format csv has it. */
void print_csv_cell(struct print *, struct span, struct buf *out);

/* Append a text as a string of JSON. */
void print_json_string(struct buf *, struct span);

/* The formats. */
extern const struct print_format print_text, print_tab, print_json, print_csv;

#endif
