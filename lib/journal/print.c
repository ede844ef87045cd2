/* SPDX-License-Identifier: ISC */
/* Output formats: choosing one, and its fields. */
#include "journal/print.h"

#include <string.h>

static const struct print_format *const formats[] = {&print_text, &print_tab,
    &print_json, &print_csv};

const struct print_format *print_format_from(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		if (strcmp(formats[i]->name, name) == 0)
			return formats[i];
	}
	return NULL;
}

static bool has_field(const struct print *p, int field)
{
	for (size_t i = 0; i < p->fields; i++) {
		if ((int)p->field[i] == field)
			return true;
	}
	return false;
}

const char *print_fields(struct print *p, const char *list, size_t *len)
{
	p->fields = 0;
	for (;;) {
		int field;

		*len = strcspn(list, ",");
		field = field_from((struct span){list, *len});
		if (field < 0 || has_field(p, field))
			return list;
		p->field[p->fields++] = (enum field)field;
		if (!list[*len])
			return NULL;
		list += *len + 1;
	}
}

void print_all_fields(struct print *p)
{
	for (int i = 0; i < FIELDS; i++)
		p->field[i] = (enum field)i;
	p->fields = FIELDS;
}

void print_release(struct print *p)
{
	if (!p)
		return;
	buf_release(&p->value);
	buf_release(&p->scratch);
	columns_release(&p->columns);
	texts_release(&p->texts);
}
