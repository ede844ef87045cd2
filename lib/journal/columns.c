/* SPDX-License-Identifier: ISC */
/* Text flowing into columns. */
#include "journal/columns.h"

#include "base/utf8.h"
#include "journal/printable.h"

enum { TAB_COLUMNS = 8 };

static void spaces(struct columns *f, size_t n)
{
	while (n-- > 0)
		buf_addc(f->out, ' ');
}

static void break_line(struct columns *f)
{
	buf_addc(f->out, '\n');
	f->column = f->indent;
	f->gap = 0;
	f->fresh = true;
}

static void put_word(struct columns *f)
{
	if (f->word.len == 0)
		return;
	if (f->width && f->column > f->indent &&
	    f->column + f->gap + f->word_width > f->width)
		break_line(f);
	if (f->fresh)
		spaces(f, f->indent);
	spaces(f, f->gap);
	buf_addspan(f->out, buf_span(&f->word));
	f->column += f->gap + f->word_width;
	f->gap = f->word_width = 0;
	f->fresh = f->wide = false;
	buf_reset(&f->word);
}

void columns_line(struct columns *f)
{
	put_word(f);
	break_line(f);
}

void columns_raw(struct columns *f, const char *bytes)
{
	put_word(f);
	buf_adds(f->out, bytes);
}

/* Add a character to the word, which is put first where it may be broken
 * before this one, or has to be. */
static void add_char(struct columns *f, const char *p, size_t step)
{
	struct buf *word = &f->word;
	size_t before = word->len, width = printable_char(word, p, step);
	bool wide = width == 2;
	bool full = f->width > f->indent &&
	    f->word_width + width > f->width - f->indent;

	if (before && width > 0 && (wide || f->wide || full)) {
		word->len = before;
		put_word(f);
		printable_char(word, p, step);
	}
	f->word_width += width;
	f->wide = f->wide || wide;
}

void columns_text(struct columns *f, struct span s)
{
	size_t step;

	for (size_t i = 0; i < s.n; i += step) {
		step = utf8_char(s.p + i, s.n - i);
		if (step == 0)
			break;
		if (s.p[i] == '\n') {
			columns_line(f);
		} else if (s.p[i] == ' ') {
			put_word(f);
			f->gap++;
		} else if (s.p[i] == '\t') {
			put_word(f);
			f->gap += TAB_COLUMNS -
			    (f->column + f->gap - f->indent) % TAB_COLUMNS;
		} else {
			add_char(f, s.p + i, step);
		}
	}
	put_word(f);
}

void columns_release(struct columns *f)
{
	buf_release(&f->word);
}
